//! Bytes in JSON: as text where they are UTF-8, in hexadecimal where they are not.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form<'a> {
    Text(std::borrow::Cow<'a, str>),
    Hex(String),
}

/// For `#[serde(with = "…")]`.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let form = match std::str::from_utf8(bytes) {
        Ok(text) => Form::Text(text.into()),
        Err(_) => Form::Hex(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    };
    form.serialize(serializer)
}

/// For `#[serde(with = "…")]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    match Form::deserialize(deserializer)? {
        Form::Text(text) => Ok(text.into_owned().into_bytes()),
        Form::Hex(text) => from_hex(&text).ok_or_else(|| de::Error::custom("bad hexadecimal")),
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Vec<u8>);

    #[test]
    fn every_byte_comes_back() {
        for bytes in [(0..=255).collect(), b"text\n".to_vec(), Vec::new()] {
            let json = serde_json::to_string(&Holder(bytes.clone())).unwrap();
            assert_eq!(serde_json::from_str::<Holder>(&json).unwrap().0, bytes);
        }
    }
}
