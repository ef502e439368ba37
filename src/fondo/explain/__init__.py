"""Why a trained task answers as it does; `fondo.explain(task, X, y)` ranks the columns."""

from fondo.packages import make_callable

make_callable("fondo.explain", "fondo.explain.importance:importance")
