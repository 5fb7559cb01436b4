//! A picture as the means of its 8x8 blocks, luma and chroma: coding noise averages out, a person does not.

use crate::error::{Error, Result};
use crate::picture::{Picture, Plane, Planes};

/// Side of a block, in luma pixels.
pub const SIDE: u32 = 8;

/// The block means of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// To the nearest level: all luma blocks row by row, then the blocks of both chroma planes (4x4 samples, the same
    /// pixels) likewise.
    pub levels: Vec<u8>,
}

/// How many blocks a picture of `width` x `height` has across and down.
pub fn blocks(width: u32, height: u32) -> (usize, usize) {
    (width.div_ceil(SIDE) as usize, height.div_ceil(SIDE) as usize)
}

/// How many levels the means of a picture of `width` x `height` are.
pub fn count(width: u32, height: u32) -> usize {
    let (across, down) = blocks(width, height);
    3 * across * down
}

impl Means {
    /// Of an 8-bit 4:2:0 picture, as it is when its last column and row are repeated up to `width` x `height`.
    ///
    /// # Errors
    /// `Unverified` for any other picture.
    pub fn of(picture: &Picture, width: u32, height: u32) -> Result<Self> {
        let mut levels = vec![0; count(width, height)];
        let third = levels.len() / 3;
        let (Planes::Eight(planes), (1, 1)) = (&picture.planes, picture.layout.shifts(1)) else {
            return Err(Error::unverified("the clip's pictures are not 8-bit 4:2:0"));
        };
        let ([luma, chroma @ ..], true) = (planes.as_slice(), third > 0) else { return Ok(Self { levels }) };
        let (width, height) = (width as usize, height as usize);
        let (first, rest) = levels.split_at_mut(third);
        average::<8>(luma, (width, height), first);
        for (plane, out) in chroma.iter().zip(rest.chunks_exact_mut(third)) {
            average::<4>(plane, (width.div_ceil(2), height.div_ceil(2)), out);
        }
        Ok(Self { levels })
    }
}

/// The means of a plane's blocks of `SIDE` x `SIDE` samples, those at the right and lower border as far as they go.
fn average<const SIDE: usize>(plane: &Plane<u8>, (width, height): (usize, usize), out: &mut [u8]) {
    let across = width.div_ceil(SIDE);
    let own = plane.width.min(width);
    let mut sums = vec![0u16; across * SIDE];
    for (down, out) in out.chunks_exact_mut(across).enumerate() {
        let rows = SIDE.min(height - down * SIDE);
        sums.fill(0);
        // Whole rows at a time, which the compiler turns into vector code.
        for y in down * SIDE..down * SIDE + rows {
            let row = &plane.row(y.min(plane.height - 1))[..own];
            sums.iter_mut().zip(row).for_each(|(sum, &sample)| *sum += u16::from(sample));
        }
        let last = sums[own - 1];
        sums[own..width].fill(last);
        for (column, (mean, sums)) in out.iter_mut().zip(sums.chunks_exact(SIDE)).enumerate() {
            let samples = rows * SIDE.min(width - column * SIDE);
            let sum = sums.iter().map(|&s| usize::from(s)).sum::<usize>();
            // Dividing by a number known beforehand is a shift.
            let whole = samples == SIDE * SIDE;
            *mean = if whole { (sum + SIDE * SIDE / 2) / (SIDE * SIDE) } else { (sum + samples / 2) / samples } as u8;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::picture::Layout;
    use proptest::prelude::*;

    fn picture(width: u32, height: u32, seed: u64) -> Picture {
        let layout =
            Layout { width, height, chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, full_range: true };
        let mut picture = Picture::grey(layout);
        let mut state = seed | 1;
        if let Planes::Eight(planes) = &mut picture.planes {
            for sample in planes.iter_mut().flat_map(|p| &mut p.samples) {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *sample = (state >> 56) as u8;
            }
        }
        picture
    }

    /// The definition, sample by sample.
    fn mean(plane: &Plane<u8>, side: usize, size: (usize, usize), block: (usize, usize)) -> u8 {
        let (mut sum, mut samples) = (0, 0);
        for y in (block.1 * side..size.1).take(side) {
            for x in (block.0 * side..size.0).take(side) {
                sum += u32::from(plane.row(y.min(plane.height - 1))[x.min(plane.width - 1)]);
                samples += 1;
            }
        }
        ((sum + samples / 2) / samples) as u8
    }

    proptest! {
        #[test]
        fn means_are_the_definition_in_every_plane(width in 1u32..40, height in 1u32..40, seed: u64) {
            let picture = picture(width, height, seed);
            let (w, h) = (width.next_multiple_of(2), height.next_multiple_of(2));
            let found = Means::of(&picture, w, h).unwrap().levels;
            let (across, down) = blocks(w, h);
            let Planes::Eight(planes) = &picture.planes else { unreachable!() };
            let mut expected = Vec::new();
            for (plane, side, shift) in [(0, 8, 0), (1, 4, 1), (2, 4, 1)] {
                let size = (w as usize >> shift, h as usize >> shift);
                for block in (0..down).flat_map(|y| (0..across).map(move |x| (x, y))) {
                    expected.push(mean(&planes[plane], side, size, block));
                }
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_picture_that_is_not_8_bit_420_has_no_means() {
        let layout = picture(8, 8, 1).layout;
        for layout in [Layout { depth: 10, ..layout }, Layout { chroma_shift_y: 0, ..layout }] {
            assert!(Means::of(&Picture::grey(layout), 8, 8).is_err());
        }
    }
}
