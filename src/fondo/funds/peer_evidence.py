"""The evidence of each peer group, corrected for having looked at all of them.

That of all funds together is in `inference`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fondo.funds.cells import as_dates, cells, columns, plain
from fondo.funds.inference import Evidence, evidence
from fondo.funds.nulls import permutation_null
from fondo.funds.picks import TOP, selective_precision
from fondo.funds.spans import apart, dates_in_label
from fondo.judge.multiple import adjusted_p_values


@dataclass(frozen=True)
class PeerEvidence:
    """A peer group's evidence, its p-value corrected for all the groups looked at.

    Attributes
    ----------
    peer : object
        Code or name of the group.
    evidence : Evidence
    p_value : float
        Of the null matched by volatility where there is one, else of the plain one.
    holm, benjamini_hochberg : float
        Corrected for the number of groups: below 0.05, the one errs in any group at most 5 % of
        the time, the other in at most 5 % of the groups called skilled.
    """

    peer: Any
    evidence: Evidence
    p_value: float
    holm: float
    benjamini_hochberg: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        told = {name: plain(value) for name, value in vars(self).items()}
        return {**told, "evidence": self.evidence.to_json()}


def evidence_by_peer(
    scores: ArrayLike,
    y: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike,
    *,
    volatility: ArrayLike | None = None,
    share: float = TOP,
    label_end: ArrayLike | None = None,
) -> list[PeerEvidence]:
    """Evidence of each peer group, with p-values corrected for looking at several.

    Parameters
    ----------
    scores, y, date, peer, share
        As in `selective_precision`.
    volatility
        As in `permutation_null`.
    label_end : array (n,) of dates or None, default=None
        Last date of each label. Nulls are then of dates whose labels do not overlap, and the
        bootstrap draws as many neighbouring dates as one label covers; None: no label overlaps.

    Returns
    -------
    found : list of PeerEvidence
        In the order of the groups. A group without any labelled pick has a p-value of 1.
    """
    groups, days = np.asarray(peer), as_dates(date, "evidence_by_peer")
    n = len(cells(days, groups, "evidence_by_peer").of_row)
    score, truth = columns("evidence_by_peer", n, {"scores": scores, "y": y})
    sigma = None
    if volatility is not None:
        (sigma,) = columns("evidence_by_peer", n, {"volatility": volatility})
    free, overlap = np.ones(n, bool), 1
    if label_end is not None:
        free, overlap = apart(days, label_end), dates_in_label(days, label_end)
    told = []
    for group in np.unique(groups):
        rows = groups == group
        found = selective_precision(score[rows], truth[rows], days[rows], share=share)
        rows &= free
        part = (score[rows], truth[rows], days[rows])
        nulls = {"plain": permutation_null(*part, share=share)} if rows.any() else {}
        if sigma is not None and rows.any():
            matched = permutation_null(*part, volatility=sigma[rows], share=share)
            nulls["volatility"] = matched
        proof = evidence(found, nulls=nulls, overlap=overlap, nulls_apart=True)
        told.append((plain(group), proof))
    p = [[1.0, *(null.p_value for null in e.nulls.values())][-1] for _, e in told]
    holm, bh = adjusted_p_values(p), adjusted_p_values(p, "benjamini-hochberg")
    lines = zip(told, p, holm.tolist(), bh.tolist(), strict=True)
    return [PeerEvidence(group, e, *values) for (group, e), *values in lines]
