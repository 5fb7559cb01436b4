#!/usr/bin/env python3
"""Which x264 settings reach the quality of `veryfast` at crf 23 on camera footage for the least work.

    python3 benches/encoder.py [--frames N] [--rounds N] [--size WxH] FOOTAGE...

Every candidate encodes every piece of footage on one thread. CPU seconds and size are ratios to those of `veryfast` crf
23, which is timed anew beside each candidate because machines are not equally fast from one minute to the next; SSIM
against the footage (FFmpeg's `ssim` filter, luma and chroma) is given as the difference in decibels. Decoding (and
enlarging, with --size) is taken off. Medians of the rounds, then means over the footage (geometric ones of ratios), with
the worst. Needs ffmpeg with libx264, and nothing else.
"""

import argparse
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile

# What every candidate shares: the same bytes on every processor, key frames that decoding can start from.
SHARED = "cpu-independent=1:open-gop=0:force-cfr=0:sliced-threads=0:sync-lookahead=0"
TREE = "mbtree=1:weightp=1:rc-lookahead="

# Preset, further settings, crf. The first is what the others are compared with.
CANDIDATES = [
    ("veryfast", "", 23),
    ("superfast", "", 23),
    ("ultrafast", "", 23),
    *(("superfast", TREE + "15", crf) for crf in (22.5, 23, 23.5, 24)),
    *(("superfast", TREE + "15:aq-mode=2", crf) for crf in (22.5, 23, 23.5)),
    ("superfast", TREE + "15:subme=0", 23.5),
    ("superfast", TREE + "15:subme=2", 23.5),
    ("superfast", TREE + "15:bframes=0", 23.5),
    ("superfast", TREE + "5", 23.5),
    ("superfast", TREE + "10", 23.5),
    ("superfast", TREE + "30", 23.5),
]


def ffmpeg(*arguments):
    """Runs ffmpeg; returns CPU seconds, the most memory held in MB, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        command = ["ffmpeg", "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        said.seek(0)
        text = said.read()
    if status != 0:
        sys.exit(f"{' '.join(command)}\n{text}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


class Footage:
    """Frames of one file, decoded once, so that only encoding is timed but for reading raw pictures."""

    def __init__(self, path, frames, size, folder):
        self.raw, self.out = os.path.join(folder, "raw.y4m"), os.path.join(folder, "out.mp4")
        scale = ["-vf", f"scale={size.replace('x', ':')}"] if size else []
        ffmpeg("-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", frames, *scale, "-pix_fmt", "yuv420p", self.raw)
        self.read = statistics.median(ffmpeg("-v", "error", "-i", self.raw, "-f", "null", "-")[0] for _ in range(3))

    def encode(self, preset, settings, crf):
        """Size in bytes, SSIM in decibels, CPU seconds of encoding, memory in MB."""
        x264 = ":".join(filter(None, [settings, SHARED]))
        how = ["-c:v", "libx264", "-preset", preset, "-crf", crf, "-threads", 1, "-x264-params", x264]
        seconds, memory, _ = ffmpeg("-v", "error", "-i", self.raw, *how, self.out)
        both = "[0:v]setpts=N[a];[1:v]setpts=N[b];[a][b]ssim"
        said = ffmpeg("-i", self.out, "-i", self.raw, "-lavfi", both, "-f", "null", "-")[2]
        decibels = float(re.search(r"SSIM .*All:[0-9.]+ \(([0-9.]+|inf)\)", said).group(1))
        return dict(bytes=os.path.getsize(self.out), ssim=decibels, seconds=seconds - self.read, memory=memory)

    def compare(self, candidate):
        """CPU and size as ratios to veryfast crf 23, the difference of SSIM in decibels, memory in MB."""
        reference, this = self.encode(*CANDIDATES[0]), self.encode(*candidate)
        ratio = lambda key: this[key] / reference[key]
        return ratio("seconds"), ratio("bytes"), this["ssim"] - reference["ssim"], this["memory"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--size", help="enlarge to, such as 1920x1080")
    parser.add_argument("footage", nargs="+")
    args = parser.parse_args()
    found = {candidate: [] for candidate in CANDIDATES}
    for path in args.footage:
        with tempfile.TemporaryDirectory() as folder:
            piece = Footage(path, args.frames, args.size, folder)
            for candidate, rows in found.items():
                rounds = [piece.compare(candidate) for _ in range(args.rounds)]
                rows.append([statistics.median(column) for column in zip(*rounds)])
                print(os.path.basename(path), *candidate, *(f"{v:.3f}" for v in rows[-1]), file=sys.stderr, flush=True)
    mean = lambda values: math.exp(statistics.fmean(map(math.log, values)))
    print("| preset | further | crf | CPU | size | largest | SSIM | least | memory |\n|" + " --- |" * 9)
    for (preset, settings, crf), rows in found.items():
        cpu, size, ssim, memory = zip(*rows)
        print(
            f"| {preset} | {settings} | {crf} | {mean(cpu):.2f} | {mean(size):.3f} | {max(size):.3f} "
            f"| {statistics.fmean(ssim):+.2f} dB | {min(ssim):+.2f} dB | {max(memory):.0f} MB |"
        )


main()
