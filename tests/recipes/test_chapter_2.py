"""C02-1 to C02-12 on the sample: learnt against naive, counts and golden values, what is honest.

All are cooked with three seeds and equal lengths, so that they share compiled programs.
"""

import re
from dataclasses import replace

import numpy as np
import pytest

from fondo.engine import beside
from fondo.engine.programs import programs
from fondo.errors import BadParameter
from fondo.recipes import (
    c02_1,
    c02_2,
    c02_3,
    c02_4,
    c02_5,
    c02_6,
    c02_7,
    c02_8,
    c02_9,
    c02_10,
    c02_11,
    c02_12,
    runs,
)
from fondo.recipes.kitchen import Dish, Figure, Kitchen
from fondo.scratch.normalisation import BatchNormalization

SEEDS, EPOCHS = 3, 3
LENGTHS = {
    c02_1: {"EPOCHS": EPOCHS, "FREE_EPOCHS": EPOCHS},
    c02_2: {"EPOCHS": EPOCHS, "OTHERS": EPOCHS},
    c02_3: {"EPOCHS": 1, "MORE": EPOCHS},
    c02_4: {"EPOCHS": {c02_4.LARGE: 87, c02_4.MIDDLE: EPOCHS, c02_4.SMALL: 1}},
    c02_5: {"EPOCHS": EPOCHS},
    c02_7: {"EPOCHS": EPOCHS},
    c02_8: {
        "EPOCHS": EPOCHS,
        "RATES": {"adam": 0.001, "sgd": 0.01},
        "SMALL": 1024,
        "SMALL_EPOCHS": EPOCHS,
    },
    c02_9: {"SHORT": EPOCHS, "LONG": 12},
    c02_10: {
        "EPOCHS": EPOCHS,
        "SWEEP_EPOCHS": 12,
        "HELD": 15_000,  # as many of the sample as there are test rows
        "STRENGTHS": {"none": (0.0, 0.0), "L1 1e-4": (1e-4, 0.0)},
    },
    c02_11: {"EPOCHS": EPOCHS, "FEW": 60_000, "FEW_EPOCHS": 8, "RATES": (0.0, 0.75)},
    c02_12: {"EPOCHS": EPOCHS},
}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SEEDS", SEEDS)
    monkeypatch.setattr(beside, "_ORDERS", 1)  # one epoch a call: any number shares a program
    for module, lengths in LENGTHS.items():
        for name, value in lengths.items():
            monkeypatch.setattr(module, name, value)


def cooked(module) -> tuple[Dish, dict[str, Figure]]:
    dish = module.run(Kitchen())
    named = {figure.name: figure for figure in dish.figures}
    assert len(named) == len(dish.figures), "two figures have one name"
    assert 2 <= len(dish.charts) <= 5
    for figure in dish.figures:
        assert np.isfinite(figure.ours), figure.name
    return dish, named


def published(dish: Dish) -> list[str]:
    """Names of the figures that stand beside a published one."""
    return [figure.name for figure in dish.figures if figure.published is not None]


def test_raw_pixels_stand_still_with_a_clipped_loss_and_learn_from_logits() -> None:
    dish, named = cooked(c02_1)
    clipped = named["test accuracy (%) after 3 epochs, clipped loss as published"]
    free = named["test accuracy (%) after 3 epochs, loss from logits"]
    assert free.ours > 80
    assert free.ours > clipped.ours + 30
    assert free.naive == clipped.naive == pytest.approx(10.03, abs=0.01)
    assert named["test rows on which the metric and counting by hand differ"].ours == 0
    assert named["classes never answered, from logits"].ours == 0
    assert named["training rows below the clip, clipped loss (%)"].ours > 20
    # nearly all of the loss is made of rows that are clipped: 16.1 nats times their share
    stuck = named["training rows below the clip, clipped loss (%)"].ours / 100
    loss = named["training loss (nats) after 3 epochs, clipped loss as published"].ours
    assert loss == pytest.approx(16.118 * stuck, rel=0.25)
    assert published(dish) == []


def test_counting_by_hand_counts_every_hit_once() -> None:
    assert c02_1.by_hand(np.array([3, 1, 2, 2]), np.array([3, 2, 2, 1])) == 2


def test_jumps_are_counted_behind_the_second_epoch() -> None:
    curve = np.array([[10, 60, 62, 70, 70], [10, 11, 12, 13, 14.0]])  # 10 to 60 is the start
    each = runs.Runs("r", None, {"test accuracy": curve})
    assert c02_1.jumps_of(each) == (1, 1)


def test_the_table_of_the_sigmoid() -> None:
    golden = [0.5025, 0.5250, 0.5498, 0.5744, 0.5987, 0.6225, 0.6457, 0.6682, 0.6900, 0.7109]
    assert c02_2.sigmoids(1) == pytest.approx(golden, abs=5e-5)
    large = c02_2.sigmoids(255)
    assert large[0] == pytest.approx(0.9276, abs=5e-5)
    assert large[1:] == pytest.approx(1.0, abs=5e-5)
    assert c02_2.sigmoids(-1) == pytest.approx(1 - c02_2.sigmoids(1))


def test_scaling_lifts_the_network_off_the_plateau() -> None:
    dish, named = cooked(c02_2)
    assert named["test accuracy (%) after 3 epochs, max"].ours > 85
    assert named["test accuracy after 3 epochs, raw minus max (points)"].high < -10
    for way in ("min-max", "mean", "standard"):
        assert named[f"test accuracy (%) after 3 epochs, {way}"].ours > 85
    assert named["largest size of a standardised test pixel"].ours > 10  # not within -1 and 1
    # the table speaks of no data, so its published values stay
    assert published(dish) == [name for name in named if name.startswith("sigmoid")]


def test_inverted_pixels_learn_more_slowly_unless_they_are_centred() -> None:
    _, named = cooked(c02_3)
    assert (
        named["test accuracy after 3 epochs of batch 25, inverted minus plain (points)"].ours < -1
    )
    centred = "test accuracy after 3 epochs of batch 25, inverted, centred minus plain (points)"
    assert named[centred].ours > -1
    assert named["test accuracy (%) after 1 epoch, inverted, batch 4"].ours > 60
    assert named["pixels of the training rows"].ours == 1438 * 64
    zeros = named["of these at 0 before (%)"].ours
    assert zeros == pytest.approx(48.95, abs=0.01)


def test_small_batches_win_by_epochs_and_large_ones_by_updates() -> None:
    _, named = cooked(c02_4)
    assert named["test accuracy after 1 epoch, batch 25 minus 767 (points)"].low > 20
    for size in (4, 25):
        assert named[f"test accuracy after 174 updates, batch {size} minus 767 (points)"].high < 0
    # 1,438 rows: 2 of batches of 767, 58 of 25, 360 of 4
    counted = {n: f.ours for n, f in named.items() if n.startswith("updates counted")}
    assert counted == {
        "updates counted in 87 epochs, batch 767": 174,
        "updates counted in 3 epochs, batch 25": 174,
        "updates counted in 1 epoch, batch 4": 360,
    }


def test_updates_are_those_of_the_source() -> None:
    assert [c02_4.updates(500, 60_000, size) for size in (30_000, 32)] == [1000, 937_500]
    assert c02_4.updates(1, 10, 4) == 3  # the last one of 2 rows


def test_equal_updates_are_part_of_an_epoch_or_several() -> None:
    from fondo.recipes.digits import digits

    told = digits(Kitchen())
    setting = runs.base(told, 1024, 5)
    part, short = c02_4.with_updates(told, setting, 6, seed=0)
    assert (part.train.n_rows, short.epochs) == (6 * 25, 1)
    whole, long = c02_4.with_updates(told, setting, 580, seed=0)
    assert (whole.train.n_rows, long.epochs) == (1438, 10)


def test_three_layers_beside_one() -> None:
    dish, named = cooked(c02_5)
    assert named["test accuracy (%) after 3 epochs, three hidden layers"].ours > 88
    assert named["test accuracy after 3 epochs, three layers minus one (points)"].ours > 0
    # 64*100+100, twice 100*100+100, 100*10+10
    assert named["parameters, three hidden layers"].ours == 27_710
    assert named["parameters, one hidden layer"].ours == 7_510
    assert any("6,500, 10,100, 10,100, 1,010" in note for note in dish.notes)


def test_layers_have_the_parameters_of_the_source() -> None:
    layers = c02_5.layer_parameters(784, (1000, 1000, 1000), 10)
    assert layers == [785_000, 1_001_000, 1_001_000, 10_010]
    assert sum(layers) == c02_5.DEEP_PARAMETERS


def test_the_toy_problem_has_the_weights_of_the_digest(monkeypatch) -> None:
    monkeypatch.setattr(c02_6, "MORE", 120)
    dish, named = cooked(c02_6)
    golden = {
        "1 step at 0.01": 1.556186950, "10 steps at 0.01": 1.872183920,
        "100 steps at 0.01": 1.959886445, "1 step at 0.1": 2.2610665, "2 steps at 0.1": 1.7389335,
        "3 steps at 0.1": 2.0913733, "10 steps at 0.1": 1.9515130, "100 steps at 0.1": 1.9974093,
        "1 step at 0.5": 5.3938645, "2 steps at 0.5": -23.3234505, "3 steps at 0.5": 187.8140814,
    }  # fmt: skip
    for what, weight in golden.items():
        assert named[f"weight after {what}"].ours == pytest.approx(weight, abs=1e-6), what
    assert named["largest stable rate"].ours == pytest.approx(0.119756, abs=1e-6)
    assert any("training diverged in epoch" in note for note in dish.notes)
    assert any("not stuck in a local minimum" in note for note in dish.notes)


def test_the_toy_problem_takes_no_data(tmp_path) -> None:
    with pytest.raises(BadParameter, match="Leave --data out"):
        c02_6.run(Kitchen(data=tmp_path))


def test_rates_are_ordered_and_kill_units() -> None:
    _, named = cooked(c02_7)
    dead = [named[f"hidden units that never fire, rate {rate:g} (%)"].ours for rate in c02_7.RATES]
    assert dead == sorted(dead)
    assert dead[2] > dead[0] + 30
    for rate in c02_7.RATES:
        assert named[f"seeds that are warned of, rate {rate:g}"].ours == 0  # all of them learn here


@pytest.mark.parametrize(
    ("accuracy", "told"),
    [
        ([11.0, 11.4, 11.2], "as good as always saying one class"),
        ([5.0, 20.2, 20.2, 20.2], "stood still for 3 epochs. The step is too large"),
        ([5.0, 20.0, 21.9, 21.0], "stood still for 3 epochs"),
        ([5.0, 20.0, 22.1, 21.0], ""),  # it moves
        ([50.0, 60.0, 70.0], ""),
        ([97.0, 97.1, 97.2], ""),  # little moves where little is left to learn
        ([11.0, 11.0], ""),  # too early to tell
    ],
)
def test_a_standstill_is_warned_of(accuracy: list[float], told: str) -> None:
    found = c02_7.warning(accuracy, 11.35)
    assert told in found
    assert bool(told) == bool(found)


def test_the_companions_loss_is_made_of_clipped_rows() -> None:
    # -log 1e-7 times the share that is wrong
    assert 7 * np.log(10) * (1 - c02_7.TRAINING / 100) == pytest.approx(c02_7.LOSS, abs=5e-5)


def test_optimizers_beside_adam() -> None:
    _, named = cooked(c02_8)
    assert named["test accuracy (%) after 3 epochs, Adam"].ours > 85
    slow = "test accuracy after 3 epochs of batch 25, SGD minus Adam (points)"
    assert named[slow].high < -5
    # at one batch size the two runs of SGD are the same
    assert named["test accuracy (%) after 3 epochs, SGD, batch 25"].ours == (
        named["test accuracy (%) after 3 epochs, SGD"].ours
    )


def test_all_seven_optimizers_are_known_to_keras() -> None:
    from fondo.engine.optimizers import make_optimizer

    made = [type(make_optimizer(name)).__name__ for name in c02_8.SHOWN]
    assert sorted(made) == sorted(c02_8.SHOWN.values())
    assert len(made) == 7


def test_few_rows_are_memorised_and_weights_spread() -> None:
    dish, named = cooked(c02_9)
    wide = "training minus test accuracy after 12 epochs, 144 rows (points)"
    assert named[wide].low > 2
    assert abs(named["training minus test accuracy after 3 epochs, all rows (points)"].ours) < 2
    assert named["spread of the last kernel, 12 minus 3 epochs"].low > 0
    assert named["test accuracy (%) after 3 epochs, all rows"].ours > 85
    assert any("144 rows, drawn from the training rows" in note for note in dish.notes)


def test_the_published_penalty_holds_the_network_down_and_one_is_picked_elsewhere() -> None:
    dish, named = cooked(c02_10)
    assert named["test accuracy (%) after 3 epochs, L2 0.1"].ours < 85
    assert named["test accuracy (%) after 3 epochs, no penalty"].ours > 88
    spread = [named[f"spread of the first kernel, {n}"].ours for n in ("no penalty", "L2 0.01")]
    assert spread[1] < 0.8 * spread[0]
    # the mean loss in passing lies above data loss and penalty at the end of the epoch
    parts = ["of this the data loss, at rest (nats), L2 0.01", "and the penalty (nats), L2 0.01"]
    total = named["training loss (nats) after 3 epochs, L2 0.01"].ours
    assert 0.7 * total < sum(named[part].ours for part in parts) < total
    losses = {n: f.ours for n, f in named.items() if n.startswith("validation loss")}
    assert len(set(losses.values())) == 2
    best = re.fullmatch(r"validation loss \(nats\), (.*), 12 .*", min(losses, key=losses.get))
    assert any(f"validation rows pick {best[1]};" in note for note in dish.notes)
    assert any(name.startswith(f"test accuracy (%) of few rows, {best[1]}") for name in named)


def test_the_strength_is_picked_without_a_look_at_the_test_rows() -> None:
    from fondo.recipes.digits import digits

    told = digits(Kitchen())
    wrong = replace(told, y_test=(told.y_test + 1) % 10)  # every test label is another digit
    (sweep, judged), (again, spoilt) = (c02_10._sweep(Kitchen(), each) for each in (told, wrong))
    assert judged.picked == spoilt.picked
    for name, each in sweep.items():
        np.testing.assert_array_equal(each.last("test loss"), again[name].last("test loss"))
    assert min(judged.accuracy["none"]) > 75
    assert max(spoilt.accuracy["none"]) < 15  # it is judged on the test rows


def test_by_time_each_batch_size_is_read_when_the_quickest_is_over() -> None:
    def took(size: int, seconds: float, level: list[float]) -> runs.Runs:
        setting = runs.Setting(None, size, len(level))
        columns = {"seconds": [[seconds] * len(level)] * 2, "test accuracy": [level, level]}
        return runs.Runs("", setting, {name: np.array(v) for name, v in columns.items()})

    each = {c02_4.LARGE: took(100, 3.0, [50.0, 60.0]), c02_4.SMALL: took(4, 2.0, [80.0, 85, 90])}
    # 6 seconds each: two epochs of 3, three of 2
    told = c02_4._by_time(each)
    assert "in 6 seconds of one run, batch 100: 2 epochs, 60.0 %; batch 4: 3 epochs, 90.0 %" in told
    each[c02_4.LARGE] = took(100, 7.0, [50.0])
    assert "batch 100: not one epoch; batch 4: 3 epochs" in c02_4._by_time(each)


def test_dropout_makes_training_rows_look_worse_than_they_are() -> None:
    _, named = cooked(c02_11)
    asleep = "training accuracy at rest minus in passing, dropout 0.9 (points)"
    assert named[asleep].low > 20
    assert named["test accuracy after 1 epoch, dropout 0.9 minus none (points)"].ours < -10
    assert named["test accuracy (%) after 8 epochs, dropout 0.75, 1,438 rows"].ours > 80


def test_normalisation_undoes_the_penalty() -> None:
    _, named = cooked(c02_12)
    # the penalty costs accuracy alone, and next to nothing behind a normalisation
    without = named["test accuracy, the penalty gains without it (points)"].ours
    behind = named["test accuracy, the penalty gains with normalisation (points)"].ours
    assert without < -0.5
    assert behind > without
    sizes = {n: named[f"spread of the first kernel, {n}"].ours for n in c02_12.WAYS}
    assert sizes["both"] < 0.8 * sizes["normalisation alone"]
    # 64*100+100, gamma and beta 200, 100*10+10; the averages 200
    assert named["trainable parameters, with normalisation"].ours == 7_710
    assert named["parameters that are not trained (running averages)"].ours == 200
    assert named["largest difference of a row predicted alone, in logits"].ours < 1e-4
    lagging = named["test accuracy (%) after 1 epoch, both"].ours
    assert named[c02_12.UNBIASED].ours > lagging + 2


def test_running_averages_of_equal_batches_are_these_batches_once_their_bias_is_gone() -> None:
    mean, variance = np.zeros(3), np.ones(3)
    truth = np.array([0.5, -2.0, 0.0]), np.array([4.0, 0.25, 1.0])
    for _ in range(7):  # as Keras runs them on, from 0 and 1
        mean, variance = 0.99 * mean + 0.01 * truth[0], 0.99 * variance + 0.01 * truth[1]
    state = {"trainable": [1], "non_trainable": [mean, variance, "seed"]}
    found = c02_12.unbiased(state, 7)
    np.testing.assert_allclose(found["non_trainable"][:2], truth, atol=1e-12)
    assert (found["trainable"], found["non_trainable"][2]) == ([1], "seed")
    assert np.abs(state["non_trainable"][1] - truth[1]).max() > 1  # the first is left as it was


def test_the_golden_batch() -> None:
    golden = [-1.341640786, -0.447213595, 0.447213595, 1.341640786]
    batch = np.array([1.0, 2, 3, 4])
    assert c02_12.normalise(batch) == pytest.approx(golden, abs=1e-9)
    assert c02_12.normalise(10 * batch + 7) == pytest.approx(golden, abs=1e-9)  # a law
    layer = BatchNormalization(epsilon=0.5)
    layer.build((None, 1))
    glass = layer.forward(batch[:, None], training=True)[:, 0]
    np.testing.assert_allclose(c02_12.normalise(batch, epsilon=0.5), glass)


def test_variants_of_one_shape_share_one_program() -> None:
    c02_7.run(Kitchen())
    before = programs.compiled
    c02_7.run(Kitchen(seed=1))  # other seeds and three rates: nothing new
    assert programs.compiled == before


def test_the_same_seed_cooks_the_same() -> None:
    first, again, other = (c02_5.run(Kitchen(seed=s)).figures for s in (0, 0, 50))
    assert first == again
    assert first != other


def test_full_is_the_length_of_the_source(monkeypatch) -> None:
    monkeypatch.setattr(c02_5, "EPOCHS", 1)
    monkeypatch.setattr(c02_5, "FULL", EPOCHS)
    names = [figure.name for figure in c02_5.run(Kitchen(full=True)).figures]
    assert "test accuracy (%) after 3 epochs, three hidden layers" in names


@pytest.mark.data
def test_an_epoch_of_mnist_lands_where_the_companion_did(fondo_data, monkeypatch) -> None:
    from fondo.recipes.digits import digits

    monkeypatch.setattr(runs, "SEEDS", 1)
    told = digits(Kitchen(data=fondo_data / "images" / "mnist"))
    setting = runs.base(told, 1024, 1)
    assert (setting.batch_size, setting.shape.hidden) == (1024, (1000,))
    found = runs.train(Kitchen(), "max", told.rows("max"), setting)
    assert found.last("updates") == [59.0]
    assert found.last() == pytest.approx([c02_2.ACCURACY[1]], abs=1.0)  # 93.39 % published
    assert min(found.last()) > told.naive + 75
