//! Recordings that say in every frame which one it is and where things are: a painted number, a person at a known
//! place, a mark at another; written and coded in all the ways that make frames and places hard to tell.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::picture::Planes;
use cctv_redact::scene::{Scene, SceneOptions};

use crate::film::{Chroma, Film, Turn};

/// Columns and rows as shown.
pub const SIZE: (usize, usize) = (320, 240);
pub const FRAMES: usize = 60;
/// The person's width and height, and the mark's.
pub const PERSON: usize = 24;
pub const MARK: usize = 16;
/// Rows in which nothing is bright but the mark.
pub const MARK_ROWS: std::ops::Range<usize> = 172..224;

/// Where the person is in a frame: left and top.
pub fn person(n: usize) -> (usize, usize) {
    (40 + 2 * n, 70 + n % 20)
}

/// Where the mark is.
pub fn mark(n: usize) -> (usize, usize) {
    (240 - 3 * n, 190 + n % 7)
}

/// The luma of a frame, and what follows it in 4:2:0.
pub fn drawn(scene: &Scene, n: usize) -> Vec<u8> {
    let Planes::Eight(planes) = scene.frame(n as u32).planes else { panic!("scenes have 8 bits") };
    let mut luma = planes[0].samples.clone();
    let mut paint =
        |(left, top): (usize, usize), (width, height): (usize, usize), value: &dyn Fn(usize, usize) -> u8| {
            for y in top..top + height {
                for x in left..left + width {
                    luma[y * SIZE.0 + x] = value(x - left, y - top);
                }
            }
        };
    let (person, mark) = (person(n), mark(n));
    paint((person.0 - 28, person.1 - 28), (PERSON + 56, PERSON + 56), &|_, _| 170);
    paint(person, (PERSON, PERSON), &|x, y| if (x / 4 + y / 4) % 2 == 0 { 235 } else { 16 });
    paint((0, MARK_ROWS.start), (SIZE.0, MARK_ROWS.len()), &|_, _| 30);
    paint(mark, (MARK, MARK), &|_, _| 235);
    [luma, planes[1].samples.clone(), planes[2].samples.clone()].concat()
}

pub fn scene() -> Scene {
    Scene::new(SceneOptions { width: SIZE.0 as u32, height: SIZE.1 as u32, actors: 0, noise: 2, ..Default::default() })
        .unwrap()
}

/// A recording, and what makes it hard.
pub struct Source {
    pub what: String,
    pub path: PathBuf,
    /// Pixels by which a cover may be larger than elsewhere: the grid of interlaced pictures.
    pub coarse: usize,
}

/// Every recording, in a folder.
pub fn all(folder: &Path) -> Vec<Source> {
    let scene = scene();
    let pictures: Vec<Vec<u8>> = (0..FRAMES).map(|n| drawn(&scene, n)).collect();
    let mut all = by_hand(folder, &pictures);
    fs::write(folder.join("raw.yuv"), pictures.concat()).unwrap();
    all.extend(coded(folder));
    fs::remove_file(folder.join("raw.yuv")).unwrap();
    all
}

/// Uncompressed, with every orientation, shape of pixel, edit list and uneven times.
fn by_hand(folder: &Path, pictures: &[Vec<u8>]) -> Vec<Source> {
    let film = Film::plain(SIZE, Chroma::C420, 25, pictures.to_vec());
    let mut films = Vec::new();
    for turn in Turn::ALL {
        let size = if turn.swaps() { (SIZE.1, SIZE.0) } else { SIZE };
        let stored = pictures.iter().map(|p| stored(p, turn, size)).collect();
        let pixel = if turn.mirrored { (16, 11) } else { (1, 1) };
        films.push((
            format!("{turn:?}, pixels of {pixel:?}"),
            Film { size, turn, pixel, pictures: stored, ..film.clone() },
        ));
    }
    let uneven: Vec<u32> = (0..FRAMES as u32).map(|n| 400 + n * 7919 % 1300).collect();
    films.push(("uneven times".into(), Film { lengths: uneven.clone(), ..film.clone() }));
    let tick = |frame: i32| frame * 1000;
    for (what, edits) in [
        ("an edit list that begins with frame 7", vec![(40_000, tick(7))]),
        ("an edit list that waits before the first frame", vec![(12_345, -1), (60_000, 0)]),
        ("an edit list that leaves out frames 20 to 29", vec![(20_000, 0), (30_000, tick(30))]),
    ] {
        films.push((what.into(), Film { edits, ..film.clone() }));
    }
    films.push(("two fields a frame".into(), Film { interlaced: true, ..film.clone() }));
    let with_path = |(n, (what, film)): (usize, (String, Film))| {
        let path = folder.join(format!("film-{n}.mov"));
        film.write(&path);
        Source { coarse: if film.interlaced { 4 } else { 0 }, what: format!("uncompressed, {what}"), path }
    };
    films.into_iter().enumerate().map(with_path).collect()
}

/// A 4:2:0 picture as it is stored when it is shown turned.
fn stored(shown: &[u8], turn: Turn, size: (usize, usize)) -> Vec<u8> {
    let mut out = vec![0; shown.len()];
    let (mut from, mut at) = (0, 0);
    for (width, height) in Chroma::C420.planes(size) {
        let (w, h) = if turn.swaps() { (height, width) } else { (width, height) };
        for y in 0..h {
            for x in 0..w {
                let (sx, sy) = turn.stored((x, y), (width, height));
                out[at + sy * width + sx] = shown[from + y * w + x];
            }
        }
        from += w * h;
        at += width * height;
    }
    out
}

/// Coded by the `ffmpeg` command.
fn coded(folder: &Path) -> Vec<Source> {
    const RAW: &str = "-f rawvideo -pix_fmt yuv420p -video_size 320x240 -framerate 25 -i raw.yuv";
    const X264: &str = "-c:v libx264 -crf 16 -bf 3 -b_strategy 0 -g 12 -keyint_min 12 -sc_threshold 0";
    let kinds = [
        ("B-frames", "b.mp4", format!("{RAW} {X264} -x264-params b-pyramid=normal"), 0),
        ("open GOP", "open.mp4", format!("{RAW} {X264} -x264-params open-gop=1"), 0),
        (
            "open GOP in a stream that begins at an hour",
            "open.ts",
            format!("{RAW} {X264} -x264-params open-gop=1 -output_ts_offset 3600"),
            0,
        ),
        ("MPEG-2 with open GOP", "two.ts", format!("{RAW} -c:v mpeg2video -q:v 2 -bf 2 -g 12"), 0),
        (
            "uneven times and B-frames",
            "uneven.mkv",
            format!("{RAW} -vf setpts='(N+2*floor(N/3)+mod(7*N\\,5)/4)/25/TB' -fps_mode passthrough {X264}"),
            0,
        ),
        ("a copy cut between key frames", "cut.mp4", "-ss 0.9 -i b.mp4 -c copy".into(), 0),
        ("a first frame at two seconds", "late.mp4", "-i b.mp4 -c copy -output_ts_offset 2".into(), 0),
        (
            "cropped by its parameter sets",
            "cropped.mp4",
            format!(
                "{RAW} -vf pad=384:256:32:8:gray {X264} -bsf:v h264_metadata=crop_left=32:crop_right=32:crop_top=8:crop_bottom=8"
            ),
            0,
        ),
        ("wide pixels", "wide.mp4", format!("{RAW} -vf setsar=16/11 {X264}"), 0),
        ("coded in two fields a frame", "fields.mp4", format!("{RAW} {X264} -flags +ilme+ildct -x264opts tff=1"), 4),
    ];
    let make = |(what, name, args, coarse): (&str, &str, String, usize)| {
        let mut command = Command::new("ffmpeg");
        command.current_dir(folder).args(["-v", "error", "-y"]).args(args.split(' ')).arg(name);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Source { what: what.to_owned(), path: folder.join(name), coarse }
    };
    kinds.into_iter().map(make).collect()
}
