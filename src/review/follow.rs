//! Follows a box from frame to frame: a template tracker on luma. It knows nothing of people: it looks for the place near
//! by that looks most like what was in the box, and stops and asks when it is not sure.
//!
//! Similarity is the zero-mean normalised cross-correlation (Lewis 1995, "Fast template matching"), which does not change
//! with brightness and contrast; imageproc's template matching has only the kind that keeps the mean, which takes any
//! bright place for a match. The size of the box stays; whoever draws it corrects it.

use crate::geometry::BoundingBox;
use crate::picture::{Picture, Plane, Planes};

/// Longest side of a template, in samples: larger boxes are looked at from farther away.
const SIDE: f64 = 40.0;

/// Below this similarity (of -1 to 1) it is not the same any more.
const SURE: f64 = 0.65;

/// Below this similarity to what was in the box at first it may be somebody else by now: a template that learns can be
/// led from one person to another, step by step.
const STILL: f64 = 0.6;

/// Another place this similar, farther away than half a box, is as good a guess.
const RIVAL: f64 = 0.04;

/// How much of the template is new at every step: what is followed changes slowly.
const LEARN: f32 = 0.1;

/// Why following ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing near looks like it.
    Lost,
    /// Two places look like it.
    Unsure,
    /// It has become unlike what it was at first.
    Changed,
    /// The box has reached the edge of the picture.
    Edge,
}

impl Stop {
    /// In words for the page.
    pub fn words(self) -> &'static str {
        match self {
            Self::Lost => "nothing near by looks like it any more",
            Self::Unsure => "two places look alike",
            Self::Changed => "it looks unlike what it was at first, and may be somebody else",
            Self::Edge => "it reaches the edge of the picture",
        }
    }
}

/// Samples seen from `step` times farther away.
#[derive(Clone)]
struct Grey {
    width: usize,
    height: usize,
    samples: Vec<f32>,
}

impl Grey {
    /// A part of it.
    fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let rows = self.samples.chunks(self.width.max(1)).skip(y).take(height);
        let samples = rows.flat_map(|row| row.iter().skip(x).take(width).copied()).collect();
        Self { width, height, samples }
    }
}

/// Follows one box.
pub struct Follower {
    shape: BoundingBox,
    /// Pixels a frame.
    speed: (f64, f64),
    step: usize,
    /// What was in the box when it was drawn.
    first: Grey,
    template: Grey,
}

impl Follower {
    /// From a box in an upright picture; `None` where there is too little in it to know it again: smaller than 6 x 6
    /// pixels, outside the picture, or all of one grey.
    pub fn new(picture: &Picture, shape: BoundingBox) -> Option<Self> {
        let step = ((shape.w.max(shape.h) / SIDE).ceil() as usize).max(1);
        let (w, h) = size(picture);
        let inside = shape.x >= 0.0 && shape.y >= 0.0 && shape.right() <= w as f64 && shape.bottom() <= h as f64;
        if !inside || shape.w < 6.0 || shape.h < 6.0 {
            return None;
        }
        let (columns, rows) = ((shape.w as usize / step).max(2), (shape.h as usize / step).max(2));
        let template = seen(picture, (shape.x as usize, shape.y as usize), (columns, rows), step)?;
        (deviation(&template.samples).1 > 1e-3).then(|| Self {
            shape,
            speed: (0.0, 0.0),
            step,
            first: template.clone(),
            template,
        })
    }

    /// Where it is in the next frame, and how similar that is (up to 1).
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn next(&mut self, picture: &Picture) -> Result<(BoundingBox, f64), Stop> {
        let (w, h) = size(picture);
        let reach = 6.0 + 0.35 * self.shape.w.max(self.shape.h);
        let (x, y) = (self.shape.x + self.speed.0, self.shape.y + self.speed.1);
        let (left, top) = ((x - reach).max(0.0) as usize, (y - reach).max(0.0) as usize);
        let right = ((x + self.shape.w + reach).max(0.0) as usize).min(w);
        let bottom = ((y + self.shape.h + reach).max(0.0) as usize).min(h);
        let (columns, rows) = (right.saturating_sub(left) / self.step, bottom.saturating_sub(top) / self.step);
        if columns < self.template.width || rows < self.template.height {
            return Err(Stop::Edge);
        }
        let around = seen(picture, (left, top), (columns, rows), self.step).ok_or(Stop::Edge)?;
        let scores = scores(&self.template, &around);
        let best = scores.iter().copied().max_by(|a, b| a.2.total_cmp(&b.2)).ok_or(Stop::Lost)?;
        if best.2 < SURE {
            return Err(Stop::Lost);
        }
        let far = |s: &(usize, usize, f64)| {
            s.0.abs_diff(best.0) > self.template.width / 2 || s.1.abs_diff(best.1) > self.template.height / 2
        };
        if scores.iter().any(|s| far(s) && s.2 > best.2 - RIVAL) {
            return Err(Stop::Unsure);
        }
        let found = around.part(best.0, best.1, self.template.width, self.template.height);
        if scores_at(&self.first, &found) < STILL {
            return Err(Stop::Changed);
        }
        let place = ((left + best.0 * self.step) as f64, (top + best.1 * self.step) as f64);
        // Half of the new speed: places are known to `step` pixels only.
        let moved = (place.0 - self.shape.x, place.1 - self.shape.y);
        self.speed = ((self.speed.0 + moved.0) / 2.0, (self.speed.1 + moved.1) / 2.0);
        self.shape = BoundingBox::new(place.0, place.1, self.shape.w, self.shape.h);
        if place.0 + self.shape.w > w as f64 || place.1 + self.shape.h > h as f64 {
            return Err(Stop::Edge);
        }
        self.template.samples.iter_mut().zip(&found.samples).for_each(|(old, new)| *old += LEARN * (new - *old));
        Ok((self.shape, best.2))
    }
}

fn size(picture: &Picture) -> (usize, usize) {
    (picture.layout.width as usize, picture.layout.height as usize)
}

/// Means of `step` x `step` luma samples from a corner on; `None` outside the picture.
fn seen(picture: &Picture, corner: (usize, usize), size: (usize, usize), step: usize) -> Option<Grey> {
    match &picture.planes {
        Planes::Eight(planes) => means(planes.first()?, corner, size, step),
        Planes::Sixteen(planes) => means(planes.first()?, corner, size, step),
    }
}

fn means<S: Copy + Into<u32>>(
    plane: &Plane<S>,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
    step: usize,
) -> Option<Grey> {
    let mut samples = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (x, mut sum) = (left + column * step, 0u32);
            for y in (top + row * step)..(top + (row + 1) * step) {
                let start = y * plane.width + x;
                let line = plane.samples.get(start..start + step).filter(|_| x + step <= plane.width)?;
                sum += line.iter().map(|&s| s.into()).sum::<u32>();
            }
            samples.push(sum as f32 / (step * step) as f32);
        }
    }
    Some(Grey { width, height, samples })
}

/// Mean, and the root of the sum of squared deviations from it.
fn deviation(samples: &[f32]) -> (f64, f64) {
    let mean = samples.iter().map(|&s| f64::from(s)).sum::<f64>() / samples.len().max(1) as f64;
    (mean, samples.iter().map(|&s| (f64::from(s) - mean).powi(2)).sum::<f64>().sqrt())
}

/// The similarity of two of the same size.
fn scores_at(one: &Grey, other: &Grey) -> f64 {
    scores(one, other).first().map_or(0.0, |s| s.2)
}

/// The similarity at every place where the template fits, as column, row, similarity.
fn scores(template: &Grey, around: &Grey) -> Vec<(usize, usize, f64)> {
    let (mean, length) = deviation(&template.samples);
    let wanted: Vec<f32> = template.samples.iter().map(|s| s - mean as f32).collect();
    let (w, h) = (template.width, template.height);
    let mut scores = Vec::new();
    for y in 0..=around.height - h {
        for x in 0..=around.width - w {
            let (mut product, mut sum, mut squares) = (0f32, 0f32, 0f32);
            for (line, wanted) in around.samples[y * around.width..].chunks(around.width).zip(wanted.chunks(w)) {
                for (&sample, &wanted) in line[x..x + w].iter().zip(wanted) {
                    product += sample * wanted;
                    sum += sample;
                    squares += sample * sample;
                }
            }
            let spread = f64::from(squares - sum * sum / (w * h) as f32).max(0.0).sqrt();
            let score = if spread > 1e-3 && length > 1e-3 { f64::from(product) / (spread * length) } else { 0.0 };
            scores.push((x, y, score));
        }
    }
    scores
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    /// A mottled figure of 40 x 80 at a place, on a mottled ground.
    fn scene(places: &[(usize, usize)]) -> Picture {
        let (width, height) = (320, 240);
        let layout =
            Layout { width, height, chroma_shift_x: 0, chroma_shift_y: 0, depth: 8, grey: true, full_range: true };
        let noise = |x: usize, y: usize, seed: usize| ((x * 7919 + y * 104_729 + seed * 31) % 97) as u8;
        let sample = |x: usize, y: usize| {
            let on = places.iter().find(|p| (p.0..p.0 + 40).contains(&x) && (p.1..p.1 + 80).contains(&y));
            match on {
                Some(p) => 150 + noise((x - p.0) / 6, (y - p.1) / 6, 5),
                None => 20 + noise(x / 9, y / 9, 1) / 2,
            }
        };
        let samples = (0..width as usize * height as usize).map(|i| sample(i % 320, i / 320)).collect();
        Picture { layout, planes: Planes::Eight(vec![Plane { width: 320, height: 240, samples }]) }
    }

    fn follower() -> Follower {
        Follower::new(&scene(&[(60, 70)]), BoundingBox::new(60.0, 70.0, 40.0, 80.0)).unwrap()
    }

    #[test]
    fn a_figure_is_followed_to_within_a_few_pixels() {
        let mut follower = follower();
        for frame in 1..20 {
            let place = (60 + 5 * frame, 70 + 2 * frame);
            let (found, score) = follower.next(&scene(&[place])).unwrap();
            assert!((found.x - place.0 as f64).abs() <= 4.0 && (found.y - place.1 as f64).abs() <= 4.0, "{found:?}");
            // A fine pattern, seen at every second pixel, is less like itself a pixel on.
            assert!((SURE..=1.001).contains(&score), "{score}");
        }
    }

    #[test]
    fn a_figure_that_is_gone_is_lost_and_not_replaced() {
        assert_eq!(follower().next(&scene(&[])), Err(Stop::Lost));
    }

    #[test]
    fn two_alike_are_not_told_apart_by_guessing() {
        let mut follower = follower();
        follower.next(&scene(&[(62, 70)])).unwrap();
        assert_eq!(follower.next(&scene(&[(38, 70), (86, 70)])), Err(Stop::Unsure));
    }

    #[test]
    fn whoever_becomes_somebody_else_step_by_step_is_not_followed_on() {
        let mut follower = follower();
        let (one, other) = (scene(&[(60, 70)]), mirrored(&scene(&[(60, 70)])));
        let stopped = (0..100).find_map(|step| follower.next(&between(&one, &other, step as f32 / 100.0)).err());
        assert!(matches!(stopped, Some(Stop::Changed | Stop::Lost)), "{stopped:?}");
    }

    /// The figure's rows upside down, where it stands.
    fn mirrored(picture: &Picture) -> Picture {
        let mut turned = picture.clone();
        if let (Planes::Eight(from), Planes::Eight(to)) = (&picture.planes, &mut turned.planes) {
            (0..80).for_each(|row| to[0].row_mut(70 + row)[60..100].copy_from_slice(&from[0].row(149 - row)[60..100]));
        }
        turned
    }

    fn between(one: &Picture, other: &Picture, share: f32) -> Picture {
        let mut mixed = one.clone();
        if let (Planes::Eight(to), Planes::Eight(from)) = (&mut mixed.planes, &other.planes) {
            let mix =
                |(to, &from): (&mut u8, &u8)| *to = (f32::from(*to) * (1.0 - share) + f32::from(from) * share) as u8;
            to[0].samples.iter_mut().zip(&from[0].samples).for_each(mix);
        }
        mixed
    }

    #[test]
    fn nothing_is_followed_from_a_plain_patch_or_from_outside() {
        let plain = Picture::grey(scene(&[]).layout);
        assert!(Follower::new(&plain, BoundingBox::new(10.0, 10.0, 40.0, 40.0)).is_none());
        assert!(Follower::new(&scene(&[]), BoundingBox::new(300.0, 10.0, 40.0, 40.0)).is_none());
        assert!(Follower::new(&scene(&[]), BoundingBox::new(30.0, 10.0, 3.0, 3.0)).is_none());
    }
}
