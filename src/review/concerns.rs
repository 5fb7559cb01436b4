//! What a person should look at again, each with its frame: things that are no error and often are a mistake.

use serde::Serialize;

use crate::error::Result;
use crate::footage::Footage;
use crate::geometry::BoundingBox;
use crate::plan::{Plan, TrackUse};
use crate::request::Obscure;
use crate::tracks::Role;
use crate::tracks::lay::lay;
use crate::tracks::load::Loaded;

/// The most of one kind that are told.
const MOST: usize = 50;

/// A box as near to the edge of the picture as this share of the picture's side may be leaving it.
const EDGE: f64 = 0.02;

/// Seconds without anybody to be seen that are worth a word.
const EMPTY: f64 = 1.0;

/// A track laid over the footage.
#[derive(Debug, Clone, Serialize)]
pub struct Laid {
    /// Its id.
    pub id: String,
    /// `third-party`, `subject`, `shown`.
    pub role: &'static str,
    /// A static mask.
    pub whole: bool,
    /// First and last frames of its presences.
    pub runs: Vec<(usize, usize)>,
    #[serde(skip)]
    boxes: Vec<Vec<BoundingBox>>,
    /// It is stated that they have left after the last of them.
    #[serde(skip)]
    left: bool,
}

/// Lays every track.
///
/// # Errors
/// As [`lay`].
pub fn laid(footage: &Footage, files: &[Loaded], used: &[TrackUse]) -> Result<Vec<Laid>> {
    let mut all = Vec::new();
    for track in files.iter().flat_map(|f| &f.file.tracks) {
        let runs = lay(track, footage)?;
        let known = used.iter().find(|u| u.id == track.id);
        let role = known.map_or((track.role.unwrap_or_default(), track.shown_because), |u| (u.role, u.shown_because));
        all.push(Laid {
            id: track.id.clone(),
            role: match role {
                (Role::Subject, _) => "subject",
                (_, Some(_)) => "shown",
                _ => "third-party",
            },
            whole: track.whole,
            runs: runs.iter().map(|r| (r.first, r.last())).collect(),
            boxes: runs.into_iter().map(|r| r.boxes).collect(),
            left: track.keyframes.last().is_some_and(|k| k.end),
        });
    }
    Ok(all)
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// Where.
    pub frame: usize,
    /// What, in words.
    pub what: String,
}

/// What there is to look at again, in order of frames.
pub fn concerns(footage: &Footage, plan: &Plan, laid: &[Laid], obscure: Obscure) -> Vec<Concern> {
    let frames: Vec<usize> = plan.covers.iter().map(|c| c.0).collect();
    let wanted = |frame: &usize| frames.binary_search(frame).is_ok();
    let mut found = Vec::new();
    found.extend(frames.iter().filter(|f| footage.follows_gap(**f) && wanted(&f.saturating_sub(1))).map(|&frame| {
        Concern { frame, what: "the recording has a gap before this: who is here may have come in it".to_owned() }
    }));
    for (frame, until) in ranges(&plan.subject_covered) {
        let what = format!("somebody's cover meets the requester in {} frames from here", until - frame + 1);
        found.push(Concern { frame, what });
    }
    for track in laid {
        let mut own = Vec::new();
        for (&(first, _), boxes) in track.runs.iter().zip(&track.boxes) {
            own.extend(jumps(boxes).map(|at| (first + at, "jumps: is it still the same person?")));
            own.extend(
                outside(boxes, footage.displayed_size()).map(|at| (first + at, "lies partly outside the picture")),
            );
        }
        let told = own.into_iter().filter(|(frame, _)| wanted(frame)).take(MOST);
        found.extend(told.map(|(frame, what)| Concern { frame, what: format!("the box of {} {what}", track.id) }));
    }
    match obscure {
        Obscure::ThirdParties => found.extend(laid.iter().filter_map(|t| breaks_off(t, footage, &frames)).take(MOST)),
        Obscure::AllButSubject => found.extend(empty(footage, laid, &frames).into_iter().take(MOST)),
    }
    found.sort_by_key(|c| c.frame);
    found
}

/// Somebody who is covered has no box any more though frames are to come, in the middle of the picture, and nobody says
/// that they have left: whoever follows a person up to there and no farther shows them from there on.
fn breaks_off(track: &Laid, footage: &Footage, frames: &[usize]) -> Option<Concern> {
    let frame = track.runs.last()?.1;
    let here = track.boxes.last()?.last()?;
    let (width, height) = (f64::from(footage.displayed_size().0), f64::from(footage.displayed_size().1));
    let (dx, dy) = (EDGE * width, EDGE * height);
    let inside = here.x > dx && here.y > dy && here.right() < width - dx && here.bottom() < height - dy;
    let to_come = frames.contains(&frame) && frames.last().is_some_and(|&last| last > frame);
    let doubtful = track.role == "third-party" && !track.whole && !track.left && inside && to_come;
    let id = &track.id;
    let what = format!(
        "the box of {id} ends here, inside the picture: {id} is not covered any more. If they are still there, go on marking them; if they have left, choose them and press Leaves here"
    );
    doubtful.then_some(Concern { frame, what })
}

/// Nobody is to be seen, in pictures or for longer than a moment, where all but the marked is covered.
fn empty(footage: &Footage, laid: &[Laid], frames: &[usize]) -> Vec<Concern> {
    let shows = |frame: usize| {
        laid.iter().any(|t| t.role != "third-party" && (t.whole || t.runs.iter().any(|r| (r.0..=r.1).contains(&frame))))
    };
    let covered: Vec<usize> = frames.iter().copied().filter(|&f| !shows(f)).collect();
    let stills = frames.windows(2).any(|pair| pair[1] != pair[0] + 1);
    let told = ranges(&covered).into_iter().filter_map(|(first, last)| {
        let lasts = footage.position(last + 1).seconds() - footage.position(first).seconds();
        let what = match stills || first == last {
            true => "nobody who is to be shown is marked in this picture: all of it is covered".to_owned(),
            false => format!("for {lasts:.1} s from here nobody who is to be shown is marked: all of it is covered"),
        };
        (stills || frames.len() == 1 || lasts >= EMPTY).then_some(Concern { frame: first, what })
    });
    told.collect()
}

/// Places at which a box is farther from the one before than it is large.
fn jumps(boxes: &[BoundingBox]) -> impl Iterator<Item = usize> + '_ {
    boxes.windows(2).enumerate().filter_map(|(at, pair)| {
        let ((ax, ay), (bx, by)) = (pair[0].centre(), pair[1].centre());
        let far = (bx - ax).abs() > pair[0].w || (by - ay).abs() > pair[0].h;
        far.then_some(at + 1)
    })
}

/// Places at which a box begins to lie partly outside the picture.
fn outside(boxes: &[BoundingBox], (width, height): (u32, u32)) -> impl Iterator<Item = usize> + '_ {
    let is_out = move |b: &BoundingBox| {
        b.x < -1.0 || b.y < -1.0 || b.right() > f64::from(width) + 1.0 || b.bottom() > f64::from(height) + 1.0
    };
    (0..boxes.len()).filter(move |&at| is_out(&boxes[at]) && (at == 0 || !is_out(&boxes[at - 1])))
}

/// Runs of consecutive numbers.
pub fn ranges(numbers: &[usize]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => found.push((number, number)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(xs: &[f64]) -> Vec<BoundingBox> {
        xs.iter().map(|&x| BoundingBox::new(x, 10.0, 20.0, 40.0)).collect()
    }

    #[test]
    fn a_jump_is_a_move_by_more_than_the_box() {
        assert_eq!(jumps(&row(&[0.0, 19.0, 38.0, 60.0, 61.0])).collect::<Vec<_>>(), [3]);
        assert_eq!(jumps(&row(&[5.0])).count(), 0);
    }

    #[test]
    fn a_box_that_leaves_the_picture_is_told_once_each_time() {
        assert_eq!(outside(&row(&[0.0, 85.0, 90.0, 50.0, -9.0]), (100, 100)).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn consecutive_numbers_become_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(ranges(&[]), []);
    }
}
