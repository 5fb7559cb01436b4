//! Our own planar picture, so that pixel code never sees an FFmpeg type: one or three planes, any chroma
//! subsampling, 8 to 16 bits a sample.

use crate::geometry::Orientation;

/// How a picture's samples are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Luma columns.
    pub width: u32,
    /// Luma rows.
    pub height: u32,
    /// Chroma columns are luma columns `>> chroma_shift_x`, rounded up. 0 to 2.
    pub chroma_shift_x: u32,
    /// Chroma rows are luma rows `>> chroma_shift_y`, rounded up. 0 or 1.
    pub chroma_shift_y: u32,
    /// Bits a sample, 8 to 16.
    pub depth: u32,
    /// Grey pictures have no chroma planes.
    pub grey: bool,
    /// Whether luma runs over 0..=max rather than the broadcast range (16..=235 in 8 bits).
    pub full_range: bool,
}

impl Layout {
    /// 1 for grey, 3 otherwise.
    pub fn planes(&self) -> usize {
        if self.grey { 1 } else { 3 }
    }

    /// Subsampling of a plane: (0, 0) for luma.
    pub fn shifts(&self, plane: usize) -> (u32, u32) {
        if plane == 0 { (0, 0) } else { (self.chroma_shift_x, self.chroma_shift_y) }
    }

    /// Columns and rows of a plane.
    pub fn plane_size(&self, plane: usize) -> (usize, usize) {
        let (sx, sy) = self.shifts(plane);
        let up = |v: u32, s: u32| ((v + (1 << s) - 1) >> s) as usize;
        (up(self.width, sx), up(self.height, sy))
    }

    /// The value of black, white or mid grey in a plane: `share` of the nominal luma range (0 to 1), the
    /// neutral value in chroma (ITU-T H.273, 8.3).
    pub fn level(&self, plane: usize, share: f64) -> u16 {
        let scale = f64::from(1u32 << (self.depth - 8));
        let value = if plane > 0 {
            128.0 * scale
        } else if self.full_range {
            share * f64::from((1u32 << self.depth) - 1)
        } else {
            (16.0 + 219.0 * share) * scale
        };
        value.round() as u16
    }
}

/// One plane of samples, rows packed without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane<S> {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` samples, row by row.
    pub samples: Vec<S>,
}

impl<S: Copy> Plane<S> {
    /// A plane of one value.
    pub fn filled(width: usize, height: usize, value: S) -> Self {
        Self { width, height, samples: vec![value; width * height] }
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[S] {
        &self.samples[y * self.width..(y + 1) * self.width]
    }

    /// One row, to write.
    pub fn row_mut(&mut self, y: usize) -> &mut [S] {
        &mut self.samples[y * self.width..(y + 1) * self.width]
    }
}

impl<S: Copy> Plane<S> {
    fn oriented(&self, orientation: Orientation) -> Self {
        let swaps = orientation.swaps_axes();
        let (width, height) = if swaps { (self.height, self.width) } else { (self.width, self.height) };
        let mut samples = Vec::with_capacity(self.samples.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = match orientation.quarter_turns {
                    0 => (x, y),
                    1 => (y, self.height - 1 - x),
                    2 => (self.width - 1 - x, self.height - 1 - y),
                    _ => (self.width - 1 - y, x),
                };
                let sx = if orientation.mirrored { self.width - 1 - sx } else { sx };
                samples.push(self.row(sy)[sx]);
            }
        }
        Self { width, height, samples }
    }
}

/// The samples of all planes: bytes up to 8 bits, 16-bit words above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planes {
    /// 8 bits a sample.
    Eight(Vec<Plane<u8>>),
    /// 9 to 16 bits a sample, in the low bits of each word.
    Sixteen(Vec<Plane<u16>>),
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How the samples are laid out.
    pub layout: Layout,
    /// The samples.
    pub planes: Planes,
}

impl Picture {
    /// A picture without samples, to stand for one that was given away.
    pub fn empty() -> Self {
        let (depth, grey, full_range) = (8, true, false);
        let layout = Layout { width: 0, height: 0, chroma_shift_x: 0, chroma_shift_y: 0, depth, grey, full_range };
        Self { layout, planes: Planes::Eight(Vec::new()) }
    }

    /// A picture of mid grey.
    pub fn grey(layout: Layout) -> Self {
        let value = |plane| layout.level(plane, 0.5);
        let size = |plane| layout.plane_size(plane);
        let planes = if layout.depth <= 8 {
            Planes::Eight((0..layout.planes()).map(|p| Plane::filled(size(p).0, size(p).1, value(p) as u8)).collect())
        } else {
            Planes::Sixteen((0..layout.planes()).map(|p| Plane::filled(size(p).0, size(p).1, value(p))).collect())
        };
        Self { layout, planes }
    }

    /// The picture turned for display: mirrored first, then turned clockwise.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        let (width, height) = orientation.displayed_size(self.layout.width, self.layout.height);
        let (sx, sy) = (self.layout.chroma_shift_x, self.layout.chroma_shift_y);
        let (sx, sy) = if orientation.swaps_axes() { (sy, sx) } else { (sx, sy) };
        let layout = Layout { width, height, chroma_shift_x: sx, chroma_shift_y: sy, ..self.layout };
        let planes = match &self.planes {
            Planes::Eight(planes) => Planes::Eight(planes.iter().map(|p| p.oriented(orientation)).collect()),
            Planes::Sixteen(planes) => Planes::Sixteen(planes.iter().map(|p| p.oriented(orientation)).collect()),
        };
        Self { layout, planes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BoundingBox;

    #[test]
    fn a_turned_plane_shows_each_sample_where_boxes_say() {
        for turns in 0..4 {
            for mirrored in [false, true] {
                let orientation = Orientation { quarter_turns: turns, mirrored };
                let stored = Plane { width: 5, height: 3, samples: (0u8..15).collect() };
                let shown = stored.oriented(orientation);
                for y in 0..shown.height {
                    for x in 0..shown.width {
                        let there = orientation.to_stored(BoundingBox::new(x as f64, y as f64, 1.0, 1.0), 5, 3);
                        assert_eq!(shown.row(y)[x], stored.row(there.y as usize)[there.x as usize], "{orientation:?}");
                    }
                }
            }
        }
    }
}
