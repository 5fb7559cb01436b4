//! Footage and tracks made up in memory, for the benchmarks of what is decided before a picture is touched.

use cctv_redact::footage::{Clocks, Colour, Footage, Frame, Numbering, Part};
use cctv_redact::geometry::BoundingBox;
use cctv_redact::picture::Layout;
use cctv_redact::time::TimeBase;
use cctv_redact::tracks::{Binding, KeyFrame, Sampling, Track, TrackFile, When};

/// 1080p at 25 frames a second, a key frame every 50.
pub fn footage(frames: usize) -> Footage {
    let frame =
        |n: usize| Frame { ticks: n as i64, order: n as u32, decode_ticks: Some(n as i64), key: n.is_multiple_of(50) };
    let time_base = TimeBase { num: 1, den: 25 };
    let part = Part {
        path: "made-up.mp4".into(),
        name: "made-up.mp4".to_owned(),
        bytes: 0,
        sha256: String::new(),
        container: "mov".to_owned(),
        codec: "h264".to_owned(),
        stream: 0,
        streams: Vec::new(),
        has_audio: false,
        time_base,
        first_tick: 0,
        early: None,
        counted: false,
        numbering: Numbering::Packets,
        clocks: Clocks::default(),
        frames: 0..frames,
        begins: 0,
        repeated: Vec::new(),
        cut_off: false,
    };
    Footage {
        name: part.name.clone(),
        sha256: String::new(),
        parts: vec![part],
        joined: Vec::new(),
        layout: Layout {
            width: 1920,
            height: 1080,
            chroma_shift_x: 1,
            chroma_shift_y: 1,
            depth: 8,
            grey: false,
            full_range: false,
        },
        pixel_format: "yuv420p".to_owned(),
        orientation: Default::default(),
        sample_aspect: (1, 1),
        colour: Colour { space: 1, primaries: 1, transfer: 1, chroma_location: 1, full_range: None },
        interlaced: false,
        time_base,
        frames: (0..frames).map(frame).collect(),
        last_duration: 1,
        median_interval: 1,
        flagged: Vec::new(),
    }
}

/// People who walk through the picture, each for `length` frames with a key frame every 25, evenly over all `frames`.
pub fn tracks(count: usize, frames: usize, length: usize) -> TrackFile {
    let track = |n: usize| {
        let from = (frames - length) * n / count.max(1);
        let key = |at: usize| KeyFrame {
            when: When::Frame((from + at) as u64),
            shape: BoundingBox::new((at * 7 + n * 131) as f64 % 1700.0, (n * 37) as f64 % 700.0, 120.5, 260.25),
            end: at == length,
        };
        Track {
            id: n.to_string(),
            label: None,
            role: None,
            shown_because: None,
            justification: None,
            whole: false,
            sampling: Sampling::KeyFrames,
            keyframes: (0..length).step_by(25).chain([length]).map(key).collect(),
        }
    };
    TrackFile {
        format: "native",
        binding: Binding::default(),
        annotated: None,
        tracks: (0..count).map(track).collect(),
        notes: Vec::new(),
    }
}
