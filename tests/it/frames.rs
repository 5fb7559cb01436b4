//! Every frame of a window is there once, at its own time, and no other: told from the numbers painted into the
//! footage, with decoders that are not ours.

use cctv_redact::picture::{Layout, Picture, Plane, Planes};
use cctv_redact::scene::read_frame_number;

use crate::common::decode::{Luma, Time, end, frame_times, lumas};
use crate::common::{Run, fixture, mask, run, write_tracks};
use crate::scene::ffmpeg_is_missing;

pub fn number(luma: Luma) -> Option<u32> {
    let (width, height) = (u32::try_from(luma.width).unwrap(), u32::try_from(luma.height).unwrap());
    let layout =
        Layout { width, height, chroma_shift_x: 0, chroma_shift_y: 0, depth: 8, grey: true, full_range: false };
    let plane = Plane { width: luma.width, height: luma.height, samples: luma.samples };
    read_frame_number(&Picture { layout, planes: Planes::Eight(vec![plane]) })
}

/// Runs on a fixture, with a mask far from the painted number.
fn on_fixture(kind: &str, file: &str, options: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    run(kind, &fixture(file), &write_tracks(folder.path(), &mask(8, 180, 40, 40)), options)
}

/// The fixture's frame times from 0, and its end.
pub fn timeline(file: &str) -> (Vec<Time>, Time) {
    let times = frame_times(&fixture(file));
    let from_zero = times.iter().map(|t| t.since(times[0])).collect();
    (from_zero, end(&fixture(file)).since(times[0]))
}

fn millis(n: i64) -> Time {
    Time::new(n, 1000)
}

/// Asks for a window of a fixture and checks frames, times and the end, given the fixture's own.
fn check_window(file: &str, times: &[Time], footage_end: Time, from: Time, to: Time) {
    let what = format!("{file} from {} to {}", from.typed(), to.typed());
    let wanted: Vec<usize> = (0..times.len()).filter(|&i| from <= times[i] && times[i] < to).collect();
    let made = on_fixture("clip", file, &format!("--from {} --to {}", from.typed(), to.typed())).ready();
    let clip = made.sent("clip.mp4");

    let numbers: Vec<_> = lumas(&clip, "", "format=yuv420p").map(number).collect();
    assert_eq!(numbers, wanted.iter().map(|&i| Some(i as u32)).collect::<Vec<_>>(), "{what}");
    let origin = times[wanted[0]];
    let expected: Vec<Time> = wanted.iter().map(|&i| times[i].since(origin)).collect();
    assert_eq!(frame_times(&clip), expected, "{what}");

    // Half open at the end too: to the next frame (or the footage's end), but not past the window.
    let last = wanted[wanted.len() - 1];
    let own_end = times.get(last + 1).copied().unwrap_or(footage_end);
    let bound = if own_end < to { own_end } else { to }.since(origin);
    let found = end(&clip);
    let short = bound.since(found);
    let gap = own_end.since(times[last]) > Time::new(2, 1);
    assert!(Time::new(0, 1) <= short, "{what} ends at {} s, after {} s", found.seconds(), bound.seconds());
    assert!(gap || short < millis(1), "{what} ends at {} s, not {} s", found.seconds(), bound.seconds());

    let log = made.log();
    let delivered = &log["items"][0]["window"]["delivered"];
    assert_eq!((&delivered["first_frame"], &delivered["frames"]), (&wanted[0].into(), &wanted.len().into()), "{what}");
}

fn every_window_of(file: &str) {
    if ffmpeg_is_missing() {
        return;
    }
    let (times, footage_end) = timeline(file);
    let check = |from: Time, to: Time| check_window(file, &times, footage_end, from, to);
    check(Time::new(0, 1), times[times.len() / 3]);
    check(times[7], times[15].plus(millis(1)));
    check(times[4].plus(millis(1)), Time::new(0, 1).plus(times[9]).since(millis(1)));
    check(times[13], times[14]);
    check(times[15].plus(millis(1)), times[26]);
    check(Time::new(0, 1), Time::new(9999, 1));
}

#[test]
fn b_frames_in_mp4_give_exactly_the_frames_of_each_window() {
    every_window_of("car-park.mp4");
}

#[test]
fn hevc_gives_exactly_the_frames_of_each_window() {
    every_window_of("hevc.mkv");
}

#[test]
fn ten_bit_hevc_gives_exactly_the_frames_of_each_window() {
    every_window_of("hevc-10bit.mp4");
}

#[test]
fn avi_gives_exactly_the_frames_of_each_window() {
    every_window_of("mpeg4.avi");
}

#[test]
fn motion_jpeg_gives_exactly_the_frames_of_each_window() {
    every_window_of("full-range.mov");
}

#[test]
fn times_that_begin_at_an_hour_give_exactly_the_frames_of_each_window() {
    every_window_of("late-start.ts");
}

#[test]
fn uneven_times_with_a_gap_give_exactly_the_frames_of_each_window() {
    every_window_of("gap.mp4");
}

#[test]
fn a_turned_picture_gives_exactly_the_frames_of_each_window() {
    every_window_of("rotated.mp4");
}

#[test]
fn wide_pixels_give_exactly_the_frames_of_each_window() {
    every_window_of("anamorphic.mp4");
}

#[test]
fn odd_sizes_give_exactly_the_frames_of_each_window() {
    every_window_of("odd.avi");
    every_window_of("odd-444.mp4");
}

/// The numbers painted into a run's stills, in order.
fn still_numbers(made: &Run) -> Vec<Option<u32>> {
    let log = made.log();
    let stills = log["items"][0]["expected_stills"].as_array().unwrap();
    let shown = stills.iter().enumerate().map(|(i, still)| {
        let crop = format!("crop={}:{}:0:0,format=yuv444p", still["picture"][0], still["picture"][1]);
        let mut pictures = lumas(&made.sent(&format!("still-{:04}.png", i + 1)), "", &crop);
        number(pictures.next().unwrap())
    });
    shown.collect()
}

#[test]
fn a_still_shows_the_last_frame_at_or_before_its_time() {
    if ffmpeg_is_missing() {
        return;
    }
    for file in [
        "car-park.mp4",
        "hevc.mkv",
        "hevc-10bit.mp4",
        "mpeg4.avi",
        "full-range.mov",
        "late-start.ts",
        "gap.mp4",
        "rotated.mp4",
        "anamorphic.mp4",
        "odd.avi",
        "odd-444.mp4",
    ] {
        let (times, footage_end) = timeline(file);
        let last = times.len() - 1;
        let asked = [
            (times[12].plus(millis(3)), 12),
            (times[5], 5),
            (times[6].since(millis(1)), 5),
            (times[0], 0),
            (times[last], last),
            (footage_end.since(millis(1)), last),
            (times[23], 23),
            (times[11], 11),
        ];
        let options: String = asked.iter().map(|(at, _)| format!(" --at {}", at.typed())).collect();
        let made = on_fixture("still", file, &options).ready();
        let expected: Vec<_> = asked.iter().map(|&(_, n)| Some(n as u32)).collect();
        assert_eq!(still_numbers(&made), expected, "{file}");

        let (from, to) = (times[3].plus(millis(1)), times[10]);
        let options = format!("--every 0.07 --from {} --to {}", from.typed(), to.typed());
        let made = on_fixture("still", file, &options).ready();
        let instants = (0..).map(|n| from.plus(millis(70 * n))).take_while(|at| *at < to);
        let on_screen = |at: Time| times.iter().rposition(|t| *t <= at).map(|n| n as u32);
        assert_eq!(still_numbers(&made), instants.map(on_screen).collect::<Vec<_>>(), "{file}");
    }
}

#[test]
fn an_instant_that_the_footage_does_not_show_is_refused() {
    if ffmpeg_is_missing() {
        return;
    }
    let clock = "--clock-start 2026-10-12T09:00:00";
    for file in ["gap.mp4", "late-start.ts", "mpeg4.avi"] {
        let (_, footage_end) = timeline(file);
        on_fixture("still", file, &format!("--at {}", footage_end.typed())).stopped(3);
        on_fixture("still", file, &format!("--at 0 --at {}", footage_end.plus(millis(500)).typed())).stopped(3);
        on_fixture("still", file, &format!("{clock} --at 2026-10-12T08:59:59.999")).stopped(3);
        on_fixture("clip", file, &format!("{clock} --from 2026-10-12T08:00:00 --to 2026-10-12T09:00:00")).stopped(3);
        on_fixture("clip", file, &format!("--from {} --to 9999", footage_end.typed())).stopped(3);
        on_fixture("clip", file, "--from 1 --to 1").stopped(3);
    }
    let (times, _) = timeline("gap.mp4");
    let inside = times[19].plus(millis(3000)).typed();
    on_fixture("still", "gap.mp4", &format!("--at {inside}")).stopped(3);
    on_fixture("still", "gap.mp4", &format!("--at {}", times[20].since(millis(1)).typed())).stopped(3);
    on_fixture("clip", "gap.mp4", &format!("--from {inside} --to {}", times[20].typed())).stopped(3);
}
