"""The study of batch sizes: by epochs, and by updates."""

import numpy as np
import pytest

from fondo.scratch.dense import Dense
from fondo.scratch.losses import LOSSES
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD
from fondo.scratch.training import gradients
from fondo.studies.batch_size import (
    RATES,
    ROWS,
    SIZES,
    _checks,
    batch_size,
    pictures,
    sentence,
    table,
)
from fondo.studies.clouds import moons
from fondo.studies.spread import seeds_from, spread


@pytest.fixture(scope="module")
def numbers():
    return batch_size(seeds=3, epochs=4)


def test_updates_are_epochs_times_rows_by_batch_size(numbers) -> None:
    # 4 epochs of 128 rows in steps of 4: 128 updates, which take all rows 128 epochs
    assert (numbers["epochs"], numbers["updates"]) == (4, 128)
    assert _checks(128, ROWS // 4)[-1] == 4
    assert _checks(128, 1)[-1] == 128
    assert [row[3] for row in table(numbers).rows[:3]] == [128, 32, 4]
    assert [row[5] for row in table(numbers).rows[:3]] == ["512", "2,048", "16,384"]


def test_the_smallest_batch_is_at_the_same_place_in_both_comparisons(numbers) -> None:
    for sizes in numbers["rates"].values():
        assert sizes["4"]["equal_epochs_runs"] == sizes["4"]["equal_updates_runs"]


def test_all_rows_a_step_is_plain_descent(numbers) -> None:
    """Reference: the same steps written out."""
    random = np.random.default_rng(seeds_from(0, 3)[0])
    (x, y), (points, classes) = moons(ROWS, random, 0.12), moons(1000, random, 0.12)
    network = Network([Dense(16, "tanh"), Dense(1)], (2,), seed=seeds_from(0, 3)[0])
    optimizer, name = SGD(RATES[0]), "binary_cross_entropy_of_logits"
    measured = []
    for _ in range(128):
        optimizer.update(network.weights, gradients(network, x, y, name)[1])
        measured.append(LOSSES[name](network.predict(points), classes)[0])
    whole = numbers["rates"]["0.5"]["128"]
    assert whole["equal_epochs_runs"][0] == pytest.approx(measured[3], rel=1e-9)
    assert whole["equal_updates_runs"][0] == pytest.approx(measured[-1], rel=1e-9)


def test_differences_are_paired_by_seed(numbers) -> None:
    sizes = numbers["rates"]["2"]
    gap = np.subtract(sizes["4"]["equal_updates_runs"], sizes["128"]["equal_updates_runs"])
    assert sizes["4"]["over_all"]["equal_updates"] == spread(gap.tolist())
    assert sizes["128"]["over_all"]["equal_epochs"] == {"mean": 0, "low": 0, "high": 0}


def test_all_sizes_start_from_the_same_weights(numbers) -> None:
    for sizes in numbers["rates"].values():
        assert len({found["by_epoch"]["mean"][0] for found in sizes.values()}) == 1
        assert len({found["by_update"]["mean"][0] for found in sizes.values()}) == 1


def test_smaller_is_better_by_epochs_at_a_small_rate_alone(numbers) -> None:
    slow, fast = numbers["rates"].values()
    assert slow["4"]["over_all"]["equal_epochs"]["mean"] < -0.05
    assert fast["4"]["over_all"]["equal_updates"]["mean"] > 0.05


def test_the_sentence_counts_what_the_intervals_say(numbers) -> None:
    assert "better than steps of all 128 in" in sentence(numbers)
    small = numbers["rates"]["0.5"]["4"]
    level = {"mean": 0.0, "low": -1.0, "high": 1.0}
    flat = {
        rate: {**sizes, "4": {**small, "over_all": dict.fromkeys(small["over_all"], level)}}
        for rate, sizes in numbers["rates"].items()
    }
    words = sentence({**numbers, "rates": flat})
    assert "in 0 of 4 comparisons" in words
    assert words.count("(within noise)") == 4


def test_pictures_by_epoch_and_by_update(numbers, check_chart) -> None:
    charts = pictures(numbers)
    assert [chart.title for chart in charts][:2] == [
        "By epoch, at a rate of 0.5",
        "By update, at a rate of 0.5",
    ]
    assert len(charts) == 2 * len(RATES)
    for chart in charts:
        root = check_chart(chart)
        drawn = [e for e in root.iter() if e.attrib.get("class", "").startswith("stroke")]
        assert len([e for e in drawn if e.tag.endswith("path")]) == len(SIZES)
