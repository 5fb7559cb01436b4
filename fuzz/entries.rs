//! Every parser of our own, as a function of bytes that panics where it does what no bytes may make it do. Driven by
//! libFuzzer (`make fuzz`) and, with changed copies of sound files, by `tests/proof/hostile/parsers.rs`.

use std::io::Cursor;
use std::path::Path;

use cctv_redact::disclose::parse_rate;
use cctv_redact::media::avcc::Avcc;
use cctv_redact::media::bitstream::{Framing, h264_type, hevc_type, join, split, stray, without_sei};
use cctv_redact::media::h264::slice::{self, Sets};
use cctv_redact::media::h264::{Pps, SliceStart, Sps};
use cctv_redact::request::{self, check, check_reference};
use cctv_redact::tracks::formats::{self, Entry, FORMATS, ReadOptions, native};
use cctv_redact::tracks::load::parse_size;
use cctv_redact::verify::{mp4, png};
use cctv_redact::{batch, clock, time};

/// Takes bytes and panics on a fault.
pub type Parser = fn(&[u8]);

/// Each by the name of its target.
pub const ENTRIES: &[(&str, Parser)] = &[
    ("tracks", tracks),
    ("request", request),
    ("manifest", manifest),
    ("mp4", mp4),
    ("png", png),
    ("slices", slices),
    ("framing", framing),
    ("times", times),
];

/// Track files of every format: every box is sound, and what the native format writes it reads again.
pub fn tracks(bytes: &[u8]) {
    let odd = u8::from(bytes.len() % 2 == 1);
    let options = ReadOptions { size: Some((768, 576)), mot_origin: odd, ..ReadOptions::default() };
    for format in FORMATS {
        let _ = (format.sniff)(bytes);
        let Ok(file) = (format.read)(bytes, &options) else { continue };
        for track in &file.tracks {
            assert!(!track.keyframes.is_empty(), "a track without a box");
            assert!(track.keyframes.iter().all(|key| key.shape.is_sound()), "an unsound box");
        }
        if let Ok(text) = native::write(&file, &formats::stated_number) {
            let again = native::read(&text, &options).expect("what was written reads");
            assert_eq!(again.tracks.len(), file.tracks.len(), "a track is lost");
        }
    }
    let _ = formats::read(bytes, None, &options);
    // The same as files of a folder, one after each empty line.
    let parts = bytes.split(|&b| b == b'\n').collect::<Vec<_>>();
    let file = |(n, lines): (usize, &[&[u8]])| Entry { name: format!("{n:06}.txt"), bytes: lines.join(&b'\n') };
    let entries: Vec<Entry> = parts.split(|line| line.is_empty()).enumerate().map(file).collect();
    for read in FORMATS.iter().filter_map(|format| format.folder) {
        let file = read(&entries, &options);
        let boxes = file.iter().flat_map(|file| &file.tracks).flat_map(|track| &track.keyframes);
        assert!(boxes.into_iter().all(|key| key.shape.is_sound()), "an unsound box");
    }
}

/// Request files: what is understood is written and read again the same.
pub fn request(bytes: &[u8]) {
    let Ok(request) = request::parse(bytes) else { return };
    let _ = check(&request);
    let text = serde_json::to_vec(&request).expect("a request is JSON");
    let again = request::parse(&text).expect("a request that was written reads");
    assert_eq!(again, request);
}

/// Manifests of batches. The files they name are not there.
pub fn manifest(bytes: &[u8]) {
    let _ = batch::parse(bytes, Path::new("nowhere/batch.json"));
}

/// The walker over MP4 boxes.
pub fn mp4(bytes: &[u8]) {
    let _ = mp4::walk(&mut Cursor::new(bytes));
}

/// The walker over PNG chunks.
pub fn png(bytes: &[u8]) {
    let _ = png::walk(bytes);
}

/// H.264 units with start codes: parameter sets, and the slices that use them.
pub fn slices(bytes: &[u8]) {
    let mut sets = Sets::default();
    let units = split(bytes, Framing::AnnexB).unwrap_or_else(|| vec![bytes]);
    for unit in &units {
        let _ = (Sps::parse(unit), Pps::parse(unit), sets.take(unit));
        let Some(start) = SliceStart::parse(unit) else { continue };
        let Some((sps, pps)) = sets.get(start.pps) else { continue };
        let _ = (SliceStart::frame_number(unit, sps), slice::header(sps, pps, unit));
        if let Ok(facts) = slice::read(sps, pps, unit) {
            let end = u64::from(facts.header.first_macroblock) + u64::from(facts.macroblocks);
            assert!(end <= u64::from(sps.macroblocks()), "a slice ends behind its picture");
            assert_eq!(slice::header(sps, pps, unit), Ok(facts.header), "a header reads differently on its own");
        }
    }
    let _ = slice::picture(&sets, units);
}

/// How units are framed: what is joined splits again, what is kept is clean, and what is built is read.
pub fn framing(bytes: &[u8]) {
    let (size, packet) = bytes.split_first().map_or((0, bytes), |(size, rest)| (size % 6, rest));
    for from in [Framing::AnnexB, Framing::Lengths(size)] {
        if let Some(units) = split(packet, from) {
            for unit in &units {
                let _ = (h264_type(unit), hevc_type(unit));
            }
            if let Some(joined) = join(units.iter().copied(), Framing::Lengths(4)) {
                assert_eq!(split(&joined, Framing::Lengths(4)), Some(units));
            }
        }
        if let Some(clean) = without_sei(packet, from, Framing::Lengths(4)) {
            let units = split(&clean, Framing::Lengths(4)).expect("what was joined splits");
            let whole: Vec<&[u8]> = units.into_iter().filter(|u| !matches!(h264_type(u), Some(2..=4))).collect();
            assert_eq!(stray(&whole), None, "something else is kept");
        }
    }
    if let Some(built) = Avcc::parse(bytes).and_then(|record| record.build()) {
        assert_eq!(Avcc::parse(&built).and_then(|record| record.build()), Some(built));
    }
}

/// Everything that is typed: times, zones, rates, sizes, shards, references, and times in file names.
pub fn times(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.as_ref();
    if let Ok(seconds) = time::parse_seconds(text) {
        assert!(seconds.is_finite(), "{text}: {seconds}");
    }
    if let (Ok(clock::Instant::Local(local)), Ok(zone)) = (clock::parse(text), clock::zone("Europe/London")) {
        let _ = clock::resolve(local, &zone, "a time");
    }
    if let Ok((num, den)) = parse_rate(text) {
        assert!(num > 0 && den > 0, "{text}: {num}/{den}");
    }
    if let Ok((width, height)) = parse_size(text) {
        assert!(width > 0 && height > 0, "{text}");
    }
    if let Ok((shard, of)) = batch::parse_shard(text) {
        assert!((1..=of).contains(&shard), "{text}");
    }
    if check_reference(text).is_ok() {
        assert!(!text.contains('/') && !text.starts_with('.'), "{text} is a path");
    }
    let _ = (clock::zone(text), clock::in_name(std::path::Path::new(text)));
}
