//! What is written down: the controller's log, the recipient's notice, and the tracks that bore on the window.

use super::Wish;
use super::item::{Assessed, Made, MadeFile};
use crate::clock::{self, Clock};
use crate::contain::Contained;
use crate::error::Result;
use crate::footage::{Footage, Numbering, Part};
use crate::geometry::Orientation;
use crate::log::disclosure::{self as log, DisclosureLog};
use crate::log::notice::{self, Notice};
use crate::render::Finish;
use crate::request::{AudioAction, Kind, Margin, Outcome, Render, Request, Sound};
use crate::time::{Position, Window};
use crate::tracks::formats::native;
use crate::tracks::{Binding, Role, Track, TrackFile};
use crate::verify::{ExpectedClip, ExpectedSound};

/// The controller's log.
pub fn log(
    understood: &Request,
    wish: Wish<'_>,
    made: &[Made],
    records: Vec<log::RecordEntry>,
    warnings: Vec<String>,
    contained: Contained,
) -> Result<DisclosureLog> {
    let request_sha256 = match wish.sha256 {
        Some(sha256) => sha256.to_owned(),
        None => super::request_hash(understood)?,
    };
    Ok(DisclosureLog {
        version: 1,
        reference: wish.request.reference.clone(),
        supersedes: wish.supersedes.map(str::to_owned),
        request: understood.clone(),
        request_sha256,
        tool: log::Tool::this(),
        contained,
        items: made.iter().zip(&understood.items).map(|(made, item)| entry(made, item)).collect(),
        records,
        warnings,
    })
}

/// An instant of the footage as data: wall-clock where it has a clock, a position otherwise.
fn instant(at: Position, clock: Option<&Clock>) -> String {
    clock.map_or_else(|| at.to_string(), |c| clock::for_data(&c.true_time(at)))
}

fn span(window: Window, clock: Option<&Clock>) -> log::Span {
    log::Span { from: instant(window.from, clock), to: instant(window.to, clock) }
}

fn entry(made: &Made, item: &crate::request::Item) -> log::Item {
    let Assessed { footage, clock, files, rules, plan, damaged, .. } = &made.known;
    let clock_of = clock.as_ref().map(|c| &c.0);
    let selection = &plan.selection;
    let delivered = span(selection.delivered, clock_of);
    log::Item {
        kind: made.kind,
        footage: footage.parts.iter().map(|p| footage_entry(footage, p, clock.as_ref(), made.kind)).collect(),
        window: log::WindowEntry {
            asked: span(selection.asked, clock_of),
            delivered: log::Delivered {
                from: delivered.from,
                to: delivered.to,
                first_frame: selection.frames.first().map_or(0, |&f| footage.number(f)),
                frames: selection.frames.len(),
            },
            not_covered: selection
                .missing
                .iter()
                .map(|m| log::NotCovered {
                    from: instant(m.window.from, clock_of),
                    to: instant(m.window.to, clock_of),
                    why: m.why.to_owned(),
                })
                .collect(),
        },
        track_files: files
            .iter()
            .map(|f| log::TrackFileEntry {
                name: f.name.clone(),
                sha256: f.sha256.clone(),
                format: f.file.format.to_owned(),
                binding_sha256: f.binding_sha256.clone(),
            })
            .collect(),
        tracks: plan.tracks.iter().map(track_entry).collect(),
        method: log::MethodEntry {
            name: rules.method.name.to_owned(),
            recoverable_from_cover: rules.method.recoverable,
            margin: match rules.margin {
                Margin::Percent(p) => format!("{p}%"),
                Margin::Pixels(p) => format!("{p}px"),
            },
            margin_min_px: rules.margin_min,
            hold_seconds: rules.hold as f64 / 1e9,
            bridge_seconds: rules.bridge as f64 / 1e9,
        },
        obscure: rules.obscure,
        subject_covered_frames: plan.subject_covered.len(),
        damaged: damage_entries(damaged, footage, clock_of),
        audio: log::AudioEntry {
            action: item.audio.as_ref().map_or(AudioAction::Drop, |a| a.action),
            present: footage.has_audio(),
            coded: sound(made).map(|s| format!("aac, {} samples a second, {} channels", s.rate, s.channels)),
            muted: match &rules.sound {
                Sound::Keep(muted) => muted.iter().map(|m| span(*m, clock_of)).collect(),
                Sound::Drop => Vec::new(),
            },
        },
        rendering: rendering(made, item, clock_of),
        changes: changes(footage, made.kind),
        files: made.files.iter().map(|f| file_entry(f, made, footage)).collect(),
        expected_clip: made.expected_clip.clone(),
        expected_stills: made.expected_stills.clone(),
        verification: log::Verification {
            passed: true,
            scope: log::SCOPE.to_owned(),
            checks: made.report.checks.clone(),
            psnr_outside_db: made.report.psnr_outside.map(|db| (db * 100.0).round() / 100.0),
        },
    }
}

/// How the frames were made: which were copied, which rendered, and when each was.
fn rendering(made: &Made, item: &crate::request::Item, clock: Option<&Clock>) -> log::RenderingEntry {
    let Assessed { footage, plan, .. } = &made.known;
    let frames = &plan.selection.frames;
    let copies = made.expected_clip.as_ref().map_or(&[][..], |c| &c.copied);
    let time = |place: usize| match frames.get(place) {
        Some(&frame) => footage.position(frame),
        None => plan.selection.delivered.to,
    };
    let times = |from: usize, to: usize| span(Window { from: time(from), to: time(to) }, clock);
    let copied_frames = made.expected_clip.as_ref().map_or(0, ExpectedClip::copied_frames);
    let rest = made.expected_clip.as_ref().map_or_else(Vec::new, ExpectedClip::rendered);
    let smart = !copies.is_empty();
    let asked = item.render.unwrap_or(Render::Full);
    let no_clip = asked == Render::Smart && made.kind == Kind::Still;
    log::RenderingEntry {
        asked,
        used: if smart { Render::Smart } else { Render::Full },
        why: made.not_smart.clone().or_else(|| no_clip.then(|| "a still is always rendered".to_owned())),
        copied_frames,
        rendered_frames: frames.len() - copied_frames,
        copied: copies.iter().map(|&[first, end]| times(first, end)).collect(),
        rendered: rest.iter().filter(|_| smart).map(|r| times(r.start, r.end)).collect(),
    }
}

/// One file of the footage.
fn footage_entry(
    footage: &Footage,
    part: &Part,
    clock: Option<&(Clock, &'static str)>,
    kind: Kind,
) -> log::FootageEntry {
    let converted = if kind == Kind::Clip { "yuv420p" } else { "rgb24" };
    let same = footage.pixel_format == converted || (converted == "yuv420p" && footage.pixel_format == "yuvj420p");
    log::FootageEntry {
        name: part.name.clone(),
        sha256: part.sha256.clone(),
        bytes: part.bytes,
        container: part.container.clone(),
        codec: part.codec.clone(),
        width: footage.layout.width,
        height: footage.layout.height,
        frames: part.count(),
        first_frame: footage.number(part.frames.start),
        repeated_frames: part.repeated.len(),
        begins_nanoseconds: part.position(footage.time_base).nanos(),
        numbering: match part.numbering {
            Numbering::Packets => "packets".to_owned(),
            Numbering::Decoded(why) => format!("decoded: {why}"),
        },
        pixel_format: if same {
            footage.pixel_format.clone()
        } else {
            format!("{}, converted once to {converted} after covering", footage.pixel_format)
        },
        clock: log::ClockEntry {
            start: clock.map(|(c, _)| clock::for_data(&c.recorder_time(part.position(footage.time_base)))),
            source: clock.map(|(_, source)| (*source).to_owned()),
            error_seconds: clock.map_or(0.0, |(c, _)| c.error_nanos as f64 / 1e9),
            container: part.clocks.inside().map(str::to_owned),
            filename: part.clocks.filename.clone(),
        },
    }
}

fn track_entry(used: &crate::plan::TrackUse) -> log::TrackEntry {
    log::TrackEntry {
        id: used.id.clone(),
        file_sha256: used.file_sha256.clone(),
        label: used.label.clone(),
        role: used.role,
        frames_covered: used.frames_covered,
        held: used.held,
        bridged: used.bridged,
        shown_because: used.shown_because,
        justification: used.justification.clone(),
    }
}

/// Runs of damaged frames.
fn damage_entries(damaged: &[usize], footage: &Footage, clock: Option<&Clock>) -> Vec<log::DamageEntry> {
    damaged
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| log::DamageEntry {
            from: instant(footage.position(run[0]), clock),
            to: instant(footage.position(run[run.len() - 1] + 1), clock),
            frames: run.len(),
            action: "covered".to_owned(),
        })
        .collect()
}

/// What was done to the picture beside covering.
fn changes(footage: &Footage, kind: Kind) -> Vec<String> {
    let mut changes = Vec::new();
    let (width, height) = (footage.layout.width, footage.layout.height);
    let finish = Finish::new(footage);
    if kind == Kind::Clip && (width % 2 == 1 || height % 2 == 1) {
        changes.push(format!(
            "padded from {width}x{height} to {}x{} by repeating the last column or row: H.264 4:2:0 needs even sides",
            finish.encoder.width, finish.encoder.height
        ));
    }
    if kind == Kind::Clip && finish.baked != Orientation::default() {
        changes.push("a mirrored picture was turned the right way round in the picture itself".to_owned());
    }
    if footage.interlaced {
        changes.push(
            "the footage is interlaced; every frame holds both fields as they were recorded, not deinterlaced, and is coded as a whole"
                .to_owned(),
        );
    }
    changes
}

fn file_entry(file: &MadeFile, made: &Made, footage: &Footage) -> log::FileEntry {
    let (first, last) = match &made.expected_clip {
        Some(clip) => (Position::ZERO, clip.last_time()),
        None => (footage.position(file.frames.0), footage.position(file.frames.1)),
    };
    log::FileEntry {
        name: file.name.clone(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        frames: file.count,
        first_time: first.seconds(),
        last_time: last.seconds(),
    }
}

/// The recipient's notice.
pub fn notice(request: &Request, made: &[Made]) -> Notice {
    let decision = request.decision.as_ref();
    let stills = made.iter().all(|m| m.kind == Kind::Still);
    let outcome = decision.map_or(if stills { Outcome::Still } else { Outcome::Clip }, |d| d.outcome);
    let items: Vec<notice::Item> =
        made.iter().flat_map(|m| m.files.iter().enumerate().map(|(place, f)| notice_item(m, f, place))).collect();
    Notice {
        version: 1,
        reference: request.reference.clone(),
        controller: request.controller.clone().unwrap_or_else(|| notice::UNNAMED.to_owned()),
        outcome,
        ground: decision.and_then(|d| d.ground).filter(|_| outcome == Outcome::Refuse),
        reason: decision.and_then(|d| d.reason_to_requester.clone()),
        how_to_play: notice::how_to_play(&items, made.iter().any(|m| m.known.footage.interlaced)),
        rights: notice::rights(outcome),
        items,
    }
}

fn notice_item(made: &Made, file: &MadeFile, place: usize) -> notice::Item {
    let Assessed { footage, clock, rules, plan, damaged, .. } = &made.known;
    let clock = clock.as_ref().map(|c| &c.0);
    let text = |at: Position| instant(at, clock);
    let spoken = |w: Window| notice::Span { from: text(w.from), to: text(w.to) };
    let selection = &plan.selection;
    let moment = |at| Window { from: at, to: at };
    let (asked, supplied) = match made.kind {
        Kind::Clip => (selection.asked, selection.delivered),
        Kind::Still => {
            let shown = footage.position(file.frames.0);
            (moment(selection.instants.get(place).copied().unwrap_or(shown)), moment(shown))
        }
    };
    let within = |f: &&usize| (file.frames.0..=file.frames.1).contains(*f);
    let covered: i64 = plan.subject_covered.iter().filter(within).map(|&f| footage.duration_ticks(f)).sum();
    let mut missing: Vec<notice::Missing> = Vec::new();
    if made.kind == Kind::Clip {
        missing.extend(selection.missing.iter().map(|m| notice::Missing {
            from: text(m.window.from),
            to: text(m.window.to),
            why: if m.why == "recording gap" { notice::Why::RecordingGap } else { notice::Why::NotInTheRecording },
        }));
    }
    let spoiled: Vec<usize> = damaged.iter().filter(within).copied().collect();
    missing.extend(damage_entries(&spoiled, footage, clock).into_iter().map(|d| notice::Missing {
        from: d.from,
        to: d.to,
        why: notice::Why::Damaged,
    }));
    let others = rules.obscure == crate::request::Obscure::AllButSubject
        || plan.tracks.iter().any(|t| t.role == Role::ThirdParty && t.frames_covered > 0);
    notice::Item {
        kind: made.kind,
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        asked: spoken(asked),
        supplied: spoken(supplied),
        missing,
        camera: made.camera.clone(),
        clock_note: clock.filter(|c| c.error_nanos != 0).map(clock_note),
        obscure: rules.obscure,
        others_covered: others,
        method: others.then(|| rules.method.told.to_owned()),
        requester_covered_seconds: footage.time_base.position(covered).seconds(),
        audio: match sound(made) {
            Some(sound) if sound.muted.is_empty() => notice::Audio::Kept,
            Some(_) => notice::Audio::Muted,
            None if footage.has_audio() && made.kind == Kind::Clip => notice::Audio::Removed,
            None => notice::Audio::None,
        },
    }
}

/// What an item's clip has of sound.
fn sound(made: &Made) -> Option<&ExpectedSound> {
    made.expected_clip.as_ref()?.sound.as_ref()
}

fn clock_note(clock: &Clock) -> String {
    let seconds = clock.error_nanos as f64 / 1e9;
    let way = if seconds > 0.0 { "fast" } else { "slow" };
    format!("The recorder's clock was {} seconds {way}; the times given here are corrected.", seconds.abs())
}

/// The id in a pack of a track whose own id another one has already.
pub(super) fn renamed(item: u32, file: &str, id: &str) -> String {
    format!("{item}:{file}:{id}")
}

/// Every track that bore on the window, in the native format; of several items, each with the items it bore on.
///
/// # Errors
/// `Failed` when it cannot be written as JSON.
pub fn tracks(made: &[Made]) -> Result<Vec<u8>> {
    let mut file = TrackFile {
        format: "native",
        binding: Binding::default(),
        annotated: None,
        tracks: Vec::new(),
        notes: Vec::new(),
    };
    let mut origins: Vec<(String, Vec<u32>)> = Vec::new();
    for (place, item) in made.iter().enumerate() {
        let Assessed { footage, files, plan, .. } = &item.known;
        let binding = Binding {
            size: Some(footage.displayed_size()),
            sha256: Some(footage.sha256.clone()),
            frames: Some(footage.count() as u64),
            times: None,
        };
        // Items of different footage share no binding.
        file.binding = if place == 0 || file.binding == binding { binding } else { Binding::default() };
        for used in &plan.tracks {
            let Some(source) = files.get(used.place.0) else { continue };
            let Some(track) = source.file.tracks.get(used.place.1) else { continue };
            let number = place as u32 + 1;
            let mut kept = Track {
                role: Some(used.role),
                shown_because: used.shown_because,
                justification: used.justification.clone(),
                ..track.clone()
            };
            let same = file.tracks.iter().zip(&origins).position(|(t, o)| o.0 == used.file_sha256 && *t == kept);
            if let Some(same) = same {
                origins[same].1.push(number);
                continue;
            }
            if file.tracks.iter().any(|t| t.id == kept.id) {
                kept.id = renamed(number, &source.name, &kept.id);
            }
            file.tracks.push(kept);
            origins.push((used.file_sha256.clone(), vec![number]));
        }
    }
    let mut document = native::Document::from(&file);
    for (track, (sha256, items)) in document.tracks.iter_mut().zip(origins) {
        track.file_sha256 = Some(sha256);
        track.items = Some(items);
    }
    document.to_json()
}
