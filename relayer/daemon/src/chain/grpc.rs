//! The SDK's gRPC, as far as it tells whom an address serves, and how far it is. Ordinary IBC asks the rest there.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use cosmrs::proto::cosmos::base::{
    node::v1beta1::{StatusRequest, StatusResponse},
    tendermint::v1beta1::{GetNodeInfoRequest, GetNodeInfoResponse},
};
use prost::Message;
use tessera_primitives::Height;
use tonic::{
    client::Grpc,
    codec::ProstCodec,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, ClientTlsConfig, Endpoint},
    Code, Request, Status,
};

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The chain id.
    pub network: String,
    /// Its newest block; none where the SDK is older than 0.50 and does not say.
    pub tip: Option<Height>,
    /// How long it took to say so.
    pub latency: Duration,
}

/// The chain id that an address says it serves.
///
/// # Errors
/// With what is wrong, without the address: no answer within `patience`, or one that is none.
pub async fn network(address: &str, patience: Duration) -> Result<String, String> {
    let asked = async {
        let mut client = connect(address, patience).await?;
        served(&mut client).await
    };
    within(patience, asked).await
}

/// How the node at an address stands.
///
/// # Errors
/// As [`network`].
pub async fn standing(address: &str, patience: Duration) -> Result<Standing, String> {
    let asked = async {
        let mut client = connect(address, patience).await?;
        let began = Instant::now();
        let network = served(&mut client).await?;
        let latency = began.elapsed();
        let path = "/cosmos.base.node.v1beta1.Service/Status";
        let status = ask(&mut client, path, StatusRequest {}).await;
        let tip = match status {
            Ok(StatusResponse { height, .. }) => Some(Height(height)),
            Err(status) if status.code() == Code::Unimplemented => None,
            Err(status) => return Err(status.message().to_string()),
        };
        Ok(Standing {
            network,
            tip,
            latency,
        })
    };
    within(patience, asked).await
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let silent = |_| Err(format!("no answer in {} ms", patience.as_millis()));
    let asked = tokio::time::timeout(patience, asked).await;
    asked.unwrap_or_else(silent)
}

async fn connect(address: &str, patience: Duration) -> Result<Grpc<Channel>, String> {
    let said = |error: tonic::transport::Error| crate::keys::remote::detail(&error);
    let mut endpoint = Endpoint::from_shared(address.to_string()).map_err(said)?;
    if address.starts_with("https://") {
        let tls = ClientTlsConfig::new().with_native_roots();
        endpoint = endpoint.tls_config(tls).map_err(said)?;
    }
    let channel = endpoint.connect_timeout(patience).connect().await;
    Ok(Grpc::new(channel.map_err(said)?))
}

async fn served(client: &mut Grpc<Channel>) -> Result<String, String> {
    let path = "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo";
    let answer: Result<GetNodeInfoResponse, Status> =
        ask(client, path, GetNodeInfoRequest {}).await;
    let info = answer.map_err(|status| status.message().to_string())?;
    let info = info.default_node_info;
    Ok(info.map(|info| info.network).unwrap_or_default())
}

async fn ask<Q, A>(client: &mut Grpc<Channel>, path: &'static str, question: Q) -> Result<A, Status>
where
    Q: Message + 'static,
    A: Message + Default + 'static,
{
    let ready = client.ready().await;
    ready.map_err(|error| Status::unavailable(crate::keys::remote::detail(&error)))?;
    let codec: ProstCodec<Q, A> = ProstCodec::default();
    let path = PathAndQuery::from_static(path);
    let answer = client.unary(Request::new(question), path, codec).await;
    Ok(answer?.into_inner())
}
