//! What footage may be, and how much of it: the attack surface of the libraries that read it, kept to what recorders
//! write. Everything else is refused before it is parsed.

/// Demuxers for what recorders export; nothing that follows references to other files or addresses. Names are FFmpeg's.
pub const CONTAINERS: &str =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,asf,dhav,h264,hevc,m4v,mjpeg,flv,mxf,nut";

/// Decoders of pictures: recorders', phones', and the lossless ones that careful people convert with.
pub const PICTURES: &[&str] = &[
    "h264",
    "hevc",
    "mpeg4",
    "msmpeg4v1",
    "msmpeg4v2",
    "msmpeg4",
    "mpeg1video",
    "mpeg2video",
    "mjpeg",
    "h263",
    "flv",
    "wmv1",
    "wmv2",
    "wmv3",
    "vc1",
    "vp8",
    "vp9",
    "av1",
    "libdav1d",
    "libaom-av1",
    "dvvideo",
    "ffv1",
    "huffyuv",
    "ffvhuff",
    "utvideo",
    "rawvideo",
    "prores",
    "dnxhd",
];

/// Decoders of sound.
pub const SOUND: &[&str] = &[
    "aac",
    "aac_latm",
    "ac3",
    "eac3",
    "mp1",
    "mp1float",
    "mp2",
    "mp2float",
    "mp3",
    "mp3float",
    "amrnb",
    "amrwb",
    "opus",
    "libopus",
    "vorbis",
    "flac",
    "alac",
    "pcm_alaw",
    "pcm_mulaw",
    "pcm_u8",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s32le",
    "pcm_f32le",
    "adpcm_g722",
    "adpcm_g726",
    "adpcm_g726le",
    "adpcm_ima_wav",
    "adpcm_ms",
    "gsm_ms",
    "nellymoser",
    "wmav1",
    "wmav2",
    "wmapro",
];

/// Streams in one file.
pub const STREAMS: usize = 64;

/// Pixels in one picture: twice those of 8K.
pub const PIXELS: u32 = 1 << 26;

/// Packets, so frames, of one video stream: 4.6 days at 25 frames a second.
pub const FRAMES: usize = 10_000_000;

/// Both lists of decoders as FFmpeg's option takes them.
pub fn decoders() -> String {
    [PICTURES, SOUND].concat().join(",")
}
