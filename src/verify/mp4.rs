//! A written clip holds its frames and nothing else: a walk over the whole file with an allow-list, apart from the muxer
//! that wrote it. Structure is ISO/IEC 14496-12; every byte is either understood here or an error.

mod boxes;
pub mod entry;
pub mod samples;
#[cfg(test)]
mod tests;
pub mod track;

use std::io::{Read, Seek, SeekFrom};

use crate::error::{Error, Result};
use boxes::{Fields, Kind};
use entry::{Picture, Sound};
use samples::Run;
use track::{Media, Track};

/// The largest index that is read, in bytes.
const LARGEST_INDEX: u64 = 256 << 20;
const IDENTITY: [i32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
const BRANDS: [&Kind; 8] = [b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"avc1", b"mp41", b"mp42"];

/// All that a clip says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mp4 {
    /// Ticks a second of durations.
    pub timescale: u32,
    /// The longest track's duration in these ticks.
    pub duration: u64,
    /// Its one video track.
    pub video: Track,
    /// How the video is coded.
    pub picture: Picture,
    /// Its audio track, if there is one, and how that is coded.
    pub audio: Option<(Track, Sound)>,
}

/// Walks a whole clip. Memory is bounded by its index; the media data is not read.
///
/// # Errors
/// [`Error::unverified`] names the first box that does not belong, or whose bytes are not accounted for, and its offset;
/// [`Error::failed`] when the file cannot be read.
pub fn walk(file: &mut (impl Read + Seek)) -> Result<Mp4> {
    let end = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let brands = Section::read(file, 0, end)?.named(b"ftyp")?;
    file_type(brands.fields(&brands.load(file, 64)?))?;
    let index = Section::read(file, brands.end, end)?.named(b"moov")?;
    let (mp4, chunks) = movie(index.fields(&index.load(file, LARGEST_INDEX)?))?;
    let mut media = Section::read(file, index.end, end)?;
    if media.kind == *b"free" {
        media.load(file, 0)?; // FFmpeg keeps 8 bytes in case the next header must grow
        media = Section::read(file, media.end, end)?;
    }
    let media = media.named(b"mdat")?;
    samples::fill(chunks, media.body..media.end)?;
    match end - media.end {
        0 => Ok(mp4),
        left => Err(Error::unverified(format!("the clip has {left} bytes after its box mdat, at byte {}", media.end))),
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::failed(format!("the clip could not be read back: {error}"))
}

/// A box of the file itself: where it, its body and the next box begin.
struct Section {
    kind: Kind,
    at: u64,
    body: u64,
    end: u64,
}

impl Section {
    /// The header at `at` of a box that ends within the file.
    fn read(file: &mut (impl Read + Seek), at: u64, file_end: u64) -> Result<Self> {
        let cut = || Error::unverified(format!("the clip is cut short at byte {at}"));
        let mut header = [0; 8];
        if file_end - at < 8 {
            return Err(cut());
        }
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut header)).map_err(unreadable)?;
        let [s0, s1, s2, s3, kind @ ..] = header;
        let (mut size, mut body) = (u64::from(u32::from_be_bytes([s0, s1, s2, s3])), at + 8);
        if size == 1 {
            if file_end - at < 16 {
                return Err(cut());
            }
            file.read_exact(&mut header).map_err(unreadable)?;
            (size, body) = (u64::from_be_bytes(header), at + 16);
        }
        match at.checked_add(size).filter(|&end| body <= end && end <= file_end) {
            Some(end) => Ok(Self { kind, at, body, end }),
            None => {
                let kind = kind.escape_ascii();
                let what =
                    format!("the clip's box {kind} at byte {at} has an impossible size, {size}, or is cut short");
                Err(Error::unverified(what))
            }
        }
    }

    fn named(self, kind: &Kind) -> Result<Self> {
        if &self.kind == kind {
            return Ok(self);
        }
        Err(self.fields(&[]).wrong(format!("stands where {} must be", kind.escape_ascii())))
    }

    /// The whole body, if it has no more than so many bytes.
    fn load(&self, file: &mut (impl Read + Seek), most: u64) -> Result<Vec<u8>> {
        let size = self.end - self.body;
        if size > most {
            return Err(self.fields(&[]).wrong(format!("holds {size} bytes, more than {most}")));
        }
        let mut bytes = vec![0; size as usize];
        file.seek(SeekFrom::Start(self.body)).and_then(|_| file.read_exact(&mut bytes)).map_err(unreadable)?;
        Ok(bytes)
    }

    fn fields<'a>(&self, body: &'a [u8]) -> Fields<'a> {
        Fields::new(self.kind, self.at, self.body - self.at, body)
    }
}

fn file_type(mut ftyp: Fields<'_>) -> Result<()> {
    ftyp.expect(b"isom\0\0\x02\0", "brand")?;
    let (brands, odd) = ftyp.remaining().as_chunks::<4>();
    match odd.is_empty() && brands.iter().all(|brand| BRANDS.contains(&brand)) {
        true => Ok(()),
        false => Err(ftyp.wrong("has an unexpected brand")),
    }
}

fn movie(moov: Fields<'_>) -> Result<(Mp4, Vec<Run>)> {
    let extra = moov.wrong("does not hold one video track, and at most one of audio");
    let mut parts = moov.children()?;
    let mut mvhd = parts.one(b"mvhd")?;
    let header = mvhd.clone();
    let version = mvhd.version(0)?;
    never(&mut mvhd, version)?;
    let (timescale, duration) = (mvhd.u32()?, mvhd.sized(version)?);
    mvhd.expect(&[0, 1, 0, 0, 1, 0], "rate or volume")?;
    mvhd.reserved(10)?;
    if matrix(&mut mvhd)? != IDENTITY {
        return Err(mvhd.wrong("has a matrix of its own"));
    }
    mvhd.reserved(24)?;
    let next_track = mvhd.u32()?;
    mvhd.end()?;
    let (mut video, mut audio, mut chunks) = (None, None, Vec::new());
    let mut number = 1;
    while let Some(trak) = parts.maybe(b"trak") {
        let (track, media, runs) = track::track(trak, number, timescale)?;
        match media {
            Media::Video(picture) if video.is_none() => video = Some((track, picture)),
            Media::Audio(sound) if audio.is_none() => audio = Some((track, sound)),
            _ => return Err(extra),
        }
        chunks.extend(runs);
        number += 1;
    }
    parts.end()?;
    let (video, picture) = video.ok_or(extra)?;
    let longest = audio.as_ref().map_or(0, |(track, _): &(Track, _)| track.duration).max(video.duration);
    if (duration, next_track) != (longest, number) || timescale == 0 {
        return Err(header.wrong("does not state its tracks' duration and number"));
    }
    Ok((Mp4 { timescale, duration, video, picture, audio }, chunks))
}

/// Creation and modification time: not set.
fn never(header: &mut Fields<'_>, version: u8) -> Result<()> {
    match (header.sized(version)?, header.sized(version)?) {
        (0, 0) => Ok(()),
        _ => Err(header.wrong("tells when it was made")),
    }
}

fn matrix(header: &mut Fields<'_>) -> Result<[i32; 9]> {
    let mut matrix = [0; 9];
    for value in &mut matrix {
        *value = header.bytes().map(i32::from_be_bytes)?;
    }
    Ok(matrix)
}

/// A box that can only say this.
fn exactly(mut fields: Fields<'_>, body: &[u8]) -> Result<()> {
    fields.expect(body, "content")?;
    fields.end()
}
