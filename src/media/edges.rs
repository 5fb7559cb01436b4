//! The coded pictures at both ends of a file, to find what the next file repeats.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use ffmpeg_next as ff;

use super::{ffi, source};
use crate::error::Result;
use crate::footage::{Edges, Footage, MOST_REPEATED, Print};

/// Reads the first and the last seconds of one file. Nothing where its pictures carry no times.
///
/// # Errors
/// `Failed` when it cannot be read.
pub(super) fn edges(footage: &Footage) -> Result<Edges> {
    let part = footage.part(0);
    if part.counted {
        return Ok(Edges::default());
    }
    let mut input = source::open(&part.path, false)?;
    ffi::only_stream(&mut input, part.stream);
    let head = prints(footage, input, None, |at| at <= 2 * MOST_REPEATED)?;
    let from = footage.end().plus(-2 * MOST_REPEATED);
    let (input, _, pending) = source::open_at(footage, footage.frame_at(from).unwrap_or(0))?;
    Ok(Edges { head, tail: prints(footage, input, pending, |_| true)? })
}

/// The pictures from here on, as long as their times are such.
fn prints(
    footage: &Footage,
    mut input: ff::format::context::Input,
    pending: Option<ff::Packet>,
    near: impl Fn(i64) -> bool,
) -> Result<Vec<Print>> {
    let part = footage.part(0);
    let mut prints = Vec::new();
    let mut next = pending;
    loop {
        let packet = match next.take() {
            Some(packet) => packet,
            None => match source::next_packet(&mut input, part.stream)? {
                Some(packet) => packet,
                None => return Ok(prints),
            },
        };
        let ticks = packet.pts().map(|stamp| part.in_recording(stamp, footage.time_base));
        let Some(at) = ticks.filter(|_| !ffi::is_hidden(&packet)).map(|t| footage.time_base.position(t).nanos()) else {
            continue;
        };
        if !near(at) {
            return Ok(prints);
        }
        let mut hasher = DefaultHasher::new();
        packet.data().unwrap_or_default().hash(&mut hasher);
        prints.push(Print { at, digest: hasher.finish(), key: packet.is_key() });
    }
}
