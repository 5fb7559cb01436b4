//! Slices in context-adaptive binary arithmetic coding, CABAC: ITU-T H.264 section 9.3.

mod contexts;
mod elements;
mod engine;
mod residual;
mod states;
mod types;

use self::engine::Engine;
use super::around::{Around, Kind};
use super::header::{SliceHeader, SliceKind};
use super::macroblock::{Macroblocks, Wrong};

/// The number of contexts, rounded up to a power of two: 0 to 435 are used.
const CONTEXTS: usize = 512;

/// A slice's contexts and its arithmetic decoder.
pub struct Cabac<'a> {
    payload: &'a [u8],
    engine: Engine<'a>,
    states: [u8; CONTEXTS],
}

impl<'a> Cabac<'a> {
    /// Starts behind the slice header, which ends at bit `at`. `None` where the bits up to the next byte are not ones, or
    /// the first bytes are impossible.
    pub fn new(payload: &'a [u8], at: usize, header: &SliceHeader) -> Option<Self> {
        let ones = 0xffu8.checked_shr(at as u32 % 8).filter(|_| at % 8 != 0).unwrap_or(0);
        let aligned = payload.get(at / 8).is_some_and(|byte| byte & ones == ones);
        let engine = Engine::new(payload, at.div_ceil(8)).filter(|_| aligned)?;
        Some(Self { payload, engine, states: contexts::start(header.context_set, header.quantiser) })
    }

    #[inline(always)]
    fn bin(&mut self, context: usize) -> bool {
        self.engine.decision(&mut self.states[context & (CONTEXTS - 1)])
    }

    #[inline(always)]
    fn bit(&mut self, context: usize) -> u32 {
        self.bin(context).into()
    }

    /// `mb_skip_flag`.
    fn skipped(&mut self, kind: SliceKind, around: &Around) -> bool {
        let first = if kind == SliceKind::B { 24 } else { 11 };
        self.bin(first + around.count(|edge| !matches!(edge.kind, Kind::Absent | Kind::Skipped)))
    }

    /// Whether the last bit read is the stop bit, in the last byte, and only zeros are behind it:
    /// `rbsp_slice_trailing_bits()`. The very last bit may be anything, because x264 makes it a one in some slices.
    fn ends_here(&self) -> bool {
        let Some(last) = self.engine.position().checked_sub(1) else { return false };
        let rest = self.payload.get(last / 8..).unwrap_or_default();
        let &[byte] = rest else { return false };
        let (from_stop_bit, very_last) = (byte << (last % 8), 1 << (last % 8));
        from_stop_bit == 0x80 || from_stop_bit == 0x80 | very_last
    }
}

impl Macroblocks<'_, Cabac<'_>> {
    /// `slice_data()`: the number of the macroblock behind the last one.
    pub fn read_cabac(mut self) -> Result<u32, Wrong> {
        let kind = self.header.kind;
        for number in self.header.first_macroblock..self.macroblocks {
            if kind != SliceKind::I && self.coding.skipped(kind, &self.around()) {
                self.skip();
            } else {
                self.macroblock()?;
            }
            if self.coding.engine.terminate() {
                return if self.coding.ends_here() { Ok(number + 1) } else { Err("it ends before its unit") };
            }
        }
        Err("it does not end with the picture")
    }
}
