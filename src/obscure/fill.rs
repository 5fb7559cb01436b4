//! `fill`: one constant colour, for who wants no doubt that something is covered.

use super::{Obscure, Sample, Site};
use crate::picture::Plane;

/// A quarter of the luma range: dark, and unlike the black of a dead camera.
const LUMA_SHARE: f64 = 0.25;

pub(super) struct Fill;

impl Obscure for Fill {
    fn obscure<S: Sample>(plane: &mut Plane<S>, site: &Site) {
        let colour = S::saturated(site.layout.level(site.plane, LUMA_SHARE).into());
        for region in site.regions {
            for (y, xs) in site.mask.runs(site.rect(region)) {
                plane.row_mut(y)[xs].fill(colour);
            }
        }
    }
}
