"""Speed of fondo beside its peers on the same work, in one run, with the marks it must reach.

Run with `python -m benchmarks.tables`; FONDO_DATA names the folder of the real data. Every peer
has its own process, and their rounds alternate, so that whatever else the machine does falls on
all of them alike. Ratios are taken round by round; what is told is their median.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.peers import PEERS, Peer, SkippedError
from benchmarks.startup import first_epochs
from benchmarks.work import PRODUCT, WORKS, Work

BARE = ("bare products on jax", "bare products on numpy")
SQUARES = ("square on jax", "square on numpy")
SHARE = 0.80  # of the rate at which the epoch's products run alone, plain SGD
STARTUP = 1.5  # times the bare script
FLOORS = {  # how many times faster than each peer
    "table": {"keras on jax": 8.0, "skorch": 30.0},
    "mnist": {
        "keras on jax": 1.0,
        "keras on tensorflow": 1.0,
        "pytorch loop": 1.0,
        "scikit-learn": 1.0,
    },
}


@dataclass
class Times:
    """Median seconds of an epoch, one entry a round, by peer; and who could not run."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def seconds(self, peer: str) -> float:
        return median(self.rounds[peer])

    def ratio(self, peer: str, to: str = "fondo") -> float:
        """Median over the rounds of the peer's seconds as a multiple of another's."""
        pairs = zip(self.rounds[peer], self.rounds[to], strict=True)
        return median(a / b for a, b in pairs)


def measure(work: Work, optimizer: str, names: Sequence[str], rounds: int) -> Times:
    """Times of all peers, round after round; the first one compiles and is not counted."""
    return in_turns({name: Peer(name, work, optimizer) for name in names}, rounds)


def in_turns(running: dict[str, Peer], rounds: int) -> Times:
    """Times of running peers, in turns, the first of which is not counted; they are stopped."""
    times = Times({name: [] for name in running})
    try:
        for turn in range(rounds + 1):
            for name, peer in list(running.items()):
                try:
                    found = median(peer.round())
                except SkippedError as reason:
                    times.skipped[name] = str(reason)
                    del times.rounds[name]
                    running.pop(name).stop()
                    continue
                if turn > 0:
                    times.rounds[name].append(found)
    finally:
        for peer in running.values():
            peer.stop()
    return times


def show(title: str, times: Times) -> None:
    print(f"\n{title}")
    for name in times.rounds:
        if name not in (*BARE, *SQUARES):
            ratio = f"{times.ratio(name):8.2f} x" if "fondo" in times.rounds else ""
            print(f"  {name:<22}{times.seconds(name) * 1e3:10.2f} ms an epoch{ratio}")
    for name, reason in times.skipped.items():
        print(f"  {name:<22}skipped: {reason}")


def check_floors(work: Work, optimizer: str, times: Times) -> list[str]:
    """What is not as many times faster as it must be, or could not be measured."""
    wrong = []
    for name, floor in FLOORS[work.name].items():
        where = f"{work.name}, {optimizer}: {name}"
        if name not in times.rounds or "fondo" not in times.rounds:
            wrong.append(f"{where} was not measured")
        elif not (ratio := times.ratio(name)) >= floor:
            wrong.append(f"{where} takes {ratio:.2f} times as long, {floor:g} are asked for")
    return wrong


def table(rounds: int) -> list[str]:
    """Small network on a small table."""
    work = WORKS["table"]
    # one thread is PyTorch's best for so little work, and told; the mark is for skorch as it comes
    names = ["fondo", *FLOORS["table"], "skorch, one thread"]
    times = measure(work, "adam", names, rounds)
    show(f"{work}, Adam", times)
    return check_floors(work, "adam", times)


def mnist(rounds: int) -> list[str]:
    """Wide network: all peers, and the rate of matrix products, plain SGD and Adam."""
    work, wrong = WORKS["mnist"], []
    names = [name for name in PEERS if not name.startswith("skorch")]
    for optimizer, title in {"sgd": "plain SGD", "adam": "Adam"}.items():
        times = measure(work, optimizer, names, rounds)
        show(f"{work}, {title}", times)
        wrong += check_floors(work, optimizer, times)
        share = shares(work, times)
        if optimizer == "sgd" and (share is None or share < SHARE):
            told = "not measured" if share is None else f"{share:.1%}"
            wrong.append(f"mnist, plain SGD: {told} of the product rate, {SHARE:.0%} wanted")
    return wrong


def shares(work: Work, times: Times) -> float | None:
    """Share of the rate of its own matrix products that an epoch reaches, round by round; told
    beside that of large square ones, which no products of so few rows reach on some processors."""
    bare = [name for name in BARE if name in times.rounds]
    squares = [name for name in SQUARES if name in times.rounds]
    if "fondo" not in times.rounds or not bare or not squares:
        return None
    best, square = min(bare, key=times.seconds), min(squares, key=times.seconds)
    steps, of_square = work.n_rows / work.batch_size, 2.0 * PRODUCT**3
    share = steps * times.ratio(best)
    print(
        f"  {work.flops / times.seconds('fondo') / 1e9:.0f} GFLOP/s; its {best}: "
        f"{work.flops / steps / times.seconds(best) / 1e9:.0f}, share {share:.0%}; "
        f"{square}, {PRODUCT} x {PRODUCT}: {of_square / times.seconds(square) / 1e9:.0f}, "
        f"share {work.flops / of_square * times.ratio(square):.0%}"
    )
    return share


def startup(rounds: int) -> list[str]:
    """Time from the start of the process to its first finished epoch."""
    try:
        name, seconds = first_epochs(rounds)
    except SkippedError as reason:
        return [f"startup: {reason}"]
    times = Times(seconds)
    print(f"\nfrom the start of the process to its first finished epoch, {name}")
    for peer in seconds:
        ratio = times.ratio(peer, "bare keras")
        print(f"  {peer:<22}{times.seconds(peer):10.2f} s  {ratio:8.2f} x")
    ratio = times.ratio("fondo", "bare keras")
    return [f"startup: {ratio:.2f} of {STARTUP} allowed"] if ratio > STARTUP else []


PARTS = {"table": table, "mnist": mnist, "startup": startup}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.tables", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    if unknown := [part for part in chosen.parts if part not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    wrong = []
    for part in chosen.parts or PARTS:
        print(f"\nload of the machine: {os.getloadavg()[0]:.2f} ({os.cpu_count()} processors)")
        wrong += PARTS[part](chosen.rounds)
    print()
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
