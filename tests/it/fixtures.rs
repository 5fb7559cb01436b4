//! The fixtures are what their README says: whole, in order, bound to their tracks, and small.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::scene::{SceneOptions, read_frame_number};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::scene::{decoded_by_ffmpeg, ffmpeg_is_missing};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every piece of footage with its native tracks.
fn footage() -> Vec<(PathBuf, Value)> {
    let tracks = fs::read_dir(folder().join("tracks")).unwrap().map(|entry| entry.unwrap().path());
    let native = tracks.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let all: Vec<_> = native
        .map(|path| {
            let tracks = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (folder().join(path.file_stem().unwrap()), tracks)
        })
        .collect();
    assert!(all.len() > 9, "the fixtures are gone");
    all
}

#[test]
fn every_fixture_decodes_to_the_frames_that_its_tracks_count_in_order() {
    if ffmpeg_is_missing() {
        return;
    }
    for (path, tracks) in footage() {
        let binding = &tracks["footage"];
        let number = |key: &str| u32::try_from(binding[key].as_u64().unwrap()).unwrap();
        let pictures = decoded_by_ffmpeg(&path, number("width"), number("height"));
        let read: Vec<_> = pictures.iter().map(read_frame_number).collect();
        assert_eq!(read, (0..number("frames")).map(Some).collect::<Vec<_>>(), "{}", path.display());
    }
}

#[test]
fn every_fixture_is_bound_to_its_tracks() {
    for (path, tracks) in footage() {
        let hash = hex::encode(Sha256::digest(fs::read(&path).unwrap()));
        assert_eq!(tracks["footage"]["sha256"], hash, "{}", path.display());
        let roles: Vec<_> = tracks["tracks"].as_array().unwrap().iter().map(|track| &track["role"]).collect();
        assert_eq!(roles.iter().filter(|&&role| role == "subject").count(), 1);
        assert!(roles.len() > 2);
    }
}

#[test]
fn the_recording_gap_is_in_the_times_and_nowhere_else() {
    if ffmpeg_is_missing() {
        return;
    }
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0"])
        .arg(folder().join("gap.mp4"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let times: Vec<f64> = text.lines().filter_map(|line| line.split(',').next()?.parse().ok()).collect();
    let steps: Vec<_> = times.windows(2).map(|pair| ((pair[1] - pair[0]) * 1000.0).round()).collect();
    let expected: Vec<_> = (0..49)
        .map(|n| {
            if n == 19 {
                6080.0
            } else if n % 2 == 0 {
                120.0
            } else {
                80.0
            }
        })
        .collect();
    assert_eq!(steps, expected);
}

#[test]
fn the_requests_count_from_the_reading_of_the_painted_clock() {
    let request: Value = serde_json::from_str(&fs::read_to_string(folder().join("request.json")).unwrap()).unwrap();
    for item in request["items"].as_array().unwrap() {
        let start = item["clock"]["start"].as_str().unwrap();
        assert_eq!(start.parse().ok(), Some(SceneOptions::default().start));
    }
}

#[test]
fn the_fixtures_stay_small() {
    let sizes = [folder(), folder().join("tracks")]
        .map(|place| fs::read_dir(place).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum::<u64>());
    let total: u64 = sizes.iter().sum();
    assert!(total < 3_500_000, "{total} bytes");
}
