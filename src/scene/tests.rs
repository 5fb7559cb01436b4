//! The scene's promises: exact boxes, stable ids, the same frame every time.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::geometry::{Grid, outward};
use crate::picture::Planes;
use proptest::prelude::*;

fn scene(actors: usize) -> Scene {
    let placed = Placed {
        shape: BoundingBox::new(200.5, 120.0, 61.0, 110.0),
        sway: (80.0, 9.0),
        period: 3.0,
        there: (0.0, 1e9),
    };
    let options = SceneOptions { width: 321, height: 241, actors, placed: vec![placed, placed], ..Default::default() };
    Scene::new(options).unwrap()
}

/// The first sample that differs outside a box: plane, column, row.
fn difference_outside(a: &Picture, b: &Picture, shape: BoundingBox) -> Option<(usize, usize, usize)> {
    let (Planes::Eight(first), Planes::Eight(second)) = (&a.planes, &b.planes) else { return Some((9, 0, 0)) };
    for (p, (one, two)) in first.iter().zip(second).enumerate() {
        let (sx, sy) = a.layout.shifts(p);
        let grid = Grid { x: 1 << sx, y: 1 << sy };
        let inside = outward(shape, grid, a.layout.width, a.layout.height)?.subsampled(sx, sy);
        for y in 0..one.height {
            for x in 0..one.width {
                let hidden =
                    (inside.x0..inside.x1).contains(&(x as u32)) && (inside.y0..inside.y1).contains(&(y as u32));
                if !hidden && one.row(y)[x] != two.row(y)[x] {
                    return Some((p, x, y));
                }
            }
        }
    }
    None
}

/// Whether a frame without everybody who is reported is the empty scene.
fn only_the_reported_are_drawn(frame: u32) -> bool {
    let scene = scene(6);
    let ids: Vec<_> = scene.boxes(frame).iter().map(|seen| seen.id).collect();
    let empty = Scene::new(SceneOptions { actors: 0, placed: Vec::new(), ..scene.options().clone() }).unwrap();
    let at = scene.time_of(frame);
    scene.frame_without(&ids, frame, at) == empty.frame_at(frame, at)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn taking_somebody_away_changes_nothing_outside_their_box(frame in 0u32..2000) {
        let scene = scene(10);
        let (at, whole) = (scene.time_of(frame), scene.frame(frame));
        for seen in scene.boxes(frame) {
            let without = scene.frame_without(&[seen.id], frame, at);
            prop_assert_eq!(difference_outside(&whole, &without, seen.shape), None, "{:?}", seen);
        }
    }

    #[test]
    fn whoever_is_not_reported_is_not_in_the_picture(frame in 0u32..2000) {
        prop_assert!(only_the_reported_are_drawn(frame));
    }

    #[test]
    fn an_id_is_used_once_a_frame(frame in 0u32..100_000) {
        let mut ids: Vec<_> = scene(30).boxes(frame).iter().map(|seen| seen.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }
}

#[test]
fn a_box_that_is_too_small_is_caught() {
    let scene = scene(0);
    let seen = scene.boxes(5)[0];
    let without = scene.frame_without(&[seen.id], 5, scene.time_of(5));
    let short = BoundingBox { h: seen.shape.h * 0.9, ..seen.shape };
    assert!(difference_outside(&scene.frame(5), &without, short).is_some());
}

#[test]
fn boxes_are_tight_around_people() {
    let scene = Scene::new(SceneOptions::default()).unwrap();
    let seen = *scene.boxes(40).iter().find(|seen| seen.id == REQUESTER).unwrap();
    let without = scene.frame_without(&[REQUESTER], 40, scene.time_of(40));
    for (dx, dy) in [(2.0, 0.0), (0.0, 2.0), (-2.0, 0.0), (0.0, -2.0)] {
        let moved = BoundingBox { x: seen.shape.x + dx, y: seen.shape.y + dy, ..seen.shape };
        assert!(difference_outside(&scene.frame(40), &without, moved).is_some(), "{dx}, {dy}");
    }
}

#[test]
fn the_same_options_give_the_same_frame_and_another_seed_another() {
    assert_eq!(scene(6).frame(7), scene(6).frame(7));
    let other = SceneOptions { seed: 2, ..scene(6).options().clone() };
    assert_ne!(Scene::new(other).unwrap().frame(7), scene(6).frame(7));
}

#[test]
fn every_frame_carries_its_number_and_the_requester() {
    let scene = scene(6);
    for frame in [0, 1, 249, 100_000, NUMBERS - 1] {
        assert_eq!(read_frame_number(&scene.frame(frame)), Some(frame));
        assert!(scene.boxes(frame).iter().any(|seen| seen.id == REQUESTER && seen.label == "requester"));
    }
}

#[test]
fn a_person_keeps_the_same_id_while_they_walk_and_never_comes_back() {
    let scene = scene(12);
    let mut last_seen = std::collections::HashMap::new();
    for frame in 0..2500 {
        for seen in scene.boxes(frame) {
            let before = last_seen.insert(seen.id, frame);
            assert!(before.is_none_or(|last| last + 1 == frame), "{} came back in frame {frame}", seen.id);
        }
    }
    assert!(last_seen.len() > 40);
}

#[test]
fn a_placed_figure_has_exactly_the_size_asked_for() {
    let four = (0..4).map(|i| Placed {
        shape: BoundingBox::new(300.0 + 350.0 * f64::from(i), 450.0, 200.0, 400.0),
        sway: (40.0, 8.0),
        period: 6.0,
        there: (0.0, 1e9),
    });
    let options = SceneOptions { width: 1920, height: 1080, actors: 0, placed: four.collect(), ..Default::default() };
    let scene = Scene::new(options).unwrap();
    for frame in 0..100 {
        for seen in scene.boxes(frame) {
            assert!((seen.shape.w - 200.0).abs() < 1e-6 && (seen.shape.h - 400.0).abs() < 1e-6, "{seen:?}");
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let bad = |change: fn(&mut SceneOptions)| {
        let mut options = SceneOptions::default();
        change(&mut options);
        Scene::new(options).is_err()
    };
    assert!(bad(|o| o.width = 100));
    assert!(bad(|o| o.height = 5000));
    assert!(bad(|o| o.fps = (25, 0)));
    let nowhere =
        Placed { shape: BoundingBox::new(0.0, 0.0, f64::NAN, 1.0), sway: (0.0, 0.0), period: 1.0, there: (0.0, 1.0) };
    assert!(Scene::new(SceneOptions { placed: vec![nowhere], ..Default::default() }).is_err());
}

#[test]
fn somebody_just_beyond_an_odd_border_tints_nothing() {
    // In each of these somebody stands less than two pixels beyond the last of 321 columns or 241 rows.
    for frame in [100, 337, 472, 575] {
        assert!(only_the_reported_are_drawn(frame), "{frame}");
    }
}
