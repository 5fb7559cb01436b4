//! All integration tests in one binary, so that FFmpeg is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod first_day;
mod fixtures;
mod scene;
mod tidy;
