//! What is never in a pack, or not in the part that is sent. (Words planted everywhere, and random requests, are in
//! tests/proof.)

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::packs::{demo, demo_pack};
use crate::tool::{Desk, ffmpeg_is_missing, fixture, listing, tracks_of};

/// All bytes of a folder's files.
fn bytes_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = listing(folder).into_iter().filter(|name| folder.join(name).is_file());
    files.map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

fn hostname() -> String {
    fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned()
}

#[test]
fn no_path_host_or_user_is_written_anywhere() {
    let desk = Desk::new();
    let mut request = demo("DEMO");
    let tracks = desk.copy(&tracks_of("car-park.mp4", "json"), "in/people.json");
    let absolute = desk.path(&tracks).to_str().unwrap().to_owned();
    for item in request["items"].as_array_mut().unwrap() {
        item["tracks"][0]["file"] = json!(absolute);
        item["subjects"] = json!([format!("{absolute}:1")]);
        item["gaps"] = json!([{ "track": format!("{absolute}:4"), "from": "0", "to": "1", "is": "absent" }]);
    }
    let file = desk.json("request.json", &request);
    desk.command(&["run", &file, "--out", "out"])
        .env("USER", "canary-user")
        .env("HOSTNAME", "canary-host")
        .output()
        .unwrap();
    let user = std::env::var("USER").unwrap_or_default();
    let (folder, host) = (desk.path("").to_str().unwrap().to_owned(), hostname());
    let files = bytes_of(&desk.pack("DEMO"));
    assert_eq!(files.len(), 6);
    for (name, bytes) in files {
        for secret in [folder.as_str(), "/fixtures", "canary-", concat!("/t", "mp/"), concat!("/ho", "me/")] {
            assert!(!holds(&bytes, secret), "{name} holds {secret}");
        }
        for secret in [&host, &user].into_iter().filter(|s| s.len() > 4) {
            assert!(!holds(&bytes, secret), "{name} holds {secret}");
        }
    }
    let footage = fixture("car-park.mp4");
    desk.run(&["verify", "out/DEMO", "--footage", &footage]).ready();
}

#[test]
fn the_clip_is_one_stream_of_pictures_with_its_index_in_front() {
    let desk = Desk::new();
    demo_pack(&desk);
    let clip = desk.pack("DEMO/send/01-clip.mp4");
    let bytes = fs::read(&clip).unwrap();
    let at = |kind: &str| bytes.windows(4).position(|w| w == kind.as_bytes());
    assert!(at("moov").unwrap() < at("mdat").unwrap(), "the index is in front");
    for absent in ["udta", "meta", "chap", "Lavf", "Lavc", "x264", "uuid"] {
        assert!(!holds(&bytes, absent), "the clip holds {absent}");
    }
    if ffmpeg_is_missing() {
        return;
    }
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_streams", "-show_format", "-show_chapters", "-count_frames", "-of", "json"])
        .arg(&clip)
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let streams = found["streams"].as_array().unwrap();
    assert_eq!((streams.len(), found["chapters"].as_array().unwrap().len()), (1, 0));
    let stream = &streams[0];
    for (name, value) in [
        ("codec_name", "h264"),
        ("pix_fmt", "yuv420p"),
        ("codec_tag_string", "avc1"),
        ("nb_read_frames", "13"),
        ("start_time", "0.000000"),
    ] {
        assert_eq!(stream[name], value, "{name}");
    }
    assert_eq!((stream["width"].as_u64(), stream["height"].as_u64()), (Some(704), Some(576)));
    let tags = |of: &Value| of["tags"].as_object().map(|t| t.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let ordinary = ["major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language"];
    let odd = |of: &Value| tags(of).into_iter().filter(|t| !ordinary.contains(&t.as_str())).collect::<Vec<_>>();
    assert_eq!((odd(stream), odd(&found["format"])), (vec![], vec![]));
    let without = |types: &str| {
        let filter = format!("filter_units=remove_types={types}");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-i"]).arg(&clip);
        ffmpeg.args(["-c", "copy", "-bsf:v", &filter, "-f", "h264", "-"]).output().unwrap().stdout.len()
    };
    assert!(without("7|8") > 10_000 && without("1|5|7|8") == 0, "more than slices and parameter sets");
}
