//! Faults in a clip: boxes, tables, edits, samples, NAL units.

use super::Fault;
use super::surgery::{in_box, in_sample, start, unit, with_box, word};
use crate::film::a_box;

const SAID: &[u8] = b"Mr Jones, 12 High Street";
/// Where the arithmetic code of a slice ends only decoding it tells.
pub const LIMIT: &str = "a text behind the last bit of a slice";
const STBL: &str = "moov/trak/mdia/minf/stbl";

/// A good clip with one fault each. `longer` is the same clip with one frame more before it.
pub fn faults(good: &[u8], longer: &[u8]) -> Vec<Fault> {
    let mut all = boxes(good);
    all.extend(fields(good));
    all.extend(edits(good, longer));
    all.extend(units(good));
    all
}

/// Boxes that do not belong, wherever they stand.
fn boxes(good: &[u8]) -> Vec<Fault> {
    let mut all = Vec::new();
    let places = ["moov", "moov/trak", "moov/trak/mdia", "moov/trak/mdia/minf", STBL, &format!("{STBL}/stsd/avc1")]
        .map(str::to_owned);
    for place in &places {
        for kind in [b"udta", b"meta", b"free", b"skip", b"uuid", b"\xa9nam", b"chap", b"tref", b"iods"] {
            let what = format!("a box {} in {place}", kind.escape_ascii());
            all.push((what, with_box(good, place, kind, SAID)));
        }
    }
    let tops = [0, start(good, b"moov"), start(good, b"mdat"), good.len()];
    for at in tops {
        for kind in [b"udta", b"meta", b"free", b"skip", b"uuid", b"moof", b"mdat", b"pdin", b"sidx"] {
            let planted = a_box(kind, SAID);
            // What stands in front of the media data moves it.
            let bytes = match at < good.len() {
                true => moved(good, at, &planted),
                false => [good, &planted].concat(),
            };
            all.push((format!("a box {} at byte {at}", kind.escape_ascii()), bytes));
        }
    }
    for left in [&b"x"[..], SAID, &[0; 64], b"\0\0\0\x08free"] {
        all.push((format!("{} bytes after the end", left.len()), [good, left].concat()));
    }
    let index = &good[start(good, b"moov")..][..word(good, start(good, b"moov")) as usize];
    let track = in_index(index, b"trak");
    all.push(("a second track".into(), in_box(good, "moov", |moov| moov.extend(&track))));
    let mut second = track.clone();
    let id = second.windows(4).position(|w| w == b"tkhd").unwrap() + 4 + 12;
    second[id + 3] = 2;
    let second = in_box(good, "moov", |moov| moov.extend(&second));
    all.push((
        "a second stream with a number of its own".into(),
        in_box(&second, "moov/mvhd", |m| *m.last_mut().unwrap() = 3),
    ));
    all
}

/// The whole box of this kind directly inside the index.
fn in_index(index: &[u8], kind: &[u8; 4]) -> Vec<u8> {
    let at = 8 + start(&index[8..], kind);
    index[at..at + word(index, at) as usize].to_vec()
}

/// Something in front of a box of the file, and the chunks where they are then.
fn moved(good: &[u8], at: usize, planted: &[u8]) -> Vec<u8> {
    let behind = start(good, b"mdat") >= at;
    let shifted = in_box(good, &format!("{STBL}/stco"), |stco| {
        for entry in stco[8..].chunks_exact_mut(4).filter(|_| behind) {
            let offset = word(entry, 0) + planted.len() as u32;
            entry.copy_from_slice(&offset.to_be_bytes());
        }
    });
    [&shifted[..at], planted, &shifted[at..]].concat()
}

/// Fields that could say something.
fn fields(good: &[u8]) -> Vec<Fault> {
    let set = |path: &str, at: usize, to: &[u8]| in_box(good, path, |body| body[at..at + to.len()].copy_from_slice(to));
    let mut all = vec![
        ("a creation time of the file".into(), set("moov/mvhd", 4, &[0xd0, 0, 0, 1])),
        ("a creation time of the track".into(), set("moov/trak/tkhd", 4, &[0xd0, 0, 0, 1])),
        ("a creation time of the media".into(), set("moov/trak/mdia/mdhd", 4, &[0xd0, 0, 0, 1])),
        ("a language".into(), set("moov/trak/mdia/mdhd", 20, &[0x15, 0xc7])),
        ("a compressor's name".into(), set(&format!("{STBL}/stsd/avc1"), 42, b"\x08Mr Jones")),
        ("a vendor".into(), set(&format!("{STBL}/stsd/avc1"), 12, b"FFMP")),
        ("reserved bytes of the movie header".into(), set("moov/mvhd", 26, b"Mr Jones")),
        ("a preview in the movie header".into(), set("moov/mvhd", 72, b"Mr Jones")),
        ("a layer of the track".into(), set("moov/trak/tkhd", 32, &[0, 1])),
        ("a brand".into(), in_box(good, "ftyp", |ftyp| ftyp.extend(b"Mr J"))),
        (
            "a handler's name".into(),
            in_box(good, "moov/trak/mdia/hdlr", |hdlr| {
                hdlr.truncate(hdlr.len() - 1);
                hdlr.extend(b" of Mr Jones\0");
            }),
        ),
        (
            "bytes behind the decoder's configuration".into(),
            in_box(good, &format!("{STBL}/stsd/avc1/avcC"), |avcc| {
                avcc.extend(SAID);
            }),
        ),
        (
            "an SEI in the decoder's configuration".into(),
            in_box(good, &format!("{STBL}/stsd/avc1/avcC"), |avcc| {
                let sei = [&[6, 5, SAID.len() as u8][..], SAID, &[0x80]].concat();
                avcc[5] += 1;
                let sps = 8 + usize::from(avcc[6]) * 256 + usize::from(avcc[7]);
                avcc.splice(sps..sps, [&(sei.len() as u16).to_be_bytes()[..], &sei].concat());
            }),
        ),
        (
            "the same parameter set twice".into(),
            in_box(good, &format!("{STBL}/stsd/avc1/avcC"), |avcc| {
                avcc[5] += 1;
                let sps = 8 + usize::from(avcc[6]) * 256 + usize::from(avcc[7]);
                avcc.splice(sps..sps, avcc[6..sps].to_vec());
            }),
        ),
        (
            "a data reference that leads elsewhere".into(),
            in_box(good, "moov/trak/mdia/minf/dinf/dref", |dref| {
                *dref = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &a_box(b"url ", b"\0\0\0\0http://example.org/\0")].concat();
            }),
        ),
        (
            "a second sample entry".into(),
            in_box(good, &format!("{STBL}/stsd"), |stsd| {
                stsd[7] = 2;
                stsd.extend_from_within(8..);
            }),
        ),
        (
            "slack in front of the first sample".into(),
            in_box(good, "mdat", |mdat| drop(mdat.splice(..0, *b"Mr Jones"))),
        ),
        ("slack behind the last sample".into(), in_box(good, "mdat", |mdat| mdat.extend(SAID))),
    ];
    let offsets =
        in_box(&in_box(good, "mdat", |mdat| drop(mdat.splice(..0, *b"Mr Jones"))), &format!("{STBL}/stco"), |stco| {
            for entry in stco[8..].chunks_exact_mut(4) {
                let offset = word(entry, 0) + 8;
                entry.copy_from_slice(&offset.to_be_bytes());
            }
        });
    all.push(("slack in front, offsets made to agree".into(), offsets));
    for table in ["stsz", "stco", "stts", "stsc"] {
        all.push((
            format!("bytes behind the table {table}"),
            in_box(good, &format!("{STBL}/{table}"), |t| t.extend(b"Mr J")),
        ));
    }
    all
}

/// Edit lists that hide, and what they would hide.
fn edits(good: &[u8], longer: &[u8]) -> Vec<Fault> {
    let elst = "moov/trak/edts/elst";
    let mut all = vec![
        ("a clip with a frame from before the window".into(), longer.to_vec()),
        ("no edit list".into(), in_box(good, "moov/trak/edts", Vec::clear)),
        (
            "an edit list of two entries".into(),
            in_box(good, elst, |elst| {
                elst[7] = 2;
                elst.extend_from_within(8..20);
            }),
        ),
        (
            "an empty edit in front".into(),
            in_box(good, elst, |elst| {
                elst[7] = 2;
                let empty = [&100u32.to_be_bytes()[..], &[255; 4], &[0, 1, 0, 0]].concat();
                elst.splice(8..8, empty);
            }),
        ),
        ("an edit at half speed".into(), in_box(good, elst, |elst| elst[17] ^= 1)),
    ];
    // The edit begins one frame late: the first frame is in the file and nobody sees it.
    let frame = {
        let mut ticks = 0;
        in_box(longer, &format!("{STBL}/stts"), |stts| ticks = word(stts, 12));
        ticks
    };
    for (name, file) in [("its own", good), ("one from before the window", longer)] {
        let hidden = in_box(file, elst, |elst| {
            let start = word(elst, 12) + frame;
            elst[12..16].copy_from_slice(&start.to_be_bytes());
        });
        all.push((format!("an edit list that hides the first frame, {name}"), hidden));
    }
    all
}

/// Samples and the NAL units in them.
fn units(good: &[u8]) -> Vec<Fault> {
    let sei = [&[6, 5, SAID.len() as u8 + 16][..], &[7; 16], SAID, &[0x80]].concat();
    let settings = [&[6, 5, 40][..], &[7; 16], b"x264 - core 164, options", &[0x80]].concat();
    let mut all = Vec::new();
    let kinds: [(&str, Vec<u8>); 12] = [
        ("an SEI with a text", sei),
        ("an encoder's settings string", settings),
        ("an access unit delimiter", vec![9, 0x10]),
        ("filler data", [&[12][..], &[255; 40], &[0x80]].concat()),
        ("an end of sequence", vec![10]),
        ("a parameter set in band", vec![0x67, 0x64, 0, 0x0d, 0xac]),
        ("a picture parameter set in band", vec![0x68, 0xeb, 0xe3]),
        ("a data partition", vec![2, 0x80, 0x41]),
        ("an auxiliary picture", vec![19, 0x88, 0x84]),
        ("a slice of another view", vec![20, 0x80, 0, 0, 0x88]),
        ("a private unit", [&[24][..], SAID].concat()),
        ("an unspecified unit", [&[31][..], SAID].concat()),
    ];
    for (what, bytes) in kinds {
        for (at, number) in [("first", 0), ("tenth", 9)] {
            all.push((
                format!("{what} before the {at} picture"),
                in_sample(good, number, |s| drop(s.splice(..0, unit(&bytes)))),
            ));
            all.push((format!("{what} behind the {at} picture"), in_sample(good, number, |s| s.extend(unit(&bytes)))));
        }
    }
    all.push(("a unit without bytes".into(), in_sample(good, 3, |s| s.extend([0; 4]))));
    all.push(("bytes that are no unit".into(), in_sample(good, 3, |s| s.extend(b"Mr"))));
    all.push(("a picture that is there twice".into(), in_sample(good, 3, |s| s.extend_from_within(..))));
    let tails = [(LIMIT, SAID), ("zeros behind a slice", &[0; 24][..]), ("CABAC zero words", &[0, 0, 3, 0, 0, 3][..])];
    for (what, tail) in tails {
        all.push((
            what.to_owned(),
            in_sample(good, 3, |s| {
                let last = s.len();
                s.extend(tail);
                let size = (last - 4 + tail.len()) as u32;
                s[..4].copy_from_slice(&size.to_be_bytes());
            }),
        ));
    }
    all
}
