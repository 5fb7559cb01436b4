//! People from rows, a box of somebody in one frame at a time, as trackers and detectors write them.

use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{KeyFrame, Sampling, Track, When};

/// Everybody so far, in the order in which they came up.
#[derive(Default)]
pub(super) struct Crowd {
    people: Vec<Person>,
    /// Place in `people` by id.
    known: HashMap<i128, usize>,
    /// How many boxes without an identity each frame has.
    unnamed: HashMap<u64, usize>,
}

struct Person {
    id: String,
    label: Option<String>,
    boxes: BTreeMap<u64, BoundingBox>,
}

impl Crowd {
    /// Adds a box to the person of that id. Without an id nobody can say which boxes are of the same person, so each
    /// becomes a track of its own: it is covered and held, and no gap is ever bridged on a guess.
    ///
    /// # Errors
    /// `Failed` for a second box of an id in one frame.
    pub(super) fn add(
        &mut self,
        frame: u64,
        id: Option<i128>,
        label: Option<String>,
        shape: BoundingBox,
    ) -> Result<()> {
        let next = self.people.len();
        let place = id.map_or(next, |id| *self.known.entry(id).or_insert(next));
        if place == next {
            let id = id.map(|id| id.to_string()).unwrap_or_else(|| {
                let count = self.unnamed.entry(frame).or_insert(0);
                *count += 1;
                format!("unnamed-{frame}-{count}")
            });
            self.people.push(Person { id, label, boxes: BTreeMap::new() });
        }
        let Some(person) = self.people.get_mut(place) else { return Ok(()) };
        match person.boxes.entry(frame) {
            Entry::Vacant(free) => {
                free.insert(shape);
                Ok(())
            }
            Entry::Occupied(_) => Err(Error::failed(format!("a second box of id {} in one frame", person.id))
                .hint("give each person an id of their own")),
        }
    }

    /// What is to be said of boxes without an identity, where there are any.
    pub(super) fn note(&self) -> Option<String> {
        let unnamed: usize = self.unnamed.values().sum();
        (unnamed > 0).then(|| {
            format!("{unnamed} boxes without an identity became a track each: covered and held, but no gap between two of them is bridged")
        })
    }

    /// The tracks, in the order in which they came up.
    pub(super) fn tracks(self) -> Vec<Track> {
        self.people.into_iter().map(Person::track).collect()
    }
}

impl Person {
    fn track(self) -> Track {
        let key = |(frame, shape)| KeyFrame { when: When::Frame(frame), shape, end: false };
        Track {
            id: self.id,
            label: self.label,
            role: None,
            shown_because: None,
            justification: None,
            whole: false,
            sampling: Sampling::EveryFrame,
            keyframes: self.boxes.into_iter().map(key).collect(),
        }
    }
}
