//! Stills: the wanted frames decoded, covered and turned into the picture people see.

use image::RgbImage;

use super::stretch::{Event, Stretch, decode};
use super::{pool, refuse_damage};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::Rect;
use crate::media::{Converter, Target};
use crate::obscure::Method;
use crate::output;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stats::{self, Stage};

/// Renders each distinct wanted frame once and gives it to `each`, in no particular order: covered, square pixels,
/// upright.
///
/// # Errors
/// `Unsafe` for damage that the plan does not cover whole; `Failed` for reading; what `each` gives.
pub fn stills(
    footage: &Footage,
    plan: &Plan,
    method: &Method,
    threads: usize,
    progress: &dyn Progress,
    each: impl Fn(usize, RgbImage) -> Result<()> + Sync,
) -> Result<()> {
    use rayon::prelude::*;
    let stretches = by_key_frame(footage, plan);
    let (pool, for_us) = (pool(threads)?, stats::on_behalf());
    let render = |stretch: &Stretch| {
        let mut converter = Converter::new(footage.layout, &footage.colour, Target::Rgb)?;
        decode(footage, stretch, |event| match event {
            Event::Spoiled(frames) => refuse_damage(footage, plan, &frames),
            Event::Frame(index, picture) => {
                let Some(cover) = plan.cover(index) else { return progress.check() };
                if !cover.is_empty() {
                    stats::work(Stage::Cover, || method.apply(picture, cover));
                    stats::count(Stage::Cover, 1);
                }
                let (width, height) = (picture.layout.width, picture.layout.height);
                let rgb = RgbImage::from_raw(width, height, converter.rgb(picture)?)
                    .ok_or_else(|| Error::failed("a converted picture has the wrong size"))?;
                each(index, output::orient(output::square_pixels(&rgb, footage.sample_aspect), footage.orientation))?;
                progress.step(1)
            }
        })
    };
    stats::waiting(|| pool.install(|| stretches.par_iter().try_for_each(|stretch| for_us.work(|| render(stretch)))))
}

/// Wanted frames that follow one key frame are decoded in one go; nothing is decoded for a key frame's worth of time
/// in which no still is wanted.
fn by_key_frame(footage: &Footage, plan: &Plan) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for &(frame, _) in &plan.covers {
        let cut_since = |last: usize| (last..=frame).any(|f| footage.can_start(f));
        match stretches.last_mut() {
            Some(stretch) if !cut_since(stretch.frames.end) => stretch.frames.end = frame + 1,
            _ => stretches.push(Stretch { frames: frame..frame + 1 }),
        }
    }
    stretches
}

/// Where stored pixels are in a still of `width` x `height`: stretched, turned, rounded outward.
pub fn place(footage: &Footage, rect: Rect, width: u32, height: u32) -> Rect {
    let (w, h) = footage.orientation.displayed_size(width, height);
    let axis = |lo: u32, hi: u32, from: u32, to: u32| {
        let scale = |v: u32| u64::from(v) * u64::from(to);
        let from = u64::from(from.max(1));
        ((scale(lo) / from) as u32, (scale(hi).div_ceil(from) as u32).min(to))
    };
    let (x0, x1) = axis(rect.x0, rect.x1, footage.layout.width, w);
    let (y0, y1) = axis(rect.y0, rect.y1, footage.layout.height, h);
    footage.orientation.to_displayed(Rect { x0, y0, x1, y1 }, w, h)
}

/// One frame as people see it before sample-aspect stretching, with nothing covered: for annotators, never for a pack.
///
/// # Errors
/// `Failed` when the frame cannot be decoded.
pub fn unredacted(footage: &Footage, frame: usize) -> Result<RgbImage> {
    let mut converter = Converter::new(footage.layout, &footage.colour, Target::Rgb)?;
    let mut found = None;
    decode(footage, &Stretch { frames: frame..frame + 1 }, |event| {
        if let Event::Frame(_, picture) = event {
            found = RgbImage::from_raw(picture.layout.width, picture.layout.height, converter.rgb(picture)?);
        }
        Ok(())
    })?;
    let rgb = found.ok_or_else(|| Error::failed(format!("frame {frame} does not decode")))?;
    Ok(output::orient(rgb, footage.orientation))
}
