//! Answers CCTV subject access requests: cuts the window, covers third parties, proves the result,
//! records the disclosure.

pub mod cover;
pub mod error;
pub mod geometry;
pub mod obscure;
pub mod picture;
pub mod time;
pub mod tracks;

pub use error::{Error, Kind, Result};
