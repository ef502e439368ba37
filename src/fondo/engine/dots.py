"""Small weight gradients as products that XLA's quick kernels take: x' g with x' laid out anew.

Only how a function is computed changes, never what; steps of training are in `step`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fondo.backend import jax, lax

_SMALL = 1 << 20  # multiplications; larger products gain nothing from it
_OVER_ROWS = (((0,), (0,)), ((), ()))  # both factors summed over their first axis


def upright(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, its small products of two matrices over the rows of both turned.

        x' g  =  (x') g,  the transpose written out first

    XLA on the CPU has a quick kernel for small products, but hands those with a transposed left
    factor, which every dense layer's weight gradient is, to a slow one.

    Parameters
    ----------
    function : callable of trees of arrays
        What is traced.

    Returns
    -------
    function : callable
        Gives the same trees; sums may be rounded otherwise.
    """

    def turned(*arguments: Any) -> Any:
        try:
            return _rewritten(function, arguments)
        except (AttributeError, KeyError, TypeError, ValueError):
            return function(*arguments)  # a JAX of other inner forms, or the function's own fault

    return turned


def _rewritten(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    closed, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
    if not _concerns(closed.jaxpr):
        return function(*arguments)
    found = _evaluate(closed.jaxpr, closed.consts, jax.tree.leaves(arguments))
    return jax.tree.unflatten(jax.tree.structure(shape), found)


def _evaluate(jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    """Values of a traced function, its products turned; calls are entered only for these."""
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *arguments], strict=True))

    def read(atom: Any) -> Any:
        return atom.val if hasattr(atom, "val") else known[atom]  # a literal, or a variable

    for equation in jaxpr.eqns:
        values = [read(atom) for atom in equation.invars]
        if _is_small_product(equation):
            found = [_turned(equation, *values)]
        elif (inner := _called(equation)) is not None and _concerns(inner.jaxpr):
            found = _evaluate(inner.jaxpr, inner.consts, values)
        else:
            found = _alone(jaxpr, equation, read)
        known.update(zip(equation.outvars, found, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _alone(jaxpr: Any, equation: Any, read: Callable[[Any], Any]) -> list[Any]:
    """Values of one equation as it stands; None for those that nobody uses."""
    given = list(dict.fromkeys(atom for atom in equation.invars if not hasattr(atom, "val")))
    wanted = [each for each in equation.outvars if type(each).__name__ != "DropVar"]
    single = jaxpr.replace(constvars=[], invars=given, outvars=wanted, eqns=[equation])
    found = iter(jax.core.eval_jaxpr(single, [], *map(read, given)))
    return [next(found) if each in wanted else None for each in equation.outvars]


def _turned(equation: Any, left: Any, right: Any) -> Any:
    """(right' left)', since JAX makes left the gradient and transposes what comes out."""
    upright = lax.optimization_barrier(right.T)  # else XLA would fold it into the product
    precision = equation.params["precision"]
    kind = equation.params["preferred_element_type"]
    return lax.dot(upright, left, precision=precision, preferred_element_type=kind).T


def _is_small_product(equation: Any) -> bool:
    if equation.primitive.name != "dot_general":
        return False
    if equation.params["dimension_numbers"] != _OVER_ROWS:
        return False
    left, right = (atom.aval for atom in equation.invars)
    if left.ndim != 2 or right.ndim != 2:
        return False
    return bool(left.shape[0] * left.shape[1] * right.shape[1] <= _SMALL)


def _called(equation: Any) -> Any:
    return equation.params["jaxpr"] if equation.primitive.name in ("jit", "pjit") else None


def _concerns(jaxpr: Any) -> bool:
    """Whether there is such a product in it, at any depth of calls."""
    calls = (_called(equation) for equation in jaxpr.eqns)
    return any(map(_is_small_product, jaxpr.eqns)) or any(
        _concerns(inner.jaxpr) for inner in calls if inner is not None
    )
