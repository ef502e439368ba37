"""Speed of searches and of seeds side by side, beside their peers, compiling included.

Run with `python -m benchmarks.search`; each figure comes from a process of its own that has
imported what it needs before the clock starts. FONDO_DATA names the folder of the real data.
"""

import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

from sklearn.datasets import load_breast_cancer

from benchmarks.peers import environment
from benchmarks.work import WORKS

CANDIDATES, FOLDS, EPOCHS, BATCH = 20, 5, 50, 32
SEEDS = 10
FLOORS = {"scikit-learn": 5.0, "keras": 40.0}  # times as long as fondo
CEILINGS = {"table": 8.0, "mnist": 10.0}  # ten seeds, in times of one


def fondo() -> Callable[[], Any]:
    """20 candidates on 5 folds by `fondo.search`, every candidate on every fold."""
    from fondo import MLP, Columns, SearchPlan, TableClassifier
    from fondo.search.search import search_part
    from fondo.tasks.rows import Part

    X, y = load_breast_cancer(return_X_y=True)
    task = TableClassifier(
        columns=Columns(scale="standard"),
        architecture=MLP(hidden=(64, 64), dropout=0.0, embedding="none", members=1),
        optimizer="adam",
        batch_size=BATCH,
        epochs=EPOCHS,
        patience=None,
        validation=None,
    )
    space = {
        "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
        "l2": {"low": 1e-6, "high": 1e-1, "log": True},
    }
    plan = SearchPlan(trials=CANDIDATES, folds=FOLDS, prune=False, batch=CANDIDATES)
    import keras  # noqa: F401  # imported before the clock starts, as are the peers' libraries

    part = Part(*task.read(X, y, fitting=True))
    return lambda: search_part(task, space, part, plan)


def sklearn() -> Callable[[], Any]:
    """The same number of fits by RandomizedSearchCV over MLPClassifier, on all cores."""
    from scipy.stats import loguniform
    from sklearn.model_selection import RandomizedSearchCV
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_breast_cancer(return_X_y=True)
    network = MLPClassifier(
        (64, 64), batch_size=BATCH, max_iter=EPOCHS, n_iter_no_change=EPOCHS, tol=0
    )
    space = {
        "mlpclassifier__learning_rate_init": loguniform(1e-4, 1e-1),
        "mlpclassifier__alpha": loguniform(1e-6, 1e-1),
    }
    search = RandomizedSearchCV(
        make_pipeline(StandardScaler(), network),
        space,
        n_iter=CANDIDATES,
        cv=FOLDS,
        n_jobs=-1,
        random_state=0,
        refit=False,
    )
    return lambda: search.fit(X, y)


def keras() -> Callable[[], Any]:
    """One candidate on 5 folds by Keras' own SKLearnClassifier on JAX; told for 20 of them."""
    import keras
    from keras.wrappers import SKLearnClassifier
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_breast_cancer(return_X_y=True)

    def build(X: Any, y: Any) -> Any:
        inputs = outputs = keras.Input((X.shape[1],))
        for units in (64, 64):
            outputs = keras.layers.Dense(units, "relu")(outputs)
        model = keras.Model(inputs, keras.layers.Dense(y.shape[1], "softmax")(outputs))
        model.compile("adam", "categorical_crossentropy")
        return model

    settings = {"epochs": EPOCHS, "batch_size": BATCH, "verbose": 0}
    network = SKLearnClassifier(build, fit_kwargs=settings)
    return lambda: cross_val_score(make_pipeline(StandardScaler(), network), X, y, cv=FOLDS)


def seeds(name: str, count: int) -> Callable[[], Any]:
    """Some seeds of a network side by side, from the same rows."""
    from benchmarks.peers import keras_network
    from fondo.engine.beside import member, train_beside
    from fondo.engine.examples import Examples
    from fondo.engine.losses import class_objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised

    work = WORKS[name]
    examples, network = Examples(*work.rows()), keras_network(work)
    epochs = {"table": EPOCHS, "mnist": 3}[name]

    def run() -> Any:
        members = []
        for seed in range(count):
            objective = class_objective("cross_entropy", work.sizes[-1])
            step = supervised(network, objective, make_optimizer("adam", 1e-3))
            plan = Plan(epochs, work.batch_size, patience=None, seed=seed)
            members.append(member(step, examples, None, plan))
        return train_beside(members)

    return run


PEERS: dict[str, Callable[[], Callable[[], Any]]] = {
    "fondo": fondo,
    "scikit-learn": sklearn,
    "keras": keras,
    "table, 1 seed": lambda: seeds("table", 1),
    "table, 10 seeds": lambda: seeds("table", SEEDS),
    "mnist, 1 seed": lambda: seeds("mnist", 1),
    "mnist, 10 seeds": lambda: seeds("mnist", SEEDS),
}


def measured(peer: str, rounds: int = 1) -> tuple[float, float]:
    """Median seconds and largest peak memory (GiB) of fresh processes."""
    found = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.search", peer],
            env=environment({"KERAS_BACKEND": "jax"}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return median(each["seconds"] for each in found), max(each["peak"] for each in found)


def main() -> int:
    """All figures, and which marks are missed."""
    print(f"load of the machine: {os.getloadavg()[0]:.2f} ({os.cpu_count()} processors)")
    print(f"{CANDIDATES} candidates x {FOLDS} folds x {EPOCHS} epochs, 30-64-64-2, batch {BATCH}")
    wrong, (ours, peak) = [], measured("fondo", 3)
    print(f"  fondo          {ours:8.2f} s   peak {peak:.2f} GiB")
    for peer, floor in FLOORS.items():
        seconds, peak = measured(peer, 3 if peer == "scikit-learn" else 1)
        seconds *= CANDIDATES if peer == "keras" else 1
        told = f" ({CANDIDATES} times one candidate)" if peer == "keras" else ""
        print(f"  {peer:<14}{seconds:9.2f} s   {seconds / ours:6.1f} x{told}")
        if seconds / ours < floor:
            wrong.append(f"{peer} takes {seconds / ours:.1f} times as long, {floor:g} asked for")
    for name, ceiling in CEILINGS.items():
        (one, _), (ten, peak) = (measured(f"{name}, {k}") for k in ("1 seed", f"{SEEDS} seeds"))
        print(f"{SEEDS} seeds of {WORKS[name]}: {ten:.2f} s, one {one:.2f} s: {ten / one:.1f} x, "
              f"peak {peak:.2f} GiB")  # fmt: skip
        if ten / one > ceiling:
            wrong.append(
                f"{name}: {SEEDS} seeds cost {ten / one:.1f} times one, {ceiling:g} allowed"
            )
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


def alone(peer: str) -> None:
    """Time one peer in this process, and write it as a line of JSON."""
    warnings.simplefilter("ignore")
    run = PEERS[peer]()
    begun = time.perf_counter()
    run()
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(sys.argv[1])
    else:
        sys.exit(main())
