//! The macroblocks of a slice, whichever way they are coded: ITU-T H.264 sections 7.3.4 and 7.3.5.

use super::around::{Around, CHROMA, Counts, Edge, FARTHEST, Kind, LUMA, Motion};
use super::header::{SliceHeader, SliceKind};
use super::types::{self, Part, Type};
use crate::media::h264::{Pps, Sps};

/// What is wrong in a slice; only a word on where, as damage has no name.
pub type Wrong = &'static str;

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

/// Reads macroblocks one after another.
pub struct Macroblocks<'a, C> {
    pub(super) coding: C,
    pub(super) header: &'a SliceHeader,
    transform_8x8: bool,
    direct_8x8: bool,
    across: usize,
    pub(super) macroblocks: u32,
    column: usize,
    /// The bottom of the latest macroblock of each column.
    above: Vec<Edge>,
    left: Edge,
    /// Whether the macroblock before changed the quantiser.
    quantiser_changed: bool,
}

impl<'a, C: Coding> Macroblocks<'a, C> {
    pub fn new(sps: &Sps, pps: &Pps, header: &'a SliceHeader, coding: C) -> Self {
        let across = (sps.macroblocks_across as usize).max(1);
        Self {
            coding,
            header,
            transform_8x8: pps.transform_8x8,
            direct_8x8: sps.direct_8x8,
            across,
            macroblocks: sps.macroblocks(),
            column: header.first_macroblock as usize % across,
            above: vec![Edge::OUTSIDE; across],
            left: Edge::OUTSIDE,
            quantiser_changed: false,
        }
    }

    pub(super) fn around(&self) -> Around {
        Around { left: self.left, above: self.above.get(self.column).copied().unwrap_or(Edge::OUTSIDE) }
    }

    /// Notes what the neighbours to the right and below will see, and moves on.
    fn leave(&mut self, right: Edge, bottom: Edge) {
        if let Some(above) = self.above.get_mut(self.column) {
            *above = bottom;
        }
        self.left = right;
        self.column += 1;
        if self.column == self.across {
            self.column = 0;
            self.left = Edge::OUTSIDE;
        }
    }

    /// A macroblock that says nothing.
    pub(super) fn skip(&mut self) {
        self.quantiser_changed = false;
        self.leave(Edge::SKIPPED, Edge::SKIPPED);
    }

    /// `macroblock_layer()`.
    pub(super) fn macroblock(&mut self) -> Result<(), Wrong> {
        let around = self.around();
        let number = self.coding.macroblock_type(self.header.kind, &around);
        let kind = number.and_then(match self.header.kind {
            SliceKind::I => types::intra,
            SliceKind::P => types::p,
            SliceKind::B => types::b,
        });
        match kind.ok_or("a macroblock type")? {
            Type::Samples => {
                self.coding.samples().ok_or("samples")?;
                self.quantiser_changed = false;
                self.leave(Edge::SAMPLES, Edge::SAMPLES);
            }
            kind => self.predicted(kind, &around)?,
        }
        if self.coding.overrun() { Err("it ends inside a macroblock") } else { Ok(()) }
    }

    fn predicted(&mut self, kind: Type, around: &Around) -> Result<(), Wrong> {
        let mut edge = Edge { kind: Kind::Inter, ..Edge::SKIPPED };
        let mut motion = None;
        let mut large_parts = true;
        match kind {
            Type::IntraBlocks | Type::IntraWhole { .. } => self.intra(kind, around, &mut edge)?,
            Type::Direct => {
                edge.kind = Kind::Direct;
                large_parts = self.direct_8x8;
            }
            Type::Parts([first, second]) => {
                motion = Some(self.motion(&[first, second], false, around)?);
            }
            Type::Quarters { first_only } => {
                let quarters = self.quarters()?;
                large_parts = quarters.iter().all(|part| match part.lists {
                    0 => self.direct_8x8,
                    _ => part.step == [2, 2],
                });
                motion = Some(self.motion(&quarters, first_only, around)?);
            }
            Type::Samples => {}
        }
        let intra = matches!(edge.kind, Kind::IntraBlocks | Kind::IntraWhole);
        if let Type::IntraWhole { luma, chroma, .. } = kind {
            (edge.luma, edge.chroma) = (luma, chroma);
        } else {
            (edge.luma, edge.chroma) = self.coding.pattern(intra, around).ok_or("a coded block pattern")?;
            if !intra && large_parts && edge.luma != 0 && self.transform_8x8 {
                edge.transform_8x8 = self.coding.transform_8x8(around).ok_or("a transform size")?;
            }
        }
        let mut edges = [edge, edge];
        if edge.luma != 0 || edge.chroma != 0 || edge.kind == Kind::IntraWhole {
            let delta = self.coding.quantiser_delta(self.quantiser_changed).ok_or("a quantiser")?;
            self.quantiser_changed = delta != 0;
            let (counts, dc) = self.residual(&edge, intra, around).ok_or("a coefficient")?;
            for (edge, counts) in edges.iter_mut().zip(counts.edges()) {
                (edge.counts, edge.dc) = (counts, dc);
            }
        } else {
            self.quantiser_changed = false;
        }
        if let Some(lists) = motion {
            let [right, bottom] = &mut edges;
            for (list, motion) in lists.iter().enumerate().take(2) {
                [right.far[list], bottom.far[list]] = motion.far_edges();
                [right.moved[list], bottom.moved[list]] = motion.moved_edges();
            }
        }
        let [right, bottom] = edges;
        self.leave(right, bottom);
        Ok(())
    }

    /// `mb_pred()` of intra macroblocks.
    fn intra(&mut self, kind: Type, around: &Around, edge: &mut Edge) -> Result<(), Wrong> {
        if kind == Type::IntraBlocks {
            edge.kind = Kind::IntraBlocks;
            edge.transform_8x8 = self.transform_8x8 && self.coding.transform_8x8(around).ok_or("a transform size")?;
            for _ in 0..if edge.transform_8x8 { 4 } else { 16 } {
                self.coding.intra_mode().ok_or("an intra mode")?;
            }
        } else {
            edge.kind = Kind::IntraWhole;
        }
        edge.chroma_mode = self.coding.chroma_mode(around).ok_or("an intra chroma mode")? != 0;
        Ok(())
    }

    fn quarters(&mut self) -> Result<[Part; 4], Wrong> {
        let meaning = if self.header.kind == SliceKind::B { types::sub_b } else { types::sub_p };
        let mut quarters = [Part::default(); 4];
        for (number, quarter) in quarters.iter_mut().enumerate() {
            let kind = self.coding.quarter_type(self.header.kind).and_then(meaning);
            *quarter = types::quarter(number, kind.ok_or("a sub-macroblock type")?);
        }
        Ok(quarters)
    }

    /// References, then motion vectors, of list 0, then list 1: `mb_pred()` and `sub_mb_pred()` of inter macroblocks.
    fn motion(&mut self, parts: &[Part], first_only: bool, around: &Around) -> Result<[Motion; 2], Wrong> {
        let mut lists = [0, 1].map(|list| Motion::between(&around.left, &around.above, list));
        for (list, motion) in lists.iter_mut().enumerate() {
            let references = self.header.references[list & 1];
            if references < 2 || first_only {
                continue;
            }
            for part in parts.iter().filter(|part| part.lists >> list & 1 == 1) {
                let (x, y) = (part.x / 2, part.y / 2);
                let reference = self.coding.reference(references, motion.far(x, y)).ok_or("a reference")?;
                if reference > 0 {
                    motion.refer_far(x, y, part.width / 2, part.height / 2);
                }
            }
        }
        for (list, motion) in lists.iter_mut().enumerate() {
            for part in parts.iter().filter(|part| part.lists >> list & 1 == 1) {
                let [width, height] = part.step;
                for y in (part.y..part.y + part.height).step_by(height.max(1)) {
                    for x in (part.x..part.x + part.width).step_by(width.max(1)) {
                        let moved = motion.moved(x, y);
                        let mut by = [0; 2];
                        for axis in 0..2 {
                            let far = self.coding.difference(axis, moved[axis]).ok_or("a motion vector")?;
                            by[axis] = far.min(FARTHEST.into()) as u8;
                        }
                        motion.move_by(x, y, width, height, by);
                    }
                }
            }
        }
        Ok(lists)
    }

    /// `residual()`: how many coefficients each block has, and which DC blocks have any.
    fn residual(&mut self, edge: &Edge, intra: bool, around: &Around) -> Option<(Counts, u8)> {
        let mut counts = Counts::between(&around.left, &around.above);
        let mut dc = 0;
        let beside = |plane: u8| [around.left.dc(plane), around.above.dc(plane)];
        let whole = edge.kind == Kind::IntraWhole;
        if whole {
            let near = if C::CABAC { beside(0) } else { counts.near(LUMA[0]) };
            dc |= u8::from(self.coding.block(Block::LumaDc, near, intra)? > 0);
        }
        for (quarter, places) in LUMA.chunks_exact(4).enumerate() {
            if edge.luma >> quarter & 1 == 0 {
                continue;
            }
            if edge.transform_8x8 && C::CABAC {
                self.coding.block(Block::Luma8x8, [0; 2], intra)?;
                places.iter().for_each(|&place| counts.set(place, 1));
                continue;
            }
            for &place in places {
                let block = if whole { Block::LumaAc } else { Block::Luma };
                counts.set(place, self.coding.block(block, counts.near(place), intra)?);
            }
        }
        if edge.chroma > 0 {
            for plane in 1..=2 {
                let any = self.coding.block(Block::ChromaDc, beside(plane), intra)? > 0;
                dc |= u8::from(any) << plane;
            }
        }
        if edge.chroma > 1 {
            for place in CHROMA.into_iter().flatten() {
                counts.set(place, self.coding.block(Block::ChromaAc, counts.near(place), intra)?);
            }
        }
        Some((counts, dc))
    }
}
