"""fondo.judge.diagnosis: the textbook's cases worked by hand, laws, and what cannot be told."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadParameter
from fondo.judge.diagnosis import Diagnosis, diagnose
from fondo.judge.intervals import wilson
from fondo.judge.levels import Level, Levels
from fondo.judge.remedies import NOTHING, TOO_FEW, remedy

ROWS = 10_000
WHOSE = {
    "training": "on training rows",
    "validation": "on validation rows",
    "test": "on test rows",
    "naive": "of always giving the same answer",
    "rival": "of boosted trees on test rows",
}


def rate(name: str, percent: float, n: int = ROWS) -> Level:
    low, high, _ = wilson(percent / 100 * n, n)
    return Level(WHOSE[name], percent / 100, low, high, n)


def levels(training: float, validation: float | None, test: float, n: int = ROWS, **more) -> Levels:
    """Error rates in per cent; always giving the same answer is wrong in half of the rows."""
    found = {"training": training, "validation": validation, "test": test, "naive": 50.0}
    found["rival"] = more.pop("rival", None)
    known = {name: None if v is None else rate(name, v, n) for name, v in found.items()}
    return Levels("error_rate", **known, **more)


def names(found: Diagnosis) -> list[str]:
    return [each.name for each in found.findings]


@pytest.mark.parametrize(
    ("training", "validation", "human", "expected"),
    [  # Ng (2018), chapters 20 to 22: the cat classifier, a person's error 0 where none is told
        (1, 11, 0.0, ["high variance"]),
        (15, 16, 0.0, ["avoidable bias"]),
        (15, 30, 0.0, ["high variance", "avoidable bias"]),
        (0.5, 1, 0.0, ["nothing stands out"]),
        (15, 30, 0.14, ["high variance"]),
        (15, 16, 0.14, ["nothing stands out"]),
        (15, 16, 0.01, ["avoidable bias"]),
    ],
)
def test_the_cases_of_the_textbook(training, validation, human, expected) -> None:
    found = diagnose(levels(training, validation, validation, human=human))
    assert sorted(names(found)) == sorted(expected)
    assert [g.gap for g in found.findings] == sorted((g.gap for g in found.findings), reverse=True)


def test_a_gap_by_hand() -> None:
    # 11 % - 1 %; Wilson's ends at n = 10,000 are 0.104017 and 0.116283 around 0.11, 0.008229 and
    # 0.012147 around 0.01: 0.1 - sqrt(0.005983^2 + 0.002147^2) and 0.1 + sqrt(0.006283^2 +
    # 0.001771^2).
    (found,) = diagnose(levels(1, 11, 11)).findings
    assert found.gap == pytest.approx(0.10)
    assert (found.low, found.high) == pytest.approx((0.093643, 0.106528), abs=2e-6)
    assert found.distinguishable
    assert found.stands_out
    assert found.sentence == (
        "The error rate on validation rows (11.0 %) is 10.0 points above that on training rows "
        "(1.0 %); 95 % interval of the gap 9.4 to 10.7 points."
    )
    assert found.between == "on validation rows, less that on training rows"
    assert found.remedy == remedy("high variance")


def test_a_rival_shows_what_can_be_reached() -> None:
    found = diagnose(levels(15, 16, 16, rival=5))
    assert names(found) == ["high bias"]
    assert found.findings[0].gap == pytest.approx(0.10)
    assert "boosted trees on test rows (5.0 %)" in found.findings[0].sentence
    assert names(diagnose(levels(15, 16, 16, rival=15.5))) == ["nothing stands out"]


def test_bias_is_measured_against_the_lower_of_person_and_rival() -> None:
    person = diagnose(levels(15, 16, 16, rival=9, human=0.05))
    assert (names(person), person.findings[0].gap) == (["avoidable bias"], pytest.approx(0.10))
    rival = diagnose(levels(15, 16, 16, rival=5, human=0.09))
    assert (names(rival), rival.findings[0].gap) == (["high bias"], pytest.approx(0.10))
    assert any("below the one stated for a person" in note for note in rival.notes)


def test_a_rival_says_nothing_where_rows_are_drawn_otherwise() -> None:
    for how in ({"test_rows": "later"}, {"validation_rows": "other groups"}):
        assert "high bias" not in [
            g.name for g in diagnose(levels(15, 16, 16, rival=5, **how)).gaps
        ]
    weighed = diagnose(levels(60, 60, 60, rival=5, comparable=False))
    assert names(weighed) == ["nothing stands out"]
    assert any("Training weighs the classes" in note for note in weighed.notes)


def test_who_learnt_next_to_nothing_has_high_bias_without_any_reference() -> None:
    found = diagnose(levels(48, 48, 48))  # at most 2 + 1.4 of 50 points were taken away: 7 %
    assert names(found) == ["high bias"]
    assert "at most 7 % below that of always giving the same answer (50.0 %)" in found.line
    assert found.findings[0].gap == pytest.approx(0.02)
    worse = diagnose(levels(55, 55, 55))
    assert "at most 0 % below" in worse.line
    assert names(diagnose(levels(40, 40, 40))) == ["nothing stands out"]


def test_little_learnt_is_no_bias_where_no_rival_does_better() -> None:
    found = diagnose(levels(48, 48, 48, rival=47.5))
    assert names(found) == ["nothing stands out"]
    assert any("these columns seem to say little" in note for note in found.notes)


def test_mismatch_is_told_where_rows_were_drawn_otherwise_and_only_there() -> None:
    found = diagnose(levels(1, 4, 12, test_rows="later"))
    assert names(found) == ["data mismatch", "high variance"]
    assert "Rows change with time" in found.findings[0].remedy
    assert "these" in diagnose(levels(1, 1, 12, test_rows="elsewhere")).findings[0].remedy
    alike = diagnose(levels(10, 10, 20))
    assert names(alike) == ["choice of the epoch"]
    assert "Both parts were drawn alike" in alike.findings[0].remedy


def test_a_small_surprise_on_test_rows_is_a_note() -> None:
    found = diagnose(levels(10, 10, 10.95))  # beyond chance, and less than a tenth of the error
    assert names(found) == ["nothing stands out"]
    assert any("choice of the epoch by the validation rows, or chance" in n for n in found.notes)


def test_validation_rows_that_differ_are_told() -> None:
    later = diagnose(levels(1, 11, 11, validation_rows="later", test_rows="later"))
    assert any("not drawn like the training rows (they are later)" in n for n in later.notes)
    groups = diagnose(levels(1, 11, 11, validation_rows="other groups"))
    assert any("(they are of other groups)" in note for note in groups.notes)


def test_the_validation_rows_chose_the_epoch_and_may_be_easier() -> None:
    notes = diagnose(levels(12, 10, 10)).notes
    assert notes[0].startswith("The validation rows chose the epoch, so their error is slightly")
    assert notes[1].endswith("The validation rows are easier than the training rows.")


def test_without_a_validation_part_variance_is_read_from_the_test_rows() -> None:
    found = diagnose(levels(1, None, 11))
    assert names(found) == ["high variance"]
    assert found.findings[0].between == "on test rows, less that on training rows"
    assert found.notes == [
        "There is no validation part: what is called variance is test error minus training error."
    ]
    later = diagnose(levels(1, None, 11, test_rows="later"))
    assert later.notes[0].endswith("Whether other rows are to blame cannot be told.")


def test_few_rows_cannot_tell() -> None:
    found = diagnose(levels(15, 20, 25, n=20))
    assert names(found) == ["too few rows to tell"]
    assert found.findings[0].remedy == TOO_FEW
    assert found.line.startswith("too few rows to tell: High ")
    groups = diagnose(levels(15, 20, 25, n=20, validation_rows="other groups"))
    assert "groups=groups" in groups.findings[0].remedy
    assert diagnose(levels(15, 16, 16, n=1000)).findings[0].remedy == NOTHING


def test_a_gap_beyond_chance_and_small_is_none_that_cannot_be_told() -> None:
    found = diagnose(levels(40, 43, 43, n=2500))  # 0.3 to 5.7 points, 7 % of the error
    gap = next(g for g in found.gaps if g.name == "high variance")
    assert (gap.distinguishable, gap.stands_out) == (True, False)
    assert gap.high > 0.05
    assert names(found) == ["nothing stands out"]


def test_what_cannot_be_told_beside_a_finding_is_a_note() -> None:
    one = replace(levels(1, 11, 12, test_rows="later"), test=rate("test", 12, 25))
    found = diagnose(one)
    assert names(found) == ["high variance"]
    assert any(
        note.startswith("Whether there is data mismatch, too, cannot") for note in found.notes
    )


def test_one_test_row_says_nothing_and_breaks_nothing() -> None:
    row = Level("on test rows", 3.0, 0.0, float("inf"), 1)
    errors = Level("on training rows", 1.0, 0.9, 1.1, 500)
    naive = Level("of always giving the same answer", 4.0, 3.8, 4.2, 500)
    found = diagnose(Levels("rmse", errors, row, naive))
    assert names(found) == ["too few rows to tell"]
    assert "without bound" in found.line
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["findings"][0]["high"] is None


def test_a_training_that_was_still_getting_better_goes_on_first() -> None:
    found = diagnose(levels(15, 16, 16, human=0.01, unfinished=True)).findings[0]
    assert found.remedy.startswith("Train longer first")
    assert not remedy("high variance", unfinished=True).startswith("Train longer")


percents = st.floats(2, 45)


@settings(max_examples=20)
@given(percents, percents, percents, percents, st.sampled_from(["alike", "later"]))
def test_errors_in_another_unit_have_the_same_diagnosis(a, b, c, person, drawn) -> None:
    def all_times(scale: float) -> Diagnosis:
        def level(name: str, value: float) -> Level:
            return Level(WHOSE[name], scale * value, scale * (value - 1), scale * (value + 2), 99)

        known = {"training": a, "validation": b, "test": c, "naive": 50.0}
        made = {name: level(name, value) for name, value in known.items()}
        return diagnose(Levels("mae", **made, human=scale * person, test_rows=drawn))

    one, other = all_times(1.0), all_times(1024.0)
    assert names(one) == names(other)
    assert [g.gap * 1024 for g in one.gaps] == pytest.approx([g.gap for g in other.gaps])


@settings(max_examples=20)
@given(percents, percents, percents, st.floats(0, 50), st.sampled_from(["alike", "later"]))
def test_the_same_added_to_every_error_changes_no_gap(a, b, c, shift, drawn) -> None:
    def shifted(by: float) -> list[float]:
        def level(value: float) -> Level:
            return Level("", value + by, value + by - 1, value + by + 2, 99)

        found = diagnose(Levels("mae", level(a), level(c), level(50.0), level(b),
                                human=by + 1.0, test_rows=drawn))  # fmt: skip
        gaps = sorted(found.gaps, key=lambda g: g.name)
        return [x for g in gaps for x in (g.gap, g.low, g.high)]

    assert shifted(shift) == pytest.approx(shifted(0.0), abs=1e-9)


def test_another_measure_stands_beside_and_is_told_where_it_sees_more() -> None:
    nats = [Level(WHOSE[n], v, 0.9 * v, 1.1 * v, 99) for n, v in
            (("training", 0.1), ("test", 0.4), ("naive", 0.7), ("validation", 0.4))]  # fmt: skip
    found = diagnose(levels(15, 16, 16, human=0.14), Levels("log_loss", *nats))
    assert names(found) == ["nothing stands out"]
    assert names(found.also) == ["high variance"]
    assert found.line.endswith("By log loss: high variance.")
    same = diagnose(levels(1, 11, 11), Levels("log_loss", *nats))
    assert "log loss" not in same.line


def test_a_diagnosis_survives_json() -> None:
    found = diagnose(levels(1, 11, 15, rival=9, human=0.02, notes=("A note.",)), levels(1, 2, 3))
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert Diagnosis.from_json(plain) == found
    old = {name: value for name, value in plain.items() if name != "data"}
    assert Diagnosis.from_json(old) == found  # of a folder that does not say
    assert plain["metric"] == "error_rate"
    assert plain["findings"][0]["remedy"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"test_rows": "latr"}, r"diagnose\(test_rows='latr'\): Did you mean 'later'\?"),
        ({"validation_rows": "x"}, r"diagnose\(validation_rows='x'\): "),
        ({"metric": "rsme"}, "Did you mean 'rmse'"),
    ],
)
def test_words_that_are_not_known_are_refused(change, match) -> None:
    with pytest.raises(BadParameter, match=match):
        diagnose(replace(levels(1, 2, 3), **change))


def said(found: Diagnosis) -> str:
    """Every word of a diagnosis that a person reads."""
    parts = [*found.findings, *found.gaps]
    words = [w for each in parts for w in (each.name, each.between, each.sentence, each.remedy)]
    return " ".join([found.line, *words, *found.notes])


@pytest.mark.parametrize("data", ["pictures", "sounds"])
@pytest.mark.parametrize(
    "known",
    [
        levels(1, 11, 11),
        levels(48, 48, 48, rival=47.5),
        levels(15, 16, 16, rival=5, human=0.09),
        levels(15, 20, 25, n=20),
        levels(15, 20, 25, n=20, validation_rows="other groups"),
        levels(1, 4, 12, validation_rows="later", test_rows="later"),
        levels(1, 1, 12, test_rows="elsewhere"),
        levels(10, 10, 10.95),
        levels(1, None, 11, test_rows="later"),
        levels(60, 60, 60, comparable=False, unfinished=True),
    ],
)
def test_of_pictures_and_sounds_nothing_is_said_of_rows_and_columns(known, data) -> None:
    found = diagnose(known, levels(1, 11, 15), data=data)
    for each in (found, found.also):
        assert not re.search(r"\b(rows?|columns?|hidden)\b", said(each), re.IGNORECASE)
        assert f"training {data}" in said(each)
    of_tables = diagnose(known, levels(1, 11, 15))
    assert [g.gap for g in of_tables.gaps] == [g.gap for g in found.gaps]
    assert data not in said(of_tables)
    assert Diagnosis.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_finding_on_pictures_by_hand() -> None:
    (found,) = diagnose(levels(1, 11, 11), data="pictures").findings
    assert found.sentence == (
        "The error rate on validation pictures (11.0 %) is 10.0 points above that on training "
        "pictures (1.0 %); 95 % interval of the gap 9.4 to 10.7 points."
    )
    assert found.remedy.startswith("More pictures help most; fondo more-data says")
    assert found.remedy.endswith("changes of the training pictures (--set rotation=20).")
    few = diagnose(levels(15, 20, 25, n=20), data="sounds")
    assert names(few) == ["too few sounds to tell"]
