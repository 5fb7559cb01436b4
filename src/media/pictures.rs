//! The footage's coded H.264 pictures, as they may be copied into a clip: their slices, and nothing that came with them.

use std::collections::{BTreeMap, BTreeSet};

use ffmpeg_next as ff;

use super::avcc::Avcc;
use super::bitstream::{Framing, h264_type, join, nal, slices, split, without_zeros};
use super::h264::slice::{Sets, picture};
use super::h264::{Pps, SliceStart, Sps};
use super::sei::recovery_takes_time;
use super::{ffi, source};
use crate::error::{Error, Result};
use crate::footage::{Footage, Part};

/// How written pictures frame their NAL units: each after its length in four bytes.
pub const WRITTEN: Framing = Framing::Lengths(4);

/// One coded picture of the footage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedPicture {
    /// The number in the footage of the frame it shows; `None` for one that is not presented.
    pub frame: Option<usize>,
    /// Nothing after it, in coding order, refers to anything before it.
    pub idr: bool,
    /// Its container does not call it damaged or hidden, and it is whole slices of one kind.
    pub sound: bool,
    /// Its slices without padding, each after its length in four bytes.
    pub data: Vec<u8>,
}

/// Parameter sets by their ids, and what stands in the way of copying.
#[derive(Debug, Clone, Default)]
struct Seen {
    sps: BTreeMap<u8, Vec<u8>>,
    pps: BTreeMap<u8, Vec<u8>>,
    sets: Sets,
    /// Ids of picture parameter sets that whole pictures use.
    used: BTreeSet<u8>,
    obstacle: Option<&'static str>,
}

/// Reads the coded pictures of one file in coding order.
pub struct PictureReader<'a> {
    footage: &'a Footage,
    part: &'a Part,
    input: ff::format::context::Input,
    /// A packet read while seeking, not given out yet.
    pending: Option<ff::Packet>,
    framing: Framing,
    seen: Seen,
    /// `frame_num` of the last picture that others may refer to, in the run that [`Self::is_whole`] was asked about.
    last_reference: Option<u32>,
}

impl<'a> PictureReader<'a> {
    /// Starts at the last key frame at or before frame number `from` of H.264 footage, in the file that
    /// this frame is in.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be opened, or no longer holds that key frame.
    pub fn open(footage: &'a Footage, from: usize) -> Result<Self> {
        let (input, _, pending) = source::open_at(footage, from)?;
        let part = footage.part(from);
        let header = input.stream(part.stream).map(|s| ffi::extradata(&s)).unwrap_or_default();
        let mut seen = Seen::default();
        match Avcc::parse(&header) {
            Some(avcc) => seen.take_sets(avcc.sps.iter().chain(&avcc.pps).map(Vec::as_slice)),
            None => seen.take_sets(split(&header, Framing::AnnexB).unwrap_or_default()),
        }
        Ok(Self { footage, part, input, pending, framing: framing(&header), seen, last_reference: None })
    }

    /// The next coded picture; `None` at the end of the file.
    ///
    /// # Errors
    /// `Failed` when the file cannot be read.
    pub fn read(&mut self) -> Result<Option<CodedPicture>> {
        let packet = match self.pending.take() {
            Some(packet) => packet,
            None => match source::next_packet(&mut self.input, self.part.stream)? {
                Some(packet) => packet,
                None => return Ok(None),
            },
        };
        if packet.side_data().any(|s| s.kind() == ff::packet::side_data::Type::NewExtraData) {
            self.seen.obstacle = Some("the footage has several sample entries");
        }
        let bytes = packet.data().unwrap_or_default();
        let units = split(bytes, self.framing).unwrap_or_default();
        self.seen.take_sets(units.iter().copied());
        let hidden = ffi::is_hidden(&packet);
        let shown = packet.pts().filter(|_| !hidden);
        let kinds: BTreeSet<u8> = slices(&units).filter_map(h264_type).collect();
        let idr = kinds.contains(&nal::IDR);
        let one_kind = kinds.len() == 1 && (idr || kinds.contains(&nal::SLICE));
        Ok(Some(CodedPicture {
            frame: shown.and_then(|stamp| source::place(self.footage, self.part, stamp)),
            idr,
            sound: one_kind && !hidden && !packet.is_corrupt(),
            data: join(slices(&units), WRITTEN).unwrap_or_default(),
        }))
    }

    /// Whether a decoder shows this picture as it was meant, and no byte of it is anything else: its slices are read to
    /// their last bit and cover it, no picture it may refer to is missing before it, and it does not have decoders drop
    /// pictures that they still hold. Asked of the pictures from an IDR picture on, in coding order, leaving none out.
    pub fn is_whole(&mut self, coded: &CodedPicture) -> bool {
        let units = split(&coded.data, WRITTEN).unwrap_or_default();
        let Ok(facts) = picture(&self.seen.sets, units) else { return false };
        let header = facts.header;
        let follows = match self.last_reference {
            _ if header.idr => !header.drops_earlier,
            Some(last) => {
                header.frame_number == last || header.frame_number == self.seen.sets.next_number(header.pps, last)
            }
            None => false,
        };
        if follows {
            self.will_copy(coded);
        }
        if header.importance > 0 || !follows {
            self.last_reference = follows.then_some(header.frame_number);
        }
        follows
    }

    /// Notes the parameter sets of a picture that is copied, for [`Self::sets`].
    pub fn will_copy(&mut self, coded: &CodedPicture) {
        let units = split(&coded.data, WRITTEN).unwrap_or_default();
        self.seen.used.extend(units.into_iter().filter_map(SliceStart::parse).map(|s| s.pps));
    }

    /// Why nothing that was read so far may be copied, whatever the single pictures say.
    pub fn obstacle(&self) -> Option<&'static str> {
        self.seen.obstacle
    }

    /// The parameter sets of the pictures that may be copied, for the head of a file.
    ///
    /// # Errors
    /// `Unverified` when one names a set that the footage did not give before it.
    pub fn sets(&self) -> Result<Avcc> {
        let missing = || Error::unverified("a slice uses a parameter set that the footage does not hold");
        let mut avcc = Avcc { length_size: 4, sps: Vec::new(), pps: Vec::new() };
        let mut parents = BTreeSet::new();
        for id in &self.seen.used {
            let unit = self.seen.pps.get(id).ok_or_else(missing)?;
            parents.insert(Pps::parse(unit).ok_or_else(missing)?.sps);
            avcc.pps.push(unit.clone());
        }
        for id in parents {
            avcc.sps.push(self.seen.sps.get(&id).ok_or_else(missing)?.clone());
        }
        Ok(avcc)
    }

    /// Every sequence parameter set that was read.
    pub fn sequence_sets(&self) -> Vec<Vec<u8>> {
        self.seen.sps.values().cloned().collect()
    }

    /// Every id that the footage uses for a parameter set of either kind.
    pub fn ids(&self) -> BTreeSet<u8> {
        self.seen.sps.keys().chain(self.seen.pps.keys()).copied().collect()
    }
}

/// How the packets of an H.264 stream frame their units, by what its decoder is told first.
pub(super) fn framing(header: &[u8]) -> Framing {
    Avcc::parse(header).map_or(Framing::AnnexB, |avcc| Framing::Lengths(avcc.length_size))
}

impl Seen {
    /// Notes parameter sets, and what is announced beside the pictures. One that cannot be read stands in the way of
    /// copying: it may be the one that a slice means.
    fn take_sets<'u>(&mut self, units: impl IntoIterator<Item = &'u [u8]>) {
        for unit in units.into_iter().map(without_zeros) {
            let place = match h264_type(unit) {
                Some(nal::SPS) => Sps::parse(unit).map(|s| (&mut self.sps, s.id)),
                Some(nal::PPS) => Pps::parse(unit).map(|p| (&mut self.pps, p.id)),
                Some(nal::SEI) if recovery_takes_time(unit) => {
                    self.obstacle = Some("the footage refreshes its pictures bit by bit (intra refresh)");
                    continue;
                }
                _ => continue,
            };
            let Some((sets, id)) = place else {
                self.obstacle = Some("the footage has a parameter set that is outside what can be copied");
                continue;
            };
            match sets.insert(id, unit.to_vec()) {
                Some(before) if before == unit => {}
                Some(_) => self.obstacle = Some("the footage changes its parameter sets on the way"),
                // It was read above, so it can be taken.
                None => drop(self.sets.take(unit)),
            }
        }
    }
}
