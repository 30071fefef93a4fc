//! What contracts ask of an oracle and read of its answers, as trees: the derived decoders would cost every one of them
//! kilobytes.

use alloc::string::String;

use tessera_primitives::{
    from_json_fields,
    json::{FromJson, Json, ToJson, Unfit},
};

use crate::state::{Accepted, FeedName, Freshness, Quote};

from_json_fields! {
    Accepted { price, time }
    Quote { price, time, freshness }
}

impl ToJson for FeedName {
    fn to_json(&self) -> Json {
        self.as_str().to_json()
    }
}

impl FromJson for FeedName {
    fn from_json(json: Json) -> Result<FeedName, Unfit> {
        Ok(FeedName::new(json.text()?)?)
    }
}

impl FromJson for Freshness {
    fn from_json(json: Json) -> Result<Freshness, Unfit> {
        if let Json::Text(name) = json {
            return match name.as_str() {
                "fresh" => Ok(Freshness::Fresh),
                _ => Err(Unfit::Unknown(name)),
            };
        }
        let (name, content): (String, Json) = json.variant()?;
        let mut fields = content.fields()?;
        let freshness = match name.as_str() {
            "stale" => Freshness::Stale {
                age: fields.take("age")?,
            },
            "suspect" => Freshness::Suspect {
                deviation: fields.take("deviation")?,
            },
            _ => return Err(Unfit::Unknown(name)),
        };
        fields.end()?;
        Ok(freshness)
    }
}
