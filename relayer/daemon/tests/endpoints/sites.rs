//! By which nodes packets are relayed: those that serve, and are not far behind the others.

use std::{
    convert::Infallible,
    path::Path,
    task::{Context, Poll},
};

use cosmrs::proto::cosmos::base::{
    node::v1beta1::{StatusRequest, StatusResponse},
    tendermint::v1beta1::GetNodeInfoResponse,
};
use prost::Message;
use tessera::{
    config::{ChainConfig, Config},
    packets::{pool, site, Site},
};
use tokio::net::TcpListener;
use tonic::{
    body::BoxBody,
    codec::ProstCodec,
    codegen::{http, BoxFuture, Service},
    server::{Grpc, NamedService, UnaryService},
    transport::{server::TcpIncoming, Server},
    Request, Response, Status,
};

use super::{
    bad_node::{BadNode, Spoilt},
    Recorded,
};

/// A gRPC service that says one thing whatever it is asked.
#[derive(Clone)]
struct Says<A>(A);

impl NamedService for Says<GetNodeInfoResponse> {
    const NAME: &'static str = "cosmos.base.tendermint.v1beta1.Service";
}

impl NamedService for Says<StatusResponse> {
    const NAME: &'static str = "cosmos.base.node.v1beta1.Service";
}

impl<A: Clone + Send + 'static> UnaryService<StatusRequest> for Says<A> {
    type Response = A;
    type Future = BoxFuture<Response<A>, Status>;

    fn call(&mut self, _anything: Request<StatusRequest>) -> Self::Future {
        let said = self.0.clone();
        Box::pin(async move { Ok(Response::new(said)) })
    }
}

impl<A: Message + Clone + Send + Sync + 'static> Service<http::Request<BoxBody>> for Says<A> {
    type Response = http::Response<BoxBody>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<BoxBody>) -> Self::Future {
        let says = Says(self.0.clone());
        Box::pin(async move {
            let codec: ProstCodec<A, StatusRequest> = ProstCodec::default();
            Ok(Grpc::new(codec).unary(says, request).await)
        })
    }
}

/// A node's gRPC, which says its height unless its SDK is too old; it ends with the test's runtime.
async fn node(network: &str, height: Option<u64>) -> String {
    let mut info = GetNodeInfoResponse::default();
    info.default_node_info.get_or_insert_default().network = network.into();
    let status = height.map(|height| {
        Says(StatusResponse {
            height,
            ..StatusResponse::default()
        })
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = TcpIncoming::from_listener(listener, true, None).unwrap();
    let mut server = Server::builder();
    let router = server.add_service(Says(info)).add_optional_service(status);
    tokio::spawn(router.serve_with_incoming(incoming));
    format!("http://{address}")
}

fn chain(zone: &str, rpc: &BadNode, grpc: &[&String]) -> ChainConfig {
    let text = format!(
        "[[chains]]\nid = {zone:?}\nrpc_addr = {:?}\ngrpc_addrs = {grpc:?}\naccount_prefix = \"wasm\"\n\
         key_name = \"relayer\"\ngas_price = {{ price = 0, denom = \"stake\" }}\n",
        rpc.url
    );
    let config = Config::parse(Path::new("config.toml"), &text).unwrap();
    config.chain(zone).unwrap().clone()
}

#[tokio::test]
async fn who_serves_and_is_not_behind_is_taken_and_kept() {
    let recorded = Recorded::load();
    let (zone, tip) = (recorded.zone.as_str(), recorded.tip.0);
    let rpc = recorded.node().await;
    let stale = node(zone, Some(tip - 11)).await;
    let [one, other] = [
        node(zone, Some(tip - 10)).await,
        node(zone, Some(tip)).await,
    ];
    let old = node(zone, None).await;
    let away = "http://127.0.0.1:9".to_string();
    let taken = async |grpc: &[&String], now: Option<&String>| {
        let now = now.map(|grpc| Site {
            rpc: rpc.url.clone(),
            grpc: grpc.clone(),
        });
        let chain = chain(zone, &rpc, grpc);
        let site = site(&chain, &pool(&chain).unwrap(), now.as_ref()).await;
        site.map(|site| site.grpc)
            .map_err(|error| error.to_string())
    };
    assert_eq!(taken(&[&stale, &away, &one], None).await, Ok(one.clone()));
    assert_eq!(
        taken(&[&one, &other], Some(&other)).await,
        Ok(other.clone())
    );
    assert_eq!(taken(&[&one, &other], Some(&one)).await, Ok(one.clone()));
    assert_eq!(taken(&[&stale, &other], Some(&stale)).await, Ok(other));
    assert_eq!(taken(&[&old], None).await, Ok(old));

    // Who boasts keeps nobody else from being taken, by whichever protocol.
    let boasting = node(zone, Some(u64::MAX)).await;
    let taken_beside = taken(&[&boasting, &one], None).await;
    assert_eq!(taken_beside, Ok(one.clone()));
    let refused = taken(&[&boasting], None).await.unwrap_err();
    assert!(refused.contains("blocks ahead"), "{refused}");
    let ahead = recorded.node().await;
    ahead.spoil(Spoilt::Boasting(1_000_000));
    let mut beside = chain(zone, &rpc, &[&one]);
    beside.rpc_addrs.push(ahead.url.clone());
    let found = site(&beside, &pool(&beside).unwrap(), None).await.unwrap();
    assert_eq!((found.rpc, found.grpc), (rpc.url.clone(), one.clone()));

    let foreign = node("elsewhere-1", Some(tip)).await;
    let refused = taken(&[&stale, &foreign, &away], None).await.unwrap_err();
    for expected in [
        format!("{stale}: it is 11 blocks behind the others"),
        format!("{foreign}: it serves chain elsewhere-1"),
        away,
    ] {
        assert!(refused.contains(&expected), "{refused}");
    }
}
