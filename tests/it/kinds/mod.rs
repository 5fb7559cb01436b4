//! Recordings as recorders export them: a small file of every kind, made here, and what must come of it.

mod broken;
mod choice;
mod entries;
mod fields;
mod film;
mod older;
mod pictures;
mod rates;
mod recorders;

/// A kind of recording that was tried.
pub struct Tried {
    /// The kind.
    pub kind: &'static str,
    /// Of what files.
    pub file: &'static str,
    /// What comes of it.
    pub result: &'static str,
    /// The file of the test, and its function.
    pub test: (&'static str, &'static str),
}

/// The README's table is this one.
pub const TRIED: &[Tried] = &[
    Tried {
        kind: "Dahua .dav",
        file: "pictures with a gap of a minute and A-law sound; vtest_dahua.dav",
        result: "all frames at the recorder's times, the gap named, sound kept",
        test: ("tests/it/kinds/recorders.rs", "dahuas_times_gaps_and_sound_are_kept"),
    },
    Tried {
        kind: "Hikvision, IMKH header, named .mp4",
        file: "H.264 and H.265 of full range in a program stream",
        result: "known by its content; all frames at their times",
        test: (
            "tests/it/kinds/recorders.rs",
            "hikvisions_stream_behind_its_header_is_known_by_its_content_not_its_name",
        ),
    },
    Tried {
        kind: "Hikvision, cut off",
        file: "H.265 of full range, the last third gone",
        result: "what is there; the rest said to be missing",
        test: (
            "tests/it/kinds/recorders.rs",
            "hikvisions_h265_of_full_range_that_breaks_off_gives_what_is_there_and_says_what_is_missing",
        ),
    },
    Tried {
        kind: "without a container",
        file: ".h264, .h265, with and without B-frames",
        result: "--fps asked for; all frames at its times",
        test: ("tests/it/kinds/choice.rs", "recordings_without_times_take_them_from_the_rate_that_is_given"),
    },
    Tried {
        kind: "transport stream, times begin anew",
        file: "H.264, 33-bit times wrap in the window",
        result: "all frames at their times",
        test: (
            "tests/it/kinds/broken.rs",
            "a_transport_stream_whose_times_begin_anew_on_the_way_keeps_its_frames_and_times",
        ),
    },
    Tried {
        kind: "transport stream, damaged",
        file: "H.264, packets lost, flagged or changed",
        result: "stops and says when; with --damaged cover nothing wrong is shown",
        test: (
            "tests/it/kinds/broken.rs",
            "packets_lost_flagged_or_changed_in_a_transport_stream_are_found_and_located",
        ),
    },
    Tried {
        kind: "H.264 in AVI",
        file: "B-frames",
        result: "all frames at their times",
        test: ("tests/it/kinds/older.rs", "h264_with_b_frames_in_avi_keeps_its_frames_and_times"),
    },
    Tried {
        kind: "Motion JPEG in AVI",
        file: "full range",
        result: "all frames at their times, as bright as before",
        test: ("tests/it/kinds/older.rs", "motion_jpeg_of_full_range_in_avi_keeps_its_frames_times_and_range"),
    },
    Tried {
        kind: "Windows Media, ASF",
        file: "WMV 8; H.264",
        result: "all frames at their times",
        test: ("tests/it/kinds/older.rs", "windows_media_keeps_its_frames_and_times"),
    },
    Tried {
        kind: "MPEG-4 in AVI",
        file: "B-frames, and B-frames packed with another (Xvid); MS MPEG-4",
        result: "all frames at their times",
        test: ("tests/it/kinds/older.rs", "b_frames_packed_into_one_packet_with_another_keep_their_number_and_times"),
    },
    Tried {
        kind: "MPEG-2",
        file: "program and transport stream, B-frames",
        result: "all frames at their times",
        test: ("tests/it/kinds/older.rs", "mpeg_2_in_program_and_transport_streams_keeps_its_frames_and_times"),
    },
    Tried {
        kind: "H.264 in a program stream",
        file: "times for a few packets only",
        result: "all frames at their times",
        test: ("tests/it/kinds/older.rs", "h264_in_a_program_stream_that_gives_few_times_keeps_its_frames_and_times"),
    },
    Tried {
        kind: "PAL, interlaced",
        file: "MPEG-2 and H.264 (MBAFF), either field first, pixels of 16:11",
        result: "covered in both fields; both handed over as recorded",
        test: ("tests/it/kinds/fields.rs", "both_fields_of_interlaced_h264_are_covered_and_handed_over"),
    },
    Tried {
        kind: "odd sizes",
        file: "704x576, 960x1080, 330x250",
        result: "boxes on the person",
        test: ("tests/it/kinds/pictures.rs", "sizes_that_are_no_multiple_of_16_keep_boxes_on_the_person"),
    },
    Tried {
        kind: "4:2:2, 4:4:4, 4:1:1, 10 bits, grey",
        file: "H.264, Motion JPEG, FFV1",
        result: "converted once, after covering, and logged",
        test: ("tests/it/kinds/pictures.rs", "other_formats_of_pixels_are_converted_once_after_covering_and_logged"),
    },
    Tried {
        kind: "another size on the way",
        file: "MP4, MKV, transport stream; MP4 with two sample entries",
        result: "refused with the time at which it changes; given up to there",
        test: (
            "tests/it/kinds/pictures.rs",
            "a_picture_that_changes_its_size_is_refused_with_when_and_given_up_to_there",
        ),
    },
    Tried {
        kind: "other coding on the way",
        file: "the same size; MP4 with two sample entries",
        result: "all frames at their times",
        test: ("tests/it/kinds/entries.rs", "several_sample_entries_lose_no_frame"),
    },
    Tried {
        kind: "cut off",
        file: "AVI, MKV, transport and program stream, WMV, MP4 with its index in front",
        result: "what is there; the rest said to be missing",
        test: ("tests/it/kinds/broken.rs", "files_that_break_off_give_what_is_there_and_say_what_is_missing"),
    },
    Tried {
        kind: "MP4 without its index",
        file: "cut off",
        result: "refused, with what could be done",
        test: ("tests/it/kinds/broken.rs", "an_mp4_without_its_index_is_refused_with_what_could_be_done"),
    },
    Tried {
        kind: "sound first, subtitles, chapters, cover art, timecode",
        file: "MP4, MKV; audio_subs_tmcd_gps.mp4",
        result: "the picture alone",
        test: ("tests/it/kinds/choice.rs", "the_picture_is_found_behind_sound_subtitles_data_and_cover_art"),
    },
    Tried {
        kind: "several cameras in one file",
        file: "MKV, MP4, transport stream",
        result: "--stream asked for",
        test: ("tests/it/kinds/choice.rs", "several_cameras_in_one_file_are_asked_for_by_number"),
    },
    Tried {
        kind: "1 to 60 pictures a second",
        file: "1, 2.5, 6, 12, 30, 50, 60",
        result: "holds and bridges last as long as they should",
        test: ("tests/it/kinds/rates.rs", "a_hold_lasts_for_its_time_and_for_a_frame_at_least"),
    },
    Tried {
        kind: "uneven times, gaps",
        file: "gap.mp4 of the fixtures",
        result: "all frames at their times",
        test: ("tests/it/frames.rs", "uneven_times_with_a_gap_give_exactly_the_frames_of_each_window"),
    },
    Tried {
        kind: "turned, mirrored, cropped, edit lists, open GOP",
        file: "uncompressed and H.264",
        result: "every box on the person (make proof)",
        test: ("tests/proof/place/sources.rs", "by_hand"),
    },
    Tried {
        kind: "split into many files",
        file: "MP4, AVI, DAV",
        result: "one recording on one clock",
        test: ("tests/it/parts.rs", "names_with_times_put_files_in_order_and_show_the_gap_between_them"),
    },
    Tried {
        kind: "encrypted, in a player, an archive",
        file: "programs, ZIP, Genetec, Blue Iris and others",
        result: "refused, with how to export again",
        test: ("tests/it/wrapped.rs", "players_archives_and_encrypted_exports_are_status_1_with_how_to_export_again"),
    },
];
