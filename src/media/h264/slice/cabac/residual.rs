//! Blocks of coefficients in CABAC: ITU-T H.264 section 7.3.5.3.3, contexts of sections 9.3.3.1.1.9 and 9.3.3.1.3.

use super::{CONTEXTS, Cabac, Engine};
use crate::media::h264::slice::around::ABSENT;
use crate::media::h264::slice::coding::Block;

/// Where a kind of block has its contexts, and how many coefficients at most.
struct Layout {
    coded: usize,
    there: usize,
    last: usize,
    level: usize,
    most: usize,
    /// Contexts of the bins of a level behind the first: one less for chroma DC.
    large: usize,
}

/// Table 9-34 with the offsets of table 9-40, by `ctxBlockCat`.
const LAYOUTS: [Layout; 6] = [
    Layout { coded: 85, there: 105, last: 166, level: 227, most: 16, large: 4 },
    Layout { coded: 89, there: 120, last: 181, level: 237, most: 15, large: 4 },
    Layout { coded: 93, there: 134, last: 195, level: 247, most: 16, large: 4 },
    Layout { coded: 97, there: 149, last: 210, level: 257, most: 4, large: 3 },
    Layout { coded: 101, there: 152, last: 213, level: 266, most: 15, large: 4 },
    Layout { coded: 0, there: 402, last: 417, level: 426, most: 64, large: 4 },
];

/// Contexts by the place of a coefficient in an 8x8 block, of frames: table 9-43.
#[rustfmt::skip]
const THERE_8X8: [u8; 63] = [
    0, 1, 2, 3, 4, 5, 5, 4, 4, 3, 3, 4, 4, 4, 5, 5,
    4, 4, 4, 4, 3, 3, 6, 7, 7, 7, 8, 9, 10, 9, 8, 7,
    7, 6, 11, 12, 13, 11, 6, 7, 8, 9, 14, 10, 9, 8, 6, 11,
    12, 13, 11, 6, 9, 14, 10, 9, 11, 12, 13, 11, 14, 10, 12,
];
#[rustfmt::skip]
const LAST_8X8: [u8; 63] = [
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4,
    5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8,
];

impl Cabac<'_> {
    /// `residual_block_cabac()`: the number of coefficients; `None` for a level that no 8-bit footage has.
    #[inline]
    pub(super) fn coefficients(&mut self, block: Block, near: [u8; 2], intra: bool) -> Option<u8> {
        let layout = LAYOUTS.get(block as usize)?;
        if block != Block::Luma8x8 {
            let [left, above] = near.map(|count| usize::from(if count == ABSENT { intra } else { count > 0 }));
            if !self.bin(layout.coded + left + 2 * above) {
                return Some(0);
            }
        }
        // in a copy, the engine stays in registers
        let mut engine = self.engine;
        let count = match block {
            Block::Luma8x8 => {
                let contexts = THERE_8X8.iter().zip(&LAST_8X8).map(|(&there, &last)| (there.into(), last.into()));
                significant(&mut engine, &mut self.states, layout, contexts)
            }
            _ => significant(&mut engine, &mut self.states, layout, (0..layout.most - 1).map(|place| (place, place))),
        };
        let sound = levels(&mut engine, &mut self.states, layout, count);
        self.engine = engine;
        sound.map(|()| count as u8)
    }
}

/// `significant_coeff_flag` and `last_significant_coeff_flag` of all places but the last: how many coefficients there are.
#[inline(always)]
fn significant(
    engine: &mut Engine<'_>,
    states: &mut [u8; CONTEXTS],
    layout: &Layout,
    contexts: impl Iterator<Item = (usize, usize)>,
) -> usize {
    let mut count = 0;
    for (there, last) in contexts {
        if engine.decision(&mut states[(layout.there + there) & (CONTEXTS - 1)]) {
            count += 1;
            if engine.decision(&mut states[(layout.last + last) & (CONTEXTS - 1)]) {
                return count;
            }
        }
    }
    count + 1
}

/// `coeff_abs_level_minus1` and `coeff_sign_flag` of so many coefficients.
#[inline(always)]
fn levels(engine: &mut Engine<'_>, states: &mut [u8; CONTEXTS], layout: &Layout, count: usize) -> Option<()> {
    let (mut ones, mut larger) = (0, 0);
    for _ in 0..count {
        let first = if larger > 0 { 0 } else { (1 + ones).min(4) };
        if engine.decision(&mut states[(layout.level + first) & (CONTEXTS - 1)]) {
            let state = &mut states[(layout.level + 5 + layout.large.min(larger)) & (CONTEXTS - 1)];
            larger += 1;
            let mut prefix = 1;
            while prefix < 14 && engine.decision(state) {
                prefix += 1;
            }
            if prefix == 14 {
                engine.exp_golomb(0)?;
            }
        } else {
            ones += 1;
        }
        engine.bypass();
    }
    Some(())
}
