//! All `unsafe` of this crate: the few things that ffmpeg-next's safe API lacks, each behind a safe function.
//!
//! Every pointer below comes from a live ffmpeg-next object borrowed for the call, so it is valid and,
//! where written to, exclusively ours.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use ffmpeg_next as ff;
use ffmpeg_next::ffi;

use crate::geometry::Orientation;

/// What FFmpeg calls errors and recorders do all the time without harm to any picture: the beginnings of its format
/// strings.
const HARMLESS: [&[u8]; 3] = [b"mmco: unref short failure", b"non-existing PPS", b"no frame!"];

thread_local! {
    static ERRORS: Cell<u32> = const { Cell::new(0) };
}

/// Counts FFmpeg's messages of level "error", thread by thread, and prints none: what matters is said by our errors.
/// The count matters because decoders mark only some damaged frames as such; of others they only complain.
pub fn init() {
    unsafe extern "C" fn count(_: *mut c_void, level: c_int, format: *const c_char, _: *mut c_void) {
        if level > ffi::AV_LOG_ERROR || format.is_null() {
            return;
        }
        // SAFETY: FFmpeg passes a NUL-terminated format string.
        let format = unsafe { CStr::from_ptr(format) }.to_bytes();
        if !HARMLESS.iter().any(|h| format.starts_with(h)) {
            ERRORS.with(|e| e.set(e.get() + 1));
        }
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: the function lives for ever. Its last parameter stands for C's `va_list`, which is passed as one
    // pointer on every platform that FFmpeg's bindings support; it is never touched.
    // The target type is the platform's own spelling of `va_list`.
    #[allow(clippy::missing_transmute_annotations)]
    ONCE.call_once(|| unsafe {
        // Without this FFmpeg's errors have no words.
        ff::util::error::register_all();
        type Count = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, *mut c_void);
        let count: Count = count;
        ffi::av_log_set_callback(Some(std::mem::transmute::<Count, _>(count)));
    });
}

/// How many errors FFmpeg has complained of in this thread since the last call.
pub fn take_errors() -> u32 {
    ERRORS.with(|e| e.replace(0))
}

/// Version triplets of a library, as `59.37.100`.
fn triplet(version: u32) -> String {
    format!("{}.{}.{}", version >> 16, version >> 8 & 255, version & 255)
}

/// The versions of libavcodec and libavformat in use.
pub fn versions() -> (String, String) {
    // SAFETY: take no pointer, return numbers.
    unsafe { (triplet(ffi::avcodec_version()), triplet(ffi::avformat_version())) }
}

/// What a video stream's header says that ffmpeg-next does not pass on.
pub struct StreamHeader {
    /// Pixels, before rotation.
    pub width: i32,
    /// Pixels, before rotation.
    pub height: i32,
    /// Frames the decoder may hold back for reordering.
    pub reorder: i32,
    /// Whether two fields are interleaved.
    pub interlaced: bool,
    /// Cover art, not a recording.
    pub attached_picture: bool,
    /// Sample aspect ratio from the container, 0/1 when unknown.
    pub container_aspect: (i32, i32),
}

/// Reads [`StreamHeader`].
pub fn stream_header(stream: &ff::format::stream::Stream<'_>) -> StreamHeader {
    // SAFETY: the stream and its parameters live as long as the borrowed input; only read.
    unsafe {
        let st = &*stream.as_ptr();
        let par = &*st.codecpar;
        use ffi::AVFieldOrder::*;
        StreamHeader {
            width: par.width,
            height: par.height,
            reorder: par.video_delay,
            interlaced: matches!(par.field_order, AV_FIELD_TT | AV_FIELD_BB | AV_FIELD_TB | AV_FIELD_BT),
            attached_picture: st.disposition & ffi::AV_DISPOSITION_ATTACHED_PIC != 0,
            container_aspect: (st.sample_aspect_ratio.num, st.sample_aspect_ratio.den),
        }
    }
}

/// What a decoder of this stream is told before the first packet; empty where that is nothing.
pub fn extradata(stream: &ff::format::stream::Stream<'_>) -> Vec<u8> {
    // SAFETY: the stream and its parameters live as long as the borrowed input; only read.
    unsafe { bytes((*(*stream.as_ptr()).codecpar).extradata, (*(*stream.as_ptr()).codecpar).extradata_size) }
}

/// What this encoder tells a decoder before the first packet; empty where that is nothing.
pub fn encoder_extradata(encoder: &ff::codec::Context) -> Vec<u8> {
    // SAFETY: a live context, only read.
    unsafe { bytes((*encoder.as_ptr()).extradata, (*encoder.as_ptr()).extradata_size) }
}

/// # Safety
/// `data` is null or points to `size` readable bytes.
unsafe fn bytes(data: *const u8, size: c_int) -> Vec<u8> {
    match usize::try_from(size) {
        // SAFETY: as the caller promises.
        Ok(size) if !data.is_null() => unsafe { std::slice::from_raw_parts(data, size) }.to_vec(),
        _ => Vec::new(),
    }
}

/// Has an output stream tell decoders this before the first packet. Returns false when there is no such stream or no
/// memory.
pub fn set_extradata(output: &mut ff::format::context::Output, stream: usize, data: &[u8]) -> bool {
    // SAFETY: `streams` holds `nb_streams` valid pointers; the new memory has room for the bytes and the padding that
    // FFmpeg asks for, is zeroed, and belongs to the parameters, which free it as they free what they had before.
    unsafe {
        let context = output.as_mut_ptr();
        let Ok(size) = c_int::try_from(data.len()) else { return false };
        if stream >= (*context).nb_streams as usize {
            return false;
        }
        let parameters = (*(*(*context).streams.add(stream))).codecpar;
        let memory = ffi::av_mallocz(data.len() + ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
        if memory.is_null() {
            return false;
        }
        ptr::copy_nonoverlapping(data.as_ptr(), memory, data.len());
        ffi::av_freep((&raw mut (*parameters).extradata).cast::<c_void>());
        (*parameters).extradata = memory;
        (*parameters).extradata_size = size;
    }
    true
}

/// The demuxer passes on packets of this stream only.
pub fn only_stream(input: &mut ff::format::context::Input, index: usize) {
    // SAFETY: `streams` holds `nb_streams` valid pointers as long as the input lives.
    unsafe {
        let context = input.as_mut_ptr();
        for i in 0..(*context).nb_streams as usize {
            let stream = *(*context).streams.add(i);
            (*stream).discard =
                if i == index { ffi::AVDiscard::AVDISCARD_DEFAULT } else { ffi::AVDiscard::AVDISCARD_ALL };
        }
    }
}

/// Seeks so that the next packets come from the last key frame at or before `ts` (stream ticks).
pub fn seek(input: &mut ff::format::context::Input, stream: usize, ts: i64) -> bool {
    // SAFETY: a valid context; the call checks the stream index.
    unsafe { ffi::avformat_seek_file(input.as_mut_ptr(), stream as c_int, i64::MIN, ts, ts, 0) >= 0 }
}

/// Whether an edit list hides this packet's frame (it is decoded, not shown).
pub fn is_hidden(packet: &ff::Packet) -> bool {
    use ff::packet::Ref;
    // SAFETY: a live packet, only read.
    unsafe { (*packet.as_ptr()).flags & ffi::AV_PKT_FLAG_DISCARD != 0 }
}

/// Copies one plane's rows, tightly packed, whatever the line size (it may be negative: bottom-up pictures).
/// `row` is a row's length in bytes. Returns false when the frame has no such plane or its lines are shorter.
pub fn copy_plane(frame: &ff::frame::Video, plane: usize, row: usize, rows: usize, out: &mut [u8]) -> bool {
    if plane >= 4 || out.len() < row * rows {
        return false;
    }
    // SAFETY: FFmpeg guarantees `|linesize|` readable bytes at each of the plane's rows; we read `row` of them,
    // for the rows the picture has.
    unsafe {
        let f = &*frame.as_ptr();
        let (data, stride) = (f.data[plane], f.linesize[plane] as isize);
        if data.is_null() || stride.unsigned_abs() < row || rows > f.height.max(0) as usize {
            return false;
        }
        for (y, to) in out.chunks_exact_mut(row).take(rows).enumerate() {
            ptr::copy_nonoverlapping(data.offset(y as isize * stride), to.as_mut_ptr(), row);
        }
    }
    true
}

/// Opens an MP4 for writing. The path is taken byte for byte and never read as a URL.
///
/// FFmpeg's `mp4` writer puts a `udta` box with an empty tag list into every file; its `3gp` writer, told to
/// use the brand `isom`, writes the same file without it. With `tags` there may be such a box.
pub fn create_mp4(path: &Path, tags: bool) -> Result<ff::format::context::Output, ff::Error> {
    let mut url = b"file:".to_vec();
    url.extend_from_slice(path.as_os_str().as_bytes());
    let url = CString::new(url).map_err(|_| ff::Error::InvalidData)?;
    // SAFETY: all strings are NUL-terminated and outlive the calls; on success the context, with its open
    // I/O, is owned by the returned object, which closes both.
    unsafe {
        let mut context = ptr::null_mut();
        let writer = if tags { c"mp4" } else { c"3gp" };
        let code = ffi::avformat_alloc_output_context2(&mut context, ptr::null(), writer.as_ptr(), url.as_ptr());
        if code < 0 || context.is_null() {
            return Err(ff::Error::from(code));
        }
        let code = ffi::avio_open(&mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE);
        if code < 0 {
            ffi::avformat_free_context(context);
            return Err(ff::Error::from(code));
        }
        Ok(ff::format::context::Output::wrap(context))
    }
}

/// Gives an output stream a display matrix, so that players turn the picture. Only pure turns.
pub fn set_orientation(output: &mut ff::format::context::Output, stream: usize, orientation: Orientation) -> bool {
    // SAFETY: `streams` holds `nb_streams` valid pointers; the side data has room for nine 32-bit integers.
    unsafe {
        let context = output.as_mut_ptr();
        if stream >= (*context).nb_streams as usize {
            return false;
        }
        let st = *(*context).streams.add(stream);
        let data = ffi::av_stream_new_side_data(st, ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX, 36);
        if data.is_null() {
            return false;
        }
        // Clockwise, whatever older documentation of this call says.
        ffi::av_display_rotation_set(data.cast::<i32>(), 90.0 * f64::from(orientation.quarter_turns));
    }
    true
}

/// Tells a scaler the footage's matrix and range, and the wanted ones, so that colours are not shifted.
/// The spaces are FFmpeg's `SWS_CS_*` numbers.
pub fn set_scaler_colours(scaler: &mut ff::software::scaling::Context, from: (i32, bool), to: (i32, bool)) -> bool {
    // SAFETY: the tables returned are static; the context is live and exclusively ours.
    unsafe {
        let unity = 1 << 16;
        ffi::sws_setColorspaceDetails(
            scaler.as_mut_ptr(),
            ffi::sws_getCoefficients(from.0),
            c_int::from(from.1),
            ffi::sws_getCoefficients(to.0),
            c_int::from(to.1),
            0,
            unity,
            unity,
        ) >= 0
    }
}

/// Does something, such as opening a codec, while FFmpeg believes that the processor has no extensions: codecs that
/// count in floating point then give the same numbers everywhere. Codecs that other threads open meanwhile are only
/// slower for it.
pub fn with_plain_code<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: sets a flag that FFmpeg reads atomically; -1 makes it look again.
    unsafe { ffi::av_force_cpu_flags(0) };
    let result = work();
    // SAFETY: as above.
    unsafe { ffi::av_force_cpu_flags(-1) };
    result
}
