//! The parts of `cargo metadata --format-version 1 --no-deps` that the probe reads.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A workspace as cargo describes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
}

impl Metadata {
    /// The crates of the workspace.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }

    /// A crate's folder relative to the workspace, with `/` between its parts.
    pub fn folder(&self, package: &Package) -> String {
        let folder = package.manifest_path.parent().unwrap_or(Path::new(""));
        let inside = folder.strip_prefix(&self.workspace_root).unwrap_or(folder);
        let parts: Vec<_> = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        parts.join("/")
    }
}

/// One crate.
#[derive(Debug, Clone, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// What it depends on, each way of depending an entry of its own.
    pub dependencies: Vec<Dependency>,
    /// Its features and what each one turns on.
    #[serde(default)]
    pub features: BTreeMap<String, Vec<String>>,
    id: String,
    manifest_path: PathBuf,
}

impl Package {
    /// Whether a feature turns an optional dependency on.
    pub fn opens(&self, feature: &str, dependency: &str) -> bool {
        let switch = format!("dep:{dependency}");
        self.features
            .get(feature)
            .is_some_and(|on| on.contains(&switch))
    }
}

/// One dependency as its manifest declares it.
#[derive(Debug, Clone, Deserialize)]
pub struct Dependency {
    /// The name of the crate, also where the manifest renames it.
    pub name: String,
    /// Whether it is for the crate, its tests or its build script.
    #[serde(default)]
    pub kind: Kind,
    /// Whether a feature must turn it on.
    #[serde(default)]
    pub optional: bool,
}

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "Option<NamedKind>")]
pub enum Kind {
    /// The crate itself: cargo says null.
    #[default]
    Normal,
    /// Tests, benches and examples.
    Dev,
    /// The build script.
    Build,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum NamedKind {
    Normal,
    Dev,
    Build,
}

impl From<Option<NamedKind>> for Kind {
    fn from(named: Option<NamedKind>) -> Self {
        match named {
            None | Some(NamedKind::Normal) => Self::Normal,
            Some(NamedKind::Dev) => Self::Dev,
            Some(NamedKind::Build) => Self::Build,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal dependency",
            Self::Dev => "dev-dependency",
            Self::Build => "build dependency",
        })
    }
}
