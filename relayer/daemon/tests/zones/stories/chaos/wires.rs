//! What connects a zone's validators: a wire from each to each of its peers, so that one can be cut off from all others and
//! live on, its RPC included. To the nodes it is what a network namespace without its link would be, and it needs neither
//! root nor other addresses than loopback.

use std::{fs, sync::Arc};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::ground::{ci_zones, Ground};

/// By zone and node, from 0: whether it is cut off.
pub struct Wires(Vec<Vec<Arc<watch::Sender<bool>>>>);

impl Wires {
    /// Lays wires between the validators of all zones, which are stopped and started again for it.
    pub fn lay(ground: &Ground) -> Wires {
        let zones = ground.record.zones.iter();
        let wires = zones.map(|zone| {
            let nodes = zone.nodes.iter();
            nodes.map(|_| Arc::new(watch::channel(false).0)).collect()
        });
        let wires = Wires(wires.collect());
        on_every_node(ground, "stop");
        for (zone, record) in ground.record.zones.iter().enumerate() {
            for (from, node) in record.nodes.iter().enumerate() {
                let path = node.home.join("config/config.toml");
                let mut config = fs::read_to_string(&path).unwrap();
                for (to, peer) in record
                    .nodes
                    .iter()
                    .enumerate()
                    .filter(|(to, _)| *to != from)
                {
                    let ends = [from, to].map(|end| wires.0[zone][end].clone());
                    let port = peer.port + 3;
                    let wire = ground.runtime.block_on(wire(ends, port));
                    let direct = format!("@127.0.0.1:{port}");
                    assert!(config.contains(&direct), "{config}");
                    config = config.replace(&direct, &format!("@127.0.0.1:{wire}"));
                }
                fs::write(path, config).unwrap();
            }
        }
        on_every_node(ground, "start");
        for zone in 0..ground.record.zones.len() {
            ground.await_blocks(zone);
        }
        wires
    }

    pub fn cut(&self, zone: usize, node: usize, off: bool) {
        self.0[zone][node].send_replace(off);
    }
}

/// `ci/zones stop` or `start` for all nodes at once.
fn on_every_node(ground: &Ground, verb: &str) {
    std::thread::scope(|scope| {
        for zone in &ground.record.zones {
            for number in 1..=zone.nodes.len() {
                scope.spawn(move || {
                    let number = number.to_string();
                    ci_zones(&[verb, &zone.chain_id, &number], &ground.zones_home())
                });
            }
        }
    });
}

/// Listens for one node on behalf of a peer, as long as this process lives.
async fn wire(ends: [Arc<watch::Sender<bool>>; 2], to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(carry(stream, to, ends.clone()));
        }
    });
    port
}

/// Carries what two nodes say until one of them leaves or is cut off.
async fn carry(mut from: TcpStream, to: u16, ends: [Arc<watch::Sender<bool>>; 2]) {
    let [mut one, mut other] = ends.map(|end| end.subscribe());
    let carried = async {
        if let Ok(mut to) = TcpStream::connect(("127.0.0.1", to)).await {
            let _left = copy_bidirectional(&mut from, &mut to).await;
        }
    };
    tokio::select! {
        () = carried => {}
        _ = one.wait_for(|off| *off) => {}
        _ = other.wait_for(|off| *off) => {}
    }
}
