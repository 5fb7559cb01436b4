//! The other syntax elements of a macroblock in CABAC: ITU-T H.264 section 9.3.2, contexts of section 9.3.3.1.

use super::{Cabac, Engine};
use crate::media::bits::Bits;
use crate::media::h264::slice::around::Around;
use crate::media::h264::slice::coding::{Block, Coding};
use crate::media::h264::slice::header::SliceKind;

impl Coding for Cabac<'_> {
    const CABAC: bool = true;

    fn macroblock_type(&mut self, kind: SliceKind, around: &Around) -> Option<u32> {
        Some(match kind {
            SliceKind::I => self.type_i(around),
            SliceKind::P => self.type_p(),
            SliceKind::B => self.type_b(around),
        })
    }

    fn quarter_type(&mut self, kind: SliceKind) -> Option<u32> {
        Some(if kind == SliceKind::B { self.quarter_b() } else { self.quarter_p() })
    }

    fn transform_8x8(&mut self, around: &Around) -> Option<bool> {
        Some(self.bin(399 + around.count(|edge| edge.transform_8x8)))
    }

    fn intra_mode(&mut self) -> Option<Option<u8>> {
        if self.bin(68) {
            return Some(None);
        }
        let low_first = self.bit(69) | self.bit(69) << 1 | self.bit(69) << 2;
        Some(Some(low_first as u8))
    }

    fn chroma_mode(&mut self, around: &Around) -> Option<u32> {
        let told = around.count(|edge| edge.chroma_mode);
        if !self.bin(64 + told) {
            return Some(0);
        }
        Some(if !self.bin(67) { 1 } else { 2 + self.bit(67) })
    }

    fn reference(&mut self, references: u8, [left, above]: [bool; 2]) -> Option<u32> {
        let mut reference = 0;
        let mut context = usize::from(left) + 2 * usize::from(above);
        while self.bin(54 + context) {
            reference += 1;
            if reference >= u32::from(references) {
                return None;
            }
            context = if context < 4 { 4 } else { 5 };
        }
        Some(reference)
    }

    fn difference(&mut self, axis: usize, moved: u8) -> Option<u32> {
        let first = if axis == 0 { 40 } else { 47 };
        let near = usize::from(moved > 2) + usize::from(moved > 32);
        if !self.bin(first + near) {
            return Some(0);
        }
        let mut difference = 1;
        while difference < 9 && self.bin(first + 2 + (difference as usize).min(4)) {
            difference += 1;
        }
        if difference == 9 {
            difference += self.engine.exp_golomb(3)?;
        }
        let _sign = self.engine.bypass();
        // -8192 to 8191.75 pixels
        (difference <= 1 << 15).then_some(difference)
    }

    fn pattern(&mut self, _intra: bool, around: &Around) -> Option<(u8, u8)> {
        let (left, above) = (&around.left, &around.above);
        let mut luma = 0;
        // each 8x8 block by the pattern of the blocks to its left and above, in this macroblock or beside it
        for (bit, inside, [left_bit, above_bit]) in
            [(0, [false; 2], [1, 2]), (1, [true, false], [0, 3]), (2, [false, true], [3, 0]), (3, [true; 2], [2, 1])]
        {
            let of_left = if inside[0] { luma } else { left.luma };
            let of_above = if inside[1] { luma } else { above.luma };
            let (empty_left, empty_above) = (of_left >> left_bit & 1 == 0, of_above >> above_bit & 1 == 0);
            luma |= u8::from(self.bin(73 + usize::from(empty_left) + 2 * usize::from(empty_above))) << bit;
        }
        let context = |least: u8| usize::from(left.chroma >= least) + 2 * usize::from(above.chroma >= least);
        let (any, all) = (77 + context(1), 81 + context(2));
        let chroma = if self.bin(any) { 1 + u8::from(self.bin(all)) } else { 0 };
        Some((luma, chroma))
    }

    fn quantiser_delta(&mut self, before: bool) -> Option<i32> {
        let mut number = 0;
        let mut context = 60 + usize::from(before);
        while self.bin(context) {
            number += 1;
            if number > 52 {
                return None;
            }
            context = if number == 1 { 62 } else { 63 };
        }
        let delta = if number % 2 == 0 { -(number / 2) } else { (number + 1) / 2 };
        (delta < 26).then_some(delta)
    }

    fn block(&mut self, block: Block, near: [u8; 2], intra: bool) -> Option<u8> {
        self.coefficients(block, near, intra)
    }

    fn samples(&mut self) -> Option<()> {
        let mut bits = Bits::new(self.payload);
        bits.skip(self.engine.position())?;
        while bits.position() % 8 != 0 {
            if bits.flag()? {
                return None;
            }
        }
        bits.skip(384 * 8)?;
        self.engine = Engine::new(self.payload, bits.position() / 8)?;
        Some(())
    }

    fn overrun(&self) -> bool {
        self.engine.overrun()
    }
}
