//! A picture as a PNG that holds the picture and nothing else: no time, no text, no profile.

use std::io::Write;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageError, RgbImage};

use crate::error::{Error, Result};

/// Writes an 8-bit RGB PNG (ISO/IEC 15948) of the chunks IHDR, IDAT and IEND. The same picture gives the same bytes.
///
/// # Errors
/// `Failed` when `to` cannot be written or the picture has no pixels.
pub fn write_png(mut to: impl Write, picture: &RgbImage) -> Result<()> {
    // Measured on a 1920-pixel scene: 7 % larger than the default level, and 13 times as fast.
    let encoder = PngEncoder::new_with_quality(&mut to, CompressionType::Fast, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|error| match error {
        ImageError::IoError(error) => Error::failed(format!("cannot write the still: {error}")),
        error => Error::failed(format!("cannot encode the still: {error}")),
    })?;
    to.flush().map_err(|error| Error::failed(format!("cannot write the still: {error}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use image::Rgb;
    use proptest::prelude::*;

    fn written(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_png(&mut bytes, picture).unwrap();
        bytes
    }

    /// The names of all chunks, by the lengths in the file; `None` when bytes are left over.
    fn chunks(png: &[u8]) -> Option<Vec<String>> {
        let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
        let mut names = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
            names.push(String::from_utf8(rest.get(4..8)?.to_vec()).ok()?);
            rest = rest.get(12 + length..)?;
        }
        Some(names)
    }

    #[test]
    fn a_still_has_no_chunk_beyond_what_a_decoder_needs() {
        let picture = RgbImage::from_fn(640, 480, |x, y| Rgb([x as u8 ^ y as u8, (x * y) as u8, y as u8]));
        let mut names = chunks(&written(&picture)).unwrap();
        names.dedup();
        assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
    }

    #[test]
    fn the_chunk_walk_sees_a_foreign_chunk() {
        let mut png = written(&RgbImage::new(3, 3));
        png.splice(33..33, *b"\0\0\0\x01tEXtx\0\0\0\0");
        assert!(chunks(&png).unwrap().contains(&"tEXt".to_string()));
    }

    #[test]
    fn a_picture_without_pixels_is_refused() {
        assert!(write_png(Vec::new(), &RgbImage::new(0, 5)).is_err());
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut small = [0u8; 20];
        assert!(write_png(&mut small[..], &RgbImage::new(9, 9)).unwrap_err().what().contains("cannot write"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_repeats(w in 1u32..20, h in 1u32..20, seed: u32) {
            let picture = RgbImage::from_fn(w, h, |x, y| {
                let v = (x * 31 + y * 17 + seed % 1000).wrapping_mul(2_654_435_761);
                Rgb([v as u8, (v >> 8) as u8, (v >> 16) as u8])
            });
            let bytes = written(&picture);
            prop_assert_eq!(image::load_from_memory(&bytes).unwrap().into_rgb8(), picture.clone());
            prop_assert_eq!(written(&picture), bytes);
        }
    }
}
