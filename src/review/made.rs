//! The pack that was made, as the page may have it: its files, whole or in the pieces that players ask for, and its folder.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Result};

/// The most bytes that a player is given at once: it asks on from there, and an hour's clip is never in memory.
const PIECE: u64 = 4 << 20;

/// What a notice may do: it is a page of its own, which may do nothing but look as it does.
const NOTICE: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/// A file of one half (`send`, `keep`) of a pack, or the range of it that is asked for; 404 for anything else.
pub fn file(pack: &Path, half: &str, name: &str, headers: &HeaderMap) -> Response {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    if !matches!(half, "send" | "keep") || !plain {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = pack.join(half).join(name);
    answer(&path, headers).unwrap_or_else(|_| StatusCode::NOT_FOUND.into_response())
}

fn answer(path: &Path, headers: &HeaderMap) -> io::Result<Response> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let kind = match path.extension().and_then(|e| e.to_str()) {
        Some("mp4") => "video/mp4",
        Some("png") => "image/png",
        Some("html") => "text/html; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let own = [(header::CONTENT_TYPE, kind), (header::ACCEPT_RANGES, "bytes")];
    let mut bytes = Vec::new();
    if let Some((first, last)) = part(headers, length) {
        file.seek(SeekFrom::Start(first))?;
        file.take(last - first + 1).read_to_end(&mut bytes)?;
        let range = format!("bytes {first}-{last}/{length}");
        return Ok((StatusCode::PARTIAL_CONTENT, own, [(header::CONTENT_RANGE, range)], bytes).into_response());
    }
    file.read_to_end(&mut bytes)?;
    let notice = kind.starts_with("text/html").then_some([(header::CONTENT_SECURITY_POLICY, NOTICE)]);
    Ok(match notice {
        Some(rules) => (own, rules, bytes).into_response(),
        None => (own, bytes).into_response(),
    })
}

/// The first and the last byte of a range that a player asks for (RFC 9110, 14.2), as much of it as is given at once;
/// `None` for the whole file.
fn part(headers: &HeaderMap, length: u64) -> Option<(u64, u64)> {
    let asked = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = asked.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
    (first <= last && first < length).then(|| (first, last.min(length - 1).min(first.saturating_add(PIECE - 1))))
}

/// Shows a pack's folder in the system's own window.
///
/// # Errors
/// `Failed` where there is nothing to show it with.
pub fn show(pack: &Path) -> Result<()> {
    open::that_detached(pack)
        .map_err(|_| Error::failed(format!("the folder cannot be opened from here; it is {}", pack.display())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn asking(range: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())])
    }

    #[test]
    fn ranges_are_read_as_players_write_them() {
        let asked = |range: &str| part(&asking(range), 100);
        assert_eq!(asked("bytes=0-"), Some((0, 99)));
        assert_eq!(asked("bytes=10-19"), Some((10, 19)));
        assert_eq!(asked("bytes=90-500"), Some((90, 99)));
        for odd in ["bytes=100-", "bytes=5-4", "bytes=-5", "lines=1-2", "bytes=x-"] {
            assert_eq!(asked(odd), None, "{odd}");
        }
        assert_eq!(part(&HeaderMap::new(), 100), None);
        assert_eq!(part(&HeaderMap::new(), 0), None);
    }

    #[test]
    fn of_a_long_clip_a_player_gets_one_piece_after_another() {
        let hour = 3 * PIECE + 1;
        assert_eq!(part(&asking("bytes=0-"), hour), Some((0, PIECE - 1)));
        assert_eq!(part(&asking(&format!("bytes={PIECE}-")), hour), Some((PIECE, 2 * PIECE - 1)));
        assert_eq!(part(&asking(&format!("bytes={}-", hour - 1)), hour), Some((hour - 1, hour - 1)));
    }

    #[test]
    fn a_range_has_the_very_bytes_of_the_file() {
        let pack = tempfile::tempdir().unwrap();
        std::fs::create_dir(pack.path().join("send")).unwrap();
        std::fs::write(pack.path().join("send/clip.mp4"), b"0123456789").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = file(pack.path(), "send", "clip.mp4", &asking("bytes=3-6"));
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 3-6/10");
        let body = runtime.block_on(axum::body::to_bytes(answer.into_body(), 100)).unwrap();
        assert_eq!(body.as_ref(), b"3456");
        assert_eq!(file(pack.path(), "send", "other.mp4", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }
}
