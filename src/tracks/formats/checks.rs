//! What every reader asks of a box, a frame number and a text, so that no format is laxer than another.

use std::fmt::Display;

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;

/// The last frame number that is believed: 4.5 years at 30 frames a second. Arithmetic on frame numbers
/// stays far from overflow.
pub(super) const LAST_FRAME: u64 = u32::MAX as u64;

/// No picture is this large; beyond it interpolation could overflow to infinity and a box could vanish.
const FARTHEST: f64 = 1e7;

/// The box if it can be covered. Status 3 otherwise: leaving it out could show a person.
pub(super) fn sound(shape: BoundingBox, place: impl Display) -> Result<BoundingBox> {
    let BoundingBox { x, y, w, h } = shape;
    if shape.is_sound() && [x, y, w, h].iter().all(|v| v.abs() <= FARTHEST) {
        return Ok(shape);
    }
    Err(unusable(format!("the box is no rectangle: left {x}, top {y}, width {w}, height {h}")).at(place))
}

/// The error for a box that is there but cannot be covered (status 3).
pub(super) fn unusable(what: impl Into<String>) -> Error {
    Error::stopped(what).hint("correct it in the tool that made the file; it is not skipped, since a person could show")
}

/// The frame number if it can be one.
pub(super) fn frame(number: u64, place: impl Display) -> Result<u64> {
    if number <= LAST_FRAME {
        return Ok(number);
    }
    Err(Error::failed(format!("{place}: frame {number} is beyond any footage")))
}

/// The file as text, without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        Error::failed(format!("byte {} is not UTF-8 text", e.valid_up_to())).hint("save the file again as UTF-8")
    })
}

/// A whole number written as one (`3`, `3.0`), `None` otherwise.
pub(super) fn whole(text: &str) -> Option<i64> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().all(|b| b == b'0') { digits.parse().ok() } else { None }
}

/// The first byte that is not white space, after a byte order mark.
pub(super) fn first_byte(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().copied().find(|b| !b.is_ascii_whitespace())
}

/// Whether a key word stands anywhere in the file.
pub(super) fn mentions(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}
