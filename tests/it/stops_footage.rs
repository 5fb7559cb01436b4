//! What cannot be footage, an output folder or a reference is refused with the right status, and leaves nothing.

use std::fs;
use std::process::Command;

use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing, fixture, listing, native, person, tracks_of};

const WINDOW: [&str; 4] = ["--from", "0", "--to", "2"];

fn clip<'a>(footage: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["clip", footage], &WINDOW[..], &["--no-third-parties"], rest].concat()
}

#[test]
fn footage_that_cannot_be_read_is_status_1() {
    let desk = Desk::new();
    let h264 = fs::read(fixture("rotated.mp4")).unwrap();
    for (name, contents, says) in [
        ("empty.mp4", &b""[..], "empty"),
        ("notes.txt", b"Somebody typed this.\n", "cannot be opened as footage"),
        ("noise.mp4", &[7; 5000], "cannot be opened as footage"),
        ("no-index.mp4", &h264[..h264.len() / 3], ""),
    ] {
        let footage = desk.write(name, contents);
        desk.refuses(1, &clip(&footage, &[]), &[name, says]);
        desk.run(&["probe", &footage]).stopped(1, &[name]);
    }
    desk.refuses(1, &clip("not-there.mp4", &[]), &["not-there.mp4", "no such file"]);
}

#[test]
fn footage_without_permission_is_status_1() {
    let desk = Desk::new();
    let footage = desk.copy(&fixture("mpeg4.avi"), "locked.avi");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(desk.path("locked.avi"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(desk.path("locked.avi")).is_ok() {
        eprintln!("NOT TESTED: this user may read everything");
        return;
    }
    desk.refuses(1, &clip(&footage, &[]), &["locked.avi", "ermission"]);
}

#[test]
fn a_file_without_video_is_status_1() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    ffmpeg(&["-i", &fixture("car-park.mp4"), "-vn", "-c", "copy", "sound.mp4"], &desk.path(""));
    desk.refuses(1, &clip("sound.mp4", &[]), &["sound.mp4", "no video"]);
}

#[test]
fn a_clip_never_holds_fewer_frames_because_the_footage_breaks_off() {
    let desk = Desk::new();
    let whole = fs::read(fixture("mpeg4.avi")).unwrap();
    let footage = desk.write("cut.avi", &whole[..whole.len() / 2]);
    let tracks = desk.json("t.json", &native(&[person("1")]));
    let answer = desk.make(&["clip", &footage, "--from", "0", "--to", "4", "--tracks", &tracks]);
    if answer.status == 0 {
        let log = crate::tool::read_json(&desk.pack("R/keep/disclosure-log.json"));
        assert_ne!(log["items"][0]["window"]["not_covered"].as_array().unwrap().len(), 0, "{log:#}");
    } else {
        assert!([1, 3].contains(&answer.status), "{answer:?}");
        assert_eq!(listing(&desk.path("out")), [""; 0]);
    }
}

#[test]
fn what_is_no_file_is_status_2_wherever_it_is_named() {
    let desk = Desk::new();
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    let folder = desk.path("").to_str().unwrap().to_owned();
    for input in ["pipe", "/dev/zero", &folder, "https://example.org/a.mp4", "rtsp://camera.example/live"] {
        desk.refuses(2, &clip(input, &[]), &[input, "file"]);
        desk.run(&["probe", input]).stopped(2, &[input]);
        let footage = fixture("mpeg4.avi");
        desk.tracks_refused(2, &footage, input, &[], &["file"]);
        desk.refuses(2, &["run", input], &[input]);
        desk.run(&["batch", input, "--out", "out"]).stopped(2, &[input]);
        desk.run(&["tracks", "convert", input, "new.json"]).stopped(2, &[input]);
    }
}

#[test]
fn playlists_are_status_2() {
    let desk = Desk::new();
    for (name, text) in [
        ("list.m3u8", "#EXTM3U\n#EXTINF:4,\n/etc/passwd\n"),
        ("bom.m3u8", "\u{feff}#EXTM3U\n/etc/passwd\n"),
        ("list.mpd", "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>"),
        ("bare.mpd", "<MPD></MPD>"),
        ("list.ffconcat", "ffconcat version 1.0\nfile a.mp4\n"),
        ("disguised.mp4", "#EXTM3U\n#EXTINF:4,\nhttp://example.org/a.ts\n"),
    ] {
        let footage = desk.write(name, text);
        desk.refuses(2, &clip(&footage, &[]), &[name, "playlist"]);
    }
}

#[test]
fn footage_without_times_needs_fps_and_other_footage_refuses_it() {
    let desk = Desk::new();
    desk.refuses(2, &clip(&fixture("mpeg4.avi"), &["--fps", "10"]), &["mpeg4.avi", "own timing"]);
    desk.refuses(2, &clip(&fixture("mpeg4.avi"), &["--stream", "7"]), &["mpeg4.avi", "stream 7"]);
    if ffmpeg_is_missing() {
        return;
    }
    ffmpeg(&["-i", &fixture("rotated.mp4"), "-c", "copy", "-bsf:v", "h264_mp4toannexb", "raw.h264"], &desk.path(""));
    desk.refuses(2, &clip("raw.h264", &[]), &["raw.h264", "--fps 25"]);
    desk.refuses(2, &clip("raw.h264", &["--fps", "many"]), &["'many' is not a frame rate"]);
    desk.make(&clip("raw.h264", &["--fps", "10"])).ready();
}

#[test]
fn several_video_streams_need_a_choice() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let (a, b) = (fixture("rotated.mp4"), fixture("gap.mp4"));
    ffmpeg(&["-i", &a, "-i", &b, "-map", "0:v", "-map", "1:v", "-c", "copy", "two.mkv"], &desk.path(""));
    desk.refuses(2, &clip("two.mkv", &[]), &["two.mkv", "--stream 0"]);
    desk.make(&clip("two.mkv", &["--stream", "1"])).ready();
}

#[test]
fn an_existing_pack_is_never_touched() {
    let desk = Desk::new();
    desk.write("out/R/mine.txt", "do not touch");
    desk.refuses(2, &clip(&fixture("mpeg4.avi"), &[]), &["out/R", "exists"]);
    assert_eq!(listing(&desk.path("out")), ["R", "R/mine.txt"]);
    let other = Desk::new();
    other.write("out/R", "a file is in the way too");
    other.refuses(2, &clip(&fixture("mpeg4.avi"), &[]), &["out/R", "exists"]);
}

#[test]
fn the_output_folder_is_made_only_where_its_parent_exists() {
    let desk = Desk::new();
    let footage = fixture("mpeg4.avi");
    let to = |out| [&clip(&footage, &[])[..], &["--reference", "R", "--out", out]].concat();
    desk.run(&to("a/b")).stopped(2, &["a/b", "parent"]);
    assert_eq!(listing(&desk.path("")), [""; 0]);
    let file = desk.write("file", "");
    desk.run(&to(&file)).stopped(2, &["file"]);
    desk.run(&to("new")).ready();
    assert!(desk.path("new/R/send/clip.mp4").is_file());
}

#[test]
fn a_reference_names_a_folder_and_nothing_else() {
    let desk = Desk::new();
    let footage = fixture("mpeg4.avi");
    for bad in ["", ".", "..", ".hidden", "-x", "a/b", "../a", "a b", "é", "a\nb", &"x".repeat(65)] {
        let named = format!("--reference={bad}");
        desk.run(&[&clip(&footage, &[])[..], &[&named, "--out", "out"]].concat()).stopped(2, &["reference"]);
    }
    assert_eq!(listing(&desk.path("")), [""; 0]);
    desk.run(&[&clip(&footage, &[])[..], &["--out", "out"]].concat()).stopped(2, &["--reference"]);
    let longest = "x".repeat(64);
    desk.run(&[&clip(&footage, &[])[..], &["--reference", &longest, "--out", "out"]].concat()).ready();
}

#[test]
fn options_that_mean_nothing_are_status_2() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    for (option, says) in [
        ("--method=smear", "frost"),
        ("--margin=-5%", "negative"),
        ("--margin=-5px", "negative"),
        ("--margin=wide", "10%"),
        ("--margin=inf%", "10%"),
        ("--margin=NaN%", "10%"),
        ("--margin-min=-1px", "negative"),
        ("--margin-min=5%", "12px"),
        ("--hold=-0.1", "negative"),
        ("--hold=inf", "0.5"),
        ("--hold=NaN", "0.5"),
        ("--bridge=-1", "negative"),
        ("--bridge=long", "0.5"),
        ("--gaps=ignore", "refuse"),
        ("--damaged=show", "cover"),
        ("--obscure=nobody", "all-but-subject"),
        ("--tracks-format=via", "mot"),
        ("--tracks-size=big", "1920x1080"),
        ("--mot-origin=2", "2"),
        ("--threads=0", "0"),
        ("--wat", "--wat"),
    ] {
        desk.tracks_refused_or_usage(&footage, &tracks, option, says);
    }
}

impl Desk {
    /// Options are refused alike by `clip` and `tracks check`, by the parser or by us.
    fn tracks_refused_or_usage(&self, footage: &str, tracks: &str, option: &str, says: &str) {
        let args = ["clip", footage, "--from", "0", "--to", "2", "--tracks", tracks, option];
        self.refuses(2, &args, &[says]);
        let args = ["tracks", "check", tracks, "--footage", footage, "--from", "0", "--to", "2", option];
        self.run(&args).stopped(2, &[says]);
    }
}
