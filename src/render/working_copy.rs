//! A working copy for annotation tools: every wanted frame once, uncovered, evenly timed, above a band that says so.

use std::sync::mpsc::sync_channel;

use image::GrayImage;

use super::stretch::{Event, cut, decode};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::Orientation;
use crate::media::{Besides, Coded, Coding, Converter, Encoder, EncoderOptions, Muxer, Target};
use crate::output;
use crate::picture::{Picture, Plane, Planes};
use crate::progress::Progress;
use crate::stats::{self, Stage};
use crate::time::{Lasts, TimeBase};
use crate::tracks::working_copy::NOTICE;

/// Pictures that wait for the encoder.
const READY: usize = 4;

/// x264's threads, at most.
const THREADS: usize = 4;

/// For tools that jump to a frame by its number: no picture refers to a later one, and a key frame is never far.
const FOR_TOOLS: Coding = Coding {
    preset: "superfast",
    crf: "19",
    parameters: "bframes=0:keyint=12:scenecut=0:rc-lookahead=0:open-gop=0:force-cfr=0:sliced-threads=0:sync-lookahead=0",
};

/// How a working copy's picture is made up.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Columns; even.
    pub width: u32,
    /// Rows; even.
    pub height: u32,
    /// Frames a second: about as many as the footage has, but whole, as tools want it.
    pub frames_per_second: u32,
    /// What is written below the picture.
    band: GrayImage,
}

impl Sheet {
    /// For a piece of footage: its picture upright and unstretched at the top left, the band below.
    ///
    /// # Errors
    /// `Failed` when the built-in font cannot be read.
    pub fn new(footage: &Footage) -> Result<Self> {
        let (width, height) = footage.displayed_size();
        let band = output::band(width, &NOTICE.to_uppercase())?;
        Ok(Self {
            width: width.next_multiple_of(2),
            height: (height + band.height()).next_multiple_of(2),
            frames_per_second: footage.frame_rate().round().clamp(1.0, 120.0) as u32,
            band,
        })
    }

    /// A displayed picture, 8-bit 4:2:0, with the band below it.
    fn with_band(&self, picture: Picture) -> Result<Picture> {
        let layout = crate::picture::Layout { height: self.height, ..picture.layout };
        let Planes::Eight(planes) = picture.planes else {
            return Err(Error::failed("a picture was not converted to 8 bits"));
        };
        let below = |index: usize, plane: Plane<u8>| {
            let (width, height) = layout.plane_size(index);
            let mut samples = plane.samples;
            if index == 0 {
                samples.extend(self.band.pixels().map(|p| layout.level(0, f64::from(p.0[0]) / 255.0) as u8));
            }
            let rest = if index == 0 { layout.level(0, 0.0) } else { layout.level(index, 0.5) };
            samples.resize(width * height, rest as u8);
            Plane { width, height, samples }
        };
        Ok(Picture { layout, planes: Planes::Eight((0..).zip(planes).map(|(i, p)| below(i, p)).collect()) })
    }
}

/// Writes a working copy of these frames (in order, each once); `path` may exist, empty. Returns those that show damage,
/// in order. A frame that does not decode is plain grey, so that the others keep their numbers.
///
/// # Errors
/// `Failed` when the footage cannot be read, x264 or the disk refuses; `Interrupted`.
pub fn working_copy(
    footage: &Footage,
    frames: &[usize],
    sheet: &Sheet,
    path: &std::path::Path,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Vec<usize>> {
    let base = TimeBase { num: 1, den: i32::try_from(sheet.frames_per_second).unwrap_or(i32::MAX) };
    let options = EncoderOptions {
        width: sheet.width,
        height: sheet.height,
        // Tools do not agree on pixels that are not square; boxes count them as they are stored.
        sample_aspect: (1, 1),
        colour: footage.colour,
        full_range: footage.layout.full_range,
        time_base: base,
        interval: 1,
        threads: threads.clamp(1, THREADS),
        joins: None,
        coding: FOR_TOOLS,
    };
    let mut encoder = Encoder::open(&options)?;
    let sets = encoder.sets()?;
    let mut muxer = Muxer::create(
        path,
        &encoder,
        &sets,
        base,
        Orientation::default(),
        Besides { title: Some(NOTICE), ..Besides::default() },
    )?;
    let mut write = |coded: Coded| {
        stats::work(Stage::Write, || {
            muxer.write(&coded.data, coded.ticks, coded.ticks, Lasts { ticks: 1, at_most: None }, coded.key)
        })
    };
    let (mut spoiled, given) = std::thread::scope(|scope| -> Result<(Vec<usize>, usize)> {
        let (ready, pictures) = sync_channel(READY);
        let decoding = scope.spawn(move || -> Result<Vec<usize>> {
            let mut converter = Converter::new(footage.layout, &footage.colour, Target::Yuv420)?;
            let mut spoiled = Vec::new();
            for stretch in cut(footage, frames) {
                decode(footage, &stretch, |event| match event {
                    Event::Spoiled(some) => {
                        spoiled.extend(some);
                        Ok(())
                    }
                    Event::Frame(_, picture) => {
                        let shown = converter.yuv420(picture)?.oriented(footage.orientation);
                        ready.send(sheet.with_band(shown)?).map_err(|_| Error::interrupted())
                    }
                })?;
            }
            Ok(spoiled)
        });
        let mut given = 0;
        for picture in pictures {
            stats::work(Stage::Encode, || encoder.send(&picture, given as i64, false, &mut write))?;
            given += 1;
            progress.step(1)?;
        }
        let spoiled = decoding.join().map_err(|_| Error::failed("a task failed"))??;
        Ok((spoiled, given))
    })?;
    encoder.finish(&mut write)?;
    if given != frames.len() {
        return Err(Error::unverified(format!("{given} frames were written, not the {} of the window", frames.len())));
    }
    muxer.finish()?;
    spoiled.sort_unstable();
    spoiled.dedup();
    Ok(spoiled)
}
