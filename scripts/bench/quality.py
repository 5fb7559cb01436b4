"""PSNR and SSIM of luma against the clip, outside the regions: `ffmpeg` measures, with the same parts blacked out for all.
And PSNR of the whole picture, which has to be much lower where a contestant really covers what it says.

What is blacked out is all that a region ever passes, and 16 pixels more; those pixels are equal in both pictures, so their
share is taken out of the two means again.
"""

import math
import re
import subprocess

ROOM = 16


class Outside:
    def __init__(self, scene):
        self.scene = scene
        width, height = scene.size
        w, h = scene.region
        self.boxes = []
        for way in scene.ways:
            x0, x1 = max(0, way["x"] - way["sway"] - ROOM), min(width, way["x"] + way["sway"] + w + ROOM)
            y0, y1 = max(0, way["y"] - ROOM), min(height, way["y"] + h + ROOM)
            self.boxes.append(tuple(int(v) // 2 * 2 for v in (x0, y0, x1 - x0, y1 - y0)))
        self.share = self.covered() / (width * height)

    def covered(self):
        """Pixels in any of the boxes."""
        across = sorted({edge for x, _, w, _ in self.boxes for edge in (x, x + w)})
        down = sorted({edge for _, y, _, h in self.boxes for edge in (y, y + h)})
        cells = ((a, b, c, d) for a, b in zip(across, across[1:]) for c, d in zip(down, down[1:]))
        inside = lambda a, b, c, d: any(x <= a and b <= x + w and y <= c and d <= y + h for x, y, w, h in self.boxes)
        return sum((b - a) * (d - c) for a, b, c, d in cells if inside(a, b, c, d))

    def of(self, made, folder):
        """Measures one result."""
        rate = self.scene.rate
        black = "".join(f",drawbox={x}:{y}:{w}:{h}:black:fill" for x, y, w, h in self.boxes)
        same = f"settb=AVTB,setpts=N/{rate:g}/TB,format=yuv420p,split"
        masked = f"null{black},split"
        graph = f"[0:v]{same}[a][b];[1:v]{same}[c][d];[a][c]psnr@whole;"
        graph += f"[b]{masked}[e][f];[d]{masked}[g][h];[e][g]psnr@outside;[f][h]ssim@outside"
        command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", made, "-i", self.scene.clip, "-lavfi", graph, "-f", "null", "-"]
        said = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stderr
        whole = re.search(r"psnr@whole .*PSNR y:(inf|[\d.]+)", said)
        psnr = re.search(r"psnr@outside .*PSNR y:(inf|[\d.]+)", said)
        ssim = re.search(r"ssim@outside .*SSIM Y:([\d.]+)", said)
        frames = re.findall(r"frame=\s*(\d+)", said)
        if int(frames[-1]) != self.scene.frames:
            raise SystemExit(f"{made} has {frames[-1]} frames, not {self.scene.frames}")
        # The mean of squared errors over the rest is larger by the share that cannot differ.
        psnr = math.inf if psnr[1] == "inf" else float(psnr[1]) + 10 * math.log10(1 - self.share)
        whole = None if whole[1] == "inf" else float(whole[1])
        return dict(whole=whole, psnr=None if math.isinf(psnr) else psnr, ssim=(float(ssim[1]) - self.share) / (1 - self.share))
