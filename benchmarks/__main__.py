"""All benchmarks, or those chosen by name: `python -m benchmarks [tables quality stream]`.

Each prints what it found and what it missed; nothing is written into the repository.
"""

import argparse
import os
import subprocess
import sys
import time

from benchmarks.peers import environment

PARTS = {
    "tables": "speed of training beside peers, and time to the first epoch",
    "quality": "held-out scores of the defaults on real tables (needs FONDO_DATA)",
    "stream": "20 million rows from disk, peak memory",
    "search": "candidates, folds and seeds side by side beside peers, compiling included",
    "scratch": "the glass box beside the engine, on digits",
    "images": "convolutional networks beside peers, and reading of JPEGs",
    "image_quality": "held-out scores of picture tasks (needs FONDO_DATA)",
    "sound": "the notes' network beside peers, streaming, spectrograms",
    "sound_quality": "held-out scores of sounds by class (needs FONDO_DATA)",
    "trigger_quality": "a trigger word on voices that it has not met (needs FONDO_DATA)",
    "trigger_gates": "what voices, noises and people gates let through (needs FONDO_DATA)",
    "trigger_notes": "the lesson's recordings (needs FONDO_DATA)",
    "funds": "fund ranking: acceptance figures on invented universes, speed of features and "
    "walk-forward",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.split("\n")[0])
    told = "; ".join(f"{name}: {what}" for name, what in PARTS.items())
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"default: all. {told}")
    chosen = parser.parse_args().parts or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    lines = []
    for name in chosen:
        start, load = time.perf_counter(), os.getloadavg()[0]
        print(f"\n=== {name}: {PARTS[name]}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        code = subprocess.run(command, env=environment({}), check=False).returncode
        minutes = (time.perf_counter() - start) / 60
        verdict = "missed" if code else "reached"
        lines.append(f"  {name:<14}{verdict:<10}{minutes:6.1f} min   load at its start {load:.2f}")
    print("\n" + "\n".join(lines))
    return 1 if any("missed" in line for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
