from collections.abc import Callable

from fondo.report import facts
from fondo.report.content import ReportContent

Make = Callable[..., ReportContent]


def test_every_dropped_column_has_its_reason(make_content: Make) -> None:
    section = facts.data(make_content(dropped=[("id", "identifier-like"), ("flag", "constant")]))
    assert "<td>id</td><td>identifier-like</td>" in section
    assert "<td>flag</td><td>constant</td>" in section
    assert "No column was left out." in facts.data(make_content(dropped=[]))


def test_columns_are_summed_up(make_content: Make) -> None:
    section = facts.data(make_content())
    assert "25.0\N{NO-BREAK SPACE}%" in section
    assert "income (9)" in section


def test_shares_of_the_split(make_content: Make) -> None:
    section = facts.split(make_content())
    assert "60.0\N{NO-BREAK SPACE}%" in section
    assert '<th scope="row">seed</th><td>0</td>' in section


def test_parameters_are_added_up(make_content: Make) -> None:
    layers = [{"name": "a", "type": "Dense", "output": [None, 2], "parameters": n} for n in (5, 7)]
    assert "2 layers with 12 parameters." in facts.network(make_content(network={"layers": layers}))


def test_receipts_are_flat_and_short() -> None:
    receipt = {"weights": ["ab" * 32] * 9, "versions": {"jax": "0.7"}, "resumed": False}
    assert facts.flat(receipt) == {
        "weights": "abababababab…, abababababab…, …, abababababab… (9 in all)",
        "versions, jax": "0.7",
        "resumed": "False",
    }
    assert facts.flat({"few": [1, 2]}) == {"few": "1, 2"}


def test_a_seed_has_no_thousands(make_content: Make) -> None:
    assert "<td>12345</td>" in facts.split(make_content(split={"seed": 12345}))
    assert "<td>12345</td>" in facts.settings(make_content(settings={"random_state": 12345}))
    assert "<td>12345</td>" in facts.receipt(make_content(receipt={"seed": 12345}))


def test_no_commands_no_section(make_content: Make) -> None:
    assert facts.usage(make_content(usage=[])) == ""


def test_objects_are_told_by_name_so_that_reports_repeat(make_content: Make) -> None:
    class Adam:
        pass

    def own_loss() -> None:
        pass

    section = facts.settings(make_content(settings={"optimizer": Adam(), "loss": own_loss}))
    assert "<td>Adam</td>" in section
    assert "<td>own_loss</td>" in section
