//! The SDK's gRPC, as far as it tells whom an address serves. Ordinary IBC asks the rest there.

use std::time::Duration;

use cosmrs::proto::cosmos::base::tendermint::v1beta1::{GetNodeInfoRequest, GetNodeInfoResponse};
use tonic::{
    client::Grpc,
    codec::ProstCodec,
    codegen::http::uri::PathAndQuery,
    transport::{ClientTlsConfig, Endpoint},
    Request,
};

/// The chain id that an address says it serves.
///
/// # Errors
/// With what is wrong, without the address: no answer within `patience`, or one that is none.
pub async fn network(address: &str, patience: Duration) -> Result<String, String> {
    let asked = tokio::time::timeout(patience, ask(address, patience));
    let silent = |_| Err(format!("no answer in {} ms", patience.as_millis()));
    asked.await.unwrap_or_else(silent)
}

async fn ask(address: &str, patience: Duration) -> Result<String, String> {
    let said = |error: tonic::transport::Error| crate::keys::remote::detail(&error);
    let mut endpoint = Endpoint::from_shared(address.to_string()).map_err(said)?;
    if address.starts_with("https://") {
        let tls = ClientTlsConfig::new().with_native_roots();
        endpoint = endpoint.tls_config(tls).map_err(said)?;
    }
    let channel = endpoint
        .connect_timeout(patience)
        .connect()
        .await
        .map_err(said)?;
    let mut client = Grpc::new(channel);
    client.ready().await.map_err(said)?;
    let path = PathAndQuery::from_static("/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo");
    let codec: ProstCodec<GetNodeInfoRequest, GetNodeInfoResponse> = ProstCodec::default();
    let answer = client
        .unary(Request::new(GetNodeInfoRequest {}), path, codec)
        .await;
    let answer = answer
        .map_err(|status| status.message().to_string())?
        .into_inner();
    let info = answer.default_node_info;
    Ok(info.map(|info| info.network).unwrap_or_default())
}
