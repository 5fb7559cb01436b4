//! Types of macroblocks and sub-macroblocks in CABAC: ITU-T H.264 tables 9-36 to 9-38, contexts of table 9-39.

use super::Cabac;
use crate::media::h264::slice::around::{Around, Kind};

impl Cabac<'_> {
    /// `mb_type` in I slices.
    pub(super) fn type_i(&mut self, around: &Around) -> u32 {
        let told = around.count(|edge| !matches!(edge.kind, Kind::Absent | Kind::IntraBlocks));
        if self.bin(3 + told) { self.intra_type([6, 7, 8, 9, 10]) } else { 0 }
    }

    /// `mb_type` in P slices; intra types follow from 5.
    pub(super) fn type_p(&mut self) -> u32 {
        if self.bin(14) {
            return 5 + if self.bin(17) { self.intra_type([18, 19, 19, 20, 20]) } else { 0 };
        }
        if self.bin(15) { 2 - self.bit(17) } else { 3 * self.bit(16) }
    }

    /// `mb_type` in B slices; intra types follow from 23.
    pub(super) fn type_b(&mut self, around: &Around) -> u32 {
        let told = around.count(|edge| !matches!(edge.kind, Kind::Absent | Kind::Skipped | Kind::Direct));
        if !self.bin(27 + told) {
            return 0;
        }
        if !self.bin(30) {
            return 1 + self.bit(32);
        }
        let bits = self.bit(31) << 3 | self.bit(32) << 2 | self.bit(32) << 1 | self.bit(32);
        match bits {
            0..=7 => 3 + bits,
            13 => 23 + if self.bin(32) { self.intra_type([33, 34, 34, 35, 35]) } else { 0 },
            14 => 11,
            15 => 22,
            _ => (bits << 1 | self.bit(32)) - 4,
        }
    }

    /// The bins of an intra type behind the first one: whether luma has AC coefficients, the chroma pattern, the mode.
    fn intra_type(&mut self, [luma, chroma, all_chroma, high, low]: [usize; 5]) -> u32 {
        if self.engine.terminate() {
            return 25;
        }
        let luma = self.bit(luma);
        let chroma = if self.bin(chroma) { 1 + self.bit(all_chroma) } else { 0 };
        1 + 12 * luma + 4 * chroma + 2 * self.bit(high) + self.bit(low)
    }

    /// `sub_mb_type` in P slices.
    pub(super) fn quarter_p(&mut self) -> u32 {
        if self.bin(21) {
            0
        } else if !self.bin(22) {
            1
        } else {
            3 - self.bit(23)
        }
    }

    /// `sub_mb_type` in B slices.
    pub(super) fn quarter_b(&mut self) -> u32 {
        if !self.bin(36) {
            return 0;
        }
        if !self.bin(37) {
            return 1 + self.bit(39);
        }
        let mut base = 3;
        if self.bin(38) {
            if self.bin(39) {
                return 11 + self.bit(39);
            }
            base = 7;
        }
        base + 2 * self.bit(39) + self.bit(39)
    }
}
