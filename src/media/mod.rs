//! The only place that names FFmpeg: what the footage is, its frames one after another, and the way back into a file.

pub mod avcc;
pub mod bits;
pub mod bitstream;
mod continuity;
mod convert;
mod edges;
mod encoder;
mod ffi;
mod frame;
pub mod h264;

mod limits;
mod muxer;
mod pictures;
mod probe;
mod reader;
mod sei;
mod sound;
mod source;
mod timeline;
mod whole;
mod x264;

pub use convert::{Converter, Target};
pub use encoder::{CODING, Coded, Coding, Encoder, EncoderOptions, Joins, Profile, REORDER, settings};
pub use ffi::versions;
pub use muxer::{Besides, Muxer};
pub use pictures::{CodedPicture, PictureReader};
pub use probe::{ProbeOptions, probe, probe_all};
pub use reader::{Decoded, FrameReader};
pub use sound::{CodedSound, Heard, PRIMING, Sampling as SoundSampling, SoundEncoder, SoundReader, supports_rate};
pub use x264::x264_version;
