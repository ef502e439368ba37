"""fondo.explain.images.gallery: which rows are shown, by hand."""

import numpy as np

from fondo.explain.images.gallery import confused_pairs, surest_right, worst_rows, wrong_rows

Y = np.array(["a", "a", "b", "b", "c", "a"])
LABELS = np.array(["b", "a", "a", "b", "a", "b"])
SURE = np.array([0.5, 0.6, 0.9, 0.7, 0.8, 0.95])


def test_the_surest_mistakes_come_first():
    assert wrong_rows(Y, LABELS, SURE).tolist() == [5, 2, 4, 0]
    assert wrong_rows(Y, Y, SURE).tolist() == []


def test_right_answers_are_shown_class_by_class():
    assert surest_right(Y, LABELS, SURE).tolist() == [1, 3]  # no c was answered rightly
    assert surest_right(Y, Y, SURE, each=2).tolist() == [5, 1, 2, 3, 4]
    assert surest_right(Y[:1], LABELS[:1], SURE[:1]).tolist() == []


def test_pairs_are_ordered_and_counted():
    pairs = confused_pairs(Y, LABELS, SURE, most=2)
    assert [(p.truth, p.answer, p.rows.tolist()) for p in pairs] == [
        ("a", "b", [5, 0]), ("b", "a", [2]),
    ]  # fmt: skip


def test_the_largest_errors_come_first():
    assert worst_rows(np.array([1.0, -3.0, 2.0])).tolist() == [1, 2, 0]
