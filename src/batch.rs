//! Many requests: which are done already, which are to be done, and what became of each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contain;
use crate::disclose::{CheckAgain, Settings, Wish, disclose, understood};
use crate::error::{Error, Kind, Result};
use crate::hash;
use crate::input;
use crate::log::disclosure::{DisclosureLog, Tool};
use crate::progress::Progress;
use crate::request::{self, Request, check_reference};
use crate::tracks::source::Source;
use crate::verify;

/// A batch manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always 1.
    pub version: u32,
    /// Each a request, a path to one, or a path with the sub-folder its pack goes to.
    pub requests: Vec<Entry>,
}

/// One request of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Entry {
    /// A path to a request file, relative to the manifest.
    Path(String),
    /// A path, and where its pack goes.
    Placed(Placed),
    /// The request itself (it may have a `folder` too).
    Inline(serde_json::Map<String, serde_json::Value>),
}

/// A request file and where its pack goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// Relative to the manifest.
    pub path: String,
    /// A sub-folder of the output folder, for several controllers.
    #[serde(default)]
    pub folder: Option<String>,
}

/// A request ready to be carried out.
#[derive(Debug, Clone)]
pub struct Task {
    /// The request, or why there is none.
    request: std::result::Result<Request, Error>,
    /// What it is called before it is known to have a reference.
    pub name: String,
    base: PathBuf,
    sha256: String,
    folder: Option<String>,
}

/// How a batch treats packs that stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Those that are unchanged are done; those that differ are stale.
    Skip,
    /// Those that differ are made again under a new reference.
    Revise,
    /// A standing pack is an error.
    Never,
}

/// What became of one request, as `summary.json` has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The reference, or the path of a request that could not be read.
    pub reference: String,
    /// `ready`, `stale`, `failed`, `invalid`, `stopped`, `unverified` or `interrupted`.
    pub status: String,
    /// The exit status it would have had alone.
    pub exit: u8,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Frames in its clips and stills.
    pub frames: usize,
    /// Why it is not ready, or why nothing was to be done.
    pub reason: Option<String>,
}

/// Reads a manifest and its requests. A request that cannot be read becomes a failed task; the others go on.
///
/// # Errors
/// `Failed` when the manifest cannot be read; `Usage` when it is none, and for duplicate references.
pub fn read(path: &Path) -> Result<Vec<Task>> {
    parse(&input::read(path)?, path)
}

/// Reads what the manifest at `path` holds.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8], path: &Path) -> Result<Vec<Task>> {
    let bad =
        |what: String| Error::usage(format!("{}: {what}", path.display())).hint("the format: cctv-redact schema batch");
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
    if manifest.version != 1 {
        return Err(bad(format!("version {} is not known", manifest.version)));
    }
    let base = path.parent().unwrap_or(Path::new(""));
    let tasks: Vec<Task> =
        manifest.requests.into_iter().enumerate().map(|(place, entry)| task(entry, place, base)).collect();
    let mut seen = BTreeMap::new();
    let references: Vec<&str> =
        tasks.iter().filter_map(|t| t.request.as_ref().ok()).map(|r| r.reference.as_str()).collect();
    for reference in &references {
        let revised =
            reference.rsplit_once("-r").filter(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if let Some((other, _)) = revised.filter(|(other, _)| references.contains(other)) {
            return Err(bad(format!("'{reference}' reads as a revision of '{other}', which is another request")));
        }
        if reference.starts_with("summary") && reference.ends_with(".json") | reference.ends_with(".csv") {
            return Err(bad(format!("'{reference}' is the name of a summary")));
        }
    }
    for task in &tasks {
        if let Ok(request) = &task.request
            && let Some(other) = seen.insert(request.reference.clone(), task.name.clone())
        {
            return Err(bad(format!("{other} and {} have the same reference '{}'", task.name, request.reference)));
        }
        if let Some(folder) = &task.folder
            && check_reference(folder).is_err() | references.contains(&folder.as_str())
        {
            return Err(bad(format!(
                "'{folder}' cannot be a sub-folder: use letters, digits, '.', '_' and '-', and no request's reference"
            )));
        }
    }
    Ok(tasks)
}

fn task(entry: Entry, place: usize, base: &Path) -> Task {
    let from_file = |path: String, folder: Option<String>| {
        let file = base.join(&path);
        let read = input::read(&file);
        let sha256 = read.as_ref().map(|b| hash::bytes(b)).unwrap_or_default();
        let request = read.and_then(|bytes| request::parse(&bytes).map_err(|e| e.at(&path)));
        Task { request, name: path, base: file.parent().map(PathBuf::from).unwrap_or_default(), sha256, folder }
    };
    match entry {
        Entry::Path(path) => from_file(path, None),
        Entry::Placed(placed) => from_file(placed.path, placed.folder),
        Entry::Inline(mut map) => {
            let name = format!("requests[{place}]");
            let folder = map.remove("folder").unwrap_or_default();
            let text = serde_json::Value::Object(map).to_string();
            let (request, folder) = match serde_json::from_value(folder) {
                Ok(folder) => (request::parse(text.as_bytes()).map_err(|e| e.at(&name)), folder),
                Err(e) => (
                    Err(Error::usage(format!("{name}: folder: {e}")).hint("the format: cctv-redact schema batch")),
                    None,
                ),
            };
            Task { request, name, base: base.to_owned(), sha256: hash::bytes(text.as_bytes()), folder }
        }
    }
}

/// `2/4`: the second of four shards.
///
/// # Errors
/// `Usage` when it is not I/N with 1 <= I <= N.
pub fn parse_shard(text: &str) -> Result<(usize, usize)> {
    let parts = text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
    parts.filter(|&(i, n): &(usize, usize)| 1 <= i && i <= n).ok_or_else(|| {
        Error::usage(format!("'{text}' is not a shard")).hint("write --shard 1/4 to take the first of every four")
    })
}

/// Carries out one request. Never panics and never gives an error: what went wrong is in the result.
pub fn carry_out(task: &Task, out: &Path, resume: Resume, settings: &Settings, progress: &dyn Progress) -> Answer {
    let start = std::time::Instant::now();
    let run = std::panic::AssertUnwindSafe(|| attempt(task, out, resume, settings, progress));
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| {
        Err(Error::failed("an internal error; nothing was released").hint("please report it with the log of this run"))
    });
    let name = || task.request.as_ref().map_or_else(|_| task.name.clone(), |r| r.reference.clone());
    let (reference, status, exit, frames, reason) = match outcome {
        Ok(Outcome::Ready { reference, frames, reason }) => (reference, "ready", 0, frames, reason),
        Ok(Outcome::Stale { why }) => (name(), "stale", Kind::Failed.status(), 0, Some(why)),
        Err(e) => (name(), status_word(e.kind()), e.kind().status(), 0, Some(e.to_string())),
    };
    Answer {
        reference,
        status: status.to_owned(),
        exit,
        seconds: (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        frames,
        reason,
    }
}

fn status_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Failed => "failed",
        Kind::Usage => "invalid",
        Kind::Unsafe => "stopped",
        Kind::Unverified => "unverified",
        Kind::Interrupted => "interrupted",
    }
}

enum Outcome {
    Ready { reference: String, frames: usize, reason: Option<String> },
    Stale { why: String },
}

fn attempt(task: &Task, out: &Path, resume: Resume, settings: &Settings, progress: &dyn Progress) -> Result<Outcome> {
    progress.check()?;
    let request = task.request.clone()?;
    check_reference(&request.reference)?;
    let out = match &task.folder {
        Some(folder) => {
            crate::pack::make_out(out)?;
            let inside = out.join(folder);
            if inside.join("keep").exists() || inside.join("send").exists() {
                return Err(Error::usage(format!("the sub-folder '{folder}' is a pack")).hint("name another folder"));
            }
            inside
        }
        None => out.to_owned(),
    };
    let latest = latest_revision(&out, &request.reference);
    let (reference, supersedes) = match (latest, resume) {
        (None, _) | (Some(_), Resume::Never) => (request.reference.clone(), None),
        (Some((number, standing)), _) => match difference(task, &request, &out.join(&standing), settings, progress)? {
            None => {
                let log = verify::read_log(&out.join(&standing))?;
                return Ok(Outcome::Ready {
                    reference: standing,
                    frames: frames(&log),
                    reason: Some("made before; nothing has changed since".to_owned()),
                });
            }
            Some(why) if resume == Resume::Skip => {
                return Ok(Outcome::Stale {
                    why: format!(
                        "{standing} stands, but {why}; --revise makes {}",
                        revision(&request.reference, number + 1)
                    ),
                });
            }
            Some(_) => (revision(&request.reference, number + 1), Some(standing)),
        },
    };
    let revised = Request { reference, ..request };
    let wish =
        Wish { request: &revised, base: &task.base, sha256: Some(&task.sha256), supersedes: supersedes.as_deref() };
    let made = disclose(wish, &out, settings, progress)?;
    Ok(Outcome::Ready { reference: made.log.reference.clone(), frames: frames(&made.log), reason: None })
}

fn frames(log: &DisclosureLog) -> usize {
    log.items.iter().flat_map(|i| &i.files).map(|f| f.frames).sum()
}

fn revision(reference: &str, number: u32) -> String {
    if number == 1 { reference.to_owned() } else { format!("{reference}-r{number}") }
}

/// The last standing pack of a reference: its revision and name.
fn latest_revision(out: &Path, reference: &str) -> Option<(u32, String)> {
    (1..).map(|n| (n, revision(reference, n))).take_while(|(_, name)| out.join(name).symlink_metadata().is_ok()).last()
}

/// Why a standing pack is not what this request would give now; `None` when it is.
fn difference(
    task: &Task,
    request: &Request,
    pack: &Path,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Option<String>> {
    let again = CheckAgain { pack: pack.to_owned(), footage: Vec::new(), threads: settings.threads };
    let log = match contain::run(again, settings.place, progress).and_then(|_| verify::read_log(pack)) {
        Ok(log) => log,
        Err(e) if e.kind() == Kind::Interrupted => return Err(e),
        Err(e) => return Ok(Some(format!("it does not verify ({})", e.what()))),
    };
    if log.request_sha256 != task.sha256 {
        return Ok(Some("the request has changed".to_owned()));
    }
    let now = Request { reference: log.reference.clone(), ..request.clone() };
    if log.request != understood(&now) {
        return Ok(Some("it was made with other options".to_owned()));
    }
    if log.tool != Tool::this() {
        return Ok(Some("it was made by another version of this tool or its libraries".to_owned()));
    }
    // A file that is no longer there has changed, too.
    let same = |path: &str, sha256: Option<&String>| sha256 == hash::file(&task.base.join(path)).ok().as_ref();
    for (asked, logged) in request.items.iter().zip(&log.items) {
        // Logged in clock order, whatever the order in the request.
        let logged_one = |path: &String| logged.footage.iter().any(|f| same(path, Some(&f.sha256)));
        if asked.footage.len() != logged.footage.len() || !asked.footage.iter().all(logged_one) {
            return Ok(Some("the footage has changed".to_owned()));
        }
        for (place, tracks) in asked.tracks.iter().enumerate() {
            let found = Source::read(&task.base.join(&tracks.file)).ok().map(|source| source.sha256);
            if found.as_ref() != logged.track_files.get(place).map(|f| &f.sha256) {
                return Ok(Some("the tracks have changed".to_owned()));
            }
            let bound = logged.track_files.get(place).and_then(|f| f.binding_sha256.as_ref());
            if asked.binding.as_ref().is_some_and(|path| !same(path, bound)) {
                return Ok(Some("the working copy's binding has changed".to_owned()));
            }
        }
    }
    Ok(None)
}

/// Writes `summary.json` and `summary.csv`, each in one step over an older one. `shard` gives a copy its own name.
///
/// # Errors
/// `Failed` when the disk refuses.
pub fn write_summary(results: &[Answer], out: &Path, shard: Option<(usize, usize)>) -> Result<()> {
    let summary = crate::json::text(&serde_json::json!({ "version": 1, "requests": results }))?;
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::failed(format!("cannot write the summary: {e}"));
    table.write_record(["reference", "status", "exit", "seconds", "frames", "reason"]).map_err(failed)?;
    for r in results {
        let reason = r.reason.clone().unwrap_or_default();
        table
            .write_record([
                &r.reference,
                &r.status,
                &r.exit.to_string(),
                &r.seconds.to_string(),
                &r.frames.to_string(),
                &reason,
            ])
            .map_err(failed)?;
    }
    let table = table.into_inner().map_err(|e| Error::failed(format!("cannot write the summary: {e}")))?;
    let mut names = vec!["summary".to_owned()];
    names.extend(shard.map(|(i, n)| format!("summary-{i}-of-{n}")));
    for name in names {
        replace(out, &format!("{name}.json"), &summary)?;
        replace(out, &format!("{name}.csv"), &table)?;
    }
    Ok(())
}

fn replace(out: &Path, name: &str, contents: &[u8]) -> Result<()> {
    let path = out.join(name);
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(out)?;
        std::io::Write::write_all(&mut file, contents)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|e| Error::io("cannot write", &path, &e))
}
