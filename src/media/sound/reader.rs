//! A file's sound, piece by piece, each with its time on the recording's clock.

use ffmpeg_next as ff;
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type;

use super::super::{ffi, limits, source};
use super::{Heard, Sampling};
use crate::error::{Error, Result};
use crate::footage::{Footage, Part};
use crate::time::{Position, TimeBase};

/// How much earlier reading starts, in nanoseconds: decoders need the packets before.
const BEFORE: i64 = 1_000_000_000;

/// Decodes the first audio stream of one file.
pub struct SoundReader<'a> {
    footage: &'a Footage,
    part: &'a Part,
    input: ff::format::context::Input,
    decoder: ff::decoder::Audio,
    stream: usize,
    time_base: TimeBase,
    frame: ff::frame::Audio,
    draining: bool,
}

impl<'a> SoundReader<'a> {
    /// Starts somewhat before `from`; `None` where the file has no sound.
    ///
    /// # Errors
    /// `Failed` when it cannot be opened or decoded, and when pictures and sound share no clock.
    pub fn open(footage: &'a Footage, part: &'a Part, from: Position) -> Result<Option<Self>> {
        let failed = |what: String| Error::failed(format!("{}: the sound {what}", part.name)).hint(WITHOUT);
        let mut input = source::open(&part.path, false)?;
        let stream = input.streams().find(|s| s.parameters().medium() == ff::media::Type::Audio).map(|s| s.index());
        let Some(index) = stream else { return Ok(None) };
        if part.counted && part.container != "avi" {
            return Err(failed("cannot be lined up with pictures that carry no times of their own".to_owned()));
        }
        let (decoder, time_base) = {
            let stream = input.stream(index).ok_or_else(|| failed("is gone".to_owned()))?;
            let id = stream.parameters().id();
            let codec = ff::codec::decoder::find(id)
                .filter(|c| limits::SOUND.contains(&c.name()))
                .ok_or_else(|| failed(format!("is coded as no recorder does ({})", id.name())))?;
            let unsuited = |e: ff::Error| failed(format!("cannot be decoded: {e}"));
            let mut context = ff::codec::Context::from_parameters(stream.parameters()).map_err(unsuited)?;
            context.set_threading(ff::threading::Config { kind: ff::threading::Type::None, count: 1, safe: false });
            let mut decoder = context.decoder();
            decoder.set_packet_time_base(stream.time_base());
            let mut options = ff::Dictionary::new();
            options.set("flags", "+bitexact");
            let opened = ffi::with_plain_code(|| decoder.open_as_with(codec, options).and_then(|d| d.audio()));
            let base = stream.time_base();
            (opened.map_err(unsuited)?, TimeBase { num: base.numerator().max(1), den: base.denominator().max(1) })
        };
        ffi::only_stream(&mut input, index);
        let frame = ff::frame::Audio::empty();
        let mut this = Self { footage, part, input, decoder, stream: index, time_base, frame, draining: false };
        // Where a container cannot seek by its sound, it is read from its beginning; so is DHAV, whose time stamps are
        // other ones after a jump.
        let target = this.stamp(Position::from_nanos(from.nanos().saturating_sub(BEFORE)));
        if target > 0 && (part.container == "dhav" || !ffi::seek(&mut this.input, index, target)) {
            drop(this.input);
            this.input = source::open(&part.path, false)?;
            ffi::only_stream(&mut this.input, index);
        }
        Ok(Some(this))
    }

    /// The next piece; `None` at the end. What does not decode is left out.
    ///
    /// # Errors
    /// `Failed` when the file cannot be read, or has more than two channels.
    pub fn hear(&mut self) -> Result<Option<Heard>> {
        loop {
            match self.decoder.receive_frame(&mut self.frame) {
                Ok(()) => return self.heard().map(Some),
                Err(ff::Error::Eof) => return Ok(None),
                Err(_) if self.draining => return Ok(None),
                Err(_) => match source::next_packet(&mut self.input, self.stream)? {
                    Some(packet) => drop(self.decoder.send_packet(&packet)),
                    None => {
                        self.draining = true;
                        let _ = self.decoder.send_eof();
                    }
                },
            }
        }
    }

    /// Nanoseconds of a time stamp in the file's own count, and of its first picture's.
    fn first_picture(&self) -> i64 {
        self.part.time_base.position(self.part.first_tick).nanos()
    }

    fn begins(&self) -> i64 {
        self.footage.time_base.position(self.part.begins).nanos()
    }

    fn position(&self, stamp: i64) -> Position {
        // In the pictures' ticks, because that is where what is wrong with time stamps is told.
        let picture = self.part.time_base.ticks(self.time_base.position(stamp).nanos());
        let by = self.part.put_right(picture) - picture;
        let own = self.time_base.position(stamp).nanos().saturating_add(self.part.time_base.position(by).nanos());
        Position::from_nanos(own.saturating_sub(self.first_picture()).saturating_add(self.begins()))
    }

    fn stamp(&self, at: Position) -> i64 {
        self.time_base.ticks(at.nanos().saturating_sub(self.begins()).saturating_add(self.first_picture()))
    }

    fn heard(&self) -> Result<Heard> {
        let frame = &self.frame;
        let (rate, count) = (frame.rate(), frame.channels());
        let failed = |what: String| Error::failed(format!("{}: the sound {what}", self.part.name)).hint(WITHOUT);
        if rate == 0 || !(1..=2).contains(&count) || frame.planes() == 0 {
            return Err(failed(format!("has {count} channels at {rate} samples a second; one or two are supported")));
        }
        let channels =
            samples(frame).ok_or_else(|| failed(format!("has samples of an unknown kind ({:?})", frame.format())))?;
        let at = frame.timestamp().map(|stamp| self.position(stamp));
        Ok(Heard { at, sampling: Sampling { rate, channels: count }, channels })
    }
}

const WITHOUT: &str = "leave --audio out: the clip is then made without sound";

/// Every channel as floats.
fn samples(frame: &ff::frame::Audio) -> Option<Vec<Vec<f32>>> {
    Some(match frame.format() {
        Sample::U8(kind) => split(frame, kind, |v: u8| (f32::from(v) - 128.0) / 128.0),
        Sample::I16(kind) => split(frame, kind, |v: i16| f32::from(v) / 32_768.0),
        Sample::I32(kind) => split(frame, kind, |v: i32| (f64::from(v) / 2_147_483_648.0) as f32),
        Sample::F32(kind) => split(frame, kind, |v: f32| v),
        Sample::F64(kind) => split(frame, kind, |v: f64| v as f32),
        _ => return None,
    })
}

fn split<T: ff::frame::audio::Sample + Copy>(
    frame: &ff::frame::Audio,
    kind: Type,
    level: impl Fn(T) -> f32,
) -> Vec<Vec<f32>> {
    // What is no number would be noise.
    let level = |v: &T| Some(level(*v)).filter(|l| l.is_finite()).unwrap_or(0.0).clamp(-1.0, 1.0);
    let count = usize::from(frame.channels());
    match kind {
        Type::Planar => (0..count).map(|c| frame.plane::<T>(c).iter().map(level).collect()).collect(),
        Type::Packed => {
            (0..count).map(|c| frame.plane::<T>(0).iter().skip(c).step_by(count).map(level).collect()).collect()
        }
    }
}
