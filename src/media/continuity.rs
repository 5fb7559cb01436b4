//! Whether coded H.264 pictures follow one another without one missing: ITU-T H.264 section 7.4.3. FFmpeg puts an older
//! picture in a lost one's place, from which the following ones are then predicted, and complains of nothing.

use super::avcc::Avcc;
use super::bitstream::{Framing, h264_type, nal, split};
use super::h264::SliceStart;
use super::h264::slice::{self, Sets};
use super::pictures::framing;

/// What the pictures so far lead to expect.
pub(super) struct Continuity {
    framing: Framing,
    sets: Sets,
    last: Option<Last>,
}

/// The last picture that others may refer to.
#[derive(Clone, Copy)]
struct Last {
    /// Its `frame_num`.
    number: u32,
    /// The count may begin anew behind it.
    restarts: bool,
}

impl Continuity {
    /// For packets of a stream whose decoder is told `header` first.
    pub(super) fn new(header: &[u8]) -> Self {
        let mut sets = Sets::default();
        match Avcc::parse(header) {
            Some(avcc) => take(&mut sets, avcc.sps.iter().chain(&avcc.pps).map(Vec::as_slice)),
            None => take(&mut sets, split(header, Framing::AnnexB).unwrap_or_default()),
        }
        Self { framing: framing(header), sets, last: None }
    }

    /// Whether a picture is missing before this packet's. Asked of the packets in coding order, leaving none out; where
    /// it cannot be known, the decoder is left to judge.
    pub(super) fn breaks_at(&mut self, packet: &[u8]) -> bool {
        let Some(units) = split(packet, self.framing) else { return false };
        take(&mut self.sets, units.iter().copied());
        let is_slice = |unit: &&&[u8]| matches!(h264_type(unit), Some(nal::SLICE | nal::IDR));
        let Some(unit) = units.iter().find(is_slice) else { return false };
        let last = self.last.take();
        let known = SliceStart::parse(unit).and_then(|s| self.sets.get(s.pps));
        let Some((sps, pps)) = known else { return false };
        let Some(number) = SliceStart::frame_number(unit, sps) else { return false };
        let follows = |last: Last| {
            let next = (last.number + 1) & ((1 << sps.frame_number_bits) - 1);
            number == last.number || number == next || last.restarts && number <= 1
        };
        let free = h264_type(unit) == Some(nal::IDR) || sps.frame_number_gaps;
        let breaks = !free && !last.is_none_or(follows);
        let referred_to = unit.first().is_some_and(|first| first >> 5 & 3 != 0);
        self.last = match slice::header(sps, pps, unit) {
            _ if breaks => None,
            _ if !referred_to => last,
            Ok(header) => Some(Last { number: if header.restarts { 0 } else { number }, restarts: false }),
            Err(_) => Some(Last { number, restarts: true }),
        };
        breaks
    }
}

/// Takes parameter sets; one that cannot be read leaves the slices that mean it unknown.
fn take<'u>(sets: &mut Sets, units: impl IntoIterator<Item = &'u [u8]>) {
    for unit in units {
        let _ = sets.take(unit);
    }
}
