"""The contestant OpenCV: decode, GaussianBlur on each region, and FFmpeg's x264 writes.

OpenCV's own writer cannot be told a quality, so the pictures go through a pipe to `ffmpeg` with the settings of the other
contestants; both processes count.
"""

import json
import math
import subprocess
import sys

import cv2


def main(clip, about, out, threads):
    with open(about, encoding="utf-8") as file:
        about = json.load(file)
    threads, options = int(threads), about["options"]
    (width, height), (w, h), fps = (options["width"], options["height"]), options["region"], options["fps"]
    if threads:
        cv2.setNumThreads(threads)
    side = min(51, min(w, h) // 2 | 1)
    limit = ["-threads", str(threads)] if threads else []
    writer = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}"]
        + ["-r", f"{fps[0]}/{fps[1]}", "-i", "-", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast"]
        + ["-crf", "23", *limit, out],
        stdin=subprocess.PIPE,
    )
    reader, n = cv2.VideoCapture(clip), 0
    while True:
        more, picture = reader.read()
        if not more:
            break
        for way in about["ways"]:
            if way["from"] <= n < way["to"]:
                x = int(way["x"] + 2 * round(way["sway"] * math.sin(2 * math.pi * n / way["period"]) / 2))
                y = int(way["y"])
                region = picture[y : y + h, x : x + w]
                picture[y : y + h, x : x + w] = cv2.GaussianBlur(region, (side, side), 0)
        writer.stdin.write(picture.data)
        n += 1
    writer.stdin.close()
    if writer.wait() != 0 or n != options["frames"]:
        sys.exit(f"{n} of {options['frames']} frames")


main(*sys.argv[1:])
