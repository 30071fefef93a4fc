use plotters::{
    chart::SeriesLabelPosition,
    coord::Shift,
    prelude::{
        BitMapBackend, ChartBuilder, DrawingArea, DrawingBackend, IntoDrawingArea, LineSeries,
        PathElement, SVGBackend, BLACK, WHITE,
    },
    style::{register_font, Color, FontStyle, RGBColor},
};

/// Width and height, in dots.
const SIZE: (u32, u32) = (900, 560);
const COLOURS: [RGBColor; 4] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 95, 14),
    RGBColor(44, 140, 60),
    RGBColor(120, 80, 170),
];

/// A line of a picture.
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Its points, left to right.
    pub points: Vec<(f64, f64)>,
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable vectors, as text.
    Svg,
    /// Dots.
    Png,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It could not be drawn.
    #[error("the picture cannot be drawn: {0}")]
    Drawing(String),
}

/// Draws risks over prices: both axes from zero.
///
/// # Errors
/// [`PictureError::Drawing`].
pub fn draw(title: &str, curves: &[Curve], format: Format) -> Result<Vec<u8>, PictureError> {
    // Registered again and again it is the same font.
    register_font(
        "sans-serif",
        FontStyle::Normal,
        epaint_default_fonts::UBUNTU_LIGHT,
    )
    .map_err(|_| PictureError::Drawing("its font cannot be read".into()))?;
    match format {
        Format::Svg => {
            let mut text = String::new();
            fill(
                &SVGBackend::with_string(&mut text, SIZE).into_drawing_area(),
                title,
                curves,
            )?;
            Ok(text.into_bytes())
        }
        Format::Png => {
            let mut dots = vec![
                0;
                (SIZE.0 as usize)
                    .saturating_mul(SIZE.1 as usize)
                    .saturating_mul(3)
            ];
            fill(
                &BitMapBackend::with_buffer(&mut dots, SIZE).into_drawing_area(),
                title,
                curves,
            )?;
            encode(&dots)
        }
    }
}

fn fill<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    curves: &[Curve],
) -> Result<(), PictureError> {
    let failed = |error: &dyn std::fmt::Display| PictureError::Drawing(error.to_string());
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let most = |axis: fn(&(f64, f64)) -> f64| points().map(axis).fold(f64::MIN_POSITIVE, f64::max);
    let (right, top) = (most(|point| point.0), most(|point| point.1));
    area.fill(&WHITE).map_err(|error| failed(&error))?;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 22))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..right, 0.0..top * 1.05)
        .map_err(|error| failed(&error))?;
    chart
        .configure_mesh()
        .x_desc("attacking price p")
        .y_desc("risk P(0 ≤ X ≤ p)")
        .label_style(("sans-serif", 15))
        .draw()
        .map_err(|error| failed(&error))?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        let drawn = chart.draw_series(line).map_err(|error| failed(&error))?;
        drawn.label(curve.name.clone()).legend(|(x, y)| {
            let end = x.saturating_add(18);
            PathElement::new(vec![(x, y), (end, y)], colour.stroke_width(2))
        });
    }
    chart
        .configure_series_labels()
        // Where risks, which rise, leave room.
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .label_font(("sans-serif", 15))
        .draw()
        .map_err(|error| failed(&error))?;
    area.present().map_err(|error| failed(&error))
}

fn encode(dots: &[u8]) -> Result<Vec<u8>, PictureError> {
    let failed = |error: png::EncodingError| PictureError::Drawing(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(dots).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
