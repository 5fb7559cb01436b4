//! The server of the review page: on this machine, for this machine, and for nobody else on it ([`super::door`]).

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::approve::Job;
use super::door::Door;
use super::page::lay_down_rules;
use super::projector::{Projector, Stage};
use super::routes;
use super::show::Show;
use super::work::{Work, folder_for};
use crate::disclose::Settings;
use crate::error::{Error, Result};
use crate::input;
use crate::progress::Progress;
use crate::request::{Request, TrackSource, check_reference};

/// The most that the page sends at once, in bytes: tracks of very many people, or a file to import.
const BODY: usize = 256 << 20;

/// How long answers that are under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is to be reviewed, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The recording; none where the page is to ask.
    pub footage: Vec<PathBuf>,
    /// A track file to begin with.
    pub tracks: Option<PathBuf>,
    /// A request to begin with, and what its paths are relative to.
    pub request: Option<(Request, PathBuf)>,
    /// The folder for packs; in the work folder where there is none.
    pub out: Option<PathBuf>,
    /// The port; any that is free where it is 0.
    pub port: u16,
    /// How packs are made.
    pub settings: Settings,
}

/// What all requests share.
pub struct Desk {
    /// Who is let in.
    pub door: Door,
    /// The way to the footage.
    pub projector: Projector,
    /// The work that is open.
    pub work: Mutex<Option<Work>>,
    /// The pack that is being made.
    pub job: Job,
    /// What was asked for at the start.
    pub wanted: Wanted,
    /// The page wants to end.
    pub ended: AtomicBool,
}

impl Desk {
    /// The work that is open.
    ///
    /// # Errors
    /// `Usage` where no footage is chosen yet.
    pub fn work(&self) -> Result<Work> {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
        work.ok_or_else(|| Error::usage("no recording is chosen yet"))
    }

    /// The folder for packs.
    pub fn out(&self, work: &Work) -> PathBuf {
        self.wanted.out.clone().unwrap_or_else(|| work.folder.join("packs"))
    }

    /// Opens a recording, to go on with the work on it or to begin it. `fps` is its frame
    /// rate where it does not say: `None` leaves that as it is.
    ///
    /// # Errors
    /// `Usage` for what is no footage, or no request for the page; `Failed` when nothing can be saved.
    pub fn open(&self, footage: &[PathBuf], fps: Option<Option<String>>) -> Result<()> {
        self.nothing_open()?;
        let absolute = |path: &PathBuf| {
            input::regular(path)?;
            std::path::absolute(path).map_err(|e| Error::io("cannot read", path, &e))
        };
        let footage: Vec<PathBuf> = footage.iter().map(absolute).collect::<Result<_>>()?;
        let first = footage.first().ok_or_else(|| Error::usage("no recording is chosen"))?;
        let work = Work::open(folder_for(first, self.wanted.out.as_deref()))?;
        let names: Vec<String> = footage.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        let mut import = None;
        if work.begun() {
            self.nothing_given(&work)?;
        } else {
            let (given, base) = self.wanted.request.clone().unzip();
            let mut item = given.as_ref().and_then(|r: &Request| r.items.first().cloned());
            let mut base = base.unwrap_or_default();
            if let Some(file) = &self.wanted.tracks {
                let file = std::path::absolute(file).map_err(|e| Error::io("cannot read", file, &e))?;
                let item = item.get_or_insert_with(|| crate::request::Item::new(Default::default(), Vec::new()));
                item.tracks = vec![TrackSource { file: file.to_string_lossy().into_owned(), sha256: None }];
            }
            if base.as_os_str().is_empty() {
                base = PathBuf::from(".");
            }
            import = item.filter(|i| !i.tracks.is_empty()).map(|item| (item, base));
            work.begin(given, names.clone())?;
        }
        if let Some(fps) = fps {
            work.pace(fps)?;
        }
        // Tracks may be missing: the first run was ended before the footage was read.
        let saved = work.request()?;
        let mut item = saved.items.into_iter().next().ok_or_else(|| Error::usage("the request asks for nothing"))?;
        if item.footage != names {
            return Err(Error::usage(format!("{}: this is the work on other files", work.folder.display()))
                .hint("name the same files in the same order, or move that folder away"));
        }
        item.footage = names;
        let show = Show { item, work: work.folder.clone(), import };
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work.clone());
        self.projector.open(show, move |opening| {
            let document = serde_json::from_value(opening["imported"].clone()).ok().flatten();
            work.begin_tracks(document, serde_json::from_value(opening["binding"].clone()).ok().flatten())
        });
        Ok(())
    }

    /// Begins to answer a request for which there is no recording, or goes on with it. The work is kept in a folder named
    /// by the reference, `beside` what else is there.
    ///
    /// # Errors
    /// `Usage` for a reference that cannot name a folder, or names work on a recording; `Failed` when nothing can be saved.
    pub fn answer(&self, beside: &Path, reference: &str) -> Result<()> {
        self.nothing_open()?;
        check_reference(reference)?;
        let beside = std::path::absolute(beside).map_err(|e| Error::io("cannot read", beside, &e))?;
        let work = Work::open(folder_for(&beside.join(reference), self.wanted.out.as_deref()))?;
        work.begin_answer(self.wanted.request.as_ref().map(|r| &r.0), reference)?;
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        Ok(())
    }

    /// One piece of work at a time: a window that shows one must not find another in its place.
    fn nothing_open(&self) -> Result<()> {
        let answers = || self.work().and_then(|w| w.request()).is_ok_and(|r| r.items.is_empty());
        match self.projector.stage() {
            Stage::None if !answers() => Ok(()),
            Stage::Failed(_) => Ok(()),
            _ => Err(Error::usage("something is open already, in another window")
                .hint("load this page again to go on with it; for another recording start the program once more")),
        }
    }

    fn nothing_given(&self, work: &Work) -> Result<()> {
        if self.wanted.request.is_none() && self.wanted.tracks.is_none() {
            return Ok(());
        }
        Err(Error::usage(format!("there is work on this recording already, in {}", work.folder.display())).hint(
            "leave --request and --tracks out to go on with it (the page can import tracks), or move that folder away",
        ))
    }
}

/// Serves the page until `progress` says stop or the page asks to end. `started` is told the address.
///
/// # Errors
/// `Usage` for footage or a request that cannot be reviewed; `Failed` when the port is taken.
pub fn serve(wanted: Wanted, progress: &dyn Progress, started: impl FnOnce(&str)) -> Result<()> {
    let failed = |e: std::io::Error| Error::failed(format!("the page cannot be served: {e}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.port))
            .await
            .map_err(|e| failed(e).hint("another program may use that port; leave --port out"))?;
        let door = Door::new(listener.local_addr().map_err(failed)?.port())?;
        let footage = match &wanted.request {
            Some((request, base)) if wanted.footage.is_empty() => files_of(request, base),
            _ => wanted.footage.clone(),
        };
        let desk = Arc::new(Desk {
            door,
            projector: Projector::new(),
            work: Mutex::new(None),
            job: Job::new(),
            wanted,
            ended: AtomicBool::new(false),
        });
        match &desk.wanted.request {
            _ if !footage.is_empty() => desk.open(&footage, None)?,
            Some((request, _)) if request.gives_nothing() => desk.answer(Path::new("."), &request.reference)?,
            _ => {}
        }
        started(&desk.door.address());
        let ending = {
            let desk = Arc::clone(&desk);
            async move { wait_for_end(&desk, progress).await }
        };
        let serving = axum::serve(listener, router(&desk));
        tokio::select! {
            result = serving => result.map_err(failed),
            result = ending => result,
        }
    });
    // Whatever is under way is given up: what was to be saved is saved.
    runtime.shutdown_timeout(PATIENCE);
    served
}

fn files_of(request: &Request, base: &Path) -> Vec<PathBuf> {
    request.items.iter().take(1).flat_map(|i| &i.footage).map(|f| base.join(f)).collect()
}

/// Waits until somebody wants an end, and stops a pack that is being made: it then leaves nothing.
async fn wait_for_end(desk: &Desk, progress: &dyn Progress) -> Result<()> {
    while !desk.ended.load(Ordering::Relaxed) && progress.check().is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    desk.job.stop();
    // The answer to the page that asked for it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(())
}

fn router(desk: &Arc<Desk>) -> Router {
    routes::all(&format!("/{}", desk.door.token))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(desk), guard))
        .with_state(Arc::clone(desk))
}

/// Every request passes here, and every answer: who is not let in learns nothing, not even what there is.
async fn guard(State(desk): State<Arc<Desk>>, request: HttpRequest, next: Next) -> Response {
    // A request for another host, as one asks a proxy, is none of ours.
    let here = request.uri().authority().is_none();
    let allowed = here && desk.door.lets_in(request.method(), request.uri().path(), request.headers());
    let mut response = if allowed { next.run(request).await } else { StatusCode::NOT_FOUND.into_response() };
    lay_down_rules(response.headers_mut());
    response
}
