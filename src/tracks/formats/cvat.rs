//! CVAT for video 1.1: the XML that CVAT exports for a task or a job of tracks.
//!
//! What it means is in CVAT's own source: cvat/apps/dataset_manager/formats/cvat.py (`dump_as_cvat_interpolation`),
//! bindings.py (`abs_frame_id`) and annotation.py (`get_interpolated_shapes`):
//! - a frame number is the video's own: `relative * step + start_frame`, `step` from `frame_filter`, so numbers are
//!   not shifted here, and frames that the step left out lie between two boxes;
//! - `start_frame` and `stop_frame` are such numbers too, and both are inside the task;
//! - a box is shown from its frame on, moving towards the next, until one with `outside="1"`, which is not shown;
//! - a track whose last box is not outside is shown to the end of the task;
//! - points of more than one do not move, they jump; other shapes move vertex by vertex, inside the moving bounds.

mod shape;
mod write;
mod xml;

use self::shape::{Attributes, Outline};
use super::rotated::{Pose, keyframes};
use super::{Format, ReadOptions, checks};
use crate::error::{Error, Result};
use crate::tracks::{Binding, Sampling, Track, TrackFile};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "cvat",
    extensions: &["xml"],
    summary: "CVAT for video 1.1, exported from one task or job",
    renumbers: true,
    sniff,
    read,
    folder: None,
    write: Some(write::write),
};

fn sniff(bytes: &[u8]) -> bool {
    checks::first_byte(bytes) == Some(b'<') && checks::mentions(bytes, "<annotations")
}

/// Reads an export of one task or job.
///
/// # Errors
/// Status 1 with the line for what is no such export (images, projects, a document type); 3 for a shape without
/// a usable size.
pub fn read(bytes: &[u8], _: &ReadOptions) -> Result<TrackFile> {
    xml::parse(checks::text(bytes)?)?.finish()
}

/// The export as it stands in the file.
#[derive(Default)]
struct Export {
    meta: Meta,
    tracks: Vec<Drawn>,
}

/// What the export says of its task.
#[derive(Default)]
struct Meta {
    start: Option<u64>,
    stop: Option<u64>,
    size: Option<u64>,
    step: Option<u64>,
    width: Option<u64>,
    height: Option<u64>,
}

/// A track as it stands in the file.
struct Drawn {
    id: String,
    label: Option<String>,
    rows: Vec<Row>,
}

/// One shape of a track.
struct Row {
    frame: u64,
    kind: String,
    outline: Outline,
    outside: bool,
}

impl Export {
    fn finish(self) -> Result<TrackFile> {
        let mut notes = Vec::new();
        let task = self.meta.task(&mut notes)?;
        let (mut tracks, mut lasting) = (Vec::with_capacity(self.tracks.len()), 0usize);
        let mut ids = std::collections::HashSet::new();
        for drawn in self.tracks {
            if !ids.insert(drawn.id.clone()) {
                return Err(Error::failed(format!("a second track {}", drawn.id)));
            }
            let poses = drawn.poses(task, &mut lasting)?;
            if poses.is_empty() {
                notes.push(format!("track {} is outside in all its frames and is never shown", drawn.id));
                continue;
            }
            tracks.push(Track {
                keyframes: keyframes(&poses, &drawn.id)?,
                id: drawn.id,
                label: drawn.label,
                role: None,
                shown_because: None,
                justification: None,
                whole: false,
                sampling: Sampling::KeyFramesByNumber,
            });
        }
        if let Some(task) = task.filter(|_| lasting > 0) {
            notes.push(format!("{lasting} tracks have no end and last, as CVAT draws them, to frame {}", task.stop));
        }
        let pixels = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
        let size = pixels(self.meta.width).zip(pixels(self.meta.height));
        let binding = Binding { size, ..Binding::default() };
        let annotated = task.map(|task| (task.start, task.stop));
        Ok(TrackFile { format: FORMAT.name, binding, annotated, tracks, notes })
    }
}

/// The frames of the task.
#[derive(Clone, Copy)]
struct Task {
    /// The first.
    start: u64,
    /// The last.
    stop: u64,
    /// The first that no annotated frame stands for: with a step, each stands for those up to the next.
    end: u64,
}

impl Meta {
    fn task(&self, notes: &mut Vec<String>) -> Result<Option<Task>> {
        let (start, step) = (self.start.unwrap_or(0), self.step.unwrap_or(1));
        let last = self.size.and_then(|size| size.checked_sub(1));
        let stop = match (self.stop, last) {
            (Some(stop), _) => stop,
            (None, Some(last)) => {
                notes.push("the task gives no stop_frame; its size was read as its number of frames".into());
                start.saturating_add(last.saturating_mul(step))
            }
            (None, None) => return Ok(None),
        };
        let frames = stop.checked_sub(start).ok_or_else(|| Error::failed("the task stops before it starts"))?;
        let end = start.saturating_add((frames / step + 1).saturating_mul(step));
        Ok(Some(Task { start, stop, end: checks::frame(end, "the end of the task")? }))
    }
}

impl Drawn {
    fn open(attributes: &Attributes) -> Result<Self> {
        let id = attributes.get("id").ok_or_else(|| Error::failed("a <track> without an id"))?;
        Ok(Self { id: id.clone(), label: attributes.get("label").cloned(), rows: Vec::new() })
    }

    fn add(&mut self, kind: String, attributes: &Attributes) -> Result<()> {
        let frame = attributes.get("frame").and_then(|frame| frame.parse().ok());
        let frame =
            frame.ok_or_else(|| Error::failed(format!("track {}: <{kind}> without a frame number", self.id)))?;
        let place = format!("track {}, frame {frame}", self.id);
        checks::frame(frame, &place)?;
        let outside = shape::outside(attributes).map_err(|e| e.at(&place))?;
        let outline = Outline::read(&kind, attributes).map_err(|e| e.at(&place))?;
        self.rows.push(Row { frame, kind, outline, outside });
        Ok(())
    }

    /// The poses in time order, with the end that CVAT leaves unsaid.
    fn poses(&self, task: Option<Task>, lasting: &mut usize) -> Result<Vec<Pose>> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.frame);
        let mut poses: Vec<Pose> = Vec::with_capacity(rows.len() + 1);
        for (index, row) in rows.iter().enumerate() {
            let place = || format!("track {}, frame {}", self.id, row.frame);
            let shape = row.outline.rotated().map_err(|e| e.at(place()))?;
            let shown = poses.last().is_some_and(|last| !last.end);
            if row.outside && !shown {
                continue; // a run of these says nothing more than its first
            }
            poses.push(Pose { frame: row.frame, shape, end: row.outside });
            let Some(next) = rows.get(index + 1) else { continue };
            if next.frame == row.frame {
                return Err(Error::failed(format!("{}: two shapes in one frame", place())));
            }
            if next.kind != row.kind {
                return Err(Error::failed(format!("{}: it turns from {} into {}", place(), row.kind, next.kind)));
            }
            if !row.outside && row.outline.jumps() && next.frame - row.frame > 1 {
                poses.push(Pose { frame: next.frame - 1, shape, end: false });
            }
        }
        if let Some(Pose { frame, shape, end: false }) = poses.last().copied() {
            let end = task.ok_or_else(|| {
                Error::failed(format!("track {} has no end, and the export does not say where its task ends", self.id))
                    .hint("export the task again, or end the track with \"outside\" in CVAT")
            })?;
            *lasting += 1;
            poses.push(Pose { frame: end.end.max(frame + 1), shape, end: true });
        }
        Ok(poses)
    }
}

impl Row {
    /// A part of a skeleton. One that is hidden is not part of what is drawn.
    fn add_element(&mut self, kind: &str, attributes: &Attributes) -> Result<()> {
        let place = format!("skeleton in frame {}", self.frame);
        let outline = Outline::read(kind, attributes).map_err(|e| e.at(&place))?;
        let hidden = shape::outside(attributes).map_err(|e| e.at(&place))?;
        self.outline.join(&outline, hidden);
        Ok(())
    }

    /// A skeleton has no `outside` of its own: it is gone when all its parts are.
    fn close_skeleton(&mut self) -> Result<()> {
        self.outside |= self.outline.all_hidden();
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::geometry::BoundingBox;
    use crate::tracks::When;

    pub(super) const BOX: &str = r#"xtl="10" ytl="20" xbr="30" ybr="60""#;

    pub(super) fn parse(text: &str) -> Result<TrackFile> {
        read(text.as_bytes(), &ReadOptions::default())
    }

    pub(super) fn export(task: &str, rows: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations><version>1.1</version>\n<meta><task>{task}</task></meta>\n\
             <track id=\"0\" label=\"person\">\n{rows}\n</track></annotations>"
        )
    }

    fn course(text: &str) -> Vec<(u64, bool)> {
        let number = |when| if let When::Frame(n) = when { n } else { unreachable!() };
        parse(text).unwrap().tracks[0].keyframes.iter().map(|key| (number(key.when), key.end)).collect()
    }

    fn row(frame: u64, outside: u8) -> String {
        format!(r#"<box frame="{frame}" outside="{outside}" keyframe="1" {BOX}/>"#)
    }

    #[test]
    fn outside_ends_a_presence_and_repeats_are_redundant() {
        let rows = [row(2, 1), row(5, 0), row(9, 1), row(12, 1), row(20, 0), row(21, 1)].concat();
        assert_eq!(
            course(&export("<stop_frame>99</stop_frame>", &rows)),
            [(5, false), (9, true), (20, false), (21, true)]
        );
    }

    #[test]
    fn a_track_without_an_end_lasts_as_long_as_its_task() {
        let stop = |task: &str| course(&export(task, &row(10, 0))).last().copied().unwrap();
        assert_eq!(stop("<start_frame>5</start_frame><stop_frame>99</stop_frame>"), (100, true));
        assert_eq!(stop("<size>50</size>"), (50, true));
        assert_eq!(stop("<start_frame>10</start_frame><size>50</size>"), (60, true));
        // Every fifth frame from 10: the last annotated one is 95 and stands for 95 to 99.
        assert_eq!(
            stop("<start_frame>10</start_frame><stop_frame>97</stop_frame><frame_filter>step=5</frame_filter>"),
            (100, true)
        );
        assert_eq!(stop("<stop_frame>3</stop_frame>"), (11, true), "a box after the task's end is shown in its frame");
        for odd in [
            "<start_frame>9</start_frame><stop_frame>8</stop_frame>",
            "<size>4294967295</size><frame_filter>step=9</frame_filter>",
        ] {
            assert_eq!(parse(&export(odd, &row(10, 0))).unwrap_err().kind(), Kind::Failed);
        }
        let error = parse(&export("", &row(10, 0))).unwrap_err();
        assert!(error.what().contains("track 0 has no end"), "{error}");
    }

    #[test]
    fn what_the_task_says_is_kept() {
        let task = "<start_frame>5</start_frame><stop_frame>99</stop_frame><original_size><width>768</width><height>576</height></original_size>";
        let file = parse(&export(task, &row(10, 1))).unwrap();
        assert_eq!((file.annotated, file.binding.size), (Some((5, 99)), Some((768, 576))));
        assert!(file.tracks.is_empty() && file.notes[0].contains("track 0 is outside"));
        let job = export(task, &row(10, 0)).replace("task>", "job>");
        assert_eq!(parse(&job).unwrap().annotated, Some((5, 99)));
        let apart = "<annotations><meta><job><stop_frame>9</stop_frame></job><original_size><width>8</width><height>6</height></original_size></meta></annotations>";
        assert_eq!(parse(apart).unwrap().binding.size, Some((8, 6)));
    }

    #[test]
    fn a_skeleton_is_gone_when_all_its_parts_are() {
        let skeleton = |frame, hidden| {
            format!(
                r#"<skeleton frame="{frame}"><points outside="{hidden}" points="1,2"/><points outside="{hidden}" points="9,4"/></skeleton>"#
            )
        };
        let rows = skeleton(1, 0) + &skeleton(4, 1);
        assert_eq!(course(&export("<stop_frame>9</stop_frame>", &rows)), [(1, false), (4, true)]);
    }

    #[test]
    fn several_points_jump_and_one_shape_that_turns_is_held_in_every_frame() {
        let points = |frame, points| format!(r#"<points frame="{frame}" outside="0" points="{points}"/>"#);
        let rows =
            points(0, "1,1;5,5") + &points(10, "100,1;105,5") + r#"<points frame="11" outside="1" points="1,1;5,5"/>"#;
        let file = parse(&export("<stop_frame>20</stop_frame>", &rows)).unwrap();
        assert_eq!(
            course(&export("<stop_frame>20</stop_frame>", &rows)),
            [(0, false), (9, false), (10, false), (11, true)]
        );
        assert_eq!(file.tracks[0].keyframes[1].shape, BoundingBox::new(1.0, 1.0, 4.0, 4.0));
        let turned = row(0, 0) + &row(10, 1).replace("/>", " rotation=\"90\"/>");
        assert_eq!(course(&export("<stop_frame>20</stop_frame>", &turned)).len(), 11);
    }

    #[test]
    fn each_defect_is_named_with_its_place() {
        use Kind::{Failed, Unsafe};
        let with = |from: &str, to: &str| export("<stop_frame>9</stop_frame>", &row(3, 0).replace(from, to));
        let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n<annotations>&b;</annotations>";
        for (defect, text, kind, says) in [
            ("an entity bomb", bomb.to_string(), Failed, "document type"),
            (
                "an entity of nobody",
                with("person", "x").replace("label=\"person\"", "label=\"&b;\""),
                Failed,
                "line 4: <track>",
            ),
            ("cut short", with("", "").split("</track>").next().unwrap().into(), Failed, "ends inside <track>"),
            (
                "tags crossed",
                with("", "").replace("</track></annotations>", "</annotations></track>"),
                Failed,
                "line 6",
            ),
            ("another root", "<svg><annotations/></svg>".into(), Failed, "<svg>"),
            ("no element", "<!-- <annotations> -->".into(), Failed, "no <annotations>"),
            ("another version", with("", "").replace("1.1", "2.0"), Failed, "version 2.0"),
            (
                "images",
                "<annotations><image id=\"0\" name=\"a.png\"/></annotations>".into(),
                Failed,
                "CVAT for video 1.1",
            ),
            ("a project", "<annotations><meta><project/></meta></annotations>".into(), Failed, "whole project"),
            ("two tasks", "<annotations><meta><task/><task/></meta></annotations>".into(), Failed, "whole project"),
            ("a tag", with("<box", "<tag"), Failed, "<tag>"),
            ("a track in a track", with("<box", "<track"), Failed, "<track>"),
            ("no id", with("", "").replace("track id=\"0\"", "track"), Failed, "without an id"),
            (
                "two tracks of one id",
                with("", "").replace("</track>", "</track><track id=\"0\"/>"),
                Failed,
                "a second track 0",
            ),
            ("no frame", with("frame=\"3\"", ""), Failed, "track 0: <box> without a frame"),
            ("a frame below 0", with("frame=\"3\"", "frame=\"-3\""), Failed, "without a frame"),
            ("a frame beyond footage", with("frame=\"3\"", "frame=\"99999999999\""), Failed, "beyond any footage"),
            ("half outside", with("outside=\"0\"", "outside=\"0.5\""), Failed, "track 0, frame 3"),
            ("a word for a number", with("\"10\"", "\"ten\""), Failed, "xtl 'ten'"),
            ("a stop that is none", with("", "").replace(">9<", ">soon<"), Failed, "'soon'"),
            (
                "a filter that is not known",
                with("", "").replace("<task>", "<task><frame_filter>odd</frame_filter>"),
                Failed,
                "frame filter",
            ),
            ("two shapes in one frame", export("", &(row(3, 0) + &row(3, 0))), Failed, "track 0, frame 3: two shapes"),
            (
                "a shape that becomes another",
                export("", &(row(3, 0) + r#"<polygon frame="4" points="1,2;3,4"/>"#)),
                Failed,
                "from box into polygon",
            ),
            ("an absent edge", with("xbr=\"30\"", ""), Unsafe, "track 0, frame 3: xbr is absent"),
            ("NaN", with("\"10\"", "\"nan\""), Unsafe, "track 0, frame 3"),
            ("infinite", with("\"30\"", "\"inf\""), Unsafe, "track 0, frame 3"),
            ("edges crossed", with("\"30\"", "\"5\""), Unsafe, "width -5"),
            (
                "NaN among points",
                with("<box", "<polygon points=\"5,5;nan,9;7,8\""),
                Unsafe,
                "track 0, frame 3: x is NaN",
            ),
            ("one point", with("<box", "<points points=\"5,5\""), Unsafe, "width 0"),
            ("half a point", with("<box", "<polygon points=\"5,5;7\""), Failed, "track 0, frame 3"),
            ("no points", with("<box", "<polygon points=\"\""), Unsafe, "track 0, frame 3"),
            ("a bone-less skeleton", export("", r#"<skeleton frame="3"/>"#), Unsafe, "track 0, frame 3"),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(error.to_string().contains(says), "{defect}: {error}");
        }
    }
}
