//! Who is who: the part each track plays, from the track files and the request, and every contradiction between them.

use crate::error::{Error, Result};
use crate::request::{Rules, Statement};
use crate::tracks::load::{Loaded, file_name};
use crate::tracks::{Role, ShownBecause, Track};

/// What a track is in this disclosure.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Covered.
    ThirdParty,
    /// The requester.
    Subject,
    /// A third party who may be shown, with the reason and its justification.
    Shown(ShownBecause, Option<String>),
}

/// One track with its part.
pub struct Player<'a> {
    /// Which file, by place in the list, and which track in it.
    pub place: (usize, usize),
    /// The file it is in.
    pub file: &'a Loaded,
    /// The track.
    pub track: &'a Track,
    /// Its part.
    pub part: Part,
    /// What the request says about its gaps.
    pub statements: Vec<&'a Statement>,
}

/// Gives every track its part.
///
/// # Errors
/// `Unsafe` for an id or label in no track and for contradictions; `Usage` for an id in two files, and for ids of
/// formats that renumber when `pin_ids` and the request does not name the file's hash.
pub fn cast<'a>(files: &'a [Loaded], rules: &'a Rules, pin_ids: bool) -> Result<Vec<Player<'a>>> {
    let mut players: Vec<Player<'a>> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        players.extend(file.file.tracks.iter().enumerate().map(|(place, track)| Player {
            place: (at, place),
            file,
            track,
            part: own_part(track),
            statements: Vec::new(),
        }));
    }
    let mut named = Vec::new();
    for id in &rules.subjects {
        named.push(find(&players, id, "subject", pin_ids)?);
    }
    for label in &rules.subject_labels {
        let before = named.len();
        named.extend((0..players.len()).filter(|&i| players[i].track.label.as_ref() == Some(label)));
        if named.len() == before {
            return Err(no_such(&players, &format!("no track is labelled '{label}'")));
        }
    }
    for &index in &named {
        let player = &mut players[index];
        let id = &player.track.id;
        if player.track.role == Some(Role::ThirdParty) {
            return Err(conflict(&player.file.name, id, "a third party", "the person who asked"));
        }
        if matches!(player.part, Part::Shown(..)) {
            return Err(conflict(&player.file.name, id, "a third party who may be shown", "the person who asked"));
        }
        player.part = Part::Subject;
    }
    if !named.is_empty()
        && let Some(other) = (0..players.len()).find(|i| players[*i].part == Part::Subject && !named.contains(i))
    {
        let player = &players[other];
        return Err(conflict(
            &player.file.name,
            &player.track.id,
            "the person who asked",
            "somebody else (it names other tracks)",
        ));
    }
    for shown in &rules.shown {
        let index = find(&players, &shown.track, "shown", pin_ids)?;
        let player = &mut players[index];
        if player.part == Part::Subject {
            return Err(conflict(
                &player.file.name,
                &player.track.id,
                "the person who asked",
                "a third party who may be shown",
            ));
        }
        player.part =
            Part::Shown(shown.because, shown.justification.clone().or_else(|| player.track.justification.clone()));
    }
    for statement in &rules.statements {
        let index = find(&players, &statement.track, "gaps", pin_ids)?;
        players[index].statements.push(statement);
    }
    Ok(players)
}

fn own_part(track: &Track) -> Part {
    match (track.role, track.shown_because) {
        (Some(Role::Subject), _) => Part::Subject,
        (_, Some(because)) => Part::Shown(because, track.justification.clone()),
        _ => Part::ThirdParty,
    }
}

/// The one track that an id (`ID` or `FILE:ID`) names.
fn find(players: &[Player<'_>], id: &str, field: &str, pin_ids: bool) -> Result<usize> {
    let named = |file: &str, id: &str| {
        players
            .iter()
            .enumerate()
            .filter(|(_, p)| p.track.id == id && (file.is_empty() || p.file.name == file_name(file)))
            .map(|(i, _)| i)
            .collect::<Vec<_>>()
    };
    let mut found = named("", id);
    if let (true, Some((file, rest))) = (found.is_empty(), id.rsplit_once(':')) {
        found = named(file, rest);
    }
    match found.as_slice() {
        [] => Err(no_such(players, &format!("{field}: no track has the id '{id}'"))),
        [index] => {
            let file = players[*index].file;
            let renumbers = crate::tracks::formats::FORMATS.iter().any(|f| f.name == file.file.format && f.renumbers);
            if pin_ids && renumbers && !file.pinned {
                return Err(Error::usage(format!(
                    "{field}: the id '{id}' is from {}, and CVAT numbers its tracks anew at every export",
                    file.name
                ))
                .hint(format!(
                    "say which export it is: {{ \"file\": \"{}\", \"sha256\": \"{}\" }}",
                    file.name, file.sha256
                )));
            }
            Ok(*index)
        }
        many => {
            let files: Vec<_> = many.iter().map(|&i| players[i].file.name.as_str()).collect();
            Err(Error::usage(format!("{field}: several track files have a track '{id}': {}", files.join(", ")))
                .hint(format!("say which: {}:{id}", files[0])))
        }
    }
}

fn no_such(players: &[Player<'_>], what: &str) -> Error {
    let ids: Vec<_> = players.iter().take(12).map(|p| p.track.id.as_str()).collect();
    let more = if players.len() > ids.len() { ", …" } else { "" };
    Error::stopped(what)
        .hint(format!("the tracks are: {}{more}; `tracks check` draws a picture of each", ids.join(", ")))
}

fn conflict(file: &str, id: &str, in_file: &str, in_request: &str) -> Error {
    Error::stopped(format!(
        "{file}, track {id}: the track file says that this is {in_file}, the request says {in_request}"
    ))
    .hint("find out which is right and change the other")
}
