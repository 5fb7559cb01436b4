//! All integration tests in one binary, so that FFmpeg is linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fixtures;
mod scene;
mod tidy;
