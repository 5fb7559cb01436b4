//! The review page: somebody marks who is who, sees what will be handed over, and approves it, in their own browser on
//! their own machine.
//!
//! The server is the parent and never opens footage: a confined child ([`Show`]) decodes, covers and follows for it, and
//! the pack is made by [`crate::disclose`] like any other. What the page changes is saved at once, as a request and a track
//! file like any others (`work`).

mod approve;
mod cinema;
mod concerns;
mod damage;
mod desk;
mod door;
mod folder;
mod follow;
mod import;
mod made;
mod page;
mod projector;
mod routes;
mod screen;
mod server;
mod show;
mod stretches;
mod words;
mod work;

pub use desk::Wanted;
pub use server::serve;
pub use show::{Question, Show};
