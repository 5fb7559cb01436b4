//! The one sample entry of a track: what a decoder is told about its pictures (ISO/IEC 14496-12 section 12.1, 14496-15
//! section 5.4) or its sound (14496-14 section 6.7), and nothing more.

use super::boxes::Fields;
use crate::error::Result;
use crate::media::avcc::Avcc;
use crate::media::h264::{Pps, Sps};

/// What the clip says about its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, as every sequence parameter set crops it.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Parameter sets and the size of NAL lengths; each set has been read to its last bit.
    pub avcc: Avcc,
    /// Colour, where the container states it.
    pub colour: Option<Colour>,
    /// The shape of a pixel, horizontal and vertical spacing, where stated.
    pub pixel_aspect: Option<[u32; 2]>,
}

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Colour primaries.
    pub primaries: u16,
    /// Transfer characteristics.
    pub transfer: u16,
    /// Matrix coefficients.
    pub matrix: u16,
    /// Whether black is 0 and white 255.
    pub full_range: bool,
}

/// What the clip says about its sound, AAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Channels as the entry states them; FFmpeg states 2 for AAC, whatever `config` says.
    pub channels: u16,
    /// Samples a second.
    pub rate: u32,
    /// AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1), at most [`LONGEST_CONFIG`] bytes.
    pub config: Vec<u8>,
}

/// A plain AAC configuration with its extension takes 5 bytes; a longer one could carry a comment.
pub const LONGEST_CONFIG: usize = 7;

/// Opens `stsd`, which holds one entry, and checks what all entries begin with.
fn only_entry<'a>(mut stsd: Fields<'a>, kind: &[u8; 4]) -> Result<Fields<'a>> {
    stsd.expect(&[0; 4], "version")?;
    stsd.expect(&[0, 0, 0, 1], "number of entries")?;
    let mut entries = stsd.children()?;
    let mut entry = entries.one(kind)?;
    entries.end()?;
    entry.reserved(6)?;
    entry.expect(&[0, 1], "data reference")?;
    Ok(entry)
}

/// Reads `stsd` of a video track.
pub fn picture(stsd: Fields<'_>) -> Result<Picture> {
    let mut avc1 = only_entry(stsd, b"avc1")?;
    avc1.reserved(16)?;
    let (width, height) = (avc1.u16()?, avc1.u16()?);
    avc1.expect(&[0, 0x48, 0, 0, 0, 0x48, 0, 0], "resolution")?;
    avc1.reserved(4)?;
    avc1.expect(&[0, 1], "number of frames a sample")?;
    avc1.expect(&[0; 32], "compressor name")?;
    avc1.expect(&[0, 0x18, 0xff, 0xff], "depth")?;
    let mut parts = avc1.children()?;
    let avcc = configuration(parts.one(b"avcC")?, width, height)?;
    let colour = parts.maybe(b"colr").map(colour).transpose()?;
    let pixel_aspect = match parts.maybe(b"pasp") {
        Some(mut pasp) => {
            let spacing = [pasp.u32()?, pasp.u32()?];
            pasp.end()?;
            Some(spacing)
        }
        None => None,
    };
    parts.maybe(b"btrt").map(bit_rate).transpose()?;
    parts.end()?;
    Ok(Picture { width, height, avcc, colour, pixel_aspect })
}

/// Every parameter set is whole, 8-bit 4:2:0 of the stated size, its id given once; and no byte says anything else.
fn configuration(mut avcc: Fields<'_>, width: u16, height: u16) -> Result<Avcc> {
    let record = avcc.remaining();
    let read = Avcc::parse(record).ok_or_else(|| avcc.wrong("cannot be read"))?;
    if read.build().as_deref() != Some(record) {
        return Err(avcc.wrong("says more than its parameter sets"));
    }
    let mut sets: Vec<u8> = Vec::new();
    for unit in &read.sps {
        let set = Sps::parse(unit).ok_or_else(|| avcc.wrong("has an SPS that cannot be read to its end"))?;
        if (set.width, set.height) != (u32::from(width), u32::from(height)) {
            return Err(avcc.wrong(format!("is for {}x{}, not {width}x{height}", set.width, set.height)));
        }
        if (set.chroma_format, set.luma_depth, set.chroma_depth) != (1, 8, 8) || sets.contains(&set.id) {
            return Err(avcc.wrong("has an SPS that is not 8-bit 4:2:0, or is there twice"));
        }
        sets.push(set.id);
    }
    let mut ids: Vec<u8> = Vec::new();
    for unit in &read.pps {
        let set = Pps::parse(unit).ok_or_else(|| avcc.wrong("has a PPS that cannot be read to its end"))?;
        if set.redundant_pictures || !sets.contains(&set.sps) || ids.contains(&set.id) {
            return Err(avcc.wrong("has a PPS with redundant pictures, without its SPS, or twice"));
        }
        ids.push(set.id);
    }
    if ids.is_empty() { Err(avcc.wrong("has no PPS")) } else { Ok(read) }
}

fn colour(mut colr: Fields<'_>) -> Result<Colour> {
    colr.expect(b"nclx", "kind of colour")?;
    let (primaries, transfer, matrix, range) = (colr.u16()?, colr.u16()?, colr.u16()?, colr.u8()?);
    if range & 0x7f != 0 {
        return Err(colr.wrong("has something in its reserved bits"));
    }
    colr.end()?;
    Ok(Colour { primaries, transfer, matrix, full_range: range != 0 })
}

fn bit_rate(mut btrt: Fields<'_>) -> Result<()> {
    btrt.slice(12)?;
    btrt.end()
}

/// Reads `stsd` of an audio track.
pub fn sound(stsd: Fields<'_>) -> Result<Sound> {
    let mut mp4a = only_entry(stsd, b"mp4a")?;
    mp4a.reserved(8)?;
    let channels = mp4a.u16()?;
    mp4a.expect(&[0, 16], "sample size")?;
    mp4a.reserved(4)?;
    let rate = u32::from(mp4a.u16()?);
    mp4a.reserved(2)?;
    let mut parts = mp4a.children()?;
    let config = elementary_stream(parts.one(b"esds")?)?;
    parts.maybe(b"btrt").map(bit_rate).transpose()?;
    parts.end()?;
    Ok(Sound { channels, rate, config })
}

/// The AudioSpecificConfig in the descriptors of `esds` (ISO/IEC 14496-1 section 7.2.6): stream, decoder, its
/// configuration, and synchronisation, each where it must be.
fn elementary_stream(mut esds: Fields<'_>) -> Result<Vec<u8>> {
    esds.expect(&[0; 4], "version")?;
    let stream = descriptor(&mut esds, 3)?;
    let wrong = esds.wrong("has descriptors of impossible length");
    esds.slice(2)?; // ES_ID, the number of the track
    esds.expect(&[0], "stream flags")?;
    let decoder = descriptor(&mut esds, 4)?;
    esds.expect(&[0x40, 0x15], "kind of stream")?;
    esds.slice(11)?; // buffer size, greatest and mean bit rate
    let length = descriptor(&mut esds, 5)?;
    if !(2..=LONGEST_CONFIG).contains(&length) {
        return Err(wrong);
    }
    let config = esds.slice(length)?.to_vec();
    if descriptor(&mut esds, 6)? != 1 {
        return Err(wrong);
    }
    esds.expect(&[2], "kind of synchronisation")?;
    esds.end()?;
    // FFmpeg writes every length in 4 bytes, so a header takes 5
    if decoder != 13 + 5 + length || stream != 3 + 5 + decoder + 5 + 1 { Err(wrong) } else { Ok(config) }
}

/// The header of a descriptor: its tag, and its length in 4 groups of 7 bits.
fn descriptor(esds: &mut Fields<'_>, tag: u8) -> Result<usize> {
    esds.expect(&[tag], "descriptor")?;
    let [a, b, c, d] = esds.bytes()?;
    if [a, b, c].iter().any(|byte| byte & 0x80 == 0) || d & 0x80 != 0 {
        return Err(esds.wrong("has a length that is not written in 4 bytes"));
    }
    Ok([a, b, c, d].iter().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f)))
}
