//! `review`: serves the page until Ctrl-C or until the page ends it.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::Review;
use crate::commands::disclose::read_request;
use crate::watch::Watch;
use cctv_redact::contain::Place;
use cctv_redact::disclose::Settings;
use cctv_redact::review::{Wanted, serve};
use cctv_redact::{Error, Result};

pub fn run(args: Review) -> Result<()> {
    let watch = Watch::new(false, false)?;
    let request = match &args.request {
        Some(path) => Some((read_request(path)?.0, path.parent().map(PathBuf::from).unwrap_or_default())),
        None => None,
    };
    let absolute = |path: PathBuf| std::path::absolute(&path).map_err(|e| Error::io("cannot read", &path, &e));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = Wanted {
        footage: args.footage,
        tracks: args.tracks,
        request,
        out: args.out.map(absolute).transpose()?,
        port: args.port,
        settings: Settings { threads, pin_ids: true, place: Place::Child },
    };
    // Other users of this machine see what programs are called with, so the browser is not given the address, which
    // lets its reader in, but a file of our own with the address in it.
    let mut door: Option<tempfile::TempPath> = None;
    serve(wanted, &watch, |address| {
        watch.say(&format!("The page is at {address}"));
        watch.say("It is for this machine and this run only. Ctrl-C ends it; your work is saved as you do it.");
        if !args.no_open {
            door = open_browser(address);
            if door.is_none() {
                watch.say("No browser could be opened: open that address in yours.");
            }
        }
    })?;
    watch.say("Ended; your work is saved.");
    Ok(())
}

fn open_browser(address: &str) -> Option<tempfile::TempPath> {
    let mut file = tempfile::Builder::new().prefix("cctv-redact-").suffix(".html").tempfile().ok()?;
    let page =
        format!("<!doctype html><title>cctv-redact</title><meta http-equiv=refresh content=\"0;url={address}\">");
    file.write_all(page.as_bytes()).ok()?;
    let path = file.into_temp_path();
    open::that_detached(&path).ok()?;
    Some(path)
}
