"""fondo.recipes.curves, runs and look: figures, sentences and pictures out of runs."""

import numpy as np
import pytest
from scipy import stats

from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.networks.images import PixelShape, pixel_mlp
from fondo.recipes import curves, look, runs
from fondo.recipes.digits import Rows
from fondo.recipes.kitchen import Figure, Kitchen
from fondo.report.svg import Axis

RANDOM = np.random.default_rng(0)


def made(epochs: int = 3, seeds: int = 5) -> runs.Runs:
    """Runs whose curves are known: seed s stands at 90 + s + epoch percent."""
    grid = np.arange(1, epochs + 1)[None] + np.arange(seeds)[:, None] + 90.0
    columns = dict.fromkeys(runs._COLUMNS, grid)
    return runs.Runs("plain", runs.Setting(PixelShape(), 8, epochs), columns)


def test_a_figure_is_the_mean_with_students_interval() -> None:
    figure = curves.after(made(), 2, naive=10.0, published=95.0)
    values = [92.0, 93.0, 94.0, 95.0, 96.0]
    low, high = stats.t.interval(0.95, 4, 94.0, stats.sem(values))
    assert figure.name == "test accuracy (%) after 2 epochs, plain"
    assert (figure.ours, figure.naive, figure.published) == (94.0, 10.0, 95.0)
    assert (figure.low, figure.high) == pytest.approx((low, high))


def test_a_path_tells_the_epochs_that_the_source_tells_and_the_last() -> None:
    path = curves.path(made(), {1: 91.0, 2: 92.0, 500: 98.0}, naive=10.0)
    assert [(f.name[:35], f.published) for f in path] == [
        ("test accuracy (%) after 3 epochs, p", None),
        ("test accuracy (%) after 2 epochs, p", 92.0),
        ("test accuracy (%) after 1 epoch, pl", 91.0),
    ]
    untold = curves.path(made(), {1: 91.0}, told=False)
    assert [figure.published for figure in untold] == [None, None]


def test_a_gap_is_paired_by_seed() -> None:
    # the seeds differ by tens, the pairs by 1 and 2: only pairing sees it
    figure = curves.gap("a minus b", [10.0, 22.0, 31.0, 42.0], [9.0, 20.0, 30.0, 40.0])
    assert (figure.ours, figure.naive) == (1.5, 0.0)
    assert figure.low > 0
    assert curves.gap("none", [0.1 + 0.2], [0.3]).ours == 0.0


@pytest.mark.parametrize(
    ("ends", "word"),
    [((0.1, 0.5), "higher"), ((-0.5, -0.1), "lower"), ((-0.1, 0.5), "not distinguishable")],
)
def test_words_respect_the_interval(ends: tuple[float, float], word: str) -> None:
    sentence = curves.said(Figure("a minus b", sum(ends) / 2, *ends), "higher", "lower")
    assert sentence.endswith(f", {word}.")
    assert sentence.startswith("A minus b: ")


def test_one_seed_is_not_called_anything() -> None:
    assert "says nothing of chance" in curves.said(curves.gap("x", [1.0], [0.0]), "up", "down")


@pytest.mark.parametrize(("told", "where"), [(93.0, "within"), (99.0, "above"), (1.0, "below")])
def test_one_published_run_is_placed_among_our_seeds(told: float, where: str) -> None:
    (line,) = curves.beside(made(), {1: told, 500: 98.0})
    assert f"{where} our 5 seeds (91 to 95)" in line
    assert curves.beside(made(), {1: told}, told=False) == []


def test_bands_are_percentiles_of_the_seeds() -> None:
    found = curves.ranges(np.arange(11.0)[:, None])
    assert {name: round(ends[0], 9) for name, ends in found.items()} == {
        "mean": 5.0, "low": 1.0, "high": 9.0,
    }  # fmt: skip


@pytest.mark.parametrize("by", ["epoch", "updates", "seconds"])
def test_curves_are_drawn_with_a_band_each(by: str) -> None:
    chart = curves.curves(
        "T", [("one", made(), "test loss"), ("two", made(), "training loss")], "What.", by=by
    )
    assert chart.svg.count('fill-opacity="0.18"') == 2
    assert chart.caption == "What. " + curves.BAND.format(n=5)
    assert "loss (nats)" in chart.svg


def test_runs_of_the_source_are_dots_up_to_the_last_epoch() -> None:
    each = [("one", made(), "test accuracy")]
    chart = curves.curves("T", each, "What.", published={"published": {1: 91.0, 3: 93.0, 9: 95.0}})
    # two dots and one in the legend, of the second style: no band, and no line between them
    assert chart.svg.count('class="fill2"') == 3
    assert 'class="stroke2"' not in chart.svg
    assert ">published<" in chart.svg
    late = curves.curves("T", each, "What.", published={"published": {9: 95.0}})
    assert ">published<" not in late.svg


def test_runs_of_one_epoch_stand_one_under_the_other() -> None:
    each = [("one", made(1), "test accuracy"), ("two", made(1), "test accuracy")]
    chart = curves.stands("T", each, "What.", {"published": 93.5})
    for words in (">one<", ">two<", ">published<", "test accuracy (%)"):
        assert words in chart.svg
    assert chart.svg.count('solid"') == 2  # whiskers; a single run has none
    assert chart.caption.startswith("What. Dot: mean of 5 seeds")


def test_single_runs_are_those_that_step_up_most() -> None:
    flat = np.full((6, 4), 50.0)
    flat[4, 2:] += 20  # seed 5 jumps by 20, seed 2 by 10
    flat[1, 3:] += 10
    each = runs.Runs("plain", runs.Setting(PixelShape(), 8, 4), {"test accuracy": flat})
    chart = curves.single("T", each, "test accuracy", "What.")
    assert chart.svg.index("run 5 of 6") < chart.svg.index("run 2 of 6")
    assert chart.svg.count("run ") == 4


def test_an_outline_is_a_share_of_the_values() -> None:
    chart = curves.outline("T", Axis("w"), [0, 1, 2], [("a", [[1, 3], [1, 3]])], "What.")
    assert "share of the values (%)" in chart.svg
    assert chart.caption.startswith("What.")


def rows(n: int = 60) -> Rows:
    def part(n_rows: int) -> Examples:
        X = RANDOM.uniform(size=(n_rows, 6)).astype("f4")
        return Examples(X, X[:, :3].argmax(1).astype("i4"))

    return Rows(part(n), part(30), 3)


@pytest.fixture(scope="module")
def trained() -> tuple[Rows, runs.Runs]:
    """Two seeds of a small network with a penalty, and what was looked up."""
    patch = pytest.MonkeyPatch()
    patch.setattr(runs, "SEEDS", 2)
    given, heard = rows(), []
    glance = look.weights(given)

    def both(network, state):
        return glance(network, state), look.dead(state, given.train), dict(state), network

    kitchen = Kitchen(seed=5, say=heard.append)
    setting = runs.Setting(PixelShape((16,), l2=0.001), 8, 4, learning_rate=0.02)
    found = runs.train(kitchen, "small", given, setting, both)
    patch.undo()
    assert heard[-1] == "small: 2 of 2 runs of 4 epochs."
    return given, found


def test_the_last_test_column_is_what_the_weights_give_at_rest(trained) -> None:
    given, found = trained
    for k, (_, _, state, network) in enumerate(found.seen):
        loss, accuracy = look.at_rest(network, state, given.test)
        assert found.last("test loss")[k] == pytest.approx(loss, abs=1e-5)
        assert found.last()[k] == pytest.approx(accuracy, abs=1e-4)
        said = runs.logits(network, state, given.test)
        direct = class_objective("cross_entropy", 3).loss(given.test.target, said)
        assert loss == pytest.approx(float(np.mean(direct)), abs=1e-5)
    assert found.last("updates") == [32.0, 32.0]  # 60 rows in batches of 8, 4 epochs
    assert not np.allclose(*found.curves["test loss"])


def test_weights_in_numbers_are_those_of_the_kernels(trained) -> None:
    _, found = trained
    for seen, _, state, _ in found.seen:
        kernels = [np.asarray(a) for a in state["trainable"] if np.ndim(a) == 2]
        assert seen.l2 == pytest.approx(sum(float((k**2).sum()) for k in kernels), rel=1e-5)
        assert seen.l1 == pytest.approx(sum(float(np.abs(k).sum()) for k in kernels), rel=1e-5)
        assert seen.wide == pytest.approx(100 * np.mean(np.abs(kernels[1]) > 0.2))
        assert (seen.hidden.sum(), seen.out.sum()) == (96, 48)
        assert seen.sizes == pytest.approx([np.sqrt((k**2).mean()) for k in kernels], rel=1e-5)


def test_silent_units_are_counted(trained) -> None:
    given, found = trained
    _, share, state, _ = found.seen[0]
    kernel, bias = (np.asarray(a) for a in state["trainable"][:2])
    before = given.train.inputs["inputs"] @ kernel + bias
    assert share == pytest.approx(100 * (before <= 0).all(axis=0).mean())
    silenced = {**state, "trainable": [kernel, bias - 100, *state["trainable"][2:]]}
    assert look.dead(silenced, given.train) == 100.0


def test_rows_below_the_clip_are_counted() -> None:
    # -log p of the first class: log(1 + e^20) is above 16.1, log(1 + e^10) is not
    said = np.array([[0.0, 20.0], [0.0, 10.0], [20.0, 0.0], [900.0, 0.0]])
    assert look.stuck(said, np.zeros(4, int)) == 25.0
    assert look.chances(said).sum(axis=1) == pytest.approx(1.0)


def test_a_run_that_fails_is_named_with_its_seed(monkeypatch) -> None:
    from fondo.errors import TrainingFailed

    monkeypatch.setattr(runs, "SEEDS", 2)
    wild = runs.Setting(PixelShape((16,), l2=0.001), 8, 4, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(TrainingFailed, match="wild, seed [34]: Epoch 1: .* smaller learning rate"):
        runs.train(Kitchen(seed=3), "wild", rows(), wild)


def test_parameters_are_counted() -> None:
    given = rows()
    counts = runs.count_parameters(given, runs.Setting(PixelShape((8,), batch_norm=True), 8, 1))
    # 6*8 + 8, gamma and beta 16, 8*3 + 3; the averages 16
    assert counts == (99, 16)
    assert sum(counts) == pixel_mlp(6, 3, PixelShape((8,), batch_norm=True), seed=0).count_params()
