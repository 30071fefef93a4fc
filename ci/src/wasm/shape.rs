//! What can be read off a module without running it.

use anyhow::Context;
use wasmparser::{ExternalKind, Parser, Payload};

/// The parts of a contract's shape that budgets and people ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Exported functions, sorted.
    pub exports: Vec<String>,
    /// Functions that the module defines.
    pub functions: u64,
    /// Locals of the function that has the most, parameters not counted: as the VM counts.
    pub locals: u64,
}

impl Shape {
    /// Reads a module. Errors where it is not one.
    pub fn of(module: &[u8]) -> anyhow::Result<Self> {
        let mut shape = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.context("not a Wasm module")? {
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            shape.exports.push(export.name.to_owned());
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut locals = 0_u64;
                    for group in body.get_locals_reader()? {
                        let (count, _) = group?;
                        locals = locals.saturating_add(u64::from(count));
                    }
                    shape.functions = shape.functions.saturating_add(1);
                    shape.locals = shape.locals.max(locals);
                }
                _ => {}
            }
        }
        shape.exports.sort();
        Ok(shape)
    }

    /// The exported functions that a chain calls by a message, without those that carry bytes across or name
    /// what the contract requires.
    pub fn entry_points(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().map(String::as_str).filter(|name| {
            let carries = matches!(*name, "allocate" | "deallocate");
            let marks = name.starts_with("interface_version_") || name.starts_with("requires_");
            !carries && !marks
        })
    }
}
