"""Answers to pictures looked at: mistakes, where the network looked, shifts, what layers see.

What is found is in `report.picture_findings`, how it is drawn in `report.images`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fondo.engine.predict import predict
from fondo.errors import BadParameter
from fondo.explain.images.deletion import deletion_check
from fondo.explain.images.gallery import confused_pairs, surest_right, worst_rows, wrong_rows
from fondo.explain.images.graph import find_layer, layers, multiplications
from fondo.explain.images.inside import activations, filters, first_filters, last_maps
from fondo.explain.images.maps import grad_cam, integrated_gradients, saliency
from fondo.explain.images.occlusion import occlusion
from fondo.explain.images.place import hot_box, in_words
from fondo.explain.images.shifts import ShiftStudy, shift_study
from fondo.explain.images.single import one_output
from fondo.judge.answers import point_case
from fondo.report.images import EXPLAINED, SIDE
from fondo.report.mosaics import TILES
from fondo.report.picture_findings import LayerView, Looked, Mistaken, PictureFindings, Shown
from fondo.report.scales import number

Array = np.ndarray[Any, Any]

BUDGET = 3 * 10**11  # products of kernels, about: some twenty seconds of two cores
ALL_WAYS = 1500  # pictures that explaining one of them asks for, all ways checked
ONE_WAY = 230  # the same for Grad-CAM alone
PATIENCE = 20  # times as much is done for a picture that was named
PAIRS, WRONG, RIGHT = 3, 12, 6
STUDIED = 256  # most pictures that are shifted: one block of answers
FEWEST_STUDIED = 20
UNIT = "standard deviations"  # of the error of several numbers, in training


@dataclass(frozen=True)
class Asked:
    """What is to be looked at beyond what is always.

    Parameters
    ----------
    rows : sequence of int or None, default=None
        Pictures to explain; None takes the surest mistakes and the surest right answers.
    layer : str, int or None, default=None
        Layer that is drawn; None takes the maps of the last convolution.
    channel : int or None, default=None
        Channel that is drawn for many pictures; None takes the strongest of the first one.
    """

    rows: Sequence[int] | None = None
    layer: str | int | None = None
    channel: int | None = None


def look(
    task: Any, X: Any, y: Any = None, seed: int = 0, *, answers: Any = None, asked: Asked = Asked()
) -> PictureFindings:
    """Look at the answers of a task to pictures.

    Parameters
    ----------
    task : Task
        Fitted, with `task.data == "pictures"`.
    X : Album
        Pictures, as `task.read` gives them.
    y : array (n,) or None, default=None
        The truth, as `task.read` gives it; None where it is not known.
    seed : int, default=0
        Of random maps and of the choice of pictures.
    answers : Answers or None, default=None
        Those of the task to X, where they are known already.
    asked : Asked
        What else is wanted.

    Returns
    -------
    findings : PictureFindings
        Plain data. How much is done depends on what asking the network costs.
    """
    return _Look(task, X, y, seed, task.answers(X) if answers is None else answers, asked).find()


def looked_at(task: Any, part: Any, answers: Any, seed: int) -> PictureFindings | None:
    """Findings on a part whose answers are known; None where its examples are no pictures."""
    if not is_pictures(task):
        return None
    return look(task, part.X, part.y, seed, answers=answers)


def is_pictures(task: Any) -> bool:
    """Whether the examples of a task are pictures."""
    return bool(task.data == "pictures")


class _Look:
    """One look at the answers of a task."""

    def __init__(self, task: Any, X: Any, y: Any, seed: int, answers: Any, asked: Asked) -> None:
        self.task, self.X, self.y, self.asked = task, X, y, asked
        self.answers, self.kind = answers, task.kind
        self.rng = np.random.default_rng(seed)
        self.network = task.whole_network()
        # each of several numbers has maps of its own
        self.views = [self.network]
        self.scale: Any = 1.0  # what answers are divided by, to be put together
        if self.kind == "numbers":
            self.scale = np.asarray(task.target_scale_)
            self.views = [one_output(self.network, k) for k in range(len(self.scale))]
        products = multiplications(self.network) * len(self.views)
        self.affordable = BUDGET // max(products, 1)
        self.notes: list[str] = []

    def find(self) -> PictureFindings:
        wrong, right = self._chosen()
        rows = self._explained(wrong, right)
        known = self.y is not None
        return PictureFindings(
            self.kind,
            n_rows=len(self.X) if known else 0,
            n_wrong=len(wrong) if known and self.kind == "class" else 0,
            wrong=[self.shown(row) for row in wrong[:WRONG]],
            right=[self.shown(row) for row in right[:RIGHT]],
            confused=self._confused(),
            asked_for=[self.shown(row) for row in self.asked.rows or ()],
            looked=[] if self.kind == "points" else self._looked(rows),
            shifts=self._shifts(),
            layer=self._layer(rows),
            filters=self._filters(),
            point_errors=self._points.distances.mean(axis=0) if self._has_points else None,
            notes=self.notes,
        )

    # ---- which pictures

    @cached_property
    def sure(self) -> Array:
        """Probability of each answer; zeros where there is none."""
        if self.answers.probabilities is None:
            return np.zeros(len(self.X))
        return np.asarray(self.answers.probabilities[np.arange(len(self.X)), self.codes])

    @cached_property
    def codes(self) -> Array:
        """Number of the answered class."""
        return np.asarray(np.searchsorted(self.answers.classes, self.answers.labels))

    @cached_property
    def errors(self) -> Array:
        """Error of each number, with sign, or of each picture's points or several numbers."""
        if self._has_points:
            return np.asarray(self._points.guess)
        if self.kind == "numbers":
            return self._apart(self.answers.numbers, self.y)
        return np.asarray(np.asarray(self.answers.numbers, float) - np.asarray(self.y, float))

    @property
    def _has_points(self) -> bool:
        return self.kind == "points" and self.y is not None

    @cached_property
    def _points(self) -> Any:
        return point_case(np.asarray(self.y), self.answers)

    def _chosen(self) -> tuple[Array, Array]:
        """Rows that are wrong or worst, and rows that are right or middling."""
        none = np.empty(0, int)
        if self.y is None:
            return none, none
        if self.kind == "class":
            labels = self.answers.labels
            return (
                wrong_rows(self.y, labels, self.sure),
                surest_right(self.y, labels, self.sure),
            )
        worst = worst_rows(self.errors)
        middle = max((len(worst) - RIGHT) // 2, 0)
        far = worst[: min(WRONG, len(worst) // 2)] if len(worst) > 1 else worst
        return far, worst[max(middle, len(far)) :][:RIGHT]

    def _explained(self, wrong: Array, right: Array) -> list[int]:
        if self.asked.rows is not None:
            return list(self.asked.rows)
        half = EXPLAINED // 2
        found = [*wrong[:half], *right[: EXPLAINED - len(wrong[:half])]]
        rest = [row for row in range(len(self.X)) if row not in found]
        return [int(row) for row in [*found, *rest][: min(EXPLAINED, len(self.X))]]

    def _confused(self) -> list[Mistaken]:
        if self.kind != "class" or self.y is None:
            return []
        pairs = confused_pairs(np.asarray(self.y), self.answers.labels, self.sure, most=PAIRS)
        many = len(self.answers.classes) > 2  # of two classes the mistakes say it all
        return [
            Mistaken(
                str(pair.truth),
                str(pair.answer),
                len(pair.rows),
                [self.shown(row) for row in pair.rows[:2]] if many else [],
            )
            for pair in pairs
        ]

    def shown(self, row: int, pixels: Array | None = None) -> Shown:
        """One picture with what was answered."""
        if pixels is None:
            pixels = self.X.pictures.original(int(row), SIDE)
        common = {"row": int(row), "name": self.X.pictures.places[row], "pixels": pixels}
        truth = None if self.y is None else self.y[row]
        if self.kind == "class":
            sure = None if self.answers.probabilities is None else float(self.sure[row])
            told = None if truth is None else str(truth)
            return Shown(**common, answer=str(self.answers.labels[row]), truth=told, sure=sure)
        if self.kind == "number":
            error = None if truth is None else float(self.errors[row])
            told = None if truth is None else number(float(truth))
            answer = number(float(self.answers.numbers[row]))
            return Shown(**common, answer=answer, truth=told, error=error)
        if self.kind == "numbers":
            error = None if truth is None else float(self.errors[row])
            told = None if truth is None else self._listed(truth)
            answer = self._listed(self.answers.numbers[row])
            return Shown(**common, answer=answer, truth=told, error=error, unit=UNIT)
        error = None if truth is None else float(self.errors[row])
        places = [None if each is None else self._shares(row, each)
                  for each in (self.answers.numbers[row], truth)]  # fmt: skip
        return Shown(**common, answer="points", error=error, told=places[0], true=places[1])

    def _listed(self, numbers: Array) -> str:
        """Several numbers by their names: "angle 0.5; speed 31"."""
        named = zip(self.answers.names, np.asarray(numbers).tolist(), strict=True)
        return "; ".join(f"{name} {number(each)}" for name, each in named)

    def _apart(self, one: Any, other: Any) -> Array:
        """How far numbers lie apart (n,); several of a row as the root of their mean square."""
        gap = (np.asarray(one, float) - np.asarray(other, float)) / self.scale
        return np.asarray(np.sqrt((gap**2).mean(axis=1)) if gap.ndim == 2 else np.abs(gap))

    def _shares(self, row: int, flat: Array) -> Array:
        """Points (2 k,), all x and then all y, as shares of width and height (k, 2)."""
        survey = self.X.pictures.survey()
        pairs = np.asarray(flat, float).reshape(2, -1).T
        return pairs / (float(survey.widths[row]), float(survey.heights[row]))

    # ---- where the network looked

    def _looked(self, rows: list[int]) -> list[Looked]:
        if not rows:
            return []
        named = self.asked.rows is not None
        affordable = self.affordable * (PATIENCE if named else 1)
        full, checked = affordable >= ALL_WAYS, affordable >= ONE_WAY
        count = len(rows) if named else int(np.clip(affordable // ALL_WAYS, 1, len(rows)))
        if not full:
            self._note(
                "The network is large, so where it looked was asked for by Grad-CAM alone"
                f"{'' if checked else ', without a check'}."
            )
        loaded = np.asarray(self.X.take(np.array(rows[:count])).pictures.load(self.task.form))
        maps = self._maps(loaded, rows[:count], full=full)
        return [
            self._one(row, loaded[k], {way: found[k] for way, found in maps.items()}, checked)
            for k, row in enumerate(rows[:count])
        ]

    def _maps(self, loaded: Array, rows: list[int], *, full: bool) -> dict[str, Array]:
        """Maps (n, height, width) by the way they were made."""
        found: dict[str, Array] = {}
        has_maps = first_filters(self.network) is not None
        ways: dict[str, Any] = {}
        if full or not has_maps:
            ways["occlusion"] = occlusion
        if has_maps:
            ways["grad_cam"] = grad_cam
        if full:
            ways |= {"integrated_gradients": integrated_gradients, "saliency": saliency}
        for way, function in ways.items():
            if self.kind == "class":
                found[way] = function(self.network, loaded, self.codes[rows])
            else:
                each = [_either_way(function, view, loaded, way) for view in self.views]
                found[way] = np.sum(each, axis=0)
        return found

    def _one(self, row: int, pixels: Array, maps: dict[str, Array], checked: bool) -> Looked:
        code = int(self.codes[row]) if self.kind == "class" else 0
        checks = {}
        for way, map_ in maps.items() if checked else ():
            watch = self._probabilities if self.kind == "class" else self._closeness(pixels)
            checks[way] = deletion_check(watch, pixels, map_, code, self.rng)
        box = hot_box(next(iter(maps.values())))
        colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
        return Looked(self.shown(row, colour), maps, checks, box, in_words(box))

    def _decoded(self, pictures: Array) -> Any:
        return self.task.decode(np.asarray(predict(self.network, pictures)))

    def _probabilities(self, pictures: Array) -> Array:
        return np.asarray(self._decoded(pictures).probabilities)

    def _closeness(self, picture: Array) -> Any:
        """How near the number stays to that of the whole picture: minus the change (n, 1)."""
        whole = self._decoded(picture[None]).numbers
        return lambda pictures: -self._apart(self._decoded(pictures).numbers, whole)[:, None]

    # ---- shifts and layers

    def _shifts(self) -> ShiftStudy | None:
        if self.y is None or self.kind == "points" or self.asked.rows is not None:
            return None
        count = int(min(STUDIED, self.affordable // 21, len(self.X)))
        if min(self.task.form.height, self.task.form.width) < 2:
            return None
        if count < FEWEST_STUDIED:
            why = "the network is large" if len(self.X) >= FEWEST_STUDIED else "there are few"
            self._note(f"Pictures were not shifted: {why}.")
            return None
        rows = np.sort(self.rng.permutation(len(self.X))[:count])
        loaded = np.asarray(self.X.take(rows).pictures.load(self.task.form))
        truth = np.asarray(self.y)[rows]
        if self.kind == "numbers":
            truth = truth / self.scale
        return shift_study(self._told, loaded, truth)

    def _told(self, pictures: Array) -> Array:
        answers = self._decoded(pictures)
        return np.asarray(answers.labels if self.kind == "class" else answers.numbers / self.scale)

    def _layer(self, rows: list[int]) -> LayerView | None:
        asked = self.asked.layer
        if asked is None and first_filters(self.network) is None:
            return None
        facts = last_maps(self.network) if asked is None else None
        facts = facts or find_layer(self.network, str(asked), "explain")
        if len(facts.shape) != 3:
            named = [f.name for f in layers(self.network) if len(f.shape) == 3]
            raise BadParameter(
                f"explain(layer={facts.name!r}): the layer must give maps, this one gives "
                f"{facts.shape}. Layers with maps: {', '.join(named[:12])}."
            )
        others = [row for row in range(len(self.X)) if row not in rows]
        shown = np.array([*rows, *others][:TILES])
        loaded = np.asarray(self.X.take(shown).pictures.load(self.task.form))
        found = activations(self.network, loaded, facts.index)
        channel = self.asked.channel
        if channel is None:
            channel = int(found[0].mean(axis=(0, 1)).argmax())
        if not 0 <= channel < found.shape[3]:
            raise BadParameter(
                f"explain(channel={channel}): channels of {facts.name} go from 0 to "
                f"{found.shape[3] - 1}. Choose one of them."
            )
        return LayerView(facts.name, facts.kind, found[0], channel, found[..., channel])

    def _filters(self) -> tuple[str, Array] | None:
        facts = first_filters(self.network)
        return None if facts is None else (facts.name, filters(self.network, facts.index))

    def _note(self, words: str) -> None:
        self.notes.append(words)


def _either_way(function: Any, network: Any, pictures: Array, way: str) -> Array:
    """Map of one number, of which both directions count."""
    if way == "grad_cam":
        return np.asarray(function(network, pictures, 1) + function(network, pictures, 0))
    return np.asarray(np.abs(function(network, pictures, 1)))
