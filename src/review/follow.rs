//! Follows a box from frame to frame: a template tracker. It knows nothing of people: it looks for the place near by that
//! looks most like what was in the box, in brightness and colour, and stops and asks when it is not sure.
//!
//! Similarity is the zero-mean normalised cross-correlation (Lewis 1995, "Fast template matching"), which does not change
//! with brightness and contrast; imageproc's template matching has only the kind that keeps the mean, which takes any
//! bright place for a match. Samples count by how likely they are to show the person rather than what is behind: most in
//! the middle of the upper half, where heads and chests are and legs do not swing (the spatial weights of Comaniciu et al.
//! 2003, "Kernel-based object tracking").

use crate::geometry::BoundingBox;
use crate::picture::{Picture, Plane, Planes};

/// Longest side of a template, in samples: larger boxes are looked at from farther away.
const SIDE: f64 = 32.0;

/// How far one looks in each direction: pixels, and shares of the longer side of the box.
const REACH: (f64, f64) = (6.0, 0.25);

/// Where samples count most, and how fast they count less away from there, in shares of width and height.
const MIDDLE: ((f64, f64), (f64, f64)) = ((0.5, 0.35), (0.28, 0.3));

/// Colour differences count so much more than differences in brightness: there are fewer of them.
const COLOUR: f32 = 2.0;

/// Below this similarity (of -1 to 1) it is not the same any more.
const SURE: f64 = 0.6;

/// Below this similarity to what was in the box at first it may be somebody else by now: a template that learns can be
/// led from one person to another, step by step.
const STILL: f64 = 0.35;

/// As similar as this to what was at this place when the box was elsewhere: it is what is always there.
const BACKGROUND: f64 = 0.7;

/// So many widths or heights from where it was drawn, the box is elsewhere.
const ELSEWHERE: f64 = 0.6;

/// Another place nearly as similar, by so much, farther away than this share of the box, is as good a guess.
const RIVAL: (f64, f64) = (0.1, 0.35);

/// What similarity loses at the edge of the reach: things go on as they went.
const FAR: f64 = 0.1;

/// How much of the template, and of the speed, is new at every step: what is followed changes slowly.
const LEARN: (f32, f64) = (0.1, 0.4);

/// Larger and smaller by this share is tried at every step; that is better only by so much; and this share of it is taken.
const GROW: (f64, f64, f64) = (0.05, 0.005, 0.4);

/// Why following ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing near looks like it.
    Lost,
    /// Two places look like it.
    Unsure,
    /// It has become unlike what it was at first, or what it looks like was always there.
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
            Self::Changed => "it looks unlike what it was at first, and may be somebody or something else",
            Self::Edge => "it reaches the edge of the picture",
        }
    }
}

/// Part of a picture as means over squares of `cell` pixels: one grid of brightness, two of colour (none where it is grey).
#[derive(Clone)]
struct View {
    width: usize,
    height: usize,
    grids: Vec<Vec<f32>>,
}

impl View {
    /// From a corner on, which lies in the picture; cells that lie outside repeat its edge.
    fn of(picture: &Picture, corner: (f64, f64), (width, height): (usize, usize), cell: f64) -> Self {
        let grids = match &picture.planes {
            Planes::Eight(planes) => planes.iter().map(|p| grid(picture, p, corner, (width, height), cell)).collect(),
            Planes::Sixteen(planes) => planes.iter().map(|p| grid(picture, p, corner, (width, height), cell)).collect(),
        };
        let mut view = Self { width, height, grids };
        view.grids.iter_mut().skip(1).flatten().for_each(|sample| *sample *= COLOUR);
        view
    }

    /// A part of it.
    fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let cut = |grid: &Vec<f32>| {
            let rows = grid.chunks(self.width.max(1)).skip(y).take(height);
            rows.flat_map(|row| row.iter().skip(x).take(width).copied()).collect()
        };
        Self { width, height, grids: self.grids.iter().map(cut).collect() }
    }
}

fn grid<S: Copy + Into<u32>>(
    picture: &Picture,
    plane: &Plane<S>,
    (left, top): (f64, f64),
    (width, height): (usize, usize),
    cell: f64,
) -> Vec<f32> {
    // Colour planes are smaller.
    let full = (f64::from(picture.layout.width), f64::from(picture.layout.height));
    let (sx, sy) = (plane.width as f64 / full.0, plane.height as f64 / full.1);
    let from = |at: f64, side: usize| (at.max(0.0) as usize).min(side.saturating_sub(1));
    let to = |at: f64, from: usize, side: usize| (at.round() as usize).clamp(from + 1, side.max(from + 1));
    let mut samples = Vec::with_capacity(width * height);
    for row in 0..height {
        let y = from((top + row as f64 * cell) * sy, plane.height);
        let bottom = to((top + (row + 1) as f64 * cell) * sy, y, plane.height);
        for column in 0..width {
            let x = from((left + column as f64 * cell) * sx, plane.width);
            let right = to((left + (column + 1) as f64 * cell) * sx, x, plane.width);
            let lines = (y..bottom).flat_map(|y| &plane.row(y)[x..right]);
            let sum: u32 = lines.map(|&s| s.into()).sum();
            samples.push(sum as f32 / ((right - x) * (bottom - y)) as f32);
        }
    }
    samples
}

/// Follows one box.
pub struct Follower {
    shape: BoundingBox,
    /// Pixels a frame.
    speed: (f64, f64),
    /// Pixels from one sample to the next.
    cell: f64,
    /// How much each sample counts; 1 together.
    weights: Vec<f32>,
    /// What was in the box when it was drawn.
    first: View,
    template: View,
    /// The picture in which it was drawn, and where.
    drawn: (Picture, BoundingBox),
}

impl Follower {
    /// From a box in an upright picture; `None` where there is too little in it to know it again: smaller than 6 x 6
    /// pixels, outside the picture, or all of one colour.
    pub fn new(picture: &Picture, shape: BoundingBox) -> Option<Self> {
        if !inside(picture, &shape) || shape.w < 6.0 || shape.h < 6.0 {
            return None;
        }
        let cell = (shape.w.max(shape.h) / SIDE).max(1.0);
        let samples = |side: f64| ((side / cell).round() as usize).max(2);
        let size = (samples(shape.w), samples(shape.h));
        let template = View::of(picture, (shape.x, shape.y), size, cell);
        let weights = weights(size);
        let known = Known::of(&template, &weights).spread > 1e-3;
        known.then(|| Self {
            shape,
            speed: (0.0, 0.0),
            cell,
            weights,
            first: template.clone(),
            template,
            drawn: (picture.clone(), shape),
        })
    }

    /// Where it is in the next frame, and how similar that is (up to 1).
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn next(&mut self, picture: &Picture) -> Result<(BoundingBox, f64), Stop> {
        let (width, height) = (f64::from(picture.layout.width), f64::from(picture.layout.height));
        let reach = REACH.0 + REACH.1 * self.shape.w.max(self.shape.h);
        let (x, y) = (self.shape.x + self.speed.0, self.shape.y + self.speed.1);
        let (left, top) = ((x - reach).max(0.0), (y - reach).max(0.0));
        let (right, bottom) = ((x + self.shape.w + reach).min(width), (y + self.shape.h + reach).min(height));
        let along = |from: f64, to: f64| ((to - from) / self.cell).max(0.0) as usize;
        let (columns, rows) = (along(left, right), along(top, bottom));
        let (w, h) = (self.template.width, self.template.height);
        if columns < w || rows < h {
            return Err(Stop::Edge);
        }
        let around = View::of(picture, (left, top), (columns, rows), self.cell);
        let scores = self.scores(&self.template, &around);
        // Of two that are alike, the one that goes on as it went.
        let (ahead, reach) = (((x - left) / self.cell, (y - top) / self.cell), reach / self.cell);
        let liking = |s: &(usize, usize, f64)| {
            let (dx, dy) = (s.0 as f64 - ahead.0, s.1 as f64 - ahead.1);
            s.2 - FAR * (dx * dx + dy * dy) / (reach * reach)
        };
        let best = scores.iter().copied().max_by(|a, b| liking(a).total_cmp(&liking(b))).ok_or(Stop::Lost)?;
        if best.2 < SURE {
            return Err(Stop::Lost);
        }
        let far = |s: &&(usize, usize, f64)| {
            s.0.abs_diff(best.0) as f64 > RIVAL.1 * w as f64 || s.1.abs_diff(best.1) as f64 > RIVAL.1 * h as f64
        };
        if scores.iter().filter(far).any(|s| liking(s) > liking(&best) - RIVAL.0) {
            return Err(Stop::Unsure);
        }
        let found = around.part(best.0, best.1, w, h);
        let place = (left + best.0 as f64 * self.cell, top + best.1 as f64 * self.cell);
        if self.similarity(&self.first, &found) < STILL || self.is_background(place, &found) {
            return Err(Stop::Changed);
        }
        let moved = (place.0 - self.shape.x, place.1 - self.shape.y);
        let new = |old: f64, new: f64| old + LEARN.1 * (new - old);
        self.speed = (new(self.speed.0, moved.0), new(self.speed.1, moved.1));
        self.shape = BoundingBox::new(place.0, place.1, self.shape.w, self.shape.h);
        let found = self.grow(picture, best.2).unwrap_or(found);
        if !inside(picture, &self.shape) {
            return Err(Stop::Edge);
        }
        for (old, new) in self.template.grids.iter_mut().zip(&found.grids) {
            old.iter_mut().zip(new).for_each(|(old, new)| *old += LEARN.0 * (new - *old));
        }
        Ok((self.shape, best.2))
    }

    /// Whether what was found at a place was there already when the box was drawn elsewhere.
    fn is_background(&self, place: (f64, f64), found: &View) -> bool {
        let (picture, start) = &self.drawn;
        let moved = ((place.0 - start.x).abs() / start.w).max((place.1 - start.y).abs() / start.h);
        let before = || View::of(picture, place, (found.width, found.height), self.cell);
        moved > ELSEWHERE && self.similarity(&before(), found) > BACKGROUND
    }

    /// Takes on some of another size where that is more similar; returns what is seen at that size.
    fn grow(&mut self, picture: &Picture, similarity: f64) -> Option<View> {
        let (share, better, taken) = GROW;
        let sized = |by: f64| {
            let (w, h) = (self.shape.w * by, self.shape.h * by);
            let (x, y) = self.shape.centre();
            BoundingBox::new(x - w / 2.0, y - h / 2.0, w, h)
        };
        let tried = [1.0 - share, 1.0 + share].into_iter().filter_map(|by| {
            let shape = sized(by);
            let large = shape.w >= 6.0 && shape.h >= 6.0 && inside(picture, &shape);
            let size = (self.template.width, self.template.height);
            let seen = large.then(|| View::of(picture, (shape.x, shape.y), size, self.cell * by))?;
            Some((by, self.similarity(&self.template, &seen), seen))
        });
        let (by, _, seen) =
            tried.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, found, _)| *found > similarity + better)?;
        let by = 1.0 + (by - 1.0) * taken;
        self.shape = sized(by);
        self.cell *= by;
        Some(seen)
    }

    /// The similarity of two of the same size.
    fn similarity(&self, one: &View, other: &View) -> f64 {
        self.scores(one, other).first().map_or(0.0, |s| s.2)
    }

    /// The similarity at every place where the template fits, as column, row, similarity.
    fn scores(&self, template: &View, around: &View) -> Vec<(usize, usize, f64)> {
        let known = Known::of(template, &self.weights);
        let w = template.width;
        let mut scores = Vec::new();
        for y in 0..=around.height - template.height {
            for x in 0..=around.width - w {
                let (mut product, mut spread) = (0f32, 0f32);
                for (seen, wanted) in around.grids.iter().zip(&known.grids) {
                    let (mut sum, mut squares) = (0f32, 0f32);
                    let lines = seen[y * around.width..].chunks(around.width);
                    for ((line, wanted), weights) in lines.zip(wanted.chunks(w)).zip(self.weights.chunks(w)) {
                        for ((&sample, &wanted), &weight) in line[x..x + w].iter().zip(wanted).zip(weights) {
                            product += sample * wanted;
                            sum += weight * sample;
                            squares += weight * sample * sample;
                        }
                    }
                    spread += (squares - sum * sum).max(0.0);
                }
                let both = f64::from(spread) * f64::from(known.spread);
                scores.push((x, y, if both > 1e-6 { f64::from(product) / both.sqrt() } else { 0.0 }));
            }
        }
        scores
    }
}

/// A template ready to be compared: samples less their mean, times their weight; and the weighted variance of all.
struct Known {
    grids: Vec<Vec<f32>>,
    spread: f32,
}

impl Known {
    fn of(view: &View, weights: &[f32]) -> Self {
        let mut spread = 0f32;
        let grids = view.grids.iter().map(|grid| {
            let mean: f32 = grid.iter().zip(weights).map(|(s, w)| s * w).sum();
            spread += grid.iter().zip(weights).map(|(s, w)| w * (s - mean) * (s - mean)).sum::<f32>();
            grid.iter().zip(weights).map(|(s, w)| w * (s - mean)).collect()
        });
        Self { grids: grids.collect(), spread }
    }
}

fn weights((width, height): (usize, usize)) -> Vec<f32> {
    let ((mx, my), (sx, sy)) = MIDDLE;
    let away = |at: usize, side: usize, middle: f64, spread: f64| ((at as f64 + 0.5) / side as f64 - middle) / spread;
    let all = (0..height).flat_map(|row| (0..width).map(move |column| (column, row)));
    let each =
        all.map(|(c, r)| (-(away(c, width, mx, sx).powi(2) + away(r, height, my, sy).powi(2)) / 2.0).exp() as f32);
    let mut weights: Vec<f32> = each.collect();
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    weights
}

/// Whether a box lies in a picture.
fn inside(picture: &Picture, shape: &BoundingBox) -> bool {
    let (width, height) = (f64::from(picture.layout.width), f64::from(picture.layout.height));
    shape.x >= 0.0 && shape.y >= 0.0 && shape.right() <= width && shape.bottom() <= height
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
