//! From a stored picture to the one people see: square pixels, then upright.
//!
//! The sample aspect ratio belongs to the stored picture, so stretching comes before turning.

use image::RgbImage;
use image::imageops::{self, FilterType};

use crate::geometry::Orientation;

/// Beyond this ratio a tag is a mistake; the widest in use (a single field of a narrow picture) is below 3.
const PLAUSIBLE: u32 = 8;

/// Stretches a picture whose pixels are `sar.0` wide and `sar.1` high until they are square: the short side
/// grows, so that no detail is lost. Catmull-Rom interpolation (Catmull and Rom 1974, "A class of local
/// interpolating splines").
///
/// A ratio with a zero (unknown) or beyond 8:1 is taken as square, as players do.
pub fn square_pixels(picture: &RgbImage, sar: (u32, u32)) -> RgbImage {
    let (width, height) = square_size(picture.dimensions(), sar);
    if (width, height) == picture.dimensions() {
        return picture.clone();
    }
    imageops::resize(picture, width, height, FilterType::CatmullRom)
}

/// The size that a stored picture has with square pixels; see [`square_pixels`].
pub fn square_size((width, height): (u32, u32), sar: (u32, u32)) -> (u32, u32) {
    let (across, down) = sar;
    let (long, short) = (across.max(down), across.min(down));
    if short == 0 || long == short || long.div_ceil(short) > PLAUSIBLE {
        return (width, height);
    }
    let stretch = |side: u32| {
        let (side, long, short) = (u64::from(side), u64::from(long), u64::from(short));
        u32::try_from((side * long + short / 2) / short).unwrap_or(u32::MAX)
    };
    if across > down { (stretch(width), height) } else { (width, stretch(height)) }
}

/// Turns a stored picture the way it is shown.
pub fn orient(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let picture = if orientation.mirrored { imageops::flip_horizontal(&picture) } else { picture };
    match orientation.quarter_turns % 4 {
        0 => picture,
        1 => imageops::rotate90(&picture),
        2 => imageops::rotate180(&picture),
        _ => imageops::rotate270(&picture),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geometry::BoundingBox;
    use image::Rgb;
    use proptest::prelude::*;

    #[test]
    fn wide_pixels_widen_and_tall_pixels_heighten() {
        let picture = RgbImage::new(704, 576);
        assert_eq!(square_pixels(&picture, (16, 11)).dimensions(), (1024, 576));
        assert_eq!(square_pixels(&picture, (12, 11)).dimensions(), (768, 576));
        assert_eq!(square_pixels(&picture, (10, 11)).dimensions(), (704, 634));
        assert_eq!(square_pixels(&RgbImage::new(704, 288), (1, 2)).dimensions(), (704, 576));
    }

    #[test]
    fn an_unknown_or_absurd_ratio_changes_nothing() {
        let picture = RgbImage::from_fn(7, 5, |x, y| Rgb([x as u8, y as u8, 9]));
        for sar in [(0, 1), (1, 0), (0, 0), (1, 1), (12, 12), (u32::MAX, 1), (1, u32::MAX), (17, 2)] {
            assert_eq!(square_pixels(&picture, sar), picture, "{sar:?}");
        }
    }

    #[test]
    fn widening_leaves_every_row_to_itself() {
        let picture = RgbImage::from_fn(40, 30, |_, y| Rgb([y as u8 * 8, 255 - y as u8, 3]));
        let wide = square_pixels(&picture, (4, 3));
        assert_eq!(wide.dimensions(), (53, 30));
        assert!(wide.enumerate_pixels().all(|(_, y, pixel)| *pixel == Rgb([y as u8 * 8, 255 - y as u8, 3])));
    }

    proptest! {
        #[test]
        fn a_shown_pixel_is_the_stored_pixel_that_a_box_around_it_maps_back_to(
            (w, h, x, y) in (1u32..9, 1u32..9).prop_flat_map(|(w, h)| (Just(w), Just(h), 0..w, 0..h)),
            quarter_turns in 0u8..4, mirrored: bool,
        ) {
            let turn = Orientation { quarter_turns, mirrored };
            let mut stored = RgbImage::new(w, h);
            stored.put_pixel(x, y, Rgb([255; 3]));
            let shown = orient(stored, turn);
            prop_assert_eq!(shown.dimensions(), turn.displayed_size(w, h));
            let (sx, sy, _) = shown.enumerate_pixels().find(|(_, _, pixel)| pixel.0[0] == 255).unwrap();
            let back = turn.to_stored(BoundingBox::new(f64::from(sx), f64::from(sy), 1.0, 1.0), w, h);
            prop_assert_eq!(back, BoundingBox::new(f64::from(x), f64::from(y), 1.0, 1.0));
        }
    }
}
