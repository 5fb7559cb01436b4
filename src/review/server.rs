//! The server of the review page: on this machine, for this machine, and for nobody else on it ([`super::door`]).

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::desk::{Desk, Wanted};
use super::door::Door;
use super::page::lay_down_rules;
use super::routes;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::request::Request;

/// The most that the page sends at once, in bytes: tracks of very many people, or a file to import.
const BODY: usize = 256 << 20;

/// How long answers that are under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let desk = Arc::new(Desk::new(door, wanted));
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
