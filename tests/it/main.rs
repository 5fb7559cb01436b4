//! All integration tests in one binary, so that FFmpeg is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batch;
mod fixtures;
mod packs;
mod packs_private;
mod scene;
mod schemas;
mod stops_footage;
mod stops_request;
mod stops_time;
mod stops_tracks;
mod terminal;
mod tool;
mod verify;
