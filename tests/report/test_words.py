from fondo.judge.metrics import METRICS
from fondo.report.words import amount, column, left_out, measured, metric_name, metric_unit, nothing


def test_every_metric_has_a_name_in_words() -> None:
    names = [metric_name(name) for name in METRICS]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "_" in name or not name[0].isupper()]
    assert metric_name("r2") == "R²"


def test_units_follow_the_judge() -> None:
    assert metric_unit("rmse", "dollars") == "dollars"
    assert metric_unit("log_loss", "dollars") == "nats"
    assert metric_unit("accuracy", "dollars") == ""
    assert metric_unit("unheard_of", "dollars") == ""


def test_small_words() -> None:
    assert amount("x") == 0.0
    assert amount(2) == 2.0
    assert column([{"a": 1}, {}], "a") == [1, None]
    assert left_out(0) == ""
    assert nothing(0) == "Nothing to draw: no values were given."
    assert measured(2, "100 dollars") == "2 (in 100 dollars)"
