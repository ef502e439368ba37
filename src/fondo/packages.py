"""Packages that can be called: `fondo.explain(task, X, y)` beside `fondo.explain.reasons`."""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def make_callable(package: str, function: str) -> None:
    """Let the package, already being imported, be called as one of its functions.

    Parameters
    ----------
    package : str
        Its name, such as "fondo.explain".
    function : str
        Where the function is: "fondo.explain.importance:importance". Imported at the first call.
    """
    module, _, name = function.partition(":")

    class Package(ModuleType):
        """A module whose call is a function of one of its modules."""

        @property
        def __wrapped__(self) -> Callable[..., Any]:
            found: Callable[..., Any] = getattr(importlib.import_module(module), name)
            return found

        def __call__(self, *arguments: Any, **keywords: Any) -> Any:
            return self.__wrapped__(*arguments, **keywords)

    sys.modules[package].__class__ = Package
