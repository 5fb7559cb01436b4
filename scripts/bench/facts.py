"""What was measured on and with: processor, libraries, versions, how busy the machine was."""

import datetime
import json
import os
import platform
import subprocess


def output(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def gather(tool, python):
    """Everything that the report names; the tool's own part comes from the statistics of its first run."""
    cv2 = output([python, "-c", "import cv2; print(cv2.__version__)"]).strip()
    return dict(
        date=datetime.date.today().isoformat(),
        processor=processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        load_before=os.getloadavg()[0],
        tool=output([tool, "--version"]).strip(),
        ffmpeg=(output(["ffmpeg", "-version"]).splitlines() or ["unknown"])[0].split(" Copyright")[0],
        opencv=cv2 or None,
        python=platform.python_version(),
    )


def processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def warnings(found):
    if found["load_before"] > 0.5:
        yield f"other programs are running (load {found['load_before']:.1f}): compare ratios, not seconds"
    if not found["opencv"]:
        yield "OpenCV is not installed, so it does not take part: pip install opencv-python-headless"


def from_statistics(path):
    """The tool's statistics of a run, as `--stats` wrote them."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)
