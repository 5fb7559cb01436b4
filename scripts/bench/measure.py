"""Runs commands and says what each took: seconds by the clock, processor seconds with all child processes, peak memory.

Contestants take turns, every round in another order, so that a slow minute of the machine falls on all of them; a figure
is the median over the rounds, and a ratio of two contestants the median of the rounds' own ratios.
"""

import os
import random
import shutil
import statistics
import subprocess
import sys
import time


class Failed(Exception):
    """A command that did not succeed, with what it said."""


def run(command, log, env=None):
    """Runs one command to its end. The kernel counts what its own child processes used too."""
    start = time.monotonic()
    with open(log, "wb") as said:
        child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=said, stderr=said, env={**os.environ, **(env or {})}
        )
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as said:
            raise Failed(f"status {child.returncode}: {' '.join(map(str, command))}\n{said.read()[-2000:]}")
    return dict(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / 1024)


def race(field, runs, folder, outside):
    """Measures all contestants in turn; returns a row for each."""
    rows = {c.key: dict(key=c.key, name=c.name, threads=c.threads, settings=c.settings, runs=[]) for c in field}
    for round_number in range(runs):
        order = list(field)
        random.Random(round_number).shuffle(order)
        for contestant in order:
            row = rows[contestant.key]
            if "left_out" in row:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            print(f"round {round_number + 1} of {runs}: {contestant.key}", file=sys.stderr, flush=True)
            try:
                figures = run(contestant.command(folder), folder / "log.txt", contestant.env)
            except Failed as e:
                if not contestant.may_fail:
                    raise
                row["left_out"] = next((l for l in str(e).splitlines() if l.startswith("error: ")), "it failed")
                continue
            figures.update(contestant.after(folder))
            row["runs"].append(figures)
            made = contestant.made(folder)
            if round_number == 0 and made is not None:
                row["bytes"] = made.stat().st_size
                row.update(outside.of(made, folder))
                if contestant.covers and not quality_shows_cover(row):
                    raise SystemExit(f"{contestant.key} covers nothing: {row}")
    shutil.rmtree(folder, ignore_errors=True)
    for row in rows.values():
        for figure in ("wall", "cpu", "peak_mib"):
            if row["runs"]:
                row[figure] = median(r[figure] for r in row["runs"])
    return list(rows.values())


def quality_shows_cover(row):
    """Whether the whole picture differs from the clip far more than the picture outside the regions does."""
    whole, outside = row["whole"], row["psnr"]
    return whole is not None and (outside is None or whole < outside - 1)


def median(values):
    return statistics.median(list(values))


def ratio(row, other, of="cpu", other_of=None):
    """The median over the rounds of one contestant's figure to another's in the same round."""
    read = lambda run, what: what(run) if callable(what) else run[what]
    pairs = zip(row["runs"], other["runs"])
    return median(read(a, of) / read(b, other_of or of) for a, b in pairs)
