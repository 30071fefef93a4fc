//! A node that misbehaves on demand: an HTTP server on loopback in front of a real node, or of what one has answered
//! before. Whatever it is not told to spoil passes through.
// Every test that has one uses a part of what it can do.
#![allow(dead_code)]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{json, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How a node is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// It is not.
    Sound,
    /// It closes connections at once.
    Refusing,
    /// It answers after so long.
    Slow(Duration),
    /// It closes the connection in the middle of its answer.
    Cut,
    /// It answers something that is no JSON.
    Garbage,
    /// Its answer never ends.
    Endless,
    /// It is of another chain.
    WrongChain,
    /// It is so many blocks behind.
    Stale(u64),
    /// It claims so many blocks more than it has.
    Boasting(u64),
    /// It has pruned everything below a height.
    Pruned(u64),
    /// It answers for another height than it was asked for.
    Shifted,
    /// A byte of every proof is another.
    Forging,
    /// One of its validators has more power than there can be.
    Mighty,
    /// It limits requests, and says for how many seconds.
    Limiting(u64),
    /// It takes transactions, and never says so.
    Swallowing,
    /// It loses transactions, and never says so.
    Losing,
}

/// What stands behind a bad node.
pub enum Behind {
    /// A real node.
    Node(String),
    /// A real node whose first answer to each question stands: as a tape of it will answer.
    Stopped(String),
    /// What a real node has answered: method and parameters to result.
    Tape(BTreeMap<String, Value>),
}

/// A running bad node.
pub struct BadNode {
    pub url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    behind: Behind,
    client: reqwest::Client,
    spoilt: Mutex<Spoilt>,
    asked: Mutex<Vec<String>>,
    answers: Mutex<BTreeMap<String, Value>>,
}

impl BadNode {
    pub async fn start(behind: Behind) -> BadNode {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            behind,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            spoilt: Mutex::new(Spoilt::Sound),
            asked: Mutex::default(),
            answers: Mutex::default(),
        });
        let serving = shared.clone();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = serving.clone();
                tokio::spawn(async move { serve(&shared, stream).await });
            }
        });
        BadNode {
            url: format!("http://{address}"),
            shared,
            server,
        }
    }

    pub fn spoil(&self, spoilt: Spoilt) {
        *self.shared.spoilt.lock().unwrap() = spoilt;
    }

    /// The methods that it was asked for since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
    }

    /// The first answer to each question that passed through, for a tape.
    pub fn answers(&self) -> BTreeMap<String, Value> {
        self.shared.answers.lock().unwrap().clone()
    }
}

impl Drop for BadNode {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The name of a question on a tape, with its parameters in the order of their names.
fn question(request: &Value) -> String {
    let parameters = request["params"].as_object().into_iter().flatten();
    let parameters: BTreeMap<&String, &Value> = parameters.collect();
    let method = request["method"].as_str().unwrap();
    format!("{method} {}", serde_json::to_string(&parameters).unwrap())
}

async fn serve(shared: &Shared, mut stream: TcpStream) {
    while let Some(request) = read(&mut stream).await {
        let spoilt = *shared.spoilt.lock().unwrap();
        let method = request["method"].as_str().unwrap().to_string();
        shared.asked.lock().unwrap().push(method.clone());
        let sends = method.starts_with("broadcast");
        match spoilt {
            Spoilt::Refusing => return,
            Spoilt::Losing if sends => return,
            Spoilt::Slow(for_so_long) => tokio::time::sleep(for_so_long).await,
            Spoilt::Limiting(seconds) => {
                let head = format!("Retry-After: {seconds}\r\n");
                respond(&mut stream, "429 Too Many Requests", &head, b"slow down").await;
                continue;
            }
            Spoilt::Garbage => {
                respond(&mut stream, "200 OK", "", b"<html>welcome</html>").await;
                continue;
            }
            Spoilt::Endless => {
                let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                let _gone = stream.write_all(head).await;
                let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
                while stream.write_all(&chunk).await.is_ok() {}
                return;
            }
            _ => {}
        }
        // The node behind is gone: so is this one.
        let Some(answer) = ask(shared, &request).await else {
            return;
        };
        let answer = spoil(spoilt, &request, answer);
        if spoilt == Spoilt::Swallowing && sends {
            return;
        }
        let body = answer.to_string();
        if spoilt == Spoilt::Cut {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            let _gone = stream.write_all(head.as_bytes()).await;
            let _gone = stream.write_all(&body.as_bytes()[..body.len() / 2]).await;
            return;
        }
        respond(&mut stream, "200 OK", "", body.as_bytes()).await;
    }
}

/// A request's JSON; none when the connection ends.
async fn read(stream: &mut TcpStream) -> Option<Value> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    let mut body = vec![0; length.trim().parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

async fn respond(stream: &mut TcpStream, status: &str, head: &str, body: &[u8]) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\n\r\n");
    // At once: a second write would wait until the first one is acknowledged, 40 ms later.
    let _gone = stream.write_all(&[head.as_bytes(), body].concat()).await;
}

async fn ask(shared: &Shared, request: &Value) -> Option<Value> {
    let name = question(request);
    let first = shared.answers.lock().unwrap().get(&name).cloned();
    let mut answer = match (&shared.behind, first) {
        (Behind::Tape(tape), _) => tape.get(&name).cloned().unwrap_or_else(|| {
            json!({ "error": { "code": -32603, "message": "Internal error", "data": "not on the tape" } })
        }),
        (Behind::Stopped(_), Some(first)) => first,
        (Behind::Node(url) | Behind::Stopped(url), _) => {
            let sent = shared.client.post(url).body(request.to_string());
            let answer = sent.send().await.ok()?.bytes().await.ok()?;
            serde_json::from_slice(&answer).ok()?
        }
    };
    let fields = answer.as_object_mut().unwrap();
    fields.retain(|key, _| key == "result" || key == "error");
    let mut answers = shared.answers.lock().unwrap();
    answers.entry(name).or_insert_with(|| answer.clone());
    answer["jsonrpc"] = json!("2.0");
    answer["id"] = request["id"].clone();
    Some(answer)
}

fn spoil(spoilt: Spoilt, request: &Value, mut answer: Value) -> Value {
    let asked: Option<u64> = height(&request["params"]["height"]);
    let missing = |what: String| {
        json!({ "jsonrpc": "2.0", "id": request["id"],
                "error": { "code": -32603, "message": "Internal error", "data": what } })
    };
    match spoilt {
        Spoilt::WrongChain => {
            if answer.pointer("/result/node_info").is_some() {
                answer["result"]["node_info"]["network"] = json!("elsewhere-1");
            }
            if answer.pointer("/result/signed_header").is_some() {
                answer["result"]["signed_header"]["header"]["chain_id"] = json!("elsewhere-1");
            }
        }
        Spoilt::Stale(by) => {
            move_tip(&mut answer, |tip| tip.saturating_sub(by));
        }
        Spoilt::Boasting(by) => {
            move_tip(&mut answer, |tip| tip + by);
        }
        Spoilt::Pruned(below) => {
            if answer.pointer("/result/sync_info").is_some() {
                answer["result"]["sync_info"]["earliest_block_height"] = json!(below.to_string());
            }
            if asked.is_some_and(|height| height < below) {
                let asked = asked.unwrap();
                return missing(format!(
                    "height {asked} is not available, lowest height is {below}"
                ));
            }
        }
        Spoilt::Shifted => {
            if let Some(found) = answer.pointer_mut("/result/signed_header/header/height") {
                *found = json!((height(found).unwrap() + 1).to_string());
            }
        }
        Spoilt::Mighty => {
            if let Some(power) = answer.pointer_mut("/result/validators/0/voting_power") {
                *power = json!((1u64 << 62).to_string());
            }
        }
        Spoilt::Forging => {
            if let Some(proof) = answer.pointer_mut("/result/response/proofOps/ops/0/data") {
                let text = proof.as_str().unwrap();
                let middle = text.len() / 2;
                let other = if &text[middle..=middle] == "A" {
                    "B"
                } else {
                    "A"
                };
                *proof = json!(format!("{}{other}{}", &text[..middle], &text[middle + 1..]));
            }
        }
        _ => {}
    }
    answer
}

/// Heights are texts or numbers.
fn height(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn move_tip(answer: &mut Value, to: impl Fn(u64) -> u64) {
    for place in [
        "/result/sync_info/latest_block_height",
        "/result/response/last_block_height",
    ] {
        if let Some(tip) = answer.pointer_mut(place) {
            *tip = json!(to(height(tip).unwrap()).to_string());
        }
    }
}
