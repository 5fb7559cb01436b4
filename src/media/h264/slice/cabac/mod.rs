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
        let ones = 0xffu8.checked_shr(at as u32 % 8).filter(|_| !at.is_multiple_of(8)).unwrap_or(0);
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

    /// The byte behind a bin that ended the arithmetic code, of which the last bit read is a one and those behind it in the
    /// byte are zeros. The very last bit may be anything, because x264 makes it a one in some pictures.
    fn end_of_code(&self) -> Option<usize> {
        let last = self.engine.position().checked_sub(1)?;
        let (from_last, very_last) = (self.payload.get(last / 8)? << (last % 8), 1 << (last % 8));
        (from_last == 0x80 || from_last == 0x80 | very_last).then_some(last / 8 + 1)
    }

    /// Whether the code ended with the payload: `rbsp_slice_trailing_bits()`.
    fn ends_here(&self) -> bool {
        self.end_of_code() == Some(self.payload.len())
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
