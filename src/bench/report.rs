//! What the benchmark found, with everything that somebody needs to trust it and to repeat it: as JSON, and as a table.

use std::fmt::Write;

use serde::Serialize;

use super::clip::ClipOptions;
use crate::log::disclosure::{RenderingEntry, Tool};
use crate::machine::Machine;
use crate::stats::{Figures, StageFigures, Step};

/// The clip that was worked on.
#[derive(Debug, Clone, Serialize)]
pub struct ClipEntry {
    /// Its file name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Coded columns and rows.
    pub size: [u32; 2],
    /// Its frames.
    pub frames: usize,
    /// Its key frames.
    pub key_frames: usize,
    /// Its length.
    pub seconds: f64,
    /// What was drawn; `None` for one's own footage.
    pub drawn: Option<ClipOptions>,
    /// SHA-256 of the list of the drawn frames' SHA-256.
    pub drawn_sha256: Option<String>,
}

/// Several runs over one clip.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Always 1.
    pub version: u32,
    /// What ran, with the encoder's settings.
    pub tool: Tool,
    /// Which x264, as it says itself.
    pub x264: Option<String>,
    /// What it ran on.
    pub machine: Machine,
    /// Threads it was given.
    pub threads: usize,
    /// What it worked on.
    pub clip: ClipEntry,
    /// The obscuring method.
    pub method: String,
    /// How the clip was made.
    pub rendering: RenderingEntry,
    /// Memory that the process held before the first run: a clip that was drawn just before leaves some.
    pub memory_before_bytes: Option<u64>,
    /// Whether the peak could be counted afresh for every run; otherwise it is that since the process began.
    pub memory_counted_afresh: bool,
    /// The median of each figure over all runs.
    pub median: Figures,
    /// Every run.
    pub runs: Vec<Figures>,
}

impl Report {
    /// For people.
    pub fn table(&self) -> String {
        let (tool, machine, clip) = (&self.tool, &self.machine, &self.clip);
        let mut text = String::new();
        // Writing into a String cannot fail.
        let mut line = |parts: std::fmt::Arguments<'_>| {
            let _ = writeln!(text, "{parts}");
        };
        line(format_args!(
            "{} {} ({} build), libavcodec {}, libavformat {}, x264 {}",
            tool.name,
            tool.version,
            machine.build,
            tool.ffmpeg.libavcodec,
            tool.ffmpeg.libavformat,
            self.x264.as_deref().unwrap_or("unknown")
        ));
        line(format_args!(
            "{}, {} cores, {} threads",
            machine.processor.as_deref().unwrap_or(&machine.system),
            machine.cores,
            self.threads
        ));
        line(format_args!(
            "{}: {}x{}, {} frames in {:.1} s, {} key frames, SHA-256 {}",
            clip.name, clip.size[0], clip.size[1], clip.frames, clip.seconds, clip.key_frames, clip.sha256
        ));
        if let Some(drawn) = &clip.drawn {
            let (w, h) = drawn.region;
            line(format_args!("{} regions of {w}x{h} in {} frames", drawn.regions, drawn.covered));
        }
        let rendering = serde_json::to_value(&self.rendering).unwrap_or_default();
        line(format_args!(
            "method {}, render {}: {} frames copied, {} rendered; {}",
            self.method,
            rendering["used"].as_str().unwrap_or_default(),
            self.rendering.copied_frames,
            self.rendering.rendered_frames,
            tool.encoder_settings
        ));
        line(format_args!("medians of {} runs\n", self.runs.len()));
        line(format_args!(
            "{:<10} {:>8} {:>10} {:>11} {:>8} {:>9}",
            "stage", "frames", "frames/s", "thread s", "CPU s", "peak MiB"
        ));
        let mut row =
            |name: &str, frames: u64, rate: Option<f64>, seconds: Option<f64>, cpu: f64, peak: Option<u64>| {
                let or_none = |n: Option<f64>, digits: usize| n.map_or("-".to_owned(), |n| format!("{n:.digits$}"));
                line(format_args!(
                    "{name:<10} {frames:>8} {:>10} {:>11} {cpu:>8.2} {:>9}",
                    or_none(rate, 1),
                    or_none(seconds, 2),
                    or_none(peak.map(|p| p as f64 / f64::from(1 << 20)), 0)
                ));
            };
        for s in &self.median.stages {
            row(&s.name, s.frames, s.frames_per_second, Some(s.thread_seconds), s.cpu_seconds, s.peak_memory_bytes);
        }
        let m = &self.median;
        row("elsewhere", 0, None, None, m.cpu_seconds_elsewhere, None);
        row("whole", m.frames, m.frames_per_second, Some(m.seconds), m.cpu_seconds, m.peak_memory_bytes);
        text.push_str(
            "\nThread seconds add up over threads; those of the whole are by the clock. What proving decodes is in verify.\n",
        );
        if machine.build == "debug" {
            text.push_str("This is a debug build: the figures say nothing about speed.\n");
        }
        text
    }
}

/// The median of each figure. Stages and steps are those of the first run.
pub(super) fn median(runs: &[Figures]) -> Option<Figures> {
    let first = runs.first()?;
    let middle = |of: &dyn Fn(&Figures) -> Option<f64>| {
        let mut values: Vec<f64> = runs.iter().filter_map(of).collect();
        values.sort_unstable_by(f64::total_cmp);
        let (low, high) = (values.get(values.len().saturating_sub(1) / 2)?, values.get(values.len() / 2)?);
        Some((low + high) / 2.0)
    };
    let number = |of: &dyn Fn(&Figures) -> f64| middle(&|f| Some(of(f))).unwrap_or(0.0);
    let bytes = |of: &dyn Fn(&Figures) -> Option<u64>| middle(&|f| of(f).map(|b| b as f64)).map(|b| b as u64);
    let stage = |(place, s): (usize, &StageFigures)| StageFigures {
        name: s.name.clone(),
        frames: s.frames,
        thread_seconds: number(&|f| f.stages.get(place).map_or(0.0, |s| s.thread_seconds)),
        cpu_seconds: number(&|f| f.stages.get(place).map_or(0.0, |s| s.cpu_seconds)),
        frames_per_second: middle(&|f| f.stages.get(place)?.frames_per_second),
        peak_memory_bytes: bytes(&|f| f.stages.get(place)?.peak_memory_bytes),
    };
    let step = |(place, s): (usize, &Step)| Step {
        name: s.name.clone(),
        seconds: number(&|f| f.steps.get(place).map_or(0.0, |s| s.seconds)),
        peak_memory_bytes: bytes(&|f| f.steps.get(place)?.peak_memory_bytes),
    };
    Some(Figures {
        frames: first.frames,
        seconds: number(&|f| f.seconds),
        cpu_seconds: number(&|f| f.cpu_seconds),
        frames_per_second: middle(&|f| f.frames_per_second),
        peak_memory_bytes: bytes(&|f| f.peak_memory_bytes),
        cpu_seconds_elsewhere: number(&|f| f.cpu_seconds_elsewhere),
        stages: first.stages.iter().enumerate().map(stage).collect(),
        steps: first.steps.iter().enumerate().map(step).collect(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn figures(seconds: f64, peak: Option<u64>) -> Figures {
        let stage = StageFigures {
            name: "decode".into(),
            frames: 10,
            thread_seconds: seconds,
            cpu_seconds: seconds,
            frames_per_second: Some(10.0 / seconds),
            peak_memory_bytes: peak,
        };
        Figures {
            frames: 10,
            seconds,
            cpu_seconds: 2.0 * seconds,
            frames_per_second: Some(10.0 / seconds),
            peak_memory_bytes: peak,
            cpu_seconds_elsewhere: 0.0,
            stages: vec![stage],
            steps: vec![],
        }
    }

    #[test]
    fn the_median_of_three_runs_is_the_middle_one_and_of_two_lies_between() {
        let three = median(&[figures(5.0, Some(7)), figures(1.0, Some(9)), figures(2.0, Some(8))]).unwrap();
        assert_eq!((three.seconds, three.cpu_seconds, three.peak_memory_bytes), (2.0, 4.0, Some(8)));
        assert_eq!((three.stages[0].thread_seconds, three.stages[0].frames_per_second), (2.0, Some(5.0)));
        let two = median(&[figures(1.0, None), figures(2.0, None)]).unwrap();
        assert_eq!((two.seconds, two.peak_memory_bytes), (1.5, None));
        assert!(median(&[]).is_none());
    }
}
