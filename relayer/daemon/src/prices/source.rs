//! Where prices come from: what an address answers, what a file holds, what a program writes.

use std::{
    process::Stdio,
    time::{Duration, SystemTime},
};

use tessera_primitives::{Price, Timestamp};
use tokio::{io::AsyncReadExt, process::Command};

use super::Said;
use crate::config::{PriceFeed, PriceSource};

/// Most that is read of an answer, in bytes.
const MOST: u64 = 65_536;
/// A price has 18 decimals.
const DECIMALS: i32 = 18;

/// Why a source has no price. An address may hold a password, so none is told.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It took too long.
    #[error("the source took longer than {0:?}")]
    TimedOut(Duration),
    /// It cannot be read.
    #[error("the source cannot be read: {0}")]
    Unreadable(String),
    /// It says that it failed.
    #[error("the source failed: {0}")]
    Failed(String),
    /// Its answer has no end.
    #[error("the source's answer has more than {0} bytes")]
    TooLong(u64),
    /// There is nothing at the place where the price or its time should be.
    #[error("the source's answer has nothing at {0:?}")]
    Missing(String),
    /// What it says is no price, or no time.
    #[error("{what} is {text:?}, and must be {expected}")]
    Malformed {
        /// Which.
        what: &'static str,
        /// What it says.
        text: String,
        /// What it may be.
        expected: &'static str,
    },
}

/// Asks a source once, now: a source that does not say when its price held is believed to speak of this moment.
///
/// # Errors
/// [`SourceError`].
pub async fn ask(feed: &PriceFeed, timeout: Duration, now: Timestamp) -> Result<Said, SourceError> {
    let answer = async {
        match feed.source {
            PriceSource::Http => http(&feed.at).await.map(|text| (text, now)),
            PriceSource::File => file(&feed.at).await,
            PriceSource::Command => command(feed).await.map(|text| (text, now)),
        }
    };
    let answer = tokio::time::timeout(timeout, answer).await;
    let (text, time) = answer.map_err(|_| SourceError::TimedOut(timeout))??;
    read(feed, &text, time)
}

async fn http(address: &str) -> Result<String, SourceError> {
    let unreadable =
        |error: reqwest::Error| SourceError::Unreadable(error.without_url().to_string());
    let mut response = reqwest::get(address).await.map_err(unreadable)?;
    if !response.status().is_success() {
        return Err(SourceError::Failed(response.status().to_string()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreadable)? {
        bytes.extend_from_slice(&chunk);
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST {
            return Err(SourceError::TooLong(MOST));
        }
    }
    text(bytes)
}

/// A file is as old as it was written, unless it says when its price held.
async fn file(path: &str) -> Result<(String, Timestamp), SourceError> {
    let unreadable = |error: std::io::Error| SourceError::Unreadable(error.to_string());
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let written = file.metadata().await.and_then(|about| about.modified());
    let since = written
        .map_err(unreadable)?
        .duration_since(SystemTime::UNIX_EPOCH);
    let nanos = since.unwrap_or_default().as_nanos();
    let time = Timestamp(u64::try_from(nanos).unwrap_or(u64::MAX));
    Ok((limited(file).await?, time))
}

/// A program that takes too long is killed when its answer is no longer waited for.
async fn command(feed: &PriceFeed) -> Result<String, SourceError> {
    let unreadable = |error: std::io::Error| SourceError::Unreadable(error.to_string());
    let mut child = Command::new(&feed.at)
        .args(&feed.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(unreadable)?;
    let Some(out) = child.stdout.take() else {
        return Err(SourceError::Unreadable("it writes nowhere".into()));
    };
    let said = limited(out).await?;
    let status = child.wait().await.map_err(unreadable)?;
    if status.success() {
        Ok(said)
    } else {
        Err(SourceError::Failed(status.to_string()))
    }
}

async fn limited(reader: impl tokio::io::AsyncRead + Unpin) -> Result<String, SourceError> {
    let mut bytes = Vec::new();
    let read = reader
        .take(MOST.saturating_add(1))
        .read_to_end(&mut bytes)
        .await;
    let read = read.map_err(|error| SourceError::Unreadable(error.to_string()))?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MOST {
        return Err(SourceError::TooLong(MOST));
    }
    text(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, SourceError> {
    String::from_utf8(bytes).map_err(|_| SourceError::Unreadable("it is no text".into()))
}

fn read(feed: &PriceFeed, text: &str, time: Timestamp) -> Result<Said, SourceError> {
    let Some(place) = &feed.price else {
        let mut words = text.split_whitespace();
        let price = price(words.next().unwrap_or_default())?;
        let time = words.next().map_or(Ok(time), seconds)?;
        return match words.next() {
            None => Ok(Said { price, time }),
            Some(_) => Err(SourceError::Malformed {
                what: "the answer",
                text: shown(text),
                expected: "a price, or a price and its time",
            }),
        };
    };
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|_| SourceError::Malformed {
            what: "the answer",
            text: shown(text),
            expected: "JSON",
        })?;
    let at = |place: &str| match json.pointer(place) {
        Some(serde_json::Value::String(text)) => Ok(text.clone()),
        Some(serde_json::Value::Null) | None => Err(SourceError::Missing(place.into())),
        Some(other) => Ok(other.to_string()),
    };
    Ok(Said {
        price: price(&at(place)?)?,
        time: match &feed.time {
            Some(place) => seconds(&at(place)?)?,
            None => time,
        },
    })
}

/// `9.81` or `9.81e-3`, of the reference currency per whole token: exactly, but for what is below 10⁻¹⁸.
fn price(text: &str) -> Result<Price, SourceError> {
    let wrong = || SourceError::Malformed {
        what: "the price",
        text: shown(text),
        expected: "a decimal number, not negative and below 10^20",
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| wrong())?),
        None => (text, 0),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || digits.len() > 60 {
        return Err(wrong());
    }
    let moved = i64::from(exponent)
        .saturating_add(i64::from(DECIMALS))
        .saturating_add(i64::try_from(whole.len()).unwrap_or(i64::MAX));
    // How many digits are before the point once the point has moved.
    let places = usize::try_from(moved.clamp(0, 60)).unwrap_or_default();
    let all: String = whole.chars().chain(part.chars()).collect();
    let kept: String = all
        .chars()
        .chain(std::iter::repeat('0'))
        .take(places)
        .collect();
    if moved > 60 && all.bytes().any(|digit| digit != b'0') {
        return Err(wrong());
    }
    let kept = kept.trim_start_matches('0');
    let amount: u128 = if kept.is_empty() {
        0
    } else {
        kept.parse().map_err(|_| wrong())?
    };
    Ok(Price(amount))
}

/// Seconds since 1970, with or without a fraction.
fn seconds(text: &str) -> Result<Timestamp, SourceError> {
    let wrong = || SourceError::Malformed {
        what: "the time",
        text: shown(text),
        expected: "seconds since 1970",
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let nanos: String = part.chars().chain("000000000".chars()).take(9).collect();
    let nanos: u64 = nanos.parse().map_err(|_| wrong())?;
    let time = whole.checked_mul(1_000_000_000);
    let time = time.and_then(|time| time.checked_add(nanos));
    time.map(Timestamp).ok_or_else(wrong)
}

/// What is shown of an answer.
fn shown(text: &str) -> String {
    text.trim().chars().take(80).collect()
}
