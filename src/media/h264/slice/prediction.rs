//! How a macroblock says what it is predicted from: ITU-T H.264 sections 7.3.5.1 and 7.3.5.2.

use super::around::{Around, Edge, FARTHEST, Kind, LUMA};
use super::coding::Coding;
use super::header::SliceKind;
use super::intra::Beside;
use super::macroblock::{Macroblocks, Wrong};
use super::types::{self, Part, Type};

impl<C: Coding> Macroblocks<'_, C> {
    /// `mb_pred()` of intra macroblocks. A mode that needs samples from where there are none is damage.
    pub(super) fn intra(&mut self, kind: Type, around: &Around, edge: &mut Edge) -> Result<(), Wrong> {
        let beside = Beside::of(around, self.corner, self.constrained_intra);
        if let Type::IntraWhole { mode, .. } = kind {
            edge.kind = Kind::IntraWhole;
            if !beside.serves_whole(mode) {
                return Err("an intra mode");
            }
        } else {
            edge.kind = Kind::IntraBlocks;
            edge.transform_8x8 = self.transform_8x8 && self.coding.transform_8x8(around).ok_or("a transform size")?;
            self.modes.begin(around, &beside);
            let size = if edge.transform_8x8 { 2 } else { 1 };
            for &place in LUMA.iter().step_by(size * size) {
                let chosen = self.coding.intra_mode().ok_or("an intra mode")?;
                if !beside.serves_block(place, self.modes.take(place, size, chosen)) {
                    return Err("an intra mode");
                }
            }
        }
        let chroma = self.coding.chroma_mode(around).filter(|&mode| beside.serves_chroma(mode));
        edge.chroma_mode = chroma.ok_or("an intra chroma mode")? != 0;
        Ok(())
    }

    /// Types of the four sub-macroblocks.
    pub(super) fn quarters(&mut self) -> Result<[Part; 4], Wrong> {
        let meaning = if self.header.kind == SliceKind::B { types::sub_b } else { types::sub_p };
        let mut quarters = [Part::default(); 4];
        for (number, quarter) in quarters.iter_mut().enumerate() {
            let kind = self.coding.quarter_type(self.header.kind).and_then(meaning);
            *quarter = types::quarter(number, kind.ok_or("a sub-macroblock type")?);
        }
        Ok(quarters)
    }

    /// References, then motion vectors, of list 0, then list 1: `mb_pred()` and `sub_mb_pred()` of inter macroblocks.
    pub(super) fn motion(&mut self, parts: &[Part], first_only: bool, around: &Around) -> Result<(), Wrong> {
        let lists = self.header.kind.lists();
        for (list, motion) in self.motion.iter_mut().enumerate().take(lists) {
            motion.begin(around, list);
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
        for (list, motion) in self.motion.iter_mut().enumerate().take(lists) {
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
        Ok(())
    }
}
