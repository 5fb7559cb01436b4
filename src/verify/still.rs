//! A written still, opened afresh.

use std::path::Path;

use image::RgbImage;

use super::expected::ExpectedStill;
use super::{Report, png};
use crate::error::{Error, Result};
use crate::obscure::{Mask, Method, within};

/// Levels by which neighbouring pixels inside a cover may differ, where the method leaves nothing of the footage:
/// what is there is smooth.
const SMOOTH: u8 = 40;

/// Pixels from the rim of a cover that may hold its edge, per 1,000 pixels of width, rounded up, plus this.
const EDGE: u32 = 6;

/// Proves a still. `rendered`, made afresh from the footage, is the whole picture it must be.
///
/// # Errors
/// `Unverified`, naming what is not as it must be; `Failed` when the file cannot be read.
pub fn still(path: &Path, expected: &ExpectedStill, method: &Method, rendered: Option<&RgbImage>) -> Result<Report> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("cannot read", path, &e))?;
    png::walk(&bytes)?;
    let mut report = Report::default();
    report.passed("every byte accounted for", format!("{} bytes, picture data only", bytes.len()));
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)
        .map_err(|e| Error::unverified(format!("the still does not open again: {e}")))?
        .to_rgb8();
    let [width, height] = expected.picture;
    if picture.width() < width || picture.height() <= height {
        return Err(Error::unverified(format!(
            "the still is {}x{}: no room for {width}x{height} and a band",
            picture.width(),
            picture.height()
        )));
    }
    report.passed("size", format!("{width}x{height} and a band below"));
    if method.recoverable {
        report.unchecked.push(format!("what '{}' leaves under its covers (needs --footage)", method.name));
    } else {
        check_smooth(&picture, expected)?;
        report.passed("covered regions", "smooth, as the method leaves them".to_owned());
    }
    match rendered {
        Some(rendered) if *rendered == picture => {
            report.passed("the whole picture", "equal, pixel by pixel, to the footage's covered frame".to_owned())
        }
        Some(_) => return Err(Error::unverified("the still is not the footage's covered frame")),
        None => report.unchecked.push("the picture outside the covers (needs --footage)".to_owned()),
    }
    Ok(report)
}

/// Deep inside a cover, away from its edge, neighbouring pixels hardly differ.
fn check_smooth(picture: &RgbImage, expected: &ExpectedStill) -> Result<()> {
    let [width, height] = expected.picture;
    let rim = EDGE + width.div_ceil(1000);
    let deep = Mask::new(&within(&expected.cover.cover(), rim), width, height);
    for y in 0..height {
        for x in deep.row(y as usize).iter().flat_map(|span| span.start as u32..(span.end as u32).saturating_sub(1)) {
            let (here, right) = (picture.get_pixel(x, y), picture.get_pixel(x + 1, y));
            let detailed = here.0.iter().zip(right.0).any(|(a, b)| a.abs_diff(b) > SMOOTH);
            if detailed {
                return Err(Error::unverified(format!("the still shows detail under a cover at column {x}, row {y}")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::verify::CoverEntry;
    use image::Rgb;

    /// 200x200, covered but for a square in the middle, an edge drawn around that.
    fn all_but_the_middle() -> (RgbImage, ExpectedStill) {
        let mut picture = RgbImage::from_pixel(200, 260, Rgb([128; 3]));
        for along in 79..121 {
            for across in [79, 120] {
                picture.put_pixel(along, across, Rgb([230; 3]));
                picture.put_pixel(across, along, Rgb([230; 3]));
            }
        }
        let cover = CoverEntry { frame: 0, boxes: vec![], all_but: Some(vec![[80, 80, 120, 120]]) };
        (picture, ExpectedStill { frame: 0, picture: [200, 200], cover })
    }

    #[test]
    fn the_edge_around_what_is_left_clear_is_no_detail() {
        let (picture, expected) = all_but_the_middle();
        check_smooth(&picture, &expected).unwrap();
    }

    #[test]
    fn detail_anywhere_else_under_a_cover_of_all_but_the_requester_is_found() {
        for (x, y) in [(10, 10), (60, 100), (140, 100), (100, 140), (198, 150)] {
            let (mut picture, expected) = all_but_the_middle();
            picture.put_pixel(x, y, Rgb([230; 3]));
            let error = check_smooth(&picture, &expected).unwrap_err();
            assert_eq!(error.kind(), crate::Kind::Unverified, "{x} {y}");
        }
    }
}
