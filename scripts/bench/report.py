"""The results as JSON, as Markdown, as a plot, and as the table that the README repeats."""

import html
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

BEGIN, END = "<!-- speed table: written by `make bench README=1` -->", "<!-- end of the speed table -->"


def write(results, out):
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "README.md").write_text(markdown(results))
    (out / "plot.svg").write_text(plot(results))
    (out / "speed.md").write_text(speed_table(results))


def markdown(results):
    facts, shape = results["facts"], results["shape"]
    lines = ["# How fast", ""]
    if results["quick"]:
        lines += ["**A quick run: it shows that the comparison works, and nothing about speed.**", ""]
    lines += ["Written by `make bench`. Smaller is better but for SSIM and PSNR.", "", *about(results), ""]
    if results["claims"]:
        lines += ["## What was promised", "", *table(
            ["figure", "must", "aim", "measured", "", "note"],
            [[c["figure"], *(with_unit(c[k], c["unit"]) for k in ("must", "aim", "measured")), c["verdict"], c["note"]] for c in results["claims"]],
        ), ""]
    for race in results["races"]:
        lines += [f"## {race['covered_seconds']} of {race['seconds']} s covered", "", clip(race), "", *contestants(race), ""]
    lines += ["![CPU seconds](plot.svg)", "", "## What the figures are", "", *MEANING, ""]
    return "\n".join(lines)


MEANING = [
    "- Wall and CPU seconds (user and system, all threads and child processes) and peak memory are the kernel's, of the whole command. Medians of the rounds; ratios are medians of the rounds' own ratios. The contestants take turns in an order that changes from round to round.",
    "- `cctv-redact` makes a whole pack every time: hashes, verification, log and notice included. The rows of the others only make a file.",
    "- \"all threads\" leaves FFmpeg its own choice; on 1 thread decoder, filters and encoder are held to one each. OpenCV writes through a pipe to FFmpeg, since its own writer cannot be told a quality; both processes count.",
    "- PSNR and SSIM are of luma against the clip, by FFmpeg, outside everything that a region ever passes and 16 pixels around it; the blacked-out part is taken out of the mean.",
    "- Covering makes a picture easier to code: in the clip that is covered throughout, a plain transcode has more to encode than the others.",
    "- The floor of smart rendering: one thread of FFmpeg decodes and encodes as many frames as were rendered, at the same settings, and copies the stream once.",
]


def about(results):
    facts = results["facts"]
    ours = next((r["runs"][0] for race in results["races"] for r in race["rows"] if r["runs"] and "tool" in r["runs"][0]), None)
    yield f"- {facts['tool']}" + (f" ({ours['build']} build), x264 {ours['x264']}; its settings: `{ours['tool']['encoder_settings']}`" if ours else "")
    yield f"- against {facts['ffmpeg']}" + (f", OpenCV {facts['opencv']}" if facts["opencv"] else "; OpenCV was not installed and did not take part")
    yield f"- on {facts['processor']}, {facts['cores']} cores, {facts['memory_gib']} GiB; {facts['system']}; {facts['date']}"
    busy = " (other programs were running: compare ratios, not seconds)" if facts["load_before"] > 0.5 else ""
    yield f"- the kernel tells no peak of memory below that of the program that starts the others: {facts['least_peak_mib']:.0f} MiB"
    yield f"- {results['runs']} rounds; load before: {facts['load_before']:.2f}{busy}"


def clip(race):
    scene, options = race["scene"], race["scene"]["options"]
    (w, h), fps = options["region"], options["fps"][0] / options["fps"][1]
    return (f"{options['width']}x{options['height']}, {options['frames']} frames at {fps:g} a second, H.264, a key frame every "
            f"{options['key_interval']}; {options['regions']} moving regions of {w}x{h} in {options['covered']} frames. "
            f"SHA-256 of the clip `{scene['clip_sha256']}`, of its frames as drawn `{scene['drawn_sha256']}`.")


def contestants(race):
    rows = []
    for row in sorted(race["rows"], key=lambda r: (-r["threads"], r.get("cpu", 1e9))):
        if not row["runs"]:
            rows.append([row["name"], row["threads"], "", "left out: " + row.get("left_out", ""), "", "", "", "", ""])
            continue
        rate = race["scene"]["options"]["frames"] / row["wall"]
        rows.append([named(row), row["threads"], short(row["settings"]), f"{row['wall']:.2f}", f"{row['cpu']:.2f}", f"{rate:.0f}",
                     f"{row['peak_mib']:.0f}", megabytes(row), quality(row)])
    return table(["what", "threads", "settings", "wall s", "CPU s", "frames/s", "peak MiB", "MB", "SSIM, PSNR"], rows)


def named(row):
    """A contestant's name, with what it did where that is not what it was asked."""
    rendering = row["runs"][0].get("rendering", {})
    fell_back = rendering.get("used") != rendering.get("asked")
    return row["name"] + (" (fell back to full)" if fell_back else "")


def short(settings):
    """Preset and quality; the rest is at the top."""
    words = settings.split()
    return " ".join(words[:2]).replace("preset=", "").replace("crf=", "crf ") + (" …" if len(words) > 2 else "")


def megabytes(row):
    return f"{row['bytes'] / 1e6:.2f}" if "bytes" in row else ""


def quality(row):
    if "ssim" not in row:
        return ""
    return f"{row['ssim']:.4f}, " + (f"{row['psnr']:.2f} dB" if row["psnr"] is not None else "equal")


def with_unit(value, unit):
    if value is None:
        return "-"
    return f"{value:.2f}".rstrip("0").rstrip(".") + ("x" if unit == "x" else f" {unit}")


def table(heads, rows):
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |"


def speed_table(results):
    """The README's: the first clip, all threads, at the quality that others have by default and our own."""
    race, facts = results["races"][0], results["facts"]
    cores = max(r["threads"] for r in race["rows"])
    rows = [r for r in race["rows"] if r["threads"] == cores and r["runs"] and "bytes" in r]
    lines = list(table(
        ["what", "settings", "wall s", "CPU s", "peak MiB", "MB", "SSIM outside"],
        [[named(r), short(r["settings"]), f"{r['wall']:.1f}", f"{r['cpu']:.1f}", f"{r['peak_mib']:.0f}", megabytes(r), f"{r['ssim']:.4f}"]
         for r in sorted(rows, key=lambda r: r["cpu"])]))
    on = (f"On {facts['processor']}, {facts['cores']} cores, {facts['tool']}, {facts['ffmpeg']}"
          f"{', OpenCV ' + facts['opencv'] if facts['opencv'] else ''}, {facts['date']}; medians of {results['runs']} rounds. {clip(race)}")
    return "\n".join([*lines, "", on, ""])


def put_into_readme(out):
    """Replaces what stands between the marks in the README by the table."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit(f"README.md has no place for the table: {BEGIN} … {END}")
    readme.write_text(f"{before}{BEGIN}\n\n{(out / 'speed.md').read_text()}\n{END}{after}")


def plot(results):
    """CPU seconds as bars, one panel a clip, all threads; ours in another colour."""
    wide, bar, left, parts, y = 900, 22, 330, [], 30
    for race in results["races"]:
        cores = max(r["threads"] for r in race["rows"])
        rows = sorted((r for r in race["rows"] if r["threads"] == cores and r["runs"] and "bytes" in r), key=lambda r: r["cpu"])
        most = max((r["cpu"] for r in rows), default=1)
        parts.append(text(10, y, f"{race['covered_seconds']} of {race['seconds']} s covered: CPU seconds (wall seconds)", 15, "bold"))
        y += 16
        for row in rows:
            length = (wide - left - 130) * row["cpu"] / most
            colour = "#1b6ca8" if row["name"].startswith("cctv-redact") else "#b0b7bd"
            name = named(row) + ("" if row["name"].startswith("cctv") else f", {short(row['settings'])}")
            parts.append(text(left - 8, y + 15, name, 12, anchor="end"))
            parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 5}" fill="{colour}"/>')
            parts.append(text(left + length + 6, y + 14, f"{row['cpu']:.1f} ({row['wall']:.1f})", 12))
            y += bar
        y += 34
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{y}" font-family="sans-serif">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")


def text(x, y, words, size, weight="normal", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="#222">'
            f"{html.escape(words)}</text>")
