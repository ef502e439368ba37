"""fondo.funds: its public names are there, documented, and no module hides behind one."""

import inspect
from pathlib import Path

import pytest

from fondo import funds


def test_names_are_listed_once_and_no_module_is_called_so() -> None:
    assert sorted(funds.__all__) == sorted(funds._PLACES) == sorted(set(dir(funds)))
    modules = {path.stem for path in Path(str(funds.__file__)).parent.glob("*.py")}
    assert modules.isdisjoint(funds.__all__)


@pytest.mark.parametrize("name", funds.__all__)
def test_each_name_is_documented(name: str) -> None:
    value = getattr(funds, name)
    assert len((inspect.getdoc(value) or "").split()) > 5


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'backtesting'"):
        funds.backtesting  # noqa: B018
