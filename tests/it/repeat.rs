//! What is sent depends on the request and on what is seen outside the covers: not on the hour, the folder, the file's
//! name, the threads, nor on anything underneath a cover. (Two worlds of uncompressed footage, hundreds of them, are in
//! tests/proof; here they are coded, and the binary is run.)

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::footage::lossless;
use crate::common::{command, fixture, mask, run, write_tracks};
use crate::scene::ffmpeg_is_missing;

type Sent = Vec<(String, Vec<u8>)>;

/// The names of the files that differ; all names where the lists of files do.
fn differing(a: &Sent, b: &Sent) -> Vec<String> {
    let names = |sent: &Sent| sent.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(a), names(b));
    a.iter().zip(b).filter(|(a, b)| a.1 != b.1).map(|(a, _)| a.0.clone()).collect()
}

#[test]
fn the_same_request_gives_the_same_bytes_whatever_the_threads_the_folder_and_the_name() {
    let footage = fixture("car-park.mp4");
    let tracks = fixture("tracks/car-park.mp4.json");
    let window = "--from 1 --to 19";
    let first = run("clip", &footage, &tracks, window).ready().send();
    assert!(first.iter().any(|(name, bytes)| name == "clip.mp4" && bytes.len() > 100_000));
    for threads in [1, 2, 4] {
        let again = run("clip", &footage, &tracks, &format!("{window} --threads {threads}")).ready().send();
        assert_eq!(differing(&first, &again), [""; 0], "{threads} threads");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let renamed = elsewhere.path().join("Another name.mov");
    std::fs::copy(&footage, &renamed).unwrap();
    let out = elsewhere.path().join("new folder");
    let done = command("clip", &renamed, &tracks, &out, window).env("TZ", "Asia/Tokyo").env("LANG", "C").output();
    assert!(done.unwrap().status.success());
    for (name, bytes) in &first {
        assert!(std::fs::read(out.join("SAR-1/send").join(name)).unwrap() == *bytes, "{name} differs");
    }
}

#[test]
fn footage_with_few_key_frames_gives_the_same_bytes_on_any_number_of_threads() {
    if ffmpeg_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let footage = folder.path().join("long.mp4");
    let frames = (0..450).map(|n| picture((160, 128), n, |_, _| false));
    lossless(&footage, (160, 128), 25.0, "yuv420p", "-g 1000", frames);
    let tracks = write_tracks(folder.path(), &mask(40, 40, 30, 30));
    let made =
        [1, 2, 4].map(|n| run("clip", &footage, &tracks, &format!("--from 0 --to 18 --threads {n}")).ready().send());
    assert_eq!(differing(&made[0], &made[1]), [""; 0]);
    assert_eq!(differing(&made[0], &made[2]), [""; 0]);
}

const SIZE: (usize, usize) = (320, 240);

/// A 4:2:0 picture of soft noise; pixels for which `other` holds have other samples.
fn picture((width, height): (usize, usize), n: usize, other: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let noise = |x: usize, y: usize, plane: usize| ((x * 7 + y * 13 + n * 31 + plane * 57) ^ (x * y / 9)) % 23;
    let mut samples = Vec::new();
    for plane in 0..3 {
        let step = if plane == 0 { 1 } else { 2 };
        for y in 0..height.div_ceil(step) {
            for x in 0..width.div_ceil(step) {
                let ground = 90 + (x * step / 8 + y * step / 12) % 40 + noise(x, y, plane);
                let hidden = 20 + (x * 91 + y * 57 + n * 11) % 190;
                samples.push(if other(x * step, y * step) { hidden } else { ground } as u8);
            }
        }
    }
    samples
}

/// Two pieces of footage that differ only where `covered` (frame, x, y) holds.
struct Worlds {
    folder: tempfile::TempDir,
    files: [PathBuf; 2],
}

impl Worlds {
    fn new(covered: impl Fn(usize, usize, usize) -> bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = ["one.mp4", "other.mp4"].map(|name| folder.path().join(name));
        for (world, file) in files.iter().enumerate() {
            let frames = (0..30).map(|n| picture(SIZE, n, |x, y| world == 1 && covered(n, x, y)));
            lossless(file, SIZE, 10.0, "yuv420p", "", frames);
        }
        Self { folder, files }
    }

    /// The names of the files sent that differ between the worlds.
    fn tell_apart(&self, kind: &str, tracks: &Value, options: &str) -> Vec<String> {
        let tracks = write_tracks(self.folder.path(), tracks);
        let [one, other] = self.files.each_ref().map(|f: &PathBuf| sent(kind, f, &tracks, options));
        differing(&one, &other)
    }
}

fn sent(kind: &str, footage: &Path, tracks: &Path, options: &str) -> Sent {
    run(kind, footage, tracks, options).ready().send()
}

/// A static mask from column 100, and somebody who walks three pixels a frame.
fn people(left: f64) -> Value {
    let steps: Vec<Value> = (0..30).map(|n| json!({ "frame": n, "box": [20 + 3 * n, 20, 20, 30] })).collect();
    json!([
        { "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [left, 80, 160.0 - left, 90] }] },
        { "id": "2", "sampling": "every-frame", "keyframes": steps }
    ])
}

/// What covers [`people`]: 8 pixels at the sides of the mask and 9 above and below; 8 around the walker, outward to
/// even pixels.
fn covers(n: usize, x: usize, y: usize) -> bool {
    let (left, right) = ((12 + 3 * n) & !1, (48 + 3 * n).next_multiple_of(2));
    (92..168).contains(&x) && (70..180).contains(&y) || (left..right).contains(&x) && (12..58).contains(&y)
}

const CLIP: &str = "--from 0.5 --to 2.5";
const STILLS: &str = "--at 0 --at 1.25 --at 2.9";

#[test]
fn what_frost_and_fill_cover_leaves_no_trace_in_what_is_sent() {
    if ffmpeg_is_missing() {
        return;
    }
    let worlds = Worlds::new(covers);
    for method in ["frost", "fill"] {
        assert_eq!(worlds.tell_apart("clip", &people(100.0), &format!("{CLIP} --method {method}")), [""; 0]);
        assert_eq!(worlds.tell_apart("still", &people(100.0), &format!("{STILLS} --method {method}")), [""; 0]);
        // The footage does differ, and a cover one chroma cell smaller shows it.
        let smaller = worlds.tell_apart("clip", &people(102.0), &format!("{CLIP} --method {method}"));
        assert_eq!(smaller.first().map(String::as_str), Some("clip.mp4"), "{method}");
        let smaller = worlds.tell_apart("still", &people(102.0), &format!("{STILLS} --method {method}"));
        let stills = smaller.iter().filter(|name| name.ends_with(".png"));
        assert_eq!(stills.count(), 3, "{method}: {smaller:?}");
    }
    for method in ["blur", "pixelate"] {
        let traces = worlds.tell_apart("clip", &people(100.0), &format!("{CLIP} --method {method}"));
        assert!(traces.contains(&"clip.mp4".to_owned()), "{method} is said to leave traces");
    }
}
