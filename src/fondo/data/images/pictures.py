"""Many pictures in a row, decoded when they are asked for."""

import hashlib
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from fondo.data.images.decode import Form, original, shown
from fondo.data.images.load import load, load_stack
from fondo.data.images.places import check_rows, parse, stack_of
from fondo.data.images.stacks import Stack
from fondo.data.images.survey import Survey, survey, survey_stack

Array = np.ndarray[Any, Any]


class Pictures:
    """Pictures in a row: of files, of rows of arrays in files, or of an array in memory.

    Make them with `of_places` or `of_array`. They can be pickled, copied and taken apart; nothing
    is decoded before `load`, `survey` or `original`.

    Parameters
    ----------
    places : list of str (n,)
        Where each is, or what it is called.
    stack : Stack or None, default=None
        The array that they are rows of, where it is in memory.
    rows : int array (n,) or None, default=None
        Which rows.

    Examples
    --------
    >>> pictures = Pictures.of_array(np.zeros((3, 8, 8), np.uint8), "docs")
    >>> len(pictures), pictures.take([2, 0]).places
    (3, ['picture 2', 'picture 0'])
    >>> pictures.load(Form(4, 6, 3)).shape
    (3, 4, 6, 3)
    """

    def __init__(
        self, places: list[str], stack: Stack | None = None, rows: Array | None = None
    ) -> None:
        self.places = places
        self._stack = stack
        self._rows = np.arange(len(places)) if rows is None else rows

    @classmethod
    def of_places(cls, places: Sequence[str]) -> Self:
        """Pictures of places: paths of files, or `FILE#ROW`."""
        return cls([str(place) for place in places])

    @classmethod
    def of_array(cls, array: Array, owner: str) -> Self:
        """Pictures of an array (n, height, width) or (n, height, width, 1, 3 or 4).

        Parameters
        ----------
        array : array
            Bytes, whole numbers up to 65,535, or fractions up to 1 or up to 255; see `Stack`.
        owner : str
            Who was given it, for messages.

        Raises
        ------
        BadData
            Its shape, its type or its numbers are not those of pictures.
        """
        stack = Stack(np.asarray(array), f"{owner}(X=...)")
        if stack.array.dtype != np.uint8:
            # once, so that parts of it are scaled as the whole is
            stack = Stack(stack.bytes(np.arange(len(stack))), stack.name)
        return cls([f"picture {row}" for row in range(len(stack))], stack)

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Any) -> "Pictures":
        """Only these, in this order.

        Parameters
        ----------
        rows : sequence of int, or of bool (n,)
            Which.

        Returns
        -------
        pictures : Pictures
            With the same memory.
        """
        chosen = np.arange(len(self))[np.asarray(rows, None if len(rows) else np.intp)]
        places = [self.places[row] for row in chosen.tolist()]
        return Pictures(places, self._stack, self._rows[chosen])

    def load(self, form: Form) -> Array:
        """All of them in one form (n, height, width, channels), bytes; see `load.load`."""
        if self._stack is None:
            return load(self.places, form)
        return load_stack(self._stack, self._rows, form, self._token())

    def original(self, row: int, most: int = 512) -> Array:
        """One of them in colour (height, width, 3), bytes, to be looked at.

        Parameters
        ----------
        row : int
            Which.
        most : int, default=512
            Longest side, in pixels.

        Raises
        ------
        BadData
            It cannot be read.
        """
        if self._stack is not None:
            return shown(self._stack.bytes(self._rows[[row]])[0], most)
        place = parse(self.places[row])
        if place is None:
            return original(self.places[row], most)
        stack, _ = stack_of(place.file, place.member)
        at = np.array([place.row])
        check_rows(stack, at)
        return shown(stack.bytes(at)[0], most)

    def survey(self) -> Survey:
        """Sizes, channels, looks and faults of all of them; looked at once."""
        if self._stack is None:
            return survey(self.places)
        return survey_stack(self._stack, self._rows)

    def fingerprint(self) -> str:
        """Sha-256 of what they show, as 64 hexadecimal digits; order counts, paths do not."""
        digests = self.survey().digests.astype("<u8")
        return hashlib.sha256(f"{len(self)} pictures\n".encode() + digests.tobytes()).hexdigest()

    def _token(self) -> str:
        """What tells the array in memory from others: its content."""
        assert self._stack is not None  # noqa: S101  asked for arrays only
        if not self._stack.token:
            made = hashlib.blake2b(repr(self._stack.shape).encode(), digest_size=16)
            made.update(np.ascontiguousarray(self._stack.array).data)
            self._stack.token = made.hexdigest()
        return self._stack.token

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if self._stack is not None:  # a part does not carry the whole array along
            state["_stack"] = Stack(self._stack.bytes(self._rows), self._stack.name)
            state["_rows"] = np.arange(len(self))
        return state
