//! How a clip is made: what is rendered, what is copied, and what pictures become before they are encoded.

use std::borrow::Cow;
use std::ops::Range;

use super::stretch::{Stretch, cut};
use crate::error::Result;
use crate::footage::Footage;
use crate::geometry::Orientation;
use crate::media::avcc::Avcc;
use crate::media::{CODING, Converter, Encoder, EncoderOptions, REORDER};
use crate::picture::Picture;
use crate::plan::{Plan, Segment};

/// x264's own threads, for every stretch. Fixed, because their number decides its bytes; and two, because an encoder
/// holds some 200 MB of 1080p pictures whether it has one thread or two, and while one picture is decoded and covered
/// no more than another is there to encode.
pub(super) const ENCODER_THREADS: usize = 2;

/// What a clip's pictures become before they are encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// How the encoder is set.
    pub encoder: EncoderOptions,
    /// Turned into the picture itself, because players do not agree on mirrored ones.
    pub baked: Orientation,
    /// Left to the player.
    pub display: Orientation,
}

impl Finish {
    /// For a piece of footage: 8-bit 4:2:0, even sides, mirrored pictures baked.
    pub fn new(footage: &Footage) -> Self {
        let mirrored = footage.orientation.mirrored;
        let (baked, display) = if mirrored {
            (footage.orientation, Orientation::default())
        } else {
            (Orientation::default(), footage.orientation)
        };
        let (width, height) = baked.displayed_size(footage.layout.width, footage.layout.height);
        let aspect = footage.sample_aspect;
        let encoder = EncoderOptions {
            width: width.next_multiple_of(2),
            height: height.next_multiple_of(2),
            sample_aspect: if baked.swaps_axes() && aspect.0 > 0 { (aspect.1, aspect.0) } else { aspect },
            colour: footage.colour,
            full_range: footage.layout.full_range,
            time_base: footage.time_base,
            interval: footage.median_interval,
            threads: ENCODER_THREADS,
            joins: None,
            coding: CODING,
        };
        Self { encoder, baked, display }
    }

    /// A covered picture of the footage as the encoder takes it.
    ///
    /// # Errors
    /// `Failed` when FFmpeg cannot convert it.
    pub fn apply<'p>(&self, picture: &'p Picture, converter: &mut Converter) -> Result<Cow<'p, Picture>> {
        let picture = converter.yuv420(picture)?;
        Ok(if self.baked == Orientation::default() { picture } else { Cow::Owned(picture.oriented(self.baked)) })
    }
}

/// How a clip is made: what is rendered, what is copied, and how that fits together.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendering {
    /// What rendered pictures become before and while they are encoded.
    pub finish: Finish,
    /// The wanted frames, in order.
    pub segments: Vec<Segment>,
    /// The parameter sets of all coded pictures.
    pub(super) sets: Avcc,
    /// Pictures that a decoder may hold back for reordering.
    pub(super) reorder: usize,
}

impl Rendering {
    /// Everything is rendered.
    ///
    /// # Errors
    /// `Failed` when x264 cannot encode the footage's size.
    pub fn full(footage: &Footage, plan: &Plan) -> Result<Self> {
        let finish = Finish::new(footage);
        let sets = Encoder::open(&finish.encoder)?.sets()?;
        let frames = &plan.selection.frames;
        let all = frames.first().copied().unwrap_or(0)..frames.last().map_or(0, |last| last + 1);
        Ok(Self { finish, segments: vec![Segment::Rendered(all)], sets, reorder: REORDER })
    }

    /// What tasks work on, in order.
    pub(super) fn pieces(&self, footage: &Footage) -> Vec<Piece> {
        let of = |segment: &Segment| match segment {
            Segment::Copied(frames) => vec![Piece::Copy(frames.clone())],
            Segment::Rendered(frames) => {
                let frames: Vec<usize> = frames.clone().collect();
                cut(footage, &frames).into_iter().map(Piece::Render).collect()
            }
        };
        self.segments.iter().flat_map(of).collect()
    }
}

/// What one task works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// These frames are copied as they were coded.
    Copy(Range<usize>),
    /// These are decoded, covered and encoded.
    Render(Stretch),
}
