//! The band below a still that says when, where and for which request: below, because a stamp over the
//! picture would hide part of what was asked for.

use ab_glyph::{Font, FontRef, PxScale};
use image::{GrayImage, Luma, Rgb, RgbImage, imageops};
use imageproc::drawing::{draw_filled_rect_mut, draw_text_mut, text_size};
use imageproc::rect::Rect;

use crate::error::{Error, Result};

/// DejaVu Sans 2.37: wide in scripts, and its missing glyph is a visible box.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");

const BACKGROUND: Rgb<u8> = Rgb([16, 20, 26]);
const RULE: Rgb<u8> = Rgb([112, 122, 136]);
const TIME: Rgb<u8> = Rgb([255, 255, 255]);
const DETAIL: Rgb<u8> = Rgb([208, 214, 222]);

/// The smallest text, in pixels to the em, that stays legible on its own.
const SMALLEST_EM: f32 = 13.0;
/// Picture widths to the em: text keeps its share of a large picture that is shown small.
const EMS_ACROSS: f32 = 62.0;
/// A narrower picture gets a band of this width, so that every glyph finds room.
const NARROWEST: u32 = 160;
/// More text than this is a mistake, and would bury the picture.
const LONGEST: usize = 4000;

/// What the band says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The first line, whole: the frame's own date and time with zone
    /// (`Mon 12 October 2026 09:15:02.040 BST (+01:00)`), or its position and that the time is not known.
    pub time: String,
    /// What the recorder's clock showed, where it is known to be wrong.
    pub recorder: Option<String>,
    /// The camera's name, where the request gives one.
    pub camera: Option<String>,
    /// The request's reference.
    pub reference: String,
}

/// A picture with the stamp in a band below it. The picture itself is untouched, at the top left; where it is
/// narrower than 160 pixels the band is wider than the picture.
///
/// Text is wrapped by its measured width and never cut; a character that the font lacks shows as the font's
/// missing glyph. The same input gives the same pixels.
///
/// # Errors
/// `Usage` when the stamp is longer than 4000 characters.
pub fn stamped(picture: &RgbImage, stamp: &Stamp) -> Result<RgbImage> {
    let labelled = |label: &str, value: &str| format!("{label}: {value}");
    let details: Vec<String> = [
        stamp.recorder.as_deref().map(|reading| labelled("Recorder's clock showed", reading)),
        stamp.camera.as_deref().map(|camera| labelled("Camera", camera)),
        Some(labelled("Reference", &stamp.reference)),
    ]
    .into_iter()
    .flatten()
    .collect();
    banded(picture, &stamp.time, &details)
}

/// As [`stamped`], with any first line and any lines below it.
///
/// # Errors
/// As [`stamped`].
pub fn banded(picture: &RgbImage, first: &str, details: &[String]) -> Result<RgbImage> {
    let face = Face::for_width(picture.width())?;
    let width = picture.width().max(NARROWEST);
    let lines = lines(first, details, &face, width.saturating_sub(2 * face.margin))?;

    let top = picture.height();
    let band = 2 * face.margin + lines.last().map_or(0, |last| last.y + face.leading);
    let mut still = RgbImage::from_pixel(width, top + band, BACKGROUND);
    imageops::replace(&mut still, picture, 0, 0);
    draw_filled_rect_mut(&mut still, Rect::at(0, top as i32).of_size(width, face.rule), RULE);
    for line in &lines {
        let (x, y) = (face.margin as i32, (top + face.margin + line.y) as i32);
        draw_text_mut(&mut still, line.colour, x, y, face.scale, &face.font, &line.text);
    }
    Ok(still)
}

/// A band that goes below a moving picture: a few words, light on dark, as shares of white (0 to 255).
///
/// # Errors
/// `Failed` when the built-in font cannot be read.
pub fn band(width: u32, words: &str) -> Result<GrayImage> {
    let face = Face::for_width(width)?;
    let lines = wrap(words, &face, width.saturating_sub(2 * face.margin));
    let mut band = GrayImage::from_pixel(width, face.margin + lines.len() as u32 * face.leading, Luma([20]));
    for (place, line) in (0..).zip(&lines) {
        let (x, y) = (face.margin as i32, (face.margin / 2 + place * face.leading) as i32);
        draw_text_mut(&mut band, Luma([255]), x, y, face.scale, &face.font, line);
    }
    Ok(band)
}

/// The font at the size that suits a picture, and the spaces that follow from it, in pixels.
struct Face {
    font: FontRef<'static>,
    scale: PxScale,
    leading: u32,
    gap: u32,
    margin: u32,
    rule: u32,
}

impl Face {
    fn for_width(width: u32) -> Result<Self> {
        let broken = || Error::failed("the built-in font cannot be read");
        let font = FontRef::try_from_slice(FONT).map_err(|_| broken())?;
        let em = (width as f32 / EMS_ACROSS).round().max(SMALLEST_EM);
        let per_em = font.height_unscaled() / font.units_per_em().ok_or_else(broken)?;
        Ok(Self {
            font,
            scale: PxScale::from(em * per_em),
            leading: (em * 1.25).round() as u32,
            gap: (em * 0.3).round() as u32,
            margin: (em * 0.7).round() as u32,
            rule: (em / 13.0).round() as u32,
        })
    }

    fn width(&self, text: &str) -> u32 {
        text_size(self.scale, &self.font, text).0
    }
}

/// One row of text, `y` pixels below the first.
struct Line {
    y: u32,
    colour: Rgb<u8>,
    text: String,
}

/// The lines of the paragraphs, each at most `room` pixels wide, what belongs together set closer.
fn lines(first: &str, details: &[String], face: &Face, room: u32) -> Result<Vec<Line>> {
    let paragraphs: Vec<_> =
        [(TIME, first)].into_iter().chain(details.iter().map(|detail| (DETAIL, detail.as_str()))).collect();
    let length: usize = paragraphs.iter().map(|(_, text)| text.chars().count()).sum();
    if length > LONGEST {
        return Err(Error::usage(format!("the text under a still has {length} characters; at most {LONGEST} fit"))
            .hint("give the camera a shorter name"));
    }
    let (mut lines, mut y) = (Vec::new(), 0);
    for (colour, paragraph) in paragraphs {
        for text in wrap(paragraph, face, room) {
            lines.push(Line { y, colour, text });
            y += face.leading;
        }
        y += face.gap;
    }
    Ok(lines)
}

/// Breaks a text between words, and inside a word that is wider than a line.
fn wrap(text: &str, face: &Face, room: u32) -> Vec<String> {
    let fits = |line: &str| face.width(line) <= room;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            line.push(character);
            if !fits(&line) && line.pop().is_some() {
                lines.push(std::mem::replace(&mut line, character.to_string()));
            }
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamp(camera: &str) -> Stamp {
        Stamp {
            time: "Mon 12 October 2026 09:15:02.040 BST (+01:00)".into(),
            recorder: Some("09:15:44.040".into()),
            camera: Some(camera.into()),
            reference: "SAR-2026-014".into(),
        }
    }

    fn noise(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 13) as u8, (x ^ y) as u8]))
    }

    /// Whether any row or column at the band's rim holds ink, which would mean cut text.
    fn ink_touches_the_rim(still: &RgbImage, picture: &RgbImage) -> bool {
        let below = picture.height() + Face::for_width(picture.width()).unwrap().rule;
        let (right, bottom) = (still.width() - 1, still.height() - 1);
        still
            .enumerate_pixels()
            .any(|(x, y, pixel)| y >= below && (x <= 1 || x >= right - 1 || y == bottom) && *pixel != BACKGROUND)
    }

    #[test]
    fn the_picture_is_untouched_and_the_band_is_below_it() {
        for width in [1, 320, 704, 1920, 3840] {
            let picture = noise(width, 90);
            let still = stamped(&picture, &stamp("Car park east")).unwrap();
            assert_eq!(imageops::crop_imm(&still, 0, 0, width, 90).to_image(), picture);
            assert!(still.height() > 90 && still.width() == width.max(NARROWEST));
            assert!(!ink_touches_the_rim(&still, &picture), "{width}");
        }
    }

    #[test]
    fn text_grows_with_the_picture_and_never_falls_below_thirteen_pixels_to_the_em() {
        let em = |width| Face::for_width(width).unwrap().scale.y / (2384.0 / 2048.0);
        assert!((em(320) - 13.0).abs() < 0.01, "{}", em(320));
        assert!((em(3840) - 62.0).abs() < 0.01, "{}", em(3840));
    }

    #[test]
    fn a_character_that_the_font_lacks_is_drawn_as_a_missing_glyph() {
        let (picture, ink) = (RgbImage::new(640, 4), |still: &RgbImage| {
            still.rows().skip(20).flatten().filter(|&&pixel| pixel != BACKGROUND).count()
        });
        let plain = ink(&stamped(&picture, &stamp("Hof")).unwrap());
        let lacking = ink(&stamped(&picture, &stamp("Hof \u{4e2d}\u{1f3a5}\u{7}")).unwrap());
        assert!(lacking > plain + 30, "{plain} {lacking}");
    }

    #[test]
    fn white_on_the_band_has_more_contrast_than_wcag_asks_at_its_strictest() {
        let light = |Rgb(c): Rgb<u8>| {
            let linear = |v: u8| (f64::from(v) / 255.0).powf(2.2);
            0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]) + 0.05
        };
        assert!(light(DETAIL) / light(BACKGROUND) > 7.0 && light(TIME) / light(BACKGROUND) > 7.0);
    }

    #[test]
    fn a_novel_for_a_camera_name_is_refused() {
        assert!(stamped(&noise(320, 4), &stamp(&"x".repeat(LONGEST))).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn wrapping_keeps_every_character_in_order_within_the_room(text in "[ -~ÄßжΩ中\u{202e}\n]{0,200}", width in 1u32..900) {
            let face = Face::for_width(width).unwrap();
            let room = width.max(NARROWEST) - 2 * face.margin;
            let lines = wrap(&text, &face, room);
            let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
            for line in &lines {
                prop_assert!(face.width(line) <= room, "{} > {}: {}", face.width(line), room, line);
            }
        }
    }
}
