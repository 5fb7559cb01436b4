//! Walks through CVAT's XML element by element. An element that is not known is an error, never skipped.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::shape::Attributes;
use super::{Drawn, Export};
use crate::error::{Error, Result};
use crate::tracks::formats::checks;

/// Reads the elements of an export. Errors name their line.
pub(super) fn parse(text: &str) -> Result<Export> {
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
            // Entities could be made to grow without bound; CVAT writes no document type.
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
    if !walk.rooted {
        return Err(Error::failed("the file has no <annotations>"));
    }
    Ok(walk.export)
}

/// What is known so far, element by element.
#[derive(Default)]
struct Walk {
    /// The open elements, outermost first.
    path: Vec<String>,
    /// The text since the last tag.
    text: String,
    rooted: bool,
    tasks: usize,
    export: Export,
}

impl Walk {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<()> {
        let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
        let mut attributes = Attributes::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|e| Error::failed(format!("<{name}>: {e}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| Error::failed(format!("<{name}>: {e}")))?;
            attributes.insert(String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value.into_owned());
        }
        let unknown = || Err(Error::failed(format!("<{name}> cannot be read in an export of CVAT for video 1.1")));
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match (path.as_slice(), name.as_str()) {
            ([], "annotations") if !self.rooted => self.rooted = true,
            (["annotations"], "version" | "meta") => {}
            (["annotations"], "track") => self.export.tracks.push(Drawn::open(&attributes)?),
            (["annotations"], "image") => {
                return Err(Error::failed("this is an export of CVAT for images, which has no tracks")
                    .hint("export the task again as \"CVAT for video 1.1\""));
            }
            (["annotations", "meta"], "task" | "job") if self.tasks == 0 => self.tasks = 1,
            (["annotations", "meta"], "task" | "job" | "project") => {
                return Err(Error::failed("the export holds a whole project, whose tasks count their frames apart")
                    .hint("export the one task of this footage as \"CVAT for video 1.1\""));
            }
            (["annotations", "meta", ..], _) => {}
            (["annotations", "track"], _) => match self.export.tracks.last_mut() {
                Some(track) => track.add(name.clone(), &attributes)?,
                None => return unknown(),
            },
            (["annotations", "track", "skeleton"] | ["annotations", "track", _], "attribute") => {}
            (["annotations", "track", "skeleton", _], "attribute") => {}
            (["annotations", "track", "skeleton"], _) => {
                match self.export.tracks.last_mut().and_then(|t| t.rows.last_mut()) {
                    Some(row) => row.add_element(&name, &attributes)?,
                    None => return unknown(),
                }
            }
            _ => return unknown(),
        }
        self.path.push(name);
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let number = || match text {
            "" => Ok(None),
            text => text
                .parse()
                .ok()
                .filter(|number| *number <= checks::LAST_FRAME)
                .map(Some)
                .ok_or_else(|| Error::failed(format!("'{text}' is no count of frames or pixels"))),
        };
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["annotations", "version"] if text != "1.1" => {
                return Err(Error::failed(format!("version {text} of CVAT's format is not known"))
                    .hint("export as \"CVAT for video 1.1\""));
            }
            ["annotations", "meta", _, "start_frame"] => self.export.meta.start = number()?,
            ["annotations", "meta", _, "stop_frame"] => self.export.meta.stop = number()?,
            ["annotations", "meta", _, "size"] => self.export.meta.size = number()?,
            ["annotations", "meta", _, "frame_filter"] if !text.is_empty() => {
                let step = text.strip_prefix("step=").and_then(|step| step.trim().parse().ok());
                self.export.meta.step =
                    Some(step.filter(|step| (1..=checks::LAST_FRAME).contains(step)).ok_or_else(|| {
                        Error::failed(format!("the frame filter '{text}' is not known")).hint("known is step=N")
                    })?);
            }
            ["annotations", "meta", "original_size", "width"]
            | ["annotations", "meta", _, "original_size", "width"] => {
                self.export.meta.width = number()?;
            }
            ["annotations", "meta", "original_size", "height"]
            | ["annotations", "meta", _, "original_size", "height"] => {
                self.export.meta.height = number()?;
            }
            ["annotations", "track", "skeleton"] => {
                if let Some(row) = self.export.tracks.last_mut().and_then(|track| track.rows.last_mut()) {
                    row.close_skeleton()?;
                }
            }
            _ => {}
        }
        self.path.pop();
        Ok(())
    }
}
