//! What the contract says must be covered, computed frame by frame from its words and nothing else.
//!
//! Two masks: what must be covered, and what may be. They differ only where the contract leaves room: whether the
//! margin is a share of the box before or after a hold has grown it, and whether a movement that reaches out of the
//! half second at the end of a presence counts towards its speed. (And by what floats round.)

use super::case::{Case, Edges, Gaps, Margin, Role, Track};

/// Longer than any rounding of times, shorter than any interval.
const EPSILON: f64 = 1e-6;

/// One frame's answer, in stored pixels, row by row.
pub struct Expected {
    pub required: Vec<bool>,
    pub allowed: Vec<bool>,
    /// Whether a cover that must be, and one that may be, meets the requester.
    pub subject_met: [bool; 2],
    /// Whether any third party is covered.
    pub anybody: bool,
}

/// A covered box with its margin, at the least and at the most.
struct Grown {
    frame: usize,
    least: Edges,
    most: Edges,
}

pub fn expected(case: &Case, frames: std::ops::Range<usize>) -> Vec<Expected> {
    let grown: Vec<Grown> =
        case.tracks.iter().filter(|t| t.role == Role::ThirdParty).flat_map(|t| third_party(case, t)).collect();
    let clear = |role: Role| case.tracks.iter().filter(move |t| t.role == role).map(|t| positions(case, t));
    let subjects: Vec<_> = clear(Role::Subject).collect();
    let shown: Vec<_> = clear(Role::Shown).collect();
    frames
        .map(|frame| {
            let kept = |tracks: &[Vec<Option<Edges>>]| {
                union(case, tracks.iter().filter_map(|boxes| boxes[frame]).filter_map(|b| inward(case, b)))
            };
            let subject = kept(&subjects);
            let here = || grown.iter().filter(|g| g.frame == frame);
            let least = union(case, here().filter_map(|g| outward(case, g.least, 1e-9)));
            let most = union(case, here().filter_map(|g| outward(case, g.most, -1e-9)));
            let subject_met = [&least, &most].map(|m| m.iter().zip(&subject).any(|(a, b)| *a && *b));
            let anybody = least.contains(&true);
            let (mut required, mut allowed) = (least, most);
            if case.all_but {
                let shown = kept(&shown);
                for place in 0..required.len() {
                    let uncovered = !subject[place] && !shown[place];
                    required[place] |= uncovered;
                    allowed[place] |= uncovered;
                }
            }
            Expected { required, allowed, subject_met, anybody }
        })
        .collect()
}

/// The box in each frame, as the native format says.
fn positions(case: &Case, track: &Track) -> Vec<Option<Edges>> {
    if track.whole {
        return vec![Some(track.keys[0].shape); case.frame.count];
    }
    let mut boxes = vec![None; case.frame.count];
    if track.every_frame {
        for key in &track.keys {
            boxes[(key.time * case.frame.fps).round() as usize] = Some(key.shape);
        }
        return boxes;
    }
    for (frame, slot) in boxes.iter_mut().enumerate() {
        let now = frame as f64 / case.frame.fps;
        let Some(before) = track.keys.iter().rposition(|k| k.time <= now + EPSILON) else { continue };
        let key = &track.keys[before];
        *slot = match track.keys.get(before + 1) {
            _ if key.end => None,
            Some(next) => Some(between(key.shape, next.shape, (now - key.time) / (next.time - key.time))),
            None => ((now - key.time).abs() < EPSILON).then_some(key.shape),
        };
    }
    // A last box between two frames is seen in the frame that is on the screen then.
    if let Some(last) = track.keys.last().filter(|k| !k.end) {
        boxes[(last.time * case.frame.fps + EPSILON).floor() as usize].get_or_insert(last.shape);
    }
    boxes
}

fn between(a: Edges, b: Edges, share: f64) -> Edges {
    std::array::from_fn(|edge| a[edge] + (b[edge] - a[edge]) * share)
}

/// Boxes, bridges, hulls and holds of one third party, with their margins.
fn third_party(case: &Case, track: &Track) -> Vec<Grown> {
    let mut boxes = positions(case, track);
    let time = |frame: usize| frame as f64 / case.frame.fps;
    let mut covers = Vec::new();
    let marked: Vec<usize> = (0..case.frame.count).filter(|&f| boxes[f].is_some()).collect();
    for pair in marked.windows(2).filter(|p| p[1] > p[0] + 1) {
        let (Some(from), Some(to)) = (boxes[pair[0]], boxes[pair[1]]) else { continue };
        let length = time(pair[1]) - time(pair[0]);
        for (missing, slot) in boxes.iter_mut().enumerate().take(pair[1]).skip(pair[0] + 1) {
            if length <= case.bridge + EPSILON {
                *slot = Some(between(from, to, (time(missing) - time(pair[0])) / length));
            } else if track.every_frame && case.gaps == Gaps::Cover {
                let hull = [from[0].min(to[0]), from[1].min(to[1]), from[2].max(to[2]), from[3].max(to[3])];
                covers.push(with_margin(case, missing, hull, 0.0, 0.0));
            }
        }
    }
    covers.extend((0..case.frame.count).filter_map(|f| boxes[f].map(|b| with_margin(case, f, b, 0.0, 0.0))));
    let speed = |from: usize, to: usize| {
        let (Some(a), Some(b)) = (boxes[from], boxes[to]) else { return 0.0 };
        (0..4).map(|edge| (b[edge] - a[edge]).abs()).fold(0.0, f64::max) * case.frame.fps
    };
    for frame in 0..case.frame.count {
        let Some(nearest) = boxes[frame] else { continue };
        for forward in [false, true] {
            let step =
                |f: usize| if forward { Some(f + 1).filter(|&n| n < case.frame.count) } else { f.checked_sub(1) };
            let inside =
                |f: usize| if forward { f.checked_sub(1) } else { Some(f + 1).filter(|&n| n < case.frame.count) };
            let Some(first) = step(frame).filter(|&f| boxes[f].is_none()) else { continue };
            // The end of a presence: how fast it was here.
            let (mut least, mut most) = (0.0f64, 0.0f64);
            let mut place = frame;
            while let Some(earlier) = inside(place).filter(|&f| boxes[f].is_some()) {
                if (time(place) - time(frame)).abs() > 0.5 + EPSILON {
                    break;
                }
                let v = speed(place, earlier);
                most = most.max(v);
                if (time(earlier) - time(frame)).abs() <= 0.5 + EPSILON {
                    least = least.max(v);
                }
                place = earlier;
            }
            let mut held = Some(first);
            while let Some(f) = held {
                let away = (time(f) - time(frame)).abs();
                if f != first && away > case.hold + EPSILON {
                    break;
                }
                covers.push(with_margin(case, f, nearest, least * away, most * away));
                held = step(f);
            }
        }
    }
    covers
}

fn with_margin(case: &Case, frame: usize, shape: Edges, least: f64, most: f64) -> Grown {
    let room = |size: f64| {
        let margin = match case.margin {
            Margin::Percent(p) => size * p / 100.0,
            Margin::Pixels(p) => p,
        };
        margin.max(case.margin_min)
    };
    let (width, height) = (shape[2] - shape[0], shape[3] - shape[1]);
    let grow = |dx: f64, dy: f64| [shape[0] - dx, shape[1] - dy, shape[2] + dx, shape[3] + dy];
    Grown {
        frame,
        least: grow(room(width) + least, room(height) + least),
        most: grow(room(width + 2.0 * most) + most, room(height + 2.0 * most) + most),
    }
}

/// A displayed box in stored pixels.
fn stored(case: &Case, [left, top, right, bottom]: Edges) -> Edges {
    let (width, height) = (case.frame.size.0 as f64, case.frame.size.1 as f64);
    // Shown turned clockwise by a quarter, stored (x, y) is at (height - y, x).
    let b = match case.frame.quarters {
        0 => [left, top, right, bottom],
        1 => [top, height - right, bottom, height - left],
        2 => [width - right, height - bottom, width - left, height - top],
        _ => [width - bottom, left, width - top, right],
    };
    if case.frame.mirrored { [width - b[2], b[1], width - b[0], b[3]] } else { b }
}

type Pixels = [usize; 4];

/// What a box touches; `slack` is how many cells rounding may take from it.
fn outward(case: &Case, b: Edges, slack: f64) -> Option<Pixels> {
    let (width, height) = case.frame.size;
    let (gx, gy) = case.frame.grid;
    let b = stored(case, b);
    let down = |v: f64, step: usize| (v / step as f64 + slack).floor().max(0.0) as usize * step;
    let up = |v: f64, step: usize, size: usize| ((v / step as f64 - slack).ceil().max(0.0) as usize * step).min(size);
    let r = [down(b[0], gx), down(b[1], gy), up(b[2], gx, width), up(b[3], gy, height)];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

fn inward(case: &Case, b: Edges) -> Option<Pixels> {
    let (width, height) = case.frame.size;
    let (gx, gy) = case.frame.grid;
    let b = stored(case, b);
    let up = |v: f64, step: usize| (v / step as f64).ceil().max(0.0) as usize * step;
    // The last cell of an odd picture is whole when the box reaches the picture's edge.
    let down = |v: f64, step: usize, size: usize| {
        if v >= size as f64 { size } else { (v / step as f64).floor().max(0.0) as usize * step }
    };
    let r = [up(b[0], gx), up(b[1], gy), down(b[2], gx, width), down(b[3], gy, height)];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

fn union(case: &Case, rects: impl Iterator<Item = Pixels>) -> Vec<bool> {
    let (width, height) = case.frame.size;
    let mut mask = vec![false; width * height];
    for [left, top, right, bottom] in rects {
        for y in top..bottom {
            mask[y * width + left..y * width + right].fill(true);
        }
    }
    mask
}
