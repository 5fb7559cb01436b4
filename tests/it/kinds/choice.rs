//! Which stream is used, and that nothing of the others passes; and recordings that carry no times.

use std::process::Command;

use serde_json::{Value, json};

use super::film::{FILM, Film, X264, clip_of, every_frame_is_there, probed};
use crate::common::decode::Time;
use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing};

/// Everything that `ffprobe` finds in the clip, but for the picture itself.
fn beside_the_picture(desk: &Desk) -> Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json", "-show_streams", "-show_format", "-show_chapters", "-show_programs"]);
    let said = command.arg(clip_of(desk)).output().unwrap();
    serde_json::from_slice(&said.stdout).unwrap()
}

/// One stream of pictures, and of tags only those that say what an MP4 is.
fn only_the_picture(desk: &Desk) {
    let found = beside_the_picture(desk);
    let streams = found["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 1, "{found:#}");
    assert_eq!(streams[0]["codec_type"], "video");
    assert_eq!((&found["chapters"], &found["programs"]), (&json!([]), &json!([])));
    for tags in [&streams[0]["tags"], &found["format"]["tags"]] {
        for (name, value) in tags.as_object().into_iter().flatten() {
            let plain = ["major_brand", "minor_version", "compatible_brands"].contains(&name.as_str())
                || name == "language" && value == "und"
                || name == "handler_name" && ["VideoHandler", ""].contains(&value.as_str().unwrap())
                || name == "vendor_id" && value == "[0][0][0][0]";
            assert!(plain, "{name}: {value}");
        }
    }
}

#[test]
fn the_picture_is_found_behind_sound_subtitles_data_and_cover_art() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    FILM.code(&desk, "film.mp4", &format!("{X264} -pix_fmt yuv420p"));
    desk.write("names.srt", "1\n00:00:00,000 --> 00:00:02,000\nMr A. N. Other\n");
    desk.write(
        "chapters.txt",
        ";FFMETADATA1\ntitle=Mr Other\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=He enters\n",
    );
    ffmpeg(&["-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", "cover.jpg"], &desk.path(""));
    let inputs = "-f lavfi -i sine=d=2.4 -i names.srt -i film.mp4 -i cover.jpg -i chapters.txt -map 0 -map 1 -map 2 -map_metadata 4 -map_chapters 4 -c:a aac -c:v copy";
    let mp4 =
        "-map 3 -disposition:v:1 attached_pic -c:s mov_text -timecode 09:00:00:00 -metadata:s:a handler_name=Other";
    let mkv = "-attach cover.jpg -metadata:s:t mimetype=image/jpeg -c:s srt";
    for (name, special) in [("yard.mp4", mp4), ("yard.mkv", mkv)] {
        let args: Vec<&str> = inputs.split(' ').chain(special.split(' ')).chain([name]).collect();
        ffmpeg(&args, &desk.path(""));
        let found = probed(&desk, name, &[]);
        let streams: Vec<&str> = found["streams"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
        assert!(streams[0].starts_with("audio") && streams.len() >= 3, "{streams:?}");
        assert!(streams.iter().any(|s| s.contains("cover art")), "{streams:?}");
        every_frame_is_there(&desk, name, &[], &FILM.shown());
        only_the_picture(&desk);
        let clip = std::fs::read(clip_of(&desk)).unwrap();
        assert!(!clip.windows(5).any(|w| w == b"Other"), "{name}");
    }
}

#[test]
fn several_cameras_in_one_file_are_asked_for_by_number() {
    if ffmpeg_is_missing() {
        return;
    }
    for name in ["quad.mkv", "quad.ts", "quad.mp4"] {
        let desk = Desk::new();
        Film { width: 352, ..FILM }.code(&desk, "other.mp4", X264);
        FILM.code(&desk, "one.mp4", X264);
        let args = ["-i", "other.mp4", "-i", "one.mp4", "-map", "0", "-map", "1", "-c", "copy", name];
        ffmpeg(&args, &desk.path(""));
        let clip = ["clip", name, "--from", "0", "--to", "1", "--no-third-parties"];
        desk.refuses(2, &clip, &["several video streams", "--stream 0"]);
        every_frame_is_there(&desk, name, &["--stream", "1"], &FILM.shown());
        only_the_picture(&desk);
    }
}

#[test]
fn real_footage_with_subtitles_timecode_and_places_gives_its_picture_alone() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage");
    let footage = shared.join("audio_subs_tmcd_gps.mp4");
    if ffmpeg_is_missing() || !footage.exists() {
        eprintln!("NOT TESTED: {} is not there", footage.display());
        return;
    }
    let desk = Desk::new();
    let args = ["clip", footage.to_str().unwrap(), "--from", "1", "--to", "2", "--no-third-parties"];
    desk.make(&args).ready();
    only_the_picture(&desk);
}

#[test]
fn recordings_without_times_take_them_from_the_rate_that_is_given() {
    if ffmpeg_is_missing() {
        return;
    }
    for (name, options) in [
        ("yard.h264", format!("{X264} -f h264")),
        ("yard.264", format!("{X264} -bf 0 -f h264")),
        (
            "yard.h265",
            "-c:v libx265 -preset ultrafast -crf 16 -x265-params log-level=none:bframes=2 -f hevc".to_owned(),
        ),
        ("yard.dat", "-c:v libx265 -preset ultrafast -crf 16 -x265-params log-level=none:bframes=0 -f hevc".to_owned()),
    ] {
        let desk = Desk::new();
        FILM.code(&desk, name, &options);
        let clip = ["clip", name, "--from", "0", "--to", "1", "--no-third-parties"];
        desk.refuses(2, &clip, &[name, "no timing", "--fps 25"]);
        desk.run(&["probe", name]).stopped(2, &["--fps 25"]);
        let shown: Vec<_> = (0..60).map(|n| (n, Time::new(n as i64 * 2, 25))).collect();
        every_frame_is_there(&desk, name, &["--fps", "12.5"], &shown);
    }
}
