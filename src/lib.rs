//! Answers CCTV subject access requests: cuts the window, covers third parties, proves the result,
//! records the disclosure.

pub mod batch;
pub mod bench;
pub mod clock;
pub mod contain;
pub mod cover;
pub mod disclose;
pub mod error;
pub mod footage;
pub mod geometry;
pub mod hash;
pub mod input;
pub mod json;
pub mod log;
pub mod machine;
pub mod media;
pub mod obscure;
pub mod output;
pub mod pack;
pub mod picture;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod render;
pub mod request;
pub mod review;
pub mod scene;
pub mod stats;
pub mod time;
pub mod tracks;
pub mod verify;

pub use error::{Error, Kind, Result, Spot, Trouble};
