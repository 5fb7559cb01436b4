//! What is covered in one frame, in whole pixels of the stored picture: the plan's answer and the
//! obscuring methods' question.

use crate::geometry::Rect;

/// What is covered in one frame. Every rectangle lies on the chroma grid, inside the picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    /// Covered rectangles; they may overlap.
    pub boxes: Vec<Rect>,
    /// `None`: only `boxes` are covered. `Some(clear)`: everything outside `clear` is covered too,
    /// and where `clear` meets a box, covering wins.
    pub all_but: Option<Vec<Rect>>,
}

impl Cover {
    /// The whole picture, as for a damaged frame.
    pub fn whole() -> Self {
        Self { boxes: Vec::new(), all_but: Some(Vec::new()) }
    }

    /// Whether no pixel is covered.
    pub fn is_empty(&self) -> bool {
        self.boxes.is_empty() && self.all_but.is_none()
    }
}
