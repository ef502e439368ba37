"""Settings tried side by side; `fondo.search(task, space, X, y)` tries, picks and judges them."""

from fondo.packages import make_callable

make_callable("fondo.search", "fondo.search.search:search")
