#!/usr/bin/env python3
"""Which x264 settings reach the quality of `veryfast` at crf 23 on camera footage for the least work.

    python3 benches/encoder.py [--frames N] [--rounds N] [--only TEXT] [--json FILE] FOOTAGE...

Every candidate encodes every piece of footage on one thread at three crf values. Size and CPU seconds are read off
where its SSIM against the footage (FFmpeg's `ssim` filter, luma and chroma, in decibels) equals that of `veryfast` crf
23, between two of the three or a little beyond, and given as ratios to `veryfast`'s, whose time is taken anew before
each candidate because machines are not equally fast from one minute to the next. Decoding is taken off. The rows are
geometric means over the footage; memory is the largest over it. Needs ffmpeg with libx264, and nothing else.
"""

import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile

# What every candidate shares: the same bytes on every processor, key frames that decoding can start from.
SHARED = "cpu-independent=1:open-gop=0:force-cfr=0:sliced-threads=0:sync-lookahead=0"

# Name: preset, further settings, crf values around the quality that is wanted.
CANDIDATES = {"veryfast": ("veryfast", "", (22, 23, 24))}


def candidate(name, preset, settings, middle):
    CANDIDATES[name] = (preset, settings, (middle - 1, middle, middle + 1))


exec(open(os.environ["CANDIDATES"]).read()) if "CANDIDATES" in os.environ else None


def ffmpeg(*arguments):
    """Runs ffmpeg; returns CPU seconds, the most memory held in MB, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            ["ffmpeg", "-hide_banner", "-nostdin", "-y", *map(str, arguments)], stdout=said, stderr=said
        )
        _, status, used = os.wait4(child.pid, 0)
        said.seek(0)
        text = said.read()
    if status != 0:
        sys.exit(f"ffmpeg {' '.join(map(str, arguments))}\n{text}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


class Footage:
    def __init__(self, path, frames, folder):
        self.path, self.frames, self.folder = path, frames, folder
        self.name = os.path.basename(path)
        self.wanted = None

    def source(self):
        return ["-threads", 1, "-i", self.path, "-map", "0:v:0", "-frames:v", self.frames]

    def decode(self):
        return ffmpeg("-v", "error", *self.source(), "-f", "null", "-")[0]

    def encode(self, preset, settings, crf):
        """Size in bytes, SSIM in decibels, CPU seconds with decoding, memory in MB."""
        out = os.path.join(self.folder, "out.mp4")
        x264 = ":".join(filter(None, [settings, SHARED]))
        how = ["-an", "-vsync", "passthrough", "-c:v", "libx264", "-preset", preset, "-crf", crf, "-threads", 1]
        seconds, memory, _ = ffmpeg("-v", "error", *self.source(), *how, "-x264-params", x264, out)
        both = "[0:v]setpts=N[a];[1:v]setpts=N[b];[a][b]ssim"
        _, _, said = ffmpeg("-i", out, *self.source()[:4], "-frames:v", self.frames, "-lavfi", both, "-f", "null", "-")
        decibels = float(re.search(r"SSIM .*All:[0-9.]+ \(([0-9.]+|inf)\)", said).group(1))
        return os.path.getsize(out), decibels, seconds, memory


def at_quality(points, wanted):
    """Size (its logarithm is nearly linear in decibels), seconds and crf where the quality is the wanted one."""
    points = sorted(points, key=lambda p: abs(p["ssim"] - wanted))[:2]
    a, b = points
    share = (wanted - a["ssim"]) / (b["ssim"] - a["ssim"])
    between = lambda key: a[key] + share * (b[key] - a[key])
    size = math.exp(math.log(a["bytes"]) + share * (math.log(b["bytes"]) - math.log(a["bytes"])))
    return size, between("seconds"), between("crf")


def measure(footage, name):
    preset, settings, crfs = CANDIDATES[name]
    points = []
    for crf in crfs:
        size, ssim, seconds, memory = footage.encode(preset, settings, crf)
        points.append({"crf": crf, "bytes": size, "ssim": ssim, "seconds": seconds, "memory": memory})
    return points


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=250)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    parser.add_argument("footage", nargs="+")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        pieces = [Footage(path, args.frames, folder) for path in args.footage]
        for piece in pieces:
            decode = statistics.median(piece.decode() for _ in range(3))
            size, ssim, _, memory = piece.encode("veryfast", "", 23)
            for name in CANDIDATES:
                if not any(only in name for only in args.only.split(",")):
                    continue
                reference = piece.encode("veryfast", "", 23)[2] - decode
                points = measure(piece, name)
                found, seconds, crf = at_quality(points, ssim)
                rows.append({"footage": piece.name, "name": name, "size": found / size, "cpu": (seconds - decode) / reference,
                    "crf": crf, "memory": max(p["memory"] for p in points)})
                print(rows[-1], file=sys.stderr, flush=True)
    if args.json:
        json.dump(rows, open(args.json, "w"))
    mean = lambda values: math.exp(statistics.fmean(map(math.log, values)))
    print("| settings | CPU | size | crf | memory |\n| --- | --- | --- | --- | --- |")
    for name in dict.fromkeys(r["name"] for r in rows):
        own = [r for r in rows if r["name"] == name]
        print("| {} | {:.2f} | {:.3f} ({:.2f}-{:.2f}) | {:.2f} ({:.2f}-{:.2f}) | {:.0f} MB |".format(
            name, mean([r["cpu"] for r in own]), mean([r["size"] for r in own]), min(r["size"] for r in own), max(r["size"] for r in own),
            statistics.fmean(r["crf"] for r in own), min(r["crf"] for r in own), max(r["crf"] for r in own), max(r["memory"] for r in own)))


main()
