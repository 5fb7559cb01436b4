//! One track of a clip: what it presents, when, and that its edit list hides nothing (ISO/IEC 14496-12 sections 8.3, 8.4
//! and 8.6.5).

use super::boxes::{Children, Fields, Kind};
use super::entry::{self, Picture, Sound};
use super::samples::{self, Run, Sample};
use super::{exactly, matrix, never};
use crate::error::Result;

/// The most ticks that an encoder of AAC puts before its first sound (Apple's; FFmpeg's are 1024).
const LONGEST_PRIMING: i64 = 2112;

/// A track and its samples in coding order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Ticks a second of sample times.
    pub timescale: u32,
    /// What is presented, in ticks of the movie.
    pub duration: u64,
    /// From the first presentation to the end of the last, in ticks of the track.
    pub media_duration: u64,
    /// Its edit list entry, if there is one: the media time in ticks of the track at which presentation starts.
    pub edit: Option<i64>,
    /// The display matrix: a rotation by quarter turns.
    pub matrix: [i32; 9],
    /// Displayed width and height in 1/65536 of a pixel, before rotation; 0 for audio.
    pub display: [u32; 2],
    /// Samples in coding order.
    pub samples: Vec<Sample>,
}

/// How a track is coded.
pub(super) enum Media {
    /// H.264.
    Video(Picture),
    /// AAC.
    Audio(Sound),
}

/// Reads the track of this number, from 1, and the chunks its samples lie in.
pub(super) fn track(trak: Fields<'_>, number: u32, movie_timescale: u32) -> Result<(Track, Media, Vec<Run>)> {
    let mut parts = trak.children()?;
    let tkhd = parts.one(b"tkhd")?;
    let edits = parts.maybe(b"edts");
    let mut mdia = parts.one(b"mdia")?.children()?;
    parts.end()?;
    let is_video = handler(mdia.one(b"hdlr")?)?;
    let (timescale, media_duration) = media_header(mdia.one(b"mdhd")?)?;
    let minf = mdia.one(b"minf")?;
    mdia.end()?;
    let mut minf = minf.children()?;
    if is_video {
        exactly(minf.one(b"vmhd")?, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])?;
    } else {
        exactly(minf.one(b"smhd")?, &[0; 8])?;
    }
    // one data reference, which says that the data is in this file
    exactly(minf.one(b"dinf")?, b"\0\0\0\x1cdref\0\0\0\0\0\0\0\x01\0\0\0\x0curl \0\0\0\x01")?;
    let mut stbl = minf.one(b"stbl")?.children()?;
    minf.end()?;
    let stsd = stbl.one(b"stsd")?;
    let media = if is_video { Media::Video(entry::picture(stsd)?) } else { Media::Audio(entry::sound(stsd)?) };
    let (mut samples, chunks) = samples::samples(&mut stbl)?;
    if !is_video {
        pre_roll(&mut stbl, samples.len())?;
    }
    stbl.end()?;

    let wrong = tkhd.wrong("does not state what its track holds");
    let (duration, matrix, display) = track_header(tkhd, number, is_video)?;
    if !states_length(media_duration, &samples) || timescale == 0 {
        return Err(wrong);
    }
    let edit = edits.map(|edts| edit(edts, duration, is_video)).transpose()?;
    let start = edit.unwrap_or(0);
    for sample in &mut samples {
        sample.dts -= start;
        sample.pts -= start;
    }
    // an edit hides nothing: pictures begin at 0 with the first one coded, sound before 0 is priming, all begin in time
    let first = samples.iter().map(|sample| sample.pts).min().unwrap_or(0);
    let last = samples.iter().map(|sample| sample.pts).max().unwrap_or(0);
    let in_time = i128::from(last) * i128::from(movie_timescale) < i128::from(duration) * i128::from(timescale);
    let begins_well = match is_video {
        true => first == 0 && samples.first().is_some_and(|sample| sample.pts == 0),
        false => (-LONGEST_PRIMING..=0).contains(&first),
    };
    if !in_time || !begins_well {
        return Err(wrong);
    }
    Ok((Track { timescale, duration, media_duration, edit, matrix, display, samples }, media, chunks))
}

/// Whether a stated duration is that of the samples: their sum or, as the muxer has it where uneven times are decoded
/// out of order, from the first presentation to the end of the last.
fn states_length(duration: u64, samples: &[Sample]) -> bool {
    let times = || samples.iter().map(|sample| sample.pts);
    let presented = times().max().unwrap_or(0).abs_diff(times().min().unwrap_or(0));
    let longest = samples.iter().map(|sample| u64::from(sample.duration)).max().unwrap_or(0);
    duration == samples.iter().map(|sample| u64::from(sample.duration)).sum::<u64>()
        || (!samples.is_sorted_by_key(|sample| sample.pts) && presented < duration && duration <= presented + longest)
}

fn track_header(mut tkhd: Fields<'_>, number: u32, is_video: bool) -> Result<(u64, [i32; 9], [u32; 2])> {
    let version = tkhd.version(3)?; // enabled, and in the movie
    never(&mut tkhd, version)?;
    tkhd.expect(&number.to_be_bytes(), "number")?;
    tkhd.reserved(4)?;
    let duration = tkhd.sized(version)?;
    tkhd.reserved(8)?;
    // layer, group of alternatives, volume, reserved
    tkhd.expect(if is_video { &[0; 8] } else { &[0, 0, 0, 1, 1, 0, 0, 0] }, "layer, group or volume")?;
    let matrix = matrix(&mut tkhd)?;
    let display = [tkhd.u32()?, tkhd.u32()?];
    let [a, b, _, c, d, ..] = matrix;
    let turned = [a, b, c, d].map(|part| part / (1 << 16));
    let turns = [[1, 0, 0, 1], [0, 1, -1, 0], [-1, 0, 0, -1], [0, -1, 1, 0]];
    if !turns.contains(&turned)
        || matrix != [a, b, 0, c, d, 0, 0, 0, 1 << 30]
        || [a, b, c, d].iter().any(|p| p % (1 << 16) != 0)
    {
        return Err(tkhd.wrong("has a matrix that is no rotation by quarter turns"));
    }
    if (display == [0; 2]) == is_video {
        return Err(tkhd.wrong("has an impossible size"));
    }
    tkhd.end()?;
    Ok((duration, matrix, display))
}

/// The media time of the one entry of an edit list, at normal speed, which lasts as long as the track says; of sound, a
/// tick of the movie less, because the muxer rounds it once more.
fn edit(edts: Fields<'_>, duration: u64, is_video: bool) -> Result<i64> {
    let mut edts = edts.children()?;
    let mut elst = edts.one(b"elst")?;
    edts.end()?;
    let version = elst.version(0)?;
    elst.expect(&[0, 0, 0, 1], "number of entries")?;
    let (lasts, start) = (elst.sized(version)?, elst.sized(version)?);
    elst.expect(&[0, 1, 0, 0], "rate")?;
    let whole = lasts == duration || !is_video && lasts + 1 == duration;
    let start = i64::try_from(start).ok().filter(|&start| start <= i64::from(i32::MAX) && whole);
    let start = start.ok_or_else(|| elst.wrong("does not present its whole track"))?;
    elst.end()?;
    Ok(start)
}

/// Whether the media is video; otherwise it is audio. Names are the muxer's constants.
fn handler(mut hdlr: Fields<'_>) -> Result<bool> {
    hdlr.reserved(8)?;
    let kind: Kind = hdlr.bytes()?;
    hdlr.reserved(12)?;
    let name: &[u8] = match &kind {
        b"vide" => b"VideoHandler\0",
        b"soun" => b"SoundHandler\0",
        _ => return Err(hdlr.wrong(format!("is for {}, neither video nor audio", kind.escape_ascii()))),
    };
    hdlr.expect(name, "name")?;
    hdlr.end()?;
    Ok(&kind == b"vide")
}

/// Ticks a second, and duration in them.
fn media_header(mut mdhd: Fields<'_>) -> Result<(u32, u64)> {
    let version = mdhd.version(0)?;
    never(&mut mdhd, version)?;
    let times = (mdhd.u32()?, mdhd.sized(version)?);
    mdhd.expect(&[0x55, 0xc4, 0, 0], "language")?; // "und"
    mdhd.end()?;
    Ok(times)
}

/// That each packet of AAC needs the one before it (ISO/IEC 14496-12 section 10.1), for all samples or not at all.
fn pre_roll(stbl: &mut Children<'_>, samples: usize) -> Result<()> {
    let (Some(sgpd), Some(mut sbgp)) = (stbl.maybe(b"sgpd"), stbl.maybe(b"sbgp")) else { return Ok(()) };
    exactly(sgpd, b"\x01\0\0\0roll\0\0\0\x02\0\0\0\x01\xff\xff")?;
    sbgp.expect(b"\0\0\0\0roll\0\0\0\x01", "grouping")?;
    let (count, group) = (sbgp.u32()? as usize, sbgp.u32()?);
    if (count, group) != (samples, 1) {
        return Err(sbgp.wrong("does not fit the samples"));
    }
    sbgp.end()
}
