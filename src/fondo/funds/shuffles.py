"""Rows dealt out at random: it leaks, and is here to show how much.

Rows of one date, and labels that overlap, come to stand on both sides. Splits to believe are in
`splits`.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit

from fondo.contracts import Flag, Real, Whole
from fondo.errors import BadData, BadParameter
from fondo.funds.spans import Spans
from fondo.funds.splits import DatedSplitter, Pair


class ShuffledSplit(DatedSplitter):
    """Rows dealt out at random with equal shares of each label, whatever their dates.

    Parameters
    ----------
    n_splits : int, default=10
        Times to deal.
    test_share : float in (0, 1), default=0.33
        Share of the rows that is tested.
    leaky : bool, default=False
        True says that you know: the test rows' years, and for overlapping labels their very
        answers, are in the training rows. Without it `split` refuses.
    random_state : int, default=0
        Same seed, same splits.
    """

    contracts = {
        "n_splits": Whole(1, unit="splits"),
        "test_share": Real(0, 1, open_low=True, open_high=True),
        "leaky": Flag(),
        "random_state": Whole(0, 2**32 - 1),
    }

    def __init__(
        self,
        n_splits: int = 10,
        test_share: float = 0.33,
        leaky: bool = False,
        random_state: int = 0,
    ) -> None:
        self.n_splits = n_splits
        self.test_share = test_share
        self.leaky = leaky
        self.random_state = random_state

    def pairs(self, times: Spans, y: Any) -> Iterator[Pair]:
        """Training and test rows; labels are needed, both of them at least twice."""
        if not self.leaky:
            raise BadParameter(
                "ShuffledSplit(leaky=False): rows dealt out at random put the same years on both "
                "sides, and scores that come of it cannot be believed. Take PurgedWalkForward(), "
                "or say leaky=True to measure the leak."
            )
        if y is None:
            raise BadParameter(
                "ShuffledSplit.split(y=None): labels must be given, to deal them evenly. Give y."
            )
        deal = StratifiedShuffleSplit(
            self.n_splits, test_size=self.test_share, random_state=self.random_state
        )
        try:
            for train, test in deal.split(np.zeros(len(times)), np.asarray(y)):
                yield np.sort(train), np.sort(test)
        except ValueError as error:
            raise BadData(f"ShuffledSplit: {error} Give more rows of each label.") from error

    def count(self, times: Spans) -> int:
        """How many splits there are; the same for all rows."""
        return self.n_splits
