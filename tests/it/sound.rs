//! Sound that is kept on purpose: in step with the pictures, silent where that was asked for, nothing from outside.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::tool::{Desk, ffmpeg, ffmpeg_is_missing, fixture, read_json, tracks_of};
use crate::verify::seal_again;

/// Samples a second of what is drawn and of what is listened to.
const RATE: usize = 48_000;

/// When it flashes and beeps, in seconds.
const BEEPS: [f64; 4] = [2.4, 2.8, 3.2, 3.6];

/// A tone that is heard outside the window of 2 to 4 s, and nowhere in it; and the beeps' own.
const OUTSIDE: f64 = 3_000.0;
const BEEP: f64 = 1_000.0;

fn tone(hertz: f64, at: usize) -> f64 {
    0.5 * (std::f64::consts::TAU * hertz * at as f64 / RATE as f64).sin()
}

/// Six seconds of black that flash and beep at the same times, in a container with these options for the sound.
fn film(desk: &Desk, name: &str, sound: &[&str], inside: impl Fn(f64) -> f64) {
    let level = |at: usize| {
        let seconds = at as f64 / RATE as f64;
        match seconds {
            s if !(2.0..4.0).contains(&s) => tone(OUTSIDE, at),
            s if BEEPS.iter().any(|&b| (b..b + 0.04).contains(&s)) => tone(BEEP, at) * inside(s),
            _ => 0.0,
        }
    };
    let bytes: Vec<u8> = (0..6 * RATE).flat_map(|at| (level(at) as f32).to_le_bytes()).collect();
    fs::write(desk.path("sound.f32"), bytes).unwrap();
    let flashes: Vec<String> = BEEPS.iter().map(|b| format!("between(t,{b}-0.001,{b}+0.039)")).collect();
    let picture = format!("color=black:s=160x120:r=25:d=6,drawbox=c=white:t=fill:enable='{}'", flashes.join("+"));
    let input = ["-f", "lavfi", "-i", &picture, "-f", "f32le", "-ar", "48000", "-ac", "1", "-i", "sound.f32"];
    let video = ["-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", "-preset", "veryfast"];
    ffmpeg(&[&input[..], &video, sound, &["-y", name]].concat(), &desk.path(""));
}

/// The window's clip.
fn clip(desk: &Desk, name: &str, options: &[&str]) {
    let _ = fs::remove_dir_all(desk.path("out"));
    desk.make(&[&["clip", name, "--from", "2", "--to", "4", "--no-third-parties"], options].concat()).ready();
}

/// What the clip's sound decodes to, all of it.
pub fn heard(clip: &Path) -> Vec<f32> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(clip).args(["-map", "0:a", "-f", "f32le", "-ac", "1", "-ar", "48000", "-"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

/// When pictures turn bright, in seconds.
fn flashes(clip: &Path) -> Vec<f64> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(clip);
    let output = command.args(["-vf", "scale=1:1", "-f", "rawvideo", "-pix_fmt", "gray", "-"]).output().unwrap();
    let bright = |&(_, pair): &(usize, &[u8])| pair[0] < 128 && pair[1] >= 128;
    output.stdout.windows(2).enumerate().filter(bright).map(|(i, _)| (i + 1) as f64 / 25.0).collect()
}

/// When it begins to sound after silence, in seconds; not at the very beginning, where resampling and packets of the
/// recording's own codec may have left a bit of what was before.
fn onsets(sound: &[f32]) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    let mut last = f64::MIN;
    for (at, _) in sound.iter().enumerate().filter(|&(at, v)| at > RATE / 20 && v.abs() > 0.15) {
        let seconds = at as f64 / RATE as f64;
        if seconds - last > 0.1 {
            found.push(seconds);
        }
        last = seconds;
    }
    found
}

/// How much of a tone is in it, as the amplitude of a sine (Goertzel).
pub fn strength(sound: &[f32], hertz: f64) -> f64 {
    let part = |f: fn(f64) -> f64| -> f64 {
        let step = std::f64::consts::TAU * hertz / RATE as f64;
        sound.iter().enumerate().map(|(at, &v)| f64::from(v) * f(step * at as f64)).sum()
    };
    2.0 * part(f64::sin).hypot(part(f64::cos)) / sound.len().max(1) as f64
}

#[test]
fn kept_sound_is_in_step_with_the_pictures_and_has_nothing_from_outside() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for (name, sound) in [
        ("pcm.avi", &["-c:a", "pcm_s16le"][..]),
        ("wide.mov", &["-c:a", "pcm_s32le", "-ac", "2"]),
        ("law.mkv", &["-c:a", "pcm_alaw", "-ar", "8000"]),
        ("aac.mp4", &["-c:a", "aac", "-ar", "44100"]),
        ("mp2.ts", &["-c:a", "mp2", "-b:a", "192k", "-ar", "32000"]),
        ("mp3.avi", &["-c:a", "libmp3lame", "-b:a", "128k"]),
        ("late.ts", &["-c:a", "aac", "-output_ts_offset", "95443"]),
    ] {
        film(&desk, name, sound, |_| 1.0);
        for how in ["full", "smart"] {
            clip(&desk, name, &["--audio", "keep", "--render", how]);
            let clip = desk.pack("R").join("send/clip.mp4");
            let sound = heard(&clip);
            let (seen, beeps) = (flashes(&clip), onsets(&sound));
            assert_eq!(seen.len(), BEEPS.len(), "{name}, {how}: {seen:?}");
            let apart: Vec<f64> = seen.iter().zip(&beeps).map(|(a, b)| (a - b).abs()).collect();
            // A frame is 0.04 s. MP3 begins 0.023 s late, and AVI has no place to say so.
            assert!(beeps.len() == 4 && apart.iter().all(|&d| d < 0.03), "{name}, {how}: {seen:?}, {beeps:?}");
            let inner = &sound[RATE / 20..2 * RATE - RATE / 20];
            assert!(strength(inner, OUTSIDE) < 0.002, "{name}, {how}: {}", strength(inner, OUTSIDE));
            assert!(strength(inner, BEEP) > 0.01, "{name}, {how}: {}", strength(inner, BEEP));
            assert!(sound.len() < 2 * RATE + 1200 * RATE / 8000, "{name}: {} samples", sound.len());
            let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
            assert_eq!(log["items"][0]["audio"]["action"], "keep");
            desk.run(&["verify", "out/R", "--footage", name]).ready();
        }
    }
}

#[test]
fn what_is_silenced_is_not_in_the_file_at_all() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let mut sent = Vec::new();
    // Two recordings whose third beeps differ, and that is what is silenced.
    for loud in [1.0, 0.3] {
        film(&desk, "pcm.avi", &["-c:a", "pcm_s16le"], |s| if (3.1..3.5).contains(&s) { loud } else { 1.0 });
        clip(&desk, "pcm.avi", &["--mute", "3.1..3.5"]);
        let path = desk.pack("R").join("send/clip.mp4");
        let sound = heard(&path);
        assert_eq!(onsets(&sound).len(), 3, "{:?}", onsets(&sound));
        let silent = &sound[(RATE as f64 * 1.15) as usize..(RATE as f64 * 1.45) as usize];
        assert!(silent.iter().all(|v| v.abs() < 1e-4));
        sent.push(fs::read(path).unwrap());
        let notice = read_json(&desk.pack("R").join("send/notice.json"));
        assert_eq!(notice["items"][0]["audio"], "muted");
        clip(&desk, "pcm.avi", &["--audio", "keep"]);
        sent.push(fs::read(desk.pack("R").join("send/clip.mp4")).unwrap());
    }
    assert!(sent[0] == sent[2], "what is silenced has left a trace");
    assert!(sent[1] != sent[3], "the two recordings do not differ");
}

#[test]
fn sound_is_the_same_for_any_number_of_threads() {
    let desk = Desk::new();
    let mut made = Vec::new();
    for threads in ["1", "2"] {
        let _ = fs::remove_dir_all(desk.path("out"));
        let (footage, tracks) = (fixture("car-park.mp4"), tracks_of("car-park.mp4", "json"));
        let common = ["clip", &footage, "--tracks", &tracks, "--from", "3", "--to", "7"];
        desk.make(&[&common[..], &["--audio", "keep", "--threads", threads]].concat()).ready();
        made.push(fs::read(desk.pack("R").join("send/clip.mp4")).unwrap());
    }
    assert!(made[0] == made[1]);
}

#[test]
fn footage_without_sound_gives_a_clip_without_and_says_so() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("mpeg4.avi"), tracks_of("mpeg4.avi", "json"));
    let args = ["clip", &footage, "--tracks", &tracks, "--from", "0", "--to", "2", "--audio", "keep"];
    let answer = desk.make(&args).ready();
    assert!(answer.err.contains("no sound"), "{}", answer.err);
    let notice = read_json(&desk.pack("R").join("send/notice.json"));
    assert_eq!(notice["items"][0]["audio"], "none");
}

#[test]
fn what_cannot_be_meant_of_sound_is_status_2() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("car-park.mp4"), tracks_of("car-park.mp4", "json"));
    let clip = ["clip", &footage, "--tracks", &tracks, "--from", "0", "--to", "2"];
    for (options, says) in [
        (&["--audio", "mute"][..], "--mute T..T"),
        (&["--audio", "keep", "--mute", "0..1"], "--audio mute"),
        (&["--audio", "drop", "--mute", "0..1"], "--audio mute"),
        (&["--mute", "1"], "00:01:30..00:01:35"),
        (&["--mute", "1..1"], "00:01:30..00:01:35"),
        (&["--mute", "2026-10-12T09:00:00..2026-10-12T09:00:01"], "--clock-start"),
    ] {
        desk.refuses(2, &[&clip, options].concat(), &[says]);
    }
    desk.refuses(
        2,
        &["still", &footage, "--tracks", &tracks, "--at", "1", "--audio", "keep"],
        &["a still has no sound"],
    );
}

#[test]
fn a_clip_whose_sound_is_not_what_was_made_is_found() {
    let desk = Desk::new();
    let (footage, tracks) = (fixture("car-park.mp4"), tracks_of("car-park.mp4", "json"));
    let common = ["clip", &footage, "--tracks", &tracks, "--from", "3", "--to", "5"];
    desk.make(&[&common[..], &["--audio", "mute", "--mute", "3.5..4"]].concat()).ready();
    let muted = fs::read(desk.pack("R").join("send/clip.mp4")).unwrap();
    let log = fs::read(desk.pack("R").join("keep/disclosure-log.json")).unwrap();
    for (options, says) in [(&["--audio", "keep"][..], "not what was made"), (&[], "lacks its sound")] {
        desk.run(&[&common[..], options, &["--reference", "Other", "--out", "out"]].concat()).ready();
        // The other clip in the first one's pack, with papers that agree.
        let other = fs::read(desk.path("out/Other/send/clip.mp4")).unwrap();
        fs::write(desk.pack("R").join("send/clip.mp4"), other).unwrap();
        seal_again(&desk);
        desk.run(&["verify", "out/R"]).stopped(4, &[says]);
        fs::remove_dir_all(desk.path("out/Other")).unwrap();
        fs::write(desk.pack("R").join("send/clip.mp4"), &muted).unwrap();
        fs::write(desk.pack("R").join("keep/disclosure-log.json"), &log).unwrap();
        seal_again(&desk);
        desk.run(&["verify", "out/R", "--footage", &footage]).ready();
    }
    // A log that says another stretch was silenced.
    let mut changed = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    changed["items"][0]["expected_clip"]["sound"]["muted"] = json!([[0, 16_000]]);
    fs::write(desk.pack("R").join("keep/disclosure-log.json"), changed.to_string()).unwrap();
    desk.run(&["verify", "out/R"]).stopped(4, &["in the silence"]);
}
