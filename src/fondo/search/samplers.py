"""Which candidates come next: at random, on a grid, or where earlier ones did well.

Each sampler is a function of the seed and of the trials so far, so a study goes on after a kill
as if nothing had been.
"""

import itertools
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from fondo.errors import BadParameter, MissingExtra
from fondo.search.space import Choices, Settings, Space
from fondo.search.store import Trial

SAMPLERS = ("random", "grid", "tpe")


class Sampler(Protocol):
    """Proposes candidates."""

    def propose(self, trials: Sequence[Trial], count: int) -> list[Settings]:
        """At most `count` candidates after these trials; fewer where there are no more."""


def make_sampler(name: str, space: Space, seed: int, higher_is_better: bool) -> Sampler:
    """Sampler by its name; BadParameter where there is none such."""
    if name == "random":
        return _Random(space, seed)
    if name == "grid":
        return _Grid(space)
    if name == "tpe":
        return _Tpe(space, seed, higher_is_better)
    raise BadParameter(f"search(sampler={name!r}): sampler must be one of {', '.join(SAMPLERS)}.")


class _Random:
    """Candidate k is drawn from the seed and k alone."""

    def __init__(self, space: Space, seed: int) -> None:
        self.space, self.seed = space, seed

    def propose(self, trials: Sequence[Trial], count: int) -> list[Settings]:
        first = len(trials)
        sequences = [np.random.SeedSequence((self.seed, first + k)) for k in range(count)]
        return [self.space.draw(np.random.default_rng(each)) for each in sequences]


class _Grid:
    """All combinations, in order."""

    def __init__(self, space: Space) -> None:
        self.space = space
        next(self.space.grid())  # a range without steps is told at once

    def propose(self, trials: Sequence[Trial], count: int) -> list[Settings]:
        first = len(trials)
        return list(itertools.islice(self.space.grid(), first, first + count))


class _Tpe:
    """Optuna's tree-structured Parzen estimator, told of all earlier trials at each call.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kégl (2011), Algorithms for Hyper-Parameter Optimization,
    section 4.
    """

    def __init__(self, space: Space, seed: int, higher_is_better: bool) -> None:
        try:
            import optuna
        except ImportError:
            raise MissingExtra(
                "search(sampler='tpe'): this sampler comes with Optuna. "
                "Install it with: pip install 'fondo[search]'"
            ) from None
        self.space, self.seed, self.optuna = space, seed, optuna
        self.direction = "maximize" if higher_is_better else "minimize"
        self._kinds = {name: self._kind(each) for name, each in space.dimensions.items()}

    def propose(self, trials: Sequence[Trial], count: int) -> list[Settings]:
        optuna = self.optuna
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # constant_liar is marked experimental
            sampler = optuna.samplers.TPESampler(seed=self.seed + len(trials), constant_liar=True)
            study = optuna.create_study(direction=self.direction, sampler=sampler)
            for trial in trials:
                if trial.values:
                    study.add_trial(self._told(trial))
            return [self._settings(study.ask(self._kinds).params) for _ in range(count)]

    def _kind(self, each: Any) -> Any:
        kinds = self.optuna.distributions
        if isinstance(each, Choices):
            return kinds.CategoricalDistribution(tuple(range(len(each.values))))
        if each.whole:
            return kinds.IntDistribution(round(each.low), round(each.high), log=each.log)
        return kinds.FloatDistribution(each.low, each.high, log=each.log)

    def _told(self, trial: Trial) -> Any:
        params = {}
        for name, each in self.space.dimensions.items():
            value = trial.settings[name]
            params[name] = each.values.index(value) if isinstance(each, Choices) else value
        make = self.optuna.trial.create_trial
        return make(params=params, distributions=self._kinds, value=trial.score)

    def _settings(self, params: dict[str, Any]) -> Settings:
        found = {}
        for name, each in self.space.dimensions.items():
            value = params[name]
            found[name] = each.values[value] if isinstance(each, Choices) else value
        return found
