//! Pictures held against each other by the means of their blocks, under the cover or outside it; and how much noise
//! coding left.

use super::means::{Means, SIDE, blocks};
use crate::cover::Cover;
use crate::obscure::Mask;
use crate::picture::{Picture, Planes};

/// Levels (of 8 bits) by which block means may differ from the footage's outside the cover, on average over a frame.
pub const OUTSIDE_TOLERANCE: u32 = 6;

/// A single block may differ by so many times the average that is allowed: coding is hardest on the odd block.
const SINGLE: u32 = 5;

/// What comparing some blocks found. A block differs by its luma or its chroma, whichever differs more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Difference {
    /// The largest difference of block means, in levels.
    pub worst: u32,
    /// Sum of the differences of block means, in levels.
    pub total: u64,
    /// How many blocks were compared.
    pub blocks: u64,
}

impl Difference {
    /// Both findings together.
    pub fn merge(self, other: Self) -> Self {
        Self { worst: self.worst.max(other.worst), total: self.total + other.total, blocks: self.blocks + other.blocks }
    }

    /// Whether one frame's blocks differ by no more than `tolerance` levels on average, and none by much more.
    pub fn is_within(self, tolerance: u32) -> bool {
        self.worst <= SINGLE * tolerance && self.total <= u64::from(tolerance) * self.blocks
    }

    /// The average difference of block means, in levels.
    pub fn mean(self) -> f64 {
        self.total as f64 / self.blocks.max(1) as f64
    }
}

/// Some of a picture's blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// For each block, row by row: all bits, or none.
    mask: Vec<u8>,
}

impl Chosen {
    /// Compares the means of these blocks in two pictures of one size.
    pub fn compare(&self, a: &Means, b: &Means) -> Difference {
        let ([a, au, av], [b, bu, bv]) = (self.planes(a), self.planes(b));
        let (mut worst, mut total, mut chosen) = (0, 0, 0);
        for (at, mask) in self.mask.iter().enumerate() {
            let chroma = au[at].abs_diff(bu[at]).max(av[at].abs_diff(bv[at]));
            let off = a[at].abs_diff(b[at]).max(chroma) & mask;
            worst = worst.max(off);
            total += u64::from(off);
            chosen += u64::from(mask & 1);
        }
        Difference { worst: u32::from(worst), total, blocks: chosen }
    }

    /// Left column and top row of the block that differs most, in luma pixels of a picture so many blocks wide.
    pub fn worst_at(&self, a: &Means, b: &Means, width: u32) -> (u32, u32) {
        let worst = self.compare(a, b).worst;
        let off = |at: &usize| {
            let ([a, au, av], [b, bu, bv]) = (self.planes(a), self.planes(b));
            let off = |a: &[u8], b: &[u8]| u32::from(a[*at].abs_diff(b[*at]) & self.mask[*at]);
            off(a, b).max(off(au, bu)).max(off(av, bv)) == worst
        };
        let at = (0..self.mask.len()).find(off).unwrap_or(0) as u32;
        let across = width.div_ceil(SIDE).max(1);
        (at % across * SIDE, at / across * SIDE)
    }

    /// Leaves nothing of the other blocks.
    pub fn blank_others(&self, means: &mut Means) {
        for plane in means.levels.chunks_mut(self.mask.len().max(1)) {
            plane.iter_mut().zip(&self.mask).for_each(|(level, mask)| *level &= mask);
        }
    }

    fn planes<'m>(&self, means: &'m Means) -> [&'m [u8]; 3] {
        let (luma, chroma) = means.levels.split_at(self.mask.len());
        let (first, second) = chroma.split_at(self.mask.len());
        [luma, first, &second[..self.mask.len()]]
    }
}

/// A picture's blocks by how much of them is covered.
pub struct Blocks {
    /// Those without a covered pixel.
    pub outside: Chosen,
    /// Those wholly covered.
    pub inside: Chosen,
    /// Luma columns of the picture.
    pub width: u32,
    /// Luma rows.
    pub height: u32,
}

impl Blocks {
    /// Of a picture of `width` x `height` with this cover.
    pub fn new(cover: &Cover, width: u32, height: u32) -> Self {
        let (across, down) = blocks(width, height);
        let mut covered = vec![0u8; across * down];
        let mask = Mask::new(cover, width, height);
        let side = SIDE as usize;
        for y in 0..height as usize {
            let row = y / side * across;
            for span in mask.row(y) {
                for block in span.start / side..span.end.div_ceil(side) {
                    let shared = span.end.min((block + 1) * side) - span.start.max(block * side);
                    covered[row + block] += shared as u8;
                }
            }
        }
        let area = |at: usize| {
            let (x, y) = (at % across * side, at / across * side);
            (side.min(width as usize - x) * side.min(height as usize - y)) as u8
        };
        let chosen = |of: &dyn Fn(usize) -> bool| Chosen {
            mask: (0..covered.len()).map(|at| if of(at) { u8::MAX } else { 0 }).collect(),
        };
        Self { outside: chosen(&|at| covered[at] == 0), inside: chosen(&|at| covered[at] == area(at)), width, height }
    }

    /// How far two pictures' luma samples are apart in the blocks outside the cover. One may be a column and a row
    /// smaller (before padding); only what both have counts.
    pub fn noise(&self, a: &Picture, b: &Picture) -> Noise {
        let (Planes::Eight(a), Planes::Eight(b)) = (&a.planes, &b.planes) else { return Noise::default() };
        let (Some(a), Some(b)) = (a.first(), b.first()) else { return Noise::default() };
        let (width, height) = (a.width.min(b.width), a.height.min(b.height));
        let across = blocks(self.width, self.height).0;
        let side = SIDE as usize;
        let mut noise = Noise::default();
        for y in 0..height.min(self.height as usize) {
            let clear = &self.outside.mask[y / side * across..][..across];
            let rows = a.row(y)[..width].chunks(side).zip(b.row(y)[..width].chunks(side));
            for ((a, b), _) in rows.zip(clear).filter(|(_, clear)| **clear != 0) {
                noise.samples += a.len() as u64;
                noise.squares += u64::from(a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>());
            }
        }
        noise
    }
}

/// What coding did to some samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noise {
    /// Sum of the squared differences.
    pub squares: u64,
    /// How many samples.
    pub samples: u64,
}

impl Noise {
    /// Both together.
    pub fn merge(self, other: Self) -> Self {
        Self { squares: self.squares + other.squares, samples: self.samples + other.samples }
    }

    /// Peak signal-to-noise ratio in decibels of 8-bit samples (ITU-T J.340); `None` when nothing was compared or
    /// nothing differs.
    pub fn psnr(self) -> Option<f64> {
        (self.samples > 0 && self.squares > 0)
            .then(|| 10.0 * (255.0f64.powi(2) * self.samples as f64 / self.squares as f64).log10())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::picture::Layout;

    fn grey(width: u32, height: u32) -> Picture {
        Picture::grey(Layout {
            width,
            height,
            chroma_shift_x: 1,
            chroma_shift_y: 1,
            depth: 8,
            grey: false,
            full_range: true,
        })
    }

    fn set(picture: &mut Picture, x: usize, y: usize, value: u8) {
        if let Planes::Eight(planes) = &mut picture.planes {
            planes[0].row_mut(y)[x] = value;
        }
    }

    fn means(picture: &Picture) -> Means {
        Means::of(picture, picture.layout.width, picture.layout.height).unwrap()
    }

    #[test]
    fn a_changed_block_is_found_on_its_side_of_the_cover_only() {
        let cover = Cover { boxes: vec![Rect { x0: 8, y0: 8, x1: 24, y1: 24 }], all_but: None };
        let blocks = Blocks::new(&cover, 35, 29);
        let clean = grey(35, 29);
        for (x, y, inside) in [(9, 9, true), (23, 23, true), (0, 0, false), (34, 28, false), (30, 9, false)] {
            let mut changed = clean.clone();
            set(&mut changed, x, y, 255);
            let found = |chosen: &Chosen| chosen.compare(&means(&changed), &means(&clean)).worst > 0;
            assert_eq!((found(&blocks.inside), found(&blocks.outside)), (inside, !inside), "({x}, {y})");
            assert_eq!(blocks.noise(&changed, &clean).squares > 0, !inside, "({x}, {y})");
            let chosen = if inside { &blocks.inside } else { &blocks.outside };
            let at = (x as u32 / 8 * 8, y as u32 / 8 * 8);
            assert_eq!(chosen.worst_at(&means(&changed), &means(&clean), 35), at);
        }
    }

    #[test]
    fn a_block_that_is_covered_in_part_is_on_neither_side() {
        let cover = Cover { boxes: vec![Rect { x0: 4, y0: 0, x1: 8, y1: 8 }], all_but: None };
        let blocks = Blocks::new(&cover, 8, 8);
        let nothing = Difference::default();
        let (a, b) = (means(&grey(8, 8)), Means { levels: vec![0; 3] });
        assert_eq!((blocks.inside.compare(&a, &b), blocks.outside.compare(&a, &b)), (nothing, nothing));
    }

    #[test]
    fn nothing_of_a_block_that_is_not_chosen_is_kept() {
        let cover = Cover { boxes: vec![Rect { x0: 15, y0: 0, x1: 17, y1: 2 }], all_but: None };
        let mut kept = means(&grey(32, 8));
        Blocks::new(&cover, 32, 8).outside.blank_others(&mut kept);
        assert_eq!(kept.levels, [128, 0, 0, 128].repeat(3));
    }

    #[test]
    fn a_person_who_differs_only_in_colour_is_seen() {
        let blocks = Blocks::new(&Cover::default(), 16, 8);
        let (clean, mut tinted) = (grey(16, 8), grey(16, 8));
        if let Planes::Eight(planes) = &mut tinted.planes {
            planes[2].samples.fill(168);
        }
        let found = blocks.outside.compare(&means(&tinted), &means(&clean));
        assert_eq!(found, Difference { worst: 40, total: 80, blocks: 2 });
        assert_eq!(blocks.outside.worst_at(&means(&tinted), &means(&clean), 16), (0, 0));
    }

    #[test]
    fn blocks_are_compared_by_their_means() {
        let blocks = Blocks::new(&Cover::default(), 16, 8);
        let (clean, mut noisy, mut shifted) = (grey(16, 8), grey(16, 8), grey(16, 8));
        for y in 0..8 {
            for x in 0..8 {
                set(&mut noisy, x, y, if (x + y) % 2 == 0 { 158 } else { 98 });
                set(&mut shifted, x, y, 158);
            }
        }
        let against = |other: &Picture| blocks.outside.compare(&means(other), &means(&clean));
        assert_eq!(against(&noisy).worst, 0);
        assert_eq!(blocks.noise(&noisy, &clean), Noise { squares: 64 * 900, samples: 128 });
        let shift = against(&shifted);
        assert_eq!((shift.worst, shift.mean()), (30, 15.0));
        assert!(shift.is_within(15) && !shift.is_within(14) && !shift.is_within(5));
    }
}
