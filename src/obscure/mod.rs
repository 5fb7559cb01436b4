//! The obscuring methods, as arithmetic on the planes of a decoded picture: what `render` applies and what
//! `verify` applies again to the written picture.
//!
//! Every method leaves uncovered samples byte for byte, uses integers only (the same bytes on every
//! processor), and touches nothing outside the cover.

mod blur;
mod edge;
mod fill;
mod frost;
mod mask;
mod pixelate;
mod pyramid;
mod region;

pub use edge::within;
pub use mask::Mask;

use crate::cover::Cover;
use crate::geometry::Rect;
use crate::picture::{Layout, Picture, Plane, Planes};
use region::Region;

/// One way to obscure what a [`Cover`] names.
#[derive(Debug)]
pub struct Method {
    /// The name in requests and logs.
    pub name: &'static str,
    /// One line for `--help`.
    pub summary: &'static str,
    /// The sentence in the requester's notice.
    pub told: &'static str,
    /// Whether anything in the covered area still depends on what it covers.
    pub recoverable: bool,
    /// A covered picture is a fixed point of its method: obscured, coded, decoded and obscured again, the
    /// means of 8x8 luma blocks wholly inside the cover move by less than this on average over a frame, in levels of
    /// 8 bits.
    /// `frost`, `fill` and `pixelate` are exact fixed points, so theirs is the codec's share alone (measured
    /// with x264 at CRF 28 on 47 506 blocks of walking people: 9.2, 4.5 and 9.2 at most); `blur` blurs on
    /// (30 without a codec, 38 with it).
    pub tolerance: u8,
    apply: fn(&mut Picture, &Cover),
}

/// All methods; the first is the default.
pub const METHODS: &[Method] = &[
    Method {
        name: "frost",
        summary: "filled smoothly from the surroundings, with a thin edge; nothing of what it covers is in it",
        told: "They are covered by areas that look like frosted glass; nothing of them is left under the cover.",
        recoverable: false,
        tolerance: 8,
        apply: apply_with::<frost::Frost>,
    },
    Method {
        name: "fill",
        summary: "one constant dark grey; nothing of what it covers is in it",
        told: "They are covered by plain areas; nothing of them is left under the cover.",
        recoverable: false,
        tolerance: 4,
        apply: apply_with::<fill::Fill>,
    },
    Method {
        name: "blur",
        summary: "a blur as strong as the box is large; what it covers may be recovered",
        told: "They are blurred.",
        recoverable: true,
        tolerance: 14,
        apply: apply_with::<blur::Blur>,
    },
    Method {
        name: "pixelate",
        summary: "a mosaic of at most 4 cells along the shorter side; what it covers may be recovered",
        told: "They are covered by a coarse mosaic.",
        recoverable: true,
        tolerance: 8,
        apply: apply_with::<pixelate::Pixelate>,
    },
];

/// The method of that name.
pub fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.name == name)
}

impl Method {
    /// Obscures what `cover` names, in place. Parts of the cover outside the picture are ignored.
    pub fn apply(&self, picture: &mut Picture, cover: &Cover) {
        if !cover.is_empty() {
            (self.apply)(picture, cover);
        }
    }
}

/// Leaves nothing of what `cover` names: for pictures that nobody is to see.
pub fn erase(picture: &mut Picture, cover: &Cover) {
    apply_with::<fill::Fill>(picture, cover);
}

/// A sample of 8 or 16 bits.
trait Sample: Copy + Into<u32> {
    /// `value`, or the largest sample if it is larger.
    fn saturated(value: u32) -> Self;
}

impl Sample for u8 {
    fn saturated(value: u32) -> Self {
        value.min(u32::from(Self::MAX)) as Self
    }
}

impl Sample for u16 {
    fn saturated(value: u32) -> Self {
        value.min(u32::from(Self::MAX)) as Self
    }
}

/// What a method needs to know beside the samples of the plane it works on.
struct Site<'a> {
    layout: Layout,
    /// The plane's number: 0 is luma.
    plane: usize,
    /// The covered samples of this plane.
    mask: &'a Mask,
    /// The parts to treat on their own, in luma pixels.
    regions: &'a [Region],
    cover: &'a Cover,
}

impl Site<'_> {
    /// A region's hull in this plane.
    fn rect(&self, region: &Region) -> Rect {
        let (shift_x, shift_y) = self.layout.shifts(self.plane);
        region.hull.subsampled(shift_x, shift_y)
    }
}

/// A method's arithmetic, one plane at a time.
trait Obscure {
    fn obscure<S: Sample>(plane: &mut Plane<S>, site: &Site);
}

fn apply_with<O: Obscure>(picture: &mut Picture, cover: &Cover) {
    match &mut picture.planes {
        Planes::Eight(planes) => each_plane::<O, _>(picture.layout, planes, cover),
        Planes::Sixteen(planes) => each_plane::<O, _>(picture.layout, planes, cover),
    }
}

fn each_plane<O: Obscure, S: Sample>(layout: Layout, planes: &mut [Plane<S>], cover: &Cover) {
    let luma = Mask::new(cover, layout.width, layout.height);
    let chroma = luma.subsampled(layout.chroma_shift_x, layout.chroma_shift_y);
    let regions = region::regions(cover, &layout);
    for (number, plane) in planes.iter_mut().enumerate() {
        let mask = if number == 0 { &luma } else { &chroma };
        O::obscure(plane, &Site { layout, plane: number, mask, regions: &regions, cover });
    }
}

#[cfg(test)]
mod tests;
