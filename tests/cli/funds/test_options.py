"""fondo.cli.funds.options: skill by the week or the year, lists of numbers, notes on prices."""

import click
import pytest

from fondo.cli.funds.options import notes_on, weekly_skill, whole_numbers
from fondo.funds.universe import make_universe


def test_skill_is_a_share_a_week() -> None:
    assert weekly_skill(0.001, None) == 0.001
    assert weekly_skill(None, 0.052) == pytest.approx(0.001)
    assert weekly_skill(0.0, None) == 0
    assert weekly_skill(None, None) is None
    with pytest.raises(click.UsageError, match="--skill and --skill-per-year say the same"):
        weekly_skill(0.0, 0.0)


def test_whole_numbers_stand_between_commas() -> None:
    assert whole_numbers("--step", "52, 13,4") == (52, 13, 4)
    for text in ("", "52,", "5.2", "-1", "a"):
        with pytest.raises(click.UsageError, match="--step .*must be whole numbers with commas"):
            whole_numbers("--step", text)


def test_prices_without_finds_have_no_note() -> None:
    assert notes_on(make_universe(funds=3, years=1)) == []
