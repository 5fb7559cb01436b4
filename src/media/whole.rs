//! Whether a file is all there: what its outermost structure promises, against the bytes that it has. Exports break off
//! when a stick is pulled or a disk is full; nothing else says so where the pictures up to there decode.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::path::Path;

/// What is missing of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// An MP4 without its index, which is written last: nothing in it can be found.
    NoIndex,
    /// It ends before it says it does.
    CutOff,
}

/// Boxes that an MP4 or QuickTime file begins with (ISO/IEC 14496-12, 4.2).
const MP4: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"];
/// Boxes looked at before giving up.
const BOXES: usize = 100_000;
/// The File Properties object of an ASF file (Microsoft, "Advanced Systems Format Specification", 3.2).
const ASF_PROPERTIES: &[u8] = b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65";
/// More than the longest packet of a program stream.
const TAIL: u64 = 70_000;

/// What is missing of the file, where its structure tells; `None` too for what cannot be read.
pub(super) fn fault(path: &Path) -> Option<Fault> {
    look(&mut File::open(path).ok()?).ok()?
}

fn look(file: &mut (impl Read + Seek)) -> Result<Option<Fault>> {
    let length = file.seek(SeekFrom::End(0))?;
    let head = bytes(file, 0, 1 << 16)?;
    let cut = |promised: Option<u64>| promised.filter(|&promised| promised > length).map(|_| Fault::CutOff);
    let is = |at: usize, what: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(what));
    if MP4.iter().any(|kind| is(4, kind)) {
        return mp4(file, length);
    }
    if is(0, b"RIFF") {
        return Ok(cut(number(&head, 4, 4, false).map(|size| size + 8)));
    }
    if is(0, b"\x1a\x45\xdf\xa3") {
        return Ok(cut(segment_end(&head)));
    }
    if let Some(at) = head.windows(16).position(|w| w == ASF_PROPERTIES).filter(|_| is(0, b"\x30\x26\xb2\x75")) {
        return Ok(cut(number(&head, at + 40, 8, false)));
    }
    // Packets of one size: ISO/IEC 13818-1, 2.4.3.2, and the same with a time before each.
    for (first, packet) in [(0, 188), (4, 192)] {
        if (0..3).all(|n| is(first + n * packet, b"G")) {
            return Ok(Some(Fault::CutOff).filter(|_| length % packet as u64 != 0));
        }
    }
    let pack = b"\0\0\x01\xba";
    if is(0, pack) || is(0, b"IMKH") && is(40, pack) {
        let start = length.saturating_sub(TAIL);
        return Ok(cut(last_packet_end(&bytes(file, start, TAIL)?).map(|end| start + end)));
    }
    Ok(None)
}

fn bytes(file: &mut (impl Read + Seek), at: u64, count: u64) -> Result<Vec<u8>> {
    let mut found = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(count).read_to_end(&mut found)?;
    Ok(found)
}

/// A whole number of so many bytes.
fn number(bytes: &[u8], at: usize, count: usize, big: bool) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(count)?)?;
    let join = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
    let value = if big { part.iter().fold(0, join) } else { part.iter().rev().fold(0, join) };
    Some(value).filter(|&v| v < 1 << 62)
}

/// Walks the outermost boxes.
fn mp4(file: &mut (impl Read + Seek), length: u64) -> Result<Option<Fault>> {
    let (mut at, mut index) = (0, false);
    for _ in 0..BOXES {
        let head = bytes(file, at, 16)?;
        let (Some(small), Some(kind)) = (number(&head, 0, 4, true), head.get(4..8)) else { break };
        index |= kind == b"moov";
        let size = match small {
            0 => break,
            1 => number(&head, 8, 8, true).unwrap_or(0),
            size => size,
        };
        if size < 8 {
            break;
        }
        at += size;
        if at > length {
            return Ok(Some(if index { Fault::CutOff } else { Fault::NoIndex }));
        }
    }
    Ok(Some(Fault::NoIndex).filter(|_| !index))
}

/// Where the segment of a Matroska file ends, unless that is left open (RFC 8794, sections 4 and 6.2).
fn segment_end(head: &[u8]) -> Option<u64> {
    // A number, and how many bytes it took.
    let vint = |at: usize| {
        let count = head.get(at)?.leading_zeros() as usize + 1;
        let value = number(head, at, count.min(8), true)? & ((1 << (7 * count.min(8))) - 1);
        Some((value, at + count))
    };
    let (size, body) = vint(4)?;
    let segment = body.checked_add(usize::try_from(size).ok()?)?;
    if head.get(segment..)?.starts_with(b"\x18\x53\x80\x67") {
        let (size, body) = vint(segment + 4)?;
        let open = (1u64 << (7 * (body - segment - 4))) - 1;
        return (size != open).then_some(size + body as u64);
    }
    None
}

/// Where the last packet of a program stream ends, from the start of these bytes (ISO/IEC 13818-1, 2.5.3 and 2.4.3.6).
fn last_packet_end(tail: &[u8]) -> Option<u64> {
    let start = |w: &[u8]| w.starts_with(b"\0\0\x01") && w.get(3).is_some_and(|code| (0xb9..=0xef).contains(code));
    let at = tail.windows(4).rposition(start)?;
    let end = match tail.get(at + 3)? {
        0xb9 => at as u64 + 4,
        0xba => at as u64 + 14,
        _ => match number(tail, at + 4, 2, true) {
            Some(0) => return None,
            size => at as u64 + 6 + size.unwrap_or(0),
        },
    };
    Some(end)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn of(file: &[u8]) -> Option<Fault> {
        look(&mut Cursor::new(file)).unwrap()
    }

    fn a_box(kind: &[u8; 4], size: u32, body: usize) -> Vec<u8> {
        [&size.to_be_bytes(), &kind[..], &vec![7; body]].concat()
    }

    #[test]
    fn each_container_tells_that_it_was_cut_off() {
        let asf = [&b"\x30\x26\xb2\x75"[..], &[0; 20], ASF_PROPERTIES, &[0; 24], &200u64.to_le_bytes(), &[0; 128]];
        let mkv = [&b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x01\0\0\0\0\0\0"[..], &[64], &[0; 64]];
        let avi = [&b"RIFF"[..], &92u32.to_le_bytes(), b"AVI ", &[0; 88]];
        let mp4 = [a_box(b"ftyp", 16, 8), a_box(b"moov", 30, 22), a_box(b"mdat", 50, 42)];
        let ps = [&b"\0\0\x01\xba"[..], &[0; 10], b"\0\0\x01\xe0\0\x20", &[9; 32]];
        let hik = [&b"IMKH"[..], &[0; 36], &ps.concat()].concat();
        let ts = [&b"G"[..], &[0; 187]].concat().repeat(4);
        let files = [asf.concat(), mkv.concat(), avi.concat(), mp4.concat(), ps.concat(), hik, ts];
        for (n, file) in files.iter().enumerate() {
            assert_eq!(of(file), None, "{n}");
            assert_eq!(of(&file[..file.len() - 5]), Some(Fault::CutOff), "{n}");
        }
        assert_eq!(of(&mp4[0]), Some(Fault::NoIndex));
        assert_eq!(of(&[&mp4[0][..], &a_box(b"mdat", 500, 30)].concat()), Some(Fault::NoIndex));
        assert_eq!(of(b"DHAV\xfd\0\0\0"), None);
        // A live Matroska file leaves its length open.
        assert_eq!(of(b"\x1a\x45\xdf\xa3\x82ab\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff12"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_harm(
            which in 0..6usize, rest in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let heads: [&[u8]; 6] =
                [b"\0\0\0\x10ftyp", b"RIFF", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75", b"\0\0\x01\xba", b""];
            let _ = of(&[heads[which], &rest].concat());
        }
    }
}
