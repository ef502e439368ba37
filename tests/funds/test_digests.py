"""fondo.funds.digests: same data, same digest; other data, another."""

from dataclasses import replace

import numpy as np

from fondo.funds.digests import data_digest, panel_digest


def test_the_digest_of_data_sees_values_types_and_shapes():
    base = np.arange(6.0)
    same = [base, base.copy(), base[::1], list(base)]
    assert len({data_digest(part) for part in same}) == 1
    others = [base, base + 1e-15 * (base == 5), base.reshape(2, 3), base.astype("f4"), base[:5]]
    assert len({data_digest(part) for part in others}) == 5
    assert data_digest(base, base) != data_digest(np.r_[base, base])
    assert data_digest(np.array(["ä", None], object)) == data_digest(np.array(["ä", None], object))


def test_a_panel_is_told_by_all_that_a_backtest_uses_of_it(skilled) -> None:
    digest = panel_digest(skilled)
    nav = skilled.nav.copy()
    nav[5, 5] *= 1 + 1e-12
    dead = skilled.dead_at.copy()
    dead[0] = skilled.dates[-2]
    peer = skilled.peer_codes.copy()
    peer[9, 0] = 1 - peer[9, 0]
    others = [
        replace(skilled, nav=nav),
        replace(skilled, dead_at=dead),
        replace(skilled, peer=peer),
    ]
    assert panel_digest(replace(skilled)) == digest
    assert len({digest, *(panel_digest(other) for other in others)}) == 4
