"""fondo.tasks.audio.rounds: trainings that are stopped in a round go on to the same bits.

What rounds are good for is in `test_trigger`.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from fondo.engine.callbacks import Callback
from fondo.engine.train import train as engine
from fondo.errors import Interrupted
from fondo.store.weights import hash_arrays
from fondo.tasks.audio import rounds
from fondo.tasks.audio.mixing import Mixing
from fondo.tasks.audio.rounds import checkpoint_of
from fondo.tasks.audio.trigger import TriggerWord
from fondo.tasks.run import Run

# Too few clips for any threshold, which is then told.
pytestmark = pytest.mark.filterwarnings("ignore:TriggerWord")

EPOCHS, ROUNDS = 4, 2  # and two epochs a round
MIXING = Mixing(clips=8, seconds=1.5, positives=(0, 1), negatives=(0, 1), clipping=0.3)


def word(**settings):
    return TriggerWord(
        **{"mixing": MIXING, "epochs": EPOCHS, "rounds": ROUNDS, "learning_rate": 0.005,
           "batch_size": 4, "negative_ramp": 2.0, "focus": 1.0} | settings
    )  # fmt: skip


class Told(Callback):
    """Keeps what it hears; Ctrl-C at an epoch of a training, the first being 1."""

    def __init__(self, stop=None):
        self.stop, self.starts, self.epochs, self.ends = stop, [], [], 0

    def on_start(self, plan, n_rows):
        self.starts.append((plan.epochs, n_rows))

    def on_epoch(self, row):
        self.epochs.append((len(self.starts), row["epoch"]))
        if self.epochs[-1] == self.stop:
            raise KeyboardInterrupt

    def on_end(self, outcome):
        self.ends += 1


def end_of(task):
    """All that a training leaves, without the clock."""
    rows = [{k: v for k, v in row.items() if k != "seconds"} for row in task.history_]
    told = [rows, task.policy_, task.choice_, task.curve_, task.best_epoch_, task.identities_]
    return hash_arrays(task.stored_weights()), json.dumps([*told, task.receipt_["hashes"]])


@pytest.fixture(scope="module")
def sources(made_sources):
    return made_sources(range(3))


@pytest.fixture(scope="module")
def whole(sources):
    """What a training that nothing stopped comes to."""
    told, learnt = Told(), []

    def train(step, *rest):
        learnt.append(step.objective.signature)
        return engine(step, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "train", train)
        task = word().fit(sources, run=Run(callbacks=(told,)))
    assert learnt == 2 * [task.objective(ramped=False).signature]
    assert told.starts == [(4, 8), (2, 10), (2, 12)]  # each finds two hard ones more
    assert (len(told.epochs), told.ends) == (8, 3)
    assert [row["epoch"] for row in task.history_] == list(range(1, 9))
    return end_of(task)


@pytest.mark.parametrize("at", [(1, 2), (2, 1), (3, 2)], ids=str)
def test_what_is_stopped_goes_on_to_the_same_bits(sources, whole, tmp_path, at):
    place = tmp_path / "word.checkpoint"
    stopped, again = Told(at), Told()
    with pytest.raises(Interrupted, match=f"after epoch {at[1]}. The checkpoint is at .*word"):
        word().fit(sources, run=Run(place, callbacks=(stopped,)))
    kept = {path.name for path in tmp_path.iterdir()}
    beside = {checkpoint_of(Run(place), number).name for number in range(1, at[0])}
    assert kept == {"word.checkpoint"} | beside
    task = word().fit(sources, run=Run(place, resume=True, callbacks=(again,)))
    assert end_of(task) == whole
    every = [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (3, 1), (3, 2)]
    assert stopped.epochs == every[: every.index(at) + 1]
    assert again.epochs == every[every.index(at) + 1 :]  # what was learnt is not learnt again


def test_a_training_that_is_over_is_resumed_without_learning(sources, tmp_path):
    run, told = Run(tmp_path / "word.checkpoint"), Told()
    task = word(rounds=1).fit(sources, run=run)
    again = word(rounds=1).fit(sources, run=replace(run, resume=True, callbacks=(told,)))
    assert end_of(again) == end_of(task)
    assert (told.epochs, told.ends) == ([], 2)


def test_rounds_of_an_earlier_training_are_of_no_account(sources, whole, tmp_path):
    place = tmp_path / "word.checkpoint"
    run = Run(place, callbacks=(Told((1, 1)),))
    (tmp_path / "word.checkpoint.round-1").write_text("of settings that were tried before")
    (tmp_path / "word.checkpoint.round-17").write_text("with more rounds")
    (tmp_path / "words.checkpoint.round-1").write_text("of another word")
    with pytest.raises(Interrupted):  # begun anew
        word().fit(sources, run=run)
    assert {path.name for path in tmp_path.iterdir()} == {place.name, "words.checkpoint.round-1"}
    assert end_of(word().fit(sources, run=Run(place, resume=True))) == whole


def test_without_a_checkpoint_nothing_is_kept_beside():
    assert checkpoint_of(Run(), 1) is None


def test_the_weight_of_steps_without_the_word_rises_until_the_first_training_is_over(sources):
    task = word(epochs=3, batch_size=3, focus=0.0)
    objective, steps = task.objective(), 3 * 3  # eight clips are three batches
    target, outputs = np.zeros((1, 5)), np.zeros((1, 5, 1))
    costs = [float(objective.loss_after(n, target, outputs)[0]) for n in range(steps + 2)]
    assert costs[0] == pytest.approx(np.log(2))
    assert np.diff(costs[: steps + 1]) == pytest.approx(np.log(2) / steps, rel=1e-4)
    assert costs[steps] == costs[steps + 1] == pytest.approx(2 * np.log(2))
    always = task.objective(ramped=False)
    assert float(always.loss_after(0, target, outputs)[0]) == pytest.approx(2 * np.log(2))


def test_clips_that_are_cut_off_at_full_scale_are_asked_of_the_recipe(sources):
    assert word().recipe(sources).overdriven == 0.3
    assert word(mixing=Mixing()).recipe(sources).overdriven == 0
    assert word(mixing=Mixing(clipping=1.0, notes=True)).recipe(sources).overdriven == 0
