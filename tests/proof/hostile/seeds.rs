//! The recordings that are damaged: a drawn scene with a painted number in every frame, coded as recorders do, and short
//! pieces of real footage where it is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::picture::Planes;
use cctv_redact::scene::{Scene, SceneOptions};

use super::truth::Truth;
use crate::record::each;

/// A recording before it is damaged.
pub struct Seed {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What the tool has to be told of it.
    pub options: &'static str,
    /// How it is coded: what its decoder can see of damage depends on that.
    pub codec: &'static str,
    /// What its frames show, by a decoder that is not ours.
    pub truth: Truth,
}

impl Seed {
    /// The recording without one of its packets, its container whole.
    pub fn without(&self, packet: usize) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let lost = format!("lost-{}", self.name);
        fs::write(folder.path().join(&self.name), &self.bytes).unwrap();
        let drop = format!("noise=drop=eq(n\\,{packet})");
        ffmpeg(folder.path(), &format!("-i {} -c copy -bsf:v {drop}", self.name), &lost);
        fs::read(folder.path().join(lost)).unwrap()
    }
}

/// Frames of a drawn recording, and frames a second.
const FRAMES: u32 = 24;
const RATE: &str = "12";

const X264: &str = "-c:v libx264 -preset veryfast -crf 27 -bf 2 -g 8 -keyint_min 8 -sc_threshold 0 -threads 1";

/// Name, codec, options for the tool, arguments of the `ffmpeg` command.
const DRAWN: &[(&str, &str, &str, &str)] = &[
    ("b-frames.mp4", "h264", "", X264),
    ("flat.mp4", "h264", "", "-c:v libx264 -profile:v baseline -crf 27 -g 100 -threads 1 -slices 3"),
    ("raw.h264", "h264", "--fps 12", X264),
    ("stream.ts", "h264", "", X264),
    ("hevc.mkv", "hevc", "", "-c:v libx265 -crf 30 -x265-params keyint=8:bframes=2:log-level=none:pools=1"),
    ("simple.avi", "mpeg4", "", "-c:v mpeg4 -q:v 6 -g 8"),
    ("intra.mov", "mjpeg", "", "-c:v mjpeg -q:v 5 -pix_fmt yuvj420p"),
    ("two.mpg", "mpeg2", "", "-c:v mpeg2video -q:v 5 -bf 2 -g 8 -r 25"),
];

/// File in the shared footage, name and codec of the piece, options for the tool, arguments after the input, and how
/// many bytes to take where the command cannot cut it.
const REAL: &[(&str, &str, &str, &str, &str, usize)] = &[
    ("intel_car-detection.mp4", "real-car.mp4", "h264", "", "-an -c copy -t 1.5", 0),
    ("otc_Cars-Cyclist_FR20_2020-01-01_00-00-00.h264", "real-cyclist.h264", "h264", "--fps 20", "", usize::MAX),
    ("ls_opossum_snow_short.mp4", "real-opossum.mp4", "h264", "", "-an -c copy -t 1", 0),
    ("vtest.avi", "real-square.avi", "mpeg4", "", "-an -c copy -t 2", 0),
    ("vtest_dahua.dav", "real-square.dav", "h264", "", "", 120_000),
];

/// The drawn recordings, made in `folder`.
pub fn drawn(folder: &Path) -> Vec<Seed> {
    let scene =
        Scene::new(SceneOptions { width: 320, height: 240, actors: 5, noise: 2, ..Default::default() }).unwrap();
    let pictures = (0..FRAMES).flat_map(|n| {
        let Planes::Eight(planes) = scene.frame(n).planes else { panic!("scenes have 8 bits") };
        planes.into_iter().flat_map(|p| p.samples)
    });
    fs::write(folder.join("raw.yuv"), pictures.collect::<Vec<u8>>()).unwrap();
    let input = format!("-f rawvideo -pix_fmt yuv420p -video_size 320x240 -framerate {RATE} -i raw.yuv");
    each(DRAWN, |&(name, codec, options, coding)| {
        ffmpeg(folder, &format!("{input} {coding}"), name);
        seed(folder.join(name), codec, options, true)
    })
}

/// Pieces of real footage, made in `folder`; none where there is no footage, which the record must say.
pub fn real(folder: &Path) -> Vec<Seed> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage");
    let there: Vec<_> = REAL.iter().filter(|real| shared.join(real.0).exists()).collect();
    each(&there, |&&(file, name, codec, options, cut, most)| {
        let path = folder.join(name);
        if cut.is_empty() {
            let bytes = fs::read(shared.join(file)).unwrap();
            // Up to where the last whole frame ends.
            let end = bytes.windows(4).take(most).rposition(|w| w == b"DHAV").filter(|_| most < bytes.len());
            let end = end.unwrap_or(bytes.len());
            fs::write(&path, &bytes[..end]).unwrap();
        } else {
            ffmpeg(folder, &format!("-i {} {cut}", shared.join(file).canonicalize().unwrap().display()), name);
        }
        seed(path, codec, options, false)
    })
}

fn seed(path: PathBuf, codec: &'static str, options: &'static str, painted: bool) -> Seed {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let truth =
        Truth::of(&path, if options.is_empty() { String::new() } else { options.replace("--fps", "-r") }, painted);
    Seed { name, bytes: fs::read(&path).unwrap(), options, codec, truth }
}

fn ffmpeg(folder: &Path, arguments: &str, name: &str) {
    let mut command = Command::new("ffmpeg");
    command.current_dir(folder).args(["-v", "error", "-y"]).args(arguments.split(' ')).arg(name);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
