//! Filling a pack's folder: everything of a disclosure that opens footage.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Settings, Wish, item, record, understood};
use crate::contain::{Access, Contained, Task};
use crate::error::Result;
use crate::hash;
use crate::json;
use crate::log::disclosure::RecordEntry;
use crate::log::notice;
use crate::pack::{Folder, Half};
use crate::progress::Progress;
use crate::request::Request;

/// Makes and proves every file of a pack, and its log, in the pack's folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fill {
    request: Request,
    base: PathBuf,
    sha256: Option<String>,
    supersedes: Option<String>,
    warnings: Vec<String>,
    folder: PathBuf,
    settings: Settings,
}

impl Fill {
    /// For a checked request, with what there is to warn of so far.
    pub fn new(wish: Wish<'_>, warnings: Vec<String>, folder: Folder<'_>, settings: &Settings) -> Self {
        Self {
            request: wish.request.clone(),
            base: wish.base.to_owned(),
            sha256: wish.sha256.map(str::to_owned),
            supersedes: wish.supersedes.map(str::to_owned),
            warnings,
            folder: folder.path().to_owned(),
            settings: *settings,
        }
    }
}

impl Task for Fill {
    const NAME: &'static str = "fill";
    type Reply = ();

    fn access(&self) -> Access {
        Access {
            read: self.request.items.iter().flat_map(|i| i.files(&self.base)).collect(),
            write: vec![self.folder.clone()],
            threads: self.settings.threads,
        }
    }

    fn carry_out(self, contained: Contained, progress: &dyn Progress) -> Result<()> {
        let Self { request, base, settings, .. } = &self;
        let mut warnings = self.warnings.clone();
        let (sha256, supersedes) = (self.sha256.as_deref(), self.supersedes.as_deref());
        let (wish, folder) = (Wish { request, base, sha256, supersedes }, Folder(&self.folder));
        let refused = request.gives_nothing();
        let mut made = Vec::new();
        for (place, item) in request.items.iter().enumerate().filter(|_| !refused) {
            let named = item::Named { item, place, of: request.items.len(), base };
            made.push(item::make(&named, wish, folder, settings, progress)?);
        }
        for item in &made {
            warnings.extend(item.warnings.iter().filter(|w| !warnings.contains(w)).cloned().collect::<Vec<_>>());
        }
        let sent = record::notice(request, &made);
        let records = [
            (Half::Send, "notice.json", json::text(&sent)?),
            (Half::Send, "notice.html", notice::html(&sent).into_bytes()),
            (Half::Keep, "tracks.json", record::tracks(&made)?),
        ];
        for (half, name, contents) in &records {
            folder.write(*half, name, contents)?;
        }
        let sealed = |(half, name, contents): &(Half, &str, Vec<u8>)| RecordEntry {
            name: format!("{}/{name}", half.folder()),
            sha256: hash::bytes(contents),
            bytes: contents.len() as u64,
        };
        let sealed = records.iter().map(sealed).collect();
        let log = record::log(&understood(request), wish, &made, sealed, warnings, contained)?;
        folder.write(Half::Keep, "disclosure-log.json", &json::text(&log)?)
    }
}
