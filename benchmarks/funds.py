"""Fund ranking: what it finds in universes where the truth is known, and how fast.

Run with `python -m benchmarks.funds [A3 A7 ...] [--few]`. Each line tells what was found, the mark
that must be reached, and what the author of the specification got. FONDO_DATA adds real funds.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks import fund_speed, fund_worlds
from benchmarks.fund_speed import Line, speed
from benchmarks.fund_worlds import Found

ANNUAL, QUARTER, MONTH = 52, 13, 4  # weeks between decision dates
NULL = (0.2425, 0.2575)
SKILLS = {0.0005: "0.05", 0.001: "0.10", 0.0015: "0.15"}  # share a week, and in per cent
SKILLED = "skill of 0.10 % a week (5.2 % a year)"
FEW = 20  # with --few, one universe of so many


Jobs = list[tuple[Callable[..., Found], tuple[Any, ...]]]


@dataclass(frozen=True)
class Tables:
    """What the simulations of a check gave, by the name of the group and of the figure."""

    groups: dict[str, list[Found]]

    def all(self, key: str, group: str = "") -> np.ndarray:
        return np.array([found[key] for found in self.groups[group]], float)

    def mean(self, key: str, group: str = "") -> float:
        return float(np.nanmean(self.all(key, group)))


@dataclass(frozen=True)
class Check:
    """Simulations by group, and the lines that are told of them."""

    code: str
    title: str
    jobs: dict[str, Jobs]
    lines: Callable[[Tables], list[Line]] = field(repr=False)


def walks(kind: str, count: int, step: int = ANNUAL, *more: Any) -> Jobs:
    """So many universes, walked through."""
    return [(fund_worlds.walked, (kind, step, seed, *more)) for seed in range(count)]


def runs(work: Callable[..., Found], count: int, *more: Any) -> Jobs:
    """So many seeds of a simulation."""
    return [(work, (*more, seed)) for seed in range(count)]


def null(author: tuple[str, str, str]) -> Callable[[Tables], list[Line]]:
    """Lines of funds without anything in common but a market: picks are independent."""

    def lines(found: Tables) -> list[Line]:
        above = found.mean("wilson above")
        return [
            Line("mean precision", found.mean("precision"), *NULL, author[0]),
            Line("Wilson's interval covers 0.25", found.mean("wilson covers"), 0.91,
                 author=author[1], form=".1%"),
            Line("it lies above 0.25 (a false alarm)", above, high=0.06,
                 author=author[2], form=".1%"),
            Line("the interval by year covers 0.25", found.mean("year covers"), form=".1%"),
        ]  # fmt: skip

    return lines


def style(found: Tables) -> list[Line]:
    return [
        Line("mean precision", found.mean("precision")),
        Line("the interval by year covers 0.25", found.mean("year covers"), 0.90,
             author="94-95 %", form=".1%"),
        Line("Wilson's covers it, and must not", found.mean("wilson covers"), high=0.85,
             author="75 %", form=".1%"),
    ]  # fmt: skip


def overlapping(found: Tables) -> list[Line]:
    return [
        Line("style, 13-weekly: the interval by year covers 0.25", found.mean("year covers"),
             0.88, author="91 %", form=".1%"),
        Line("style, 13-weekly: Wilson's covers it", found.mean("wilson covers"),
             author="61 %", form=".1%"),
        Line("market, 4-weekly: the interval by year covers it",
             found.mean("year covers", "monthly"), form=".1%"),
        Line("market, 4-weekly: Wilson's covers it", found.mean("wilson covers", "monthly"),
             author="74 %", form=".1%"),
    ]  # fmt: skip


def leak(found: Tables) -> list[Line]:
    return [
        Line("shuffled rows, precision", found.mean("shuffled"), 0.55, author="0.66 +- 0.03"),
        Line("by date, precision", found.mean("purged"), 0.20, 0.33, "0.267"),
        Line("smallest gap of a universe", float(found.all("gap").min())),
        Line("universes with a warning", found.mean("warned"), 1.0, author="all", form=".0%"),
    ]


def same_date(found: Tables) -> list[Line]:
    return [
        line
        for name, author in (("forest", "0.51"), ("logistic", "0.41"))
        for line in (
            Line(f"{name}, shuffled rows, precision", found.mean("shuffled", name), 0.35,
                 author=author),
            Line(f"{name}, by date, precision", found.mean("purged", name)),
            Line(f"{name}, mean gap, flagged above 0.10", found.mean("gap", name), 0.10,
                 author="flagged"),
            Line(f"{name}, universes with a warning", found.mean("warned", name), form=".0%"),
        )
    ]  # fmt: skip


def skilled(found: Tables) -> list[Line]:
    precision, past = found.mean("precision"), found.mean("past")
    return [
        Line("logistic, mean precision", precision, 0.40, author="0.452"),
        Line("logistic, lower end of the interval by year above 0.25", found.mean("year above"),
             0.95, author="100 %", form=".1%"),
        Line("last year's Sharpe ratio, mean precision", past, author="0.457"),
        Line("how far the logistic is from it", abs(precision - past), high=0.03, author="0.005"),
        Line("forest, mean precision", found.mean("precision", "forest"), author="0.399"),
        Line("forest, interval above 0.25", found.mean("year above", "forest"),
             author="90 %", form=".0%"),
    ]  # fmt: skip


def powers(found: Tables) -> list[Line]:
    wanted = {"0.05": ("0.297", "22-27 %", 0.12, 0.37), "0.10": ("0.452", "100 %", 0.9, 1.0),
              "0.15": ("0.601", "100 %", 0.9, 1.0)}  # fmt: skip
    lines = []
    for name, (precision, share, low, high) in wanted.items():
        walk = f"{name} walked"
        real = found.mean("year above", walk)
        lines += [
            Line(f"{name} %/week, walked: precision", found.mean("precision", walk),
                 author=precision),
            Line(f"{name} %/week, walked: found", real, author=share, form=".1%"),
            Line(f"{name} %/week, calculator's universes: found", found.mean("found", name),
                 low, high, share, ".1%"),
            Line(f"{name} %/week, calculator's formula: found", found.mean("foretold", name),
                 low, high, share, ".1%"),
            Line("    the formula less what was walked",
                 found.mean("foretold", name) - real, -0.1, 0.1, form="+.1%"),
        ]  # fmt: skip
    return lines


def uneven(found: Tables) -> list[Line]:
    return [
        Line("mean precision without skill", found.mean("precision"), 0.27, author="0.303"),
        Line("null matched by volatility rejects at 5 %", found.mean("matched"), high=0.09,
             author="6.7 %", form=".1%"),
        Line("plain null rejects, and must not be used", found.mean("plain"), 0.25,
             author="43 %", form=".1%"),
    ]  # fmt: skip


def survived(found: Tables) -> list[Line]:
    return [
        Line("all funds: winners again in the first quartile", found.mean("winners, all"),
             0.23, 0.27, "0.247"),
        Line("all funds: losers then in the first quartile", found.mean("losers, all"),
             0.23, 0.27, "0.250"),
        Line("survivors: losers then in the first quartile", found.mean("losers, survivors"),
             0.31, author="0.334"),
        Line("survivors: rank correlation of two years", found.mean("rank, survivors"),
             high=-0.08, author="-0.115"),
        Line("survivors alone: refused by the reader", found.mean("refused"), 1.0,
             author="warns", form=".0%"),
        Line("survivors: return a year above that of all", found.mean("gain"), author="2.0 %",
             form=".1%"),
    ]  # fmt: skip


def selection(found: Tables) -> list[Line]:
    return [
        Line("chosen inside the folds, precision", found.mean("inside"), high=0.28,
             author="0.238"),
        Line("chosen outside, precision", found.mean("outside"), author="0.672"),
    ]  # fmt: skip


def threshold(found: Tables) -> list[Line]:
    flagged = found.all("flagged hits", "walked").sum() / found.all("flagged", "walked").sum()
    return [
        Line("scores of noise: cut chosen on training rows", found.mean("nested"), 0.23, 0.27,
             "0.25"),
        Line("scores of noise: cut chosen on the tested rows", found.mean("best"),
             author="0.330"),
        Line("walks without skill: cut from inner folds", float(flagged), 0.23, 0.27),
        Line("walks without skill: cut chosen on the tested rows", found.mean("best", "walked")),
    ]  # fmt: skip


def overfit(found: Tables) -> list[Line]:
    noise, good = found.all("probability", "noise"), found.all("probability", "planted")
    return [
        Line("50 trials of noise, mean", float(noise.mean()), 0.40, 0.60, "0.474"),
        Line("    lowest", float(noise.min()), author="0.08"),
        Line("    highest", float(noise.max()), author="0.80"),
        Line("one good trial, mean", float(good.mean()), high=0.06, author="0.025"),
        Line("    highest", float(good.max()), author="0.10"),
    ]


def checks() -> list[Check]:
    """All that is simulated; the longest is first in line for a core."""
    leaky = runs(fund_worlds.leaked, 4, MONTH, "forest")
    either = {
        "forest": runs(fund_worlds.leaked, 12, ANNUAL, "forest"),
        "logistic": runs(fund_worlds.leaked, 40, ANNUAL, "logistic"),
    }
    skill = {
        "": walks("skill", 100, ANNUAL, 0.001),
        "forest": walks("skill", 20, ANNUAL, 0.001, True),
    }
    curve: dict[str, Jobs] = {
        name: [(fund_worlds.calculated, (sd, 400))] for sd, name in SKILLS.items()
    }
    curve |= {f"{name} walked": walks("skill", 100, ANNUAL, sd) for sd, name in SKILLS.items()}
    cuts = {"": runs(fund_worlds.cut, 8), "walked": walks("iid", 200)}
    trials = {
        "noise": [(fund_worlds.overfitted, (seed, False)) for seed in range(40)],
        "planted": [(fund_worlds.overfitted, (seed, True)) for seed in range(20)],
    }
    uneven_title = "volatility that differs, no skill, 200 universes"
    return [
        Check("A7", "leak meter: a style, 4-weekly, forest, 4 universes", {"": leaky}, leak),
        Check("A3", "no skill, funds that nothing tells apart, 200 universes",
              {"": walks("iid", 200)}, null(("0.249", "97.0 %", "2.0 %"))),
        Check("A4", "no skill, one market, 200 universes", {"": walks("market", 200)},
              null(("0.247", "96.5 %", "2.5 %"))),
        Check("A5", "no skill, one style, 200 universes", {"": walks("style", 200)}, style),
        Check("A6", "no skill, labels that overlap, 200 and 60 universes",
              {"": walks("style", 200, QUARTER), "monthly": walks("market", 60, MONTH)},
              overlapping),
        Check("A8", "leak of the same date: a style, yearly, 12 and 40 universes", either,
              same_date),
        Check("A9", f"{SKILLED}, 100 universes", skill, skilled),
        Check("A10", "the power calculator, beside 100 universes walked", curve, powers),
        Check("A11", uneven_title, {"": walks("volatility", 200)}, uneven),
        Check("A12", "losers closed, 400 funds, 15 years, 20 universes",
              {"": runs(fund_worlds.persisted, 20)}, survived),
        Check("A15", "the best 20 of 1,770 products of noise, 40 x 5 folds",
              {"": runs(fund_worlds.selected, 40)}, selection),
        Check("A16", "a threshold on noise, 2,000 times, and in 200 walks", cuts, threshold),
        Check("A19", "probability of overfitting, 40 and 20 seeds", trials, overfit),
    ]  # fmt: skip


def simulated(chosen: list[Check], few: bool) -> Iterator[tuple[Check, list[Line]]]:
    """Lines of each check as it ends, simulations on all cores, one process a core."""
    before = dict(os.environ)
    os.environ |= fund_speed.ONE_CORE  # read by the processes as they start
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        waiting: list[tuple[Check, dict[str, list[Future[Found]]]]] = []
        sent: dict[Any, Future[Found]] = {}  # what two checks ask for is done once
        for check in chosen:
            groups: dict[str, list[Future[Found]]] = {}
            for name, jobs in check.jobs.items():
                for work, given in jobs[:: FEW if few else 1]:
                    if (work, given) not in sent:
                        sent[work, given] = pool.submit(work, *given)
                    groups.setdefault(name, []).append(sent[work, given])
            waiting.append((check, groups))
        for check, groups in waiting:
            found = {name: [future.result() for future in each] for name, each in groups.items()}
            yield check, check.lines(Tables(found))
    for name in fund_speed.ONE_CORE:
        os.environ.pop(name)
    os.environ |= before


def real() -> Iterator[tuple[str, list[Line]]]:
    """What is found in the funds of India, where nobody knows the truth."""
    place = os.environ.get("FONDO_DATA")
    if not place:
        return
    found = fund_worlds.india(place)
    lines = []
    for name in ("logistic", "past_sharpe"):
        precision, low, high, base = found[name]
        lines += [
            Line(f"{name}, precision", precision),
            Line("    lower end of its interval", low),
            Line("    upper end", high),
        ]
    lines.append(Line("blind picks", base))
    yield f"funds of India, {found['years']} tested years: too few for a headline", lines


def told(code: str, title: str, lines: list[Line], since: float) -> list[str]:
    """Print a check, and give what it missed."""
    print(f"{code:<4}{title}   ({time.perf_counter() - since:.0f} s since the start)")
    for line in lines:
        print(line, flush=True)
    missed = [line for line in lines if line.judged and not line.reached]
    return [f"{code}: {x.what} {x.found:{x.form}}, asked for {x.mark}" for x in missed]


def main() -> int:
    """All figures, and which marks are missed."""
    every = checks()
    codes = [*(check.code for check in every), "A21"]
    parser = argparse.ArgumentParser(prog="benchmarks.funds", description=__doc__.split("\n")[0])
    parser.add_argument("codes", nargs="*", metavar="CHECK", help=f"of {', '.join(codes)}")
    parser.add_argument("--few", action="store_true", help="a twentieth of the universes")
    asked = parser.parse_args()
    chosen = asked.codes or codes
    if unknown := [code for code in chosen if code not in codes]:
        parser.error(f"no check {unknown[0]!r}; there are {', '.join(codes)}")
    print(f"load of the machine: {os.getloadavg()[0]:.2f} ({os.cpu_count()} processors)")
    if asked.few:
        print("a twentieth of the universes: to see that all runs, the marks mean nothing")
    begun, wrong = time.perf_counter(), []
    for check, lines in simulated([c for c in every if c.code in chosen], asked.few):
        wrong += told(check.code, check.title, lines, begun)
    for title, lines in speed(asked.few) if "A21" in chosen else ():
        wrong += told("A21", title, lines, begun)
    for title, lines in () if asked.codes else real():
        told("", title, lines, begun)
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong and not asked.few else 0


if __name__ == "__main__":
    sys.exit(main())
