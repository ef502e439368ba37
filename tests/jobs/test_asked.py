"""fondo.jobs.asked: what searches and learning curves have in common."""

import pytest

from fondo.errors import BadData
from fondo.jobs import source as source_module
from fondo.jobs.asked import Asked
from fondo.jobs.more_data import more_data
from fondo.jobs.search import search
from fondo.search.search import SearchPlan


@pytest.fixture
def source(tmp_path, table, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(60).write_csv("t.csv")
    return "t.csv"


def test_the_job_is_that_of_a_training_with_the_same_words(source):
    told = []
    asked = Asked(source, target="y", weight="v", settings={"epochs": "3"})
    table, why, job = asked.open(SearchPlan(test=0.3, seed=5), told.append)
    assert (job.source, job.target, job.weight) == ("t.csv", "y", "v")
    assert (job.test, job.seed, job.settings) == (0.3, 5, {"epochs": "3"})
    assert why.task == job.task == "table-classifier"
    assert table.sample.height == 60
    assert told == [f"Task: table-classifier, because {why.why}."]


@pytest.mark.parametrize("work", [search, more_data])
def test_a_table_that_cannot_be_held_is_refused_and_not_cut_in_silence(source, work, monkeypatch):
    monkeypatch.setattr(source_module, "too_large", lambda *_: True)
    with pytest.raises(BadData, match="t.csv: the table is too large to be held in memory"):
        work(Asked(source, target="y"))
