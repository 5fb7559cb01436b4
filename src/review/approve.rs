//! Approval: everything was looked at or there is a reason why not, then the pack is made like any other.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::stretches::{left, share};
use super::words::warning;
use super::work::{Checks, Saved};
use crate::disclose::{Disclosure, Settings, Wish, disclose};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::request::{LookedAt, Request};

/// What became of the last approval.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// There was none.
    None,
    /// It is going on: the stage, steps done, steps in all.
    Running(String, u64, u64),
    /// A pack stands.
    Ready(PathBuf, Value),
    /// There is no pack.
    Failed(Error),
}

/// The one approval that can go on at a time.
#[derive(Clone)]
pub struct Job {
    outcome: Arc<Mutex<Outcome>>,
    stop: Arc<AtomicBool>,
}

impl Job {
    /// None yet.
    pub fn new() -> Self {
        Self { outcome: Arc::new(Mutex::new(Outcome::None)), stop: Arc::new(AtomicBool::new(false)) }
    }

    /// How far it is.
    pub fn outcome(&self) -> Outcome {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, new: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Asks a run that goes on to stop; it then leaves nothing.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Begins to make the pack of the work as it is at a revision.
    ///
    /// # Errors
    /// `Usage` while another one is made.
    pub fn begin(&self, request: Request, work: (PathBuf, String), out: PathBuf, settings: Settings) -> Result<()> {
        if matches!(self.outcome(), Outcome::Running(..)) {
            return Err(Error::usage("a pack is being made already").hint("wait until it is done"));
        }
        self.stop.store(false, Ordering::Relaxed);
        self.set(Outcome::Running("reading".to_owned(), 0, 0));
        let job = self.clone();
        std::thread::spawn(move || {
            let (base, revision) = work;
            let made = make(&request, &base, &out, &settings, &job);
            let ready = |made: Disclosure| Outcome::Ready(made.pack.clone(), told(&made, &revision));
            job.set(made.map_or_else(Outcome::Failed, ready));
        });
        Ok(())
    }
}

fn make(request: &Request, base: &Path, out: &Path, settings: &Settings, job: &Job) -> Result<Disclosure> {
    let sha256 = crate::disclose::request_hash(request)?;
    let wish = Wish { request, base, sha256: Some(&sha256), supersedes: None };
    disclose(wish, out, settings, job)
}

/// What the page tells of a pack; by the revision it knows whether the work has changed since.
fn told(made: &Disclosure, revision: &str) -> Value {
    let files: Vec<Value> = made.log.items.iter().flat_map(|i| &i.files).map(|f| json!({ "name": f.name })).collect();
    let warnings: Vec<String> = made.log.warnings.iter().map(|w| warning(w)).collect();
    json!({ "pack": made.pack.display().to_string(), "files": files, "warnings": warnings, "revision": revision })
}

impl Progress for Job {
    fn stage(&self, name: &str, total: u64) {
        self.set(Outcome::Running(name.to_owned(), 0, total));
    }

    fn step(&self, steps: u64) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        if let Outcome::Running(_, done, _) = &mut *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) {
            *done += steps;
        }
        Ok(())
    }
}

/// The request to be carried out: what is saved, with what was looked at. `decided` is what it came to just now.
///
/// # Errors
/// `Unsafe` for what was decided against, and while anything is left to look at and no reason is given.
pub fn approved(saved: &Saved, decided: &Value) -> Result<Request> {
    for place in ["/record/error", "/error"] {
        let said = |field: &str| decided.pointer(&format!("{place}/{field}")).and_then(Value::as_str);
        if let Some(what) = said("what") {
            return Err(Error::stopped(what).hint(said("hint").unwrap_or("see what the page says")));
        }
    }
    if saved.request.gives_nothing() {
        // There is nothing to look at.
        return Ok(Request { looked_at: None, ..saved.request.clone() });
    }
    let Checks { looked_at, reason, reason_for } = &saved.checks;
    let reason = reason.clone().filter(|r| !r.trim().is_empty());
    let shares = share(decided, looked_at)?;
    let left = left(decided, looked_at);
    if left.iter().any(|key| reason.is_none() || !reason_for.iter().any(|k| k == key)) {
        return Err(Error::stopped("not every stretch in which somebody enters or leaves was looked at")
            .hint("look at the rest, or write down why that is not needed"));
    }
    let mut request = saved.request.clone();
    request.looked_at = Some(LookedAt { stretches: shares, reason: reason.filter(|_| !left.is_empty()) });
    Ok(request)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::request::{Item, Kind};

    /// A reason speaks of stretch `b`.
    fn saved(looked_at: &[&str], reason: Option<&str>) -> Saved {
        let tracks = serde_json::from_value(json!({ "version": 1, "tracks": [] })).unwrap();
        let looked_at = looked_at.iter().map(|k| (*k).to_owned()).collect();
        let checks = Checks { looked_at, reason: reason.map(str::to_owned), reason_for: vec!["b".to_owned()] };
        Saved {
            revision: String::new(),
            request: Request::new("A", vec![Item::new(Kind::Clip, vec![])]),
            tracks,
            checks,
        }
    }

    fn decided() -> Value {
        let moment = |role: &str| json!({ "frame": 1, "what": "enters", "role": role, "track": null });
        json!({ "stretches": [
            { "key": "a", "first": 0, "last": 9, "moments": [moment("window"), moment("third-party"), moment("third-party")] },
            { "key": "b", "first": 20, "last": 29, "moments": [moment("third-party")] },
        ] })
    }

    #[test]
    fn what_was_not_looked_at_needs_a_reason() {
        assert!(approved(&saved(&["a", "b"], None), &decided()).is_ok());
        assert!(approved(&saved(&["a"], None), &decided()).is_err());
        assert!(approved(&saved(&["a", "c"], Some(" ")), &decided()).is_err());
        let request = approved(&saved(&["a"], Some("nobody moves")), &decided()).unwrap();
        let looked_at = request.looked_at.unwrap();
        assert_eq!(looked_at.reason.as_deref(), Some("nobody moves"));
        let shares: Vec<_> = looked_at.stretches.iter().map(|s| (s.role.as_str(), s.there, s.looked_at)).collect();
        assert_eq!(shares, [("third-party", 2, 1), ("window", 1, 1)]);
    }

    #[test]
    fn a_reason_holds_for_what_it_was_written_for_and_for_nothing_else() {
        assert!(approved(&saved(&["a"], Some("nobody moves")), &decided()).is_ok());
        assert!(approved(&saved(&["b"], Some("nobody moves")), &decided()).is_err(), "it says nothing of a");
        let mut changed = decided();
        changed["stretches"][1]["key"] = json!("b, where somebody is shown now");
        assert!(approved(&saved(&["a"], Some("nobody moves")), &changed).is_err());
    }

    #[test]
    fn a_refusal_has_nothing_to_look_at_and_needs_its_record_like_all() {
        let mut refusal = saved(&[], None);
        let decision = json!({ "outcome": "refuse", "ground": "manifestly-excessive" });
        refusal.request.decision = Some(serde_json::from_value(decision).unwrap());
        assert!(approved(&refusal, &json!({ "stretches": [] })).unwrap().looked_at.is_none());
        let wrong = json!({ "record": { "error": { "what": "a refusal needs a ground", "hint": null } } });
        assert!(approved(&refusal, &wrong).is_err());
    }

    #[test]
    fn what_is_refused_cannot_be_approved() {
        let refused = json!({ "error": { "what": "nobody would be covered", "hint": null } });
        assert!(approved(&saved(&[], Some("never mind")), &refused).is_err());
        assert!(approved(&saved(&[], None), &json!({})).is_err(), "nothing decided is nothing looked at");
    }
}
