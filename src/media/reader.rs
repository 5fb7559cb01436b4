//! Footage, frame by frame: goes to a key frame, decodes, and hands over our own pictures with the
//! number each frame has in the footage. It says which frames decoded badly; it never passes over an error.

use ffmpeg_next as ff;

use super::continuity::Continuity;
use super::ffi;
use super::frame::{copy, is_damaged, layout};
use super::source::{changed, decoder, next_packet, open_at, place, seek};
use crate::error::{Error, Result};
use crate::footage::{Footage, Part};
use crate::picture::{Layout, Picture};
use crate::stats::{self, Stage};

/// A decoded frame and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Its number in the footage.
    pub index: usize,
    /// The decoder reported an error, or made part of it up.
    pub damaged: bool,
}

/// Decodes one file of the footage from a key frame on.
pub struct FrameReader<'a> {
    footage: &'a Footage,
    part: &'a Part,
    input: ff::format::context::Input,
    decoder: ff::decoder::Video,
    frame: ff::frame::Video,
    /// Number of the key frame that decoding starts at. Frames before it that come out all the same refer to
    /// frames that were not decoded.
    start: usize,
    /// Frames before this one are decoded and not given out.
    wanted: usize,
    /// A packet read while seeking, not decoded yet.
    pending: Option<ff::Packet>,
    /// The last frame given out.
    given: Option<usize>,
    /// Frames counted so far, for footage without times.
    counted: usize,
    draining: bool,
    /// Packets sent so far.
    packets: i64,
    /// Ticks of the packet sent last: when its frame is shown, where the container says. Of counted footage its number.
    sent: Option<i64>,
    /// Ticks of packets that the decoder refused or complained of.
    bad: Vec<i64>,
    /// Whether pictures are missing, where the coding tells.
    continuity: Option<Continuity>,
}

impl<'a> FrameReader<'a> {
    /// Starts at the last key frame at or before frame number `from`, in the file that this frame is in.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be opened, or no longer holds that key frame.
    pub fn open(footage: &'a Footage, from: usize) -> Result<Self> {
        let part = footage.part(from);
        let (input, start, pending) = open_at(footage, from)?;
        let stream = input.stream(part.stream).ok_or_else(|| changed(part))?;
        let decoder = decoder(&stream)?;
        let counts = stream.parameters().id() == ff::codec::Id::H264;
        let continuity = counts.then(|| Continuity::new(&ffi::extradata(&stream)));
        Ok(Self {
            footage,
            part,
            input,
            decoder,
            frame: ff::frame::Video::empty(),
            start,
            wanted: 0,
            pending,
            given: None,
            counted: 0,
            draining: false,
            packets: 0,
            sent: None,
            bad: Vec::new(),
            continuity,
        })
    }

    /// Goes to the last key frame at or before frame number `from`, as [`Self::open`] does, and reads on in the open file
    /// where its container allows it: an hour's index takes long to read.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn go_to(&mut self, from: usize) -> Result<()> {
        let start = self.footage.start_of(from);
        let here = std::ptr::eq(self.part, self.footage.part(from)) && start > self.part.frames.start;
        if !here || self.part.counted || self.part.container == "dhav" {
            *self = Self::open(self.footage, from)?;
            return Ok(());
        }
        self.pending = Some(seek(&mut self.input, self.footage, start)?);
        self.decoder.flush();
        if self.continuity.is_some() {
            let stream = self.input.stream(self.part.stream).ok_or_else(|| changed(self.part))?;
            self.continuity = Some(Continuity::new(&ffi::extradata(&stream)));
        }
        (self.start, self.given, self.draining, self.sent) = (start, None, false, None);
        self.bad.clear();
        Ok(())
    }

    /// Gives out no frame before this one from now on: others are decoded for what comes after them only, and not copied.
    pub fn pass_over_before(&mut self, frame: usize) {
        self.wanted = frame;
    }

    /// Decodes the next presented frame into `picture`; `None` at the end of the file. Frames that the footage's list
    /// does not know (before the first decodable one, or shown from the next file) are passed over.
    ///
    /// # Errors
    /// `Failed` when the file cannot be read or the picture changes size or format on the way.
    pub fn next(&mut self, picture: &mut Picture) -> Result<Option<Decoded>> {
        let decoded = stats::work(Stage::Decode, || self.decode(picture));
        stats::count(Stage::Decode, usize::from(matches!(decoded, Ok(Some(_)))));
        decoded
    }

    fn decode(&mut self, picture: &mut Picture) -> Result<Option<Decoded>> {
        loop {
            ffi::take_errors();
            let received = self.decoder.receive_frame(&mut self.frame);
            self.note_complaints();
            match received {
                Ok(()) => {
                    if let Some(index) = self.index().filter(|&i| i >= self.start.max(self.wanted)) {
                        self.check_layout(index)?;
                        copy(&self.frame, picture)?;
                        self.given = Some(index);
                        return Ok(Some(Decoded { index, damaged: is_damaged(&self.frame) }));
                    }
                }
                Err(ff::Error::Eof) => return Ok(None),
                Err(ff::Error::Other { errno }) if errno == ff::error::EAGAIN => self.feed()?,
                Err(_) if self.draining => return Ok(None),
                Err(_) => self.feed()?,
            }
        }
    }

    /// The file that is read.
    pub fn part(&self) -> &'a Part {
        self.part
    }

    /// Number of the key frame that decoding started at.
    pub fn start(&self) -> usize {
        self.start
    }

    /// As [`Self::next`], but `None` too when the last frame given was `wanted` or a later one already.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn next_if_needed(&mut self, wanted: usize, picture: &mut Picture) -> Result<Option<Decoded>> {
        if self.given.is_some_and(|given| given >= wanted) { Ok(None) } else { self.next(picture) }
    }

    /// Takes the ticks of packets that the decoder refused or complained of since the last call: when their frames are
    /// shown, or decoded where the container does not say. Of counted footage the packets' numbers from 0.
    pub fn take_bad(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.bad)
    }

    fn index(&mut self) -> Option<usize> {
        let shown = &self.part.frames;
        if self.part.counted {
            self.counted += 1;
            let place = shown.start + self.counted - 1;
            return shown.contains(&place).then_some(place);
        }
        place(self.footage, self.part, self.frame.timestamp()?)
    }

    fn check_layout(&self, index: usize) -> Result<()> {
        let found = layout(&self.frame)?;
        // Some decoders learn the range late; it is the first frame's that counts.
        let known = Layout { full_range: found.full_range, ..self.footage.layout };
        if found == known {
            return Ok(());
        }
        let format = self.frame.format().descriptor().map_or("", |d| d.name());
        let (before, after) = (self.footage.layout, found);
        Err(Error::failed(format!(
            "{}: the picture changes on the way: it begins as {}x{} {}, and at {} it is {}x{} {format}",
            self.part.name,
            before.width,
            before.height,
            self.footage.pixel_format,
            self.footage.position(index),
            after.width,
            after.height,
        ))
        .hint("ask for a time before that; for what comes after it, export the recording from that time on, as a file of its own"))
    }

    fn feed(&mut self) -> Result<()> {
        let packet = match self.pending.take() {
            Some(packet) => Some(packet),
            None => next_packet(&mut self.input, self.part.stream)?,
        };
        ffi::take_errors();
        let sent = match &packet {
            Some(packet) => self.decoder.send_packet(packet),
            None => {
                self.draining = true;
                self.decoder.send_eof()
            }
        };
        let flagged = packet.as_ref().is_some_and(ff::Packet::is_corrupt);
        let continuity = self.continuity.as_mut();
        let breaks = continuity.zip(packet.as_ref()).is_some_and(|(c, p)| c.breaks_at(p.data().unwrap_or_default()));
        if let Some(packet) = packet {
            let ticks = packet.pts().or(packet.dts()).map(|t| self.part.in_recording(t, self.footage.time_base));
            self.sent = if self.part.counted { Some(self.packets) } else { ticks };
            self.packets += 1;
        }
        if sent.is_err() || flagged || breaks {
            self.bad.extend(self.sent);
        }
        self.note_complaints();
        Ok(())
    }

    fn note_complaints(&mut self) {
        if ffi::take_errors() > 0 {
            self.bad.extend(self.sent);
        }
    }
}
