//! `batch`: many requests, and a table of what became of them.

use serde_json::json;

use super::stats;
use crate::cli::Batch;
use crate::watch::Watch;
use cctv_redact::batch::{self, Answer, Resume};
use cctv_redact::contain::Place;
use cctv_redact::disclose::Settings;
use cctv_redact::progress::Progress;
use cctv_redact::{Error, Kind, Result, pack, render};

pub fn run(args: Batch) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let begun = stats::begin(&args.running)?;
    let shard = args.shard.as_deref().map(batch::parse_shard).transpose()?;
    let tasks = batch::read(&args.manifest)?;
    let (index, count) = shard.unwrap_or((1, 1));
    let mine: Vec<_> = tasks.into_iter().skip(index - 1).step_by(count).collect();
    pack::make_out(&args.out)?;
    let resume = match (args.no_resume, args.revise) {
        (true, _) => Resume::Never,
        (_, true) => Resume::Revise,
        _ => Resume::Skip,
    };
    let jobs = usize::from(args.jobs);
    let settings = Settings { threads: (args.running.threads() / jobs).max(1), pin_ids: true, place: Place::Child };
    let answers: Vec<Answer> = render::in_parallel(jobs, &mine, |task| {
        // Several bars at once are no bar; the requests' own lines are the progress.
        let answer = batch::carry_out(task, &args.out, resume, &settings, &Stoppable(&watch));
        watch.say(&row(&answer));
        watch.event(&json!({ "event": "request", "request": answer }));
        answer
    })?;
    batch::write_summary(&answers, &args.out, shard)?;
    let ready = answers.iter().filter(|a| a.status == "ready").count();
    watch.say(&format!("{ready} of {} ready; see {}", answers.len(), args.out.join("summary.csv").display()));
    stats::write(&args.running, &begun, answers.iter().map(|a| a.frames).sum(), &watch);
    if answers.iter().any(|a| a.exit == Kind::Interrupted.status()) {
        return Err(Error::interrupted());
    }
    if ready == answers.len() {
        return Ok(());
    }
    let others: Vec<_> =
        answers.iter().filter(|a| a.status != "ready").map(|a| format!("{} ({})", a.reference, a.status)).collect();
    Err(Error::failed(format!("not ready: {}", others.join(", "))).hint("the summary gives each one's reason; run the batch again when they are settled: what is ready is not done again"))
}

fn row(answer: &Answer) -> String {
    let reason = answer.reason.as_deref().map(|r| r.lines().next().unwrap_or_default()).unwrap_or_default();
    format!(
        "{:<24} {:<11} {:>8.1} s {:>8} frames  {reason}",
        answer.reference, answer.status, answer.seconds, answer.frames
    )
}

/// Passes on the wish to stop, and nothing else.
struct Stoppable<'a>(&'a Watch);

impl Progress for Stoppable<'_> {
    fn stage(&self, _name: &str, _total: u64) {}

    fn step(&self, _steps: u64) -> Result<()> {
        self.0.step(0)
    }
}
