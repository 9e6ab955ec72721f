use serde::Deserialize;
use serde_json::Value;

/// One recorded exchange and the independent reading of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `provider/file` without the extension.
    pub name: String,
    /// Whose traffic it is.
    pub provider: String,
    /// The kind of call: `messages`, `chat`, `responses`, ...
    pub api: String,
    /// What was sent when it was recorded; null for fixtures without one.
    pub request: Value,
    /// What the provider answered.
    pub response: Recorded,
    /// How an independent reader reads it; null where there is no reading.
    pub expected: Value,
}

impl Exchange {
    /// What the provider answered, as text; empty if it is none.
    pub fn body_text(&self) -> &str {
        std::str::from_utf8(&self.response.body).unwrap_or_default()
    }
}

/// A recorded response.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The status.
    pub status: u16,
    /// Header fields, without those that belong to one connection.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the connection closes before HTTP says the body is complete. Only fixtures of our own say so.
    pub cut: bool,
}

impl Recorded {
    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether it was recorded as an event stream.
    pub fn is_event_stream(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.contains("event-stream") && !kind.contains("amazon"))
    }
}

/// A file as it is written.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    provider: String,
    api: String,
    #[serde(default)]
    request: Value,
    response: FileResponse,
}

#[derive(Debug, Deserialize)]
struct FileResponse {
    status: u16,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    body: Option<Value>,
    body_text: Option<String>,
    body_base64: Option<String>,
    #[serde(default)]
    end: Option<String>,
}

/// Recomputed for each connection.
const HOP_BY_HOP: [&str; 6] =
    ["content-length", "transfer-encoding", "connection", "content-encoding", "keep-alive", "server"];

impl File {
    pub(super) fn into_exchange(self, name: String, expected: Value) -> Result<Exchange, String> {
        let FileResponse { status, headers, body, body_text, body_base64, end } = self.response;
        let body = match (body, body_text, body_base64) {
            (Some(document), None, None) => document.to_string().into_bytes(),
            (None, Some(text), None) => text.into_bytes(),
            (None, None, Some(base64)) => decoded(&base64).ok_or("body_base64 is no base64")?,
            (None, None, None) => Vec::new(),
            _ => return Err("the response has more than one body".into()),
        };
        let headers = headers
            .into_iter()
            .filter(|(name, _)| !HOP_BY_HOP.contains(&name.to_ascii_lowercase().as_str()))
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let cut = end.as_deref() == Some("cut");
        let response = Recorded { status, headers, body, cut };
        Ok(Exchange { name, provider: self.provider, api: self.api, request: self.request, response, expected })
    }
}

// Padded or not, in the common alphabet: a handful of bodies needs no dependency.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets = text.trim().trim_end_matches('=').bytes().map(value).collect::<Option<Vec<u8>>>()?;
    let mut bytes = Vec::with_capacity(sextets.len() * 3 / 4);
    for group in sextets.chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, sextet| (bits << 6) | u32::from(*sextet)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(bits.to_be_bytes().get(1..group.len())?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(decoded("YWJj").unwrap(), b"abc");
        assert_eq!(decoded("YWI=").unwrap(), b"ab");
        assert_eq!(decoded("YQ").unwrap(), b"a");
        assert_eq!(decoded("Y*"), None);
    }
}
