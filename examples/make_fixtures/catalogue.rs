//! What footage there is: one row a file, from which the files and their README are made.

use std::fmt::Write;

use cctv_redact::scene::Scene;
use cctv_redact::time::Position;

/// One piece of footage.
pub struct Fixture {
    /// Its name in `fixtures/`.
    pub file: &'static str,
    /// What it is there for.
    pub special: &'static str,
    /// The size that the scene is drawn at.
    pub drawn: (u32, u32),
    /// The size that a player shows, before the sample aspect ratio stretches it.
    pub shown: (u32, u32),
    /// Frames a second.
    pub fps: (u32, u32),
    /// How many frames.
    pub frames: u32,
    /// Whether frames are taken unevenly and a stretch is missing ([`uneven_millis`]).
    pub uneven: bool,
    /// FFmpeg's options after the input of pictures.
    pub options: &'static str,
    /// Written to the display matrix: degrees clockwise.
    pub turned: u32,
}

/// The milliseconds at which frame `n` of an uneven recording is taken: every other one 20 ms late, and nothing
/// for six seconds before the 20th.
pub fn uneven_millis(n: u32) -> i64 {
    i64::from(n) * 100 + i64::from(n % 2) * 20 + if n >= 20 { 6000 } else { 0 }
}

impl Fixture {
    /// When a frame is taken.
    pub fn time_of(&self, scene: &Scene, n: u32) -> Position {
        if self.uneven { Position::from_nanos(uneven_millis(n) * 1_000_000) } else { scene.time_of(n) }
    }
}

/// A short, small recording; the rows below say what differs.
const SMALL: Fixture = Fixture {
    file: "",
    special: "",
    drawn: (320, 240),
    shown: (320, 240),
    fps: (10, 1),
    frames: 40,
    uneven: false,
    options: "",
    turned: 0,
};

/// All footage.
pub const FIXTURES: &[Fixture] = &[
    Fixture {
        file: "car-park.mp4",
        special: "the demo's: H.264 with B-frames, a key frame every 2 s, AAC sound, title and creation time",
        drawn: (704, 576),
        shown: (704, 576),
        fps: (25, 2),
        frames: 250,
        options: "-f lavfi -i sine=frequency=330:beep_factor=3:sample_rate=16000:duration=20 \
                  -c:v libx264 -preset slow -crf 26 -bf 2 -g 25 -keyint_min 25 -sc_threshold 0 -threads 2 \
                  -c:a aac -b:a 24k -metadata title=CAM-02 -metadata creation_time=2026-10-12T08:00:00Z",
        ..SMALL
    },
    Fixture {
        file: "hevc.mkv",
        special: "HEVC in Matroska",
        options: "-c:v libx265 -crf 30 -x265-params keyint=20:log-level=error:frame-threads=1:pools=none -fflags +bitexact",
        ..SMALL
    },
    Fixture {
        file: "hevc-10bit.mp4",
        special: "10 bits a sample (HEVC Main 10)",
        frames: 30,
        options: "-pix_fmt yuv420p10le -c:v libx265 -crf 30 -tag:v hvc1 \
                  -x265-params keyint=20:log-level=error:frame-threads=1:pools=none",
        ..SMALL
    },
    Fixture {
        file: "mpeg4.avi",
        special: "MPEG-4 part 2 without B-frames in AVI",
        options: "-c:v mpeg4 -bf 0 -q:v 7 -g 20",
        ..SMALL
    },
    Fixture {
        file: "full-range.mov",
        special: "Motion JPEG: every frame a key frame, luma over the full range",
        frames: 30,
        options: "-vf scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601 -pix_fmt yuvj420p -c:v mjpeg -q:v 8",
        ..SMALL
    },
    Fixture {
        file: "late-start.ts",
        special: "H.264 in MPEG-TS, times begin at 3601.4 s; a key frame every second",
        options: "-c:v libx264 -crf 29 -bf 2 -g 10 -threads 2 -output_ts_offset 3600",
        ..SMALL
    },
    Fixture {
        file: "gap.mp4",
        special: "uneven frame times (80 and 120 ms) and a recording gap of 6.08 s before frame 20",
        frames: 50,
        uneven: true,
        options: "-vf settb=1/1000,setpts=N*100+20*mod(N\\,2)+6000*gte(N\\,20) -fps_mode passthrough \
                  -enc_time_base 1:1000 -video_track_timescale 1000 \
                  -c:v libx264 -crf 29 -bf 2 -g 20 -threads 2",
        ..SMALL
    },
    Fixture {
        file: "rotated.mp4",
        special: "stored lying on its side (240x320), a display matrix turns it by 90 degrees",
        options: "-vf transpose=cclock -c:v libx264 -crf 29 -bf 2 -g 20 -threads 2",
        turned: 90,
        ..SMALL
    },
    Fixture {
        file: "anamorphic.mp4",
        special: "sample aspect ratio 16:11, 352x288 shown as 512x288",
        drawn: (512, 288),
        shown: (352, 288),
        frames: 30,
        options: "-vf scale=352:288,setsar=16/11 -c:v libx264 -crf 29 -bf 2 -g 20 -threads 2",
        ..SMALL
    },
    Fixture {
        file: "odd.avi",
        special: "an odd size in 4:2:0 (Motion JPEG)",
        drawn: (321, 241),
        shown: (321, 241),
        frames: 30,
        options: "-vf scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601 -pix_fmt yuvj420p -c:v mjpeg -q:v 8",
        ..SMALL
    },
    Fixture {
        file: "odd-444.mp4",
        special: "an odd size in 4:4:4 (H.264 High 4:4:4 Predictive)",
        drawn: (321, 241),
        shown: (321, 241),
        frames: 30,
        options: "-pix_fmt yuv444p -c:v libx264 -crf 29 -bf 2 -g 20 -threads 2",
        ..SMALL
    },
];

/// `fixtures/README.md`.
pub fn readme() -> String {
    let mut text = String::from(
        "# Fixtures\n\n\
         Drawn footage with its tracks, for the demo and the tests. Nobody in it exists, and no number plate could \
         be issued. `make fixtures` draws it again (Debian 12, FFmpeg 5.1; other versions give other bytes).\n\n\
         The recorder's clock begins at 2026-10-12 09:00:00 in every file; each frame shows its own time and, as \
         blocks in the top right corner, its number from 0.\n\n\
         | file | shown size | frames/s | frames | what is special |\n| --- | --- | --- | --- | --- |\n",
    );
    for f in FIXTURES {
        let (width, height) = f.shown;
        let rate = if f.uneven { "uneven".into() } else { (f64::from(f.fps.0) / f64::from(f.fps.1)).to_string() };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "| `{}` | {width}x{height} | {rate} | {} | {} |", f.file, f.frames, f.special);
    }
    text + "\n`tracks/` has for each of them\n\n\
            | ending | format |\n| --- | --- |\n\
            | `.json` | native: key frames where needed to follow the true boxes within 1.5 pixels, roles, the footage's hash |\n\
            | `.mot.txt` | MOTChallenge: the true box in every frame; frames from 1, coordinates from 0 |\n\
            | `.cvat.xml` | CVAT for video 1.1: key frames, linear in frame number |\n\n\
            Track 1 (`requester`, in a red coat) is the requester, track 4 a parked car, the others third parties.\n\n\
            | request | |\n| --- | --- |\n\
            | `request.json` | the demo: a clip of ten seconds and a still |\n\
            | `still.json` | a still from the CVAT tracks |\n\
            | `refusal.json` | a recorded refusal |\n\
            | `batch.json` | all three |\n"
}
