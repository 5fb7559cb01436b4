//! The thin edge around frosted regions: that something is covered must be seen. A light line with a dark
//! one inside, like the rim of a pane, shows on any background.

use super::{Mask, Sample, Site};
use crate::cover::Cover;
use crate::geometry::Rect;
use crate::picture::Plane;

/// Rows (of the shorter side) for which each line is one pixel wide.
const ROWS_A_PIXEL: u32 = 1080;
/// How much of the line is white or black rather than what it crosses, in eighths.
const LIGHT: u32 = 5;
const DARK: u32 = 2;

/// Draws both lines inside the cover of a luma plane. Where boxes overlap, the outline of all is drawn.
pub(super) fn draw<S: Sample>(luma: &mut Plane<S>, site: &Site) {
    let (width, height) = (site.layout.width, site.layout.height);
    let thickness = ((width.min(height) + ROWS_A_PIXEL / 2) / ROWS_A_PIXEL).max(1);
    let ground = |inset: u32| Mask::new(&within(site.cover, inset), width, height);
    let (middle, inner) = (ground(thickness), ground(2 * thickness));
    let level = |share| u32::from(site.layout.level(0, share));
    let (black, white) = (level(0.0), level(1.0));
    let whole = Rect { x0: 0, y0: 0, x1: width, y1: height };
    for (line, tone, share) in [(site.mask.without(&middle), white, LIGHT), (middle.without(&inner), black, DARK)] {
        for (y, xs) in line.runs(whole) {
            for sample in &mut luma.row_mut(y)[xs] {
                let mixed = ((8 - share) * (*sample).into() + share * tone + 4) / 8;
                *sample = S::saturated(mixed.clamp(black, white));
            }
        }
    }
}

/// What of a cover lies at least `inset` pixels inside its borders, and so inside any edge drawn there.
pub fn within(cover: &Cover, inset: u32) -> Cover {
    let grown = |r: &Rect| Rect {
        x0: r.x0.saturating_sub(inset),
        y0: r.y0.saturating_sub(inset),
        x1: r.x1.saturating_add(inset),
        y1: r.y1.saturating_add(inset),
    };
    let shrunk = |r: &Rect| {
        let inner = Rect {
            x0: r.x0.saturating_add(inset),
            y0: r.y0.saturating_add(inset),
            x1: r.x1.saturating_sub(inset),
            y1: r.y1.saturating_sub(inset),
        };
        (inner.x0 < inner.x1 && inner.y0 < inner.y1).then_some(inner)
    };
    Cover {
        boxes: cover.boxes.iter().filter_map(shrunk).collect(),
        all_but: cover.all_but.as_ref().map(|clear| clear.iter().map(grown).collect()),
    }
}
