"""fondo.data.threads: results in order, and no more threads than processors."""

import os

import pytest

from fondo.data.threads import in_threads, thread_count
from fondo.errors import BadData


def test_results_come_in_order_and_the_first_error_is_raised() -> None:
    assert in_threads(lambda k: k * k, range(50)) == [k * k for k in range(50)]

    def fail_at_3(k: int) -> int:
        if k >= 3:
            raise BadData(f"number {k}")
        return k

    with pytest.raises(BadData, match="number 3"):
        in_threads(fail_at_3, range(50))


def test_there_are_as_many_threads_as_processors_and_at_most_8(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for processors, wanted in ((range(3), 3), (range(64), 8)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, p=processors: set(p), raising=False)
        assert thread_count() == wanted
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert thread_count() == 1
