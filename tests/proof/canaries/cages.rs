//! Recordings with words planted wherever a recording can hold words.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::forms::{STEM, all_forms, base64};
use crate::case::Dice;
use crate::film::{Beside, Chroma, Film, a_box};

/// A recording and the words in it, with how each was planted.
pub struct Cage {
    pub name: String,
    pub words: Vec<(String, &'static str)>,
    /// Whether each word stands there in all of [`super::forms::PLANTED`], or as text alone.
    pub all_forms: bool,
}

fn word(place: &str) -> String {
    format!("{STEM}{place}x")
}

/// Small pictures of noise.
pub fn pictures(count: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice(11);
    (0..count).map(|_| (0..Chroma::C420.samples((160, 120))).map(|_| 60 + dice.below(60) as u8).collect()).collect()
}

/// A QuickTime recording written by hand: tags of all kinds, subtitles, data, sound and padding that speak.
pub fn by_hand(folder: &Path) -> Cage {
    let mut film = Film::plain((160, 120), Chroma::C420, 10, pictures(20));
    let mut words = Vec::new();
    let mut plant = |place: &'static str| {
        words.push((word(&place.replace(|c: char| !c.is_ascii_alphanumeric(), "")), place));
        all_forms(&words.last().unwrap().0)
    };
    let counted = |text: Vec<u8>| [&(text.len() as u16).to_be_bytes()[..], &[0, 0], &text].concat();
    film.handler = plant("the handler's name");
    let tags = [
        (b"\xa9nam", plant("title")),
        (b"\xa9cmt", plant("comment")),
        (b"\xa9xyz", plant("place")),
        (b"\xa9mod", plant("device")),
    ]
    .map(|(kind, text)| a_box(kind, &counted(text)));
    film.in_index.extend(a_box(b"udta", &tags.concat()));
    let data = |text: Vec<u8>| a_box(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], &text].concat());
    let list = a_box(b"ilst", &a_box(b"\xa9too", &data(plant("encoder in the tag list"))));
    let handler = a_box(b"hdlr", b"\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
    film.in_index.extend(a_box(b"udta", &a_box(b"meta", &[&[0; 4][..], &handler, &list].concat())));
    film.in_track.extend(a_box(b"udta", &a_box(b"name", &plant("name of the track"))));
    film.in_index.extend(a_box(b"free", &plant("padding in the index")));
    film.after.extend(a_box(b"uuid", &[&[7; 16][..], &plant("private box")].concat()));
    film.after.extend(a_box(b"skip", &plant("padding at the end")));
    let sound = plant("sound");
    film.beside.push(Beside { handler: b"soun", format: b"raw ", samples: vec![sound; 20] });
    let line = plant("subtitle");
    let subtitle = [&(line.len() as u16).to_be_bytes()[..], &line].concat();
    film.beside.push(Beside { handler: b"sbtl", format: b"tx3g", samples: vec![subtitle; 20] });
    film.beside.push(Beside { handler: b"meta", format: b"gpmd", samples: vec![plant("data stream"); 20] });
    let name = "zqcanaryfilename.mov".to_owned();
    film.write(&folder.join(&name));
    Cage { name, words, all_forms: true }
}

/// Recordings that the `ffmpeg` command writes: tags, chapters, attachments, cover art, subtitles, SEI. None without it.
pub fn by_ffmpeg(folder: &Path) -> Vec<Cage> {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        return Vec::new();
    }
    Film::plain((160, 120), Chroma::C420, 10, pictures(20)).write(&folder.join("plain.mov"));
    let text = |place: &str| format!("{0} {1}", word(place), base64(word(place).as_bytes()));
    fs::write(folder.join("s.srt"), format!("1\n00:00:00,000 --> 00:00:02,000\n{}\n", text("subtitle"))).unwrap();
    let chapter = format!(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=9\ntitle={}\n", text("chapter"));
    fs::write(folder.join("c.txt"), chapter.replace("==", "\\=\\=")).unwrap();
    fs::write(folder.join("a.txt"), text("attachment")).unwrap();
    image::RgbImage::new(16, 16).save_with_format(folder.join("cover.png"), image::ImageFormat::Png).unwrap();
    let sei = format!("h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+{}", word("sei"));
    let coded = ["-map", "0:v", "-c:v", "libx264", "-bf", "2", "-g", "8", "-bsf:v:0", &sei];
    let tags = ["title", "comment", "artist", "copyright", "location"].map(|tag| format!("{tag}={}", text(tag)));
    let tagged: Vec<&str> = tags.iter().flat_map(|tag| ["-metadata", tag]).collect();
    let (service, provider) =
        (format!("service_name={}", word("service")), format!("service_provider={}", word("provider")));
    let handler = format!("handler_name={}", text("handler"));
    let (inputs, words) = (["-i", "plain.mov", "-i", "s.srt", "-i", "c.txt"], |places: &[&'static str]| {
        places.iter().map(|place| (word(place), *place)).collect::<Vec<_>>()
    });
    let kinds: [(&str, Vec<&str>, &[&'static str]); 3] = [
        (
            "zqcanaryfilename.mp4",
            [
                &inputs[..],
                &["-i", "cover.png"],
                &coded,
                &["-map", "1", "-map", "3", "-c:s", "mov_text", "-c:v:1", "copy", "-disposition:v:1", "attached_pic"],
                &tagged,
                &["-metadata:s:v:0", &handler, "-map_chapters", "2"],
            ]
            .concat(),
            &["title", "comment", "artist", "copyright", "subtitle", "chapter", "handler", "sei"],
        ),
        (
            "zqcanaryfilename.mkv",
            [
                &inputs[..],
                &coded,
                &["-map", "1", "-c:s", "srt", "-attach", "a.txt", "-metadata:s:t", "mimetype=text/plain"],
                &tagged,
                &["-map_chapters", "2"],
            ]
            .concat(),
            &["title", "comment", "artist", "copyright", "location", "subtitle", "chapter", "attachment", "sei"],
        ),
        (
            "zqcanaryfilename.ts",
            [&inputs[..], &coded, &["-metadata", &service, "-metadata", &provider]].concat(),
            &["service", "provider", "sei"],
        ),
    ];
    let make = |(name, args, places): (&str, Vec<&str>, &[&'static str])| {
        let mut command = Command::new("ffmpeg");
        command.current_dir(folder).args(["-v", "error", "-y"]).args(args).arg(name);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Cage { name: name.to_owned(), words: words(places), all_forms: false }
    };
    kinds.into_iter().map(make).collect()
}
