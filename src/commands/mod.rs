//! The commands, one file each: the only place beside `main.rs` and `watch.rs` that prints.

pub mod batch;
pub mod bench;
pub mod disclose;
pub mod manual;
pub mod prepare;
pub mod probe;
pub mod review;
pub mod schema;
mod stats;
pub mod tracks_check;
pub mod tracks_convert;
pub mod verify;
