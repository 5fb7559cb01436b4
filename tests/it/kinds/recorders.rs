//! What recorders write themselves: Dahua's DAV, and Hikvision's program stream behind a header of its own and under a
//! name that is not its kind's.

use std::path::Path;

use serde_json::{Value, json};

use super::film::{FILM, clip_of, every_frame_is_there, item, probed};
use crate::common::dahua;
use crate::common::decode::{Time, frame_times};
use crate::sound::{heard, strength};
use crate::tool::{Desk, ffmpeg_is_missing};

/// The film without B-frames, as a stream of pictures each behind a delimiter.
fn pictures(desk: &Desk, name: &str, options: &str) -> Vec<Vec<u8>> {
    FILM.code(desk, name, options);
    let bytes = std::fs::read(desk.path(name)).unwrap();
    let delimiter: &[u8] = if name.ends_with("h265") { &[0, 0, 0, 1, 0x46] } else { &[0, 0, 0, 1, 9] };
    let mut starts: Vec<usize> = (0..bytes.len() - 5).filter(|&i| bytes[i..].starts_with(delimiter)).collect();
    assert_eq!(starts.len(), FILM.frames);
    starts.push(bytes.len());
    starts.windows(2).map(|w| bytes[w[0]..w[1]].to_vec()).collect()
}

const H264: &str =
    "-c:v libx264 -preset veryfast -crf 16 -bf 0 -g 25 -x264-params aud=1:sliced-threads=0 -pix_fmt yuv420p -f h264";
const H265: &str = "-vf scale=out_range=full -c:v libx265 -preset ultrafast -crf 14 -pix_fmt yuvj420p -x265-params log-level=none:aud=1:bframes=0:keyint=25:min-keyint=25:scenecut=0:range=full:frame-threads=1 -f hevc";

#[test]
fn dahuas_times_gaps_and_sound_are_kept() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let coded = pictures(&desk, "yard.h264", H264);
    // Ten a second from 09:00:00; nothing recorded for a minute before frame 20; a square wave as A-law.
    let wave: Vec<u8> = (0..800).map(|n| if n / 4 % 2 == 0 { 0xaa } else { 0x2a }).collect();
    let film = dahua::Film { size: (320, 240), day: (2026, 10, 12), begins: 32_400_000, key: 25, sound: Some(&wave) };
    film.write(&desk.path("yard.dav"), &coded, 0, |n| if n == 20 { 60_000 } else { 0 });
    let late = |n: usize| if n < 20 { 0 } else { 600 };
    let shown: Vec<_> = (0..60).map(|n| (n, Time::new((n + late(n)) as i64, 10))).collect();
    let found = probed(&desk, "yard.dav", &[]);
    assert_eq!((&found["container"], &found["clocks"]["frames"]), (&json!("dhav"), &json!("2026-10-12T09:00:00")));
    assert_eq!(found["gaps"], json!([{ "from": 2.0, "to": 62.0 }]));
    assert!(found["streams"].to_string().contains("pcm_alaw"), "{found:#}");
    every_frame_is_there(&desk, "yard.dav", &["--gaps", "absent"], &shown);

    // By the wall clock: the end of the first part, the gap, the beginning of the second.
    let clock = ["--clock-start", "container", "--from", "2026-10-12T09:00:01.500", "--to", "2026-10-12T09:01:03"];
    let mask = json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [30, 60, 170, 65] }] }]);
    let tracks = desk.json("mask.json", &json!({ "version": 1, "tracks": mask }));
    std::fs::remove_dir_all(desk.path("out")).unwrap();
    desk.make(&[&["clip", "yard.dav", "--tracks", &tracks][..], &clock].concat()).ready();
    let log = item(&desk);
    assert_eq!(log["window"]["delivered"]["frames"], 15);
    let missing = &log["window"]["not_covered"][0];
    assert_eq!(missing["why"], "recording gap");
    assert!(missing["from"].as_str().unwrap().starts_with("2026-10-12T09:00:02"), "{missing}");
    assert!(missing["to"].as_str().unwrap().starts_with("2026-10-12T09:01:02"), "{missing}");

    std::fs::remove_dir_all(desk.path("out")).unwrap();
    let args = ["clip", "yard.dav", "--tracks", &tracks, "--audio", "keep", "--from", "0.5", "--to", "1.5"];
    desk.make(&args).ready();
    let sound = heard(&clip_of(&desk));
    assert!(sound.len().abs_diff(48_000) < 7_200 && strength(&sound[4_800..43_200], 1_000.0) > 0.05, "{}", sound.len());
}

#[test]
fn a_real_dahua_recording_gives_its_frames_at_their_times() {
    let footage = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage/vtest_dahua.dav");
    if ffmpeg_is_missing() || !footage.exists() {
        eprintln!("NOT TESTED: {} is not there", footage.display());
        return;
    }
    let desk = Desk::new();
    let args = ["clip", footage.to_str().unwrap(), "--from", "3.3", "--to", "5.3", "--no-third-parties"];
    desk.make(&args).ready();
    let own = frame_times(&footage);
    let expected: Vec<Time> = own[33..53].iter().map(|t| t.since(own[33])).collect();
    assert_eq!(frame_times(&clip_of(&desk)), expected);
    assert_eq!(item(&desk)["window"]["delivered"]["first_frame"], 33);
}

/// A program stream of pictures, 25 a second, each with its time (ISO/IEC 13818-1, 2.5.3), as Hikvision writes it.
fn program_stream(pictures: &[Vec<u8>], kind: u8) -> Vec<u8> {
    let mut file = Vec::new();
    for (n, picture) in pictures.iter().enumerate() {
        let t = 900_000 + 3_600 * n as u64;
        // A time in 33 bits, with marks between.
        let at = [0x20 | (t >> 29) as u8 & 14, (t >> 22) as u8, (t >> 14) as u8, (t >> 7) as u8, (t << 1) as u8];
        let at = [at[0] | 1, at[1], at[2] | 1, at[3], at[4] | 1];
        file.extend([0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8]);
        if n % 25 == 0 {
            // Which kind of stream this is, with nothing beside it.
            file.extend([0, 0, 1, 0xbc, 0, 14, 0xe1, 0xff, 0, 0, 0, 4, kind, 0xe0, 0, 0, 0, 0, 0, 0]);
        }
        for (part, bytes) in picture.chunks(5_000).enumerate() {
            let head: Vec<u8> = if part == 0 { [&[0x80, 0x80, 5][..], &at].concat() } else { vec![0x80, 0, 0] };
            file.extend([0, 0, 1, 0xe0]);
            file.extend(((head.len() + bytes.len()) as u16).to_be_bytes());
            file.extend([head, bytes.to_vec()].concat());
        }
    }
    file
}

/// Behind Hikvision's header of 40 bytes.
fn hikvision(stream: &[u8]) -> Vec<u8> {
    [&b"IMKH\x01\x01\0\0"[..], &[2, 0, 1, 0], &[0; 28], stream].concat()
}

#[test]
fn hikvisions_stream_behind_its_header_is_known_by_its_content_not_its_name() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for (name, coded, options, kind) in [("ch01.mp4", "a.h264", H264, 0x1b), ("ch02.avi", "a.h265", H265, 0x24)] {
        let stream = program_stream(&pictures(&desk, coded, options), kind);
        desk.write(name, hikvision(&stream));
        let found = probed(&desk, name, &[]);
        assert_eq!((&found["container"], &found["cut_off"]), (&json!("mpeg"), &json!(false)), "{name}");
        assert_eq!(found["full_range"], kind == 0x24, "{name}");
        every_frame_is_there(&desk, name, &[], &FILM.shown());
    }
}

#[test]
fn hikvisions_h265_of_full_range_that_breaks_off_gives_what_is_there_and_says_what_is_missing() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let stream = hikvision(&program_stream(&pictures(&desk, "a.h265", H265), 0x24));
    desk.write("ch01.mp4", &stream[..stream.len() * 2 / 3]);
    let found: Value = probed(&desk, "ch01.mp4", &[]);
    assert_eq!((&found["codec"], &found["full_range"]), (&json!("hevc"), &json!(true)));
    super::broken::readable_part(&desk, "ch01.mp4");
}
