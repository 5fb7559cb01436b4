//! The promises every method makes, on random pictures of every layout.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn layout() -> impl Strategy<Value = Layout> {
    let shifts = prop::sample::select(vec![(0, 0), (1, 0), (1, 1), (2, 0)]);
    let depth = prop::sample::select(vec![8, 10, 12, 16]);
    (1u32..70, 1u32..70, shifts, depth, any::<bool>(), any::<bool>()).prop_map(
        |(width, height, (chroma_shift_x, chroma_shift_y), depth, grey, full_range)| Layout {
            width,
            height,
            chroma_shift_x,
            chroma_shift_y,
            depth,
            grey,
            full_range,
        },
    )
}

/// Boxes anywhere, also off the chroma grid and across the picture's borders.
fn cover() -> impl Strategy<Value = Cover> {
    let rect =
        (0u32..72, 0u32..72, 1u32..40, 1u32..40).prop_map(|(x0, y0, w, h)| Rect { x0, y0, x1: x0 + w, y1: y0 + h });
    let rects = move || prop::collection::vec(rect.clone(), 0..5);
    (rects(), prop::option::of(rects())).prop_map(|(boxes, all_but)| Cover { boxes, all_but })
}

/// The definition of a covered sample, without the mask under test.
fn covered(cover: &Cover, layout: &Layout, plane: usize, x: usize, y: usize) -> bool {
    let (sx, sy) = layout.shifts(plane);
    let luma = |at: usize, shift: u32, end: u32| (at as u32) << shift..(((at as u32) + 1) << shift).min(end);
    let any = |rects: &[Rect], x, y| rects.iter().any(|r| (r.x0..r.x1).contains(&x) && (r.y0..r.y1).contains(&y));
    let pixel = |x, y| any(&cover.boxes, x, y) || cover.all_but.as_ref().is_some_and(|clear| !any(clear, x, y));
    luma(y, sy, layout.height).any(|y| luma(x, sx, layout.width).any(|x| pixel(x, y)))
}

/// The samples of a picture as plane, column, row and value, after `change` of each.
fn changed(picture: &Picture, mut change: impl FnMut(usize, usize, usize, u16) -> u16) -> Picture {
    let mut picture = picture.clone();
    match &mut picture.planes {
        Planes::Eight(planes) => {
            for (p, plane) in planes.iter_mut().enumerate() {
                for (i, s) in plane.samples.iter_mut().enumerate() {
                    *s = change(p, i % plane.width, i / plane.width, u16::from(*s)) as u8;
                }
            }
        }
        Planes::Sixteen(planes) => {
            for (p, plane) in planes.iter_mut().enumerate() {
                for (i, s) in plane.samples.iter_mut().enumerate() {
                    *s = change(p, i % plane.width, i / plane.width, *s);
                }
            }
        }
    }
    picture
}

fn drawn(layout: Layout, draw: impl Fn(usize, usize, usize) -> u16) -> Picture {
    changed(&Picture::grey(layout), |p, x, y, _| draw(p, x, y))
}

/// Luma as numbers, row by row.
fn luma(picture: &Picture) -> Vec<Vec<i32>> {
    let mut rows = vec![vec![0; picture.layout.width as usize]; picture.layout.height as usize];
    changed(picture, |p, x, y, v| {
        if p == 0 {
            rows[y][x] = i32::from(v);
        }
        v
    });
    rows
}

fn noise(layout: Layout, mut seed: u64) -> impl FnMut() -> u16 {
    move || {
        // Knuth's MMIX generator.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 48) as u16 >> (16 - layout.depth)
    }
}

fn noisy(layout: Layout, seed: u64) -> Picture {
    let mut noise = noise(layout, seed);
    changed(&Picture::grey(layout), |_, _, _, _| noise())
}

fn applied(name: &str, picture: &Picture, cover: &Cover) -> Picture {
    let mut picture = picture.clone();
    method(name).unwrap().apply(&mut picture, cover);
    picture
}

/// The same picture with other things under its cover.
fn with_other_secrets(picture: &Picture, cover: &Cover, seed: u64) -> Picture {
    let layout = picture.layout;
    let mut noise = noise(layout, seed);
    changed(picture, |p, x, y, v| if covered(cover, &layout, p, x, y) { noise() } else { v })
}

fn video(width: u32, height: u32) -> Layout {
    Layout { width, height, chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, full_range: false }
}

fn one_box(x0: u32, y0: u32, x1: u32, y1: u32) -> Cover {
    Cover { boxes: vec![Rect { x0, y0, x1, y1 }], all_but: None }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn frost_and_fill_keep_nothing_of_what_they_cover(
        layout in layout(), cover in cover(), seed in any::<u64>(), other in any::<u64>(),
    ) {
        let one = noisy(layout, seed);
        let two = with_other_secrets(&one, &cover, other);
        for method in METHODS.iter().filter(|m| !m.recoverable) {
            prop_assert!(applied(method.name, &one, &cover) == applied(method.name, &two, &cover), "{}", method.name);
        }
    }

    #[test]
    fn what_is_not_covered_stays_byte_for_byte(layout in layout(), cover in cover(), seed in any::<u64>()) {
        let before = noisy(layout, seed);
        for method in METHODS {
            let after = applied(method.name, &before, &cover);
            // Samples that differ where they must not are put back, and then missed.
            let mut values = Vec::new();
            changed(&before, |_, _, _, v| { values.push(v); v });
            let mut values = values.into_iter();
            let mut harmed = 0;
            changed(&after, |p, x, y, v| {
                harmed += usize::from(values.next() != Some(v) && !covered(&cover, &layout, p, x, y));
                v
            });
            prop_assert_eq!(harmed, 0, "{}", method.name);
        }
    }

    #[test]
    fn a_covered_picture_is_a_fixed_point(layout in layout(), cover in cover(), seed in any::<u64>()) {
        let picture = noisy(layout, seed);
        for name in ["frost", "fill", "pixelate"] {
            let once = applied(name, &picture, &cover);
            prop_assert!(applied(name, &once, &cover) == once, "{}", name);
        }
    }

    #[test]
    fn frost_on_a_plain_picture_shows_only_its_edge(
        layout in layout(), rect in (0u32..40, 0u32..40, 1u32..40, 1u32..40), value in 0u16..256,
    ) {
        let value = value << (layout.depth - 8);
        let cover = one_box(rect.0, rect.1, rect.0 + rect.2, rect.1 + rect.3);
        let clear_left = (0..layout.plane_size(1).1).any(|y| {
            (0..layout.plane_size(1).0).any(|x| !covered(&cover, &layout, 1, x, y))
        });
        prop_assume!(clear_left);
        let after = applied("frost", &drawn(layout, |_, _, _| value), &cover);
        let inner = edge::within(&cover, 2);
        let mut odd = 0;
        changed(&after, |p, x, y, v| {
            let edge = p == 0 && covered(&cover, &layout, 0, x, y) && !covered(&inner, &layout, 0, x, y);
            odd += usize::from(v != value && !edge);
            v
        });
        prop_assert_eq!(odd, 0);
    }
}

#[test]
fn the_recoverable_methods_do_depend_on_what_they_cover() {
    let cover = one_box(16, 16, 48, 48);
    let one = noisy(video(64, 64), 1);
    let two = with_other_secrets(&one, &cover, 2);
    for method in METHODS.iter().filter(|m| m.recoverable) {
        assert_ne!(applied(method.name, &one, &cover), applied(method.name, &two, &cover), "{}", method.name);
    }
}

/// The theorem's test must be able to fail: had frost read through a mask one pixel too small, the very
/// middle of what it draws would tell.
#[test]
fn a_mask_one_pixel_too_small_would_be_seen_in_the_middle_of_the_box() {
    let cover = one_box(16, 16, 48, 48);
    let dark = drawn(video(64, 64), |_, _, _| 60);
    let secret = changed(&dark, |p, x, y, v| if covered(&cover, &dark.layout, p, x, y) { 200 } else { v });
    let middle = |cover: &Cover, picture: &Picture| luma(&applied("frost", picture, cover))[32][32];
    assert_eq!(middle(&cover, &dark), middle(&cover, &secret));
    let too_small = edge::within(&cover, 1);
    assert_ne!(middle(&too_small, &dark), middle(&too_small, &secret));
}

#[test]
fn frost_is_smooth_where_its_surroundings_are() {
    let cover = one_box(40, 32, 120, 160);
    let ramp = drawn(video(200, 200), |_, x, y| 20 + (x / 2 + y / 2) as u16);
    let picture = with_other_secrets(&ramp, &cover, 7);
    let frosted = luma(&applied("frost", &picture, &cover));
    // The edge ends two pixels inside.
    for y in 34..157 {
        for x in 42..117 {
            let (here, right, below) = (frosted[y][x], frosted[y][x + 1], frosted[y + 1][x]);
            assert!((right - here).abs() <= 1 && (below - here).abs() <= 1, "a step at {x}, {y}");
            assert!((here - 20 - (x / 2 + y / 2) as i32).abs() <= 12, "{here} at {x}, {y} is far from the ramp");
        }
    }
}

#[test]
fn the_edge_shows_on_black_on_grey_and_on_white_and_stays_in_the_legal_range() {
    for value in [16, 60, 126, 180, 235] {
        let plain = drawn(video(64, 64), |p, _, _| if p == 0 { value } else { 128 });
        let rows = luma(&applied("frost", &plain, &one_box(16, 16, 48, 48)));
        let lines = [rows[30][16], rows[30][17]];
        assert!(lines.iter().any(|v| (v - i32::from(value)).abs() >= 40), "{lines:?} on {value}");
        assert!(lines.iter().all(|v| (16..=235).contains(v)), "{lines:?} on {value}");
        assert_eq!(rows[30][18], i32::from(value));
    }
}

#[test]
fn a_picture_without_a_clear_pixel_turns_grey() {
    for (width, height) in [(1, 1), (7, 3), (64, 48)] {
        let picture = noisy(video(width, height), 3);
        assert_eq!(applied("frost", &picture, &Cover::whole()), Picture::grey(picture.layout));
    }
}

#[test]
fn all_but_fades_to_grey_away_from_the_clear_part() {
    let clear = Rect { x0: 100, y0: 100, x1: 140, y1: 140 };
    let white = drawn(video(400, 300), |p, _, _| if p == 0 { 235 } else { 160 });
    let rows = luma(&applied("frost", &white, &Cover { boxes: vec![], all_but: Some(vec![clear]) }));
    assert!(rows[120][146] > 180, "close by it is still light: {}", rows[120][146]);
    assert_eq!(rows[290][390], i32::from(white.layout.level(0, 0.5)));
}

#[test]
fn pixelate_leaves_at_most_four_cells_along_the_shorter_side() {
    let picture = noisy(video(200, 200), 5);
    // The second box does not begin where a cell of their shared grid does.
    let pair = Cover { boxes: [one_box(10, 10, 50, 60).boxes, one_box(44, 40, 84, 150).boxes].concat(), all_but: None };
    for (cover, row, columns) in [(one_box(20, 20, 60, 120), 50, 20..60), (pair, 120, 44..84)] {
        let rows = luma(&applied("pixelate", &picture, &cover));
        let steps = columns.clone().skip(1).filter(|&x| rows[row][x] != rows[row][x - 1]).count();
        assert!((1..4).contains(&steps), "{} cells", steps + 1);
    }
}

/// The largest swing, of 1, that a wave of `length` pixels keeps in a box with a shorter side of 64, over both
/// axes and several phases.
fn swing_after_blur(length: f64) -> f64 {
    let layout = Layout { depth: 16, grey: true, ..video(160, 160) };
    let amplitude = 20_000.0;
    let mut swing = 0.0f64;
    for (along_x, phase) in [(true, 0.0), (true, 0.25), (true, 0.6), (false, 0.0), (false, 0.4)] {
        let wave = |x: usize, y: usize| {
            let at = if along_x { x } else { y } as f64;
            (32_768.0 + amplitude * (std::f64::consts::TAU * (at / length + phase)).sin()) as u16
        };
        let rows = luma(&applied("blur", &drawn(layout, |_, x, y| wave(x, y)), &one_box(10, 10, 74, 150)));
        for value in rows.iter().take(150).skip(10).flat_map(|row| &row[10..74]) {
            swing = swing.max((f64::from(*value) - 32_768.0).abs() / amplitude);
        }
    }
    swing
}

#[test]
fn blur_keeps_no_detail_finer_than_half_the_shorter_side() {
    let kept = swing_after_blur(32.0);
    assert!(kept <= 0.02, "waves of half the side keep {kept}");
    for length in [28.0, 24.0, 22.4, 20.0, 16.0, 11.0, 8.0, 4.0, 2.0] {
        let kept = swing_after_blur(length);
        assert!(kept <= 0.08, "waves of {length} keep {kept}");
    }
    assert!(swing_after_blur(256.0) > 0.5, "what is large stays, or the method would be a fill");
}

#[test]
fn blur_keeps_the_grey_of_a_plain_picture() {
    for (depth, value) in [(8, 0), (8, 255), (10, 1023), (16, 65_535), (16, 12_345)] {
        let plain = drawn(Layout { depth, ..video(300, 200) }, |_, _, _| value);
        assert_eq!(applied("blur", &plain, &one_box(0, 0, 300, 190)), plain);
    }
}

#[test]
fn hundreds_of_boxes_are_no_trouble() {
    let boxes = (0..400).map(|i| (i * 37 % 600, i * 53 % 400)).map(|(x, y)| Rect {
        x0: x / 2 * 2,
        y0: y / 2 * 2,
        x1: x / 2 * 2 + 22,
        y1: y / 2 * 2 + 40,
    });
    let cover = Cover { boxes: boxes.collect(), all_but: None };
    let picture = noisy(video(640, 480), 9);
    for method in METHODS {
        assert_ne!(applied(method.name, &picture, &cover), picture, "{}", method.name);
    }
}

#[test]
fn methods_are_found_by_name_and_frost_comes_first() {
    assert_eq!(METHODS.first().map(|m| m.name), Some("frost"));
    assert_eq!(method("pixelate").map(|m| m.recoverable), Some(true));
    assert!(method("smudge").is_none());
}
