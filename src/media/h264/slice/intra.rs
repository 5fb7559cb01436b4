//! Intra modes, and whether there is what they need: ITU-T H.264 sections 8.3.1.1, 8.3.2.1 and tables 8-2 to 8-5.

use super::around::{Around, Edge, Kind};

/// Samples that a mode is drawn from.
const LEFT: u8 = 1;
const ABOVE: u8 = 2;
const ALL: u8 = LEFT | ABOVE | 4;

/// By `Intra4x4PredMode` or `Intra8x8PredMode`.
const BLOCK: [u8; 9] = [ABOVE, LEFT, 0, ABOVE, ALL, ALL, ALL, ABOVE, LEFT];
/// By `Intra16x16PredMode`.
const WHOLE: [u8; 4] = [ABOVE, LEFT, 0, ALL];
/// By `intra_chroma_pred_mode`.
const CHROMA: [u8; 4] = [0, LEFT, ABOVE, ALL];

/// Beside which sides of a macroblock there are samples to predict from.
pub struct Beside {
    left: bool,
    above: bool,
    corner: bool,
}

impl Beside {
    /// Macroblocks outside the slice do not serve, nor, if `constrained`, those that are predicted from other pictures.
    pub fn of(around: &Around, corner: Kind, constrained: bool) -> Self {
        let serves = |kind| match kind {
            Kind::Absent => false,
            Kind::Skipped | Kind::Direct | Kind::Inter => !constrained,
            Kind::IntraBlocks | Kind::IntraWhole | Kind::Samples => true,
        };
        Self { left: serves(around.left.kind), above: serves(around.above.kind), corner: serves(corner) }
    }

    fn has(&self, needs: Option<&u8>) -> bool {
        let there = u8::from(self.left) | u8::from(self.above) << 1 | u8::from(self.corner) << 2;
        needs.is_some_and(|needs| needs & !there == 0)
    }

    /// Whether there is what a mode of the whole macroblock needs.
    pub fn serves_whole(&self, mode: u8) -> bool {
        self.has(WHOLE.get(usize::from(mode)))
    }

    /// Whether there is what a mode of chroma needs.
    pub fn serves_chroma(&self, mode: u32) -> bool {
        self.has(CHROMA.get(mode as usize))
    }

    /// Whether there is what the mode of a block needs; inside the macroblock there always is.
    pub fn serves_block(&self, place: usize, mode: u8) -> bool {
        let (inner_left, inner_above) = (place % 8 > 1, place / 8 > 1);
        let corner = match (inner_left, inner_above) {
            (true, true) => true,
            (true, false) => self.above,
            (false, true) => self.left,
            (false, false) => self.corner,
        };
        let block = Self { left: self.left || inner_left, above: self.above || inner_above, corner };
        block.has(BLOCK.get(usize::from(mode)))
    }
}

/// A block without samples to predict from: its neighbours expect the mean.
const UNKNOWN: u8 = 0x80;

/// Modes of the blocks of the macroblock at hand and beside it, in the places of `Counts`.
#[derive(Debug, Clone, Copy)]
pub struct Modes([u8; 64]);

impl Modes {
    /// For the first macroblock.
    pub const NONE: Self = Self([2; 64]);

    /// A macroblock between its neighbours.
    pub fn begin(&mut self, around: &Around, beside: &Beside) {
        let told = |edge: &Edge, serves| if serves { edge.modes } else { [UNKNOWN; 4] };
        let (left, above) = (told(&around.left, beside.left), told(&around.above, beside.above));
        for i in 0..4 {
            self.0[8 + 8 * i] = left[i];
            self.0[1 + i] = above[i];
        }
    }

    /// Notes the mode of a block of `size` times 4 pixels: the expected one, or the chosen one of the others.
    pub fn take(&mut self, place: usize, size: usize, chosen: Option<u8>) -> u8 {
        let (left, above) = (self.0[place.wrapping_sub(1) & 63], self.0[place.wrapping_sub(8) & 63]);
        let expected = if left == UNKNOWN || above == UNKNOWN { 2 } else { left.min(above) };
        let mode = chosen.map_or(expected, |other| other + u8::from(other >= expected));
        for place in (0..size).flat_map(|y| (0..size).map(move |x| place + 8 * y + x)) {
            self.0[place & 63] = mode;
        }
        mode
    }

    /// The modes along the right side and the bottom.
    pub fn edges(&self) -> [[u8; 4]; 2] {
        [[12, 20, 28, 36], [33, 34, 35, 36]].map(|side| side.map(|place: usize| self.0[place & 63]))
    }
}
