//! Working copies: every frame of the window once, where annotation tools look for it, and tracks drawn on a copy covering
//! the footage at the same places of the same frames. The copy is opened by a decoder that is not ours.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::decode::{Luma, Time, frame_times, lumas};
use crate::frames::{number, timeline};
use crate::scene::ffmpeg_is_missing;
use crate::tool::{Desk, ffmpeg, fixture, listing, read_json};

/// Rows of the boxes that are drawn, and their side.
const TOP: usize = 180;
const SIDE: usize = 40;

/// The column at which a box is drawn in the frame with this painted number.
fn column(painted: u32) -> usize {
    8 + 12 * (painted as usize % 12)
}

/// The displayed picture of every frame, by its painted number, as the `ffmpeg` command shows it.
fn displayed(path: &Path, before: &str) -> Vec<(u32, Luma)> {
    lumas(path, before, "format=yuv420p").map(numbered).collect()
}

fn numbered(luma: Luma) -> (u32, Luma) {
    let copy = Luma { samples: luma.samples.clone(), ..luma };
    (number(copy).unwrap(), luma)
}

/// Levels by which two pictures differ on average.
fn apart(a: &Luma, b: &Luma) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = a.samples.iter().zip(&b.samples).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.samples.len() as f64
}

/// Where the picture has a filled square: its leftmost column in the rows of the boxes.
fn filled_from(luma: &Luma, painted: u32) -> Option<usize> {
    let middle = column(painted) + SIDE / 2;
    let fill = luma.samples[(TOP + SIDE / 2) * luma.width + middle];
    // Coding leaves a sample here and there off.
    let like = |x: usize| (TOP..TOP + SIDE).filter(|y| luma.samples[y * luma.width + x].abs_diff(fill) <= 10).count();
    let flat = |x: &usize| like(*x) * 10 >= SIDE * 9;
    flat(&middle).then(|| (0..=middle).rev().take_while(flat).last().unwrap())
}

/// Makes a working copy of the window, reads it as a tool would, draws a box in each of its frames where the painted
/// number says, and gives the boxes with the binding. `footage` has the frames that the recording shows, `wanted` the
/// painted numbers of those in the window.
fn round_trip(
    desk: &Desk,
    files: &[String],
    options: &str,
    window: [&str; 2],
    footage: &[(u32, Luma)],
    wanted: &[u32],
) {
    let what = format!("{files:?} {options}");
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let options: Vec<&str> = options.split_whitespace().collect();
    let window = ["--from", window[0], "--to", window[1]];
    let made = desk.run(&[&["prepare"], &names[..], &window, &options, &["--out", "w.mp4"]].concat()).ready();
    assert!((made.out.clone() + &made.err).contains("do not send"), "{}", made.out);
    let binding = read_json(&desk.path("w.binding.json"));
    assert_eq!(binding["notice"], "unredacted, do not send");

    // As a tool sees it: numbered from 0, evenly timed.
    let [left, top, width, height] = [0, 1, 2, 3].map(|i| binding["picture"][i].as_u64().unwrap());
    assert_eq!((left, top), (0, 0));
    let picture = format!("crop={width}:{height}:0:0:exact=1,format=yuv420p");
    let copy: Vec<(u32, Luma)> = lumas(&desk.path("w.mp4"), "", &picture).map(numbered).collect();
    assert_eq!(copy.iter().map(|c| c.0).collect::<Vec<_>>(), wanted, "{what}");
    let rate = binding["copy"]["frames_per_second"].as_i64().unwrap();
    let even: Vec<Time> = (0..copy.len()).map(|n| Time::new(n as i64, rate)).collect();
    assert_eq!(frame_times(&desk.path("w.mp4")), even, "{what}");
    for (painted, shown) in &copy {
        let original = footage.iter().find(|f| f.0 == *painted).unwrap();
        let levels = apart(shown, &original.1);
        assert!(levels < 4.0, "{what}: frame {painted} of the copy is {levels:.1} levels off");
    }

    // One row a frame, counted from 1, at the place that the picture tells.
    let rows: String = copy
        .iter()
        .enumerate()
        .map(|(n, (painted, _))| format!("{},1,{},{TOP},{SIDE},{SIDE},1,-1,-1,-1\n", n + 1, column(*painted)))
        .collect();
    desk.write("people.txt", rows);
    let tracks = ["--tracks", "people.txt", "--binding", "w.binding.json", "--method", "fill"];
    let exact = ["--hold", "0", "--margin", "0px", "--margin-min", "0px"];
    desk.make(&[&["clip"], &names[..], &window, &options, &tracks, &exact].concat()).ready();
    let clip: Vec<(u32, Luma)> = displayed(&desk.pack("R").join("send/clip.mp4"), "");
    assert_eq!(clip.iter().map(|c| c.0).collect::<Vec<_>>(), wanted, "{what}");
    for (painted, shown) in &clip {
        let found = filled_from(shown, *painted);
        // Coding blurs an edge by a few columns; the box of the next frame is twelve away.
        let there = found.is_some_and(|x| x.abs_diff(column(*painted)) <= 5);
        assert!(there, "{what}: frame {painted} is covered from column {found:?}, not {}", column(*painted));
    }
    let log = read_json(&desk.pack("R").join("keep/disclosure-log.json"));
    let bound = cctv_redact::hash::file(&desk.path("w.binding.json")).unwrap();
    assert_eq!(log["items"][0]["track_files"][0]["binding_sha256"], bound);
    let all = names.iter().flat_map(|name| ["--footage", *name]).collect::<Vec<_>>();
    desk.run(&[&["verify", "out/R"], &all[..]].concat()).ready();
}

/// A round trip on a file by itself, from one to two and a half seconds.
fn on_file(desk: &Desk, file: &str, options: &str, before: &str) {
    let footage = displayed(&desk.path(file), before);
    let times: Vec<Time> = match before {
        "" => {
            let times = frame_times(&desk.path(file));
            times.iter().map(|t| t.since(times[0])).collect()
        }
        // Raw video, 10 frames a second as it is said to be.
        _ => (0..footage.len()).map(|n| Time::new(n as i64, 10)).collect(),
    };
    let inside = |t: &Time| Time::new(1, 1) <= *t && *t < Time::new(5, 2);
    let wanted: Vec<u32> = times.iter().zip(&footage).filter(|(t, _)| inside(t)).map(|(_, f)| f.0).collect();
    assert!(wanted.len() >= 8, "{file}");
    round_trip(desk, &[file.to_owned()], options, ["1", "2.5"], &footage, &wanted);
}

fn on_fixture(file: &str) {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    desk.copy(&fixture(file), file);
    on_file(&desk, file, "", "");
}

#[test]
fn tracks_on_a_copy_of_b_frames_fit_the_footage() {
    on_fixture("car-park.mp4");
}

#[test]
fn tracks_on_a_copy_of_hevc_fit_the_footage() {
    on_fixture("hevc.mkv");
    on_fixture("hevc-10bit.mp4");
}

#[test]
fn tracks_on_a_copy_of_avi_fit_the_footage() {
    on_fixture("mpeg4.avi");
    on_fixture("odd.avi");
}

#[test]
fn tracks_on_a_copy_of_motion_jpeg_fit_the_footage() {
    on_fixture("full-range.mov");
}

#[test]
fn tracks_on_a_copy_of_a_transport_stream_fit_the_footage() {
    on_fixture("late-start.ts");
}

#[test]
fn tracks_on_a_copy_of_a_turned_picture_fit_the_footage() {
    on_fixture("rotated.mp4");
}

#[test]
fn tracks_on_a_copy_of_wide_pixels_and_odd_sizes_fit_the_footage() {
    on_fixture("anamorphic.mp4");
    on_fixture("odd-444.mp4");
}

#[test]
fn tracks_on_a_copy_of_raw_video_fit_the_footage() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let from = fixture("anamorphic.mp4");
    ffmpeg(&["-i", &from, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", "raw.h264"], &desk.path(""));
    on_file(&desk, "raw.h264", "--fps 10", "-r 10");
}

#[test]
fn tracks_on_a_copy_of_fields_fit_the_footage() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    for (name, coded) in [
        ("fields.ts", "-c:v mpeg2video -flags +ildct+ilme -top 1 -q:v 2 -r 25"),
        ("mbaff.mp4", "-c:v libx264 -preset veryfast -crf 14 -flags +ildct+ilme -x264-params tff=1"),
    ] {
        let mut args = vec!["-i", "hevc.mkv"];
        desk.copy(&fixture("hevc.mkv"), "hevc.mkv");
        args.extend(coded.split_whitespace().chain(["-pix_fmt", "yuv420p", "-fps_mode", "passthrough", name]));
        ffmpeg(&args, &desk.path(""));
        let desk_2 = Desk::new();
        desk_2.copy(desk.path(name).to_str().unwrap(), name);
        on_file(&desk_2, name, "", "");
    }
}

#[test]
fn tracks_on_a_copy_of_uneven_times_and_a_gap_fit_the_footage() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let file = desk.copy(&fixture("gap.mp4"), "gap.mp4");
    let footage = displayed(&desk.path(&file), "");
    let (times, _) = timeline("gap.mp4");
    let wanted: Vec<u32> = (5..times.len() as u32 - 3).collect();
    let window = [times[5].typed(), times[times.len() - 3].typed()];
    round_trip(&desk, &[file], "", [&window[0], &window[1]], &footage, &wanted);
}

/// Frames `first..end` of the drawn footage as a file of their own.
fn part(desk: &Desk, name: &str, (first, end): (u32, u32)) -> String {
    let select = format!("select='between(n,{first},{})',setpts=N/10/TB", end - 1);
    let from = fixture("hevc.mkv");
    let args = ["-i", &from, "-vf", &select, "-fps_mode", "passthrough", "-c:v", "libx264", "-crf", "12", name];
    ffmpeg(&args, &desk.path(""));
    name.to_owned()
}

#[test]
fn tracks_on_a_copy_of_several_files_fit_the_footage() {
    if ffmpeg_is_missing() {
        return;
    }
    // With a gap, and with twenty frames repeated, which the copy has once.
    for (first, second, name) in
        [((0, 20), (20, 40), "20261012_090008.mp4"), ((0, 30), (10, 40), "20261012_090001.mp4")]
    {
        let desk = Desk::new();
        let files = [part(&desk, "20261012_090000.mp4", first), part(&desk, name, second)];
        let mut footage = displayed(&desk.path(&files[0]), "");
        let shown = footage.len() as u32;
        footage.extend(displayed(&desk.path(&files[1]), "").into_iter().filter(|f| f.0 >= shown));
        let wanted: Vec<u32> = (12..footage.len() as u32).collect();
        assert_eq!(wanted.last(), Some(&39));
        round_trip(&desk, &files, "", ["1.2", "99"], &footage, &wanted);
    }
}

/// Real footage of a recorder has no numbers painted in; its pictures tell where they are from.
#[test]
fn a_copy_of_a_dahua_recording_shows_its_frames_in_order() {
    let dav = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage/vtest_dahua.dav");
    if ffmpeg_is_missing() || !dav.exists() {
        eprintln!("NOT TESTED: {} is not there", dav.display());
        return;
    }
    let desk = Desk::new();
    desk.run(&["prepare", dav.to_str().unwrap(), "--from", "4", "--to", "7", "--out", "w.mp4"]).ready();
    let binding = read_json(&desk.path("w.binding.json"));
    let run = &binding["frames"][0];
    let (first, count) = (run["footage"].as_u64().unwrap() as usize, run["count"].as_u64().unwrap() as usize);
    assert!(first > 10 && count > 20 && binding["frames"].as_array().unwrap().len() == 1, "{binding}");
    let footage: Vec<Luma> = lumas(&dav, "", "format=yuv420p").take(first + count + 5).collect();
    let crop = format!("crop={}:{}:0:0,format=yuv420p", binding["picture"][2], binding["picture"][3]);
    let copy: Vec<Luma> = lumas(&desk.path("w.mp4"), "", &crop).collect();
    assert_eq!(copy.len(), count);
    for (place, shown) in copy.iter().enumerate() {
        let off = |frame: usize| apart(shown, &footage[frame]);
        let nearest = (first + place - 3..=first + place + 3).min_by(|a, b| off(*a).total_cmp(&off(*b)));
        assert_eq!(nearest, Some(first + place), "frame {place} of the copy");
    }
}

/// A copy of frames 10 to 24 of the drawn footage, in a folder of its own.
fn prepared() -> Desk {
    let desk = Desk::new();
    desk.copy(&fixture("hevc.mkv"), "yard.mkv");
    desk.run(&["prepare", "yard.mkv", "--from", "1", "--to", "2.5", "--out", "w.mp4"]).ready();
    desk
}

fn clip_with(desk: &Desk, tracks: &str, reference: &str, options: &[&str]) -> crate::tool::Answer {
    let args = [
        "clip",
        "yard.mkv",
        "--from",
        "1",
        "--to",
        "2.5",
        "--tracks",
        tracks,
        "--reference",
        reference,
        "--out",
        "out",
    ];
    desk.run(&[&args, options].concat())
}

#[test]
fn the_copy_says_what_it_is_in_its_tags_and_below_its_picture() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = prepared();
    let tags = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "format_tags=title", "-of", "default=nw=1:nk=1"])
        .arg(desk.path("w.mp4"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&tags.stdout).trim(), "unredacted, do not send");
    let binding = read_json(&desk.path("w.binding.json"));
    let (height, whole) = (binding["picture"][3].as_u64().unwrap(), binding["copy"]["height"].as_u64().unwrap());
    assert!(whole >= height + 16, "{binding}");
    for band in lumas(&desk.path("w.mp4"), "", &format!("crop=320:{}:0:{height},format=yuv420p", whole - height)) {
        let light = band.samples.iter().filter(|s| **s > 160).count();
        assert!(light > 100, "no words below the picture: {light} light samples");
    }
    assert_eq!(listing(&desk.path("")), ["w.binding.json", "w.mp4", "yard.mkv"]);
}

#[test]
fn nothing_that_exists_is_overwritten_and_only_an_mp4_is_written() {
    let desk = Desk::new();
    desk.copy(&fixture("hevc.mkv"), "yard.mkv");
    let prepare = |out: &str| desk.run(&["prepare", "yard.mkv", "--from", "1", "--to", "2", "--out", out]);
    desk.write("w.mp4", "mine");
    prepare("w.mp4").stopped(2, &["w.mp4", "exists"]);
    desk.write("v.binding.json", "mine");
    prepare("v.mp4").stopped(2, &["v.binding.json", "exists"]);
    prepare("v.avi").stopped(2, &[".mp4"]);
    prepare("nowhere/v.mp4").stopped(2, &["nowhere"]);
    desk.run(&["prepare", "yard.mkv", "--from", "100", "--to", "200", "--out", "u.mp4"]).stopped(3, &["no picture"]);
    assert_eq!(listing(&desk.path("")), ["v.binding.json", "w.mp4", "yard.mkv"]);
    assert_eq!(std::fs::read(desk.path("w.mp4")).unwrap(), b"mine");
}

#[test]
fn a_binding_of_other_footage_or_of_none_is_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = prepared();
    desk.write("people.txt", "1,1,40,180,40,40,1,-1,-1,-1\n");
    let with = ["--binding", "w.binding.json"];
    clip_with(&desk, "people.txt", "good", &with).ready();
    let good = read_json(&desk.path("w.binding.json"));
    let planted = |pointer: &str, value: Value| {
        let mut binding = good.clone();
        *binding.pointer_mut(pointer).unwrap() = value;
        desk.json("planted.json", &binding);
        clip_with(&desk, "people.txt", "planted", &["--binding", "planted.json"])
    };
    planted("/footage/files/0/sha256", json!("00")).stopped(3, &["w.mp4", "other footage", "yard.mkv"]);
    planted("/footage/frames", json!(41)).stopped(3, &["41 frames"]);
    planted("/footage/files", json!([])).stopped(3, &["0 files"]);
    planted("/frames/0/count", json!(14)).stopped(1, &["add up"]);
    planted("/frames/0/copy", json!(1)).stopped(1, &["order"]);
    planted("/frames/0/count", json!(u64::MAX)).stopped(1, &["order"]);
    planted("/picture/2", json!(9999)).stopped(1, &["add up"]);
    planted("/copy/frames_per_second", json!(0)).stopped(1, &["add up"]);
    clip_with(&desk, "people.txt", "none", &["--binding", "people.txt"]).stopped(1, &["people.txt", "binding"]);
    clip_with(&desk, "people.txt", "none", &["--binding", "absent.json"]).stopped(1, &["absent.json"]);

    // The same tracks, said to be of the footage itself when they are of the copy, and the other way round.
    let key = |frame: u32| json!({ "frame": frame, "box": [40, 180, 40, 40] });
    let track = json!({ "id": "1", "keyframes": [key(2), key(12)] });
    let own = json!({ "sha256": good["copy"]["sha256"], "width": good["copy"]["width"], "height": good["copy"]["height"], "frames": 15 });
    desk.json("own.json", &json!({ "version": 1, "footage": own, "tracks": [track] }));
    clip_with(&desk, "own.json", "own", &with).ready();
    clip_with(&desk, "own.json", "loose", &[]).stopped(3, &["320x240", "--binding"]);
    desk.json("footage.json", &json!({ "version": 1, "footage": { "frames": 40 }, "tracks": [track] }));
    clip_with(&desk, "footage.json", "loose", &with).stopped(3, &["40 frames", "15"]);
    clip_with(&desk, "footage.json", "plain", &[]).ready();
}

#[test]
fn key_frames_and_times_on_the_copy_are_where_they_were_drawn() {
    if ffmpeg_is_missing() {
        return;
    }
    // Frames 0 to 29, and 10 to 39 again: frame 10 of the copy has the number 30.
    let desk = Desk::new();
    let files = [part(&desk, "20261012_090000.mp4", (0, 30)), part(&desk, "20261012_090001.mp4", (10, 40))];
    desk.run(&["prepare", &files[0], &files[1], "--from", "0", "--to", "9", "--out", "w.mp4"]).ready();
    let binding = read_json(&desk.path("w.binding.json"));
    assert_eq!(
        binding["frames"],
        json!([{ "copy": 0, "footage": 0, "count": 10 }, { "copy": 10, "footage": 30, "count": 30 }])
    );
    // Four columns a frame across the join, by frame and by time (ten frames a second).
    let moving = |first: Value, last: Value| {
        let at = |when: Value, x: u32, end: bool| {
            let mut key = json!({ "box": [x, 100, 40, 40], "end": end });
            key.as_object_mut().unwrap().extend(when.as_object().unwrap().clone());
            key
        };
        json!([{ "id": "1", "keyframes": [at(first, 20, false), at(last, 84, true)] }])
    };
    for (name, tracks) in [
        ("frame.json", moving(json!({ "frame": 2 }), json!({ "frame": 18 }))),
        ("time.json", moving(json!({ "time": 0.2 }), json!({ "time": 1.8 }))),
    ] {
        desk.json(name, &json!({ "version": 1, "tracks": tracks }));
        let mut args =
            vec!["clip", &files[0], &files[1], "--tracks", name, "--binding", "w.binding.json", "--reference", name];
        args.extend("--from 0 --to 9 --hold 0 --margin 0px --margin-min 0px --out out".split_whitespace());
        desk.run(&args).ready();
        let log = read_json(&desk.pack(name).join("keep/disclosure-log.json"));
        for frame in 2..18 {
            let cover = crate::common::logged_cover(&log["items"][0], frame, (320, 240));
            let first = (0..320).position(|x| cover[120 * 320 + x]);
            assert_eq!(first, Some(20 + 4 * (frame - 2)), "{name}, frame {frame}");
        }
        // The same, converted to tracks of the footage.
        let (converted, of) = (format!("of-footage-{name}"), format!("of-{name}"));
        let args = ["tracks", "convert", name, &converted, "--binding", "w.binding.json"];
        let footage = ["--footage", &files[0], "--footage", &files[1]];
        desk.run(&[&args[..], &footage].concat()).ready();
        assert_eq!(read_json(&desk.path(&converted))["footage"]["frames"], 60);
        if name == "time.json" {
            desk.run(&["tracks", "convert", name, "no.json", "--binding", "w.binding.json"]).stopped(2, &["--footage"]);
        }
        let mut args =
            vec!["clip", &files[0], &files[1], "--tracks", &converted, "--reference", "converted", "--out", &of];
        args.extend("--from 0 --to 9 --hold 0 --margin 0px --margin-min 0px".split_whitespace());
        desk.run(&args).ready();
        let again = read_json(&desk.path(&format!("of-{name}/converted/keep/disclosure-log.json")));
        assert_eq!(again["items"][0]["expected_clip"]["covers"], log["items"][0]["expected_clip"]["covers"], "{name}");
    }
}

#[test]
fn what_annotation_tools_export_of_the_copy_is_placed_by_its_size_and_its_frames() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = prepared();
    let copy = read_json(&desk.path("w.binding.json"))["copy"].clone();
    let (width, height) = (copy["width"].as_u64().unwrap(), copy["height"].as_u64().unwrap());
    // A box at columns 40 to 80, rows 100 to 140, in the copy's frames 3 to 8: percent of the copy's size, from 1.
    let share = |pixels: f64, whole: u64| pixels * 100.0 / whole as f64;
    let point = |frame: u32, enabled: bool| {
        json!({ "frame": frame, "x": share(40.0, width), "y": share(100.0, height), "width": share(40.0, width),
            "height": share(40.0, height), "rotation": 0, "enabled": enabled })
    };
    let value = json!({ "framesCount": 15, "labels": ["person"], "sequence": [point(4, true), point(9, false)] });
    desk.json("label-studio.json", &json!([{ "id": "r", "type": "videorectangle", "value": value }]));
    let boxed = |frame: u32, outside: u32| {
        format!(
            r#"<box frame="{frame}" keyframe="1" outside="{outside}" occluded="0" xtl="40" ytl="100" xbr="80" ybr="140" z_order="0"/>"#
        )
    };
    desk.write(
        "cvat.xml",
        format!(
            "<annotations><version>1.1</version><meta><task><size>15</size><mode>interpolation</mode><start_frame>0</start_frame>\
             <stop_frame>14</stop_frame><frame_filter></frame_filter><original_size><width>{width}</width><height>{height}</height>\
             </original_size></task></meta><track id=\"0\" label=\"person\">{}{}</track></annotations>",
            boxed(3, 0),
            boxed(9, 1)
        ),
    );
    for file in ["label-studio.json", "cvat.xml"] {
        let options = ["--binding", "w.binding.json", "--hold", "0", "--margin", "0px", "--margin-min", "0px"];
        clip_with(&desk, file, file, &options).ready();
        let log = read_json(&desk.pack(file).join("keep/disclosure-log.json"));
        let covered = |frame: usize| {
            let cover = crate::common::logged_cover(&log["items"][0], frame, (320, 240));
            let columns: Vec<usize> = (0..320).filter(|x| cover[120 * 320 + x]).collect();
            let rows: Vec<usize> = (0..240).filter(|y| cover[y * 320 + 60]).collect();
            Some((*columns.first()?, *columns.last()?, *rows.first()?, *rows.last()?))
        };
        let shown: Vec<usize> = (0..15).filter(|&n| covered(n).is_some()).collect();
        // One before and one after are held.
        assert_eq!(shown, (2..=9).collect::<Vec<_>>(), "{file}");
        assert_eq!(covered(5), Some((40, 79, 100, 139)), "{file}");
        // The same file without its binding is of another picture, or of frames that are elsewhere.
        assert_ne!(clip_with(&desk, file, "loose", &[]).status, 0, "{file}");
    }
}

#[test]
fn a_request_names_the_binding_and_a_batch_notices_when_it_changes() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = prepared();
    desk.write("people.txt", "1,1,40,180,40,40,1,-1,-1,-1\n");
    let item = json!({ "kind": "clip", "footage": ["yard.mkv"], "from": "1", "to": "2.5",
        "tracks": [{ "file": "people.txt" }], "binding": "w.binding.json" });
    let request = json!({ "version": 1, "reference": "R", "redacted_by": { "role": "controller" }, "items": [item] });
    desk.json("batch.json", &json!({ "version": 1, "requests": [request] }));
    let reason = || {
        desk.run(&["batch", "batch.json", "--out", "out"]);
        read_json(&desk.path("out/summary.json"))["requests"][0]["reason"].clone()
    };
    assert_eq!(reason(), Value::Null);
    assert_eq!(
        read_json(&desk.pack("R").join("keep/disclosure-log.json"))["request"]["items"][0]["binding"],
        "w.binding.json"
    );
    assert!(reason().as_str().unwrap().contains("made before"));
    let mut binding = read_json(&desk.path("w.binding.json"));
    binding["copy"]["name"] = json!("another.mp4");
    desk.json("w.binding.json", &binding);
    assert!(reason().as_str().unwrap().contains("binding has changed"));
}

#[test]
fn damage_is_in_the_copy_and_named_in_the_binding() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    let mut bytes = std::fs::read(fixture("gap.mp4")).unwrap();
    // Somewhere in the coded pictures of the first half.
    let data = bytes.windows(4).position(|w| w == b"mdat").unwrap();
    let at = data + (bytes.len() - data) / 4;
    bytes[at..at + 60].fill(0x5a);
    desk.write("yard.mp4", bytes);
    let made = desk.run(&["prepare", "yard.mp4", "--from", "0", "--to", "9999", "--out", "w.mp4"]).ready();
    let binding = read_json(&desk.path("w.binding.json"));
    let runs = binding["damaged"].as_array().unwrap();
    assert!(!runs.is_empty() && made.err.contains("damage"), "{binding} {}", made.err);
    let frames = binding["copy"]["frames"].as_u64().unwrap();
    assert_eq!(frames, frame_times(&desk.path("w.mp4")).len() as u64);
    assert_eq!(frames, frame_times(Path::new(&fixture("gap.mp4"))).len() as u64);
    assert!(runs.iter().all(|r| r[0].as_u64() <= r[1].as_u64() && r[1].as_u64() < Some(frames)), "{runs:?}");
}
