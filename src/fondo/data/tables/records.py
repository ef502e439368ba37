"""Where the records of delimited text begin and end, and whether each has its fields.

Nothing is parsed here: polars does that, but it fills short lines in silence.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")


@dataclass
class Records:
    r"""Counts the fields of each record of delimited text that arrives in blocks.

    Parameters
    ----------
    separator : str
        One character between fields; inside quotation marks it is text.
    n_fields : int
        Fields that each record must have.

    Attributes
    ----------
    wrong : tuple of int or None
        Line (counted from 1) and number of fields of the first record that breaks the rule.
    quoted : bool
        Whether the text so far ends inside quotation marks.

    Examples
    --------
    >>> records = Records(",", 2)
    >>> records.feed(b"a,b\n1,2\n3")  # where the last whole record ends
    8
    >>> records.wrong is None
    True
    """

    separator: str
    n_fields: int
    line: int = 1
    wrong: tuple[int, int] | None = None
    quoted: bool = False
    blank: list[int] = field(default_factory=list)

    def feed(self, block: bytes) -> int:
        """Look at a block that begins at the start of a record.

        Returns
        -------
        end : int
            Bytes up to the end of the last whole record; feed the rest again with the next block.
            `blank` holds the places of empty records among those of this block.
        """
        data = np.frombuffer(block, np.uint8)
        newlines = np.flatnonzero(data == _NEWLINE)
        separators = np.flatnonzero(data == ord(self.separator))
        quotes = np.flatnonzero(data == _QUOTE)
        ends, inner = _outside(newlines, quotes), _outside(separators, quotes)
        if not len(ends):
            self.quoted = len(quotes) % 2 == 1
            return 0
        counts = np.diff(np.searchsorted(inner, ends), prepend=0) + 1
        empty = _is_blank(data, ends)
        self.blank = np.flatnonzero(empty).tolist()
        broken = np.flatnonzero((counts != self.n_fields) & ~empty)
        if len(broken) and self.wrong is None:
            start = 0 if broken[0] == 0 else ends[broken[0] - 1] + 1
            line = self.line + int(np.searchsorted(newlines, start))
            self.wrong = (line, int(counts[broken[0]]))
        self.line += int(np.searchsorted(newlines, ends[-1], side="right"))
        self.quoted = int(np.searchsorted(quotes, ends[-1])) < len(quotes) and (
            (len(quotes) - int(np.searchsorted(quotes, ends[-1]))) % 2 == 1
        )
        return int(ends[-1]) + 1


def _outside(places: NDArray[np.int64], quotes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places that stand outside quotation marks: after an even number of them."""
    if not len(quotes):
        return places
    outside: NDArray[np.int64] = places[np.searchsorted(quotes, places) % 2 == 0]
    return outside


def _is_blank(data: NDArray[np.uint8], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the record that ends at each place holds nothing, but for a carriage return."""
    starts = np.concatenate([[0], ends[:-1] + 1])
    length = ends - starts
    blank: NDArray[np.bool_] = (length == 0) | ((length == 1) & (data[starts] == _RETURN))
    return blank
