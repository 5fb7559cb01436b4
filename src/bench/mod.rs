//! The benchmark: a clip that anybody can draw again, its tracks, and what making a pack from it (or from one's own
//! footage) takes, stage by stage.

mod clip;
mod draw;
mod measure;
mod report;
mod tracks;

pub use clip::ClipOptions;
pub use draw::{CLIP, Emitted, TRACKS, emit};
pub use measure::{Job, measure};
pub use report::{ClipEntry, Report};
