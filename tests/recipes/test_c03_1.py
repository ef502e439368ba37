"""fondo.recipes.c03_1: what is learnt from training rows only, and the count at the top."""

import numpy as np
import polars as pl
import pytest

from fondo.recipes import c03_1, pantry
from fondo.recipes.kitchen import Kitchen


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pantry.loans
    monkeypatch.setattr(pantry, "loans", lambda n_rows=3000: whole(n_rows))
    monkeypatch.setattr(c03_1, "EPOCHS", 5)
    monkeypatch.setattr(c03_1, "BATCH", 32)
    monkeypatch.setattr(c03_1, "defaults", lambda seed: c03_1.published(seed, epochs=2))


def write(frame: pl.DataFrame, folder) -> Kitchen:
    place = folder / "loans.csv"
    frame.write_csv(place)
    return Kitchen(data=place)


def test_rows_are_split_70_to_30_and_the_target_is_gone() -> None:
    rows = c03_1.borrowers(Kitchen())
    assert (rows.X.height, rows.X_test.height) == (2100, 900)
    assert "SeriousDlqin2yrs" not in rows.X.columns
    assert rows.y.mean() == pytest.approx(rows.y_test.mean(), abs=0.002)


def test_the_debt_ratio_is_capped_at_1_and_flagged_the_right_way_round() -> None:
    rows = c03_1.borrowers(Kitchen())
    raw = pantry.loans()["DebtRatio"]
    for X in (rows.X, rows.X_test):
        assert X["DebtRatio"].max() == 1.0
        assert X.filter(~pl.col("DebtRatio above 1"))["DebtRatio"].max() <= 1.0
    flagged = rows.X["DebtRatio above 1"].sum() + rows.X_test["DebtRatio above 1"].sum()
    assert flagged == (raw > 1).sum()


def test_wild_test_rows_change_nothing_in_the_training_rows(tmp_path) -> None:
    from fondo.data.splits import split_rows

    table = pantry.loans(400)
    before = c03_1.borrowers(write(table, tmp_path))
    y = table["SeriousDlqin2yrs"].to_numpy()
    _, test = split_rows(len(y), c03_1.TEST, 0, stratify=y)
    wild = np.isin(np.arange(len(y)), test)
    table = table.with_columns(
        pl.when(pl.Series(wild)).then(1e9).otherwise(pl.col("DebtRatio")).alias("DebtRatio")
    )
    after = c03_1.borrowers(write(table, tmp_path))
    assert before.X.equals(after.X)
    assert not before.X_test.equals(after.X_test)


def test_the_dish_counts_what_sorting_by_hand_counts() -> None:
    dish = c03_1.run(Kitchen())
    rows, named = c03_1.borrowers(Kitchen()), {figure.name: figure for figure in dish.figures}
    task = c03_1.published(0).fit(rows.X, rows.y)
    order = np.argsort(-task.predict_proba(rows.X_test)[:, 1])
    hits = int(rows.y_test[order[:90]].sum())
    assert named["the same as a count, of 90 rows, as published"].ours == hits
    share = named["defaulters in the riskiest tenth, as published"]
    assert share.ours == pytest.approx(hits / 90)
    assert share.low <= share.ours <= share.high
    assert share.naive == pytest.approx(rows.y_test.mean())
    caught = named["share of all defaulters caught there, as published"]
    assert caught.ours == pytest.approx(hits / rows.y_test.sum())
    assert caught.naive == pytest.approx(0.1)
    assert named["ROC AUC, as published"].ours > 0.6
    assert named["ROC AUC, fondo's defaults"].naive == pytest.approx(0.5)
    assert dish.figures[0].published is None


@pytest.mark.data
def test_the_real_table_is_read_as_the_recipe_needs_it(fondo_data) -> None:
    rows = c03_1.borrowers(Kitchen(data=fondo_data / "tables" / "credit.csv.gz"))
    assert (rows.X.height, rows.X_test.height) == (105_000, 45_000)
    assert rows.X.width == 12  # ten predictors and two flags of the debt ratio
    task = c03_1.published(0)
    task.learn(rows.X.head(20_000), rows.y[:20_000])
    inputs = task.encode(rows.X_test.head(1000))
    assert inputs["numbers"].shape[1] == 10
    assert np.abs(inputs["numbers"]).max() <= 1.0
