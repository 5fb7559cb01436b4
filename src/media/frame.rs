//! What FFmpeg decoded, as a picture of our own: which layout it has, its samples copied, and whether it is damaged.

use ffmpeg_next as ff;

use super::ffi;
use crate::error::{Error, Result};
use crate::picture::{Layout, Picture, Plane, Planes};

/// Our layout for a decoded frame, or why there is none.
pub(super) fn layout(frame: &ff::frame::Video) -> Result<Layout> {
    let format = frame.format();
    let unsupported = || {
        Error::failed(format!("pictures in the pixel format {format:?} are not supported"))
            .hint("planar YUV and grey of 8 to 16 bits are; convert the footage without scaling it, or ask for support")
    };
    let descriptor = format.descriptor().ok_or_else(unsupported)?;
    let name = descriptor.name();
    let base = name.strip_suffix("le").unwrap_or(name);
    let (family, depth) = match base
        .find("p1")
        .or_else(|| base.find("p9"))
        .or_else(|| base.strip_prefix("gray").filter(|d| !d.is_empty()).map(|_| 4))
    {
        Some(at) => (&base[..at], base[at..].trim_start_matches('p').parse::<u32>().map_err(|_| unsupported())?),
        None => (base.strip_suffix('p').unwrap_or(base), 8),
    };
    let (shift_x, shift_y, grey) = match family {
        "yuv420" | "yuvj420" => (1, 1, false),
        "yuv422" | "yuvj422" => (1, 0, false),
        "yuv444" | "yuvj444" => (0, 0, false),
        "yuv440" | "yuvj440" => (0, 1, false),
        "yuv411" | "yuvj411" => (2, 0, false),
        "gray" => (0, 0, true),
        _ => return Err(unsupported()),
    };
    let (width, height) = (frame.width(), frame.height());
    if width == 0 || height == 0 || width > 16_384 || height > 16_384 || !(8..=16).contains(&depth) {
        return Err(Error::failed(format!(
            "a picture of {width}x{height} at {depth} bits is outside what is supported"
        )));
    }
    Ok(Layout {
        width,
        height,
        chroma_shift_x: shift_x,
        chroma_shift_y: shift_y,
        depth,
        grey,
        full_range: name.starts_with("yuvj") || frame.color_range() == ff::color::Range::JPEG,
    })
}

/// Copies a decoded frame into `picture`, reusing its memory. A copy, because the decoder still refers to its own.
pub(super) fn copy(frame: &ff::frame::Video, picture: &mut Picture) -> Result<()> {
    let layout = layout(frame)?;
    if picture.layout != layout {
        *picture = Picture::grey(layout);
    }
    let short = || Error::failed("a decoded picture is smaller than its header says");
    match &mut picture.planes {
        Planes::Eight(planes) => {
            for (index, plane) in planes.iter_mut().enumerate() {
                if !ffi::copy_plane(frame, index, plane.width, plane.height, &mut plane.samples) {
                    return Err(short());
                }
            }
        }
        Planes::Sixteen(planes) => {
            for (index, plane) in planes.iter_mut().enumerate() {
                let mut bytes = vec![0u8; plane.width * plane.height * 2];
                if !ffi::copy_plane(frame, index, plane.width * 2, plane.height, &mut bytes) {
                    return Err(short());
                }
                words(&bytes, plane);
            }
        }
    }
    Ok(())
}

fn words(bytes: &[u8], plane: &mut Plane<u16>) {
    for (pair, sample) in bytes.chunks_exact(2).zip(&mut plane.samples) {
        *sample = u16::from_le_bytes([pair[0], pair[1]]);
    }
}

/// Whether the decoder reported an error for this frame or concealed part of it.
pub(super) fn is_damaged(frame: &ff::frame::Video) -> bool {
    frame.is_corrupt() || frame.has_decode_errors()
}
