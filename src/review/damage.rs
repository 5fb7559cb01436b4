//! Which frames a disclosure covers whole because they are damaged, found out for those that somebody looks at: the same
//! stretches, decoded by the same code, one at a time.

use crate::error::Result;
use crate::footage::Footage;
use crate::plan::Plan;
use crate::progress::Silent;
use crate::render::{self, Stretch};

/// What is known of the damage in a plan's frames.
pub struct Damage {
    /// The stretches that a disclosure surveys, in order.
    stretches: Vec<Stretch>,
    /// The damaged frames of those that were surveyed.
    found: Vec<Option<Vec<usize>>>,
}

impl Damage {
    /// Nothing is known yet.
    pub fn new(footage: &Footage, plan: &Plan) -> Self {
        let wanted: Vec<usize> = plan.covers.iter().map(|c| c.0).collect();
        let stretches = render::cut(footage, &wanted);
        Self { found: vec![None; stretches.len()], stretches }
    }

    /// Sees to it that the plan covers a frame whole if it is damaged; returns whether it is.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be read.
    pub fn cover(&mut self, frame: usize, footage: &Footage, plan: &mut Plan) -> Result<bool> {
        let place = self.stretches.partition_point(|s| s.frames.end <= frame);
        let (Some(stretch), Some(found)) = (self.stretches.get(place), self.found.get_mut(place)) else {
            return Ok(false);
        };
        let spoiled = match found {
            Some(spoiled) => spoiled,
            None => {
                let mut spoiled = render::spoiled_in(footage, stretch, &Silent)?;
                spoiled.sort_unstable();
                plan.cover_whole(&spoiled);
                found.insert(spoiled)
            }
        };
        Ok(spoiled.binary_search(&frame).is_ok())
    }
}
