//! Every decision and every refusal, before a pixel is touched: which frames, and what is covered in each. Pure.

mod cast;
mod segments;
mod select;

pub use cast::{Part, Player, cast};
pub use segments::{Coded, Segment, reorder_depth, segments};
pub use select::{Missing, Selection, clip, series, stills};

use crate::cover::Cover;
use crate::error::{Error, Result, Spot, Trouble};
use crate::footage::Footage;
use crate::geometry::{BoundingBox, Rect, inward, outward};
use crate::obscure::Mask;
use crate::request::{Margin, Obscure, Rules};
use crate::time::Window;
use crate::tracks::lay::lay;
use crate::tracks::load::Loaded;
use crate::tracks::presence::{Why, covered};
use crate::tracks::{Role, ShownBecause};

/// What became of one track that bore on the wanted frames.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackUse {
    /// Which file, by place in the list, and which track in it.
    pub place: (usize, usize),
    /// The track's id.
    pub id: String,
    /// The track file's SHA-256.
    pub file_sha256: String,
    /// The track's label.
    pub label: Option<String>,
    /// The part it played.
    pub role: Role,
    /// Why it was shown, with the justification, for a third party who was.
    pub shown_because: Option<ShownBecause>,
    /// The reason given for showing it.
    pub justification: Option<String>,
    /// Wanted frames it is covered in.
    pub frames_covered: usize,
    /// Of these, before or after a presence.
    pub held: usize,
    /// Of these, in a gap.
    pub bridged: usize,
}

/// The plan of one item.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which frames.
    pub selection: Selection,
    /// What is covered in each distinct wanted frame, by its number, in order.
    pub covers: Vec<(usize, Cover)>,
    /// The tracks that bore on them.
    pub tracks: Vec<TrackUse>,
    /// Wanted frames in which a cover meets the requester.
    pub subject_covered: Vec<usize>,
    /// What to warn of.
    pub warnings: Vec<String>,
}

impl Plan {
    /// What is covered in a frame; `None` for one that is not wanted.
    pub fn cover(&self, frame: usize) -> Option<&Cover> {
        self.covers.binary_search_by_key(&frame, |c| c.0).ok().map(|i| &self.covers[i].1)
    }

    /// Covers these frames whole: they are damaged. Returns how many are wanted.
    pub fn cover_whole(&mut self, frames: &[usize]) -> usize {
        let mut hit = 0;
        for (frame, cover) in &mut self.covers {
            if frames.binary_search(frame).is_ok() {
                *cover = Cover::whole();
                hit += 1;
            }
        }
        hit
    }
}

/// Decides what is covered in every wanted frame.
///
/// # Errors
/// `Unsafe` where somebody could show: a long gap, no third party at all, contradictions. `Usage` where the request
/// contradicts itself.
pub fn plan(footage: &Footage, files: &[Loaded], rules: &Rules, selection: Selection, pin_ids: bool) -> Result<Plan> {
    let mut frames = selection.frames.clone();
    frames.sort_unstable();
    frames.dedup();
    let players = cast(files, rules, pin_ids)?;
    let all_but = rules.obscure == Obscure::AllButSubject;
    if all_but && !players.iter().any(|p| p.part == Part::Subject) {
        return Err(Error::usage("to cover all but the subject, the subject's track is needed")
            .hint("name it with --subject ID or --subject-label LABEL"));
    }
    let stage = Stage { footage, rules, frames: &frames };
    let mut sheets = vec![Sheet::default(); frames.len()];
    let (mut tracks, mut refused) = (Vec::new(), Vec::new());
    for player in &players {
        let mut used = Stage::use_of(player);
        let relevant = match player.part {
            Part::ThirdParty => stage.cover_third_party(player, &mut sheets, &mut used, &mut refused)?,
            Part::Subject | Part::Shown(..) => stage.keep_clear(player, &mut sheets)?,
        };
        if relevant {
            tracks.push(used);
        }
    }
    refuse_gaps(&refused)?;
    let covered = tracks.iter().any(|t| t.frames_covered > 0);
    stage.check_third_parties(&players, covered)?;
    let mut warnings = footage.joined.clone();
    warnings.extend(rules.weaker_than_default());
    warnings.extend(files.iter().flat_map(|f| stage.file_warnings(f)));
    let requester_seen = sheets.iter().any(|s| !s.subject.is_empty());
    if !players.is_empty() && !players.iter().any(|p| p.part == Part::Subject) {
        warnings.push("no track is named as the requester, so everybody who is marked is covered; if the requester is marked, name their track: --subject ID".to_owned());
    } else if !players.is_empty() && !requester_seen {
        warnings.push("the requester's track has no box in any wanted frame".to_owned());
    }
    if requester_seen && sheets.iter().all(|s| stage.hides_requester(s)) {
        warnings.push("the requester is wholly covered by somebody else's cover in every wanted frame: they will not see themselves; ask for another time, or see whether the others' boxes are drawn too wide".to_owned());
    }
    let meets = |s: &Sheet| s.subject.iter().any(|r| s.covered.iter().any(|c| c.meets(*r)));
    let subject_covered = frames.iter().zip(&sheets).filter(|(_, s)| meets(s)).map(|(&f, _)| f).collect();
    let cover = |s: Sheet| Cover {
        boxes: in_order(s.covered),
        all_but: all_but.then(|| in_order(s.subject.into_iter().chain(s.shown).collect())),
    };
    let covers = frames.iter().copied().zip(sheets.into_iter().map(cover)).collect();
    Ok(Plan { selection, covers, tracks, subject_covered, warnings })
}

/// In an order of their own, so that a plan does not depend on the order of the tracks.
fn in_order(mut rects: Vec<Rect>) -> Vec<Rect> {
    rects.sort_unstable_by_key(|r| (r.y0, r.x0, r.y1, r.x1));
    rects.dedup();
    rects
}

/// One frame's rectangles while they are collected.
#[derive(Debug, Clone, Default)]
struct Sheet {
    covered: Vec<Rect>,
    subject: Vec<Rect>,
    shown: Vec<Rect>,
}

struct Stage<'a> {
    footage: &'a Footage,
    rules: &'a Rules,
    /// The wanted frames, in order, each once.
    frames: &'a [usize],
}

impl Stage<'_> {
    fn use_of(player: &Player<'_>) -> TrackUse {
        let (role, shown_because, justification) = match &player.part {
            Part::ThirdParty => (Role::ThirdParty, None, None),
            Part::Subject => (Role::Subject, None, None),
            Part::Shown(because, justification) => (Role::ThirdParty, Some(*because), justification.clone()),
        };
        TrackUse {
            place: player.place,
            id: player.track.id.clone(),
            file_sha256: player.file.sha256.clone(),
            label: player.track.label.clone(),
            role,
            shown_because,
            justification,
            frames_covered: 0,
            held: 0,
            bridged: 0,
        }
    }

    fn cover_third_party(
        &self,
        player: &Player<'_>,
        sheets: &mut [Sheet],
        used: &mut TrackUse,
        refused: &mut Vec<(String, Window)>,
    ) -> Result<bool> {
        let runs = lay(player.track, self.footage).map_err(|e| e.at(&player.file.name))?;
        let (boxes, gaps) =
            covered(&runs, player.track.sampling, self.rules, &player.statements, self.footage, self.frames);
        refused.extend(gaps.into_iter().map(|gap| (player.track.id.clone(), gap)));
        let mut counted: Vec<(usize, Why)> = Vec::with_capacity(boxes.len());
        for b in &boxes {
            let (Ok(index), Some(rect)) = (self.frames.binary_search(&b.frame), self.region(b.shape)) else { continue };
            sheets[index].covered.push(rect);
            counted.push((b.frame, b.why));
        }
        // A frame that is covered for two reasons counts once, for the better one.
        counted.sort_unstable();
        counted.dedup_by_key(|c| c.0);
        used.frames_covered = counted.len();
        used.held = counted.iter().filter(|c| c.1 == Why::Held).count();
        used.bridged = counted.iter().filter(|c| c.1 == Why::Bridged).count();
        Ok(used.frames_covered > 0)
    }

    fn keep_clear(&self, player: &Player<'_>, sheets: &mut [Sheet]) -> Result<bool> {
        let runs = lay(player.track, self.footage).map_err(|e| e.at(&player.file.name))?;
        let layout = &self.footage.layout;
        let mut seen = false;
        for (sheet, &frame) in sheets.iter_mut().zip(self.frames) {
            let run = runs.get(runs.partition_point(|run| run.last() < frame));
            let Some(shape) = run.and_then(|run| run.at(frame)) else { continue };
            let stored = self.footage.orientation.to_stored(shape, layout.width, layout.height);
            let Some(rect) = inward(stored, self.footage.grid(), layout.width, layout.height) else { continue };
            seen = true;
            match player.part {
                Part::Subject => sheet.subject.push(rect),
                _ => sheet.shown.push(rect),
            }
        }
        Ok(seen)
    }

    /// Whether nothing of the requester is left to see.
    fn hides_requester(&self, sheet: &Sheet) -> bool {
        let cover = Cover { boxes: sheet.covered.clone(), all_but: None };
        let mask = Mask::new(&cover, self.footage.layout.width, self.footage.layout.height);
        sheet.subject.iter().all(|r| mask.area(*r) == r.width() as usize * r.height() as usize)
    }

    /// A third party's box with its margin, in whole pixels of the stored picture.
    fn region(&self, shape: BoundingBox) -> Option<Rect> {
        let (dx, dy) = match self.rules.margin {
            Margin::Percent(p) => (shape.w * p / 100.0, shape.h * p / 100.0),
            Margin::Pixels(p) => (p, p),
        };
        let grown = shape.grown(dx.max(self.rules.margin_min), dy.max(self.rules.margin_min));
        let layout = &self.footage.layout;
        let stored = self.footage.orientation.to_stored(grown, layout.width, layout.height);
        outward(stored, self.footage.grid(), layout.width, layout.height)
    }

    /// A window without a third party is more often an oversight than an empty car park.
    fn check_third_parties(&self, players: &[Player<'_>], covered: bool) -> Result<()> {
        if covered && self.rules.no_third_parties {
            return Err(Error::usage("--no-third-parties was given, but the tracks have third parties in the window")
                .hint("leave --no-third-parties out"));
        }
        if covered || self.rules.no_third_parties || self.rules.obscure == Obscure::AllButSubject {
            return Ok(());
        }
        let third: Vec<_> = players.iter().filter(|p| p.part == Part::ThirdParty).collect();
        let shown = players.iter().any(|p| matches!(p.part, Part::Shown(..)));
        if players.is_empty() {
            return Err(Error::stopped("nobody would be covered: no track is given")
                .hint("the tool finds nobody by itself: give the file in which people are marked, --tracks FILE; if you have looked and there is nobody else in the window, say so: --no-third-parties, or in a request file \"no_third_parties\": true"));
        }
        let why = match (third.is_empty(), shown) {
            (true, true) => "every third party is marked as shown",
            (true, false) => "no third party is marked at all",
            (false, _) => "no third party's track comes into the window",
        };
        Err(Error::stopped(format!("nobody would be covered: {why}"))
            .hint("if you have looked and there is nobody else in the window, say so: --no-third-parties, or \"no_third_parties\": true; otherwise mark them, and check the clock and the frame numbers"))
    }

    fn file_warnings(&self, file: &Loaded) -> Vec<String> {
        let mut warnings: Vec<String> = file.file.notes.iter().map(|n| format!("{}: {n}", file.name)).collect();
        let count = self.footage.count() as u64;
        let beyond = |w: &crate::tracks::When| matches!(w, crate::tracks::When::Frame(n) if *n >= count);
        let late = file.file.tracks.iter().flat_map(|t| &t.keyframes).filter(|k| !k.end && beyond(&k.when)).count();
        if late > 0 {
            warnings.push(format!("{}: {late} boxes lie after the footage's {count} frames; are the tracks of this footage, and numbered as it is?", file.name));
        }
        let number = |frame: Option<&usize>| frame.map(|&f| self.footage.number(f));
        if let (Some((first, last)), Some(low), Some(high)) =
            (file.file.annotated, number(self.frames.first()), number(self.frames.last()))
            && ((low as u64) < first || (high as u64) > last)
        {
            warnings.push(format!("{}: only frames {first} to {last} were annotated; nobody has marked who is in the others of frames {low} to {high}", file.name));
        }
        warnings
    }
}

fn refuse_gaps(refused: &[(String, Window)]) -> Result<()> {
    let Some((id, gap)) = refused.first() else { return Ok(()) };
    let statement = |(id, w): &(String, Window)| {
        let id = serde_json::Value::from(id.as_str());
        format!(
            "{{ \"track\": {id}, \"from\": \"{:.9}\", \"to\": \"{:.9}\", \"is\": \"absent\" }}",
            w.from.seconds(),
            w.to.seconds()
        )
    };
    let list: Vec<String> = refused.iter().take(20).map(statement).collect();
    let spot = |(id, w): &(String, Window)| Spot {
        what: Trouble::Gap,
        track: Some(id.clone()),
        from: w.from.seconds(),
        to: w.to.seconds(),
    };
    let more = refused.len().saturating_sub(1);
    let more = if more > 0 { format!(" ({more} more such gaps)") } else { String::new() };
    Err(Error::stopped(format!(
        "track {id} has no box from {} to {}: the person may be in the picture there, unmarked{more}",
        gap.from, gap.to
    ))
    .over(refused.iter().map(spot).collect())
    .hint(format!(
        "look at the footage there. Where the person is out of the picture, say so in a request file: \"gaps\": [ {} ]; or for every gap at once: --gaps absent if nobody is there, --gaps cover to cover where they may be",
        list.join(", ")
    )))
}
