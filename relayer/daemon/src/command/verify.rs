//! `tessera verify`: whether what is on the chains is what was released, and set up as the manifest says. It changes nothing
//! and needs no key.

mod configuration;

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use tessera_primitives::{Hash, ZoneId};

use super::{
    deploy::{
        admins,
        manifest::{Manifest, ZoneManifest},
        record::Record,
    },
    progress::Progress,
    table, Context, Outcome,
};
use crate::{app, chain::wasmd::Wasmd, document};

/// What to compare.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The manifest that was deployed.
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// The deployment file; beside the manifest unless told.
    #[arg(long, value_name = "FILE")]
    deployment: Option<PathBuf>,
    /// The checksums of the release.
    #[arg(long, value_name = "FILE", default_value = "artifacts/checksums.txt")]
    checksums: PathBuf,
    /// Who should be able to migrate the contracts, one address for each chain: `<chain id>=<address>`.
    #[arg(long, value_name = "CHAIN=ADDRESS", conflicts_with = "no_admin")]
    admin: Vec<String>,
    /// Nobody should be able to migrate the contracts.
    #[arg(long)]
    no_admin: bool,
}

/// One thing that was compared.
#[derive(Debug, Serialize)]
struct Finding {
    zone: ZoneId,
    contract: &'static str,
    what: String,
    /// What was to be; none where nothing was said.
    expected: Option<String>,
    actual: String,
}

impl Finding {
    fn is_sound(&self) -> bool {
        self.expected
            .as_ref()
            .is_none_or(|expected| *expected == self.actual)
    }
}

/// A zone that is compared.
struct Checked<'a> {
    manifest: &'a ZoneManifest,
    others: Vec<&'a ZoneManifest>,
    record: &'a Record,
    chain: Wasmd,
    findings: Vec<Finding>,
}

/// Compares.
///
/// # Errors
/// With what cannot be read or does not answer. What differs is no error: it is in the result, and the exit code says so.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let manifest = Manifest::load(&arguments.manifest)?;
    let path = arguments.deployment.clone();
    let path = path.unwrap_or_else(|| arguments.manifest.with_extension("deployment.json"));
    let record = Record::load(&path)?;
    let name = || arguments.checksums.display().to_string();
    let text = document::text(&arguments.checksums).with_context(name)?;
    let released = checksums(&text).with_context(name)?;
    let admins = admins(&config, &manifest, &arguments.admin)?;
    let mut findings = Vec::new();
    let bar = Progress::new(context, Some(manifest.zones.len()))?;
    for zone in &manifest.zones {
        bar.next(zone.id.to_string());
        let chain = app::reach(config.chain(zone.id.as_str())?, None).await?;
        let others = manifest.zones.iter().filter(|other| other.id != zone.id);
        let mut checked = Checked {
            manifest: zone,
            others: others.collect(),
            record: &record,
            chain,
            findings: Vec::new(),
        };
        let admin = admins.get(&zone.id).map(ToString::to_string);
        let admin = admin.or(arguments.no_admin.then(String::new));
        for contract in zone.contracts() {
            checked.code(contract, &released, admin.clone()).await?;
        }
        checked.configuration().await?;
        findings.append(&mut checked.findings);
    }
    drop(bar);
    report(&findings)
}

impl Checked<'_> {
    fn note(
        &mut self,
        contract: &'static str,
        what: impl Into<String>,
        expected: Option<String>,
        actual: String,
    ) {
        self.findings.push(Finding {
            zone: self.manifest.id.clone(),
            contract,
            what: what.into(),
            expected,
            actual,
        });
    }

    async fn code(
        &mut self,
        contract: &'static str,
        released: &BTreeMap<String, Hash>,
        admin: Option<String>,
    ) -> anyhow::Result<()> {
        let id = &self.manifest.id;
        let address = self.record.address(id, contract)?;
        let info = self.chain.contract(&address).await?;
        let hash = self.chain.checksum(info.code_id).await?;
        let expected = released.get(contract);
        let expected = expected.with_context(|| format!("the checksums do not name {contract}"))?;
        let deployed = self.record.contract(id, contract).code_id;
        self.note(
            contract,
            "code id",
            deployed.map(|code| code.to_string()),
            info.code_id.to_string(),
        );
        let (expected, actual) = (Some(expected.to_string()), hash.to_string());
        self.note(contract, "code hash", expected, actual);
        self.note(contract, "admin", admin, info.admin);
        Ok(())
    }
}

/// Lines as `sha256sum` writes them: 64 digits and a file's name.
fn checksums(text: &str) -> anyhow::Result<BTreeMap<String, Hash>> {
    let lines = (1_usize..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let pair = |(number, line): (usize, &str)| {
        let wrong = || format!("line {number}: expected a checksum of 64 digits and a file");
        let (hash, file) = line.split_once(char::is_whitespace).with_context(wrong)?;
        let file = file.trim().trim_start_matches('*');
        let name = file.rsplit('/').next().unwrap_or(file);
        let name = name.strip_suffix(".wasm").unwrap_or(name);
        let hash = Hash::from_hex(hash).ok().with_context(wrong)?;
        Ok((name.to_string(), hash))
    };
    lines.map(pair).collect()
}

fn report(findings: &[Finding]) -> anyhow::Result<Outcome> {
    let mut table = table(&["zone", "contract", "what", "expected", "actual", ""]);
    let shown = |text: &str| match text {
        "" => "nobody".to_string(),
        text => text.to_string(),
    };
    for finding in findings {
        let expected = finding.expected.as_deref();
        table.add_row([
            finding.zone.to_string(),
            finding.contract.to_string(),
            finding.what.clone(),
            expected.map_or_else(|| "—".into(), shown),
            shown(&finding.actual),
            if finding.is_sound() { "" } else { "differs" }.to_string(),
        ]);
    }
    let different = findings
        .iter()
        .filter(|finding| !finding.is_sound())
        .count();
    let text = match different {
        0 => format!("{table}\neverything is as it should be"),
        one_or_more => format!("{table}\n{one_or_more} differ"),
    };
    Ok(Outcome::new(text, &findings)?.with_soundness(different == 0))
}
