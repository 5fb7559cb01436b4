//! Which x264 this FFmpeg encodes with. Only x264 itself says, in the message that it puts before its first picture and
//! that [`super::Encoder`] takes out.

use ffmpeg_next as ff;

/// For example `core 164 r3095 baee400`; `None` where it does not say, or there is none.
pub fn x264_version() -> Option<String> {
    super::ffi::init();
    let codec = ff::encoder::find_by_name("libx264")?;
    let mut video = ff::codec::Context::new_with_codec(codec).encoder().video().ok()?;
    video.set_width(64);
    video.set_height(64);
    video.set_format(ff::format::Pixel::YUV420P);
    video.set_time_base((1, 25));
    let mut settings = ff::Dictionary::new();
    settings.set("preset", "ultrafast");
    let mut encoder = video.open_as_with(codec, settings).ok()?;
    let mut frame = ff::frame::Video::new(ff::format::Pixel::YUV420P, 64, 64);
    frame.set_pts(Some(0));
    encoder.send_frame(&frame).ok()?;
    encoder.send_eof().ok()?;
    let mut packet = ff::Packet::empty();
    encoder.receive_packet(&mut packet).ok()?;
    told(packet.data()?)
}

/// The version in x264's message: `x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - …`.
fn told(packet: &[u8]) -> Option<String> {
    const BEFORE: &[u8] = b"x264 - ";
    let at = packet.windows(BEFORE.len()).position(|w| w == BEFORE)?;
    let text = String::from_utf8_lossy(packet.get(at + BEFORE.len()..)?);
    text.split(" - ").next().filter(|version| version.starts_with("core ")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_stands_before_the_first_dash() {
        assert_eq!(told(b"\0\x06x264 - core 164 r3095 baee400 - H.264 - opt"), Some("core 164 r3095 baee400".into()));
        assert_eq!(told(b"x264 - none"), None);
        assert_eq!(told(b"h265"), None);
    }

    #[test]
    fn this_x264_says_which_it_is() {
        assert!(x264_version().is_some_and(|v| v.starts_with("core 1")));
    }
}
