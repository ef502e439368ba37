"""fondo.funds.samples: prices by name."""

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.funds.samples import SAMPLES, read_prices, sample


def test_samples_are_the_same_each_time_and_have_groups_and_ends() -> None:
    for name in SAMPLES:
        panel = read_prices(f"sample:{name}")
        np.testing.assert_array_equal(panel.nav, sample(name).nav)
        assert panel.shape[1] == 160
        assert len(panel.group_names) == 4
        assert (~np.isnat(panel.dead_at)).sum() > 20
    assert sample("skill").cost is not None
    assert sample("luck").cost is None


def test_a_name_that_is_none_gets_a_suggestion() -> None:
    with pytest.raises(BadParameter, match=r"no such sample of prices. Did you mean 'skill'"):
        read_prices("sample:skil")


def test_files_are_read_and_groups_are_put_in(tmp_path) -> None:
    days = np.datetime64("2020-01-03") + 7 * np.arange(60)
    lines = ["date,A,B"] + [f"{day},{100 + i},{50 + i % 7}" for i, day in enumerate(days)]
    place = tmp_path / "prices.csv"
    place.write_text("\n".join(lines))
    panel = read_prices(place, peer_groups={"A": "debt", "B": "équité"}, survivors_only_ok=True)
    assert panel.group_names == ("debt", "équité")
    assert panel.shape == (60, 2)
