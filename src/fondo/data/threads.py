"""Work in several threads: decoders of pictures and of sounds let others run meanwhile."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

MOST_THREADS = 8


def thread_count() -> int:
    """Threads that are worth having: one a processor that this process may use, at most 8.

    Examples
    --------
    >>> 1 <= thread_count() <= 8
    True
    """
    if hasattr(os, "sched_getaffinity"):  # os.process_cpu_count; from Python 3.13 on
        return min(len(os.sched_getaffinity(0)), MOST_THREADS)
    return min(os.cpu_count() or 1, MOST_THREADS)


def in_threads(work: Callable[[T], U], parts: Sequence[T]) -> Iterable[U]:
    """Results of `work` for each part, in order; the first error is raised and the rest left.

    Parameters
    ----------
    work : callable
        Takes one part.
    parts : sequence
        What is to be done.

    Returns
    -------
    results : list
        One a part.

    Examples
    --------
    >>> in_threads(abs, [-1, 2])
    [1, 2]
    """
    count = min(thread_count(), len(parts))
    if count < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(work, part) for part in parts]
        try:
            return [job.result() for job in jobs]
        except BaseException:
            for job in jobs:
                job.cancel()
            raise
