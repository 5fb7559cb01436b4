//! Clips with faults that making one could have, held against notes that were taken as they are while one is made: each
//! is found, without decoding the footage again.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cover::Cover;
use crate::error::Kind;
use crate::geometry::Rect;
use crate::media::{Besides, Converter, Encoder, Muxer, REORDER, Target};
use crate::obscure;
use crate::picture::Picture;
use crate::plan::{self, Plan};
use crate::progress::Silent;
use crate::render::{Event, Finish, Rendering, Stretch, decode};
use crate::time::{Lasts, Position, Window};
use crate::verify::means::Means;
use crate::verify::{CoverEntry, intervals};

/// The frames of one second, each with a cover of its own, and what a good clip of them is.
struct Bench {
    folder: tempfile::TempDir,
    footage: Footage,
    plan: Plan,
    expected: ExpectedClip,
    /// The footage's pictures, uncovered, and one more.
    pictures: Vec<Picture>,
}

/// What happened to the clip while it was made: which picture stands in each place, and whose cover it has.
struct Story {
    pictures: Vec<usize>,
    covers: Vec<usize>,
}

const FRAMES: usize = 10;

impl Bench {
    fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mpeg4.avi");
        let footage = probe(&path, ProbeOptions::default()).unwrap();
        let at = |seconds| Position::from_seconds(seconds).unwrap();
        let selection = plan::clip(&footage, Window { from: at(0.5), to: at(1.5) }).unwrap();
        assert_eq!(selection.frames.len(), FRAMES);
        let cover = |place: usize| {
            let x0 = 16 * place as u32;
            Cover { boxes: vec![Rect { x0, y0: 64, x1: x0 + 64, y1: 192 }], all_but: None }
        };
        let covers: Vec<_> = selection.frames.iter().enumerate().map(|(place, &f)| (f, cover(place))).collect();
        let ticks: Vec<i64> = selection.frames.iter().map(|&f| footage.frames[f].ticks).collect();
        let expected = ExpectedClip {
            size: [footage.layout.width, footage.layout.height],
            time_base: [footage.time_base.num, footage.time_base.den],
            intervals: intervals(&ticks),
            last: selection.last_lasts(&footage),
            quarter_turns: 0,
            sound: None,
            copied: Vec::new(),
            covers: covers.iter().enumerate().map(|(place, (_, c))| CoverEntry::new(place, c, |r| r)).collect(),
        };
        let stretch = Stretch { frames: selection.frames[0]..selection.frames[0] + FRAMES + 1 };
        let mut pictures = Vec::new();
        decode(&footage, &stretch, |event| {
            if let Event::Frame(_, picture) = event {
                pictures.push(picture.clone());
            }
            Ok(())
        })
        .unwrap();
        let plan = Plan { selection, covers, tracks: Vec::new(), subject_covered: Vec::new(), warnings: Vec::new() };
        Self { folder: tempfile::tempdir().unwrap(), footage, plan, expected, pictures }
    }

    /// Makes the clip, with notes on the pictures at these places.
    fn witness(&self, noted: impl Fn(usize) -> usize) -> Witness<'_> {
        let source = Source { footage: &self.footage, plan: &self.plan };
        let witness = Witness::new(source, &self.expected, self.folder.path()).unwrap();
        let mut converter = Converter::new(self.footage.layout, &self.footage.colour, Target::Yuv420).unwrap();
        let finish = Finish::new(&self.footage);
        let mut notes = witness.notes();
        for (place, &frame) in self.plan.selection.frames.iter().enumerate() {
            notes.note(frame, &self.pictures[noted(place)], &finish, &mut converter).unwrap();
        }
        notes.finish().unwrap();
        witness
    }

    fn make(&self, story: &Story, change: impl Fn(usize, &mut Picture)) -> std::path::PathBuf {
        let path = self.folder.path().join("clip.mp4");
        let frames = &self.plan.selection.frames;
        let Finish { encoder: options, display, .. } = Rendering::full(&self.footage, &self.plan).unwrap().finish;
        let mut encoder = Encoder::open(&options).unwrap();
        let sets = encoder.sets().unwrap();
        let mut muxer =
            Muxer::create(&path, &encoder, &sets, self.footage.time_base, display, Besides::default()).unwrap();
        let ticks = |place: usize| self.footage.frames[frames[place]].ticks - self.footage.frames[frames[0]].ticks;
        let mut coded = Vec::new();
        let mut keep = |packet| {
            coded.push(packet);
            Ok(())
        };
        for place in 0..FRAMES {
            let mut picture = self.pictures[story.pictures[place]].clone();
            obscure::METHODS[0].apply(&mut picture, &self.plan.covers[story.covers[place]].1);
            change(place, &mut picture);
            encoder.send(&picture, ticks(place), false, &mut keep).unwrap();
        }
        encoder.finish(&mut keep).unwrap();
        for (place, packet) in coded.iter().enumerate() {
            let decode = match place.checked_sub(REORDER) {
                Some(place) => ticks(place),
                None => (place as i64 - REORDER as i64) * self.footage.median_interval,
            };
            let last = self.expected.last;
            let lasts = if packet.ticks == ticks(FRAMES - 1) { last } else { Lasts { ticks: 1, at_most: None } };
            muxer.write(&packet.data, packet.ticks, decode, lasts, packet.key).unwrap();
        }
        muxer.finish().unwrap();
        path
    }

    fn verify(&self, path: &Path, against: Against<'_>) -> Result<Report> {
        clip(path, &self.expected, &obscure::METHODS[0], Some(against), 1, &Silent)
    }

    /// What verification says of a clip that was made so, by good notes and by the footage itself.
    fn told(&self, story: &Story, change: impl Fn(usize, &mut Picture)) -> Option<String> {
        let path = self.make(story, change);
        let witness = self.witness(|place| place);
        let by_notes = self.verify(&path, Against::Witness(&witness));
        let by_footage = self.verify(&path, Against::Footage(witness.source()));
        assert_eq!(by_notes.is_ok(), by_footage.is_ok());
        let error = by_notes.err()?;
        assert_eq!(error.kind(), Kind::Unverified, "{}", error.what());
        Some(error.what().to_owned())
    }
}

impl Story {
    fn good() -> Self {
        Self { pictures: (0..FRAMES).collect(), covers: (0..FRAMES).collect() }
    }
}

fn leave(_: usize, _: &mut Picture) {}

#[test]
fn a_good_clip_passes_and_says_what_was_decoded_afresh() {
    let bench = Bench::new();
    assert_eq!(bench.told(&Story::good(), leave), None);
    let path = bench.folder.path().join("clip.mp4");
    let report = bench.verify(&path, Against::Witness(&bench.witness(|place| place))).unwrap();
    let said = &report.checks.iter().find(|c| c.name == "outside the cover").unwrap().detail;
    assert!(said.contains("5 of 10 frames of the footage were decoded afresh"), "{said}");
    assert!(report.psnr_outside.unwrap() > 30.0);
}

#[test]
fn two_frames_in_each_others_place_are_found() {
    let mut story = Story::good();
    story.pictures.swap(7, 9);
    assert!(Bench::new().told(&story, leave).unwrap().contains("frame 7 of the clip: the picture"));
}

#[test]
fn a_frame_that_stands_twice_is_found() {
    let mut story = Story::good();
    story.pictures[8] = 7;
    assert!(Bench::new().told(&story, leave).unwrap().contains("frame 8 of the clip: the picture"));
}

#[test]
fn every_frame_one_place_early_is_found() {
    let story = Story { pictures: (1..=FRAMES).collect(), ..Story::good() };
    assert!(Bench::new().told(&story, leave).unwrap().contains("the picture"));
}

#[test]
fn a_cover_on_the_wrong_frame_is_found() {
    let mut story = Story::good();
    story.covers[6] = 9;
    assert!(Bench::new().told(&story, leave).unwrap().contains("frame 6 of the clip"));
}

#[test]
fn covers_one_frame_late_are_found() {
    let story = Story { covers: (0..FRAMES).map(|p| p.saturating_sub(1)).collect(), ..Story::good() };
    assert!(Bench::new().told(&story, leave).is_some());
}

#[test]
fn one_frame_without_its_cover_is_found() {
    let bench = Bench::new();
    let path = bench.told(&Story::good(), |place, picture| {
        if place == 8 {
            *picture = bench.pictures[8].clone();
        }
    });
    assert!(path.unwrap().contains("frame 8 of the clip: what is under the cover"));
}

#[test]
fn a_frame_whose_colours_changed_places_is_found() {
    let swapped = |place: usize, picture: &mut Picture| {
        if let (4, crate::picture::Planes::Eight(planes)) = (place, &mut picture.planes) {
            // A red coat and a blue one: the same luma.
            planes[1].samples.iter_mut().for_each(|s| *s = 60);
            planes[2].samples.iter_mut().for_each(|s| *s = 200);
        }
    };
    assert!(Bench::new().told(&Story::good(), swapped).unwrap().contains("frame 4 of the clip"));
}

#[test]
fn notes_that_are_as_wrong_as_the_clip_are_found() {
    let bench = Bench::new();
    let path = bench.make(&Story { pictures: (1..=FRAMES).collect(), ..Story::good() }, leave);
    let witness = bench.witness(|place| place + 1);
    let error = bench.verify(&path, Against::Witness(&witness)).unwrap_err();
    assert!(error.kind() == Kind::Unverified && error.what().contains("is not the footage's"), "{}", error.what());
}

#[test]
fn a_frame_that_nobody_noted_is_an_error() {
    let bench = Bench::new();
    let path = bench.make(&Story::good(), leave);
    let source = Source { footage: &bench.footage, plan: &bench.plan };
    let witness = Witness::new(source, &bench.expected, bench.folder.path()).unwrap();
    let error = bench.verify(&path, Against::Witness(&witness)).unwrap_err();
    assert!(error.kind() == Kind::Failed && error.what().contains("kept for verification"), "{}", error.what());
}

#[test]
fn nothing_under_a_cover_is_noted() {
    let bench = Bench::new();
    let (clear, [width, height]) = (bench.witness(|place| place), bench.expected.size);
    // The same frames with other people under the covers.
    let mut others = Bench::new();
    for (picture, (_, cover)) in others.pictures.iter_mut().zip(&others.plan.covers) {
        obscure::erase(picture, cover);
    }
    let erased = others.witness(|place| place);
    let (mut clear, mut erased) = (clear.recall(), erased.recall());
    for place in 0..FRAMES {
        let noted = clear.means(place).unwrap();
        assert_eq!(noted, erased.means(place).unwrap());
        let all = Means::of(&bench.pictures[place], width, height).unwrap();
        assert!(noted != all && noted.levels.iter().any(|&level| level > 0));
    }
}
