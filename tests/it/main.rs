//! All integration tests in one binary, so that FFmpeg is linked once.

mod fixtures;
mod scene;
