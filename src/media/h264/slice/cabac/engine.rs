//! The arithmetic decoding engine: ITU-T H.264 section 9.3.3.2.

use super::states::{NEXT_STATE, RANGE_LPS};

/// Bits of the offset register, and of the range.
const REGISTER: u32 = 9;

/// Where the register stands in the window: under one bit, into which a bypass moves its highest.
const PLACE: u32 = u64::BITS - REGISTER - 1;

/// Decodes bins. Behind the end it goes on with zeros; [`Engine::overrun`] tells.
#[derive(Debug, Clone, Copy)]
pub struct Engine<'a> {
    payload: &'a [u8],
    /// The first byte that is not in the window yet.
    next: usize,
    /// A free bit, `codIOffset`, bits read ahead, then zeros.
    window: u64,
    /// `codIRange`, 256 to 510.
    range: u32,
    /// How many bits are read ahead.
    ahead: u32,
}

impl<'a> Engine<'a> {
    /// Starts at a byte of a payload: section 9.3.1.2. `None` for an offset that no encoder can make.
    pub fn new(payload: &'a [u8], start: usize) -> Option<Self> {
        let window = u64::from(four_bytes(payload, start)) << (u64::BITS - 1 - 32);
        let range = 510;
        let engine = Self { payload, next: start.checked_add(4)?, window, range, ahead: 32 - REGISTER };
        (window < u64::from(range) << PLACE).then_some(engine)
    }

    /// Moves the register on by up to 8 bits. Before and after, at least 16 bits are read ahead.
    #[inline(always)]
    fn shift(&mut self, by: u32) {
        self.window <<= by;
        self.ahead -= by;
        if self.ahead < 16 {
            let four = u64::from(four_bytes(self.payload, self.next));
            self.next += 4;
            self.window |= four << (PLACE - 32 - self.ahead);
            self.ahead += 32;
        }
    }

    /// A bin with a context, whose state moves on: `DecodeDecision`. The state is twice `pStateIdx`, plus `valMPS`.
    #[inline(always)]
    pub fn decision(&mut self, state: &mut u8) -> bool {
        let before = usize::from(*state & 127);
        let quarter = (self.range & 0xc0) as usize;
        let lps = u32::from(RANGE_LPS[quarter | before >> 1]);
        let mps = self.range - lps;
        let bound = u64::from(mps) << PLACE;
        if self.window < bound {
            *state = NEXT_STATE[0][before];
            let by = u32::from(mps < 256);
            self.range = mps << by;
            self.shift(by);
            before & 1 == 1
        } else {
            self.window -= bound;
            *state = NEXT_STATE[1][before];
            let by = lps.leading_zeros() - (u32::BITS - REGISTER);
            self.range = lps << by;
            self.shift(by);
            before & 1 == 0
        }
    }

    /// A bin of even chances: `DecodeBypass`.
    #[inline(always)]
    pub fn bypass(&mut self) -> bool {
        self.shift(1);
        let bound = u64::from(self.range) << PLACE;
        let bit = self.window >= bound;
        self.window -= bound & u64::from(bit).wrapping_neg();
        bit
    }

    /// The bin before an end: `DecodeTerminate`.
    #[inline(always)]
    pub fn terminate(&mut self) -> bool {
        self.range -= 2;
        if self.window >= u64::from(self.range) << PLACE {
            return true;
        }
        let by = self.range.leading_zeros() - (u32::BITS - REGISTER);
        self.range <<= by;
        self.shift(by);
        false
    }

    /// A number in Exp-Golomb code of the given order, each bin a bypass: the suffix of section 9.3.2.3. `None` from 2^16.
    #[inline(always)]
    pub fn exp_golomb(&mut self, mut order: u32) -> Option<u32> {
        let mut value = 0u32;
        while self.bypass() {
            value += 1 << order;
            order += 1;
            if order > 16 {
                return None;
            }
        }
        for bit in (0..order).rev() {
            value += u32::from(self.bypass()) << bit;
        }
        Some(value)
    }

    /// Bits read, those in the register included.
    pub fn position(&self) -> usize {
        8 * self.next - self.ahead as usize
    }

    /// Whether more bits were read than there are.
    pub fn overrun(&self) -> bool {
        self.position() > 8 * self.payload.len()
    }
}

#[inline(always)]
fn four_bytes(payload: &[u8], at: usize) -> u32 {
    let rest = payload.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(|| last_bytes(rest), |four| u32::from_be_bytes(*four))
}

/// What is left, with zeros behind.
#[cold]
#[inline(never)]
fn last_bytes(rest: &[u8]) -> u32 {
    let mut four = [0; 4];
    four.iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
    u32::from_be_bytes(four)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::media::bits::Bits;
    use proptest::prelude::*;

    /// The engine as the standard's flow charts draw it, figures 9-27 to 9-33: one bit at a time.
    struct Drawn<'a> {
        bits: Bits<'a>,
        offset: u32,
        range: u32,
    }

    impl Drawn<'_> {
        fn bit(&mut self) -> u32 {
            self.bits.flag().unwrap_or(false).into()
        }

        fn renormalise(&mut self) {
            while self.range < 256 {
                self.range <<= 1;
                self.offset = self.offset << 1 | self.bit();
            }
        }

        fn decision(&mut self, index: &mut u8, mps: &mut bool) -> bool {
            let lps = u32::from(RANGE_LPS[usize::from(*index) + 64 * (self.range >> 6 & 3) as usize]);
            self.range -= lps;
            let bin = if self.offset >= self.range {
                self.offset -= self.range;
                self.range = lps;
                let bin = !*mps;
                if *index == 0 {
                    *mps = !*mps;
                }
                *index = NEXT_STATE[1][2 * usize::from(*index)] >> 1;
                bin
            } else {
                *index = (*index + 1).min(62);
                *mps
            };
            self.renormalise();
            bin
        }

        fn bypass(&mut self) -> bool {
            self.offset = self.offset << 1 | self.bit();
            let bin = self.offset >= self.range;
            self.offset -= if bin { self.range } else { 0 };
            bin
        }

        fn terminate(&mut self) -> bool {
            self.range -= 2;
            if self.offset >= self.range {
                return true;
            }
            self.renormalise();
            false
        }
    }

    proptest! {
        #[test]
        fn it_decodes_as_the_standard_draws_it(bytes in prop::collection::vec(any::<u8>(), 2..300), kinds: Vec<u8>) {
            let mut bits = Bits::new(&bytes);
            let offset = bits.bits(9).unwrap();
            let mut drawn = Drawn { bits, offset, range: 510 };
            let Some(mut engine) = Engine::new(&bytes, 0) else {
                prop_assert!(offset > 509);
                return Ok(());
            };
            let mut states = [17u8; 4];
            let mut drawn_states = [(8u8, true); 4];
            for kind in kinds {
                let context = usize::from(kind % 4);
                let (ours, theirs) = match kind / 4 % 8 {
                    0 => (engine.terminate(), drawn.terminate()),
                    1 | 2 => (engine.bypass(), drawn.bypass()),
                    _ => {
                        let (index, mps) = &mut drawn_states[context];
                        (engine.decision(&mut states[context]), drawn.decision(index, mps))
                    }
                };
                prop_assert_eq!(ours, theirs);
                if kind / 4 % 8 == 0 && ours {
                    break;
                }
                if !engine.overrun() {
                    prop_assert_eq!(engine.position(), drawn.bits.position());
                }
            }
        }
    }
}
