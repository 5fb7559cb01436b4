//! A written still holds what a decoder needs and nothing else: every chunk of a PNG (W3C PNG, third edition, section 5)
//! is accounted for, apart from the encoder that wrote it.

use std::fmt::Display;

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::{Error, Result};

/// The largest side that a still may have, in pixels.
const LARGEST_SIDE: u32 = 65_535;
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the header chunk of a PNG says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Png {
    /// Width in pixels, 1 to 65535.
    pub width: u32,
    /// Height in pixels, 1 to 65535.
    pub height: u32,
    /// Bits of a sample.
    pub depth: u8,
    /// Colour type: 0 grey, 2 RGB, 6 RGB with alpha.
    pub colour: u8,
}

/// Walks a whole PNG file. It must be one IHDR, IDATs and one IEND with right checksums, and end there; and what the
/// IDATs hold must be the picture's rows and nothing behind them.
///
/// # Errors
/// [`Error::unverified`] names the first chunk that does not belong, and its offset.
pub fn walk(file: &[u8]) -> Result<Png> {
    let rest = file.strip_prefix(SIGNATURE).ok_or_else(|| Error::unverified("the still is no PNG file"))?;
    let (header, mut rest) = chunk(file, rest)?;
    let png = header_of(&header)?;
    let mut rows = Rows::new(&png);
    loop {
        let (next, after) = chunk(file, rest)?;
        rest = after;
        match &next.kind {
            b"IDAT" if !next.data.is_empty() => rows.take(&next)?,
            b"IEND" if next.data.is_empty() && rows.done => break,
            _ => return Err(next.wrong("does not belong in a still")),
        }
    }
    match rest.len() {
        0 => Ok(png),
        left => {
            Err(Error::unverified(format!("the still has {left} bytes after its end, at byte {}", file.len() - left)))
        }
    }
}

/// The compressed rows of the picture (section 10), unpacked as their chunks come and thrown away: only their end
/// matters.
struct Rows {
    stream: Decompress,
    /// Bytes of all rows, each with its filter.
    size: u64,
    done: bool,
}

impl Rows {
    fn new(png: &Png) -> Self {
        let samples: u64 = match png.colour {
            0 => 1,
            2 => 3,
            _ => 4,
        };
        let row = 1 + u64::from(png.width) * samples * u64::from(png.depth) / 8;
        Self { stream: Decompress::new(true), size: row * u64::from(png.height), done: false }
    }

    fn take(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let mut data = chunk.data;
        let mut unpacked = [0; 1 << 15];
        while !data.is_empty() {
            if self.done {
                return Err(chunk.wrong(format!("has {} bytes behind the compressed picture", data.len())));
            }
            let before = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.decompress(data, &mut unpacked, FlushDecompress::None);
            let status = status.map_err(|e| chunk.wrong(format!("cannot be unpacked ({e})")))?;
            data = data.get((self.stream.total_in() - before.0) as usize..).unwrap_or_default();
            self.done = status == Status::StreamEnd;
            let out = self.stream.total_out();
            if out > self.size || self.done && out != self.size {
                return Err(chunk.wrong(format!("does not end where the picture's {} bytes do", self.size)));
            }
            if !self.done && before == (self.stream.total_in(), out) {
                return Err(chunk.wrong("cannot be unpacked"));
            }
        }
        Ok(())
    }
}

/// A chunk whose checksum is right.
struct Chunk<'a> {
    at: usize,
    kind: [u8; 4],
    data: &'a [u8],
}

impl Chunk<'_> {
    fn wrong(&self, what: impl Display) -> Error {
        Error::unverified(format!("the still's chunk {} at byte {} {what}", self.kind.escape_ascii(), self.at))
    }
}

/// The chunk that `rest`, the end of `file`, begins with, and what follows it.
fn chunk<'a>(file: &[u8], rest: &'a [u8]) -> Result<(Chunk<'a>, &'a [u8])> {
    let at = file.len() - rest.len();
    let cut = || Error::unverified(format!("the still is cut short in the chunk at byte {at}"));
    let (&length, body) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = u32::from_be_bytes(length) as usize;
    let (&kind, data) = body.split_first_chunk::<4>().ok_or_else(cut)?;
    let (data, after) = data.split_at_checked(length).ok_or_else(cut)?;
    let (&checksum, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
    let found = Chunk { at, kind, data };
    if u32::from_be_bytes(checksum) != crc(&[&kind, data]) {
        return Err(found.wrong("has a wrong checksum"));
    }
    Ok((found, after))
}

fn header_of(chunk: &Chunk<'_>) -> Result<Png> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filter, interlace] = chunk.data else {
        return Err(chunk.wrong("is not a header"));
    };
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    let sides = 1..=LARGEST_SIDE;
    if &chunk.kind != b"IHDR" || !sides.contains(&width) || !sides.contains(&height) {
        return Err(chunk.wrong("is not a header with a size within bounds"));
    }
    if !matches!(depth, 8 | 16) || !matches!(colour, 0 | 2 | 6) || [compression, filter, interlace] != [0; 3] {
        return Err(chunk.wrong("asks for a form that a still does not have"));
    }
    Ok(Png { width, height, depth, colour })
}

/// The CRC-32 of PNG (annex D), over pieces as if they were one.
fn crc(pieces: &[&[u8]]) -> u32 {
    !pieces.iter().copied().flatten().fold(!0, |crc, &byte| TABLE[((crc as u8) ^ byte) as usize] ^ crc >> 8)
}

/// What each byte does to the remainder.
const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ 0xedb8_8320 } else { remainder >> 1 };
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use proptest::prelude::*;

    fn written() -> Vec<u8> {
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_fn(30, 20, |x, y| image::Rgb([x as u8 * 8, y as u8 * 9, 7]))
            .write_to(&mut file, image::ImageFormat::Png)
            .unwrap();
        file.into_inner()
    }

    fn raw_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc(&[kind, data]).to_be_bytes()].concat()
    }

    /// `extra` behind the header chunk, which always ends at byte 33.
    fn with(extra: &[u8]) -> Vec<u8> {
        let file = written();
        [&file[..33], extra, &file[33..]].concat()
    }

    fn refused(file: &[u8], naming: &str) {
        let error = walk(file).unwrap_err();
        assert_eq!(error.kind(), Kind::Unverified);
        assert!(error.what().contains(naming), "{error} does not name {naming}");
    }

    #[test]
    fn a_written_still_is_accounted_for() {
        assert_eq!(walk(&written()).unwrap(), Png { width: 30, height: 20, depth: 8, colour: 2 });
        assert_eq!(crc(&[b"1234", b"56789"]), 0xcbf4_3926, "the check value of CRC-32");
    }

    #[test]
    fn chunks_beyond_the_picture_are_caught() {
        for kind in [b"tEXt", b"eXIf", b"tIME", b"pHYs", b"iCCP", b"IHDR", b"prVt"] {
            refused(&with(&raw_chunk(kind, b"Comment\0hello")), &format!("{} at byte 33", kind.escape_ascii()));
        }
        refused(&[written(), b"tail".to_vec()].concat(), "4 bytes after its end");
        let mut told = written();
        let end = told.len() - 12;
        told.splice(end.., raw_chunk(b"IEND", b"tail"));
        refused(&told, "IEND");
    }

    #[test]
    fn what_lies_behind_the_picture_is_caught() {
        let with = |rows: &[u8], tail: &[u8]| {
            let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packed, rows).unwrap();
            let data = [packed.finish().unwrap(), tail.to_vec()].concat();
            let header = [&30u32.to_be_bytes()[..], &20u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
            let chunks = [raw_chunk(b"IHDR", &header), raw_chunk(b"IDAT", &data), raw_chunk(b"IEND", b"")];
            [SIGNATURE, &chunks.concat()].concat()
        };
        let rows = [0; 20 * 91];
        assert!(walk(&with(&rows, b"")).is_ok());
        refused(&with(&rows, b"hello"), "5 bytes behind");
        refused(&with(&[&rows[..], b"hello"].concat(), b""), "does not end where");
        refused(&with(&[&rows[..], &[7; 100_000]].concat(), b""), "does not end where");
        refused(&with(&rows[..1800], b""), "does not end where");
        let mut more = written();
        let end = more.len() - 12;
        more.splice(end..end, raw_chunk(b"IDAT", b"hello"));
        refused(&more, "behind the compressed picture");
    }

    #[test]
    fn damage_is_caught() {
        let mut file = written();
        file[45] ^= 1;
        refused(&file, "checksum");
        refused(&written()[..50], "cut short");
        refused(&with(&[0xff, 0xff, 0xff, 0xff, b'I', b'D', b'A', b'T']), "cut short");
        refused(b"GIF89a", "no PNG");
        let header = |size: u32| [&size.to_be_bytes()[..], &[0, 0, 0, 9, 8, 2, 0, 0, 0]].concat();
        for size in [0, LARGEST_SIDE + 1, u32::MAX] {
            refused(&[SIGNATURE, &raw_chunk(b"IHDR", &header(size))].concat(), "bounds");
        }
        let empty = [SIGNATURE, &raw_chunk(b"IHDR", &header(9)), &raw_chunk(b"IEND", b"")].concat();
        refused(&empty, "IEND");
    }

    proptest! {
        #[test]
        fn no_change_of_one_byte_goes_unseen(at: prop::sample::Index, flip in 1u8..) {
            let mut file = written();
            let at = at.index(file.len());
            file[at] ^= flip;
            prop_assert!(walk(&file).is_err());
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = walk(&[SIGNATURE, &bytes].concat());
        }
    }
}
