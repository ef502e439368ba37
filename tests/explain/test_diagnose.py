"""fondo.explain.diagnose and apart: planted faults are found, validation rows are found again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fondo
from fondo.errors import BadData, BadParameter
from fondo.explain import diagnose as module
from fondo.explain.apart import check_apart, set_apart
from fondo.explain.diagnose import best_rival, likeliest, measures_of, naive_level
from fondo.judge.answers import Answers
from fondo.tasks.rows import Part, split_part

PLAIN = {"embedding": "none", "members": 1, "dropout": 0.0}


def number_rows(n: int, seed: int, third: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Three columns, and a sum of the first two; `third` is what the third comes to matter."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, 2.0, third] + rng.normal(0, 0.3, n)


@pytest.fixture(scope="module")
def regressor() -> Any:
    shape = fondo.MLP(hidden=(16,), **PLAIN | {"dropout": 0.2})
    return fondo.TableRegressor(architecture=shape, epochs=30).fit(*number_rows(400, 0))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No classic models are fitted: they take longer than the rest."""
    monkeypatch.setattr("fondo.tasks.tables.base.TableTask.rivals", lambda *_: {})


def name_of(found: Any) -> str:
    return str(found.findings[0].name)


def test_a_straight_line_cannot_learn_xor(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    def neighbours(task: Any, train: Part, test: Part) -> dict[str, Answers]:
        model = KNeighborsClassifier().fit(train.X.to_numpy(), train.y)
        p = model.predict_proba(test.X.to_numpy())
        return {"neighbours": Answers(probabilities=p, classes=model.classes_)}

    monkeypatch.setattr("fondo.tasks.tables.base.TableTask.rivals", neighbours)

    def rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        X = rng.choice([-1.0, 1.0], (n, 2)) + rng.normal(0, 0.1, (n, 2))
        return X, np.where(X[:, 0] * X[:, 1] > 0, "same", "other")

    shape = fondo.MLP(hidden=(), **PLAIN)
    train, test = rows(400, 0), rows(200, 1)
    task = fondo.TableClassifier(architecture=shape, epochs=5).fit(*train)
    found = fondo.diagnose(task, train=train, test=test)
    assert [each.name for each in found.findings] == ["high bias"]
    assert found.findings[0].gap > 0.35
    assert found.also.levels.metric == "log_loss"
    assert "above that of neighbours on test rows" in found.line


def test_a_large_network_learns_sixty_noisy_rows_by_heart(alone: None) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(460, 20))
    y = np.where(X[:, 0] + rng.normal(0, 1.5, 460) > 0, 1, 0)
    shape = fondo.MLP(hidden=(256,), **PLAIN)
    task = fondo.TableClassifier(architecture=shape, epochs=40, patience=None, validation=None)
    task.fit(X[:60], y[:60])
    found = fondo.diagnose(task, (X[:60], y[:60]), (X[260:], y[260:]), (X[60:260], y[60:260]))
    assert [each.name for each in found.findings] == ["high variance"]
    assert found.levels.training.value < 0.15 < 0.3 < found.levels.validation.value
    assert "More rows help most" in found.line


def test_rows_that_changed_with_time_are_a_mismatch(regressor: Any, alone: None) -> None:
    later = number_rows(150, 1, third=3.0)
    found = fondo.diagnose(regressor, number_rows(400, 0), later, drawn="later")
    assert name_of(found) == "data mismatch"
    assert found.findings[0].gap > 1.5  # the third column moves the target by 3 on average
    assert "on the later test rows" in found.line
    same = fondo.diagnose(regressor, number_rows(400, 0), number_rows(150, 2), drawn="later")
    assert "data mismatch" not in [each.name for each in same.findings]


def test_errors_are_those_of_predictions_with_dropout_off(regressor: Any, alone: None) -> None:
    task, (X, y) = regressor, number_rows(400, 0)
    found = fondo.diagnose(task, (X, y), number_rows(150, 1))
    training, held = split_part(task, Part(*task.read(X, y)), None)
    for part, level in ((training, found.levels.training), (held, found.levels.validation)):
        error = task.predict(part.X) - part.y
        assert level.value == pytest.approx(np.sqrt((error**2).mean()))
        assert level.n_rows == len(part.y)
    assert found.also.levels.training.value == pytest.approx(
        np.abs(task.predict(training.X) - training.y).mean()
    )
    assert found.levels.naive.value == pytest.approx(
        np.sqrt(((training.y - training.y.mean()) ** 2).mean())
    )


def test_a_person_is_the_level_to_reach(regressor: Any, alone: None) -> None:
    asked = (number_rows(400, 0), number_rows(150, 1))
    found = fondo.diagnose(regressor, *asked, human=0.01)
    assert name_of(found) == "avoidable bias"
    assert found.levels.human == 0.01
    assert found.also.levels.human is None  # it was stated as an RMSE
    easy = fondo.diagnose(regressor, *asked, human=2.0)
    assert "avoidable bias" not in [each.name for each in easy.findings]
    assert next(g.gap for g in easy.gaps if g.name == "avoidable bias") < 0


@pytest.mark.parametrize(
    ("human", "match"),
    [
        (-1.0, r"diagnose\(human=-1.0\): human must be a number of at least 0 \(RMSE"),
        (float("nan"), r"diagnose\(human=nan\)"),
        (90.0, "human must be an error of at most 2"),
    ],
)
def test_a_person_that_cannot_be_is_refused(regressor: Any, human: float, match: str) -> None:
    with pytest.raises(BadParameter, match=match):
        fondo.diagnose(regressor, number_rows(400, 0), number_rows(9, 1), human=human)


def test_validation_rows_are_found_again_and_others_are_refused(regressor: Any) -> None:
    X, y = regressor.read(*number_rows(400, 0))
    training, held = set_apart(regressor, Part(X, y, weight=np.arange(400.0)))
    assert (len(training.y), len(held.y)) == (400 - regressor.n_validation_, 60)
    assert sorted([*training.weight, *held.weight]) == list(range(400))
    assert np.array_equal(y[held.weight.astype(int)], held.y)
    assert check_apart(regressor, Part(held.X, held.y)) is None
    with pytest.raises(BadData, match="validation rows cannot be found among them"):
        check_apart(regressor, None)
    for other in (number_rows(401, 0), number_rows(400, 5), (X[::-1], y[::-1])):
        with pytest.raises(BadData, match="these are not the rows that TableRegressor was fitted"):
            fondo.diagnose(regressor, other, number_rows(9, 1))


def test_groups_are_needed_where_fit_had_them(alone: None) -> None:
    (X, y), groups = number_rows(120, 0), np.arange(120) // 6
    shape = fondo.MLP(hidden=(8,), **PLAIN)
    task = fondo.TableRegressor(architecture=shape, epochs=2).fit(X, y, groups=groups)
    found = fondo.diagnose(task, (X, y, groups), (*number_rows(40, 1), np.arange(40) // 4))
    assert found.levels.validation_rows == "other groups"
    training, held = set_apart(task, Part(*task.read(X, y), groups=groups))
    assert not set(held.groups) & set(training.groups)
    with pytest.raises(BadData, match=r"train=\(X, y, groups\)"):
        fondo.diagnose(task, (X, y), number_rows(40, 1))


@pytest.mark.parametrize(
    ("train", "test", "more", "error", "match"),
    [
        (3, (1, 2), {}, BadParameter, r"diagnose\(train=...\): train must be \(X, y\)"),
        ((1, 2), [], {}, BadParameter, r"diagnose\(test=...\): test must be \(X, y\), or"),
        (None, None, {"drawn": "randomly"}, BadParameter, r"drawn='randomly'\): .*alike"),
        (None, (np.ones((2, 3)), None), {}, BadData, r"diagnose\(test\): the targets are missing"),
        (None, (np.ones((2, 3)), [1, 2], [1]), {}, BadData, "2 rows but 1 groups. Give one a row"),
        (None, (np.ones((0, 3)), []), {}, ValueError, "minimum of 1 is required|no rows"),
    ],
)
def test_what_cannot_be_compared_is_told(
    regressor: Any, train: Any, test: Any, more: dict[str, Any], error: type, match: str
) -> None:
    rows = number_rows(400, 0)
    given = rows if train is None or train == (1, 2) else train
    with pytest.raises(error, match=match):
        fondo.diagnose(regressor, given, rows if test is None else test, **more)


def test_many_rows_are_drawn_and_told(regressor: Any, alone: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 100)
    asked = (number_rows(400, 0), number_rows(150, 1))
    found, other = (fondo.diagnose(regressor, *asked, seed=seed) for seed in (0, 1))
    assert found.levels.training.n_rows == 100
    assert found.levels.test.n_rows == 150  # answered already
    assert found.notes[0] == "The error on training rows is that of 100 of 340, drawn at random."
    assert found.levels.training != other.levels.training
    assert found.levels.naive.n_rows == 100


def test_the_likeliest_class_is_judged_whatever_the_threshold() -> None:
    p = np.array([[0.8, 0.2], [0.5, 0.5], [0.1, 0.9]])
    tilted = Answers(np.array(["b", "b", "b"]), p, np.array(["a", "b"]))
    plain, changed = likeliest(tilted)
    assert changed
    assert plain.labels is None
    usual = Answers(np.array(["a", "b", "b"]), p, np.array(["a", "b"]))
    assert likeliest(usual) == (usual, False)  # a tie is no tilt
    bare = Answers(np.array(["b"]), None, np.array(["a", "b"]))
    assert likeliest(bare) == (bare, False)


class Lazy:
    """What `diagnose_parts` asks of a task: a classifier that always answers the same."""

    kind, data, epochs, history_, best_epoch_ = "class", "tables", 5, [{}] * 5, 5
    weighted, probable = False, True

    def __init__(self, p: float) -> None:
        self.p = p
        self.fools_ = {}

    def n_rows(self, X: Any) -> int:
        return len(X)

    def row_weight(self, y: Any) -> Any:
        return np.ones(len(y)) if self.weighted else None

    def answers(self, X: Any) -> Answers:
        p = np.full(len(X), self.p)
        shares = np.c_[1 - p, p] if self.probable else None
        return Answers(np.full(len(X), int(self.p > 0.3)), shares, np.array([0, 1]))


@pytest.fixture
def lazily() -> Callable[..., Any]:
    from fondo.judge.baselines import naive
    from fondo.judge.evaluation import judge

    def run(y: np.ndarray, p: float = 0.1, human: float | None = None, **settings: Any) -> Any:
        task = Lazy(p)
        task.__dict__.update(settings)
        task.fools_ = naive("class", y)
        part = Part(np.zeros(len(y)), y)
        rival = Answers(y, np.c_[1.0 - y, y] * 0.9 + 0.05, np.array([0, 1]))
        fool = task.fools_["majority"].answers(len(y))
        given = {"trees": rival, "poor": fool, "majority": fool}
        evaluation = judge("class", y, task.answers(part.X), given)
        parts = module.Parts(part, part)
        return task, module.diagnose_parts(task, parts, evaluation, human=human), evaluation

    return run


def test_log_loss_decides_where_one_class_has_most_rows(lazily: Callable[..., Any]) -> None:
    rare, even = (np.arange(200) % k == 0 for k in (10, 2))
    assert lazily(rare.astype(int))[1].levels.metric == "log_loss"
    assert "log loss decides" in lazily(rare.astype(int))[1].notes[0]
    assert lazily(even.astype(int))[1].levels.metric == "error_rate"
    person = lazily(rare.astype(int), human=0.01)[1]  # whose level is an error rate
    assert (person.levels.metric, person.also.levels.human) == ("error_rate", None)
    bare = lazily(even.astype(int), probable=False)[1]
    assert (bare.levels.metric, bare.also) == ("error_rate", None)


def test_weighed_classes_and_thresholds_are_told(lazily: Callable[..., Any]) -> None:
    y = (np.arange(200) % 2 == 0).astype(int)
    _, found, _ = lazily(y, weighted=True)
    assert not found.levels.comparable
    assert "high bias" not in [gap.name for gap in found.gaps]
    _, tilted, _ = lazily(y, p=0.4)  # answers class 1 from 0.3 on
    assert any("Error rates are of the likeliest class" in note for note in tilted.notes)
    assert tilted.levels.unfinished


def test_the_best_rival_is_no_fool(lazily: Callable[..., Any]) -> None:
    y = (np.arange(200) % 2 == 0).astype(int)
    task, _, evaluation = lazily(y)
    found = best_rival(task, evaluation, "error_rate")
    assert (found.whose, found.value, found.n_rows) == ("of trees on test rows", 0.0, 200)
    task.fools_["trees"] = task.fools_["poor"] = task.fools_["majority"]
    assert best_rival(task, evaluation, "error_rate") is None
    assert naive_level(task.fools_, "error_rate", y).value == 0.5


def test_the_measure_is_that_of_the_loss() -> None:
    assert measures_of(fondo.TableClassifier()) == ("error_rate", "log_loss")
    assert measures_of(fondo.TableRegressor()) == ("rmse", "mae")
    for loss in ("mae", "quantile:0.5"):
        assert measures_of(fondo.TableRegressor(loss=loss)) == ("mae", "rmse")
