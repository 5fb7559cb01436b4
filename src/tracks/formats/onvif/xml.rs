//! Walks through ONVIF's XML element by element, by local names: prefixes are the writer's own.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::{Error, Result};
use crate::tracks::formats::checks;

/// What a file shows.
#[derive(Default)]
pub(super) struct Scene {
    /// In the file's order.
    pub frames: Vec<Frame>,
    /// Elements that are no boxes, by name.
    pub unused: BTreeSet<String>,
    /// Objects that were listed without a place.
    pub invisible: usize,
}

/// One look at the scene.
pub(super) struct Frame {
    /// When.
    pub at: Timestamp,
    /// The analytics module, where several write into one stream; ids are its own.
    pub source: String,
    /// Who is in it.
    pub objects: Vec<Object>,
    /// What became of ids.
    pub changes: Vec<Change>,
    axes: Axes,
}

/// One object in one frame.
pub(super) struct Object {
    /// `None` where the camera does not track.
    pub id: Option<String>,
    /// The likeliest class.
    pub label: Option<String>,
    /// Left, top, right and bottom edge, normalised: -1 to 1, y upward.
    pub edges: Option<[f64; 4]>,
    /// Stands still, and is not listed again until it moves.
    pub idle: bool,
    axes: Axes,
    likelihood: f64,
}

/// What became of ids, from an `ObjectTree`.
pub(super) enum Change {
    /// These go on as one.
    Merge { from: Vec<String>, to: String },
    /// These are apart again.
    Split { to: Vec<String> },
    /// The one is believed to be the other.
    Rename { from: String, to: String },
    /// The id is free.
    Delete(String),
}

/// From a node's coordinates to the normalised ones: scale, then shift.
#[derive(Clone, Copy)]
struct Axes {
    scale: (f64, f64),
    shift: (f64, f64),
}

impl Axes {
    const NORMAL: Self = Self { scale: (1.0, 1.0), shift: (0.0, 0.0) };

    /// With a node's own transformation inside.
    fn then(self, inner: Self) -> Self {
        Self {
            scale: (self.scale.0 * inner.scale.0, self.scale.1 * inner.scale.1),
            shift: (self.shift.0 + self.scale.0 * inner.shift.0, self.shift.1 + self.scale.1 * inner.shift.1),
        }
    }

    fn point(self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.scale.0 * x + self.shift.0, self.scale.1 * y + self.shift.1)
    }
}

/// Reads the frames of a file. Errors name their line.
pub(super) fn parse(text: &str) -> Result<Scene> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    loop {
        let event = reader.read_event().map_err(|e| Error::failed(format!("the XML is broken: {e}")));
        let step = event.and_then(|event| match event {
            Event::Start(element) => walk.open(&element).map(|()| false),
            Event::End(_) => walk.close().map(|()| false),
            Event::Text(text) => {
                walk.text.push_str(&text.decode().unwrap_or_default());
                Ok(false)
            }
            // Entities could be made to grow without bound; cameras write no document type.
            Event::DocType(_) => Err(Error::failed("a document type is not accepted")),
            Event::Eof => Ok(true),
            _ => Ok(false),
        });
        match step {
            Ok(false) => {}
            Ok(true) => break,
            Err(error) => {
                let read = text.as_bytes().iter().take(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
                return Err(error.at(format!("line {}", 1 + read.filter(|b| **b == b'\n').count())));
            }
        }
    }
    if let Some(open) = walk.path.last() {
        return Err(Error::failed(format!("the file ends inside <{open}>")).hint("export it again"));
    }
    if walk.scene.frames.is_empty() {
        return Err(Error::failed("the file has no <Frame>, so it says nothing about who is where")
            .hint("export the metadata of the camera's analytics (scene description), not only its events"));
    }
    Ok(walk.scene)
}

/// What is known so far, element by element.
#[derive(Default)]
struct Walk {
    /// The open elements, outermost first, by local name.
    path: Vec<String>,
    /// How many of them, from the outside, lead to an element that is not used; what is in it is not looked at.
    unused_from: Option<usize>,
    text: String,
    scene: Scene,
    /// The open transformation, and the likelihood of the open class.
    inner: Option<Axes>,
    likelihood: f64,
    /// Ids of the open `Merge`, `Split` or `Rename`.
    from: Vec<String>,
    to: Vec<String>,
}

impl Walk {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<()> {
        let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let in_frame = path.iter().rposition(|open| *open == "Frame");
        let inside = in_frame.and_then(|at| path.get(at..)).unwrap_or_default();
        if self.unused_from.is_some() {
            let is_place = ["BoundingBox", "Polygon", "Transformation", "Frame"].contains(&name.as_str());
            if is_place && !path.contains(&"Event") {
                return Err(Error::failed(format!(
                    "<{name}> inside <{}>, where it cannot be understood",
                    path.join("/")
                )));
            }
        } else {
            match (inside, name.as_str()) {
                ([], "Frame") => self.scene.frames.push(frame(element)?),
                ([], "Event" | "PTZ" | "Extension") => self.leave_out(&name),
                // Whatever is around frames: roots, VideoAnalytics, the wrappers of recorders.
                ([], "BoundingBox" | "Object" | "Transformation") => {
                    return Err(Error::failed(format!("<{name}> outside of a <Frame>")));
                }
                ([], _) => {}
                (["Frame"], "Object") => {
                    let id = attribute(element, "ObjectId")?;
                    let Some(frame) = self.scene.frames.last_mut() else { return Ok(()) };
                    let axes = frame.axes;
                    let empty = Object { id, label: None, edges: None, idle: false, axes, likelihood: -1.0 };
                    frame.objects.push(empty);
                }
                (["Frame"] | ["Frame", "Object", "Appearance"], "Transformation") => self.inner = Some(Axes::NORMAL),
                ([.., "Transformation"], "Translate" | "Scale") => {
                    let (x, y) = (number(element, "x")?, number(element, "y")?);
                    if let Some(inner) = &mut self.inner {
                        let vector = if name == "Scale" { &mut inner.scale } else { &mut inner.shift };
                        *vector = (x, y);
                    }
                }
                (["Frame", "Object"], "Appearance" | "Behaviour") => {}
                (["Frame", "Object", "Appearance"], "Shape" | "Class") => {}
                (["Frame", "Object", "Appearance", "Shape"], "BoundingBox") => {
                    let corners = [
                        (number(element, "left")?, number(element, "top")?),
                        (number(element, "right")?, number(element, "bottom")?),
                    ];
                    self.place_box(corners);
                }
                (["Frame", "Object", "Appearance", "Shape"], "CenterOfGravity" | "Polygon") => {}
                (["Frame", "Object", "Appearance", "Shape", "Polygon"], "Point") => {
                    self.place_point((number(element, "x")?, number(element, "y")?));
                }
                ([.., "Class"], "Type") => {
                    self.likelihood = attribute(element, "Likelihood")?.and_then(|l| l.parse().ok()).unwrap_or(0.0);
                }
                ([.., "Class"], "ClassCandidate") | ([.., "ClassCandidate"], "Type" | "Likelihood") => {
                    self.likelihood = 0.0;
                }
                (["Frame", "Object", "Behaviour"], "Idle") => {
                    if let Some(object) = self.object() {
                        object.idle = true;
                    }
                }
                (["Frame", "Object", "Behaviour"], "Removed") => {}
                (["Frame"], "ObjectTree") => {}
                (["Frame", "ObjectTree"], "Merge" | "Split" | "Rename") => {
                    self.from.clear();
                    self.to.clear();
                }
                (["Frame", "ObjectTree"], "Delete") => {
                    let id = object_id(element)?;
                    if let Some(frame) = self.scene.frames.last_mut() {
                        frame.changes.push(Change::Delete(id));
                    }
                }
                (["Frame", "ObjectTree", _], "From") => self.from.push(object_id(element)?),
                (["Frame", "ObjectTree", _], "To") => self.to.push(object_id(element)?),
                (_, "BoundingBox" | "Object" | "Frame" | "Transformation" | "Polygon") => {
                    return Err(Error::failed(format!(
                        "<{name}> inside <{}>, where it cannot be understood",
                        inside.join("/")
                    )));
                }
                _ => self.leave_out(&name),
            }
        }
        self.path.push(name);
        self.text.clear();
        Ok(())
    }

    /// Leaves an element and all in it out, and says so.
    fn leave_out(&mut self, name: &str) {
        self.scene.unused.insert(name.to_owned());
        self.unused_from = Some(self.path.len());
    }

    fn object(&mut self) -> Option<&mut Object> {
        self.scene.frames.last_mut()?.objects.last_mut()
    }

    fn place_box(&mut self, [a, b]: [(f64, f64); 2]) {
        let Some(object) = self.object() else { return };
        let ((left, top), (right, bottom)) = (object.axes.point(a), object.axes.point(b));
        // As they stand: edges that are crossed are no rectangle, and are not put right on a guess.
        object.edges = Some([left, top, right, bottom]);
    }

    /// A polygon refines its box; what of it lies outside belongs to the object too.
    fn place_point(&mut self, point: (f64, f64)) {
        let Some(object) = self.object() else { return };
        let (x, y) = object.axes.point(point);
        let [left, top, right, bottom] = object.edges.unwrap_or([x, y, x, y]);
        object.edges = Some(if x.is_finite() && y.is_finite() {
            [left.min(x), top.max(y), right.max(x), bottom.min(y)]
        } else {
            [f64::NAN; 4]
        });
    }

    fn close(&mut self) -> Result<()> {
        let text = std::mem::take(&mut self.text);
        let name = self.path.pop().unwrap_or_default();
        if let Some(from) = self.unused_from {
            self.unused_from = Some(from).filter(|from| *from < self.path.len());
            return Ok(());
        }
        match (self.path.last().map(String::as_str), name.as_str()) {
            (Some("Frame"), "Transformation") => {
                if let (Some(inner), Some(frame)) = (self.inner.take(), self.scene.frames.last_mut()) {
                    if !frame.objects.is_empty() {
                        return Err(Error::failed("a frame's <Transformation> stands behind its objects"));
                    }
                    frame.axes = frame.axes.then(inner);
                }
            }
            (Some("Appearance"), "Transformation") => {
                if let (Some(inner), Some(object)) = (self.inner.take(), self.object()) {
                    if object.edges.is_some() {
                        return Err(Error::failed("an object's <Transformation> stands behind its shape"));
                    }
                    object.axes = object.axes.then(inner);
                }
            }
            (Some("Class" | "ClassCandidate"), "Type") => {
                let (label, likelihood) = (text.trim().to_owned(), self.likelihood);
                if let Some(object) = self.object().filter(|o| likelihood > o.likelihood && !label.is_empty()) {
                    (object.label, object.likelihood) = (Some(label), likelihood);
                }
            }
            (Some("Frame"), "Object") => {
                let placed = self.object().is_some_and(|object| object.edges.is_some());
                self.scene.invisible += usize::from(!placed);
            }
            (Some("ObjectTree"), "Merge" | "Split" | "Rename") => {
                let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
                let change = match (name.as_str(), from.as_slice(), to.as_slice()) {
                    ("Merge", _, [whole]) => Change::Merge { to: whole.clone(), from },
                    ("Split", _, [_, ..]) => Change::Split { to },
                    ("Rename", [old], [new]) => Change::Rename { from: old.clone(), to: new.clone() },
                    _ => return Err(Error::failed(format!("<{name}> does not say what becomes of what"))),
                };
                if let Some(frame) = self.scene.frames.last_mut() {
                    frame.changes.push(change);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn frame(element: &BytesStart<'_>) -> Result<Frame> {
    let text = attribute(element, "UtcTime")?.ok_or_else(|| Error::failed("<Frame> without a UtcTime"))?;
    // Without a zone it is UTC all the same, as its name says; the specification's own examples leave it out.
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let at = text.parse::<Timestamp>().ok().or_else(local);
    let at = at.ok_or_else(|| Error::failed(format!("the UtcTime '{text}' is no date and time")))?;
    let source = attribute(element, "Source")?.unwrap_or_default();
    Ok(Frame { at, source, objects: Vec::new(), changes: Vec::new(), axes: Axes::NORMAL })
}

fn object_id(element: &BytesStart<'_>) -> Result<String> {
    attribute(element, "ObjectId")?.ok_or_else(|| Error::failed("an ObjectTree names an object without an ObjectId"))
}

fn attribute(element: &BytesStart<'_>, wanted: &str) -> Result<Option<String>> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|e| Error::failed(format!("{wanted}: {e}")))?;
        if attribute.key.local_name().as_ref() == wanted.as_bytes() {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|e| Error::failed(format!("{wanted}: {e}")))?;
            return Ok(Some(value.trim().to_owned()));
        }
    }
    Ok(None)
}

/// A coordinate. Status 3 where it is absent: a box must not be skipped.
fn number(element: &BytesStart<'_>, name: &str) -> Result<f64> {
    let text = attribute(element, name)?.ok_or_else(|| checks::unusable(format!("{name} is absent")))?;
    text.parse().map_err(|_| Error::failed(format!("{name} '{text}' is not a number")))
}
