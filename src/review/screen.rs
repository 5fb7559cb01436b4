//! What the page sees of a decoded picture: upright, with square pixels, scaled to its window, as a JPEG. And the hash that
//! says which samples it was made from.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::Converter;
use crate::picture::{Layout, Picture, Plane, Planes};
use crate::{hash, output};

/// Quality of what the page shows, of 100. Nothing of it is ever sent to a requester.
const QUALITY: u8 = 85;

/// Turns pictures of one piece of footage into what a browser shows.
pub struct Screen<'a> {
    footage: &'a Footage,
    converter: Option<(Layout, (u32, u32), Converter)>,
}

impl<'a> Screen<'a> {
    /// For pictures of this footage.
    pub fn new(footage: &'a Footage) -> Self {
        Self { footage, converter: None }
    }

    /// A picture of the footage as people see it (square pixels, upright), as a JPEG no wider than `width`.
    ///
    /// # Errors
    /// `Failed` when it cannot be converted.
    pub fn jpeg(&mut self, picture: &Picture, width: u32) -> Result<Vec<u8>> {
        let footage = self.footage;
        let size = fitting(footage, width);
        let known = self.converter.as_ref().is_some_and(|c| (c.0, c.1) == (picture.layout, size));
        if !known {
            let converter = Converter::scaled(picture.layout, &footage.colour, size)?;
            self.converter = Some((picture.layout, size, converter));
        }
        let Some((_, _, converter)) = &mut self.converter else { return Err(Error::failed("no converter")) };
        let rgb = RgbImage::from_raw(size.0, size.1, converter.rgb(picture)?)
            .ok_or_else(|| Error::failed("a converted picture has the wrong size"))?;
        let rgb = output::orient(rgb, footage.orientation);
        let failed = |why: &dyn std::fmt::Display| Error::failed(format!("a picture cannot be coded: {why}"));
        let side = |pixels: u32| u16::try_from(pixels).map_err(|e| failed(&e));
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder
            .encode(rgb.as_raw(), side(rgb.width())?, side(rgb.height())?, ColorType::Rgb)
            .map_err(|e| failed(&e))?;
        Ok(bytes)
    }
}

/// Width and height of the whole picture as people see it, in square pixels.
pub fn shown_size(footage: &Footage) -> (u32, u32) {
    let (width, height) = stretched(footage);
    footage.orientation.displayed_size(width, height)
}

/// The stored picture's size with square pixels.
fn stretched(footage: &Footage) -> (u32, u32) {
    output::square_size((footage.layout.width, footage.layout.height), footage.sample_aspect)
}

/// The stored picture's size with square pixels that, upright, is no wider than `width`.
fn fitting(footage: &Footage, width: u32) -> (u32, u32) {
    let (w, h) = stretched(footage);
    let shown = footage.orientation.displayed_size(w, h).0.max(1);
    if shown <= width {
        return (w, h);
    }
    let scale = |side: u32| ((u64::from(side) * u64::from(width) / u64::from(shown)) as u32).max(1);
    (scale(w), scale(h))
}

/// SHA-256 of all samples, plane by plane and row by row; words have the low byte first. Lower-case hex.
pub fn planes_hash(picture: &Picture) -> String {
    match &picture.planes {
        Planes::Eight(planes) => hash::parts(planes.iter().map(|p| p.samples.as_slice())),
        Planes::Sixteen(planes) => {
            let bytes = |p: &Plane<u16>| p.samples.iter().flat_map(|s| s.to_le_bytes()).collect::<Vec<u8>>();
            hash::parts(planes.iter().map(bytes))
        }
    }
}
