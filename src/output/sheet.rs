//! A sheet of pictures of a recording, for the person who prepares a disclosure: the first one large enough to read the
//! clock in it, then a strip. Nothing on it is covered, and it says so below every picture.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::band::banded;
use crate::error::Result;

/// What is below every picture and below the whole.
pub const MARK: &str = "UNREDACTED, DO NOT SEND";

/// Pictures in a row, and the width of each in pixels. The first picture is at most as wide as a row.
const ROW: (u32, u32) = (4, 320);

const BACKGROUND: Rgb<u8> = Rgb([16, 20, 26]);

/// One picture of a sheet.
pub struct Shot {
    /// As decoded and turned; `None` where it does not decode.
    pub picture: Option<RgbImage>,
    /// Where it is.
    pub label: String,
}

/// Lays shots out: the first one large, the others in rows below it. `aspect` is the width to the height of the pixels of
/// all of them; a 0 counts as square.
///
/// # Errors
/// `Failed` when the sheet cannot be drawn.
pub fn sheet(shots: &[Shot], aspect: (u32, u32), name: &str) -> Result<RgbImage> {
    let width = ROW.0 * ROW.1;
    let mut rows: Vec<Vec<RgbImage>> = Vec::new();
    for (place, shot) in shots.iter().enumerate() {
        let cell =
            banded(&scaled(shot, aspect, if place == 0 { width } else { ROW.1 }), &shot.label, &[MARK.to_owned()])?;
        match rows.last_mut() {
            Some(row) if place > 1 && row.len() < ROW.0 as usize => row.push(cell),
            _ => rows.push(vec![cell]),
        }
    }
    let tall = |row: &Vec<RgbImage>| row.iter().map(RgbImage::height).max().unwrap_or(0);
    let mut sheet = RgbImage::from_pixel(width, rows.iter().map(tall).sum::<u32>().max(1), BACKGROUND);
    let mut y = 0;
    for row in &rows {
        for (x, cell) in (0u32..).zip(row) {
            imageops::replace(&mut sheet, cell, i64::from(x * ROW.1), y);
        }
        y += i64::from(tall(row));
    }
    banded(&sheet, &format!("{MARK}: {name}"), &[])
}

/// A picture with square pixels, at most so wide and never enlarged beyond twice.
fn scaled(shot: &Shot, (across, down): (u32, u32), most: u32) -> RgbImage {
    let Some(picture) = &shot.picture else { return RgbImage::from_pixel(most, most / 4, Rgb([90, 90, 90])) };
    let stretch = if across > 0 && down > 0 { f64::from(across) / f64::from(down) } else { 1.0 };
    let (w, h) = (f64::from(picture.width().max(1)) * stretch.clamp(0.125, 8.0), f64::from(picture.height().max(1)));
    let scale = (f64::from(most) / w).min(2.0);
    let side = |length: f64| ((length * scale).round() as u32).clamp(1, 4 * most);
    imageops::resize(picture, side(w).min(most), side(h), FilterType::Triangle)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shots(count: usize, (w, h): (u32, u32)) -> Vec<Shot> {
        let picture = |n: usize| RgbImage::from_pixel(w, h, Rgb([n as u8 * 10 + 5, 200, 30]));
        (0..count).map(|n| Shot { picture: Some(picture(n)), label: format!("00:00:{n:02}.000") }).collect()
    }

    #[test]
    fn every_picture_is_there_and_below_each_is_ink() {
        for (count, rows) in [(1, 1), (2, 2), (5, 2), (6, 3), (13, 4)] {
            let shots = shots(count, (704, 576));
            let sheet = sheet(&shots, (16, 11), "yard.mp4").unwrap();
            assert_eq!(sheet.width(), 1280);
            for n in 0..count {
                let of_shot = sheet.pixels().filter(|p| p.0 == [n as u8 * 10 + 5, 200, 30]).count();
                assert!(of_shot > 300 * 150, "{count}: picture {n} has {of_shot} pixels");
            }
            let bands = sheet.column_ink();
            assert!(bands >= rows, "{count}: {bands} bands of text");
        }
    }

    trait Ink {
        /// Runs of rows with white text in the left quarter.
        fn column_ink(&self) -> usize;
    }

    impl Ink for RgbImage {
        fn column_ink(&self) -> usize {
            let inked = |y: u32| (0..320).any(|x| self.get_pixel(x, y).0 == [255, 255, 255]);
            let rows: Vec<bool> = (0..self.height()).map(inked).collect();
            rows.windows(40).filter(|w| w[0] && w[1..].iter().all(|ink| !ink)).count()
        }
    }

    #[test]
    fn a_picture_that_does_not_decode_keeps_its_place() {
        let mut shots = shots(3, (320, 240));
        shots[0].picture = None;
        assert!(sheet(&shots, (0, 1), "x").unwrap().pixels().any(|p| p.0 == [90, 90, 90]));
    }
}
