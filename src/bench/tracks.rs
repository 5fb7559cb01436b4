//! The clip's tracks in every format that the tool reads. A box in every frame, so that all say the very same.

use std::fmt::Write;

use serde_json::{Value, json};

use super::clip::ClipOptions;
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::json;
use crate::tracks::formats::{FrameNumber, named, native, stated_number};
use crate::tracks::{Binding, KeyFrame, Sampling, Track, TrackFile, When};

/// A figure: the first frame it is in, and its boxes from there on.
type Figure = (u32, Vec<BoundingBox>);

/// Everybody's boxes.
pub(super) struct Boxes<'a> {
    pub(super) options: &'a ClipOptions,
    pub(super) figures: &'a [Figure],
    /// SHA-256 of the clip.
    pub(super) sha256: &'a str,
}

/// Every key frame here has its number.
const NUMBER: &FrameNumber<'_> = &stated_number;

impl Boxes<'_> {
    /// The project's own format.
    pub(super) fn native(&self) -> Result<Vec<u8>> {
        native::write(&self.file(Sampling::KeyFrames), NUMBER)
    }

    /// CVAT for video 1.1.
    pub(super) fn cvat(&self) -> Result<Vec<u8>> {
        let write = named("cvat")?.write.ok_or_else(|| Error::failed("CVAT's format cannot be written"))?;
        write(&self.file(Sampling::KeyFramesByNumber), NUMBER)
    }

    /// MOTChallenge: frames from 1; a confidence and a position in the world that nobody knows.
    pub(super) fn mot(&self) -> Vec<u8> {
        let mut rows = String::new();
        for (id, (from, boxes)) in (1..).zip(self.figures) {
            for (frame, b) in (from + 1..).zip(boxes) {
                // Writing into a String cannot fail.
                let _ = writeln!(rows, "{frame},{id},{},{},{},{},1,-1,-1,-1", b.x, b.y, b.w, b.h);
            }
        }
        rows.into_bytes()
    }

    /// Label Studio: frames from 1, percent of the picture.
    pub(super) fn label_studio(&self) -> Result<Vec<u8>> {
        let regions: Vec<Value> =
            (1..).zip(self.figures).map(|(id, figure)| self.video_rectangle(id, figure)).collect();
        json::text(&json!([{
            "id": 1,
            "data": { "video": super::CLIP },
            "annotations": [{ "id": 1, "result": regions }],
        }]))
    }

    fn video_rectangle(&self, id: u32, (from, boxes): &Figure) -> Value {
        let (width, height) = (f64::from(self.options.width), f64::from(self.options.height));
        let last = from + boxes.len() as u32;
        let point = |(frame, b): (u32, &BoundingBox)| {
            json!({
                // Drawn in its own frame all the same, and not after it.
                "frame": frame, "enabled": frame < last || last == self.options.frames, "rotation": 0,
                "x": 100.0 * b.x / width, "y": 100.0 * b.y / height,
                "width": 100.0 * b.w / width, "height": 100.0 * b.h / height,
            })
        };
        let sequence: Vec<Value> = (from + 1..).zip(boxes).map(point).collect();
        json!({
            "id": id.to_string(), "type": "videorectangle", "from_name": "box", "to_name": "video",
            "value": { "framesCount": self.options.frames, "labels": ["person"], "sequence": sequence },
        })
    }

    fn file(&self, sampling: Sampling) -> TrackFile {
        let track = |(id, (from, boxes)): (u32, &Figure)| {
            let key = |(frame, &shape): (u32, &BoundingBox)| KeyFrame {
                when: When::Frame(u64::from(frame)),
                shape,
                end: false,
            };
            let mut keyframes: Vec<KeyFrame> = (*from..).zip(boxes).map(key).collect();
            let after = from + boxes.len() as u32;
            if let Some(&last) = keyframes.last().filter(|_| after < self.options.frames) {
                keyframes.push(KeyFrame { when: When::Frame(u64::from(after)), end: true, ..last });
            }
            Track {
                id: id.to_string(),
                label: Some("person".to_owned()),
                role: None,
                shown_because: None,
                justification: None,
                whole: false,
                sampling,
                keyframes,
            }
        };
        TrackFile {
            format: native::FORMAT.name,
            binding: Binding {
                size: Some((self.options.width, self.options.height)),
                sha256: Some(self.sha256.to_owned()),
                frames: Some(u64::from(self.options.frames)),
                times: None,
            },
            annotated: None,
            tracks: (1..).zip(self.figures).filter(|(_, f)| !f.1.is_empty()).map(track).collect(),
            notes: Vec::new(),
        }
    }
}
