//! Clips as FFmpeg's own command writes them, and what is planted in them.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::process::Command;
use std::sync::OnceLock;

use super::entry::Colour;
use super::*;
use crate::error::Kind as Failure;
use proptest::prelude::*;

/// The muxer that writes no user data (`mp4` always writes an empty `meta`, but `colr` too), with the brand of an MP4.
const PLAIN: &[&str] = &["-f", "3gp", "-brand", "isom", "-movflags", "+faststart"];
const SOURCE: &[&str] = &["-f", "lavfi", "-i", "testsrc2=s=162x120:r=25:d=1"];

/// Runs `ffmpeg` with each line of arguments in one folder and gives back `out.mp4`; `None`, said aloud, without ffmpeg.
fn ffmpeg(lines: &[&[&[&str]]]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    for line in lines {
        let mut command = Command::new("ffmpeg");
        command.current_dir(&folder).args(["-v", "error", "-y"]).args(line.concat());
        let Ok(done) = command.output() else {
            eprintln!("not checked: there is no ffmpeg command here");
            return None;
        };
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Some(std::fs::read(folder.path().join("out.mp4")).unwrap())
}

/// Copies what was coded, without SEI, bit-exactly, with further arguments.
fn remuxed(coded: &[&[&str]], further: &[&[&str]]) -> Option<Vec<u8>> {
    let exact = ["-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1", "-map_metadata:s", "-1"];
    let copy = ["-i", "coded.mp4", "-map", "0", "-c", "copy", "-bsf:v", "filter_units=remove_types=6"];
    let further = further.concat();
    ffmpeg(&[&[&coded.concat(), &["coded.mp4"]], &[&copy, &exact, &further, &["out.mp4"]]])
}

/// A clip with B-frames and AAC.
fn clip() -> Option<Vec<u8>> {
    static CLIP: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    CLIP.get_or_init(|| remuxed(&[SOURCE, &["-f", "lavfi", "-i", "sine=d=1", "-g", "10"]], &[PLAIN])).clone()
}

fn walked(file: &[u8]) -> Result<Mp4> {
    walk(&mut Cursor::new(file))
}

#[track_caller]
fn refused(file: &[u8], naming: &str) {
    let error = walked(file).unwrap_err();
    assert_eq!(error.kind(), Failure::Unverified, "{error}");
    assert!(error.what().contains(naming) && error.what().contains("at byte"), "{error} does not name {naming}");
}

/// What lies in a box before the boxes in it.
fn fields_before_children(kind: &str) -> usize {
    match kind {
        "stsd" => 8,
        "avc1" => 78,
        "mp4a" => 28,
        _ => 0,
    }
}

/// The same boxes with the body of one of them changed, and the sizes of all that hold it.
fn replaced(boxes: &[u8], path: &[&str], change: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
    let (mut at, mut out, mut done) = (0, Vec::new(), false);
    while at < boxes.len() {
        let size = u32::from_be_bytes(boxes[at..at + 4].try_into().unwrap()) as usize;
        let kind = &boxes[at + 4..at + 8];
        let mut body = boxes[at + 8..at + size].to_vec();
        if !done && kind == path[0].as_bytes() {
            done = true;
            match &path[1..] {
                [] => change(&mut body),
                inner => {
                    let children = body.split_off(fields_before_children(path[0]));
                    body.extend(replaced(&children, inner, change));
                }
            }
        }
        out.extend((body.len() as u32 + 8).to_be_bytes());
        out.extend(kind);
        out.extend(body);
        at += size;
    }
    assert!(done, "no {path:?}");
    out
}

/// A clip with a change in its index, chunk offsets put right.
fn planted(file: &[u8], path: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let path: Vec<&str> = path.split('/').collect();
    let mut out = replaced(file, &path, &change);
    let moved = out.len() as i64 - file.len() as i64;
    for at in 0..out.len() - 16 {
        if &out[at..at + 8] == b"stco\0\0\0\0" {
            let count = u32::from_be_bytes(out[at + 8..at + 12].try_into().unwrap()) as usize;
            for entry in out[at + 12..].chunks_exact_mut(4).take(count) {
                let offset = i64::from(u32::from_be_bytes((&*entry).try_into().unwrap()));
                entry.copy_from_slice(&((offset + moved) as u32).to_be_bytes());
            }
        }
    }
    out
}

fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], body].concat()
}

fn start_of(file: &[u8], kind: &[u8; 4]) -> usize {
    file.windows(4).position(|four| four == kind).unwrap() - 4
}

/// What the `mp4` muxer writes without the user data that it always writes last.
fn without_udta(file: &[u8]) -> Vec<u8> {
    planted(file, "moov", |moov| moov.truncate(start_of(moov, b"udta")))
}

const STBL: &str = "moov/trak/mdia/minf/stbl";

#[test]
fn a_clip_with_b_frames_and_sound_is_accounted_for() {
    let Some(file) = clip() else { return };
    let clip = walked(&file).unwrap();
    assert_eq!((clip.picture.width, clip.picture.height, clip.video.samples.len()), (162, 120, 25));
    assert_eq!(clip.picture.avcc.length_size, 4);
    let ticks = i64::from(clip.video.timescale) / 25;
    let mut times: Vec<i64> = clip.video.samples.iter().map(|sample| sample.pts).collect();
    assert!(!times.is_sorted(), "the case is about B-frames");
    times.sort_unstable();
    assert_eq!(times, (0..25).map(|number| number * ticks).collect::<Vec<_>>());
    assert_eq!(clip.video.edit, Some(2 * ticks));
    assert_eq!(clip.duration, u64::from(clip.timescale));
    let keys = clip.video.samples.iter().filter(|sample| sample.sync).count();
    assert_eq!(keys, 3);
    let (track, sound) = clip.audio.unwrap();
    assert_eq!((track.edit, track.samples[0].pts, sound.channels, sound.rate), (Some(1024), -1024, 2, 44_100));
    for sample in &clip.video.samples {
        use crate::media::bitstream::{Framing, slices, split, stray};
        let bytes = &file[sample.offset as usize..][..sample.size as usize];
        let units = split(bytes, Framing::Lengths(4)).unwrap();
        assert_eq!(stray(&units), None);
        assert!(slices(&units).count() > 0);
    }
}

#[test]
fn clips_of_every_shape_are_accounted_for() {
    let shapes: [(&str, &[&str], &[&str]); 5] = [
        ("one frame", &["-frames:v", "1"], &[]),
        ("no B-frames", &["-bf", "0"], &[]),
        ("uneven times", &["-vf", "select='mod(n,7)-3',setsar=4/3", "-fps_mode", "passthrough"], &[]),
        ("rotated", &[], &["-metadata:s:v", "rotate=90"]),
        ("interlaced, cropped", &["-vf", "scale=160:116", "-flags", "+ilme+ildct"], &[]),
    ];
    for (name, coding, muxing) in shapes {
        let Some(file) = remuxed(&[SOURCE, coding], &[PLAIN, muxing]) else { return };
        let clip = walked(&file).map_err(|error| error.at(name)).unwrap();
        match name {
            "one frame" => assert_eq!(clip.video.samples.len(), 1),
            "uneven times" => assert_eq!(clip.picture.pixel_aspect, Some([4, 3])),
            "rotated" => assert_eq!(clip.video.matrix[..2], [0, -65_536]),
            "interlaced, cropped" => assert_eq!((clip.picture.width, clip.picture.height), (160, 116)),
            _ => {}
        }
    }
}

#[test]
fn copied_footage_of_real_cameras_is_accounted_for() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/footage/");
    for (name, frames) in [
        ("audio_subs_tmcd_gps.mp4", 200),
        ("intel_car-detection.mp4", 377),
        ("intel_one-by-one-person.mp4", 1394),
        ("ls_opossum_snow_short.mp4", 35),
        ("otc_Cars-Cyclist_rotate.mp4", 60),
        ("vtest_dahua.dav", 200),
    ] {
        let path = format!("{folder}{name}");
        if !std::path::Path::new(&path).exists() {
            eprintln!("not checked: {name} is not here");
            continue;
        }
        let copy = ["-i", &path, "-map", "0:v:0", "-c", "copy", "-bsf:v", "filter_units=remove_types=6|9|12"];
        let exact = ["-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1"];
        let Some(file) = ffmpeg(&[&[&copy, &exact, PLAIN, &["out.mp4"]]]) else { return };
        let clip = walked(&file).map_err(|error| error.at(name)).unwrap();
        assert_eq!(clip.video.samples.len(), frames, "{name}");
    }
}

#[test]
fn colour_in_the_container_is_accounted_for() {
    let colour = ["-pix_fmt", "yuvj420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
    let Some(file) = remuxed(&[SOURCE, &colour], &[&["-movflags", "+faststart"]]) else { return };
    let file = without_udta(&file);
    let stated = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: true };
    assert_eq!(walked(&file).unwrap().picture.colour, Some(stated));
}

#[test]
fn what_ffmpeg_adds_on_its_own_or_when_asked_is_caught() {
    let mp4: &[&str] = &["-f", "mp4", "-movflags", "+faststart"];
    let cases: [(&str, &[&[&str]]); 7] = [
        ("udta", &[mp4]),
        ("udta", &[mp4, &["-metadata", "title=Mr Jones"]]),
        ("udta", &[PLAIN, &["-metadata", "title=Mr Jones"]]),
        ("tells when it was made", &[PLAIN, &["-metadata", "creation_time=2026-01-01T00:00:00"]]),
        ("hdlr", &[PLAIN, &["-metadata:s:v", "handler_name=Camera 4"]]),
        ("mdhd", &[PLAIN, &["-metadata:s:v", "language=eng"]]),
        ("moov must be", &[&["-f", "3gp", "-brand", "isom"]]),
    ];
    for (naming, muxing) in cases {
        let Some(file) = remuxed(&[SOURCE], muxing) else { return };
        refused(&file, naming);
    }
    let named: [&[&str]; 4] =
        [SOURCE, &["-c:v", "libx264", "-fflags", "+bitexact", "-flags", "+bitexact"], mp4, &["out.mp4"]];
    refused(&without_udta(&ffmpeg(&[&named]).unwrap()), "compressor name");
    let mut two = remuxed(&[SOURCE, &["-map", "0", "-map", "0"]], &[PLAIN, &["-disposition:v", "default"]]).unwrap();
    refused(&two, "tkhd");
    let second = two.windows(4).rposition(|four| four == b"tkhd").unwrap() + 4;
    two[second + 35] = 0; // no alternative to the first, as FFmpeg has it
    refused(&two, "one video track");
    let fragments = &["-f", "mp4", "-movflags", "+frag_keyframe+empty_moov"];
    refused(&remuxed(&[SOURCE], &[fragments]).unwrap(), "0 samples");
}

#[test]
fn boxes_that_do_not_belong_are_caught_wherever_they_stand() {
    let Some(file) = clip() else { return };
    let places = ["moov", "moov/trak", "moov/trak/mdia", "moov/trak/mdia/minf", STBL, "moov/trak/edts"];
    let deep = [format!("{STBL}/stsd"), format!("{STBL}/stsd/avc1"), "moov/trak/mdia/minf/dinf".into()];
    for place in places.into_iter().map(String::from).chain(deep) {
        for kind in [b"udta", b"meta", b"free", b"uuid", b"trak", b"stts", b"avcC", b"sdtp", b"sgpd"] {
            let body = if kind == b"free" { &b""[..] } else { b"Mr Jones" };
            let bad = planted(&file, &place, |inside| inside.extend(a_box(kind, body)));
            let error = walked(&bad).unwrap_err();
            assert_eq!(error.kind(), Failure::Unverified, "{place} {error}");
        }
    }
    refused(&planted(&file, "moov", |moov| moov.extend(a_box(b"udta", b"Mr Jones"))), "box udta");
    for at in [0, start_of(&file, b"moov"), start_of(&file, b"free"), start_of(&file, b"mdat"), file.len()] {
        for kind in [b"udta", b"uuid", b"free", b"moov"] {
            let mut bad = file.clone();
            bad.splice(at..at, a_box(kind, b"Mr Jones"));
            assert!(walked(&bad).is_err(), "{} at {at}", kind.escape_ascii());
        }
    }
    refused(&planted(&file, "free", |free| free.extend(b"Mr Jones")), "box free");
    refused(&planted(&file, "ftyp", |ftyp| ftyp.extend(b"Jone")), "box ftyp");
}

#[test]
fn bytes_of_the_media_data_that_are_no_samples_are_caught() {
    let Some(file) = clip() else { return };
    refused(&planted(&file, "mdat", |mdat| drop(mdat.splice(..0, *b"Mr Jones"))), "mdat");
    refused(&planted(&replaced(&file, &["mdat"], &|mdat| mdat.extend(b"Mr Jones")), "ftyp", |_| {}), "mdat");
    refused(&[&file[..], b"Mr Jones"].concat(), "8 bytes after");
    refused(&[&file[..], b"x"].concat(), "1 bytes after");
    for table in ["stco", "stsz"] {
        let path = format!("{STBL}/{table}");
        for shift in [1u8, 255] {
            let bad =
                planted(&file, &path, |body| *body.last_mut().unwrap() = body.last().unwrap().wrapping_add(shift));
            refused(&bad, "mdat");
        }
    }
    let less = planted(&file, &format!("{STBL}/stsz"), |stsz| {
        stsz[11] -= 1;
        stsz.truncate(stsz.len() - 4);
    });
    assert!(walked(&less).is_err(), "a sample that no table names");
}

#[test]
fn an_edit_list_that_hides_anything_is_caught() {
    let Some(file) = clip() else { return };
    let elst = "moov/trak/edts/elst";
    let twice = planted(&file, elst, |elst| {
        elst[7] = 2;
        elst.extend_from_within(8..20);
    });
    refused(&twice, "elst");
    for (byte, naming) in [(11, "elst"), (15, "tkhd"), (17, "elst"), (19, "elst"), (12, "elst")] {
        refused(&planted(&file, elst, |elst| elst[byte] ^= 0x80), naming);
    }
    refused(
        &planted(&file, "moov/trak", |trak| {
            let end = start_of(trak, b"mdia");
            let start = start_of(trak, b"edts");
            trak.drain(start..end);
        }),
        "tkhd",
    );
    // shorter, and said to be so everywhere: the last frame would be in the file and never be shown
    let shorter = |body: &mut Vec<u8>, at: usize| body[at..at + 4].copy_from_slice(&950u32.to_be_bytes());
    let Some(silent) = remuxed(&[SOURCE], &[PLAIN]) else { return };
    let bad = planted(&silent, elst, |elst| shorter(elst, 8));
    let bad = planted(&bad, "moov/trak/tkhd", |tkhd| shorter(tkhd, 20));
    refused(&planted(&bad, "moov/mvhd", |mvhd| shorter(mvhd, 16)), "tkhd");
}

#[test]
fn a_clip_cut_short_anywhere_is_caught() {
    let Some(file) = clip() else { return };
    let index_end = start_of(&file, b"mdat") + 64;
    for end in (0..index_end).chain([file.len() - 1]) {
        assert!(walked(&file[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn sizes_beyond_belief_are_caught() {
    let Some(file) = clip() else { return };
    let at = start_of(&file, b"mdat");
    for (size, long) in
        [(0u32, None), (1, Some(u64::MAX)), (1, Some(15)), (1, Some(u64::MAX - at as u64 + 1)), (7, None)]
    {
        let mut bad = file.clone();
        let long: Vec<u8> = long.into_iter().flat_map(u64::to_be_bytes).collect();
        bad.splice(at..at + 8, [&size.to_be_bytes(), &b"mdat"[..], &long].concat());
        refused(&bad, "impossible size");
    }
    for size in [0u32, 1, 7, u32::MAX] {
        let inner = planted(&file, "moov/trak", |trak| trak[..4].copy_from_slice(&size.to_be_bytes()));
        refused(&inner, "tkhd");
    }
    for (table, at) in
        [("stsz", 8), ("stts", 4), ("stts", 8), ("ctts", 4), ("ctts", 8), ("stsc", 12), ("stco", 4), ("stss", 4)]
    {
        let path = format!("{STBL}/{table}");
        refused(&planted(&file, &path, |body| body[at..at + 4].fill(255)), table);
    }
    // every sample of the same size, four billion of them, in 12 bytes
    let many = planted(&file, &format!("{STBL}/stsz"), |body| *body = [[0; 4], [0, 0, 0, 1], [255; 4]].concat());
    refused(&many, "stsz");
}

#[test]
fn a_long_header_of_the_media_data_is_read_as_ffmpeg_writes_it() {
    let Some(mut file) = clip() else { return };
    let at = start_of(&file, b"mdat");
    let size = (file.len() - at + 8) as u64;
    file.splice(at - 8..at + 8, [&[0, 0, 0, 1], &b"mdat"[..], &size.to_be_bytes()].concat());
    assert_eq!(walked(&file).unwrap().video.samples.len(), 25);
}

/// Bit rates and buffer sizes, the number in `esds`, brands, whether offsets could be negative: what changes nothing.
fn says_little(file: &[u8], at: usize) -> bool {
    let inside = |kind: &[u8; 4], bytes: std::ops::Range<usize>| {
        file.windows(4).enumerate().any(|(start, four)| four == kind && bytes.contains(&at.wrapping_sub(start)))
    };
    inside(b"ctts", 4..5)
        || inside(b"btrt", 4..16)
        || inside(b"esds", 13..15)
        || inside(b"esds", 23..34)
        || inside(b"ftyp", 12..28)
}

#[test]
fn no_changed_bit_before_the_media_data_goes_unseen() {
    let Some(file) = clip() else { return };
    let good = walked(&file).unwrap();
    let mut unseen = Vec::new();
    for at in 0..start_of(&file, b"mdat") + 8 {
        for bit in 0..8 {
            let mut bad = file.clone();
            bad[at] ^= 1 << bit;
            if walked(&bad).is_ok_and(|clip| clip == good) && !says_little(&file, at) {
                unseen.push((at, bit));
            }
        }
    }
    assert_eq!(unseen, []);
}

proptest! {
    #[test]
    fn any_mutation_is_answered(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![Just(0u8), Just(255), any::<u8>()]), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let Some(mut file) = clip() else { return Ok(()) };
        let index = start_of(&file, b"mdat") + 8;
        for (at, byte) in changes {
            file[at.index(index)] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let _ = walked(&file);
    }
}
