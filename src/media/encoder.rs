//! H.264 out: x264 with settings that give the same bytes on every processor, its packets freed of everything but
//! coded picture.

use ffmpeg_next as ff;

use super::avcc::Avcc;
use super::bitstream::{Framing, h264_type, nal, split, without_sei};
use super::convert::fill_frame;
use super::pictures::WRITTEN;
use crate::error::{Error, Result};
use crate::footage::Colour;
use crate::picture::Picture;
use crate::time::TimeBase;

/// What the encoder is told.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderOptions {
    /// Even columns.
    pub width: u32,
    /// Even rows.
    pub height: u32,
    /// Width to height of a pixel; (0, 1) when unknown.
    pub sample_aspect: (u32, u32),
    /// The footage's colour description.
    pub colour: Colour,
    /// Luma over the whole range.
    pub full_range: bool,
    /// Seconds per tick of the pictures' times.
    pub time_base: TimeBase,
    /// Ticks between frames, about.
    pub interval: i64,
    /// x264's threads. Part of what decides the bytes: never the machine's number of cores.
    pub threads: usize,
    /// What the pictures must agree with, where they are joined to others in one file.
    pub joins: Option<Joins>,
    /// How x264 codes.
    pub coding: Coding,
}

/// How x264 codes: its preset, its quality, and parameters beyond those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// A preset's name.
    pub preset: &'static str,
    /// Constant rate factor.
    pub crf: &'static str,
    /// As x264 takes them, `name=value` with colons between.
    pub parameters: &'static str,
}

/// What pictures that were coded elsewhere ask of those that are joined to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joins {
    /// Theirs.
    pub profile: Profile,
    /// An id, 0 to 31, that none of their parameter sets has.
    pub set_id: u8,
    /// Frames that they hold back for reordering; ours hold back no more, or decoders would have to start anew.
    pub reorder: usize,
}

/// The profiles that x264 writes for 8-bit 4:2:0 (ITU-T H.264 annex A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `profile_idc` 66; what x264 writes of it is constrained baseline.
    Baseline,
    /// `profile_idc` 77.
    Main,
    /// `profile_idc` 100.
    High,
}

impl Profile {
    /// By its `profile_idc`.
    pub fn from_idc(idc: u8) -> Option<Self> {
        match idc {
            66 => Some(Self::Baseline),
            77 => Some(Self::Main),
            100 => Some(Self::High),
            _ => None,
        }
    }

    /// x264's parameters that keep within it. Its own `profile` option comes before these and would be overruled.
    fn parameters(self) -> &'static str {
        match self {
            Self::Baseline => ":cabac=0:8x8dct=0:weightp=0:bframes=0",
            Self::Main => ":8x8dct=0",
            Self::High => "",
        }
    }
}

/// Settings for already-compressed, mostly static pictures: what `veryfast` gives at crf 23 for less work.
/// `cpu-independent` and the fixed threads make the bytes the same on every machine.
pub const CODING: Coding = Coding { preset: PRESET, crf: CRF, parameters: X264 };
const X264: &str =
    "rc-lookahead=15:mbtree=1:weightp=1:cpu-independent=1:open-gop=0:force-cfr=0:sliced-threads=0:sync-lookahead=0";
const PRESET: &str = "superfast";
const CRF: &str = "23.5";

/// Frames that x264 may hold back: two with its default B pyramid.
pub const REORDER: usize = 2;

/// The settings as the log gives them.
pub fn settings() -> String {
    format!("preset={PRESET} crf={CRF} {X264}")
}

/// x264's parameters; later ones of the same name win.
fn parameters(coding: &Coding, joins: Option<&Joins>) -> String {
    let Some(joins) = joins else { return coding.parameters.to_owned() };
    let reorder = match joins.reorder {
        0 => ":bframes=0",
        1 => ":b-pyramid=none",
        _ => "",
    };
    format!("{}:sps-id={}{reorder}{}", coding.parameters, joins.set_id, joins.profile.parameters())
}

/// One coded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// Slices only, each after its length in four bytes.
    pub data: Vec<u8>,
    /// Presentation time in ticks.
    pub ticks: i64,
    /// Decoding can start here.
    pub key: bool,
}

/// One x264 instance.
pub struct Encoder {
    encoder: ff::encoder::Video,
    frame: ff::frame::Video,
}

impl Encoder {
    /// Opens x264.
    ///
    /// # Errors
    /// `Failed` when FFmpeg has no libx264 or it refuses the size.
    pub fn open(options: &EncoderOptions) -> Result<Self> {
        super::ffi::init();
        let failed =
            |e: ff::Error| Error::failed(format!("x264 cannot encode {}x{}: {e}", options.width, options.height));
        let codec = ff::encoder::find_by_name("libx264").ok_or_else(|| {
            Error::failed("this FFmpeg has no libx264 encoder")
                .hint("install Debian's libavcodec59 (it has one) or build FFmpeg with --enable-libx264")
        })?;
        let mut video = ff::codec::Context::new_with_codec(codec).encoder().video().map_err(failed)?;
        video.set_width(options.width);
        video.set_height(options.height);
        video.set_format(ff::format::Pixel::YUV420P);
        video.set_time_base((options.time_base.num, options.time_base.den));
        let rate = (options.time_base.den, i64::from(options.time_base.num) * options.interval.max(1));
        video.set_frame_rate(Some((rate.0, i32::try_from(rate.1).unwrap_or(i32::MAX))));
        let (num, den) = options.sample_aspect;
        video.set_aspect_ratio((num as i32, den.max(1) as i32));
        let mut set = ff::Dictionary::new();
        set.set("preset", options.coding.preset);
        set.set("crf", options.coding.crf);
        set.set("x264-params", &parameters(&options.coding, options.joins.as_ref()));
        set.set("flags", "+global_header+cgop+bitexact");
        set.set("forced-idr", "1");
        set.set("threads", &options.threads.to_string());
        set.set("color_range", if options.full_range { "pc" } else { "tv" });
        set.set("colorspace", &options.colour.space.to_string());
        set.set("color_primaries", &options.colour.primaries.to_string());
        set.set("color_trc", &options.colour.transfer.to_string());
        set.set("chroma_sample_location", &options.colour.chroma_location.to_string());
        let encoder = video.open_as_with(codec, set).map_err(failed)?;
        let frame = ff::frame::Video::new(ff::format::Pixel::YUV420P, options.width, options.height);
        Ok(Self { encoder, frame })
    }

    /// The context the muxer takes its stream parameters from.
    pub(super) fn context(&self) -> &ff::codec::Context {
        &self.encoder
    }

    /// The parameter sets of its pictures, for the head of a file.
    ///
    /// # Errors
    /// `Failed` when x264 gives none.
    pub fn sets(&self) -> Result<Avcc> {
        let header = super::ffi::encoder_extradata(&self.encoder);
        let units = split(&header, Framing::AnnexB).unwrap_or_default();
        let of = |kind| units.iter().filter(|u| h264_type(u) == Some(kind)).map(|u| u.to_vec()).collect::<Vec<_>>();
        let avcc = Avcc { length_size: 4, sps: of(nal::SPS), pps: of(nal::PPS) };
        if avcc.sps.is_empty() || avcc.pps.is_empty() {
            return Err(Error::failed("x264 gives no parameter sets"));
        }
        Ok(avcc)
    }

    /// Takes the next picture (8-bit 4:2:0, at most one column and row short of the encoder's size) and passes on
    /// what is ready. With `afresh` no picture refers across this one.
    ///
    /// # Errors
    /// `Failed` when x264 does.
    pub fn send(
        &mut self,
        picture: &Picture,
        ticks: i64,
        afresh: bool,
        out: &mut impl FnMut(Coded) -> Result<()>,
    ) -> Result<()> {
        fill_frame(picture, &mut self.frame)?;
        self.frame.set_pts(Some(ticks));
        self.frame.set_kind(if afresh { ff::picture::Type::I } else { ff::picture::Type::None });
        self.encoder.send_frame(&self.frame).map_err(failed)?;
        self.drain(out)
    }

    /// Passes on what is left.
    ///
    /// # Errors
    /// `Failed` when x264 does.
    pub fn finish(mut self, out: &mut impl FnMut(Coded) -> Result<()>) -> Result<()> {
        self.encoder.send_eof().map_err(failed)?;
        self.drain(out)
    }

    fn drain(&mut self, out: &mut impl FnMut(Coded) -> Result<()>) -> Result<()> {
        loop {
            let mut packet = ff::Packet::empty();
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(ff::Error::Eof) => return Ok(()),
                Err(ff::Error::Other { errno }) if errno == ff::error::EAGAIN => return Ok(()),
                Err(e) => return Err(failed(e)),
            }
            let data = without_sei(packet.data().unwrap_or_default(), Framing::AnnexB, WRITTEN)
                .ok_or_else(|| Error::failed("x264 returned something that is not a coded picture"))?;
            let ticks = packet.pts().ok_or_else(|| Error::failed("x264 returned a picture without a time"))?;
            out(Coded { data, ticks, key: packet.is_key() })?;
        }
    }
}

fn failed(e: ff::Error) -> Error {
    Error::failed(format!("encoding stopped: {e}"))
}
