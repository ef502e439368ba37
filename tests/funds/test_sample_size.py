import pytest

from fondo.errors import BadParameter
from fondo.funds.power_formula import formula
from fondo.funds.sample_size import funds_needed, years_needed


def test_the_years_needed_are_the_fewest_that_suffice() -> None:
    need = years_needed(0.0006, chance=0.5, simulations=40)
    assert need.amount is not None
    assert formula(0.0006, years=need.amount)[0] >= 0.5 > formula(0.0006, years=need.amount - 1)[0]
    assert need.foretold == formula(0.0006, years=need.amount)[0]
    assert need.check is not None
    assert need.check.years == need.amount
    assert need.check.found == pytest.approx(0.5, abs=0.16)  # two standard errors of 40
    assert need.sentence.startswith("To find skill with a spread of 0.06")
    assert f"takes {need.amount} years. Simulated: skill" in need.sentence


def test_strong_skill_takes_no_fewer_years_than_a_headline_does() -> None:
    assert years_needed(0.002, simulations=5).amount == 14


def test_the_funds_needed_are_the_fewest_that_suffice() -> None:
    need = funds_needed(0.0008, chance=0.7, simulations=40)
    assert need.amount is not None
    assert formula(0.0008, funds=need.amount)[0] >= 0.7
    assert formula(0.0008, funds=need.amount - 5)[0] < 0.75
    assert need.check is not None
    assert need.check.found == pytest.approx(0.7, abs=0.15)
    assert f"takes {need.amount} funds" in need.sentence


def test_what_no_number_finds_is_said_to_be_so() -> None:
    years = years_needed(0.0001)
    assert (years.amount, years.check) == (None, None)
    assert "even 300 years are too few" in years.sentence
    funds = funds_needed(0.0004, kind="style")
    assert funds.amount is None
    assert "even 5,000 funds are too few" in funds.sentence


def test_a_long_wait_is_answered_by_the_formula_alone() -> None:
    need = years_needed(0.0005, chance=0.999)
    assert need.amount is not None
    assert need.amount > 120
    assert need.check is None
    assert need.sentence.endswith(f"takes {need.amount} years.")


@pytest.mark.parametrize("chance", [0.0, 1.0, float("nan")])
def test_a_chance_that_cannot_be_is_refused(chance: float) -> None:
    with pytest.raises(BadParameter, match="chance must be a number in"):
        years_needed(0.001, chance=chance)
    with pytest.raises(BadParameter, match="chance must be a number in"):
        funds_needed(0.001, chance=chance)
