//! What Hermes' library counts of packets, under its own names.

use std::{fmt, sync::LazyLock};

use ibc_telemetry::TelemetryState;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, MetricType},
};

/// What is shown of it: for clients, wallets, latencies and the backlog there are figures of our own, which it would double.
const SHOWN: [&str; 8] = [
    "send_packet_events",
    "acknowledgement_events",
    "timeout_events",
    "cleared_send_packet_events",
    "cleared_acknowledgment_events",
    "receive_packets_confirmed",
    "acknowledgment_packets_confirmed",
    "timeout_packets_confirmed",
];
/// Labels that its exporter adds to everything.
const OF_THE_EXPORTER: [&str; 3] = ["service_name", "otel_scope_name", "otel_scope_version"];

/// The library's own counts, of which there is one a process.
static COUNTED: LazyLock<&TelemetryState> = LazyLock::new(|| {
    // It warns where nobody has said how fine its histograms are, of which none is shown.
    const BUCKETS: u64 = 2;
    ibc_telemetry::init(0..BUCKETS, BUCKETS, 0..BUCKETS, BUCKETS)
});

/// Shows them, as they were ten seconds ago at most: so long the library keeps what it has collected.
#[derive(Debug)]
pub(super) struct Packets(());

impl Packets {
    /// To be made before the library counts anything.
    pub(super) fn new() -> Packets {
        LazyLock::force(&COUNTED);
        Packets(())
    }
}

impl Collector for Packets {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        for family in COUNTED.gather() {
            let name = family.get_name();
            let name = name.strip_suffix("_total").unwrap_or(name);
            if !SHOWN.contains(&name) {
                continue;
            }
            let help = family.get_help();
            let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for counted in family.get_metric() {
                let labels = counted.get_label().iter();
                let labels = labels.filter(|label| !OF_THE_EXPORTER.contains(&label.get_name()));
                let labels: Vec<(&str, &str)> = labels
                    .map(|label| (label.get_name(), label.get_value()))
                    .collect();
                let count = ConstCounter::new(counted.get_counter().get_value());
                count.encode(encoder.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
