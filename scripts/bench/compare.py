#!/usr/bin/env python3
"""The comparison: this tool beside what somebody would use instead, in one run, on one machine and one clip.

`make bench` runs it. Needs the built tool, the `ffmpeg` command and Python's standard library; OpenCV (`cv2`) takes part
where it is installed, and where it is not the report says so.
"""

import argparse
import os
import pathlib
import resource
import shutil
import sys
import tempfile

import claims
import contestants
import facts
import measure
import quality
import report

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The clip that the published figures are of, and a small one to see that everything still works.
FULL = dict(size="1920x1080", seconds=60, covered=10, regions=4, region="200x400", long=60, alone=(16, 30), minutes=10)
QUICK = dict(size="640x360", seconds=4, covered=1, regions=4, region="60x120", long=6, alone=(0, 4), minutes=3)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target")) + "/release/cctv-redact")
    parser.add_argument("--out", type=pathlib.Path, default=None, help="results; benches/results where left out")
    parser.add_argument("--runs", type=int, default=None, help="rounds; 3 where left out, 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="a small clip and one round: shows that it works, not how fast")
    parser.add_argument("--only", default="", help="only contestants whose key has this in it (no claims are judged)")
    parser.add_argument("--readme", action="store_true", help="put the speed table into the README")
    parser.add_argument("--python", default=sys.executable, help="the Python that has OpenCV")
    return parser.parse_args()


def main():
    args = arguments()
    shape = QUICK if args.quick else FULL
    runs = args.runs or (1 if args.quick else 3)
    out = args.out or (ROOT / "target" / "bench-quick" if args.quick else ROOT / "benches" / "results")
    if not os.access(args.tool, os.X_OK):
        sys.exit(f"{args.tool} is not built: cargo build --release")
    if not shutil.which("ffmpeg"):
        sys.exit("the ffmpeg command is not installed: scripts/install.sh test")
    found = facts.gather(args.tool, args.python)
    for note in facts.warnings(found):
        print(f"note: {note}", file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=work_folder()) as work:
        work = pathlib.Path(work)
        races = []
        for covered in (shape["covered"], shape["seconds"]):
            scene = contestants.draw(args.tool, work / f"covered-{covered}", shape, covered)
            field = contestants.field(args.tool, args.python, scene, found)
            field = [c for c in field if args.only in c.key]
            rows = measure.race(field, runs, work / "out", quality.Outside(scene))
            races.append(dict(scene=scene.about, covered_seconds=covered, seconds=shape["seconds"], rows=rows))
        judged = [] if args.only else claims.judge(args.tool, shape, work, races, runs, args.quick)
    # A child begins as a copy of this process, so the kernel reports no peak below this one's.
    found["least_peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results = dict(version=1, quick=args.quick, runs=runs, facts=found, shape=shape, races=races, claims=judged)
    report.write(results, out)
    if args.readme:
        report.put_into_readme(out)
    print(f"results: {out}/README.md, results.json, plot.svg")


def work_folder():
    """Beside other build products: large, and on a disk rather than in memory."""
    folder = ROOT / "target"
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
