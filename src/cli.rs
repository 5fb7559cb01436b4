//! What was typed: the one definition that parsing, help, completions and man pages come from.

mod bench;
mod prepare;
mod review;
mod tracks;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

pub use bench::Bench;
pub use prepare::Prepare;
pub use review::Review;
pub use tracks::{Tracks, TracksCheck, TracksConvert};

use cctv_redact::obscure::METHODS;
use cctv_redact::request::{
    AudioAction, AudioStatement, ClockStatement, Damaged, GapPolicy, Gaps, Item, Kind, Obscure, Render, Seconds,
    TrackSource,
};
use cctv_redact::tracks::formats::FORMATS;

/// Answers CCTV subject access requests: cuts the time asked for out of a recording, covers everybody else, proves the
/// result and records the disclosure.
///
/// The footage itself is never changed. The tool finds nobody by itself: who is who comes from a track file. It assists
/// with an answer; it does not make an answer lawful.
#[derive(Parser)]
#[command(
    name = "cctv-redact",
    version,
    max_term_width = 100,
    after_help = "Start with:\n  cctv-redact probe car-park.mp4\n  cctv-redact tracks check people.xml --footage car-park.mp4 --pictures who-is-who\n  cctv-redact clip car-park.mp4 --from 00:14:00 --to 00:16:30 --tracks people.xml --subject 3 \\\n      --reference SAR-2026-014 --out packs"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// Parsed once, so their sizes do not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Subcommand)]
pub enum Command {
    Clip(Clip),
    Still(Still),
    Run(Run),
    Batch(Batch),
    Verify(Verify),
    Probe(Probe),
    /// Look at a track file, or convert it.
    #[command(subcommand)]
    Tracks(Tracks),
    Schema(Schema),
    /// Print the completions of a shell.
    #[command(
        after_help = "Example:\n  cctv-redact completions bash > ~/.local/share/bash-completion/completions/cctv-redact"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the man pages into a folder.
    #[command(after_help = "Example:\n  cctv-redact man ~/.local/share/man/man1")]
    Man {
        /// The folder; it must exist.
        folder: PathBuf,
    },
    Review(Review),
    Prepare(Prepare),
    Bench(Bench),
}

/// Make a redacted clip: DIR/REFERENCE/send/clip.mp4, a notice for the requester, and your own log in keep/.
#[derive(Args)]
#[command(
    after_help = "Example: the two minutes from 09:14, the requester is track 3, everybody else is covered:\n  cctv-redact clip car-park.mp4 --clock-start 2026-10-12T09:00:00 \\\n      --from 2026-10-12T09:14:00 --to 2026-10-12T09:16:00 \\\n      --tracks people.xml --subject 3 --reference SAR-2026-014 --out packs"
)]
pub struct Clip {
    /// The recording: the recorder's export, of several files where it made several.
    #[arg(required = true)]
    pub footage: Vec<PathBuf>,
    /// Where it begins: 00:14:00 or 840s into the recording, or 2026-10-12T09:14:00 with --clock-start.
    #[arg(long, value_name = "T")]
    pub from: String,
    /// Where it ends; what is shown at this very instant is no longer in it.
    #[arg(long, value_name = "T")]
    pub to: String,
    #[command(flatten)]
    pub pack: PackArgs,
    #[command(flatten)]
    pub options: ItemOptions,
    #[command(flatten)]
    pub running: Running,
}

/// Make redacted stills with date and time below the picture.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cctv-redact still car-park.mp4 --at 00:14:20 --tracks people.xml --reference SAR-2026-014 --out packs\n  cctv-redact still car-park.mp4 --every 1s --from 00:14:00 --to 00:14:30 --tracks people.xml \\\n      --reference SAR-2026-014 --out packs"
)]
pub struct Still {
    /// The recording: the recorder's export, of several files where it made several.
    #[arg(required = true)]
    pub footage: Vec<PathBuf>,
    /// The instant wanted, as 00:14:20 into the recording, or 2026-10-12T09:14:20 with --clock-start; repeat for several.
    #[arg(long, value_name = "T")]
    pub at: Vec<String>,
    /// A still every so many seconds, from --from to --to.
    #[arg(long, value_name = "D", conflicts_with = "at", requires = "from", requires = "to")]
    pub every: Option<String>,
    /// Where a series begins.
    #[arg(long, value_name = "T", requires = "every")]
    pub from: Option<String>,
    /// Where a series ends; no still at this instant.
    #[arg(long, value_name = "T", requires = "every")]
    pub to: Option<String>,
    #[command(flatten)]
    pub pack: PackArgs,
    #[command(flatten)]
    pub options: ItemOptions,
    #[command(flatten)]
    pub running: Running,
}

/// Make what a request file asks for: clips, stills, or a recorded refusal.
#[derive(Args)]
#[command(
    after_help = "Example:\n  cctv-redact run request.json --out packs\n\nThe file's format: cctv-redact schema request. Options given here beat the file's."
)]
pub struct Run {
    /// The request file; paths in it are relative to it.
    pub request: PathBuf,
    /// The folder that the pack is made in.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub options: ItemOptions,
    #[command(flatten)]
    pub running: Running,
}

/// Answer many requests. One that fails never stops the rest; one that is done and unchanged is not done again.
#[derive(Args)]
#[command(
    after_help = "Example:\n  cctv-redact batch october.json --out packs --jobs 2\n\nThe file's format: cctv-redact schema batch. Afterwards summary.json and summary.csv say what became of each."
)]
pub struct Batch {
    /// The manifest; paths in it are relative to it.
    pub manifest: PathBuf,
    /// The folder that packs are made in.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Requests at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Take only the I-th of every N requests, from 1: for several machines.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Do not look at packs that exist: a request with one fails.
    #[arg(long)]
    pub no_resume: bool,
    /// Make REFERENCE-r2 where a pack exists and the request, its tracks, its footage or this tool has changed.
    #[arg(long, conflicts_with = "no_resume")]
    pub revise: bool,
    #[command(flatten)]
    pub running: Running,
}

/// Check a pack again: that its files are unchanged, complete and covered; with the footage everything.
#[derive(Args)]
#[command(after_help = "Example:\n  cctv-redact verify packs/SAR-2026-014 --footage car-park.mp4")]
pub struct Verify {
    /// The pack: the folder with send/ and keep/ in it.
    pub pack: PathBuf,
    /// The footage it was made from; repeat for several.
    #[arg(long, value_name = "FILE")]
    pub footage: Vec<PathBuf>,
    #[command(flatten)]
    pub running: Running,
}

/// Say what a recording is: size, length, when it starts, gaps, damage.
#[derive(Args)]
#[command(after_help = "Example:\n  cctv-redact probe car-park.mp4")]
pub struct Probe {
    /// The recording: the recorder's export.
    pub footage: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// Pictures from the first to the last into this file (unredacted: do not send).
    #[arg(long, value_name = "FILE.png")]
    pub contact_sheet: Option<PathBuf>,
    /// The zone of times without an offset [default: Europe/London].
    #[arg(long, value_name = "ZONE")]
    pub clock_zone: Option<String>,
    /// Which video, where the file has several (`probe` lists them).
    #[arg(long, value_name = "N")]
    pub stream: Option<usize>,
    /// Pictures a second, for recordings that do not say (`probe` tells).
    #[arg(long, value_name = "F")]
    pub fps: Option<String>,
}

/// Print the JSON Schema of a file format.
#[derive(Args)]
#[command(after_help = "Example:\n  cctv-redact schema request > request.schema.json")]
pub struct Schema {
    /// Which.
    #[arg(value_parser = PossibleValuesParser::new(["tracks", "request", "batch", "log", "notice", "binding"]))]
    pub name: String,
}

/// Where the pack goes.
#[derive(Args)]
pub struct PackArgs {
    /// Your reference for the request, for example SAR-2026-014: names the pack.
    #[arg(long, value_name = "R")]
    pub reference: String,
    /// The folder that the pack is made in; made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// How the command runs, without any effect on what it makes.
#[derive(Args)]
#[command(next_help_heading = "Running")]
pub struct Running {
    /// Processor cores to use, all where left out; encoding a clip keeps about two busy at the least.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Write what each stage took into this file, as JSON: frames, seconds, processor time, memory.
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// Say nothing but warnings and errors.
    #[arg(long)]
    pub quiet: bool,
    /// For other programs: events on standard output, one JSON object a line.
    #[arg(long)]
    pub json: bool,
}

impl Running {
    /// Threads to use.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }
}

/// The options of an item; each beats the request file's.
#[derive(Args, Default)]
pub struct ItemOptions {
    /// The file in which people are marked, or a folder with a file for each frame; repeat for several.
    #[arg(long, value_name = "FILE", help_heading = "Who is who")]
    pub tracks: Vec<PathBuf>,
    /// Its format, where that is not found out by itself.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name)), help_heading = "Who is who")]
    pub tracks_format: Option<String>,
    /// The binding of the working copy that all of them were made on (`prepare` wrote it beside the copy).
    #[arg(long, value_name = "FILE", help_heading = "Who is who")]
    pub binding: Option<PathBuf>,
    /// The picture size the boxes were drawn at, if not the footage's (with --binding: the working copy's).
    #[arg(long, value_name = "WxH", help_heading = "Who is who")]
    pub tracks_size: Option<String>,
    /// What MOT files call the first pixel of a row: 0, or 1 as in MOTChallenge's own data [default: 0].
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1), help_heading = "Who is who")]
    pub mot_origin: Option<u8>,
    /// What a folder of label files calls the first frame, where their names do not tell.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1), help_heading = "Who is who")]
    pub tracks_first_frame: Option<u8>,
    /// The requester, by the id of their track; repeat for several (FILE:ID where two files share it).
    #[arg(long, value_name = "ID", help_heading = "Who is who")]
    pub subject: Vec<String>,
    /// The requester, by the label of their tracks; repeat for several.
    #[arg(long, value_name = "LABEL", help_heading = "Who is who")]
    pub subject_label: Vec<String>,
    /// Somebody has looked: there is nobody else in the window.
    #[arg(long, help_heading = "Who is who")]
    pub no_third_parties: bool,
    /// Cover third parties, or everything but the requester.
    #[arg(long, value_name = "WHAT", value_parser = ["third-parties", "all-but-subject"], help_heading = "Covering")]
    pub obscure: Option<String>,
    /// How to cover [default: frost]. Something of what is under blur and pixelate can be recovered.
    #[arg(long, value_name = "METHOD", value_parser = PossibleValuesParser::new(METHODS.iter().map(|m| clap::builder::PossibleValue::new(m.name).help(m.summary))), help_heading = "Covering")]
    pub method: Option<String>,
    /// Room around each box on every side: so much of its size, or so many pixels [default: 10%].
    #[arg(long, value_name = "P%|Npx", allow_hyphen_values = true, help_heading = "Covering")]
    pub margin: Option<String>,
    /// At least this much room on every side [default: 8px].
    #[arg(long, value_name = "Npx", allow_hyphen_values = true, help_heading = "Covering")]
    pub margin_min: Option<String>,
    /// Go on covering so long before a person is first marked and after they are last marked [default: 0.5].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, help_heading = "Covering")]
    pub hold: Option<String>,
    /// Where a person is unmarked no longer than this, cover them in between all the same [default: 1.0].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, help_heading = "Covering")]
    pub bridge: Option<String>,
    /// Where a person is unmarked for longer: stop, take it that they are away, or cover where they may be [default:
    /// refuse].
    #[arg(long, value_name = "POLICY", value_parser = ["refuse", "absent", "cover"], help_heading = "Covering")]
    pub gaps: Option<String>,
    /// Where the recording is damaged: stop, or cover the whole picture [default: refuse].
    #[arg(long, value_name = "POLICY", value_parser = ["refuse", "cover"], help_heading = "Covering")]
    pub damaged: Option<String>,
    /// What the recorder's clock shows in the very first picture: 2026-10-12T09:00:00; or `container` or `filename` to
    /// accept what `probe` found there.
    #[arg(long, value_name = "TIME|container|filename", help_heading = "Clock")]
    pub clock_start: Option<String>,
    /// The time zone of the recorder and of the times asked for [default: Europe/London].
    #[arg(long, value_name = "ZONE", help_heading = "Clock")]
    pub clock_zone: Option<String>,
    /// How far the recorder's clock is off: 42 where it is 42 seconds fast, -42 where it is slow.
    #[arg(long, value_name = "±S", allow_hyphen_values = true, help_heading = "Clock")]
    pub clock_error: Option<String>,
    /// Pictures a second, for recordings that do not say (`probe` tells).
    #[arg(long, value_name = "F", help_heading = "Footage")]
    pub fps: Option<String>,
    /// Which video, where the file has several (`probe` lists them).
    #[arg(long, value_name = "N", help_heading = "Footage")]
    pub stream: Option<usize>,
    /// What becomes of the sound [default: drop]. Other people may be heard in it.
    #[arg(long, value_name = "ACTION", value_parser = ["drop", "keep", "mute"], help_heading = "Result")]
    pub audio: Option<String>,
    /// An interval to silence with --audio mute; repeat for several.
    #[arg(long, value_name = "T..T", help_heading = "Result")]
    pub mute: Vec<String>,
    /// Make every frame anew, or copy those without a cover [default: full].
    #[arg(long, value_name = "HOW", value_parser = ["full", "smart"], help_heading = "Result")]
    pub render: Option<String>,
}

impl ItemOptions {
    /// Writes what was typed over an item.
    ///
    /// # Errors
    /// `Usage` for a clock error that is no number.
    pub fn apply(&self, item: &mut Item) -> cctv_redact::Result<()> {
        fn over<T: Clone>(to: &mut Option<T>, typed: &Option<T>) {
            if typed.is_some() {
                to.clone_from(typed);
            }
        }
        if !self.tracks.is_empty() {
            item.tracks = self
                .tracks
                .iter()
                .map(|p| TrackSource { file: p.to_string_lossy().into_owned(), sha256: None })
                .collect();
        }
        over(&mut item.binding, &self.binding.as_ref().map(|p| p.to_string_lossy().into_owned()));
        over(&mut item.tracks_format, &self.tracks_format);
        over(&mut item.tracks_size, &self.tracks_size);
        over(&mut item.mot_origin, &self.mot_origin);
        over(&mut item.tracks_first_frame, &self.tracks_first_frame);
        if !self.subject.is_empty() {
            item.subjects.clone_from(&self.subject);
        }
        if !self.subject_label.is_empty() {
            item.subject_labels.clone_from(&self.subject_label);
        }
        item.no_third_parties |= self.no_third_parties;
        over(
            &mut item.obscure,
            &self
                .obscure
                .as_deref()
                .map(|o| if o == "all-but-subject" { Obscure::AllButSubject } else { Obscure::ThirdParties }),
        );
        over(&mut item.method, &self.method);
        over(&mut item.margin, &self.margin);
        over(&mut item.margin_min, &self.margin_min);
        over(&mut item.hold, &self.hold.clone().map(Seconds::Text));
        over(&mut item.bridge, &self.bridge.clone().map(Seconds::Text));
        over(&mut item.gaps, &self.gaps.as_deref().map(|g| Gaps::Policy(gap_policy(g))));
        over(
            &mut item.damaged,
            &self.damaged.as_deref().map(|d| if d == "cover" { Damaged::Cover } else { Damaged::Refuse }),
        );
        over(&mut item.fps, &self.fps);
        over(&mut item.stream, &self.stream);
        over(
            &mut item.render,
            &self.render.as_deref().map(|r| if r == "smart" { Render::Smart } else { Render::Full }),
        );
        if self.audio.is_some() || !self.mute.is_empty() {
            let action = match self.audio.as_deref() {
                Some("keep") => AudioAction::Keep,
                Some("drop") => AudioAction::Drop,
                _ => AudioAction::Mute,
            };
            item.audio = Some(AudioStatement { action, mute: self.mute.clone() });
        }
        if self.clock_start.is_some() || self.clock_zone.is_some() || self.clock_error.is_some() {
            let clock = item.clock.get_or_insert_with(ClockStatement::default);
            over(&mut clock.start, &self.clock_start);
            over(&mut clock.zone, &self.clock_zone);
            if let Some(error) = &self.clock_error {
                clock.error_seconds = Some(cctv_redact::time::parse_seconds(error)?);
            }
        }
        Ok(())
    }
}

fn gap_policy(word: &str) -> GapPolicy {
    match word {
        "absent" => GapPolicy::Absent,
        "cover" => GapPolicy::Cover,
        _ => GapPolicy::Refuse,
    }
}

/// An item with nothing said about it but its footage.
pub fn bare_item(kind: Kind, footage: &[PathBuf]) -> Item {
    Item::new(kind, footage.iter().map(|p| p.to_string_lossy().into_owned()).collect())
}
