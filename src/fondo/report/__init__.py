"""The report of a fitted task as one HTML page; `fondo.report(task)` writes it."""

from fondo.packages import make_callable

make_callable("fondo.report", "fondo.report.report:report")
