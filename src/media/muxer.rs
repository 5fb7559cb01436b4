//! Coded pictures into an MP4 with the index in front and nothing in it but them.

use std::path::Path;

use ffmpeg_next as ff;

use super::avcc::Avcc;
use super::encoder::Encoder;
use super::ffi;
use super::sound::{CodedSound, SoundEncoder};
use crate::error::{Error, Result};
use crate::geometry::Orientation;
use crate::time::{Lasts, TimeBase};

/// An MP4 being written.
pub struct Muxer {
    output: ff::format::context::Output,
    source: TimeBase,
    /// Samples a second of the sound, where there is any.
    rate: Option<u32>,
    /// Decoding time of the packet written last, in the file's ticks.
    last: Option<i64>,
}

/// What a file may have beside pictures.
#[derive(Clone, Copy, Default)]
pub struct Besides<'a> {
    /// The encoder of its sound.
    pub sound: Option<&'a SoundEncoder>,
    /// A title that players show: never for what is sent.
    pub title: Option<&'a str>,
}

impl Muxer {
    /// Starts the file (which may exist, empty) with one H.264 stream as `encoder` codes it, its pictures decoded with
    /// the parameter sets in `sets`. Times given to [`Muxer::write`] are in ticks of `time_base`; the file's own time
    /// scale holds them exactly.
    ///
    /// # Errors
    /// `Failed` when the file cannot be written.
    pub fn create(
        path: &Path,
        encoder: &Encoder,
        sets: &Avcc,
        time_base: TimeBase,
        orientation: Orientation,
        besides: Besides<'_>,
    ) -> Result<Self> {
        let Besides { sound, title } = besides;
        let failed = |e: ff::Error| Error::failed(format!("cannot write {}: {e}", path.display()));
        let header = sets.build().ok_or_else(|| Error::failed("the clip's parameter sets cannot be written"))?;
        let mut output = ffi::create_mp4(path, title.is_some()).map_err(failed)?;
        let mut stream = output.add_stream_with(encoder.context()).map_err(failed)?;
        stream.set_time_base((1, time_base.den));
        if !ffi::set_extradata(&mut output, 0, &header) {
            return Err(failed(ff::Error::Unknown));
        }
        if orientation != Orientation::default() && !ffi::set_orientation(&mut output, 0, orientation) {
            return Err(failed(ff::Error::Unknown));
        }
        if let Some(sound) = sound {
            let mut stream = output.add_stream_with(sound.context()).map_err(failed)?;
            stream.set_time_base((1, i32::try_from(sound.sampling().rate).unwrap_or(1)));
        }
        if let Some(title) = title {
            let mut tags = ff::Dictionary::new();
            tags.set("title", title);
            output.set_metadata(tags);
        }
        let mut options = ff::Dictionary::new();
        options.set("fflags", "+bitexact");
        options.set("brand", "isom");
        options.set("movflags", "+faststart");
        output.write_header_with(options).map_err(failed)?;
        Ok(Self { output, source: time_base, rate: sound.map(|s| s.sampling().rate), last: None })
    }

    /// Appends one coded picture (slices, each after its length in four bytes) that is shown for so many nanoseconds, which are finer than ticks because a
    /// window may end within one. Packets come in decoding order.
    ///
    /// # Errors
    /// `Failed` on a full disk and the like.
    pub fn write(&mut self, data: &[u8], ticks: i64, decode_ticks: i64, lasts: Lasts, key: bool) -> Result<()> {
        let failed = |e: ff::Error| Error::failed(format!("writing the clip stopped: {e}"));
        let mut packet = ff::Packet::copy(data);
        packet.set_stream(0);
        packet.set_pts(Some(ticks));
        packet.set_dts(Some(decode_ticks));
        if key {
            packet.set_flags(ff::packet::Flags::KEY);
        }
        let target = self.output.stream(0).map_or(ff::Rational(1, self.source.den), |s| s.time_base());
        packet.rescale_ts(ff::Rational(self.source.num, self.source.den), target);
        packet.set_duration(lasts.in_scale(self.source, i64::from(target.1)));
        let decode = packet.dts().unwrap_or(0);
        if self.last.replace(decode).is_some_and(|last| decode - last > i64::from(i32::MAX)) {
            return Err(Error::failed("a recording gap is too long for one clip: an MP4 has 31 bits for it")
                .hint("ask for the time before the gap and the time after it as items of their own"));
        }
        packet.write(&mut self.output).map_err(failed)?;
        Ok(())
    }

    /// Appends one packet of sound. Packets come in order, about when pictures of their time do.
    ///
    /// # Errors
    /// `Failed` on a full disk and the like.
    pub fn write_sound(&mut self, sound: &CodedSound) -> Result<()> {
        let mut packet = ff::Packet::copy(&sound.data);
        packet.set_stream(1);
        packet.set_pts(Some(sound.at));
        packet.set_dts(Some(sound.at));
        packet.set_duration(sound.samples);
        packet.set_flags(ff::packet::Flags::KEY);
        let own = ff::Rational(1, self.rate.and_then(|r| i32::try_from(r).ok()).unwrap_or(1));
        packet.rescale_ts(own, self.output.stream(1).map_or(own, |s| s.time_base()));
        packet.write(&mut self.output).map_err(|e| Error::failed(format!("writing the clip's sound stopped: {e}")))?;
        Ok(())
    }

    /// Writes the index and moves it to the front.
    ///
    /// # Errors
    /// `Failed` on a full disk and the like.
    pub fn finish(mut self) -> Result<()> {
        self.output.write_trailer().map_err(|e| Error::failed(format!("finishing the clip: {e}")))
    }
}
