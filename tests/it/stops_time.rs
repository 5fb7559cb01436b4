//! Times that cannot be meant, or that the footage does not hold.

use crate::tool::{Desk, fixture, listing, tracks_of};

const START: [&str; 2] = ["--clock-start", "2026-10-12T09:00:00"];

fn clip<'a>(from: &'a str, to: &'a str, options: &[&'a str]) -> Vec<String> {
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    let args = [&["clip", &footage, "--from", from, "--to", to, "--tracks", &tracks], options].concat();
    args.into_iter().map(str::to_owned).collect()
}

fn still(fixture_name: &str, options: &[&str]) -> Vec<String> {
    let (footage, tracks) = (fixture(fixture_name), tracks_of(fixture_name, "json"));
    let args = [&["still", &footage, "--tracks", &tracks], options].concat();
    args.into_iter().map(str::to_owned).collect()
}

fn refused(status: i32, args: &[String], says: &[&str]) {
    Desk::new().refuses(status, &args.iter().map(String::as_str).collect::<Vec<_>>(), says);
}

fn made(args: &[String]) -> Desk {
    let desk = Desk::new();
    desk.make(&args.iter().map(String::as_str).collect::<Vec<_>>()).ready();
    desk
}

#[test]
fn what_is_no_time_is_status_2() {
    for bad in ["", "soon", "09:14:00:00", "1e3", "-5", "2026-13-01T00:00:00", "2026-10-12 25:00", "00:61:00:1"] {
        refused(2, &clip("0", bad, &[]), &[]);
    }
}

#[test]
fn a_window_without_a_frame_is_status_3_and_a_reversed_one_status_2() {
    refused(3, &clip("00:01:00", "00:02:00", &[]), &["mpeg4.avi", "00:01:00", "00:00:04"]);
    refused(3, &clip("2", "2", &[]), &["mpeg4.avi", "empty"]);
    refused(3, &clip("2.01", "2.09", &[]), &["mpeg4.avi", "no picture between"]);
    refused(2, &clip("3", "2", &[]), &["00:00:03.000", "00:00:02.000", "--to"]);
    let before = clip("2026-10-12T08:00:00", "2026-10-12T08:01:00", &START);
    refused(3, &before, &["mpeg4.avi", "no picture between"]);
}

#[test]
fn a_window_within_a_recording_gap_is_status_3() {
    let (footage, tracks) = (fixture("gap.mp4"), tracks_of("gap.mp4", "json"));
    let args = ["clip", &footage, "--from", "3", "--to", "7", "--tracks", &tracks];
    Desk::new().refuses(3, &args, &["gap.mp4", "recording gap"]);
}

#[test]
fn a_wall_clock_time_needs_the_clock_and_says_what_was_found() {
    let asked = ["2026-10-12T09:00:01", "2026-10-12T09:00:02"];
    refused(2, &clip(asked[0], asked[1], &[]), &["mpeg4.avi", "--clock-start 2026-", "neither"]);
    refused(2, &clip("0", "1", &["--clock-error", "42"]), &["--clock-start"]);
    for source in ["container", "filename"] {
        refused(2, &clip(asked[0], asked[1], &["--clock-start", source]), &["no start time", "--clock-start 2026-"]);
    }
    refused(2, &clip(asked[0], asked[1], &["--clock-start", "00:01:00"]), &["00:01:00", "wall-clock"]);

    // What the container and the file name say is printed with the flag that accepts it, and then works.
    let desk = Desk::new();
    let footage = desk.copy(&fixture("car-park.mp4"), "cam_20261012_090000.mp4");
    let tracks = tracks_of("car-park.mp4", "json");
    let args = ["clip", &footage, "--from", asked[0], "--to", asked[1], "--tracks", &tracks];
    let found = ["2026-10-12T08:00:00.000000Z", "2026-10-12T09:00:00"];
    let accepting = ["accept it with --clock-start container", "accept it with --clock-start filename"];
    desk.refuses(2, &args, &["cam_20261012_090000.mp4", found[0], accepting[0], found[1], accepting[1]]);
    desk.make(&[&args[..], &["--clock-start", "filename"]].concat()).ready();
    let log = crate::tool::read_json(&desk.pack("R/keep/disclosure-log.json"));
    let clock = &log["items"][0]["footage"][0]["clock"];
    assert_eq!(
        (clock["source"].as_str(), clock["start"].as_str()),
        (Some("filename"), Some("2026-10-12T09:00:00.000+01:00"))
    );
    assert_eq!(log["items"][0]["window"]["delivered"]["first_frame"], 13, "1 s at 12.5 frames a second");
}

#[test]
fn the_repeated_and_the_missing_hour_are_status_2_with_both_readings() {
    let twice = ["2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00", "twice"];
    let never = ["2026-03-29T01:30:00+00:00", "2026-03-29T01:30:00+01:00", "never"];
    let autumn = ["--clock-start", "2026-10-25T00:30:00"];
    let spring = ["--clock-start", "2026-03-29T00:30:00"];
    refused(2, &clip("2026-10-25T01:30:00", "2026-10-25T02:30:00", &autumn), &twice);
    refused(2, &clip("2026-03-29T01:30:00", "2026-03-29T02:30:00", &spring), &never);
    refused(2, &clip("0", "1", &["--clock-start", "2026-10-25T01:30:00"]), &[&twice[..], &["clock's start"]].concat());
    refused(2, &clip("0", "1", &["--clock-start", "2026-03-29T01:30:00"]), &[&never[..], &["clock's start"]].concat());
    refused(2, &still("mpeg4.avi", &["--at", "2026-10-25T01:30:00", "--clock-start", "2026-10-25T00:30:00"]), &twice);
    // With the offset it is a time like any other.
    let offset = ["--clock-start", "2026-10-25T01:30:00+00:00"];
    made(&clip("2026-10-25T01:30:01+00:00", "2026-10-25T01:30:02+00:00", &offset));
}

#[test]
fn an_unknown_zone_is_status_2() {
    let zone = [&START[..], &["--clock-zone", "Europe/Camelot"]].concat();
    refused(2, &clip("0", "1", &zone), &["Europe/Camelot", "Europe/London"]);
}

#[test]
fn a_still_where_the_footage_shows_nothing_is_status_3() {
    refused(3, &still("mpeg4.avi", &["--at", "4"]), &["mpeg4.avi", "after the last frame"]);
    refused(3, &still("mpeg4.avi", &[&START[..], &["--at", "2026-10-12T08:59:59"]].concat()), &["before the first"]);
    refused(3, &still("gap.mp4", &["--at", "5"]), &["gap.mp4", "recording gap"]);
    refused(3, &still("mpeg4.avi", &["--at", "1", "--at", "9"]), &["after the last frame"]);
    refused(3, &still("mpeg4.avi", &["--every", "1", "--from", "2", "--to", "9"]), &["after the last frame"]);
    // The last frame is shown for as long as it lasts.
    made(&still("mpeg4.avi", &["--at", "3.999"]));
    made(&still("gap.mp4", &["--at", "2.03"]));
}

#[test]
fn a_series_of_stills_needs_a_window_and_an_interval() {
    for options in [
        &[][..],
        &["--every", "1"],
        &["--every", "0", "--from", "0", "--to", "2"],
        &["--every", "-1", "--from", "0", "--to", "2"],
        &["--every", "1", "--from", "2", "--to", "1"],
        &["--every", "0.00001", "--from", "0", "--to", "3"],
        &["--from", "0", "--to", "1"],
        &["--at", "1", "--every", "1", "--from", "0", "--to", "1"],
    ] {
        refused(2, &still("mpeg4.avi", options), &[]);
    }
    let desk = made(&still("mpeg4.avi", &["--every", "0.5", "--from", "1", "--to", "2"]));
    let names = listing(&desk.pack("R/send"));
    assert_eq!(names, ["notice.html", "notice.json", "still-0001.png", "still-0002.png"], "from below to");
}

#[test]
fn a_recorder_that_is_fast_shows_an_event_later() {
    let options = [&START[..], &["--clock-error", "1"]].concat();
    let desk = made(&clip("2026-10-12T09:00:00", "2026-10-12T09:00:01", &options));
    let log = crate::tool::read_json(&desk.pack("R/keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["window"]["delivered"]["first_frame"], 10);
    assert_eq!(log["items"][0]["window"]["delivered"]["from"], "2026-10-12T09:00:00.000+01:00");
    refused(2, &clip("0", "1", &[&START[..], &["--clock-error", "fast"]].concat()), &["fast"]);
}

#[test]
fn what_the_footage_lacks_of_a_window_is_listed() {
    let (footage, tracks) = (fixture("gap.mp4"), tracks_of("gap.mp4", "json"));
    let desk = Desk::new();
    desk.make(&["clip", &footage, "--from", "1", "--to", "20", "--tracks", &tracks]).ready();
    let log = crate::tool::read_json(&desk.pack("R/keep/disclosure-log.json"));
    let missing = log["items"][0]["window"]["not_covered"].as_array().unwrap();
    let text: Vec<_> = missing.iter().map(|m| format!("{} {} {}", m["from"], m["to"], m["why"])).collect();
    assert_eq!(
        text,
        [
            "\"00:00:02.040\" \"00:00:08.000\" \"recording gap\"",
            "\"00:00:11.020\" \"00:00:20.000\" \"after the recording ends\""
        ]
    );
    let notice = crate::tool::read_json(&desk.pack("R/send/notice.json"));
    assert_eq!(notice["items"][0]["missing"].as_array().unwrap().len(), 2);
}

#[test]
fn the_last_frame_ends_with_the_window_even_within_a_tick_of_the_footage() {
    let desk = made(&clip("1", "1.95", &[]));
    let mut file = std::fs::File::open(desk.pack("R/send/clip.mp4")).unwrap();
    let clip = cctv_redact::verify::mp4::walk(&mut file).unwrap();
    assert_eq!((clip.video.samples.len(), clip.duration * 1000 / u64::from(clip.timescale)), (10, 950));
}

/// Pictures that wait hours for their turn to be decoded were not read back.
#[test]
fn a_recording_gap_of_a_night_fits_into_one_clip() {
    if crate::tool::ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let night = desk.path("night.mkv");
    let times = "settb=1/1000,setpts='N*40+if(gte(N,20),32400000,0)'";
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=96x80:r=25:d=1.6",
            "-vf",
            times,
            "-fps_mode",
            "passthrough",
        ])
        .args(["-enc_time_base", "1/1000", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "12"])
        .arg(&night)
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let whole = serde_json::json!({ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [10, 10, 40, 40] }] });
    let tracks = desk.json("t.json", &serde_json::json!({ "version": 1, "tracks": [whole] }));
    desk.make(&["clip", "night.mkv", "--from", "0", "--to", "40000", "--tracks", &tracks]).ready();
    let log = crate::tool::read_json(&desk.pack("R/keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["files"][0]["frames"], 40);
    assert_eq!(log["items"][0]["window"]["not_covered"][0]["why"], "recording gap");
}
