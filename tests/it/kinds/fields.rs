//! Interlaced recordings: a person who moves from field to field is covered in both, and both fields are handed over as
//! they were recorded.

use std::process::Command;

use openh264::decoder::Decoder;
use openh264::nal_units;
use serde_json::json;

use super::film::{Canvas, X264, asked, clip_of, code, item, probed};
use crate::common::decode::{Luma, Time, frame_times, lumas};
use crate::frames::number;
use crate::tool::{Desk, ffmpeg_is_missing, read_json};

const FRAMES: usize = 15;
const SIZE: (usize, usize) = (704, 576);
const PERSON: usize = 24;
const MARK: usize = 16;
const MARK_ROW: usize = 190;

/// Left edges of the person and of the mark in a field.
fn person(field: usize) -> usize {
    40 + 6 * field
}

fn mark(field: usize) -> usize {
    300 - 4 * field
}

/// Frames of two fields, the first one in the even rows, or the odd ones.
fn woven(bottom_first: bool) -> impl Iterator<Item = Vec<u8>> {
    (0..FRAMES).map(move |n| {
        let field = |field: usize| {
            let mut canvas = Canvas::new(SIZE.0, SIZE.1, n as u32);
            canvas.person((person(field), 100));
            canvas.mark((mark(field), MARK_ROW));
            canvas
        };
        let (mut even, mut odd) = (field(2 * n), field(2 * n + 1));
        if bottom_first {
            std::mem::swap(&mut even, &mut odd);
        }
        // Rows of chroma belong to fields, too.
        for (f, canvas) in [(2 * n, &mut even), (2 * n + 1, &mut odd)] {
            let f = if bottom_first { f ^ 1 } else { f };
            canvas.tint((person(f), 100), (PERSON, PERSON), 40);
        }
        let (luma, chroma) = (SIZE.0 * SIZE.1, SIZE.0 / 2);
        for y in (1..SIZE.1).step_by(2) {
            let row = y * SIZE.0..(y + 1) * SIZE.0;
            even.bytes[row.clone()].copy_from_slice(&odd.bytes[row]);
        }
        for y in (1..SIZE.1).step_by(2) {
            // Both chroma planes in one go: each has an even number of rows.
            let row = luma + y * chroma..luma + (y + 1) * chroma;
            even.bytes[row.clone()].copy_from_slice(&odd.bytes[row]);
        }
        even.bytes
    })
}

/// The mean column of what is bright in the mark's rows of one field.
fn bright(luma: &Luma, parity: usize) -> f64 {
    let rows = (MARK_ROW..MARK_ROW + MARK).filter(|y| y % 2 == parity);
    let columns: Vec<usize> =
        rows.flat_map(|y| (0..luma.width).filter(move |x| luma.samples[y * luma.width + x] > 140)).collect();
    columns.iter().sum::<usize>() as f64 / columns.len().max(1) as f64 - (MARK - 1) as f64 / 2.0
}

/// Pixels of the person that are seen: brighter or darker than anything else there.
fn seen(luma: &Luma) -> usize {
    let rows = luma.samples.chunks(luma.width).skip(60).take(100);
    rows.flatten().filter(|v| !(40..=140).contains(*v)).count()
}

fn covered_in_both(name: &str, options: &str, bottom_first: bool) {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    code(&desk, name, SIZE, "25", &format!("-vf setsar=16/11 {options}"), woven(bottom_first));
    let found = probed(&desk, name, &[]);
    assert_eq!((&found["interlaced"], &found["frames"]), (&json!(true), &json!(FRAMES)), "{name}");
    let before: Vec<Luma> = lumas(&desk.path(name), "", "format=yuv420p").collect();
    // The footage has what the checks below look for, at two places.
    assert!(before.iter().all(|luma| seen(luma) > 100 && (bright(luma, 0) - bright(luma, 1)).abs() > 3.0), "{name}");

    // Boxes as people draw them: around both halves.
    let hull = |n: usize| json!({ "frame": n, "box": [person(2 * n), 100, PERSON + 6, PERSON] });
    let keys: Vec<_> = (0..FRAMES).map(hull).collect();
    let tracks = json!([{ "id": "1", "sampling": "every-frame", "keyframes": keys }]);
    asked(&desk, name, &["--margin", "0%", "--margin-min", "2px"], &tracks, "0", "9").ready();
    let clip = clip_of(&desk);
    let times: Vec<Time> = (0..FRAMES as i64).map(|n| Time::new(n, 25)).collect();
    assert_eq!(frame_times(&clip), times, "{name}");
    for (n, luma) in lumas(&clip, "", "format=yuv420p").enumerate() {
        assert_eq!(seen(&luma), 0, "{name}: frame {n} shows the person");
        for parity in 0..2 {
            let field = 2 * n + if bottom_first { 1 - parity } else { parity };
            let (found, wanted) = (bright(&luma, parity), mark(field) as f64);
            assert!((found - wanted).abs() < 1.0, "{name}: field {field} has its mark at {found}, not {wanted}");
        }
        assert_eq!(number(luma), Some(n as u32), "{name}");
    }
    // No colour of theirs either.
    for luma in lumas(&clip, "", "format=yuv420p,extractplanes=u") {
        assert!(luma.samples.iter().all(|u| u.abs_diff(128) < 16), "{name}: their colour is left");
    }
    let log = item(&desk);
    assert!(log["changes"][0].as_str().unwrap().contains("both fields as they were recorded"), "{log:#}");
    let notice = read_json(&desk.pack("R").join("send/notice.json"));
    assert!(notice["how_to_play"].to_string().contains("combed"), "{notice:#}");
    // Coded as whole frames, with the footage's pixels: every player can decode it.
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-show_entries", "stream=field_order,sample_aspect_ratio", "-of", "csv=p=0"]);
    let said = ffprobe.arg(&clip).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "16:11,progressive", "{name}");
}

#[test]
fn both_fields_of_interlaced_mpeg_2_are_covered_and_handed_over() {
    covered_in_both("yard.mpg", "-c:v mpeg2video -q:v 2 -flags +ilme+ildct -top 1 -bf 2", false);
    covered_in_both("yard.ts", "-c:v mpeg2video -q:v 2 -flags +ilme+ildct -top 0 -bf 2", true);
}

#[test]
fn both_fields_of_interlaced_h264_are_covered_and_handed_over() {
    covered_in_both("yard.mp4", &format!("{X264} -flags +ilme+ildct -x264opts tff=1"), false);
    covered_in_both("yard.ts", &format!("{X264} -flags +ilme+ildct -x264opts bff=1"), true);
}

#[test]
fn video_coded_as_interlaced_would_not_play_everywhere() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let decodes = |name: &str, special: &str| {
        code(&desk, name, SIZE, "25", &format!("{X264} -bf 0 -pix_fmt yuv420p {special}"), woven(false));
        let bytes = std::fs::read(desk.path(name)).unwrap();
        let mut decoder = Decoder::new().unwrap();
        let mut shown = 0;
        for unit in nal_units(&bytes) {
            match decoder.decode(unit) {
                Ok(picture) => shown += usize::from(picture.is_some()),
                Err(_) => return 0,
            }
        }
        shown
    };
    assert!(decodes("whole.h264", "") >= FRAMES - 1);
    assert_eq!(decodes("fields.h264", "-flags +ilme+ildct -x264opts tff=1"), 0);
}
