//! What the footage is: reads its headers, every packet's time (no decoding), and the first frame.

use std::path::Path;

use ffmpeg_next as ff;

use super::{ffi, reader};
use crate::clock;
use crate::error::{Error, Result};
use crate::footage::{Clocks, Colour, Footage, Frame, Numbering};
use crate::geometry::Orientation;
use crate::input;
use crate::time::{Position, TimeBase};

/// What the user says of the footage.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProbeOptions {
    /// The video stream to use, where there are several.
    pub stream: Option<usize>,
    /// Frames a second, for footage that carries no timing: a fraction.
    pub fps: Option<(i32, i32)>,
}

/// Containers that hold coded pictures and no times.
const UNTIMED: [&str; 5] = ["h264", "hevc", "m4v", "mpegvideo", "mjpeg"];

/// Probes one file. Reads it once from end to end without decoding more than its first frame, unless packets and
/// frames may differ; then it decodes, and says so in [`Footage::numbering`].
///
/// # Errors
/// `Usage` for what is not a file, and where `--stream` or `--fps` is needed; `Failed` for what cannot be read.
pub fn probe(path: &Path, options: ProbeOptions) -> Result<Footage> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let bytes = check_file(path)?;
    let mut input = reader::open(path, false)?;
    let container = input.format().name().split(',').next().unwrap_or_default().to_owned();
    let stream = choose_stream(&input, options.stream).map_err(|e| e.at(&name))?;
    let streams = input.streams().map(|s| describe(&s)).collect();
    let has_audio = input.streams().any(|s| s.parameters().medium() == ff::media::Type::Audio);
    let created = input.metadata().get("creation_time").map(str::to_owned);
    let untimed = UNTIMED.contains(&container.as_str());
    let counted = match (untimed, options.fps) {
        (true, Some((num, den))) => Some(TimeBase { num: den, den: num }),
        (true, None) => {
            return Err(Error::usage(format!("{name}: this footage carries no timing"))
                .hint("say how many frames a second the recorder made, for example --fps 25 (never guess: holds and the window depend on it)"));
        }
        (false, Some(_)) => {
            return Err(Error::usage(format!("{name}: this footage has its own timing, so --fps does not apply"))
                .hint("leave --fps out"));
        }
        (false, None) => None,
    };

    let (header, orientation, codec, time_base) = {
        let s = input.stream(stream).ok_or_else(|| Error::failed(format!("{name}: no video stream")))?;
        let tb = s.time_base();
        let codec = ff::codec::decoder::find(s.parameters().id()).map(|c| c.name().to_owned()).unwrap_or_default();
        let own = TimeBase { num: tb.numerator().max(1), den: tb.denominator().max(1) };
        (ffi::stream_header(&s), orientation(&s).map_err(|e| e.at(&name))?, codec, counted.unwrap_or(own))
    };
    ffi::only_stream(&mut input, stream);
    let first = first_frame(path, stream).map_err(|e| e.at(&name))?;
    let interlaced = header.interlaced || first.frame.is_interlaced();
    let packets = scan(&mut input, stream)?;
    let why = if counted.is_some() {
        Some("the footage carries no times")
    } else {
        undecided(&packets, &header, interlaced, &container, &codec)
    };
    let mut frames = match why {
        None => from_packets(&packets, first.ticks),
        Some(_) => decode_all(path, stream, counted.is_some())?,
    };
    let Some(first_tick) = frames.first().map(|f| f.ticks) else {
        return Err(Error::failed(format!("{name}: no frame could be decoded"))
            .hint("play the export in the recorder's own player; if it plays, ask for another format"));
    };
    for frame in &mut frames {
        frame.ticks -= first_tick;
        frame.decode_ticks = frame.decode_ticks.map(|t| t - first_tick);
    }
    if let Some(first) = frames.first_mut() {
        first.key = true; // decoding starts here, whatever the container calls it
    }
    let median_interval = median_interval(&frames);
    let stated = packets.iter().max_by_key(|p| p.pts).map_or(0, |p| p.duration);
    let plausible = counted.is_none() && stated * 2 >= median_interval && stated <= 5 * median_interval;
    let flagged = packets.iter().filter(|p| p.corrupt);
    let frame = &first.frame;
    Ok(Footage {
        path: path.to_owned(),
        bytes,
        sha256: crate::hash::file(path)?,
        container,
        codec,
        stream,
        streams,
        has_audio,
        layout: reader::layout(frame).map_err(|e| e.at(&name))?,
        pixel_format: frame.format().descriptor().map(|d| d.name().to_owned()).unwrap_or_default(),
        orientation,
        sample_aspect: sample_aspect(header.container_aspect, frame.aspect_ratio()),
        colour: colour(frame),
        interlaced,
        time_base,
        first_tick: if counted.is_some() { 0 } else { first_tick },
        counted: counted.is_some(),
        last_duration: if plausible { stated } else { median_interval },
        median_interval,
        numbering: why.map_or(Numbering::Packets, Numbering::Decoded),
        clocks: Clocks { container: created, filename: clock::in_file_name(&name).map(|t| t.to_string()) },
        flagged: flagged
            .filter_map(|p| p.pts.or(p.dts))
            .map(|t| time_base.position(t - first_tick))
            .collect::<Vec<Position>>(),
        frames,
        name,
    })
}

/// A regular file that is not a playlist; returns its size.
fn check_file(path: &Path) -> Result<u64> {
    let shown = path.display();
    let meta = input::regular(path)?;
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| Error::io("cannot read", path, &e))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, 4096), &mut head)
        .map_err(|e| Error::io("cannot read", path, &e))?;
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    let playlist = ["#EXTM3U", "ffconcat", "[playlist]", "<MPD", "<?xml", "<smil", "<asx", "<ASX"];
    if playlist.iter().any(|p| text.starts_with(p)) || text.contains("<MPD") {
        return Err(Error::usage(format!("{shown}: this is a playlist or a description of footage, not footage"))
            .hint("name the file it points to"));
    }
    if meta.len() == 0 {
        return Err(Error::failed(format!("{shown}: the file is empty")).hint("export it again"));
    }
    Ok(meta.len())
}

fn choose_stream(input: &ff::format::context::Input, asked: Option<usize>) -> Result<usize> {
    let video: Vec<usize> = input
        .streams()
        .filter(|s| s.parameters().medium() == ff::media::Type::Video && !ffi::stream_header(s).attached_picture)
        .map(|s| s.index())
        .collect();
    match (asked, video.as_slice()) {
        (Some(index), _) if video.contains(&index) => Ok(index),
        (Some(index), _) => Err(Error::usage(format!("stream {index} is not a video stream"))
            .hint(format!("video streams here: {video:?}"))),
        (None, []) => Err(Error::failed("there is no video in this file")
            .hint("see what it is with `probe`; the recorder may have exported audio or an index only")),
        (None, [only]) => Ok(*only),
        (None, _) => Err(Error::usage(format!("there are several video streams: {video:?}"))
            .hint(format!("choose one with --stream {}", video[0]))),
    }
}

fn describe(stream: &ff::format::stream::Stream<'_>) -> String {
    let header = ffi::stream_header(stream);
    let codec = stream.parameters().id().name();
    match stream.parameters().medium() {
        ff::media::Type::Video if header.attached_picture => format!("cover art ({codec})"),
        ff::media::Type::Video => format!("video {codec} {}x{}", header.width, header.height),
        other => format!("{other:?} {codec}").to_lowercase(),
    }
}

fn orientation(stream: &ff::format::stream::Stream<'_>) -> Result<Orientation> {
    use ff::codec::packet::side_data::Type;
    let Some(data) = stream.side_data().find(|d| d.kind() == Type::DisplayMatrix) else {
        return Ok(Orientation::default());
    };
    let word =
        |i: usize| data.data().get(4 * i..4 * i + 4).and_then(|b| b.try_into().ok()).map_or(0, i32::from_ne_bytes);
    Orientation::from_matrix(word(0), word(1), word(3), word(4))
}

fn sample_aspect(container: (i32, i32), frame: ff::Rational) -> (u32, u32) {
    [container, (frame.numerator(), frame.denominator())]
        .into_iter()
        .find(|&(num, den)| num > 0 && den > 0)
        .map_or((0, 1), |(num, den)| (num as u32, den as u32))
}

fn colour(frame: &ff::frame::Video) -> Colour {
    use ff::ffi::{AVChromaLocation, AVColorPrimaries, AVColorSpace, AVColorTransferCharacteristic};
    Colour {
        space: AVColorSpace::from(frame.color_space()) as i32,
        primaries: AVColorPrimaries::from(frame.color_primaries()) as i32,
        transfer: AVColorTransferCharacteristic::from(frame.color_transfer_characteristic()) as i32,
        chroma_location: AVChromaLocation::from(frame.chroma_location()) as i32,
        full_range: match frame.color_range() {
            ff::color::Range::MPEG => Some(false),
            ff::color::Range::JPEG => Some(true),
            ff::color::Range::Unspecified => None,
        },
    }
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

fn scan(input: &mut ff::format::context::Input, stream: usize) -> Result<Vec<Packet>> {
    let mut packets = Vec::new();
    while let Some(p) = reader::next_packet(input, stream)? {
        packets.push(Packet {
            pts: p.pts(),
            dts: p.dts(),
            duration: p.duration(),
            key: p.is_key(),
            hidden: ffi::is_hidden(&p),
            corrupt: p.is_corrupt(),
        });
    }
    Ok(packets)
}

/// Why packets alone do not tell the frames, if so.
fn undecided(
    packets: &[Packet],
    header: &ffi::StreamHeader,
    interlaced: bool,
    container: &str,
    codec: &str,
) -> Option<&'static str> {
    let mut times: Vec<i64> = packets.iter().filter(|p| !p.hidden).filter_map(|p| p.pts).collect();
    times.sort_unstable();
    if packets.iter().any(|p| p.pts.is_none()) {
        Some("some packets carry no presentation time")
    } else if times.windows(2).any(|w| w[0] == w[1]) {
        Some("several packets carry the same time")
    } else if packets.iter().any(|p| p.corrupt) {
        Some("the container flags damaged packets")
    } else if container == "avi" && header.reorder > 0 {
        Some("AVI may pack several frames into one packet")
    } else if interlaced && codec == "h264" {
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

struct First {
    frame: ff::frame::Video,
    ticks: i64,
}

/// Decodes until the first frame comes out.
fn first_frame(path: &Path, stream: usize) -> Result<First> {
    let mut found = None;
    each_frame(path, stream, |frame| {
        let ticks = frame.timestamp().unwrap_or(0);
        found = Some(First { frame: std::mem::replace(frame, ff::frame::Video::empty()), ticks });
        false
    })?;
    found.ok_or_else(|| {
        Error::failed("no frame could be decoded").hint("play the export in the recorder's own player; if it plays, it may be encrypted: export it without a password")
    })
}

/// The presented frames by decoding them all.
fn decode_all(path: &Path, stream: usize, counted: bool) -> Result<Vec<Frame>> {
    let mut frames: Vec<Frame> = Vec::new();
    each_frame(path, stream, |frame| {
        let ticks = if counted { Some(frames.len() as i64) } else { frame.timestamp() };
        let later = ticks.filter(|&t| frames.last().is_none_or(|last| last.ticks < t));
        if let Some(ticks) = later {
            let decode_ticks = if counted { Some(ticks) } else { Some(frame.packet().dts).filter(|&d| d != i64::MIN) };
            frames.push(Frame { ticks, order: 0, decode_ticks, key: frame.is_key() });
        }
        true
    })?;
    let mut by_decoding: Vec<usize> = (0..frames.len()).collect();
    by_decoding.sort_by_key(|&i| frames[i].decode_ticks.unwrap_or(frames[i].ticks));
    for (order, index) in by_decoding.into_iter().enumerate() {
        frames[index].order = order as u32;
    }
    Ok(frames)
}

/// Decodes from the start and shows each frame to `look` until it has seen enough.
fn each_frame(path: &Path, stream: usize, mut look: impl FnMut(&mut ff::frame::Video) -> bool) -> Result<()> {
    let mut input = reader::open(path, false)?;
    ffi::only_stream(&mut input, stream);
    let mut decoder = {
        let s = input.stream(stream).ok_or_else(|| Error::failed("no video stream"))?;
        reader::decoder(&s)?
    };
    let mut frame = ff::frame::Video::empty();
    let mut draining = false;
    loop {
        match decoder.receive_frame(&mut frame) {
            Ok(()) if !look(&mut frame) => return Ok(()),
            Ok(()) => {}
            Err(ff::Error::Eof) => return Ok(()),
            Err(_) if draining => return Ok(()),
            // A packet that the decoder refuses yields no frame; the next one may.
            Err(_) => match reader::next_packet(&mut input, stream)? {
                Some(packet) => {
                    let _ = decoder.send_packet(&packet);
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
