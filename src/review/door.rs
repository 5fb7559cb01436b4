//! Who may ask the server: the page that it served itself, and nobody else. Other pages in the same browser, and other
//! users of the machine, can reach 127.0.0.1 too.

use axum::http::{HeaderMap, Method, header};

use crate::error::{Error, Result};
use crate::hash;

/// What every request has to show.
#[derive(Debug, Clone)]
pub struct Door {
    /// 64 hexadecimal digits from the system's random numbers, new at every start.
    pub token: String,
    /// The port that is served.
    pub port: u16,
}

impl Door {
    /// With a new token.
    ///
    /// # Errors
    /// `Failed` when the system gives no random numbers.
    pub fn new(port: u16) -> Result<Self> {
        use std::io::Read;
        let mut random = [0u8; 32];
        std::fs::File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut random))
            .map_err(|e| Error::failed(format!("the system gives no random numbers: {e}")))?;
        Ok(Self { token: hex::encode(random), port })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("{}/{}/", self.origin(), self.token)
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether a request is answered: it was sent to this very address (no name that somebody made point here), knows
    /// the token, and comes from this very page. What changes something has to say where it comes from; only the page
    /// itself may be opened from elsewhere, as a page of its own.
    pub fn lets_in(&self, method: &Method, path: &str, headers: &HeaderMap) -> bool {
        let one = |name: &str| {
            let mut all = headers.get_all(name).iter();
            let first = all.next().map(|v| v.to_str().unwrap_or("?"));
            if all.next().is_some() { Some("?") } else { first }
        };
        if one(header::HOST.as_str()) != Some(&format!("127.0.0.1:{}", self.port)) {
            return false;
        }
        let Some((token, rest)) = path.strip_prefix('/').and_then(|p| p.split_once('/')) else { return false };
        // Hashes are compared, so that the time it takes says nothing of how much was right.
        if hash::bytes(token.as_bytes()) != hash::bytes(self.token.as_bytes()) {
            return false;
        }
        let origin = one(header::ORIGIN.as_str());
        if origin.is_some_and(|o| o != self.origin()) || (method != Method::GET && origin.is_none()) {
            return false;
        }
        match one("sec-fetch-site") {
            None | Some("same-origin") => true,
            Some(_) => method == Method::GET && rest.is_empty() && one("sec-fetch-dest") == Some("document"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn door() -> Door {
        Door { token: "a".repeat(64), port: 4000 }
    }

    fn asks(method: Method, path: &str, said: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(*name, value.parse().unwrap());
        }
        door().lets_in(&method, path, &headers)
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:4000");
    const ORIGIN: (&str, &str) = ("origin", "http://127.0.0.1:4000");

    fn at(rest: &str) -> String {
        format!("/{}/{rest}", door().token)
    }

    #[test]
    fn the_page_and_what_it_asks_for_come_in() {
        assert!(asks(Method::GET, &at(""), &[HOST]));
        assert!(asks(Method::GET, &at(""), &[HOST, ("sec-fetch-site", "none"), ("sec-fetch-dest", "document")]));
        assert!(asks(Method::GET, &at("state"), &[HOST, ("sec-fetch-site", "same-origin")]));
        assert!(asks(Method::PUT, &at("work"), &[HOST, ORIGIN, ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn another_name_of_this_machine_stays_out() {
        let local = concat!("local", "host:4000");
        for host in [local, "evil.example:4000", "127.0.0.1", "127.0.0.1:4001", ""] {
            assert!(!asks(Method::GET, &at(""), &[("host", host)]), "{host}");
        }
        assert!(!asks(Method::GET, &at(""), &[]));
        assert!(!asks(Method::GET, &at(""), &[HOST, ("host", "evil.example")]));
    }

    #[test]
    fn a_wrong_token_stays_out() {
        let short = "a".repeat(63);
        for path in ["/", "", "/state", &format!("/{short}/"), &format!("/{short}b/"), &format!("/{short}"), "//"] {
            assert!(!asks(Method::GET, path, &[HOST]), "{path}");
        }
    }

    #[test]
    fn another_page_stays_out() {
        let local = concat!("http://local", "host:4000");
        for origin in ["http://evil.example", "null", local, "https://127.0.0.1:4000"] {
            assert!(!asks(Method::GET, &at("state"), &[HOST, ("origin", origin)]), "{origin}");
            assert!(!asks(Method::PUT, &at("work"), &[HOST, ("origin", origin)]), "{origin}");
        }
        assert!(!asks(Method::PUT, &at("work"), &[HOST]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!asks(Method::GET, &at("state"), &[HOST, ("sec-fetch-site", site)]), "{site}");
            assert!(!asks(Method::GET, &at(""), &[HOST, ("sec-fetch-site", site), ("sec-fetch-dest", "iframe")]));
            let document = ("sec-fetch-dest", "document");
            assert!(!asks(Method::GET, &at("state"), &[HOST, ("sec-fetch-site", site), document]), "{site}");
        }
    }
}
