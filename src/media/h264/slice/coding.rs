//! What a macroblock asks of the code it is written in, which is one of two: CABAC or CAVLC.

use super::around::Around;
use super::header::SliceKind;

/// The blocks of coefficients that are coded alike: `ctxBlockCat`, table 9-42.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    LumaDc,
    /// Luma of `Intra_16x16` without DC.
    LumaAc,
    Luma,
    ChromaDc,
    ChromaAc,
    /// 8x8 luma, in CABAC only.
    Luma8x8,
}

/// How syntax elements are coded: CABAC or CAVLC. Every answer is `None` (or zeros, to be noticed by `overrun`) when the
/// bits are used up, or where a value is outside its range.
pub trait Coding {
    /// Whether DC blocks look at the DC blocks around, and 8x8 blocks are whole: so it is with CABAC.
    const CABAC: bool;
    /// `mb_type`, as the number of its table for the kind of slice.
    fn macroblock_type(&mut self, kind: SliceKind, around: &Around) -> Option<u32>;
    /// `sub_mb_type`.
    fn quarter_type(&mut self, kind: SliceKind) -> Option<u32>;
    /// `transform_size_8x8_flag`.
    fn transform_8x8(&mut self, around: &Around) -> Option<bool>;
    /// `prev_intra_pred_mode_flag` and `rem_intra_pred_mode`: `None` inside is the predicted one.
    fn intra_mode(&mut self) -> Option<Option<u8>>;
    /// `intra_chroma_pred_mode`, 0 to 3.
    fn chroma_mode(&mut self, around: &Around) -> Option<u32>;
    /// `ref_idx` among `references`, beside blocks of which some refer far.
    fn reference(&mut self, references: u8, far: [bool; 2]) -> Option<u32>;
    /// The absolute value of `mvd`, along axis 0 (across) or 1, beside blocks moved so far.
    fn difference(&mut self, axis: usize, moved: u8) -> Option<u32>;
    /// `coded_block_pattern`: luma, chroma.
    fn pattern(&mut self, intra: bool, around: &Around) -> Option<(u8, u8)>;
    /// `mb_qp_delta`, where the macroblock before had one that was (not) 0.
    fn quantiser_delta(&mut self, before: bool) -> Option<i32>;
    /// A block of coefficients between blocks with so many, or absent ones: how many it has.
    fn block(&mut self, block: Block, near: [u8; 2], intra: bool) -> Option<u8>;
    /// The 384 samples of `I_PCM`.
    fn samples(&mut self) -> Option<()>;
    /// Whether more bits were used than there are.
    fn overrun(&self) -> bool;
}
