//! Which frames the footage presents and when: from its packets where one packet is one frame, by decoding everything
//! where that may not be so.

use std::path::Path;

use ffmpeg_next as ff;

use super::bitstream::{h264_type, nal, split};
use super::pictures::framing;
use super::sei::recovery_takes_time;
use super::{ffi, limits, source};
use crate::error::{Error, Result};
use crate::footage::Frame;
use crate::stats::{self, Stage};

/// Every presented frame and its time.
pub(super) struct Timeline {
    /// In presentation order; ticks from the first.
    pub frames: Vec<Frame>,
    /// The first frame's time stamp; 0 where frames are told by counting.
    pub first_tick: i64,
    /// As [`crate::footage::Part::early`]; `None`, too, where the first second does not end in the file.
    pub early: Option<(i64, i64)>,
    /// Time stamps do not tell the frames apart: they are counted from the start of the file.
    pub counted: bool,
    /// Why everything was decoded, if it was.
    pub why: Option<&'static str>,
    /// The last frame's duration in ticks.
    pub last_duration: i64,
    /// The median interval in ticks, at least 1.
    pub median_interval: i64,
    /// Ticks of packets that the container flags as damaged.
    pub flagged: Vec<i64>,
}

/// What makes packets an unsure guide.
pub(super) struct Kind<'a> {
    /// Frames are not decoded in the order they are shown.
    pub reorders: bool,
    /// Two fields a frame.
    pub interlaced: bool,
    /// The demuxer's short name.
    pub container: &'a str,
    /// The decoder's name.
    pub codec: &'a str,
}

/// Reads the timeline. `first` is the time stamp of the first frame that decodes, `ends` where the container says that
/// the stream ends; `untimed` footage has its frames one tick apart.
pub(super) fn read(
    input: &mut ff::format::context::Input,
    path: &Path,
    stream: usize,
    kind: &Kind<'_>,
    first: i64,
    ends: i64,
    untimed: bool,
) -> Result<Timeline> {
    let packets = scan(input, stream, kind)?;
    let why = if untimed { Some("the footage carries no times") } else { undecided(&packets, kind) };
    let (mut frames, counted) = match why {
        None => (from_packets(&packets, first), false),
        Some(_) => from_decoding(path, stream, &packets, untimed)?,
    };
    let early = if kind.container == "dhav" && !counted { early(&mut frames) } else { None };
    let first_tick = frames.first().map_or(0, |f| f.ticks);
    for frame in &mut frames {
        frame.ticks -= first_tick;
        frame.decode_ticks = frame.decode_ticks.map(|t| t - first_tick);
    }
    if let Some(first) = frames.first_mut() {
        first.key = true; // decoding starts here, whatever the container calls it
    }
    let median_interval = median_interval(&frames);
    // By its packet, else by where the container ends the stream, else as long as others.
    let last = packets.iter().max_by_key(|p| p.pts);
    let stated = last.map_or(0, |p| p.duration);
    let left = last.and_then(|p| p.pts).map_or(0, |pts| ends.saturating_sub(pts));
    // A single frame has no interval to hold its length against.
    let alone = frames.len() == 1;
    let usual = |d: i64| d.saturating_mul(2) >= median_interval && d <= 5 * median_interval;
    let plausible = |d: &i64| !counted && *d > 0 && (alone || usual(*d));
    let last_duration = [stated, left].into_iter().find(plausible).unwrap_or(median_interval);
    let flagged = packets.iter().filter(|p| p.corrupt).filter_map(|p| p.pts.or(p.dts));
    Ok(Timeline {
        flagged: flagged.map(|t| early.map_or(t, |e| right(t, e)) - first_tick).collect(),
        frames,
        early,
        first_tick: if counted { 0 } else { first_tick },
        counted,
        why,
        last_duration,
        median_interval: if alone { last_duration } else { median_interval },
    })
}

/// Ticks of a second in DHAV.
const SECOND: i64 = 1000;

/// FFmpeg knows the second of a DHAV frame, and how many milliseconds have gone by since the frame before only within
/// one second: it sets the first frame of each second to its beginning. For the first second of a file, of which only the
/// end may be there, that is wrong by what is missing of it. Sets these frames right, so that they lead up to the next
/// second, and tells which time stamps are too low by how much.
fn early(frames: &mut [Frame]) -> Option<(i64, i64)> {
    let first = frames.first().map(|f| f.ticks).filter(|ticks| ticks % SECOND == 0)?;
    let interval = median_interval(frames);
    let next = frames.partition_point(|f| f.ticks < first + SECOND);
    let until = frames.get(next).map(|f| f.ticks).filter(|ticks| *ticks == first + SECOND)?;
    let missing = until - frames.get(next.checked_sub(1)?)?.ticks - interval;
    let early = (until, if missing > interval / 2 { missing } else { 0 });
    for frame in frames.iter_mut() {
        frame.ticks = right(frame.ticks, early);
        frame.decode_ticks = frame.decode_ticks.map(|ticks| right(ticks, early));
    }
    Some(early)
}

fn right(ticks: i64, (until, by): (i64, i64)) -> i64 {
    if ticks < until { ticks + by } else { ticks }
}

/// One packet of the chosen stream, in decoding order.
struct Packet {
    pts: Option<i64>,
    dts: Option<i64>,
    duration: i64,
    key: bool,
    hidden: bool,
    corrupt: bool,
}

fn scan(input: &mut ff::format::context::Input, stream: usize, kind: &Kind<'_>) -> Result<Vec<Packet>> {
    let mut packets = Vec::new();
    let framing = input.stream(stream).map(|s| framing(&ffi::extradata(&s)));
    // Containers call it a key frame, too, when H.264 begins to refresh the picture bit by bit.
    let gradual = |p: &ff::Packet| {
        let units = framing.filter(|_| kind.codec == "h264").and_then(|f| split(p.data()?, f)).unwrap_or_default();
        units.into_iter().any(|unit| h264_type(unit) == Some(nal::SEI) && recovery_takes_time(unit))
    };
    while let Some(p) = source::next_packet(input, stream)? {
        if packets.len() == limits::FRAMES {
            return Err(Error::failed(format!("there are more than {} frames in this file", limits::FRAMES))
                .hint("export a shorter part of the recording"));
        }
        packets.push(Packet {
            pts: p.pts(),
            dts: p.dts(),
            duration: p.duration(),
            key: p.is_key() && !gradual(&p),
            hidden: ffi::is_hidden(&p),
            corrupt: p.is_corrupt(),
        });
    }
    Ok(packets)
}

/// Why packets alone do not tell the frames, if so.
fn undecided(packets: &[Packet], kind: &Kind<'_>) -> Option<&'static str> {
    let mut times: Vec<i64> = packets.iter().filter(|p| !p.hidden).filter_map(|p| p.pts).collect();
    times.sort_unstable();
    if packets.iter().any(|p| p.pts.is_none()) {
        Some("some packets carry no presentation time")
    } else if times.windows(2).any(|w| w[0] == w[1]) {
        Some("several packets carry the same time")
    } else if packets.iter().any(|p| p.corrupt) {
        Some("the container flags damaged packets")
    } else if packets.first().is_some_and(|p| !p.key) {
        Some("the recording begins between two key frames")
    } else if kind.container == "avi" && kind.reorders {
        Some("AVI may pack several frames into one packet")
    } else if kind.interlaced && kind.codec == "h264" {
        Some("fields may come in packets of their own")
    } else {
        None
    }
}

/// The presented frames from their packets: visible, and not before the first frame that decodes.
fn from_packets(packets: &[Packet], first: i64) -> Vec<Frame> {
    let mut frames: Vec<Frame> = packets
        .iter()
        .enumerate()
        .filter(|(_, p)| !p.hidden)
        .filter_map(|(order, p)| Some(Frame { ticks: p.pts?, order: order as u32, decode_ticks: p.dts, key: p.key }))
        .filter(|f| f.ticks >= first)
        .collect();
    frames.sort_by_key(|f| f.ticks);
    frames
}

/// A frame that came out of the decoder.
struct Shown {
    ticks: Option<i64>,
    decode_ticks: Option<i64>,
    key: bool,
}

/// The presented frames by decoding them all, and whether they have to be told by counting: where a time is missing
/// or no later than the one before. No frame is dropped for that: it takes the time that is its turn.
fn from_decoding(path: &Path, stream: usize, packets: &[Packet], untimed: bool) -> Result<(Vec<Frame>, bool)> {
    let mut shown: Vec<Shown> = Vec::new();
    each_frame(path, stream, |frame| {
        let decode_ticks = Some(frame.packet().dts).filter(|&d| d != i64::MIN);
        shown.push(Shown { ticks: frame.timestamp(), decode_ticks, key: frame.is_key() });
        true
    })?;
    let rising = shown.windows(2).all(|w| w[0].ticks < w[1].ticks) && shown.iter().all(|s| s.ticks.is_some());
    let counted = untimed || !rising;
    let turns = turns(packets);
    let mut frames: Vec<Frame> = Vec::with_capacity(shown.len());
    for (place, s) in shown.iter().enumerate() {
        let after = frames.last().map_or(i64::MIN, |f| f.ticks.saturating_add(1));
        let ticks = match (untimed, rising) {
            (true, _) => place as i64,
            (_, true) => s.ticks.unwrap_or(after),
            _ => turns.get(place).copied().or(s.ticks).unwrap_or(after).max(after),
        };
        frames.push(Frame { ticks, order: 0, decode_ticks: s.decode_ticks.filter(|_| !counted), key: s.key });
    }
    let mut by_decoding: Vec<usize> = (0..frames.len()).collect();
    by_decoding.sort_by_key(|&i| frames[i].decode_ticks.unwrap_or(frames[i].ticks));
    for (order, index) in by_decoding.into_iter().enumerate() {
        frames[index].order = order as u32;
    }
    Ok((frames, counted))
}

/// When packets have their turn, earliest first. They are coded one a frame interval, so the n-th frame shown has the
/// n-th packet's turn. Program streams give a time to some packets only: the others come evenly between those.
fn turns(packets: &[Packet]) -> Vec<i64> {
    let known: Vec<(usize, i64)> = packets.iter().enumerate().filter_map(|(n, p)| Some((n, p.dts?))).collect();
    let lasts = packets.iter().map(|p| p.duration).find(|&d| d > 0).unwrap_or(1);
    let turn = |n: usize| {
        let next = known.partition_point(|k| k.0 < n);
        let before = next.checked_sub(1).and_then(|b| known.get(b));
        let from = |(at, dts): (usize, i64)| i128::from(dts) + i128::from(lasts) * (n as i128 - at as i128);
        let turn = match (before, known.get(next)) {
            (Some(&(a, begins)), Some(&(b, ends))) => {
                let (begins, ends) = (i128::from(begins), i128::from(ends));
                begins + (ends - begins) * (n - a) as i128 / (b - a) as i128
            }
            (Some(&only), None) | (None, Some(&only)) => from(only),
            (None, None) => return None,
        };
        i64::try_from(turn).ok()
    };
    let mut turns: Vec<i64> = (0..packets.len()).filter_map(turn).collect();
    turns.sort_unstable();
    turns
}

/// The first frame that decodes.
pub(super) struct First {
    /// The picture.
    pub frame: ff::frame::Video,
    /// Its time stamp, 0 where it has none.
    pub ticks: i64,
}

/// Decodes until the first frame comes out.
pub(super) fn first_frame(path: &Path, stream: usize) -> Result<First> {
    let mut found = None;
    each_frame(path, stream, |frame| {
        let ticks = frame.timestamp().unwrap_or(0);
        found = Some(First { frame: std::mem::replace(frame, ff::frame::Video::empty()), ticks });
        false
    })?;
    found.ok_or_else(|| {
        Error::failed("no frame could be decoded").hint(
            "play the export in the recorder's own player; if it plays, it may be encrypted: export it without a password",
        )
    })
}

/// Decodes from the start and shows each frame to `look` until it has seen enough.
fn each_frame(path: &Path, stream: usize, mut look: impl FnMut(&mut ff::frame::Video) -> bool) -> Result<()> {
    let mut input = source::open(path, false)?;
    ffi::only_stream(&mut input, stream);
    let mut decoder = {
        let s = input.stream(stream).ok_or_else(|| Error::failed("no video stream"))?;
        source::decoder(&s)?
    };
    let mut frame = ff::frame::Video::empty();
    let mut draining = false;
    loop {
        match stats::work(Stage::Decode, || decoder.receive_frame(&mut frame)) {
            Ok(()) => {
                stats::count(Stage::Decode, 1);
                if !look(&mut frame) {
                    return Ok(());
                }
            }
            Err(ff::Error::Eof) => return Ok(()),
            Err(_) if draining => return Ok(()),
            // A packet that the decoder refuses yields no frame; the next one may.
            Err(_) => match source::next_packet(&mut input, stream)? {
                Some(packet) => {
                    let _ = stats::work(Stage::Decode, || decoder.send_packet(&packet));
                }
                None => {
                    draining = true;
                    let _ = decoder.send_eof();
                }
            },
        }
    }
}

fn median_interval(frames: &[Frame]) -> i64 {
    let mut intervals: Vec<i64> = frames.windows(2).map(|w| w[1].ticks - w[0].ticks).collect();
    let middle = intervals.len() / 2;
    if intervals.is_empty() { 1 } else { (*intervals.select_nth_unstable(middle).1).max(1) }
}
