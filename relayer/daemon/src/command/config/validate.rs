use crate::command::{Context, Outcome};

pub(super) fn run(context: &Context) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let zones: Vec<String> = config.chains.iter().map(|c| c.id.to_string()).collect();
    let mut text = format!(
        "{} is valid: {} chains ({})",
        config.path.display(),
        zones.len(),
        zones.join(", ")
    );
    for note in &config.notes {
        text.push_str(&format!("\n{note}"));
    }
    let result = serde_json::json!({ "chains": zones, "notes": config.notes });
    Outcome::new(text, &result)
}
