"""A Ray cluster as the place where many fits are done.

What is shared (rows) is sent once and read by all workers of a machine; each worker takes a
portion of the fits, does it side by side as this process would, and sends back what the judge
said. A worker that dies has its portion done again by another.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

from fondo.cluster.address import Address, knock, read_address
from fondo.contracts import Either, Nothing, Whole, check_value
from fondo.errors import ClusterError, FondoError, MissingExtra
from fondo.tasks.beside import Ask, Judge, fit_beside, portions

_EACH = 2  # portions a worker: more spread the load, and compile more often
_RETRIES = 3  # deaths of workers that a portion survives


def open_pool(on: str = "ray", *, workers: int | None = None) -> "RayPool":
    """Open a Ray cluster, to fit on it: `SearchPlan(on=pool)`, `task.cross_validate(on=pool)`.

    Parameters
    ----------
    on : {"ray", "ray://HOST", "ray://HOST:PORT"}, default="ray"
        This machine, or the cluster of a Ray head that runs already. Where this process is
        connected to a cluster, "ray" is that one.
    workers : int or None, default=None
        Processors to use, one a worker; None takes all of the cluster.

    Returns
    -------
    pool : RayPool
        To be closed when done; `with fondo.open_pool() as pool` does.

    Raises
    ------
    MissingExtra
        Ray is not installed.
    ClusterError
        The head cannot be reached.
    BadParameter
        An address of another form.
    """
    return RayPool(read_address(on), workers)


class RayPool:
    """Does what `fit_beside` is asked for on the workers of a Ray cluster.

    Parameters
    ----------
    address : Address
    workers : int or None, default=None
        As in `open_pool`.
    """

    def __init__(self, address: Address, workers: int | None = None) -> None:
        check_value("open_pool", "workers", workers, Either(Nothing(), Whole(1, unit="workers")))
        self._ray = _ray()
        self._own = not self._ray.is_initialized()
        if self._own:
            _connect(self._ray, address, workers)
        self.workers = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def __call__(self, asks: Sequence[Ask], judge: Judge) -> list[Any]:
        """What the judge said of each ask, in order; where a fit failed, its `FondoError`.

        Raises
        ------
        ClusterError
            A worker died again and again, or the cluster is gone.
        """
        shared: dict[int, Any] = {}  # part by id -> its reference

        def sent(part: Any) -> Any:
            if part is not None and id(part) not in shared:
                shared[id(part)] = self._ray.put(part)
            return None if part is None else shared[id(part)]

        light = [replace(ask, part=sent(ask.part), test=sent(ask.test)) for ask in asks]
        work = self._ray.remote(num_cpus=1, max_retries=_RETRIES)(_worked)
        pending, values = {}, [None] * len(asks)
        for places in portions(asks, _EACH * self.workers):
            pending[work.remote([light[place] for place in places], judge)] = places
        try:
            while pending:
                (done, *_), _ = self._ray.wait(list(pending))
                places = pending.pop(done)
                for place, value in zip(places, self._ray.get(done), strict=True):
                    values[place] = value
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None  # a mistake in the judge, as it would be here
        except self._ray.exceptions.RayError as error:
            raise ClusterError(
                f"The cluster lost a part of the work {_RETRIES + 1} times ({_line(error)}). "
                "Look at its memory, or fit with fewer --workers; what was finished is kept where "
                "the search has a storage."
            ) from None
        finally:
            for reference in pending:
                self._ray.cancel(reference, force=True)
        return values

    @contextmanager
    def joblib(self) -> Iterator[None]:
        """Within the block, what scikit-learn does in parallel is done on the cluster.

        Its searches are then told how many fits go at a time by `workers`, unless they have an
        `n_jobs` of their own.
        """
        import joblib
        from ray.util.joblib import register_ray

        register_ray()  # type: ignore[no-untyped-call]
        with joblib.parallel_config(backend="ray", n_jobs=self.workers):
            yield

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        if self._own and self._ray.is_initialized():
            self._ray.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def _worked(asks: Sequence[Ask], judge: Judge) -> list[Any]:
    """In a worker: the asks with their rows, fitted and judged one after the other."""
    import ray

    parts: dict[Any, Any] = {}

    def fetched(reference: Any) -> Any:
        if reference is not None and reference not in parts:
            parts[reference] = ray.get(reference)
        return None if reference is None else parts[reference]

    whole = [replace(ask, part=fetched(ask.part), test=fetched(ask.test)) for ask in asks]
    return [_sendable(value) for value in fit_beside(whole, judge, threads=1)]


def _sendable(value: Any) -> Any:
    """Errors without what they were raised from, which need not survive the journey."""
    return type(value)(str(value)) if isinstance(value, FondoError) else value


def _connect(ray: Any, address: Address, workers: int | None) -> None:
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    if address.url is None:
        with warnings.catch_warnings():
            # JAX warns of every fork; what Ray starts here is another program at once
            warnings.filterwarnings("ignore", "os.fork", RuntimeWarning)
            ray.init(num_cpus=workers, include_dashboard=False, **quiet)
        return
    knock(address)
    try:
        ray.init(address.url, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"open_pool(on='{address.url}'): what answers there is no Ray head that this version "
            f"of Ray can talk to ({_line(error)}). Ray and Python must be the same here and there."
        ) from None


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise MissingExtra(
            "open_pool(on='ray'): this needs Ray. Install it with: pip install 'fondo[cluster]'"
        ) from None
    return ray


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
