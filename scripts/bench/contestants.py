"""Who takes part: this tool, FFmpeg's own filters, a transcode without any filter, and OpenCV, each as somebody who knows
it would run it, over the same clip and the same moving regions."""

import json
import os
import pathlib
import subprocess

import facts

HERE = pathlib.Path(__file__).resolve().parent
VERYFAST = "preset=veryfast crf=23"


class Scene:
    """A drawn clip in its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.clip = folder / "clip.mp4"
        self.tracks = folder / "tracks.json"
        self.about = json.loads((folder / "clip.json").read_text())
        options = self.about["options"]
        self.size = (options["width"], options["height"])
        self.region = tuple(options["region"])
        self.rate = options["fps"][0] / options["fps"][1]
        self.frames = options["frames"]
        self.ways = self.about["ways"]

    def column(self, way):
        """A region's first column in frame n, in FFmpeg's words."""
        return f"{way['x']:g}+2*round({way['sway']:g}*sin(2*PI*n/{way['period']:g})/2)"

    def shown(self, way):
        """When a region is there, in FFmpeg's words."""
        return f"between(n,{way['from']},{way['to'] - 1})"


def draw(tool, folder, shape, covered):
    """Has the tool draw the clip. Tracks and drawing come from one place; the filters below follow the same formula."""
    command = [tool, "bench", "--emit", folder, "--runs", 0, "--size", shape["size"], "--seconds", shape["seconds"]]
    command += ["--covered", covered, "--regions", shape["regions"], "--region-size", shape["region"]]
    subprocess.run([*map(str, command), "--key-interval", "50", "--fps", "25"], check=True)
    return Scene(folder)


class Contestant:
    """One way to do it: its command line, and what to look at afterwards."""

    def __init__(self, key, name, threads, command, made="out.mp4", settings="", env=None, may_fail=False, after=None, covers=True):
        self.key, self.name, self.threads, self.settings = key, name, threads, settings
        self.command, self.env, self.may_fail = command, env, may_fail
        self._made, self._after, self.covers = made, after, covers

    def made(self, folder):
        return folder / self._made if self._made else None

    def after(self, folder):
        return self._after(folder) if self._after else {}


def ours(tool, footage, tracks, folder, threads, window, method="frost", render="full"):
    """The tool as anybody runs it, covering the regions as they are: no margin, no hold."""
    command = [tool, "clip", footage, "--from", window[0], "--to", window[1], "--tracks", tracks, "--reference", "R"]
    command += ["--margin", "0px", "--margin-min", "0px", "--hold", "0", "--method", method, "--render", render]
    return [*command, "--out", folder / "pack", "--threads", threads, "--stats", folder / "stats.json", "--quiet"]


def our_statistics(folder):
    """Processor seconds by stage, and what was rendered and copied."""
    stats = facts.from_statistics(folder / "stats.json")
    log = json.loads((folder / "pack/R/keep/disclosure-log.json").read_text())
    stages = {s["name"]: s["cpu_seconds"] for s in stats["stages"]}
    return dict(
        stages=stages,
        without_verify=dict(cpu=stats["cpu_seconds"] - stages["verify"]),
        hash=dict(cpu=stages["hash"], wall=next(s["thread_seconds"] for s in stats["stages"] if s["name"] == "hash")),
        rendering=log["items"][0]["rendering"],
        psnr_by_the_tool=log["items"][0]["verification"].get("psnr_outside_db"),
        tool=stats["tool"],
        x264=stats["x264"],
        build=stats["machine"]["build"],
    )


def encoder(settings, threads):
    """The tool's way to write settings (`preset=… crf=… further=x264:params`) as FFmpeg's options."""
    options, params = ["-c:v", "libx264"], []
    for word in settings.split():
        name, _, value = word.partition("=")
        if name in ("preset", "crf", "tune", "profile") and ":" not in value:
            options += [f"-{name}", value]
        else:
            params.append(word)
    if params:
        options += ["-x264-params", ":".join(params)]
    return options + (["-threads", str(threads)] if threads else [])


def ffmpeg(footage, threads, middle, end, before=()):
    """`threads` 0 leaves FFmpeg its own choice, which is all cores."""
    few = ["-threads", threads, "-filter_threads", threads, "-filter_complex_threads", threads] if threads else []
    return ["ffmpeg", "-nostdin", "-v", "error", "-y", *few, *before, "-i", footage, *middle, "-an", *end]


def blur_graph(scene):
    """Cut each region out, blur it, lay it back: what every guide on the web recommends."""
    (w, h), ways = scene.region, scene.ways
    radius = max(2, min(w, h) // 10)
    parts = ["[0:v]split=%d[v0]%s" % (len(ways) + 1, "".join(f"[r{i}]" for i in range(len(ways))))]
    for i, way in enumerate(ways):
        x, on = scene.column(way), scene.shown(way)
        parts.append(f"[r{i}]crop={w}:{h}:x='{x}':y={way['y']:g}:exact=1,boxblur={radius}:2:enable='{on}'[b{i}]")
        parts.append(f"[v{i}][b{i}]overlay=x='{x}':y={way['y']:g}:enable='{on}'[v{i + 1}]")
    return ["-filter_complex", ";".join(parts), "-map", f"[v{len(ways)}]"]


def drawbox_graph(scene):
    """drawbox takes no moving position, so commands move it, a little before each frame."""
    (w, h), boxes, commands = scene.region, [], []
    for i, way in enumerate(scene.ways):
        boxes.append(
            f"drawbox@r{i}=x={way['x']:g}:y={way['y']:g}:w={w}:h={h}:color=0x404040:t=fill:enable='{scene.shown(way)}'"
        )
    for n in range(scene.ways[0]["from"], scene.ways[0]["to"]):
        moves = ", ".join(f"drawbox@r{i} x {column_at(way, n)}" for i, way in enumerate(scene.ways))
        commands.append(f"{max(n - 0.5, 0) / scene.rate:.4f} {moves};")
    path = scene.folder / "moves.txt"
    path.write_text("\n".join(commands))
    return ["-filter_complex", f"[0:v]sendcmd=f={path},{','.join(boxes)}[v]", "-map", "[v]"]


def column_at(way, n):
    import math

    half = way["sway"] * math.sin(2 * math.pi * n / way["period"]) / 2
    return int(way["x"] + 2 * math.floor(abs(half) + 0.5) * (1 if half >= 0 else -1))


def field(tool, python, scene, found):
    """Everybody, on one thread and on all."""
    all_cores = found["cores"]
    own = subprocess.run([tool, "bench", "--size", "320x240", "--seconds", "1", "--region-size", "40x80", "--runs", "1", "--json"],
                         check=True, capture_output=True, text=True).stdout
    own = json.loads(own)["tool"]["encoder_settings"]
    window = (0, f"{scene.frames / scene.rate:g}")
    blur, boxes = blur_graph(scene), drawbox_graph(scene)
    everybody = []
    for threads in sorted({1, all_cores}):
        t, limit = f"{threads}t", threads if threads == 1 else 0
        # A contestant's name is bound now, not when the loop has moved on.
        def add(key, name, command, t=t, threads=threads, **more):
            everybody.append(Contestant(f"{key}-{t}", name, threads, command, **more))

        def our(key, name, t=t, threads=threads, may_fail=False, **how):
            command = lambda folder: ours(tool, scene.clip, scene.tracks, folder, threads, window, **how)
            add(key, name, command, made="pack/R/send/clip.mp4", settings=own, may_fail=may_fail, after=our_statistics)

        our("full", "cctv-redact, full, frost")
        our("smart", "cctv-redact, smart, frost", render="smart", may_fail=True)
        our("fill", "cctv-redact, full, fill", method="fill")
        for short, settings in (("veryfast", VERYFAST), ("own", own)):
            def add_ffmpeg(key, name, middle, settings=settings, short=short, limit=limit):
                command = lambda folder: ffmpeg(scene.clip, limit, middle, [*encoder(settings, limit), folder / "out.mp4"])
                add(f"{key}-{short}", name, command, settings=settings, covers=bool(middle))

            add_ffmpeg("graph", "FFmpeg: crop, boxblur, overlay", blur)
            add_ffmpeg("transcode", "FFmpeg: transcode, nothing covered", [])
            if short == "veryfast":
                add_ffmpeg("drawbox", "FFmpeg: drawbox", boxes)
        if found["opencv"]:
            command = lambda folder, limit=limit: [
                python, HERE / "opencv_blur.py", scene.clip, scene.folder / "clip.json", folder / "out.mp4", limit
            ]
            env = {"OPENCV_FFMPEG_CAPTURE_OPTIONS": "threads;1"} if limit else {}
            add("opencv-veryfast", "OpenCV: GaussianBlur, FFmpeg writes", command, settings=VERYFAST, env=env)
    everybody.append(Contestant("decode-1t", "FFmpeg: decode only", 1,
                                lambda folder: ffmpeg(scene.clip, 1, [], ["-f", "null", os.devnull]), made=None))
    everybody.append(Contestant("copy-1t", "FFmpeg: copy the stream", 1,
                                lambda folder: ffmpeg(scene.clip, 1, [], ["-c", "copy", folder / "out.mp4"]), made=None))
    return everybody
