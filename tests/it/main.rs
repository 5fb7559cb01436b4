//! All integration tests in one binary, so that FFmpeg is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batch;
mod bench;
mod clocks;
mod common;
mod cover_oracle;
mod first_day;
mod fixtures;
mod frames;
mod gaps;
mod kinds;
mod limits;
mod memory;
mod packs;
mod packs_private;
mod parts;
mod prepare;
mod real;
mod repeat;
mod review;
mod scene;
mod schemas;
mod slices;
mod smart;
mod sound;
mod stops_footage;
mod stops_request;
mod stops_time;
mod stops_tracks;
mod terminal;
mod tidy;
mod tool;
mod track_kinds;
mod verify;
mod wrapped;
