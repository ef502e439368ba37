"""fondo.errors: one tree, and a hint that helps."""

import pytest

from fondo import errors
from fondo.errors import FondoError, did_you_mean


def test_every_exception_is_a_fondo_error_and_drawn_in_the_docstring():
    own = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert len(own) > 6
    for each in own:
        assert issubclass(each, FondoError)
        assert each.__name__ in (errors.__doc__ or "")


def test_what_a_person_did_wrong_is_a_value_error_too():
    assert issubclass(errors.BadParameter, ValueError)
    assert issubclass(errors.BadData, ValueError)
    assert issubclass(errors.MissingExtra, ImportError)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("tagret", ["price", "Target"], "Did you mean 'Target'?"),
        ("größe", ["Größe", "Breite"], "Did you mean 'Größe'?"),
        ("zzz", [], "There are none."),
        ("zzz", [f"c{i}" for i in range(20)], "and 8 more."),
        (7, ["a"], "Known: a."),
    ],
)
def test_the_nearest_word_is_proposed(word, known, hint):
    assert did_you_mean(word, known).endswith(hint)
