"""fondo.funds.batches: counts by hand, the same networks trained alone, the page, bad input."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from fondo.errors import BadData, BadParameter
from fondo.funds.batches import (
    EPOCHS,
    UPDATES,
    BatchRow,
    BatchStudy,
    batch_chart,
    batch_page,
    batch_size_study,
    gap_of,
)
from fondo.funds.features import FeatureSet
from fondo.funds.network_ranker import Job, Network, train_jobs
from fondo.funds.plan import BacktestPlan
from fondo.funds.universe import make_universe
from fondo.funds.walk import Walk, make_walk
from fondo.studies.spread import seeds_from


@pytest.fixture(scope="module")
def walk() -> Walk:
    panel = make_universe("skill", funds=24, years=8, seed=2, alpha_sd=0.003)
    plan = BacktestPlan(step=26, burn_in=4 * 364, features=FeatureSet(["sharpe", "total_return"]))
    return make_walk(panel, replace(plan, share=0.25))


@pytest.fixture(scope="module")
def study(walk: Walk) -> BatchStudy:
    return batch_size_study(walk, (40, 8), seeds=2, epochs=3, most_rows=120, seed=5)


def test_counts_by_hand(walk: Walk, study: BatchStudy) -> None:
    # half-yearly dates of 24 funds; the longest training side is halved, the others with it
    counts = [len(train) for train, _ in walk.pairs]
    assert max(counts) > 120
    every = -(-max(counts) // 120)
    dates = np.unique(walk.rows.date)[::-1][::every]
    kept = [int(np.isin(walk.rows.date[train], dates).sum()) for train, _ in walk.pairs]
    assert (study.every, study.learned) == (every, (min(kept), max(kept)))
    assert (study.seeds, study.years) == (2, len(walk.pairs))
    assert [(row.batch_size, row.regime) for row in study.rows] == [
        (8, EPOCHS), (40, EPOCHS), (8, UPDATES), (40, UPDATES)
    ]  # fmt: skip
    small, large = np.ceil(np.array(kept) / 8), np.ceil(np.array(kept) / 40)
    passes = np.round(3 * small / large)
    assert study.row(8, EPOCHS).updates == pytest.approx((3 * small).mean())
    assert study.row(40, EPOCHS).updates == pytest.approx((3 * large).mean())
    assert study.row(40, UPDATES).epochs == pytest.approx(passes.mean())
    assert study.row(40, UPDATES).updates == pytest.approx((passes * large).mean())
    assert study.row(40, UPDATES).updates == pytest.approx(study.row(8, UPDATES).updates, rel=0.1)


def test_the_smallest_size_is_the_same_in_both_comparisons(study: BatchStudy) -> None:
    assert study.row(8, UPDATES) == replace(study.row(8, EPOCHS), regime=UPDATES)
    assert study.row(40, UPDATES).precisions != study.row(40, EPOCHS).precisions


def test_a_precision_is_that_of_the_same_networks_trained_alone(
    walk: Walk, study: BatchStudy
) -> None:
    seed, hits, picks = seeds_from(5, 2)[1], 0.0, 0
    dates = np.unique(walk.rows.date)[::-1][:: study.every]
    for place, (train, test) in enumerate(walk.pairs):
        learned = train[np.isin(walk.rows.date[train], dates)]
        task = Network(batch_size=40, epochs=3).task(
            {"hidden": [16], "dropout": 0.1}, len(learned), seed
        )
        (scores,) = train_jobs([Job(task, walk, learned, test, place)])
        for day in np.unique(walk.rows.date[test]):
            here = walk.rows.date[test] == day
            best = np.argsort(-scores[here])[:6]  # a quarter of 24
            hits, picks = hits + walk.y[test][here][best].sum(), picks + 6
    assert study.row(40, EPOCHS).precisions[1] == pytest.approx(hits / picks)
    assert study.picks == picks
    assert study.base_rate == pytest.approx(0.25)


def made(*rows: tuple[int, str, tuple[float, ...]]) -> BatchStudy:
    lines = tuple(BatchRow(size, regime, 3.0, 1200.0, p, 1.5) for size, regime, p in rows)
    return BatchStudy(lines, 3, 9, (300, 1000), 14, 1050.0, 0.25, 0)


@pytest.fixture
def known() -> BatchStudy:
    return made(
        (1, EPOCHS, (0.40, 0.41, 0.42)), (10, EPOCHS, (0.30, 0.31, 0.32)),
        (1, UPDATES, (0.40, 0.41, 0.42)), (10, UPDATES, (0.50, 0.40, 0.36)),
    )  # fmt: skip


def test_the_sentence_says_best_and_worst_and_whether_it_is_noise(known: BatchStudy) -> None:
    epochs, updates, blind = known.sentence.split(". ")
    assert epochs.startswith("At equal epochs the best precision is 0.410 (0.385 to 0.435), of 1 ")
    assert epochs.endswith("of 10 rows a step: more than noise, paired by seed")
    assert updates.startswith("At equal updates the best precision is 0.42")
    assert "of 10 rows a step, and the worst 0.410 (0.385 to 0.435), of 1 row a step" in updates
    assert updates.endswith("within noise, paired by seed")
    assert blind == "Blind picks hit 0.250."
    same = made(*((size, r, (0.4, 0.5, 0.6)) for r in (EPOCHS, UPDATES) for size in (1, 10)))
    assert "At equal epochs all batch sizes give a precision of" in same.sentence


def test_spread_between_seeds_by_hand(known: BatchStudy) -> None:
    row, other = known.row(1, EPOCHS), known.row(10, UPDATES)
    # 0.40, 0.41, 0.42: sd 0.01; Student's t of 2 degrees 4.3027 x 0.01 / sqrt(3) = 0.0248
    assert row.sd == pytest.approx(0.01)
    assert [row.precision[k] for k in ("mean", "low", "high")] == pytest.approx(
        [0.41, 0.38516, 0.43484], abs=1e-4
    )
    assert gap_of(other, row)["mean"] == pytest.approx(0.01)


def test_the_page_is_well_formed_and_says_the_numbers(known: BatchStudy) -> None:
    page = batch_page(known)
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "<script" not in page
    for said in ("0.410 (0.385 to 0.435)", "1,200", "Equal updates", "rows before the first year"):
        assert said in page.replace("\N{NO-BREAK SPACE}", " ")
    chart = batch_chart(known)
    assert chart.title == "Precision by batch size"
    assert "for 1, 10 rows a step" in chart.caption
    assert batch_page(known) == page


def test_json_holds_everything(known: BatchStudy) -> None:
    told = json.loads(json.dumps(known.to_json()))
    assert told["rows"][3]["precisions"] == [0.5, 0.4, 0.36]
    assert told["rows"][0]["mean"] == pytest.approx(0.41)
    assert (told["learned"], told["every"], told["sentence"]) == ([300, 1000], 14, known.sentence)


def test_what_cannot_be_is_refused(walk: Walk) -> None:
    for sizes in ((10,), (10, 10)):
        with pytest.raises(BadParameter, match="must be at least two different batch sizes"):
            batch_size_study(walk, sizes)
    with pytest.raises(BadParameter, match="sizes"):
        batch_size_study(walk, (0, 10))
    with pytest.raises(BadParameter, match="seeds must be a whole number of at least 2"):
        batch_size_study(walk, seeds=1)
    with pytest.raises(BadParameter, match="epochs must be a whole number of at least 1"):
        batch_size_study(walk, epochs=0)
    with pytest.raises(BadParameter, match="most_rows must be a whole number of at least 2"):
        batch_size_study(walk, most_rows=1)
    with pytest.raises(BadData, match="nothing of both kinds to learn from before 2004-12-31"):
        batch_size_study(walk, most_rows=10)
