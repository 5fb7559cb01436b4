//! AAC out, with FFmpeg's own encoder: the same bytes on every processor, and nothing said in them but sound.

use ffmpeg_next as ff;
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type;

use super::super::ffi;
use super::Sampling;
use crate::error::{Error, Result};

/// Samples that one packet codes.
const FRAME: usize = 1024;

/// Samples of silence that the encoder puts before the first.
pub const PRIMING: i64 = 1024;

/// The rates that AAC has (ISO/IEC 14496-3 table 1.18).
const RATES: [u32; 12] =
    [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000];

/// Whether AAC has a rate, in samples a second.
pub fn supports_rate(rate: u32) -> bool {
    RATES.contains(&rate)
}

/// One coded packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedSound {
    /// Its bytes.
    pub data: Vec<u8>,
    /// Its first sample; the first packet's is `-PRIMING`.
    pub at: i64,
    /// How many samples.
    pub samples: i64,
}

/// One encoder.
pub struct SoundEncoder {
    encoder: ff::encoder::Audio,
    sampling: Sampling,
    /// Samples of each channel that do not fill a frame yet.
    waiting: Vec<Vec<f32>>,
    sent: i64,
}

impl SoundEncoder {
    /// Opens the encoder.
    ///
    /// # Errors
    /// `Failed` when AAC does not have that rate, or FFmpeg no encoder.
    pub fn open(sampling: Sampling) -> Result<Self> {
        ffi::init();
        let Sampling { rate, channels } = sampling;
        let failed = |e: ff::Error| Error::failed(format!("sound of {rate} samples a second cannot be encoded: {e}"));
        let codec = ff::encoder::find_by_name("aac").ok_or_else(|| failed(ff::Error::EncoderNotFound))?;
        let mut audio = ff::codec::Context::new_with_codec(codec).encoder().audio().map_err(failed)?;
        audio.set_rate(i32::try_from(rate).unwrap_or(0));
        audio.set_format(Sample::F32(Type::Planar));
        audio.set_channel_layout(ff::ChannelLayout::default(i32::from(channels)));
        audio.set_time_base((1, i32::try_from(rate).unwrap_or(1)));
        // Clear speech in little room.
        audio.set_bit_rate((rate as usize * 4).clamp(24_000, 96_000) * usize::from(channels));
        let mut options = ff::Dictionary::new();
        options.set("flags", "+global_header+bitexact");
        let encoder = ffi::with_plain_code(|| audio.open_as_with(codec, options)).map_err(failed)?;
        Ok(Self { encoder, sampling, waiting: vec![Vec::new(); usize::from(channels)], sent: 0 })
    }

    /// The context the muxer takes its stream parameters from.
    pub(in crate::media) fn context(&self) -> &ff::codec::Context {
        &self.encoder
    }

    /// How its sound is sampled.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Takes the next samples, as many of each channel, and passes on what is ready.
    ///
    /// # Errors
    /// `Failed` when the encoder does.
    pub fn send(&mut self, channels: &[Vec<f32>], out: &mut Vec<CodedSound>) -> Result<()> {
        for (waiting, more) in self.waiting.iter_mut().zip(channels) {
            waiting.extend_from_slice(more);
        }
        while self.waiting.iter().all(|channel| channel.len() >= FRAME) {
            self.encode(FRAME)?;
            self.drain(out)?;
        }
        Ok(())
    }

    /// Passes on what is left.
    ///
    /// # Errors
    /// `Failed` when the encoder does.
    pub fn finish(&mut self, out: &mut Vec<CodedSound>) -> Result<()> {
        let left = self.waiting.first().map_or(0, Vec::len);
        if left > 0 {
            self.encode(left)?;
        }
        self.encoder.send_eof().map_err(stopped)?;
        self.drain(out)
    }

    fn encode(&mut self, samples: usize) -> Result<()> {
        let layout = ff::ChannelLayout::default(i32::from(self.sampling.channels));
        let mut frame = ff::frame::Audio::new(Sample::F32(Type::Planar), samples, layout);
        frame.set_rate(self.sampling.rate);
        frame.set_pts(Some(self.sent));
        for (place, channel) in self.waiting.iter_mut().enumerate().take(frame.planes()) {
            let now = channel.drain(..samples.min(channel.len()));
            frame.plane_mut::<f32>(place).iter_mut().zip(now).for_each(|(to, sample)| *to = sample);
        }
        self.sent += samples as i64;
        self.encoder.send_frame(&frame).map_err(stopped)
    }

    fn drain(&mut self, out: &mut Vec<CodedSound>) -> Result<()> {
        loop {
            let mut packet = ff::Packet::empty();
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => {}
                Err(ff::Error::Eof) => return Ok(()),
                Err(ff::Error::Other { errno }) if errno == ff::error::EAGAIN => return Ok(()),
                Err(e) => return Err(stopped(e)),
            }
            let at =
                packet.pts().ok_or_else(|| Error::failed("the sound's encoder returned a packet without a time"))?;
            out.push(CodedSound { data: packet.data().unwrap_or_default().to_vec(), at, samples: packet.duration() });
        }
    }
}

fn stopped(e: ff::Error) -> Error {
    Error::failed(format!("encoding the sound stopped: {e}"))
}
