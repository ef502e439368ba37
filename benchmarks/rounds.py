"""Rounds of fondo and its peers, and the marks that it must reach: what `images` and `sound` share.

Every peer has its own process, rounds alternate, ratios are taken round by round, and what is told
is their median.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers import Peer, Round, environment
from benchmarks.tables import Times, in_turns

Start = tuple[Callable[[Sequence[str]], Round], Mapping[str, str]]
"""What makes ready for rounds on files, and what is set in the environment of its process."""


@dataclass(frozen=True)
class Suite:
    """Who is timed at what, and how far ours must be ahead.

    Parameters
    ----------
    module : str
        The benchmark, whose `main` a peer's process runs.
    peers : mapping of str to mapping of str to Start
        By part and by name, in the order of a round.
    floors : mapping of str to mapping of str to float
        By part and by peer, how many times faster ours must be.
    """

    module: str
    peers: Mapping[str, Mapping[str, Start]]
    floors: Mapping[str, Mapping[str, float]]


class SuitePeer(Peer):
    """A peer's process for one part; between rounds it waits for a line."""

    def __init__(self, suite: Suite, part: str, name: str, folder: str) -> None:
        self.name, self.skip = name, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", suite.module, "--serve", part, name, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(dict(suite.peers[part][name][1])),
        )


def serve(suite: Suite, part: str, name: str, folder: str) -> None:
    """Run a round for each line read, and write its seconds as a line of JSON."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # whatever libraries print goes to standard error
        run = None
        for _ in sys.stdin:
            try:
                paths = sorted(str(path) for path in Path(folder).glob("*.jpg"))
                run = run or suite.peers[part][name][0](paths)
                answer: Any = run()
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), file=answers, flush=True)


def measure(suite: Suite, part: str, rounds: int, folder: str = "") -> Times:
    """Seconds of all peers of a part, in turns."""
    peers = {name: SuitePeer(suite, part, name, folder) for name in suite.peers[part]}
    return in_turns(dict(peers), rounds)


def show(title: str, times: Times, unit: str = "s an epoch", work: int = 0) -> None:
    """Median seconds, or pieces a second where `work` says how many a round takes."""
    print(f"\n{title}")
    for name in times.rounds:
        seconds = times.seconds(name)
        told = f"{work / seconds:10.0f}" if work else f"{seconds:10.2f}"
        ratio = f"{times.ratio(name):8.2f} x the time" if "fondo" in times.rounds else ""
        print(f"  {name:<22}{told} {unit}{ratio}")
    for name, reason in times.skipped.items():
        print(f"  {name:<22}skipped: {reason}")


def check_floors(suite: Suite, part: str, times: Times) -> list[str]:
    """What is not as many times faster as it must be, or could not be measured."""
    wrong = []
    for name, floor in suite.floors[part].items():
        if name not in times.rounds or "fondo" not in times.rounds:
            wrong.append(f"{part}: {name} was not measured")
        elif not (ratio := times.ratio(name)) >= floor:
            wrong.append(f"{part}: {name} takes {ratio:.2f} times as long, {floor:g} are asked for")
    return wrong


def clocked(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def command_line(
    suite: Suite,
    parts: Mapping[str, Callable[[int], list[str]]],
    told: str,
    arguments: Sequence[str] | None = None,
) -> int:
    """The command line of a benchmark: run the parts that are asked for, tell what was missed.

    Parameters
    ----------
    suite : Suite
        Its peers.
    parts : mapping of str to callable (rounds) -> list of str
        Each prints what it found and gives what it missed.
    told : str
        What it is, in a line.
    arguments : sequence of str or None
        Of the command line; None takes those of the process.
    """
    parser = argparse.ArgumentParser(prog=suite.module, description=told)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(parts)}; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(suite, *chosen.serve)
        return 0
    if unknown := [part for part in chosen.parts if part not in parts]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(parts)}")
    wrong = []
    for part in chosen.parts or parts:
        print(f"\nload of the machine: {os.getloadavg()[0]:.2f} ({os.cpu_count()} processors)")
        wrong += parts[part](chosen.rounds)
    print()
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0
