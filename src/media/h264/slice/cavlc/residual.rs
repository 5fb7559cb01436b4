//! Blocks of coefficients in CAVLC: ITU-T H.264 sections 7.3.5.3.2 and 9.2.

use super::Cavlc;
use super::tables::{Code, RUNS, TOKENS, ZEROS, ZEROS_CHROMA_DC};
use crate::media::h264::slice::around::ABSENT;
use crate::media::h264::slice::coding::Block;

/// Longest `level_prefix` read: its levels go beyond 16 bits, as none of 8-bit footage does.
const LONGEST_PREFIX: u32 = 18;

impl Cavlc<'_> {
    /// `residual_block_cavlc()`: the number of coefficients.
    #[inline]
    pub(super) fn coefficients(&mut self, block: Block, near: [u8; 2]) -> Option<u8> {
        let (total, ones) = self.token(block, near)?;
        if total == 0 {
            return Some(0);
        }
        self.levels(total, ones)?;
        self.runs(block, total)?;
        Some(total)
    }

    /// `coeff_token`: coefficients, and how many of the last ones are 1 or -1, at most three.
    fn token(&mut self, block: Block, [left, above]: [u8; 2]) -> Option<(u8, u8)> {
        let most = match block {
            Block::ChromaDc => 4,
            Block::LumaAc | Block::ChromaAc => 15,
            _ => 16,
        };
        let expected = match (left, above) {
            (ABSENT, ABSENT) => 0,
            (ABSENT, one) | (one, ABSENT) => one,
            _ => (left + above + 1) >> 1,
        };
        let table = match expected {
            _ if block == Block::ChromaDc => &TOKENS[3],
            0 | 1 => &TOKENS[0],
            2 | 3 => &TOKENS[1],
            4..=7 => &TOKENS[2],
            _ => return self.long_token(most),
        };
        let next = self.bits.peek();
        let zeros = next.leading_zeros().min(15);
        let place = 8 * zeros + (next << zeros >> 28 & 7);
        let code = table[place as usize & 127];
        self.take(code)?;
        (code.number <= most).then_some((code.number, code.ones))
    }

    /// `coeff_token` between many coefficients: six bits.
    fn long_token(&mut self, most: u8) -> Option<(u8, u8)> {
        let code = self.bits.bits(6)? as u8;
        let (total, ones) = if code == 3 { (0, 0) } else { (1 + (code >> 2), code & 3) };
        (total <= most && ones <= total).then_some((total, ones))
    }

    fn take(&mut self, code: Code) -> Option<u8> {
        self.bits.skip(usize::from(code.length))?;
        (code.length > 0).then_some(code.number)
    }

    /// Signs of the trailing ones, and the levels before them: section 9.2.2.
    fn levels(&mut self, total: u8, ones: u8) -> Option<()> {
        self.bits.skip(ones.into())?;
        let mut suffix_length = u32::from(total > 10 && ones < 3);
        // the first level behind fewer than three ones is none itself
        let mut least = if ones < 3 { 2 } else { 0 };
        for _ in ones..total {
            let prefix = self.bits.peek().leading_zeros();
            if prefix > LONGEST_PREFIX {
                return None;
            }
            self.bits.skip(prefix as usize + 1)?;
            let size = match prefix {
                14 if suffix_length == 0 => 4,
                15.. => prefix - 3,
                _ => suffix_length,
            };
            let mut code = (prefix.min(15) << suffix_length) + self.bits.bits(size)? + least;
            if prefix >= 15 && suffix_length == 0 {
                code += 15;
            }
            if prefix >= 16 {
                code += (1 << (prefix - 3)) - 4096;
            }
            least = 0;
            let level = code / 2 + 1;
            suffix_length = suffix_length.max(1);
            if level > 3 << (suffix_length - 1) && suffix_length < 6 {
                suffix_length += 1;
            }
        }
        Some(())
    }

    /// `total_zeros` and every `run_before`: section 9.2.3.
    fn runs(&mut self, block: Block, total: u8) -> Option<()> {
        let next = self.bits.peek();
        let (most, code) = match block {
            Block::ChromaDc => (4, ZEROS_CHROMA_DC.get(usize::from(total) - 1).map(|t| t[(next >> 29) as usize])),
            Block::LumaAc | Block::ChromaAc => (15, zeros(total, next)),
            _ => (16, zeros(total, next)),
        };
        if total == most {
            return Some(());
        }
        let mut left = self.take(code?)?;
        if left > most - total {
            return None;
        }
        for _ in 1..total {
            if left == 0 {
                break;
            }
            let table = &RUNS[usize::from(left.min(7)) - 1];
            let run = self.take(table[(self.bits.peek() >> 21) as usize])?;
            left = left.checked_sub(run)?;
        }
        Some(())
    }
}

fn zeros(total: u8, next: u32) -> Option<Code> {
    ZEROS.get(usize::from(total).wrapping_sub(1)).map(|table| table[(next >> 23) as usize])
}
