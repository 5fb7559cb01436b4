//! The frame number as black and white blocks in the top right corner: which frame this is shows in the pixels,
//! through lossy coding, scaling and a change of range.
//!
//! Two rows of 17 blocks, each a fortieth of the width and a thirtieth of the height. The first column is white
//! over black, for the threshold; then 24 bits of the number and 8 bits of CRC, the upper row first.

use super::draw::{Canvas, Colour, Point, Shape};
use crate::picture::{Picture, Plane, Planes};

const COLUMNS: usize = 17;
/// The frame number wraps here.
pub const NUMBERS: u32 = 1 << 24;
/// A quarter of the luma range: less contrast than that is not a painted number.
const CONTRAST: f64 = 0.25;

/// Top-left corner of a block, in luma pixels.
fn corner(width: u32, height: u32, column: usize, row: usize) -> Point {
    (f64::from(width) * (40 - COLUMNS + column) as f64 / 40.0, f64::from(height) * row as f64 / 30.0)
}

/// CRC-8 (polynomial 0x07, the ATM HEC of ITU-T I.432.1) of 24 bits.
fn crc8(number: u32) -> u8 {
    number
        .to_be_bytes()
        .into_iter()
        .skip(1)
        .fold(0x5a, |crc, byte| (0..8).fold(crc ^ byte, |c, _| if c & 0x80 == 0 { c << 1 } else { c << 1 ^ 0x07 }))
}

/// Whether a block is white, for a number with its CRC in the low byte.
fn is_white(code: u32, column: usize, row: usize) -> bool {
    match column {
        0 => row == 0,
        _ => code >> (31 - (row * (COLUMNS - 1) + column - 1)) & 1 == 1,
    }
}

/// Paints the number, modulo [`NUMBERS`].
pub(super) fn paint(canvas: &mut Canvas, number: u32) {
    let number = number % NUMBERS;
    let code = number << 8 | u32::from(crc8(number));
    let (width, height) = (canvas.width, canvas.height);
    let mut block = |from: Point, to: Point, colour| {
        canvas.draw(&Shape::new([from, (to.0, from.1), to, (from.0, to.1)], 0.0, colour));
    };
    block(corner(width, height, 0, 0), corner(width, height, COLUMNS, 2), Colour::rgb(0, 0, 0));
    for (column, row) in (0..COLUMNS).flat_map(|column| [(column, 0), (column, 1)]) {
        if is_white(code, column, row) {
            let far = corner(width, height, column + 1, row + 1);
            block(corner(width, height, column, row), far, Colour::rgb(255, 255, 255));
        }
    }
}

/// Reads the painted number back from an upright picture of any size, depth and range. `None` where there is
/// none, or where what is read does not match its CRC (one wrong picture in 256 would pass by chance).
pub fn read_frame_number(picture: &Picture) -> Option<u32> {
    match &picture.planes {
        Planes::Eight(planes) => read(planes.first()?, 255.0),
        Planes::Sixteen(planes) => read(planes.first()?, f64::from((1u32 << picture.layout.depth) - 1)),
    }
}

fn read<S: Copy + Into<u32>>(luma: &Plane<S>, max: f64) -> Option<u32> {
    let mean = |column, row| block_mean(luma, column, row);
    let (white, black) = (mean(0, 0)?, mean(0, 1)?);
    if white - black < CONTRAST * max {
        return None;
    }
    let mut code = 0u32;
    for row in 0..2 {
        for column in 1..COLUMNS {
            code = code << 1 | u32::from(mean(column, row)? > f64::midpoint(white, black));
        }
    }
    (crc8(code >> 8) == code as u8).then_some(code >> 8)
}

/// The mean over the middle half of a block, away from what smears over its edges.
fn block_mean<S: Copy + Into<u32>>(luma: &Plane<S>, column: usize, row: usize) -> Option<f64> {
    let size = (u32::try_from(luma.width).ok()?, u32::try_from(luma.height).ok()?);
    let ((x0, y0), (x1, y1)) = (corner(size.0, size.1, column, row), corner(size.0, size.1, column + 1, row + 1));
    let middle = |a: f64, b: f64| {
        let first = (a + (b - a) / 4.0).round() as usize;
        first..((b - (b - a) / 4.0).round() as usize).max(first + 1)
    };
    let (mut sum, mut count) = (0u64, 0u32);
    for y in middle(y0, y1).take_while(|&y| y < luma.height) {
        for &sample in luma.row(y).get(middle(x0, x1))? {
            sum += u64::from(sample.into());
            count += 1;
        }
    }
    (count > 0).then(|| sum as f64 / f64::from(count))
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;
    use crate::picture::Layout;
    use proptest::prelude::*;

    fn painted(width: u32, height: u32, number: u32) -> Picture {
        let mut canvas = Canvas::new(width, height, Colour::rgb(90, 90, 90));
        paint(&mut canvas, number);
        canvas.into_picture()
    }

    proptest! {
        #[test]
        fn every_number_reads_back_at_every_size(
            number in 0..NUMBERS, width in 320u32..800, height in 240u32..600,
        ) {
            prop_assert_eq!(read_frame_number(&painted(width, height, number)), Some(number));
        }
    }

    #[test]
    fn a_picture_without_a_number_gives_none() {
        let layout = Layout {
            width: 320,
            height: 240,
            chroma_shift_x: 1,
            chroma_shift_y: 1,
            depth: 8,
            grey: false,
            full_range: false,
        };
        assert_eq!(read_frame_number(&Picture::grey(layout)), None);
        assert_eq!(read_frame_number(&Picture::grey(Layout { width: 2, height: 2, ..layout })), None);
        assert_eq!(read_frame_number(&Picture::grey(Layout { depth: 10, grey: true, ..layout })), None);
    }

    #[test]
    fn one_wrong_block_gives_none_rather_than_another_number() {
        for (column, row) in (1..COLUMNS).flat_map(|c| [(c, 0), (c, 1)]) {
            let mut picture = painted(320, 240, 1234);
            let Planes::Eight(planes) = &mut picture.planes else { panic!("scenes have 8 bits") };
            let (x, y) = corner(320, 240, column, row);
            for line in y as usize..y as usize + 8 {
                for sample in &mut planes[0].row_mut(line)[x as usize..x as usize + 8] {
                    *sample = 251 - *sample;
                }
            }
            assert_eq!(read_frame_number(&picture), None, "block {column} of row {row}");
        }
    }
}
