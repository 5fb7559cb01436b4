//! What the page can ask of the server, one function each.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use super::approve::{Outcome, approved};
use super::desk::Desk;
use super::folder::listing;
use super::projector::Stage;
use super::show::{Question, nothing};
use super::words::told;
use super::work::Saved;
use super::{made, page};
use crate::error::{Error, Result};
use crate::{hash, input};

type At = State<Arc<Desk>>;

/// Every route, below the token.
pub fn all(token: &str) -> Router<Arc<Desk>> {
    let at = |rest: &str| format!("{token}/{rest}");
    Router::new()
        .route(&at(""), get(|| async { own_file("") }))
        .route(&at("page/{name}"), get(|Path(name): Path<String>| async move { own_file(&format!("page/{name}")) }))
        .route(&at("state"), get(state))
        .route(&at("folder"), post(folder))
        .route(&at("footage"), post(footage))
        .route(&at("answer"), post(answer_without))
        .route(&at("frame/{frame}/{width}/{how}"), get(frame))
        .route(&at("work"), put(save))
        .route(&at("ask"), post(ask))
        .route(&at("import/{name}/{size}/{origin}"), post(import))
        .route(&at("approve"), post(approve))
        .route(&at("progress"), get(progress))
        .route(&at("cancel"), post(cancel))
        .route(&at("pack/{half}/{name}"), get(pack_file))
        .route(&at("pack/open"), post(open_pack))
        .route(&at("pack/standing"), post(open_standing))
        .route(&at("end"), post(end))
}

fn own_file(name: &str) -> Response {
    match page::file(name) {
        Some((kind, text)) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn data(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn answer(result: Result<Value>) -> Response {
    match result {
        Ok(value) => data(StatusCode::OK, &value),
        Err(e) => data(StatusCode::UNPROCESSABLE_ENTITY, &told(&e)),
    }
}

fn said<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T> {
    serde_json::from_slice(body).map_err(|e| Error::usage(format!("the page sent what is not understood: {e}")))
}

async fn state(State(desk): At) -> Response {
    let without = desk.work().and_then(|w| w.request()).is_ok_and(|r| r.items.is_empty());
    let (stage, footage, error) = match desk.projector.stage() {
        _ if without => ("answer", Value::Null, Value::Null),
        Stage::None => ("none", Value::Null, Value::Null),
        Stage::Reading => ("reading", Value::Null, Value::Null),
        Stage::Ready(footage) => ("ready", (*footage).clone(), Value::Null),
        Stage::Failed(e) => ("failed", Value::Null, told(&e)),
    };
    let mut found = json!({ "stage": stage, "footage": footage, "error": error });
    if let (Ok(work), "ready" | "answer") = (desk.work(), stage) {
        match work.saved().and_then(|s| serde_json::to_value(s).map_err(|e| Error::failed(e.to_string()))) {
            Ok(saved) => found["saved"] = saved,
            Err(e) => return answer(Err(e)),
        }
        found["out"] = json!(desk.out(&work).display().to_string());
    }
    data(StatusCode::OK, &found)
}

/// Folders and files of a folder on this machine, for choosing a recording.
async fn folder(State(desk): At, body: Bytes) -> Response {
    answer(said::<String>(&body).and_then(|path| listing(&path, desk.wanted.out.as_deref())))
}

/// A recording that was chosen in the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    files: Vec<PathBuf>,
    /// Frames a second, where the recording does not say.
    fps: Option<String>,
}

async fn footage(State(desk): At, body: Bytes) -> Response {
    let opened = said::<Chosen>(&body).and_then(|chosen| desk.open(&chosen.files, Some(chosen.fps)));
    answer(opened.map(|()| json!({})))
}

/// An answer to a request for which there is no recording.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Without {
    folder: PathBuf,
    reference: String,
}

async fn answer_without(State(desk): At, body: Bytes) -> Response {
    let begun = said::<Without>(&body).and_then(|it| desk.answer(&it.folder, &it.reference));
    answer(begun.map(|()| json!({})))
}

async fn frame(State(desk): At, Path((frame, width, how)): Path<(usize, u32, String)>) -> Response {
    let question = Question::Frame { frame, width, covered: how == "covered" };
    match desk.projector.ask(question).await {
        Ok((facts, jpeg)) => {
            let text = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
            let damaged = facts["damaged"].as_bool().unwrap_or_default().to_string();
            let headers = [
                (header::CONTENT_TYPE, "image/jpeg".to_owned()),
                (HeaderName::from_static("x-planes-sha256"), text("planes")),
                (HeaderName::from_static("x-damaged"), damaged),
            ];
            (headers, jpeg).into_response()
        }
        Err(e) => answer(Err(e)),
    }
}

/// Saves; 409 with what is there now where the page that asks is out of date.
async fn save(State(desk): At, body: Bytes) -> Response {
    let saved = said::<Saved>(&body).and_then(|new| {
        let work = desk.work()?;
        // One at a time: each is read, compared and written.
        let _turn = desk.work.lock();
        work.save(&new)
    });
    match saved {
        Ok(Some(revision)) => data(StatusCode::OK, &json!({ "revision": revision })),
        Ok(None) => data(StatusCode::CONFLICT, &told(&Error::failed("the work was changed in another window"))),
        Err(e) => answer(Err(e)),
    }
}

/// A question about the footage that has no picture for an answer.
async fn ask(State(desk): At, body: Bytes) -> Response {
    let asked = match said::<Question>(&body) {
        Ok(Question::Decide) => decide(&desk).await,
        Ok(question) => desk.projector.ask(question).await.map(|found| found.0),
        Err(e) => Err(e),
    };
    answer(asked)
}

/// What the saved work comes to. Where there is no recording there is nobody to ask.
async fn decide(desk: &Desk) -> Result<Value> {
    let work = desk.work()?;
    let request = work.request()?;
    let mut found = match request.items.is_empty() {
        true => nothing(&request),
        false => desk.projector.ask(Question::Decide).await?.0,
    };
    found["standing"] = json!(desk.standing(&work).map(|pack| pack.display().to_string()));
    Ok(found)
}

/// A track file of any kind, as native tracks; nothing is changed by it yet. `-` where nothing is said of the size that
/// boxes were drawn at, or of the number of the first pixel.
async fn import(State(desk): At, Path((name, size, origin)): Path<(String, String, String)>, body: Bytes) -> Response {
    let (size, origin) = (Some(size).filter(|s| s != "-"), origin.parse().ok());
    let kept = desk.work().and_then(|work| work.keep(&name, &body));
    answer(match kept {
        Ok(file) => desk.projector.ask(Question::Import { file, size, origin }).await.map(|found| found.0),
        Err(e) => Err(e),
    })
}

/// Approval of what the page saw, by its revision: what another window changed since is approved by nobody.
async fn approve(State(desk): At, body: Bytes) -> Response {
    answer(match said::<String>(&body) {
        Ok(revision) => begin(&desk, &revision).await.map(|()| json!({})),
        Err(e) => Err(e),
    })
}

async fn begin(desk: &Desk, revision: &str) -> Result<()> {
    let work = desk.work()?;
    let saved = work.saved()?;
    let changed = || Error::failed("the work was changed in another window").hint("look again, then approve");
    if saved.revision != revision {
        return Err(changed());
    }
    let decided = decide(desk).await?;
    let mut request = approved(&saved, &decided)?;
    // What is made is what was decided on: a track file that is changed meanwhile stops the run.
    for tracks in request.items.iter_mut().flat_map(|i| &mut i.tracks) {
        tracks.sha256 = Some(hash::bytes(&input::read(&work.folder.join(&tracks.file))?));
    }
    if work.saved()?.revision != saved.revision {
        return Err(changed());
    }
    desk.job.begin(request, (work.folder.clone(), saved.revision), desk.out(&work), desk.wanted.settings)
}

async fn progress(State(desk): At) -> Response {
    data(
        StatusCode::OK,
        &match desk.job.outcome() {
            Outcome::None => json!({ "stage": "none" }),
            Outcome::Running(stage, done, total) => json!({ "stage": stage, "done": done, "total": total }),
            Outcome::Ready(_, made) => json!({ "stage": "ready", "made": made }),
            Outcome::Failed(e) => json!({ "stage": "failed", "error": told(&e) }),
        },
    )
}

async fn cancel(State(desk): At) -> Response {
    desk.job.stop();
    data(StatusCode::OK, &json!({}))
}

async fn pack_file(State(desk): At, Path((half, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    match desk.job.outcome() {
        Outcome::Ready(pack, _) => made::file(&pack, &half, &name, &headers),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn open_pack(State(desk): At) -> Response {
    answer(match desk.job.outcome() {
        Outcome::Ready(pack, _) => made::show(&pack).map(|()| json!({})),
        _ => Err(Error::usage("there is no pack yet")),
    })
}

/// Shows the folder of the pack that stands already. Its files are not given out: nobody knows here who made them.
async fn open_standing(State(desk): At) -> Response {
    let standing = desk.work().map(|work| desk.standing(&work));
    let none = || Error::usage("there is no pack of this reference");
    answer(standing.and_then(|pack| made::show(&pack.ok_or_else(none)?).map(|()| json!({}))))
}

async fn end(State(desk): At) -> Response {
    desk.ended.store(true, Ordering::Relaxed);
    data(StatusCode::OK, &json!({}))
}
