//! Draws the benchmark's clip into a folder: the clip, its tracks in every format, what it is, and the SHA-256 of every
//! frame as it was drawn, before any codec, so that others can tell whether they drew the same.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::clip::{ClipOptions, Way};
use super::tracks::Boxes;
use crate::error::{Error, Result};
use crate::footage::Colour;
use crate::geometry::Orientation;
use crate::media::{Besides, Coded, Coding, Encoder, EncoderOptions, Muxer};
use crate::picture::{Picture, Planes};
use crate::progress::Progress;
use crate::scene::Scene;
use crate::time::{Lasts, TimeBase};
use crate::{hash, json, render};

/// The clip's name in its folder.
pub const CLIP: &str = "clip.mp4";

/// The names of its track files: native, CVAT, MOTChallenge, Label Studio.
pub const TRACKS: [&str; 4] = ["tracks.json", "tracks.cvat.xml", "tracks.mot.txt", "tracks.label-studio.json"];

/// The SHA-256 of each frame as it was drawn, one a line, in the form of FFmpeg's `framehash`.
const HASHES: &str = "frames.sha256";

/// The frames themselves, uncoded.
const RAW: &str = "frames.y4m";

/// As a camera codes: each picture from the one before, key frames where they are asked for and nowhere else. It stays as
/// it is when this tool's own settings change, so that figures of two versions are of one clip.
const CAMERA: Coding = Coding {
    preset: "veryfast",
    crf: "22",
    parameters: "bframes=0:scenecut=0:keyint=infinite:cpu-independent=1:force-cfr=0:sliced-threads=0:sync-lookahead=0",
};

/// What the folder holds, as data.
const ABOUT: &str = "clip.json";

/// A clip that was drawn.
#[derive(Debug, Clone, Serialize)]
pub struct Emitted {
    /// Where it is.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Always 1.
    pub version: u32,
    /// What it shows.
    pub options: ClipOptions,
    /// Where its figures go.
    pub ways: Vec<Way>,
    /// SHA-256 of the clip.
    pub clip_sha256: String,
    /// SHA-256 of the list of its frames' SHA-256, which is the same whatever codec there is.
    pub drawn_sha256: String,
}

impl Emitted {
    /// The clip.
    pub fn clip(&self) -> PathBuf {
        self.folder.join(CLIP)
    }

    /// Its native tracks.
    pub fn tracks(&self) -> PathBuf {
        self.folder.join(TRACKS[0])
    }
}

/// Draws a clip into a new folder (an empty one may stand there), in one step: all of it or nothing. With `raw` the
/// frames go there uncoded too, which for a minute of 1080p are 4.7 GB.
///
/// # Errors
/// `Usage` for what cannot be drawn and for a folder with something in it; `Failed` when the disk or x264 refuses;
/// `Interrupted`.
pub fn emit(
    options: &ClipOptions,
    folder: &Path,
    raw: bool,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Emitted> {
    let scene = options.scene()?;
    let taken = |why: &dyn std::fmt::Display| {
        Error::usage(format!("the clip cannot be put into {}: {why}", folder.display()))
            .hint("name a folder that does not exist yet; nothing is overwritten")
    };
    if folder.symlink_metadata().is_ok() && !fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_none()) {
        return Err(taken(&"something is there already"));
    }
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = tempfile::Builder::new().prefix(".drawing-").tempdir_in(parent).map_err(|e| {
        Error::usage(format!("cannot draw a clip in {}: {e}", parent.display())).hint("name a folder that exists")
    })?;
    let make = |name: &str| {
        let path = draft.path().join(name);
        File::create_new(&path).map_err(|e| Error::io("cannot write", &path, &e))
    };
    let write = |name: &str, contents: &[u8]| {
        make(name)?.write_all(contents).map_err(|e| Error::io("cannot write", &draft.path().join(name), &e))
    };
    progress.stage("drawing", u64::from(options.frames));
    let hashes = listed(&encode(options, &scene, &draft.path().join(CLIP), threads, progress)?, options);
    if raw {
        y4m(options, &scene, make(RAW)?).map_err(|e| Error::io("cannot write", &draft.path().join(RAW), &e))?;
    }
    let clip_sha256 = hash::file(&draft.path().join(CLIP))?;
    let figures = options.boxes(&scene);
    let boxes = Boxes { options, figures: &figures, sha256: &clip_sha256 };
    let files = [boxes.native()?, boxes.cvat()?, boxes.mot(), boxes.label_studio()?];
    TRACKS.iter().zip(&files).try_for_each(|(name, contents)| write(name, contents))?;
    write(HASHES, hashes.as_bytes())?;
    let emitted = Emitted {
        folder: folder.to_owned(),
        version: 1,
        options: options.clone(),
        ways: options.ways(),
        drawn_sha256: hash::bytes(hashes.as_bytes()),
        clip_sha256,
    };
    write(ABOUT, &json::text(&emitted)?)?;
    // Takes the place of an empty folder, and of nothing else.
    fs::rename(draft.path(), folder).map_err(|e| taken(&e))?;
    drop(draft.keep());
    Ok(emitted)
}

/// Draws and encodes every frame; returns their SHA-256 in order. From one key frame to the next an encoder of its own,
/// as a camera does it, and so that all cores draw.
fn encode(
    options: &ClipOptions,
    scene: &Scene,
    path: &Path,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Vec<String>> {
    let base = TimeBase {
        num: i32::try_from(options.fps.1).unwrap_or(1),
        den: i32::try_from(options.fps.0).unwrap_or(i32::MAX),
    };
    let settings = EncoderOptions {
        width: options.width,
        height: options.height,
        sample_aspect: (1, 1),
        // BT.709, broadcast range, chroma where MPEG-2 has it: what the scene is drawn in.
        colour: Colour { space: 1, primaries: 1, transfer: 1, chroma_location: 1, full_range: Some(false) },
        full_range: false,
        time_base: base,
        interval: 1,
        threads: 1,
        joins: None,
        coding: CAMERA,
    };
    let encoder = Encoder::open(&settings)?;
    let mut muxer = Muxer::create(path, &encoder, &encoder.sets()?, base, Orientation::default(), Besides::default())?;
    drop(encoder);
    let groups: Vec<Range<u32>> = (0..options.frames)
        .step_by(options.key_interval as usize)
        .map(|first| first..(first + options.key_interval).min(options.frames))
        .collect();
    let mut hashes = Vec::with_capacity(options.frames as usize);
    // A few groups at a time: what waits to be written stays small.
    for some in groups.chunks(4 * threads) {
        for group in render::in_parallel(threads, some, |frames| self::group(scene, &settings, frames, progress))? {
            let (coded, group) = group?;
            for picture in coded {
                // Without B-frames pictures are decoded in the order they are shown.
                muxer.write(
                    &picture.data,
                    picture.ticks,
                    picture.ticks,
                    Lasts { ticks: 1, at_most: None },
                    picture.key,
                )?;
            }
            hashes.extend(group);
        }
    }
    muxer.finish()?;
    Ok(hashes)
}

/// Draws and encodes the frames from one key frame to the next.
fn group(
    scene: &Scene,
    settings: &EncoderOptions,
    frames: &Range<u32>,
    progress: &dyn Progress,
) -> Result<(Vec<Coded>, Vec<String>)> {
    let mut encoder = Encoder::open(settings)?;
    let (mut coded, mut hashes) = (Vec::new(), Vec::new());
    let mut keep = |picture: Coded| {
        coded.push(picture);
        Ok(())
    };
    for frame in frames.clone() {
        let picture = scene.frame(frame);
        hashes.push(hash(&picture));
        encoder.send(&picture, i64::from(frame), false, &mut keep)?;
        progress.step(1)?;
    }
    encoder.finish(&mut keep)?;
    Ok((coded, hashes))
}

/// SHA-256 of a picture's planes, one after another.
fn hash(picture: &Picture) -> String {
    let mut hasher = Sha256::new();
    if let Planes::Eight(planes) = &picture.planes {
        planes.iter().for_each(|plane| hasher.update(&plane.samples));
    }
    hex::encode(hasher.finalize())
}

/// The list of hashes as `ffmpeg -i frames.y4m -f framehash -hash sha256 -` prints it, but for that program's version.
fn listed(hashes: &[String], options: &ClipOptions) -> String {
    let (width, height) = (options.width, options.height);
    let bytes = u64::from(width) * u64::from(height) * 3 / 2;
    let mut text = format!(
        "#format: frame checksums\n#version: 2\n#hash: SHA256\n#tb 0: {}/{}\n#media_type 0: video\n#codec_id 0: rawvideo\n\
         #dimensions 0: {width}x{height}\n#sar 0: 1/1\n#stream#, dts,        pts, duration,     size, hash\n",
        options.fps.1, options.fps.0
    );
    for (n, hash) in hashes.iter().enumerate() {
        text.push_str(&format!("0, {n:>10}, {n:>10}, {:>8}, {bytes:>8}, {hash}\n", 1));
    }
    text
}

/// The frames uncoded, as YUV4MPEG2.
fn y4m(options: &ClipOptions, scene: &Scene, file: File) -> std::io::Result<()> {
    let mut out = BufWriter::new(file);
    let (num, den) = options.fps;
    writeln!(out, "YUV4MPEG2 W{} H{} F{num}:{den} Ip A1:1 C420mpeg2", options.width, options.height)?;
    for frame in 0..options.frames {
        out.write_all(b"FRAME\n")?;
        if let Planes::Eight(planes) = scene.frame(frame).planes {
            planes.iter().try_for_each(|plane| out.write_all(&plane.samples))?;
        }
    }
    out.flush()
}
