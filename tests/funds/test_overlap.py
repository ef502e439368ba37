"""fondo.funds.overlap: rows by hand, what is found in a style, sentences, bad input."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.funds.overlap import INTERVALS, OverlapStudy, _row, overlap_study
from fondo.funds.overlap_run import Judged, grid, run
from fondo.funds.universe import make_universe

SMALL = {"funds": 20, "years": 14, "model": "linear"}


def test_universes_have_seeds_of_their_own_and_rows_are_means_over_them() -> None:
    found = []
    for seed in np.random.SeedSequence(5).spawn(2):
        panel = make_universe("style", funds=30, years=14, seed=np.random.default_rng(seed))
        found += run(panel, [grid(13, 14)], "linear")
    sizes = {"simulations": 2, "funds": 30, "years": 14, "seed": 5, "model": "linear"}
    study = overlap_study(["style"], [52, 13], **sizes)
    assert study.truth == 8 / 30  # a quarter of 30 funds is 7.5, rounded up
    assert study.row("style", 13) == _row("style", 13, found, truth=8 / 30)


def judged(precision: float, ends: list[list[float]]) -> Judged:
    return Judged(100, precision, 10, 40 + 100 * precision, np.array(ends))


def test_a_row_by_hand() -> None:
    runs = [
        judged(0.20, [[0.15, 0.24], [0.10, 0.30], [0.05, 0.40]]),
        judged(0.30, [[0.26, 0.35], [0.25, 0.36], [0.15, 0.45]]),
        judged(0.40, [[0.35, 0.45], [0.30, 0.50], [0.25, 0.55]]),
    ]
    row = _row("style", 13, runs, truth=0.25)
    # ends at 0.25 itself hold it; the mean is 0.3 +- 4.303 * 0.1 / sqrt(3)
    assert (row.naive.covered, row.date.covered, row.year.covered) == pytest.approx((0, 2 / 3, 1))
    assert (row.naive.called, row.date.called, row.year.called) == pytest.approx((2 / 3, 1 / 3, 0))
    assert row.naive.width == pytest.approx((0.09 + 0.09 + 0.10) / 3)
    assert (row.precision, row.spread) == pytest.approx((0.3, 0.1))
    assert (row.low, row.high) == pytest.approx((0.0516, 0.5484), abs=1e-4)
    assert row.inflation == pytest.approx(0.01 * 100 / (0.25 * 0.75))
    assert (row.kind, row.step, row.dates, row.picks, row.effective) == ("style", 13, 10, 100, 70)


def test_in_a_style_the_naive_interval_breaks_its_promise_and_that_by_years_keeps_it() -> None:
    # 200 simulations of 100 funds and 20 years: 0.62 and 0.92
    study = overlap_study(
        ["style"], [13], simulations=50, funds=60, years=16, seed=3, model="linear"
    )
    row = study.row("style", 13)
    assert row.naive.covered < 0.8
    assert row.year.covered > 0.85
    assert row.naive.called > 2 * row.year.called
    assert row.inflation > 2.5
    assert row.effective < row.picks / 2


def test_exchangeable_funds_need_no_clusters() -> None:
    row = overlap_study(["iid"], [52], simulations=60, seed=1, **SMALL).row("iid", 52)
    assert row.naive.covered > 0.88
    assert row.precision == pytest.approx(0.25, abs=0.05)
    assert row.inflation == pytest.approx(1, abs=0.5)


def test_a_row_does_not_depend_on_what_else_is_asked() -> None:
    both = overlap_study(["iid", "style"], [52, 13, 10], simulations=3, **SMALL)
    alone = overlap_study(["style"], [13], simulations=3, **SMALL)
    assert both.row("style", 13) == alone.row("style", 13)
    assert [(row.kind, row.step) for row in both.rows] == [
        (kind, step) for kind in ("iid", "style") for step in (52, 13, 10)
    ]
    assert both.row("style", 10).dates == 36  # from week 320 to week 676: 320, 330, ... 670


def test_the_seed_decides() -> None:
    one, again, other = (
        overlap_study(["market"], [52], simulations=3, seed=seed, **SMALL) for seed in (1, 1, 2)
    )
    assert one == again
    assert one.rows != other.rows


def test_a_classifier_of_ones_own_may_rank() -> None:
    from sklearn.dummy import DummyClassifier

    study = overlap_study(
        ["iid"], [52], simulations=2, funds=20, years=14, model=DummyClassifier(strategy="prior")
    )
    assert study.model == "DummyClassifier"
    assert study.rows[0].precision == pytest.approx(0.25)  # all tied: blind picks
    assert study.lines()[2].startswith("Nowhere does the precision vary more")


def test_the_sentences_and_the_json_say_it() -> None:
    runs = [
        judged(0.30, [[0.26, 0.35], [0.25, 0.36], [0.15, 0.45]]),
        judged(0.32, [[0.27, 0.35], [0.25, 0.36], [0.15, 0.45]]),
        judged(0.31, [[0.20, 0.35], [0.25, 0.36], [0.15, 0.45]]),
    ]
    wide = [replace(run, precision=p) for run, p in zip(runs, (0.20, 0.32, 0.28), strict=True)]
    rows = (_row("iid", 52, wide, 0.25), _row("style", 4, runs, 0.25))
    study = OverlapStudy(rows, 3, 14, 20, 0, "linear", 0.25)
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in study.lines()]
    assert lines[0] == (
        "An interval that takes picks as independent promises to hold the truth in 95 % of all "
        "runs; at worst it does in 33 % of 3 (in iid universes with a date every 52 weeks), and "
        "calls noise skill in 67 %."
    )
    assert lines[1] == "By calendar year it holds it in 100 %."
    assert lines[2] == (  # 0.00373 * 100 / (0.25 * 0.75)
        "In iid universes with a date every 52 weeks, the variance of the precision between runs "
        "is 1.99 times that of as many independent picks: 100 picks are worth about 50."
    )
    assert lines[3].startswith("In style universes the mean precision itself is above 0.25")
    told = json.loads(json.dumps(study.to_json(), allow_nan=False))
    assert told["rows"][1]["kind"] == "style"
    assert set(INTERVALS) <= set(told["rows"][0])
    assert told["rows"][0]["naive"]["called"] == pytest.approx(2 / 3)
    assert told["lines"] == study.lines()
    assert study.row("style", 4) is rows[1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kinds": ["skill"]}, r"kinds=\['skill'\]\): must be made of iid, market, style, vol"),
        ({"kinds": ["style+survivorship"]}, "in which nobody has skill"),
        ({"kinds": ["stile"]}, "Did you mean 'style'"),
        ({"kinds": ["iid+market"]}, "'iid' is a universe without a market"),
        ({"kinds": "style"}, "kinds='style'.: must be a list of one or more, none twice"),
        ({"kinds": []}, "must be a list of one or more"),
        ({"steps": [13, 13]}, "steps=.13, 13.*none twice"),
        ({"steps": [0]}, "steps must be a whole number from 1 to 52"),
        ({"steps": [53]}, "steps must be a whole number from 1 to 52"),
        ({"simulations": 1}, "simulations must be a whole number of at least 2"),
        ({"years": 13}, "years must be a whole number of at least 14"),
        ({"funds": 9}, "funds must be a whole number of at least 10"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"model": "logit"}, "Did you mean 'logistic'"),
    ],
)
def test_what_cannot_be_asked_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        overlap_study(**settings)
