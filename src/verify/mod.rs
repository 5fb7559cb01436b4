//! Reopens what was written and proves it. Only this module makes a [`Proof`], and only a `Proof` releases a pack.

mod afresh;
mod clip;
mod compare;
mod copied;
mod expected;
mod means;
pub mod mp4;
mod pack;
mod pictures;
pub mod png;
mod sound;
mod spool;
mod still;
mod witness;

pub use clip::{Against, clip};
pub use expected::{CoverEntry, ExpectedClip, ExpectedSound, ExpectedStill, intervals};
pub use pack::{read_log, seal};
pub use still::still;
pub use witness::{Notes, Source, Witness};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// Whether it is so.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// What checking one file found; it was all as it must be, or there would be an error instead.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What was checked.
    pub checks: Vec<Check>,
    /// What could not be checked, and what it would take.
    pub unchecked: Vec<String>,
    /// Luma PSNR outside the covers, in decibels, over the frames that were decoded afresh from the footage.
    pub psnr_outside: Option<f64>,
}

impl Report {
    fn passed(&mut self, name: &str, detail: String) {
        self.checks.push(Check { name: name.to_owned(), passed: true, detail });
    }
}

/// Every file of a pack was reopened and is what the log says. Cannot be made elsewhere.
#[derive(Debug)]
pub struct Proof(());

#[cfg(test)]
impl Proof {
    /// For tests of what comes after.
    pub fn for_tests() -> Self {
        Self(())
    }
}
