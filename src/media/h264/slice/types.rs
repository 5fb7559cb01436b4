//! What the numbers of macroblock and sub-macroblock types mean: ITU-T H.264 tables 7-11, 7-13, 7-14, 7-17 and 7-18.

/// A macroblock that is not skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `I_NxN`.
    IntraBlocks,
    /// `Intra_16x16` with its pattern of coded blocks.
    IntraWhole {
        /// `Intra16x16PredMode`: 0 from above, 1 from the left, 2 the mean, 3 a plane.
        mode: u8,
        /// `CodedBlockPatternLuma`: 0 or 15.
        luma: u8,
        /// `CodedBlockPatternChroma`, 0 to 2.
        chroma: u8,
    },
    /// `I_PCM`.
    Samples,
    /// `B_Direct_16x16`.
    Direct,
    /// One or two partitions.
    Parts([Part; 2]),
    /// Four sub-macroblocks of types of their own.
    Quarters {
        /// `P_8x8ref0`: all refer to the first picture and none says so.
        first_only: bool,
    },
}

/// A rectangle of a macroblock that is predicted from the same pictures, in blocks of 4x4 pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    /// Size of the blocks in it that have a motion vector each.
    pub step: [usize; 2],
    /// Bit 0: list 0, bit 1: list 1; 0 for a direct block or no block at all.
    pub lists: u8,
}

impl Part {
    const fn new(x: usize, y: usize, width: usize, height: usize, lists: u8) -> Self {
        Self { x, y, width, height, step: [width, height], lists }
    }
}

/// The type with a number of table 7-11; `None` from 26.
pub fn intra(number: u32) -> Option<Type> {
    match number {
        0 => Some(Type::IntraBlocks),
        1..=24 => {
            let number = number as u8 - 1;
            Some(Type::IntraWhole { mode: number % 4, luma: number / 12 * 15, chroma: number / 4 % 3 })
        }
        25 => Some(Type::Samples),
        _ => None,
    }
}

/// The type with a number of table 7-13, of P slices; intra types follow from 5.
pub fn p(number: u32) -> Option<Type> {
    match number {
        0..=2 => Some(parts(number, [1, 1])),
        3 | 4 => Some(Type::Quarters { first_only: number == 4 }),
        _ => intra(number - 5),
    }
}

/// Lists of the two partitions of the types 4 to 21 of table 7-14, for each pair of types.
const PAIRS: [[u8; 2]; 9] = [[1, 1], [2, 2], [1, 2], [2, 1], [1, 3], [2, 3], [3, 1], [3, 2], [3, 3]];

/// The type with a number of table 7-14, of B slices; intra types follow from 23.
pub fn b(number: u32) -> Option<Type> {
    match number {
        0 => Some(Type::Direct),
        1..=3 => Some(parts(0, [number as u8; 2])),
        4..=21 => Some(parts(1 + number % 2, *PAIRS.get(number as usize / 2 - 2)?)),
        22 => Some(Type::Quarters { first_only: false }),
        _ => intra(number - 23),
    }
}

/// One partition of 16x16, two of 16x8, or two of 8x16 pixels.
fn parts(shape: u32, lists: [u8; 2]) -> Type {
    let [first, second] = lists;
    Type::Parts(match shape {
        0 => [Part::new(0, 0, 4, 4, first), Part::default()],
        1 => [Part::new(0, 0, 4, 2, first), Part::new(0, 2, 4, 2, second)],
        _ => [Part::new(0, 0, 2, 4, first), Part::new(2, 0, 2, 4, second)],
    })
}

const STEPS: [[usize; 2]; 4] = [[2, 2], [2, 1], [1, 2], [1, 1]];

/// Lists and step of the sub-macroblock type with a number of table 7-17, of P slices; `None` from 4.
pub fn sub_p(number: u32) -> Option<(u8, [usize; 2])> {
    Some((1, *STEPS.get(number as usize)?))
}

/// Lists and step of the sub-macroblock type with a number of table 7-18, of B slices; `None` from 13.
pub fn sub_b(number: u32) -> Option<(u8, [usize; 2])> {
    // direct, then one block, halves, quarters of each choice of lists
    const TYPES: [(u8, usize); 13] =
        [(0, 0), (1, 0), (2, 0), (3, 0), (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (1, 3), (2, 3), (3, 3)];
    let (lists, step) = *TYPES.get(number as usize)?;
    Some((lists, *STEPS.get(step)?))
}

/// The quarter of a macroblock with the given number, 0 to 3, as a part.
pub fn quarter(number: usize, (lists, step): (u8, [usize; 2])) -> Part {
    Part { step, ..Part::new(number % 2 * 2, number / 2 * 2, 2, 2, lists) }
}
