//! From the footage's pixel format to the two that leave the program: 8-bit 4:2:0 for the encoder and RGB for stills.
//! Always after covering, so that no filter tap carries a covered pixel out.

use ffmpeg_next as ff;
use ffmpeg_next::software::scaling;

use super::ffi;
use crate::error::{Error, Result};
use crate::footage::Colour;
use crate::picture::{Layout, Picture, Plane, Planes};

/// What to convert to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// 8-bit 4:2:0, the footage's own range.
    Yuv420,
    /// 8-bit RGB, full range.
    Rgb,
}

/// Converts pictures of one layout. Not `Send`: each thread has its own.
pub struct Converter {
    target: Target,
    layout: Layout,
    /// Columns and rows of what comes out.
    shown: (u32, u32),
    scaler: Option<scaling::Context>,
    input: ff::frame::Video,
    output: ff::frame::Video,
}

fn pixel(layout: &Layout) -> Result<ff::format::Pixel> {
    let chroma = match (layout.grey, layout.chroma_shift_x, layout.chroma_shift_y) {
        (true, ..) => "gray",
        (_, 1, 1) => "yuv420p",
        (_, 1, 0) => "yuv422p",
        (_, 0, 0) => "yuv444p",
        (_, 0, 1) => "yuv440p",
        _ => "yuv411p",
    };
    let name = if layout.depth == 8 { chroma.to_owned() } else { format!("{chroma}{}le", layout.depth) };
    name.parse().map_err(|_| Error::failed(format!("no pixel format {name}")))
}

impl Converter {
    /// For pictures of `layout`.
    ///
    /// # Errors
    /// `Failed` when FFmpeg has no conversion for the layout.
    pub fn new(layout: Layout, colour: &Colour, target: Target) -> Result<Self> {
        Self::between(layout, colour, target, (layout.width, layout.height))
    }

    /// For pictures of `layout`, to RGB of another size: for the screen, never for a pack.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn scaled(layout: Layout, colour: &Colour, size: (u32, u32)) -> Result<Self> {
        Self::between(layout, colour, Target::Rgb, size)
    }

    fn between(layout: Layout, colour: &Colour, target: Target, shown: (u32, u32)) -> Result<Self> {
        let failed = |e: ff::Error| Error::failed(format!("no conversion for this pixel format: {e}"));
        let (from, size) = (pixel(&layout)?, (layout.width, layout.height));
        let to = match target {
            Target::Yuv420 => ff::format::Pixel::YUV420P,
            Target::Rgb => ff::format::Pixel::RGB24,
        };
        let mut this = Self {
            target,
            layout,
            shown,
            scaler: None,
            input: ff::frame::Video::new(from, size.0, size.1),
            output: ff::frame::Video::empty(),
        };
        if from != to {
            use scaling::Flags;
            let exact = Flags::ACCURATE_RND | Flags::BITEXACT | Flags::FULL_CHR_H_INT | Flags::FULL_CHR_H_INP;
            // What is only looked at has to be there soon.
            let flags = if shown == size { Flags::BILINEAR | exact } else { Flags::BILINEAR };
            let mut scaler =
                scaling::Context::get(from, size.0, size.1, to, shown.0, shown.1, flags).map_err(failed)?;
            // H.273 numbers and SWS_CS_* agree for the matrices in use; the unspecified is BT.601, as FFmpeg reads it.
            let matrix = if matches!(colour.space, 1 | 4 | 5 | 6 | 7 | 9) { colour.space } else { 5 };
            ffi::set_scaler_colours(
                &mut scaler,
                (matrix, layout.full_range),
                (matrix, target == Target::Rgb || layout.full_range),
            );
            this.scaler = Some(scaler);
        }
        Ok(this)
    }

    /// Whether pictures pass through a filter, in which neighbouring samples mix.
    pub fn filters(&self) -> bool {
        self.scaler.is_some()
    }

    /// Converts one picture to 8-bit 4:2:0, or returns it as it is when it is that already.
    ///
    /// # Errors
    /// `Failed` when FFmpeg refuses.
    pub fn yuv420<'p>(&mut self, picture: &'p Picture) -> Result<std::borrow::Cow<'p, Picture>> {
        debug_assert_eq!(self.target, Target::Yuv420);
        if self.scaler.is_none() {
            return Ok(std::borrow::Cow::Borrowed(picture));
        }
        self.run(picture)?;
        let mut out =
            Picture::grey(Layout { chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, ..self.layout });
        super::frame::copy(&self.output, &mut out)?;
        out.layout.full_range = self.layout.full_range;
        Ok(std::borrow::Cow::Owned(out))
    }

    /// Converts one picture to packed RGB, `3 * width * height` bytes of the size that comes out.
    ///
    /// # Errors
    /// `Failed` when FFmpeg refuses.
    pub fn rgb(&mut self, picture: &Picture) -> Result<Vec<u8>> {
        debug_assert_eq!(self.target, Target::Rgb);
        self.run(picture)?;
        let (row, rows) = (self.shown.0 as usize * 3, self.shown.1 as usize);
        let mut out = vec![0; row * rows];
        if ffi::copy_plane(&self.output, 0, row, rows, &mut out) {
            Ok(out)
        } else {
            Err(Error::failed("the converted picture is smaller than it should be"))
        }
    }

    fn run(&mut self, picture: &Picture) -> Result<()> {
        fill_frame(picture, &mut self.input)?;
        let Some(scaler) = &mut self.scaler else { return Ok(()) };
        scaler.run(&self.input, &mut self.output).map_err(|e| Error::failed(format!("converting a picture: {e}")))
    }
}

/// Copies our picture into an FFmpeg frame of the same format and at least the same size, repeating the last column
/// and row where the frame is larger (the encoder wants even sizes).
pub(super) fn fill_frame(picture: &Picture, frame: &mut ff::frame::Video) -> Result<()> {
    if frame.width() < picture.layout.width
        || frame.height() < picture.layout.height
        || frame.planes() < picture.layout.planes()
    {
        return Err(Error::failed("a picture does not fit the frame it is meant for"));
    }
    for index in 0..picture.layout.planes() {
        let stride = frame.stride(index);
        let (columns, rows) = (frame.plane_width(index) as usize, frame.plane_height(index) as usize);
        match &picture.planes {
            Planes::Eight(planes) => {
                fill_plane(&planes[index], frame.data_mut(index), stride, (columns, rows), |s| [s])
            }
            Planes::Sixteen(planes) => {
                fill_plane(&planes[index], frame.data_mut(index), stride, (columns, rows), u16::to_le_bytes)
            }
        }
    }
    Ok(())
}

fn fill_plane<S: Copy, const N: usize>(
    plane: &Plane<S>,
    data: &mut [u8],
    stride: usize,
    (columns, rows): (usize, usize),
    bytes: impl Fn(S) -> [u8; N],
) {
    let own = columns.min(plane.width);
    for (y, line) in data.chunks_mut(stride).take(rows).enumerate() {
        let row = plane.row(y.min(plane.height - 1));
        let (line, padding) = line[..columns * N].split_at_mut(own * N);
        line.chunks_exact_mut(N).zip(row).for_each(|(to, &sample)| to.copy_from_slice(&bytes(sample)));
        let last = bytes(row[own - 1]);
        padding.chunks_exact_mut(N).for_each(|to| to.copy_from_slice(&last));
    }
}
