//! The right frame and the right place: painted numbers and places are read back from every frame of the clip, with the
//! `ffmpeg` command's decoder, and no frame from outside the window is anywhere in the file.

mod sources;

use std::path::Path;
use std::process::Command;

use cctv_redact::picture::{Layout, Picture, Plane, Planes};
use cctv_redact::scene::read_frame_number;
use serde_json::{Value, json};

use crate::decode::{Luma, Time, frame_times, lumas};
use crate::record::{Record, Share, each};
use crate::tool;
use sources::{MARK, MARK_ROWS, PERSON, SIZE, Source, drawn, mark, person};

/// What `fill` leaves: a quarter of the luma range.
const FILLED: u8 = 71;
/// The margin that the tool puts around the person.
const MARGIN: usize = 8;

pub fn prove(share: Share) -> Record {
    let folder = tempfile::tempdir().unwrap();
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        let notes = vec!["NOT TESTED: the ffmpeg command is not installed".to_owned()];
        return Record { notes, ..Record::default() };
    }
    let sources = sources::all(folder.path());
    let read = each(&sources, |source| windows(source, share));
    let damaged = each(&(0..share.of(6, 40)).collect::<Vec<_>>(), |n| damaged(folder.path(), *n));
    Record::of(read.into_iter().chain(damaged).chain([hidden(&sources[0])]))
}

/// What a recording presents, by a decoder that is not ours: each frame's painted number and time from 0.
fn presented(path: &Path) -> Vec<(usize, Time)> {
    let times = frame_times(path);
    let read = |luma: Luma| number(&luma).unwrap_or_else(|| panic!("{}: a frame without number", path.display()));
    let numbers = lumas(path, "", "format=yuv420p").map(|luma| read(luma) as usize);
    let all: Vec<_> = numbers.zip(&times).map(|(number, time)| (number, time.since(times[0]))).collect();
    assert_eq!(all.len(), times.len(), "{}", path.display());
    all
}

/// Asks for windows of a recording and reads everything back.
fn windows(source: &Source, share: Share) -> Record {
    let frames = presented(&source.path);
    let count = frames.len();
    let mut record = Record::default();
    let mut asked = vec![(0, count / 3), (count / 5, count / 5 + 13), (count / 2 + 1, count - 1), (count - 3, count)];
    if share == Share::All {
        asked.extend((0..count - 2).step_by(3).map(|from| (from, from + 2)));
    }
    for (from, to) in asked {
        let wanted = &frames[from..to];
        let end = frames.get(to).map_or("9999".to_owned(), |f| f.1.typed());
        let what = format!("{}, frames {from} to {to}", source.what);
        let clip = |shift: f64| made(source, &frames, wanted[0].1, &end, shift);
        let folder = clip(0.0);
        let path = tool::pack(folder.path()).join("send/clip.mp4");
        for fault in faults(&path, wanted, source.coarse, "") {
            record.case(fault.map(|fault| format!("{what}: {fault}")));
        }
        // What players skip is read too: nothing else may be in the file.
        let all = faults(&path, wanted, source.coarse, "-ignore_editlist 1");
        record.case(all.into_iter().flatten().next().map(|fault| format!("{what}, edit list ignored: {fault}")));
        let samples = samples(&path);
        record.case((samples != wanted.len()).then(|| format!("{what}: the file holds {samples} samples")));
        let seen = |wanted: &[(usize, Time)]| faults(&path, wanted, source.coarse, "").iter().any(Option::is_some);
        if from > 0 {
            record.control(format!("{what}: one frame earlier expected"), seen(&frames[from - 1..to - 1]));
            record.control(format!("{what}: one frame more expected"), seen(&frames[from - 1..to]));
        }
        let mut late = wanted.to_vec();
        late[wanted.len() / 2].1 = late[wanted.len() / 2].1.plus(Time::new(1, 1000));
        record.control(format!("{what}: a frame a millisecond later expected"), wanted.len() < 2 || seen(&late));
        if from == 0 {
            let folder = clip(12.0);
            let path = tool::pack(folder.path()).join("send/clip.mp4");
            let found = faults(&path, wanted, source.coarse, "");
            record.control(format!("{what}: boxes 12 pixels off"), found.iter().all(Option::is_some));
        }
    }
    record
}

/// A clip of a recording's window, the person covered, boxes off to the right by so much.
fn made(source: &Source, frames: &[(usize, Time)], from: Time, to: &str, off: f64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let boxes = frames.iter().enumerate().map(|(place, (number, _))| {
        let (x, y) = person(*number);
        json!({ "frame": place, "box": [x as f64 + off, y, PERSON, PERSON] })
    });
    let track = json!([{ "id": "1", "sampling": "every-frame", "keyframes": boxes.collect::<Vec<Value>>() }]);
    tool::write_tracks(folder.path(), &track);
    let item = json!({
        "kind": "clip", "footage": [source.path], "from": from.typed(), "to": to, "method": "fill",
        "tracks": [{ "file": "tracks.json" }], "damaged": "cover", "gaps": "cover",
    });
    tool::answer(folder.path(), &tool::request(&[item])).unwrap_or_else(|e| panic!("{}: {e}", source.what));
    folder
}

/// What is wrong with each frame of a clip that must show these, at these times from the first one's.
fn faults(clip: &Path, wanted: &[(usize, Time)], coarse: usize, before: &str) -> Vec<Option<String>> {
    let shown: Vec<Luma> = lumas(clip, before, "format=yuv420p").collect();
    let mut all: Vec<Option<String>> =
        shown.iter().zip(wanted).map(|(luma, (number, _))| misplaced(luma, *number, coarse)).collect();
    if shown.len() != wanted.len() {
        all.push(Some(format!("{} frames, not {}", shown.len(), wanted.len())));
    } else if before.is_empty() {
        let times = frame_times(clip);
        let wrong = times.iter().zip(wanted).position(|(time, (_, own))| *time != own.since(wanted[0].1));
        all.push(wrong.map(|place| format!("frame {place} of the clip is at {} s", times[place].seconds())));
    }
    all
}

fn number(luma: &Luma) -> Option<u32> {
    let (width, height) = (luma.width as u32, luma.height as u32);
    let layout =
        Layout { width, height, chroma_shift_x: 0, chroma_shift_y: 0, depth: 8, grey: true, full_range: false };
    let plane = Plane { width: luma.width, height: luma.height, samples: luma.samples.clone() };
    read_frame_number(&Picture { layout, planes: Planes::Eight(vec![plane]) })
}

/// What is wrong with a picture that must be frame `n`: its number, the place of the mark, the place of the cover.
fn misplaced(luma: &Luma, n: usize, coarse: usize) -> Option<String> {
    let at = |x: usize, y: usize| luma.samples[y * luma.width + x];
    if (luma.width, luma.height) != SIZE {
        return Some(format!("a picture of {}x{}", luma.width, luma.height));
    }
    let found = number(luma);
    if found != Some(n as u32) {
        return Some(format!("shows frame {found:?}, not {n}"));
    }
    let bright: Vec<(usize, usize)> =
        MARK_ROWS.flat_map(|y| (0..SIZE.0).map(move |x| (x, y))).filter(|&(x, y)| at(x, y) > 140).collect();
    let mean = |axis: fn(&(usize, usize)) -> usize| {
        bright.iter().map(axis).sum::<usize>() as f64 / bright.len().max(1) as f64 - (MARK - 1) as f64 / 2.0
    };
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let mark = mark(n);
    if (x - mark.0 as f64).abs() > 0.7 || (y - mark.1 as f64).abs() > 0.7 {
        return Some(format!("frame {n} has its mark at ({x:.1}, {y:.1}), not {mark:?}"));
    }
    let filled = |x: usize, y: usize| at(x, y).abs_diff(FILLED) < 30;
    let (left, top) = person(n);
    for y in top..top + PERSON {
        if let Some(x) = (left..left + PERSON).find(|&x| !filled(x, y)) {
            return Some(format!("frame {n} shows the person at ({x}, {y})"));
        }
    }
    // How far the cover reaches from the person's middle.
    let (x, y) = (left + PERSON / 2, top + PERSON / 2);
    let reach = |step: &dyn Fn(usize) -> bool| (1..).take_while(|&d| step(d)).count();
    let sides = [
        ("left", reach(&|d| filled(x - d, y)), PERSON / 2),
        ("right", reach(&|d| filled(x + d, y)), PERSON / 2 - 1),
        ("up", reach(&|d| filled(x, y - d)), PERSON / 2),
        ("down", reach(&|d| filled(x, y + d)), PERSON / 2 - 1),
    ];
    let wrong = sides.iter().find(|(_, found, half)| {
        let least = half + MARGIN;
        // Outward to the chroma grid, and what coding softens.
        !(least.saturating_sub(1)..=least + 2 + coarse).contains(found)
    });
    wrong
        .map(|(side, found, half)| format!("frame {n}: the cover reaches {found} to the {side}, not {}", half + MARGIN))
}

/// How many samples the file's own table counts.
fn samples(clip: &Path) -> usize {
    let bytes = std::fs::read(clip).unwrap();
    let at = bytes.windows(4).position(|w| w == b"stsz").unwrap();
    u32::from_be_bytes(bytes[at + 12..at + 16].try_into().unwrap()) as usize
}

/// Damaged recordings: every frame shows what it must, or is covered whole; all are there, at their times.
fn damaged(folder: &Path, n: usize) -> Record {
    let good = Source { what: format!("damage {n}"), path: folder.join("b.mp4"), coarse: 0 };
    let frames = presented(&good.path);
    let mut bytes = std::fs::read(&good.path).unwrap();
    let start = bytes.windows(4).position(|w| w == b"mdat").unwrap() + 4;
    let end = bytes.windows(4).rposition(|w| w == b"moov").unwrap_or(bytes.len());
    let at = start + (end - start) * (n * 37 % 80 + 10) / 100;
    bytes[at..at + 40 + n].iter_mut().for_each(|b| *b = !*b);
    let bad = Source { path: folder.join(format!("damaged-{n}.mp4")), ..good };
    std::fs::write(&bad.path, bytes).unwrap();
    let made = made(&bad, &frames, frames[5].1, &frames[50].1.typed(), 0.0);
    let clip = tool::pack(made.path()).join("send/clip.mp4");
    let shown: Vec<Luma> = lumas(&clip, "", "format=yuv420p").collect();
    let mut record = Record::default();
    record.case((shown.len() != 45).then(|| format!("damage {n}: {} frames", shown.len())));
    let times = frame_times(&clip);
    let late = times.iter().zip(&frames[5..50]).any(|(time, own)| *time != own.1.since(frames[5].1));
    record.case(late.then(|| format!("damage {n}: the frames are not at their times")));
    let scene = sources::scene();
    let mut whole = 0;
    for (luma, (number, _)) in shown.iter().zip(&frames[5..50]) {
        if luma.samples.iter().all(|v| v.abs_diff(FILLED) < 25) {
            whole += 1;
            continue;
        }
        let fault = misplaced(luma, *number, 0).or_else(|| smeared(luma, &drawn(&scene, *number), *number));
        record.case(fault.map(|fault| format!("damage {n}: {fault}")));
    }
    // The check of the rest of the picture sees a smear: another frame's.
    let other = smeared(&shown[0], &drawn(&scene, frames[5].0 + 9), 0).is_some();
    record.control(format!("damage {n}: another frame's picture"), other || shown[0].samples[0].abs_diff(FILLED) < 25);
    record.notes.extend((whole == 0).then(|| format!("damage {n} spoiled no frame of the window")));
    record
}

/// A block of 16x16 outside the cover that is far from what was drawn.
fn smeared(luma: &Luma, drawn: &[u8], n: usize) -> Option<String> {
    let (left, top) = person(n);
    let near =
        |x: usize, y: usize| x + 16 + 16 > left && x < left + PERSON + 16 && y + 16 + 16 > top && y < top + PERSON + 16;
    for y in (0..SIZE.1).step_by(16) {
        for x in (0..SIZE.0).step_by(16).filter(|&x| !near(x, y)) {
            let place = |i: usize| (y + i / 16) * SIZE.0 + x + i % 16;
            let off: u32 = (0..256).map(|i| u32::from(luma.samples[place(i)].abs_diff(drawn[place(i)]))).sum();
            if off > 256 * 24 {
                return Some(format!("frame {n} is smeared at ({x}, {y}), {} levels off", off / 256));
            }
        }
    }
    None
}

/// A frame that an edit list hides is seen; so is a turn that is not made.
fn hidden(source: &Source) -> Record {
    let mut record = Record::default();
    let frames = presented(&source.path);
    let made = made(source, &frames, frames[3].1, &frames[30].1.typed(), 0.0);
    let clip = tool::pack(made.path()).join("send/clip.mp4");
    let cut = made.path().join("cut.mp4");
    let ffmpeg = |before: &[&str], after: &[&str], out: &Path| {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error"]).args(before).arg("-i").arg(&clip).args(["-c", "copy"]).args(after).arg(out);
        assert!(command.status().unwrap().success());
    };
    ffmpeg(&["-ss", "0.5"], &[], &cut);
    let (seen, all) = (lumas(&cut, "", "null").count(), lumas(&cut, "-ignore_editlist 1", "null").count());
    record.control(format!("an edit list that hides frames: {seen} seen, {all} there"), seen < all);
    let turned = made.path().join("turned.mp4");
    ffmpeg(&[], &["-metadata:s:v", "rotate=180"], &turned);
    let found = faults(&turned, &frames[3..30], 0, "").iter().take(27).all(Option::is_some);
    record.control("a picture turned the wrong way", found);
    record
}
