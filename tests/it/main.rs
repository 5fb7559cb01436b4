//! All integration tests in one binary, so that FFmpeg is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod cover_oracle;
mod first_day;
mod fixtures;
mod frames;
mod gaps;
mod memory;
mod real;
mod repeat;
mod scene;
mod tidy;
