"""What the project promises of its speed, each with what it must be, what it aims at, and what was measured here."""

import json
import os
import pathlib
import subprocess
import sys

import contestants
import measure

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Claim:
    """One row: smaller is better."""

    def __init__(self, figure, unit, must, aim, measured, note=""):
        self.row = dict(figure=figure, unit=unit, must=must, aim=aim, measured=measured, note=note)
        self.row["verdict"] = self.verdict()

    def verdict(self):
        row = self.row
        if row["measured"] is None:
            return "not measured"
        if row["must"] is None:
            return "-"
        # As the table shows it: a figure that rounds to the limit is at the limit.
        shown = round(row["measured"], 2)
        return "aim met" if row["aim"] is not None and shown <= row["aim"] else "met" if shown <= row["must"] else "MISSED"


def judge(tool, shape, work, races, runs, quick):
    cores = max(r["threads"] for r in races[0]["rows"])
    rows = []
    for race in races:
        rows += ahead_of_others(race, cores)
    rows += smart(tool, races[0], work, runs, cores)
    rows += windows(tool, shape, work, runs, cores)
    rows += memory(tool, shape, work)
    verified = find(races[0], f"full-{cores}t")
    once = find(races[0], "decode-1t")
    rows.append(Claim("verification in full, CPU, against one decode of the window", "x", 2.0, 1.1,
                      measure.ratio(verified, once, lambda r: r["stages"]["verify"], "cpu")))
    rows += frost(quick)
    found = [claim.row for claim in rows]
    for row in found if quick else ():
        row["verdict"] = "not judged"
    return found


def find(race, key):
    row = next((r for r in race["rows"] if r["key"] == key), None)
    return row if row and row["runs"] else None


def ahead_of_others(race, cores):
    full, plain = find(race, f"full-{cores}t"), find(race, f"transcode-veryfast-{cores}t")
    graph = find(race, f"graph-veryfast-{cores}t")
    where = f"{race['covered_seconds']} of {race['seconds']} s covered"
    size, better = full["bytes"] / plain["bytes"], full["ssim"] - plain["ssim"]
    fair = "" if better >= -0.00005 and size <= 1.05 else "; the comparison's condition is NOT met"
    yield Claim(f"full, wall, against a plain transcode at veryfast crf 23 ({where})", "x", 1.0, 0.7,
                measure.ratio(full, plain, "wall"), f"bytes {size:.3f}x, SSIM {better:+.4f}{fair}")
    yield Claim(f"full, CPU, against the ffmpeg filter graph ({where})", "x", 0.8, 0.5, measure.ratio(full, graph))


def smart(tool, race, work, runs, cores):
    where = f"{race['covered_seconds']} of {race['seconds']} s covered"
    row, graph = find(race, f"smart-{cores}t"), find(race, f"graph-veryfast-{cores}t")
    used = row and row["runs"][0]["rendering"]
    note = "" if used and used["used"] == "smart" else "not smart: " + str(used and used["why"] or "the tool does not offer it")
    without = lambda run: run["without_verify"]["cpu"]
    ratios = (None, None, None)
    if row and not note:
        floor = floor_of_smart(race, used, work, runs)
        ratios = (measure.ratio(row, graph, without, "cpu"), measure.ratio(row, graph),
                  measure.median(without(r) for r in row["runs"]) / floor)
        note = f"{used['rendered_frames']} frames rendered, {used['copied_frames']} copied; floor {floor:.2f} CPU s"
    names = ("smart, CPU, against the ffmpeg filter graph, without verification", "the same with verification",
             "smart without verification, CPU, against its floor")
    limits = ((1 / 6, 1 / 10), (1 / 4, 1 / 6), (1.2, 1.05))
    for name, (must, aim), ratio in zip(names, limits, ratios):
        yield Claim(f"{name} ({where})", "x", round(must, 3), round(aim, 3), ratio, note)


def floor_of_smart(race, used, work, runs):
    """Decoding and encoding as many frames as were rendered, around the middle where the regions are, at the tool's own
    settings on one thread, and a stream copy."""
    scene = contestants.Scene(work / f"covered-{race['covered_seconds']}")
    own = find(race, "transcode-own-1t")["settings"]
    start = max(0, (scene.frames - used["rendered_frames"]) // 2) / scene.rate
    seek = ["-ss", f"{start:g}"]
    command = contestants.ffmpeg(scene.clip, 1, ["-frames:v", used["rendered_frames"]],
                                 [*contestants.encoder(own, 1), work / "floor.mp4"], before=seek)
    rendered = measure.median(measure.run(command, work / "log.txt")["cpu"] for _ in range(runs))
    return rendered + find(race, "copy-1t")["cpu"]


def windows(tool, shape, work, runs, cores):
    """A window deep inside a long recording, against a recording of nothing else."""
    scene = contestants.Scene(work / f"covered-{shape['covered']}")
    start, length = shape["alone"]
    long = repeated(scene, shape["long"], work / "long.mp4")
    before = scene.frames * (shape["long"] // 2)
    alone = work / "alone.mp4"
    measure.run(contestants.ffmpeg(scene.clip, 0, ["-t", length], ["-c", "copy", alone], before=["-ss", start]), work / "log.txt")
    offset = round(start * scene.rate)
    there = shifted(scene, work / "long.json", [before])
    here = shifted(scene, work / "alone.json", [-offset])
    at = before / scene.rate + start
    field = []
    for key, footage, tracks, window in (("long", long, there, (at, at + length)), ("alone", alone, here, (0, length))):
        command = lambda folder, f=footage, t=tracks, w=window: contestants.ours(tool, f, t, folder, cores, tuple(f"{s:g}" for s in w))
        field.append(contestants.Contestant(key, key, cores, command, made=None, after=contestants.our_statistics))
    a, b = measure.race(field, runs, work / "out", None)
    minutes = shape["long"] * scene.frames / scene.rate / 60
    for of in ("wall", "cpu"):
        apart = lambda run: run[of] - run["hash"][of]
        yield Claim(f"{length} s from a {minutes:g}-minute file against the same {length} s alone, {of}, hashing apart", "x", 1.1, 1.0,
                    measure.ratio(a, b, apart, apart), f"{measure.median(map(apart, a['runs'])):.2f} s; hashing {a['runs'][0]['hash'][of]:.2f} s more")
    for file in (long, alone):
        file.unlink()


def memory(tool, shape, work):
    """Peak memory on two threads, of the clip and of many times the clip."""
    scene = contestants.Scene(work / f"covered-{shape['covered']}")
    many = repeated(scene, shape["minutes"], work / "many.mp4")
    tracks = shifted(scene, work / "many.json", [scene.frames * n for n in range(shape["minutes"])])
    peaks = []
    for footage, tracks, length in ((scene.clip, scene.tracks, 1), (many, tracks, shape["minutes"])):
        window = (0, f"{length * scene.frames / scene.rate:g}")
        out = work / f"memory-{length}"
        out.mkdir()
        print(f"memory: {length} times the clip", file=sys.stderr, flush=True)
        peaks.append(measure.run(contestants.ours(tool, footage, tracks, out, 2, window), work / "log.txt")["peak_mib"])
    many.unlink()
    mega = 2**20 / 1e6
    yield Claim(f"peak memory, {shape['size']}, 2 threads", "MB", 350, 200, peaks[0] * mega)
    yield Claim(f"peak memory, {shape['minutes']} times the clip against the clip", "x", 1.05, 1.0, peaks[1] / peaks[0],
                f"{peaks[1] * mega:.0f} MB against {peaks[0] * mega:.0f} MB")


def repeated(scene, times, path):
    """The clip so many times in a row, coded as it is."""
    listed = path.with_suffix(".list")
    listed.write_text(f"file '{scene.clip}'\n" * times)
    measure.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", path],
                path.with_suffix(".log"))
    return path


def shifted(scene, path, offsets):
    """The clip's tracks, that many frames later, once for each offset; what then lies before the footage is left out."""
    tracks = json.loads(scene.tracks.read_text())
    del tracks["footage"]
    for track in tracks["tracks"]:
        keys = track["keyframes"]
        moved = [dict(key, frame=key["frame"] + by) for by in offsets for key in keys]
        track["keyframes"] = [key for key in moved if key["frame"] >= 0]
    path.write_text(json.dumps(tracks))
    return path


def frost(quick):
    """What `cargo bench` measures of one frame."""
    name = "frost on a 200x400 region with chroma"
    linear = "frost, time for each pixel with 100 regions of 50x100 against 1"
    if quick:
        return [Claim(name, "ms", 0.6, 0.1, None, "not in the quick run"), Claim(linear, "x", None, None, None)]
    print("frost: cargo bench", file=sys.stderr, flush=True)
    subprocess.run(["cargo", "bench", "--locked", "--quiet", "--bench", "obscure", "--", "frost/"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

    def milliseconds(which):
        estimates = json.loads((target / "criterion" / "frost" / which / "new" / "estimates.json").read_text())
        return estimates["median"]["point_estimate"] / 1e6

    few = {n: milliseconds(f"{n} of 50x100") for n in (1, 10, 100)}
    return [
        Claim(name, "ms", 0.6, 0.1, milliseconds("1 of 200x400")),
        Claim(linear, "x", 1.25, 1.0, few[100] / 100 / few[1],
              "; ".join(f"{n}: {ms:.3f} ms" for n, ms in few.items()) + "; linear is 1, the limit leaves room for noise"),
    ]
