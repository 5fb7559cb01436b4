//! What leaves the house: a covered picture, stretched, turned, stamped and written.

mod band;
mod png;
mod sheet;
mod still;

pub use band::{Stamp, band, stamped};
pub use png::write_png;
pub use sheet::{Shot, sheet};
pub use still::{orient, square_pixels, square_size};
