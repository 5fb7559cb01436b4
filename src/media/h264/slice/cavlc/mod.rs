//! Slices in variable-length codes, CAVLC: ITU-T H.264 sections 9.1 and 9.2.

mod residual;
mod tables;

use super::around::Around;
use super::coding::{Block, Coding};
use super::header::SliceKind;
use super::macroblock::{Macroblocks, Wrong};
use crate::media::bits::Bits;
use crate::media::h264::within;

/// Table 9-4: `coded_block_pattern` by its code, of intra and of inter macroblocks.
#[rustfmt::skip]
const PATTERNS: [[u8; 48]; 2] = [
    [
        47, 31, 15, 0, 23, 27, 29, 30, 7, 11, 13, 14, 39, 43, 45, 46,
        16, 3, 5, 10, 12, 19, 21, 26, 28, 35, 37, 42, 44, 1, 2, 4,
        8, 17, 18, 20, 24, 6, 9, 22, 25, 32, 33, 34, 36, 40, 38, 41,
    ],
    [
        0, 16, 1, 2, 4, 8, 32, 3, 5, 10, 12, 15, 47, 7, 11, 13,
        14, 6, 9, 31, 35, 37, 42, 44, 33, 34, 36, 40, 39, 43, 45, 46,
        17, 18, 20, 24, 19, 21, 26, 28, 23, 27, 29, 30, 22, 25, 38, 41,
    ],
];

/// A slice's codes.
pub struct Cavlc<'a> {
    bits: Bits<'a>,
}

impl<'a> Cavlc<'a> {
    /// Starts behind the slice header.
    pub fn new(bits: Bits<'a>) -> Self {
        Self { bits }
    }
}

impl Macroblocks<'_, Cavlc<'_>> {
    /// `slice_data()`: the number of the macroblock behind the last one.
    pub fn read_cavlc(mut self) -> Result<u32, Wrong> {
        let mut number = self.header.first_macroblock;
        loop {
            if self.header.kind != SliceKind::I {
                let run = self.coding.bits.ue().filter(|&run| run <= self.macroblocks - number);
                let run = run.ok_or("a run of skipped macroblocks")?;
                (0..run).for_each(|_| self.skip());
                number += run;
                if run > 0 && !self.coding.bits.more() {
                    break;
                }
            }
            if number >= self.macroblocks {
                return Err("it does not end with the picture");
            }
            self.macroblock()?;
            number += 1;
            if !self.coding.bits.more() {
                break;
            }
        }
        self.coding.bits.end().map(|()| number).ok_or("it ends behind its unit")
    }
}

impl Coding for Cavlc<'_> {
    const CABAC: bool = false;

    fn macroblock_type(&mut self, _kind: SliceKind, _around: &Around) -> Option<u32> {
        self.bits.ue()
    }

    fn quarter_type(&mut self, _kind: SliceKind) -> Option<u32> {
        self.bits.ue()
    }

    fn transform_8x8(&mut self, _around: &Around) -> Option<bool> {
        self.bits.flag()
    }

    fn intra_mode(&mut self) -> Option<Option<u8>> {
        Some(if self.bits.flag()? { None } else { Some(self.bits.bits(3)? as u8) })
    }

    fn chroma_mode(&mut self, _around: &Around) -> Option<u32> {
        self.bits.ue().filter(|&mode| mode < 4)
    }

    fn reference(&mut self, references: u8, _far: [bool; 2]) -> Option<u32> {
        // te(v), section 9.1: of two, one bit is enough
        if references == 2 {
            return self.bits.flag().map(|first| u32::from(!first));
        }
        self.bits.ue().filter(|&reference| reference < references.into())
    }

    fn difference(&mut self, _axis: usize, _moved: u8) -> Option<u32> {
        // -8192 to 8191.75 pixels
        self.bits.se().map(i32::unsigned_abs).filter(|&difference| difference <= 1 << 15)
    }

    fn pattern(&mut self, intra: bool, _around: &Around) -> Option<(u8, u8)> {
        let pattern = *PATTERNS[usize::from(!intra)].get(self.bits.ue()? as usize)?;
        Some((pattern & 15, pattern >> 4))
    }

    fn quantiser_delta(&mut self, _before: bool) -> Option<i32> {
        within(-26..=25, self.bits.se()?)
    }

    fn block(&mut self, block: Block, near: [u8; 2], _intra: bool) -> Option<u8> {
        self.coefficients(block, near)
    }

    fn samples(&mut self) -> Option<()> {
        while self.bits.position() % 8 != 0 {
            if self.bits.flag()? {
                return None;
            }
        }
        self.bits.skip(384 * 8)
    }

    fn overrun(&self) -> bool {
        false
    }
}
