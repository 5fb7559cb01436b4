//! Holds and bridges are in seconds, at one picture a second and at sixty.

use serde_json::{Value, json};

use super::film::{Canvas, asked, clip_of, code};
use crate::common::decode::lumas;
use crate::tool::{Answer, Desk, ffmpeg_is_missing};

const AT: (usize, usize) = (100, 100);
const SIDE: usize = 24;

/// A recording in which somebody stands still, at a rate given as a fraction.
fn film(desk: &Desk, frames: usize, rate: &str) {
    let picture = |n: usize| {
        let mut canvas = Canvas::new(320, 240, n as u32);
        canvas.person(AT);
        canvas.bytes
    };
    let options = "-c:v libx264 -preset ultrafast -crf 20 -g 20 -pix_fmt yuv420p";
    code(desk, "yard.mp4", (320, 240), rate, options, (0..frames).map(picture));
}

/// Asks for all of it, somebody marked in these frames.
fn marked(desk: &Desk, frames: impl Iterator<Item = usize>, options: &[&str]) -> Answer {
    let key = |n| json!({ "frame": n, "box": [AT.0, AT.1, SIDE, SIDE] });
    let keys: Vec<Value> = frames.map(key).collect();
    asked(desk, "yard.mp4", options, &json!([{ "id": "1", "sampling": "every-frame", "keyframes": keys }]), "0", "9999")
}

/// The frames of the clip in which they are covered; in no frame half.
fn covered(desk: &Desk) -> Vec<usize> {
    let hidden = |luma: crate::common::decode::Luma| {
        let rows = (AT.1..AT.1 + SIDE).map(|y| &luma.samples[y * 320 + AT.0..y * 320 + AT.0 + SIDE]);
        let clear = rows.flatten().filter(|v| v.abs_diff(71) > 30).count();
        assert!(clear == 0 || clear > SIDE * SIDE / 2, "{clear} pixels of the person are seen");
        clear == 0
    };
    let pictures = lumas(&clip_of(desk), "", "format=yuv420p").map(hidden).enumerate();
    pictures.filter(|(_, hidden)| *hidden).map(|(n, _)| n).collect()
}

#[test]
fn a_hold_lasts_for_its_time_and_for_a_frame_at_least() {
    if ffmpeg_is_missing() {
        return;
    }
    // Half a second: so many frames before the first marked one and after the last.
    for (rate, frames, held) in
        [("1", 12, 1), ("5/2", 20, 1), ("6", 30, 3), ("12", 50, 6), ("30", 90, 15), ("50", 120, 25), ("60", 150, 30)]
    {
        let desk = Desk::new();
        film(&desk, frames, rate);
        let (first, last) = (frames / 2 - 3, frames / 2 + 2);
        marked(&desk, first..=last, &[]).ready();
        assert_eq!(covered(&desk), (first - held..=last + held).collect::<Vec<_>>(), "{rate} a second");
        marked(&desk, first..=last, &["--hold", "0"]).ready();
        assert_eq!(covered(&desk), (first - 1..=last + 1).collect::<Vec<_>>(), "{rate} a second, no hold");
    }
}

#[test]
fn a_bridge_spans_its_time_and_no_more() {
    if ffmpeg_is_missing() {
        return;
    }
    // A second: from one marked frame to the next.
    for (rate, frames, second) in [("1", 12, 1), ("6", 30, 6), ("30", 90, 30), ("60", 150, 60)] {
        let desk = Desk::new();
        film(&desk, frames, rate);
        let gap = |apart: usize| (4..=6).chain(6 + apart..8 + apart);
        marked(&desk, gap(second), &["--hold", "0"]).ready();
        assert_eq!(covered(&desk), (3..9 + second).collect::<Vec<_>>(), "{rate} a second");
        marked(&desk, gap(second + 1), &[]).stopped(3, &["--gaps"]);
    }
}
