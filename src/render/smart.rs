//! Smart rendering: whether the footage allows that its own coded pictures are copied where nothing is covered, which
//! ones those are, and how the encoder has to be set so that its pictures can stand between them.

use std::collections::BTreeSet;

use super::rendering::{Finish, Rendering};
use crate::cover::Cover;
use crate::error::Result;
use crate::footage::{Footage, Numbering};
use crate::media::avcc::Avcc;
use crate::media::h264::Sps;
use crate::media::{Encoder, EncoderOptions, Joins, PictureReader, Profile};
use crate::plan::{Coded, Plan, reorder_depth, segments};

/// With more frames covered than this, in percent, copying the rest gains too little.
const MOST_COVERED: usize = 70;

/// Pixels that players may cut off across or down and a copied picture keep: what fills up its last row of
/// macroblocks. More could be a part of the scene.
const MOST_CROPPED: u32 = 15;

/// Why a clip is rendered in full though smart rendering was asked for.
pub type Why = String;

impl Rendering {
    /// Copies what may be copied and renders the rest; or why the footage does not allow it.
    ///
    /// # Errors
    /// `Failed` when the footage cannot be read.
    pub fn smart(footage: &Footage, plan: &Plan) -> Result<std::result::Result<Self, Why>> {
        Ok(match by_header(footage, plan) {
            Err(why) => Err(why),
            Ok(()) => by_pictures(footage, plan)?,
        })
    }
}

/// What the footage's description alone forbids.
fn by_header(footage: &Footage, plan: &Plan) -> std::result::Result<(), Why> {
    let layout = &footage.layout;
    let plain = !layout.grey && (layout.chroma_shift_x, layout.chroma_shift_y, layout.depth) == (1, 1, 8);
    let ends = [plan.selection.frames.first(), plan.selection.frames.last()].map(|f| f.copied().unwrap_or(0));
    let part = footage.part(ends[0]);
    if !part.frames.contains(&ends[1]) {
        return Err(format!("the time asked for goes on from {} into another file", part.name));
    }
    if part.codec != "h264" || !plain {
        return Err(format!("only 8-bit 4:2:0 H.264 can be copied; this is {} {}", part.codec, footage.pixel_format));
    }
    if footage.interlaced {
        return Err("the footage is interlaced".to_owned());
    }
    if footage.orientation.mirrored {
        return Err("the picture is mirrored and has to be turned the right way round".to_owned());
    }
    if let Numbering::Decoded(why) = part.numbering {
        return Err(format!("packets do not tell the frames: {why}"));
    }
    let frames = &plan.selection.frames;
    let covered = plan.covers.iter().filter(|(_, cover)| !cover.is_empty()).count();
    if covered * 100 > frames.len() * MOST_COVERED {
        return Err(format!("{covered} of {} frames are covered: copying the others gains too little", frames.len()));
    }
    Ok(())
}

/// What the coded pictures of the window allow.
fn by_pictures(footage: &Footage, plan: &Plan) -> Result<std::result::Result<Rendering, Why>> {
    let wanted = match (plan.selection.frames.first(), plan.selection.frames.last()) {
        (Some(&first), Some(&last)) => first..last + 1,
        _ => return Ok(Err("the window is empty".to_owned())),
    };
    let mut reader = PictureReader::open(footage, wanted.start)?;
    let mut pictures = Vec::new();
    let mut found = 0;
    while found < wanted.len()
        && let Some(picture) = reader.read()?
    {
        found += usize::from(picture.frame.is_some_and(|f| wanted.contains(&f)));
        let clear = picture.frame.and_then(|f| plan.cover(f)).is_some_and(Cover::is_empty);
        // Reading a picture costs a tenth of decoding it, so it is done only where it may be copied.
        let sound = clear && picture.sound && reader.is_whole(&picture);
        pictures.push(Coded { frame: picture.frame, idr: picture.idr, sound });
    }
    if found != wanted.len() {
        return Ok(Err("some frames of the window have no packet of their own".to_owned()));
    }
    if let Some(obstacle) = reader.obstacle() {
        return Ok(Err(obstacle.to_owned()));
    }
    let sets = reader.sets()?;
    // Where no picture is whole, it may be for what the set says.
    let stated = if sets.sps.is_empty() { reader.sequence_sets() } else { sets.sps.clone() };
    let theirs = match copyable(&stated) {
        Ok(sps) => sps,
        Err(why) => return Ok(Err(why)),
    };
    // A copied picture after a recording gap could refer to one before it; then the times of both do not fit an MP4.
    let bars = |f: usize| {
        let at_idr = || pictures.iter().any(|p| p.idr && p.frame == Some(f));
        plan.cover(f).is_none_or(|c| !c.is_empty()) || footage.follows_gap(f) && !at_idr()
    };
    let segments = segments(&pictures, wanted, bars);
    if segments.iter().all(|s| s.copied().is_none()) {
        return Ok(Err(
            "no frame can be copied: the picture is covered, or the window ends, before the next IDR picture"
                .to_owned(),
        ));
    }
    let depth = reorder_depth(&pictures);
    let (finish, merged) = match joined(footage, &sets, &theirs, &reader.ids(), depth)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    Ok(Ok(Rendering { finish, segments, sets: merged, reorder: depth }))
}

/// How the encoder is set so that its pictures can stand between the footage's, and the parameter sets of both.
fn joined(
    footage: &Footage,
    sets: &Avcc,
    theirs: &Sps,
    taken: &BTreeSet<u8>,
    reorder: usize,
) -> Result<std::result::Result<(Finish, Avcc), Why>> {
    let Some(profile) = Profile::from_idc(theirs.profile) else {
        return Ok(Err(format!("x264 does not write the footage's profile ({})", theirs.profile)));
    };
    let Some(set_id) = (0..32).find(|id| !taken.contains(id)) else {
        return Ok(Err("the footage leaves no parameter set id free".to_owned()));
    };
    let mut finish = Finish::new(footage);
    finish.encoder = EncoderOptions { joins: Some(Joins { profile, set_id, reorder }), ..finish.encoder };
    let ours = Encoder::open(&finish.encoder)?.sets()?;
    let agrees = |unit: &Vec<u8>| Sps::parse(unit).is_some_and(|ours| look_alike(theirs, &ours));
    if !ours.sps.iter().all(agrees) {
        return Ok(Err("x264 cannot match how the footage's pictures are to be shown".to_owned()));
    }
    let merged = Avcc {
        length_size: sets.length_size,
        sps: sets.sps.iter().chain(&ours.sps).cloned().collect(),
        pps: sets.pps.iter().chain(&ours.pps).cloned().collect(),
    };
    Ok(if merged.build().is_some() {
        Ok((finish, merged))
    } else {
        Err("the footage has more parameter sets than a file may hold".to_owned())
    })
}

/// The footage's one sequence parameter set, if pictures that use it may be copied.
fn copyable(sets: &[Vec<u8>]) -> std::result::Result<Sps, Why> {
    let [unit] = sets else {
        return Err("the footage changes its sequence parameter set on the way".to_owned());
    };
    let sps = Sps::parse(unit).ok_or("the footage's sequence parameter set cannot be read")?;
    let [left, right, top, bottom] = sps.crop;
    if !sps.frames_only {
        Err("the footage may hold fields".to_owned())
    } else if (sps.chroma_format, sps.luma_depth, sps.chroma_depth) != (1, 8, 8) {
        Err("only 8-bit 4:2:0 H.264 can be copied".to_owned())
    } else if left + right > MOST_CROPPED || top + bottom > MOST_CROPPED {
        Err(format!(
            "the footage cuts {left}+{right} columns and {top}+{bottom} rows off its pictures, which copies would still hold"
        ))
    } else {
        Ok(sps)
    }
}

/// Whether players show pictures of both sets alike: as large, as wide a pixel, in the same colours.
fn look_alike(a: &Sps, b: &Sps) -> bool {
    let shown = |sps: &Sps| {
        let vui = &sps.vui;
        // What is not said is what players take it for: ITU-T H.264 annex E.2.1.
        let aspect = vui.pixel_aspect.filter(|a| a.0 > 0 && a.1 > 0).unwrap_or((1, 1));
        let colour = (vui.colour.unwrap_or([2; 3]), vui.full_range.unwrap_or(false));
        (sps.width, sps.height, sps.profile, aspect, colour, vui.chroma_location.unwrap_or([0; 2]))
    };
    shown(a) == shown(b)
}
