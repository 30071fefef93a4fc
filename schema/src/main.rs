//! Writes the generated files: `cargo run --release -p tessera-schema`.

fn main() -> anyhow::Result<()> {
    for path in tessera_schema::write()? {
        eprintln!("{}", path.display());
    }
    Ok(())
}
