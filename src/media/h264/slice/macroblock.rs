//! The macroblocks of a slice, whichever way they are coded: ITU-T H.264 sections 7.3.4 and 7.3.5.

use super::around::{Around, CHROMA, Counts, Edge, Kind, LUMA, Motion};
use super::coding::{Block, Coding};
use super::header::{SliceHeader, SliceKind};
use super::intra::Modes;
use super::types::{self, Type};
use crate::media::h264::{Pps, Sps};

/// What is wrong in a slice; only a word on where, as damage has no name.
pub type Wrong = &'static str;

/// Reads macroblocks one after another.
pub struct Macroblocks<'a, C> {
    pub(super) coding: C,
    pub(super) header: &'a SliceHeader,
    pub(super) transform_8x8: bool,
    direct_8x8: bool,
    pub(super) constrained_intra: bool,
    across: usize,
    pub(super) macroblocks: u32,
    column: usize,
    /// The bottom of the latest macroblock of each column.
    above: Vec<Edge>,
    left: Edge,
    /// The macroblock above the left one.
    pub(super) corner: Kind,
    /// Whether the macroblock before changed the quantiser.
    quantiser_changed: bool,
    /// Of the macroblock at hand.
    counts: Counts,
    /// Of the macroblock at hand, for both lists.
    pub(super) motion: [Motion; 2],
    /// Of the macroblock at hand, if it is `I_NxN`.
    pub(super) modes: Modes,
}

impl<'a, C: Coding> Macroblocks<'a, C> {
    pub fn new(sps: &Sps, pps: &Pps, header: &'a SliceHeader, coding: C) -> Self {
        let across = (sps.macroblocks_across as usize).max(1);
        Self {
            coding,
            header,
            transform_8x8: pps.transform_8x8,
            direct_8x8: sps.direct_8x8,
            constrained_intra: pps.constrained_intra,
            across,
            macroblocks: sps.macroblocks(),
            column: header.first_macroblock as usize % across,
            above: vec![Edge::OUTSIDE; across],
            left: Edge::OUTSIDE,
            corner: Kind::Absent,
            quantiser_changed: false,
            counts: Counts::NONE,
            motion: [Motion::NONE; 2],
            modes: Modes::NONE,
        }
    }

    pub(super) fn around(&self) -> Around {
        Around { left: self.left, above: self.above.get(self.column).copied().unwrap_or(Edge::OUTSIDE) }
    }

    /// Notes what the neighbours to the right and below will see, and moves on.
    fn leave(&mut self, right: Edge, bottom: Edge) {
        if let Some(above) = self.above.get_mut(self.column) {
            self.corner = above.kind;
            *above = bottom;
        }
        self.left = right;
        self.column += 1;
        if self.column == self.across {
            self.column = 0;
            self.left = Edge::OUTSIDE;
            self.corner = Kind::Absent;
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
        let mut moving = false;
        let mut large_parts = true;
        match kind {
            Type::IntraBlocks | Type::IntraWhole { .. } => self.intra(kind, around, &mut edge)?,
            Type::Direct => {
                edge.kind = Kind::Direct;
                large_parts = self.direct_8x8;
            }
            Type::Parts([first, second]) => {
                self.motion(&[first, second], false, around)?;
                moving = true;
            }
            Type::Quarters { first_only } => {
                let quarters = self.quarters()?;
                large_parts = quarters.iter().all(|part| match part.lists {
                    0 => self.direct_8x8,
                    _ => part.step == [2, 2],
                });
                self.motion(&quarters, first_only, around)?;
                moving = true;
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
            let dc = self.residual(&edge, intra, around).ok_or("a coefficient")?;
            for (edge, counts) in edges.iter_mut().zip(self.counts.edges()) {
                (edge.counts, edge.dc) = (counts, dc);
            }
        } else {
            self.quantiser_changed = false;
        }
        if edge.kind == Kind::IntraBlocks {
            for (edge, modes) in edges.iter_mut().zip(self.modes.edges()) {
                edge.modes = modes;
            }
        }
        if moving {
            let [right, bottom] = &mut edges;
            for (list, motion) in self.motion.iter().enumerate().take(self.header.kind.lists()) {
                [right.far[list], bottom.far[list]] = motion.far_edges();
                [right.moved[list], bottom.moved[list]] = motion.moved_edges();
            }
        }
        let [right, bottom] = edges;
        self.leave(right, bottom);
        Ok(())
    }

    /// `residual()`: which DC blocks have coefficients; how many the other blocks have is in `counts` then.
    fn residual(&mut self, edge: &Edge, intra: bool, around: &Around) -> Option<u8> {
        let Self { coding, counts, .. } = self;
        counts.begin(around);
        let mut dc = 0;
        let beside = |plane: u8| [around.left.dc(plane), around.above.dc(plane)];
        let whole = edge.kind == Kind::IntraWhole;
        if whole {
            let near = if C::CABAC { beside(0) } else { counts.near(LUMA[0]) };
            dc |= u8::from(coding.block(Block::LumaDc, near, intra)? > 0);
        }
        for (quarter, places) in LUMA.chunks_exact(4).enumerate() {
            if edge.luma >> quarter & 1 == 0 {
                continue;
            }
            if edge.transform_8x8 && C::CABAC {
                coding.block(Block::Luma8x8, [0; 2], intra)?;
                places.iter().for_each(|&place| counts.set(place, 1));
                continue;
            }
            for &place in places {
                let block = if whole { Block::LumaAc } else { Block::Luma };
                counts.set(place, coding.block(block, counts.near(place), intra)?);
            }
        }
        if edge.chroma > 0 {
            for plane in 1..=2 {
                let any = coding.block(Block::ChromaDc, beside(plane), intra)? > 0;
                dc |= u8::from(any) << plane;
            }
        }
        if edge.chroma > 1 {
            for place in CHROMA.into_iter().flatten() {
                counts.set(place, coding.block(Block::ChromaAc, counts.near(place), intra)?);
            }
        }
        Some(dc)
    }
}
