//! The page's own files, inside the program, and what every answer forbids the browser to do.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Name, kind and text of each file.
const FILES: &[(&str, &str, &str)] = &[
    ("", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("page/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("page/look.css", "text/css; charset=utf-8", include_str!("page/look.css")),
    ("page/main.js", SCRIPT, include_str!("page/main.js")),
    ("page/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("page/server.js", SCRIPT, include_str!("page/server.js")),
    ("page/model.js", SCRIPT, include_str!("page/model.js")),
    ("page/boxes.js", SCRIPT, include_str!("page/boxes.js")),
    ("page/time.js", SCRIPT, include_str!("page/time.js")),
    ("page/player.js", SCRIPT, include_str!("page/player.js")),
    ("page/steps.js", SCRIPT, include_str!("page/steps.js")),
    ("page/stage.js", SCRIPT, include_str!("page/stage.js")),
    ("page/axis.js", SCRIPT, include_str!("page/axis.js")),
    ("page/timeline.js", SCRIPT, include_str!("page/timeline.js")),
    ("page/bring.js", SCRIPT, include_str!("page/bring.js")),
    ("page/mark.js", SCRIPT, include_str!("page/mark.js")),
    ("page/details.js", SCRIPT, include_str!("page/details.js")),
    ("page/verdict.js", SCRIPT, include_str!("page/verdict.js")),
    ("page/wanted.js", SCRIPT, include_str!("page/wanted.js")),
    ("page/typed.js", SCRIPT, include_str!("page/typed.js")),
    ("page/covering.js", SCRIPT, include_str!("page/covering.js")),
    ("page/gaps.js", SCRIPT, include_str!("page/gaps.js")),
    ("page/sound.js", SCRIPT, include_str!("page/sound.js")),
    ("page/record.js", SCRIPT, include_str!("page/record.js")),
    ("page/template.js", SCRIPT, include_str!("page/template.js")),
    ("page/check.js", SCRIPT, include_str!("page/check.js")),
    ("page/summary.js", SCRIPT, include_str!("page/summary.js")),
    ("page/approve.js", SCRIPT, include_str!("page/approve.js")),
    ("page/choose.js", SCRIPT, include_str!("page/choose.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing but this program's own files, no frame around the page, nothing kept on disk, no address given away.
const RULES: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Kind and text of one of the page's files.
pub fn file(name: &str) -> Option<(&'static str, &'static str)> {
    FILES.iter().find(|f| f.0 == name).map(|f| (f.1, f.2))
}

/// Adds the rules to an answer that does not state its own.
pub fn lay_down_rules(headers: &mut HeaderMap) {
    for (name, value) in RULES {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_nothing_from_elsewhere_and_opens_every_file_with_why_it_exists() {
        let allowed = "http://www.w3.org/";
        for (name, _, text) in FILES {
            let elsewhere = text
                .match_indices("://")
                .filter(|(at, _)| !text[..at + 3].ends_with(&allowed[..7]) || !text[at - 4..].starts_with(allowed));
            assert_eq!(elsewhere.count(), 0, "{name}");
            assert!(!text.contains("innerHTML") && !text.contains("eval("), "{name}");
            let start = text.lines().take(3).collect::<String>();
            assert!(start.contains("<!--") || start.contains("/*") || start.contains("//"), "{name}");
        }
    }

    #[test]
    fn every_script_that_is_imported_is_there() {
        for (name, _, text) in FILES.iter().filter(|f| f.1 == SCRIPT) {
            for line in text.lines().filter(|l| l.starts_with("import ")) {
                let from = line.rsplit("\"./").next().unwrap().trim_end_matches("\";");
                assert!(file(&format!("page/{from}")).is_some(), "{name}: {line}");
            }
        }
    }
}
