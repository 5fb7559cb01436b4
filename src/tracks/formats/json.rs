//! JSON as annotation tools write it: with a byte order mark, or with the NaN that Python allows itself.

use serde::de::DeserializeOwned;

use super::checks;
use crate::error::{Error, Result};

/// Reads a JSON file. NaN and infinite numbers, which JSON does not have, are status 3 with their line.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let text = checks::text(bytes)?;
    serde_json::from_str(text).map_err(|error| match not_finite(text) {
        Some(line) => checks::unusable(format!("line {line}: a number is NaN or infinite")),
        None if error.to_string().contains("number out of range") => checks::unusable(error.to_string()),
        None => Error::failed(format!("cannot read the JSON: {error}")),
    })
}

/// The line, counted from 1, of the first NaN or Infinity that stands outside a string.
fn not_finite(text: &str) -> Option<usize> {
    let (mut line, mut quoted, mut escaped) = (1, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' => line += 1,
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'N' | b'I' if !quoted => {
                let rest = text.get(at..).unwrap_or_default();
                if rest.starts_with("NaN") || rest.starts_with("Infinity") {
                    return Some(line);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_number_that_is_none_stops_the_run_where_it_stands() {
        for text in ["[1,\n NaN]", "[1,\n -Infinity]", "[\"\\\"NaN\",\n Infinity]"] {
            let error = parse::<serde_json::Value>(text.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.what().contains("line 2")), (Kind::Unsafe, true), "{text}: {error}");
        }
        assert_eq!(parse::<serde_json::Value>(b"[1e999]").unwrap_err().kind(), Kind::Unsafe);
        assert_eq!(parse::<serde_json::Value>(b"[\"NaN\"").unwrap_err().kind(), Kind::Failed);
    }
}
