//! Files that break off or are damaged on the way: what can be read is used, what is missing is said, and nothing wrong
//! is shown.

use std::process::Command;

use serde_json::{Value, json};

use super::film::{FILM, X264, asked, clip, every_frame_is_there, item, nothing_wrong_is_shown, probed};
use crate::tool::{Desk, ffmpeg_is_missing, read_json};

/// The first two thirds of a file.
fn cut(desk: &Desk, from: &str, name: &str) {
    let bytes = std::fs::read(desk.path(from)).unwrap();
    // Not between two packets of a stream.
    desk.write(name, &bytes[..bytes.len() * 2 / 3 / 188 * 188 + 100]);
}

/// What is there of a recording that breaks off is given, the rest is said to be missing.
pub fn readable_part(desk: &Desk, name: &str) {
    let found = probed(desk, name, &[]);
    assert_eq!(found["cut_off"], true, "{name}");
    let said = desk.run(&["probe", name]).ready().out;
    assert!(said.contains("breaks off at 00:00:01."), "{name}: {said}");
    let (good, blank) = nothing_wrong_is_shown(desk, name);
    assert!(good >= 20 && good + blank < 55 && blank < 25, "{name}: {good} and {blank}");
    assert_eq!(found["frames"], good + blank, "{name}");
    let log = item(desk);
    let missing = log["window"]["not_covered"].as_array().unwrap();
    assert_eq!(missing.len(), 1, "{name}");
    assert_eq!((&missing[0]["why"], &missing[0]["to"]), (&"after the file breaks off".into(), &"00:00:09.000".into()));
    let notice = read_json(&desk.pack("R").join("send/notice.json"));
    let told: Vec<&Value> = notice["items"][0]["missing"].as_array().unwrap().iter().map(|m| &m["why"]).collect();
    assert!(told.contains(&&"not in the recording".into()), "{name}: {told:?}");
}

#[test]
fn files_that_break_off_give_what_is_there_and_say_what_is_missing() {
    if ffmpeg_is_missing() {
        return;
    }
    for (name, options) in [
        ("yard.avi", X264),
        ("jpeg.avi", "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p"),
        ("yard.mkv", X264),
        ("yard.ts", X264),
        ("yard.wmv", "-c:v wmv2 -q:v 2"),
        ("yard.mpg", "-c:v mpeg2video -q:v 2 -bf 2 -g 12"),
        ("index-first.mp4", &format!("{X264} -movflags +faststart")),
    ] {
        let desk = Desk::new();
        FILM.code(&desk, &format!("whole-{name}"), options);
        assert_eq!(probed(&desk, &format!("whole-{name}"), &[])["cut_off"], false, "{name}");
        cut(&desk, &format!("whole-{name}"), name);
        readable_part(&desk, name);
    }
}

#[test]
fn an_mp4_without_its_index_is_refused_with_what_could_be_done() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    FILM.code(&desk, "whole.mp4", X264);
    cut(&desk, "whole.mp4", "yard.mp4");
    let says = ["yard.mp4", "no index", "export it again", "recovery tool", "intact file of the same camera"];
    desk.refuses(1, &["clip", "yard.mp4", "--from", "0", "--to", "1", "--no-third-parties"], &says);
    desk.run(&["probe", "yard.mp4"]).stopped(1, &says);
}

/// Where the first packet after a time from the first one begins in a file.
fn place(desk: &Desk, name: &str, after: f64) -> usize {
    let entries = ["-v", "error", "-select_streams", "v", "-of", "csv=p=0", "-show_entries", "packet=dts_time,pos"];
    let said = Command::new("ffprobe").args(entries).arg(desk.path(name)).output().unwrap().stdout;
    let rows = String::from_utf8(said).unwrap();
    let numbers = |row: &str| {
        let mut cells = row.split(',');
        Some((cells.next()?.parse().ok()?, cells.next()?.parse().ok()?))
    };
    let packets: Vec<(f64, usize)> = rows.lines().filter_map(numbers).collect();
    assert_eq!(packets.len(), FILM.frames, "{rows}");
    packets.iter().find(|p| p.0 - packets[0].0 > after).unwrap().1
}

/// Does something to the packets of a transport stream from a place on.
type Harm = fn(&mut Vec<u8>, usize);

#[test]
fn packets_lost_flagged_or_changed_in_a_transport_stream_are_found_and_located() {
    if ffmpeg_is_missing() {
        return;
    }
    let harm: [(&str, Harm); 3] = [
        ("lost", |bytes, at| drop(bytes.drain(at..at + 3 * 188))),
        ("flagged", |bytes, at| bytes[at + 1] |= 0x80),
        ("changed", |bytes, at| (0..4).for_each(|n| bytes[at + n * 188 + 20..at + n * 188 + 150].fill(0x55))),
    ];
    for (what, harm) in harm {
        let desk = Desk::new();
        FILM.code(&desk, "whole.ts", X264);
        let mut bytes = std::fs::read(desk.path("whole.ts")).unwrap();
        // In the second of three seconds, each of which begins with a key frame.
        harm(&mut bytes, place(&desk, "whole.ts", 1.4));
        desk.write("yard.ts", bytes);
        let refused = clip(&desk, "yard.ts", &["--gaps", "cover"], &FILM.shown(), "0", "2.4");
        refused.stopped(3, &["the footage is damaged from 00:00:01.", "--damaged cover"]);
        let (good, blank) = nothing_wrong_is_shown(&desk, "yard.ts");
        assert!(good >= 35 && blank > 0 && (57..=60).contains(&(good + blank)), "{what}: {good} and {blank}");
        let log = item(&desk);
        let damaged = log["damaged"].as_array().unwrap();
        let seconds = |v: &Value| v.as_str().unwrap().trim_start_matches("00:00:").parse::<f64>().unwrap();
        for stretch in damaged {
            let (from, to) = (seconds(&stretch["from"]), seconds(&stretch["to"]));
            assert!(1.0 <= from && from < to && to <= 2.0, "{what}: {stretch}");
        }
        assert!(!damaged.is_empty(), "{what}");
        // Before it, nothing stops.
        let mask = json!([{ "id": "1", "whole": true, "keyframes": [{ "frame": 0, "box": [30, 60, 170, 65] }] }]);
        asked(&desk, "yard.ts", &[], &mask, "0", "1").ready();
    }
}

#[test]
fn a_transport_stream_whose_times_begin_anew_on_the_way_keeps_its_frames_and_times() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    // 33 bits of a clock of 90 kHz last for 95443.717 seconds.
    FILM.code(&desk, "yard.ts", &format!("{X264} -output_ts_offset 95441.2"));
    let first = probed(&desk, "yard.ts", &[])["first_timestamp"].as_i64().unwrap();
    let (wraps, lasts) = (1i64 << 33, 60 * 3600);
    assert_ne!(first.div_euclid(wraps), (first + lasts).div_euclid(wraps), "the times do not begin anew: {first}");
    every_frame_is_there(&desk, "yard.ts", &[], &FILM.shown());
}
