//! What a macroblock must know of the one to its left and the one above: ITU-T H.264 section 6.4.11.

/// The number of coefficients of a block that is not there.
pub const ABSENT: u8 = 0x80;

/// How a macroblock is predicted, as far as its neighbours are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Outside the slice.
    Absent,
    /// `P_Skip` or `B_Skip`.
    Skipped,
    /// `B_Direct_16x16`.
    Direct,
    /// Predicted from other pictures.
    Inter,
    /// `I_NxN`: its blocks of 4x4 or 8x8 pixels are predicted one by one.
    IntraBlocks,
    /// `Intra_16x16`.
    IntraWhole,
    /// `I_PCM`: samples as they are.
    Samples,
}

/// One side of a macroblock, right or bottom, as its neighbour sees it.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub kind: Kind,
    /// `transform_size_8x8_flag`.
    pub transform_8x8: bool,
    /// `Intra4x4PredMode` of the four luma blocks along the side; 2 where they have none.
    pub modes: [u8; 4],
    /// `intra_chroma_pred_mode` is not 0.
    pub chroma_mode: bool,
    /// `CodedBlockPatternLuma`, a bit for each 8x8 block; all set outside the slice.
    pub luma: u8,
    /// `CodedBlockPatternChroma`, 0 to 2.
    pub chroma: u8,
    /// Whether the blocks of luma, Cb and Cr DC coefficients have any: bits 0 to 2.
    pub dc: u8,
    /// Coefficients of the four luma blocks along the side, then two of Cb, then two of Cr.
    pub counts: [u8; 8],
    /// Whether the two 8x8 blocks along the side refer beyond the first picture of list 0 and 1.
    pub far: [[bool; 2]; 2],
    /// How far the motion vectors of the four blocks along the side are from predicted: list 0 and 1, across and down,
    /// at most [`FARTHEST`].
    pub moved: [[[u8; 2]; 4]; 2],
}

/// From here on all distances are alike to the contexts: section 9.3.3.1.1.7.
pub const FARTHEST: u8 = 64;

impl Edge {
    /// The side of a macroblock without coefficients and motion of its own.
    const fn plain(kind: Kind) -> Self {
        Self {
            kind,
            transform_8x8: false,
            modes: [2; 4],
            chroma_mode: false,
            luma: 0,
            chroma: 0,
            dc: 0,
            counts: [0; 8],
            far: [[false; 2]; 2],
            moved: [[[0; 2]; 4]; 2],
        }
    }

    /// Outside the slice.
    pub const OUTSIDE: Self = Self { luma: 15, counts: [ABSENT; 8], ..Self::plain(Kind::Absent) };

    /// Of a skipped macroblock.
    pub const SKIPPED: Self = Self::plain(Kind::Skipped);

    /// Of `I_PCM`, where every block counts as full.
    pub const SAMPLES: Self = Self { luma: 15, chroma: 2, dc: 7, counts: [16; 8], ..Self::plain(Kind::Samples) };

    /// Whether the block of DC coefficients `plane` (luma, Cb, Cr) has any; [`ABSENT`] outside the slice.
    pub fn dc(&self, plane: u8) -> u8 {
        if self.kind == Kind::Absent { ABSENT } else { self.dc >> plane & 1 }
    }
}

/// The two sides that a macroblock sees: left and above.
pub struct Around {
    pub left: Edge,
    pub above: Edge,
}

impl Around {
    /// How many of the two sides are so.
    pub fn count(&self, so: impl Fn(&Edge) -> bool) -> usize {
        usize::from(so(&self.left)) + usize::from(so(&self.above))
    }
}

/// Numbers of coefficients in the blocks of the macroblock at hand and beside it: luma in columns 1 to 4 of rows 1 to 4,
/// Cb in columns 6 and 7 of rows 1 and 2, Cr of rows 4 and 5; what is beside a block stands to its left and above it.
#[derive(Debug, Clone, Copy)]
pub struct Counts([u8; 64]);

/// Places of the luma blocks in decoding order: section 6.4.3.
pub const LUMA: [usize; 16] = [9, 10, 17, 18, 11, 12, 19, 20, 25, 26, 33, 34, 27, 28, 35, 36];
/// Places of the chroma blocks, Cb and Cr.
pub const CHROMA: [[usize; 4]; 2] = [[14, 15, 22, 23], [38, 39, 46, 47]];

const LEFT: [usize; 8] = [8, 16, 24, 32, 13, 21, 37, 45];
const ABOVE: [usize; 8] = [1, 2, 3, 4, 6, 7, 30, 31];
const RIGHT: [usize; 8] = [12, 20, 28, 36, 15, 23, 39, 47];
const BOTTOM: [usize; 8] = [33, 34, 35, 36, 22, 23, 46, 47];

impl Counts {
    /// For the first macroblock.
    pub const NONE: Self = Self([0; 64]);

    /// A macroblock without coefficients between its neighbours.
    pub fn begin(&mut self, around: &Around) {
        *self = Self::NONE;
        for i in 0..8 {
            self.set(LEFT[i], around.left.counts[i]);
            self.set(ABOVE[i], around.above.counts[i]);
        }
    }

    /// Notes the number of coefficients of a block.
    #[inline(always)]
    pub fn set(&mut self, place: usize, count: u8) {
        self.0[place & 63] = count;
    }

    /// The numbers of the blocks to the left and above.
    #[inline(always)]
    pub fn near(&self, place: usize) -> [u8; 2] {
        [self.0[(place.wrapping_sub(1)) & 63], self.0[(place.wrapping_sub(8)) & 63]]
    }

    /// The numbers along the right side and the bottom.
    pub fn edges(&self) -> [[u8; 8]; 2] {
        [RIGHT, BOTTOM].map(|side| side.map(|place| self.0[place & 63]))
    }
}

/// References and motion of the blocks of the macroblock at hand and beside it, for one list.
#[derive(Debug, Clone, Copy)]
pub struct Motion {
    /// 8x8 blocks in columns 1 and 2 of rows 1 and 2, four columns a row.
    far: [bool; 16],
    /// 4x4 blocks in columns 1 to 4 of rows 1 to 4, eight columns a row.
    moved: [[u8; 2]; 64],
}

impl Motion {
    /// For the first macroblock.
    pub const NONE: Self = Self { far: [false; 16], moved: [[0; 2]; 64] };

    /// A macroblock that refers to nothing between its neighbours.
    pub fn begin(&mut self, Around { left, above }: &Around, list: usize) {
        *self = Self::NONE;
        let list = list & 1;
        for i in 0..2 {
            self.far[4 + 4 * i] = left.far[list][i];
            self.far[1 + i] = above.far[list][i];
        }
        for i in 0..4 {
            self.moved[8 + 8 * i] = left.moved[list][i];
            self.moved[1 + i] = above.moved[list][i];
        }
    }

    /// Whether the 8x8 blocks to the left and above refer beyond the first picture.
    pub fn far(&self, x: usize, y: usize) -> [bool; 2] {
        let place = 5 + 4 * y + x;
        [self.far[(place - 1) & 15], self.far[(place - 4) & 15]]
    }

    /// Notes that 8x8 blocks refer beyond the first picture.
    pub fn refer_far(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for place in (y..y + height).flat_map(|y| (x..x + width).map(move |x| 5 + 4 * y + x)) {
            self.far[place & 15] = true;
        }
    }

    /// How far the 4x4 blocks to the left and above are moved, together: across and down.
    pub fn moved(&self, x: usize, y: usize) -> [u8; 2] {
        let place = 9 + 8 * y + x;
        let (left, above) = (self.moved[(place - 1) & 63], self.moved[(place - 8) & 63]);
        [left[0] + above[0], left[1] + above[1]]
    }

    /// Notes how far 4x4 blocks are moved.
    pub fn move_by(&mut self, x: usize, y: usize, width: usize, height: usize, by: [u8; 2]) {
        for place in (y..y + height).flat_map(|y| (x..x + width).map(move |x| 9 + 8 * y + x)) {
            self.moved[place & 63] = by;
        }
    }

    /// References along the right side and the bottom.
    pub fn far_edges(&self) -> [[bool; 2]; 2] {
        [[self.far[6], self.far[10]], [self.far[9], self.far[10]]]
    }

    /// Motion along the right side and the bottom.
    pub fn moved_edges(&self) -> [[[u8; 2]; 4]; 2] {
        [[12, 20, 28, 36], [33, 34, 35, 36]].map(|side| side.map(|place: usize| self.moved[place & 63]))
    }
}
