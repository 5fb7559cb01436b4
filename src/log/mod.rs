//! What is written down about a disclosure: the controller's log and the recipient's notice.

pub mod disclosure;
mod html;
pub mod notice;
mod notice_page;
mod spoken;
