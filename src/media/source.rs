//! Footage as FFmpeg opens it: through a handle and nothing else, with what is allowed, packet by packet from a key frame on.

use std::fs::File;
use std::path::Path;

use ffmpeg_next as ff;

use super::{ffi, limits};
use crate::error::{Error, Result};
use crate::footage::{Footage, Part};
use crate::stats::{self, Stage};

/// Opens footage through a plain file handle: FFmpeg sees bytes, never a name or an address.
///
/// # Errors
/// `Failed` when the file cannot be read or is not footage we know.
pub(super) fn open(path: &Path, ignore_edit_list: bool) -> Result<ff::format::context::Input> {
    ffi::init();
    let file = File::open(path).map_err(|e| Error::io("cannot read", path, &e))?;
    let broken = |e: ff::Error| Error::failed(format!("{}: this cannot be opened as footage ({e})", path.display()));
    let io = ff::format::context::StreamIo::from_read_seek_with_capacity(file, 1 << 16).map_err(broken)?;
    let mut options = ff::Dictionary::new();
    options.set("format_whitelist", limits::CONTAINERS);
    options.set("codec_whitelist", &limits::decoders());
    options.set("max_streams", &limits::STREAMS.to_string());
    options.set("protocol_whitelist", "");
    if ignore_edit_list {
        options.set("ignore_editlist", "1");
    }
    ff::format::input_from_stream(io, None, Some(options)).map_err(|e| {
        broken(e).hint("name the recording itself, not a player, a list or a document; if it is the recording, export it again, and if the recorder can, as MP4 or AVI")
    })
}

/// A decoder for one stream. It works in the caller's thread, so that what it complains of can be told packet by packet.
pub(super) fn decoder(stream: &ff::format::stream::Stream<'_>) -> Result<ff::decoder::Video> {
    let failed = |e: ff::Error| Error::failed(format!("no decoder for the video stream: {e}"));
    let header = ffi::stream_header(stream);
    if i64::from(header.width) * i64::from(header.height) > i64::from(limits::PIXELS) {
        let (width, height) = (header.width, header.height);
        return Err(Error::failed(format!("pictures of {width}x{height} are larger than any camera's")));
    }
    let mut context = ff::codec::Context::from_parameters(stream.parameters()).map_err(failed)?;
    context.set_threading(ff::threading::Config { kind: ff::threading::Type::None, count: 1, safe: false });
    let mut decoder = context.decoder();
    decoder.set_packet_time_base(stream.time_base());
    let mut options = ff::Dictionary::new();
    // Unaligned, or FFmpeg leaves columns in the picture that the stream crops at its left.
    options.set("flags", "+bitexact+unaligned");
    options.set("err_detect", "+crccheck+bitstream+buffer+careful");
    options.set("max_pixels", &limits::PIXELS.to_string());
    let id = stream.parameters().id();
    let codec = ff::codec::decoder::find(id).filter(|c| limits::PICTURES.contains(&c.name())).ok_or_else(|| {
        Error::failed(format!("no recorder's pictures are coded like these ({})", id.name()))
            .hint("export the footage as H.264 in MP4 or AVI, if the recorder can")
    })?;
    decoder.open_as_with(codec, options).and_then(|d| d.video()).map_err(failed)
}

/// Reads the next packet of one stream; `None` at the end.
pub(super) fn next_packet(input: &mut ff::format::context::Input, stream: usize) -> Result<Option<ff::Packet>> {
    loop {
        let mut packet = ff::Packet::empty();
        match stats::work(Stage::Demux, || packet.read(input)) {
            Ok(()) if packet.stream() == stream => {
                stats::count(Stage::Demux, 1);
                return Ok(Some(packet));
            }
            Ok(()) => {}
            Err(ff::Error::Eof) => return Ok(None),
            // Damage inside the container: FFmpeg resynchronises on the next call.
            Err(ff::Error::InvalidData) => {}
            Err(e) => return Err(Error::failed(format!("reading the footage stopped: {e}"))),
        }
    }
}

/// Opens the file that frame number `from` is in at the last key frame at or before it: the file, that key frame's
/// number, and its packet where it had to be looked for.
pub(super) fn open_at(
    footage: &Footage,
    from: usize,
) -> Result<(ff::format::context::Input, usize, Option<ff::Packet>)> {
    let part = footage.part(from);
    let mut input = open(&part.path, false)?;
    if part.stream >= input.nb_streams() as usize {
        return Err(changed(part));
    }
    ffi::only_stream(&mut input, part.stream);
    let start = footage.start_of(from);
    let pending = if start > part.frames.start { Some(seek(&mut input, footage, start)?) } else { None };
    Ok((input, start, pending))
}

pub(super) fn changed(part: &Part) -> Error {
    Error::failed(format!("{}: the footage changed while it was read", part.name))
}

/// Seeks to a key frame and returns its packet. Containers differ in what they seek by, so the landing is checked
/// and an earlier time tried until the first key frame that comes is not past the wanted one.
pub(super) fn seek(input: &mut ff::format::context::Input, footage: &Footage, key: usize) -> Result<ff::Packet> {
    let part = footage.part(key);
    let stamp = |ticks: i64| part.in_file(ticks, footage.time_base);
    let wanted = stamp(footage.frames[key].ticks);
    let decode = footage.frames[key].decode_ticks.map_or(wanted, stamp);
    let lost = || {
        Error::failed(format!("{}: cannot seek to the key frame at {}", part.name, footage.position(key)))
            .hint("the file's index may be damaged; rewrap it without re-encoding and try again")
    };
    if part.container == "dhav" {
        // FFmpeg sets the first packet it reads to the beginning of its second and counts on from there: after a jump
        // packets would have other times. The file was only just opened, so all that is before is still to come.
        while let Some(packet) = next_packet(input, part.stream)? {
            if packet.is_key() && packet.pts().or(packet.dts()) == Some(wanted) {
                return Ok(packet);
            }
        }
        return Err(lost());
    }
    let second = part.time_base.ticks(1_000_000_000);
    let targets = [wanted, decode, decode - second, decode - 10 * second, decode - 60 * second, i64::MIN / 4];
    for target in targets {
        if !ffi::seek(input, part.stream, target) {
            continue;
        }
        while let Some(packet) = next_packet(input, part.stream)? {
            if !packet.is_key() {
                continue;
            }
            match packet.pts().or(packet.dts()) {
                Some(stamp) if stamp <= wanted => return Ok(packet),
                _ => break,
            }
        }
    }
    Err(lost())
}

/// The frame of a file that is shown at a time stamp.
pub(super) fn place(footage: &Footage, part: &Part, stamp: i64) -> Option<usize> {
    let ticks = part.in_recording(stamp, footage.time_base);
    let place = footage.frames.get(part.frames.clone())?.binary_search_by_key(&ticks, |f| f.ticks).ok()?;
    Some(part.frames.start + place)
}
