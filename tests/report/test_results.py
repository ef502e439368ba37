import dataclasses
from collections.abc import Callable

import pytest

from fondo.judge.evaluation import Evaluation, Leak
from fondo.report import results
from fondo.report.content import ReportContent

Make = Callable[..., ReportContent]


def with_result(found: Evaluation, result: str) -> Evaluation:
    first, *rest = found.comparisons
    return dataclasses.replace(
        found, comparisons=[dataclasses.replace(first, result=result), *rest]
    )


@pytest.mark.parametrize(
    ("result", "tone"), [("better", "good"), ("worse", "bad"), ("level", "level")]
)
def test_the_tone_follows_the_best_baseline(
    class_evaluation: Evaluation, result: str, tone: str
) -> None:
    assert results.tone(with_result(class_evaluation, result)) == tone


def test_a_leak_is_told_and_sets_the_tone(make_content: Make, class_evaluation: Evaluation) -> None:
    leak = Leak("rows", "leak", "both parts", "3 rows stand on both sides.", 3)
    found = dataclasses.replace(class_evaluation, leaks=[leak])
    assert results.tone(found) == "bad"
    section = results.leaks(make_content(evaluation=found))
    assert "3 rows stand on both sides." in section
    assert "None found" not in section


def test_the_headline_shows_score_interval_and_rivals(make_content: Make) -> None:
    made = results.headline(make_content())
    assert "95 % interval" in made
    assert "place 1 of 2" in made
    assert "On 400 test rows" in made


def test_no_baselines_no_chart(make_content: Make, class_evaluation: Evaluation) -> None:
    alone = dataclasses.replace(class_evaluation, baselines={}, comparisons=[])
    assert "<svg" not in results.headline(make_content(evaluation=alone))
    assert results.tone(alone) == "level"


def test_a_row_of_scores_is_rounded_alike(make_content: Make, class_evaluation: Evaluation) -> None:
    score = dataclasses.replace(class_evaluation.scores[0], value=0.91234, low=0.9, high=0.95)
    rival = dataclasses.replace(score, value=0.5, low=0.5, high=0.5)
    found = dataclasses.replace(class_evaluation, scores=[score], baselines={"prior": [rival]})
    section = results.scores(make_content(evaluation=found))
    assert "<b>0.912</b><small>0.900 to 0.950</small>" in section
    assert "<span>0.500</span><small>0.500 to 0.500</small>" in section


def test_reasons_beyond_eight_are_summed(make_content: Make) -> None:
    effects = [{"name": f"c{i}", "shown": i, "effect": 10.0 - i} for i in range(10)]
    section = results.reasons(make_content(reasons=[{"row": 3, "answer": 1, "reasons": effects}]))
    assert "2 other columns" in section
    assert ">3</text>" in section  # 2 + 1
    assert "“c0” moves it most." in section


def test_importances_are_ranked(make_content: Make) -> None:
    rows = [{"name": n, "value": v, "low": v, "high": v} for n, v in (("small", 1), ("large", 2))]
    section = results.importances(make_content(importances=rows, importance_unit="rise (nats)"))
    assert "Shuffling “large” costs most (rise: 2 nats)." in section
    assert section.index(">large<") < section.index(">small<")
