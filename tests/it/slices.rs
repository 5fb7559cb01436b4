//! Slices that x264 codes in every setting it has for the kind of footage that may be copied, and what cameras and other
//! encoders made, are read to their last bit: one wrong table entry and the reader is lost in the first pictures. Then
//! damage: how much of it is noticed, beside what FFmpeg's decoder says of the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cctv_redact::media::bitstream::{Framing, h264_type, join, slices, split};
use cctv_redact::media::h264::SliceStart;
use cctv_redact::media::h264::slice::{Fault, PictureFacts, Sets, SliceKind, picture};
use cctv_redact::picture::Planes;
use cctv_redact::scene::{Scene, SceneOptions};

use crate::scene::ffmpeg_is_missing;

const FRAMES: u32 = 20;
const SIZE: &str = "320x240";

/// Drawn footage, not yet coded.
struct Material {
    folder: tempfile::TempDir,
}

impl Material {
    fn draw() -> Option<Self> {
        if ffmpeg_is_missing() {
            return None;
        }
        let scene = Scene::new(SceneOptions { width: 320, height: 240, ..Default::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut raw = Vec::new();
        for n in 0..FRAMES {
            let Planes::Eight(planes) = scene.frame(n).planes else { panic!("scenes have 8 bits") };
            planes.iter().for_each(|plane| raw.extend_from_slice(&plane.samples));
        }
        fs::write(folder.path().join("raw.yuv"), raw).unwrap();
        Some(Self { folder })
    }

    /// Coded with these options of the `ffmpeg` command, as a byte stream.
    fn coded(&self, options: &str) -> Vec<u8> {
        let coded = self.folder.path().join("coded.h264");
        let done = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", SIZE, "-i"])
            .arg(self.folder.path().join("raw.yuv"))
            .args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads", "2"])
            .args(options.split_whitespace())
            .arg(&coded)
            .output()
            .unwrap();
        assert!(done.status.success(), "{options}: {}", String::from_utf8_lossy(&done.stderr));
        fs::read(coded).unwrap()
    }
}

/// The coded pictures of a byte stream, each as its slices without padding, and the parameter sets, which never change.
fn pictures(stream: &[u8]) -> (Sets, Vec<Vec<Vec<u8>>>) {
    let units = split(stream, Framing::AnnexB).unwrap();
    let mut sets = Sets::default();
    units.iter().for_each(|unit| sets.take(unit).unwrap());
    let mut pictures: Vec<Vec<Vec<u8>>> = Vec::new();
    for slice in slices(&units) {
        if SliceStart::parse(slice).unwrap().first_macroblock == 0 {
            pictures.push(Vec::new());
        }
        pictures.last_mut().unwrap().push(slice.to_vec());
    }
    (sets, pictures)
}

fn read(sets: &Sets, slices: &[Vec<u8>]) -> Result<PictureFacts, Fault> {
    picture(sets, slices.iter().map(Vec::as_slice))
}

/// Reads every picture of a stream to its last bit.
fn read_stream(stream: &[u8], what: &str) -> Vec<PictureFacts> {
    let (sets, pictures) = pictures(stream);
    let facts = pictures
        .iter()
        .enumerate()
        .map(|(n, slices)| read(&sets, slices).unwrap_or_else(|fault| panic!("{what}: picture {n}: {fault}")));
    facts.collect()
}

/// Each is coded with CABAC and with CAVLC, where the profile has both.
const SETTINGS: [&str; 27] = [
    "-preset ultrafast",
    "-preset superfast -crf 35",
    "-preset veryfast -crf 23",
    "-preset medium -crf 20",
    "-preset slower -crf 28",
    "-preset veryslow -crf 33",
    "-preset fast -profile:v baseline",
    "-preset fast -profile:v main -qp 30",
    "-preset fast -qp 1",
    "-preset fast -qp 6 -x264-params cqm=jvt",
    "-preset fast -qp 51",
    // noise that is cheaper as samples than as coefficients: I_PCM
    "-vf noise=alls=100:allf=t -preset fast -qp 1 -x264-params psy=0",
    "-vf noise=alls=50:allf=t -preset slow -qp 12",
    "-preset fast -x264-params partitions=all:8x8dct=0:ref=16:mixed-refs=1:subme=9",
    "-preset fast -x264-params partitions=all:8x8dct=1:ref=6:bframes=8:b-adapt=0:b-pyramid=normal:weightb=1",
    "-preset fast -x264-params partitions=all:bframes=5:b-adapt=0:b-pyramid=strict:direct=temporal:weightb=0",
    "-preset fast -x264-params bframes=3:direct=none:weightp=2:open-gop=1:keyint=9",
    "-vf fade=out:0:20 -preset fast -x264-params weightp=2:bframes=2:direct=auto",
    "-preset fast -x264-params slices=4:aud=1:bframes=2",
    "-preset fast -x264-params slice-max-mbs=7:constrained-intra=1:intra-refresh=1:keyint=8",
    "-preset fast -x264-params slice-max-size=150:constrained-intra=1:bframes=2:keyint=5",
    "-preset fast -x264-params nal-hrd=cbr:bitrate=700:vbv-maxrate=700:vbv-bufsize=200:filler=1:pic-struct=1",
    "-preset fast -x264-params no-deblock=1:chroma-qp-offset=-9:aq-mode=3:aq-strength=3",
    "-preset fast -x264-params deblock=-6,6:keyint=1",
    "-preset fast -x264-params scenecut=0:keyint=infinite:psy-rd=2,2:trellis=2",
    "-vf crop=304:226 -preset fast",
    "-vf scale=16:16 -preset fast",
];

#[test]
fn every_slice_of_every_setting_of_x264_is_read_to_its_last_bit() {
    let Some(material) = Material::draw() else { return };
    let (mut kinds, mut slices, mut several) = ([0; 3], 0, 0);
    for coder in ["-coder ac", "-coder vlc"] {
        for setting in SETTINGS {
            let facts = read_stream(&material.coded(&format!("{setting} {coder}")), &format!("{setting} {coder}"));
            assert_eq!(facts.len(), FRAMES as usize, "{setting}");
            for of in &facts {
                kinds[of.header.kind as usize] += 1;
                slices += of.slices;
                several += usize::from(of.slices > 1);
            }
        }
    }
    eprintln!("{slices} slices; pictures of kind P, B and I: {kinds:?}, {several} of several slices");
    assert!(kinds.iter().all(|&count| count > 100) && several > 100, "the settings no longer make these");
}

#[test]
fn the_settings_code_samples_as_they_are_somewhere() {
    let Some(material) = Material::draw() else { return };
    let coded = material.coded(SETTINGS[11]);
    let path = material.folder.path().join("samples.h264");
    fs::write(&path, coded).unwrap();
    let log = Command::new("ffmpeg")
        .args(["-v", "debug", "-debug", "mb_type", "-threads", "1", "-i"])
        .arg(&path)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&log.stderr).into_owned();
    let drawn = log.lines().filter(|line| line.starts_with("[h264") && line.contains("] P  P  "));
    assert!(drawn.count() > 3, "no macroblocks of samples: {}", &log[..log.len().min(2000)]);
}

/// Real footage that is H.264, as byte streams.
fn footage() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage");
    let Ok(files) = fs::read_dir(&folder) else {
        eprintln!("NOT TESTED: there is no real footage here");
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let coded = paths.iter().filter_map(|path| {
        let copied = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(path)
            .args(["-map", "0:v:0", "-c", "copy", "-f", "h264", "-"])
            .output()
            .unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (copied.status.success() && !copied.stdout.is_empty()).then_some((name, copied.stdout))
    });
    coded.collect()
}

#[test]
fn every_slice_of_real_footage_is_read_to_its_last_bit() {
    if ffmpeg_is_missing() {
        return;
    }
    for (name, stream) in footage() {
        let facts = read_stream(&stream, &name);
        assert!(facts.len() > 20 && facts[0].header.kind == SliceKind::I, "{name}: {} pictures", facts.len());
        eprintln!("{name}: {} pictures, {} bytes", facts.len(), stream.len());
    }
}

/// The `n`th of many bits that look as if drawn by lot, below a bound: a step of the golden ratio.
fn lot(n: u64, bound: usize) -> usize {
    ((u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) * bound as u128) >> 64) as usize
}

/// A stream with one bit of one slice turned over, and the number of its picture.
fn flipped(pictures: &[Vec<Vec<u8>>], n: u64) -> (usize, Vec<Vec<u8>>) {
    // by size, as damage strikes
    let total: usize = pictures.iter().flatten().map(Vec::len).sum();
    let mut at = lot(n, total);
    for (number, slices) in pictures.iter().enumerate() {
        for (slice, unit) in slices.iter().enumerate() {
            if at < unit.len() {
                let mut slices = slices.clone();
                // what is behind the header byte
                slices[slice][at.max(1)] ^= 1 << (n % 8);
                return (number, slices);
            }
            at -= unit.len();
        }
    }
    unreachable!("{at} bytes too many");
}

/// Whether FFmpeg's decoder has anything to say of a stream.
fn ffmpeg_complains(path: &Path) -> bool {
    let decoded = Command::new("ffmpeg")
        .args(["-v", "warning", "-threads", "1", "-i"])
        .arg(path)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    !decoded.status.success() || !decoded.stderr.is_empty()
}

#[test]
fn damage_is_noticed_as_often_as_by_a_decoder() {
    let Some(material) = Material::draw() else { return };
    for (coder, at_least) in [("ac", 0.97), ("vlc", 0.5)] {
        let stream = material.coded(&format!("-preset veryfast -crf 26 -coder {coder}"));
        let (sets, pictures) = pictures(&stream);
        let head: Vec<_> = split(&stream, Framing::AnnexB).unwrap();
        let head = head.into_iter().filter(|unit| matches!(h264_type(unit), Some(7 | 8))).map(<[u8]>::to_vec);
        let head: Vec<_> = head.collect();
        let (all, shared) = (4000, 40);
        let (mut noticed, mut here, mut there) = (0, 0, 0);
        for n in 0..all {
            let (number, slices) = flipped(&pictures, n);
            let seen = read(&sets, &slices).is_err();
            noticed += u32::from(seen);
            if n < shared {
                let mut damaged = pictures.clone();
                damaged[number] = slices;
                let units = head.iter().chain(damaged.iter().flatten()).map(Vec::as_slice);
                let path = material.folder.path().join("damaged.h264");
                fs::write(&path, join(units, Framing::AnnexB).unwrap()).unwrap();
                here += u32::from(seen);
                there += u32::from(ffmpeg_complains(&path));
            }
        }
        let share = f64::from(noticed) / all as f64;
        eprintln!("{coder}: {noticed} of {all} flipped bits noticed; of {shared}: {here} here, {there} by FFmpeg");
        assert!(share > at_least, "{coder}: {share}");
        assert!(here + 2 >= there && there > shared as u32 / 4, "{coder}: {here} here, {there} by FFmpeg");
    }
}
