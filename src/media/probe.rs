//! What the footage is: reads its headers, every packet's time (no decoding), and the first frame.

use std::path::{Path, PathBuf};

use ffmpeg_next as ff;

use super::whole::{self, Fault};
use super::{edges, ffi, frame, source, timeline};
use crate::clock;
use crate::error::{Error, Result};
use crate::footage::{Clocks, Colour, Edges, Footage, Numbering, Part, Placing, join, wrapped};
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
/// frames may differ; then it decodes, and says so in [`Part::numbering`].
///
/// # Errors
/// `Usage` for what is not a file, and where `--stream` or `--fps` is needed; `Failed` for what cannot be read.
pub fn probe(path: &Path, options: ProbeOptions) -> Result<Footage> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let bytes = check_file(path)?;
    let mut input = source::open(path, false).map_err(|e| unreadable(path, &name, e))?;
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

    let (header, orientation, codec, time_base, ends) = {
        let s = input.stream(stream).ok_or_else(|| Error::failed(format!("{name}: no video stream")))?;
        let tb = s.time_base();
        let codec = ff::codec::decoder::find(s.parameters().id()).map(|c| c.name().to_owned()).unwrap_or_default();
        let own = TimeBase { num: tb.numerator().max(1), den: tb.denominator().max(1) };
        (
            ffi::stream_header(&s),
            orientation(&s).map_err(|e| e.at(&name))?,
            codec,
            counted.unwrap_or(own),
            s.start_time().saturating_add(s.duration()),
        )
    };
    ffi::only_stream(&mut input, stream);
    let first = timeline::first_frame(path, stream).map_err(|e| e.at(&name))?;
    let interlaced = header.interlaced || first.frame.is_interlaced();
    let kind = timeline::Kind { reorders: header.reorder > 0, interlaced, container: &container, codec: &codec };
    let line = timeline::read(&mut input, path, stream, &kind, first.ticks, ends, counted.is_some())?;
    if line.frames.is_empty() {
        return Err(Error::failed(format!("{name}: no frame could be decoded"))
            .hint("play the export in the recorder's own player; if it plays, export again in another format, and without encryption where the recorder encrypts its streams"));
    }
    let frame = &first.frame;
    let sha256 = crate::hash::file(path)?;
    let mut clocks = clocks(path, &container, created, time_base.position(line.first_tick), line.counted);
    let within = line.early.map(|_| time_base.position(line.median_interval).nanos());
    clocks.frames_within = within.unwrap_or(1_000_000_000);
    let part = Part {
        path: path.to_owned(),
        name: name.clone(),
        bytes,
        cut_off: whole::fault(path).is_some(),
        sha256: sha256.clone(),
        container,
        codec,
        stream,
        streams,
        has_audio,
        time_base,
        first_tick: line.first_tick,
        early: line.early,
        counted: line.counted,
        numbering: line.why.map_or(Numbering::Packets, Numbering::Decoded),
        clocks,
        frames: 0..line.frames.len(),
        begins: 0,
        repeated: Vec::new(),
    };
    Ok(Footage {
        sha256,
        parts: vec![part],
        joined: Vec::new(),
        layout: frame::layout(frame).map_err(|e| e.at(&name))?,
        pixel_format: frame.format().descriptor().map(|d| d.name().to_owned()).unwrap_or_default(),
        orientation,
        sample_aspect: sample_aspect(header.container_aspect, frame.aspect_ratio()),
        colour: colour(frame),
        interlaced,
        time_base,
        last_duration: line.last_duration,
        median_interval: line.median_interval,
        flagged: line.flagged.iter().map(|&t| time_base.position(t)).collect(),
        frames: line.frames,
        name,
    })
}

/// Why a file cannot be opened, as far as it tells.
fn unreadable(path: &Path, name: &str, e: Error) -> Error {
    if whole::fault(path) == Some(Fault::NoIndex) {
        return Error::failed("this MP4 has no index, which is written last: the export broke off")
            .hint("export it again and let it finish; if the recorder no longer holds it, have a copy repaired with a recovery tool that rebuilds the index after an intact file of the same camera, and keep a note of that")
            .at(path.display());
    }
    wrapped::by_name(name).map_or(e, |e| e.at(path.display()))
}

/// The start times in a file and in its name.
fn clocks(path: &Path, container: &str, created: Option<String>, first: Position, counted: bool) -> Clocks {
    // Some makers write the date into the folder.
    let named = clock::in_name(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let text = |at: jiff::civil::DateTime, utc: bool| format!("{at}{}", if utc { "Z" } else { "" });
    Clocks {
        container: created,
        filename: named.as_ref().map(|n| text(n.start, n.utc)),
        maker: named.as_ref().and_then(|n| n.maker),
        until: named.as_ref().and_then(|n| Some(text(n.until?, n.utc))),
        frames: Some(first).filter(|_| container == "dhav" && !counted).and_then(|p| clock::of_frame(p.nanos().into())),
        frames_within: 0,
    }
}

/// Probes the files of one recording and joins them.
///
/// # Errors
/// As [`probe`] and [`join`].
pub fn probe_all(paths: &[PathBuf], options: ProbeOptions, placing: Placing<'_>) -> Result<Footage> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let footage = probe(path, options)?;
        // A single file is followed by none.
        let edges = if paths.len() > 1 { edges::edges(&footage)? } else { Edges::default() };
        files.push((footage, edges));
    }
    join(files, placing)
}

/// A regular file that is not a playlist; returns its size.
fn check_file(path: &Path) -> Result<u64> {
    let shown = path.display();
    let meta = input::regular(path)?;
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| Error::io("cannot read", path, &e))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, wrapped::HEAD as u64), &mut head)
        .map_err(|e| Error::io("cannot read", path, &e))?;
    let text = String::from_utf8_lossy(head.get(..4096).unwrap_or(&head));
    let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    let playlist = ["#EXTM3U", "ffconcat", "[playlist]", "<MPD", "<?xml", "<smil", "<asx", "<ASX"];
    if playlist.iter().any(|p| text.starts_with(p)) || text.contains("<MPD") {
        return Err(Error::usage(format!("{shown}: this is a playlist or a description of footage, not footage"))
            .hint("name the file it points to"));
    }
    if meta.len() == 0 {
        return Err(Error::failed(format!("{shown}: the file is empty")).hint("export it again"));
    }
    if let Some(refusal) = wrapped::by_content(&head) {
        return Err(refusal.at(shown));
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
