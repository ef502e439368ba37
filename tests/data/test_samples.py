"""fondo.data.samples: scikit-learn's tables in words, and sources."""

import pytest
from sklearn import datasets

from fondo.data.images.decode import Form
from fondo.data.images.pictures import Pictures
from fondo.data.samples import PICTURES, names, read_source, sample
from fondo.errors import BadData, BadParameter


@pytest.mark.parametrize("name", [name for name in names() if name != PICTURES])
def test_samples_are_what_scikit_learn_carries(name):
    found = sample(name)
    bunch = getattr(datasets, f"load_{name}")()
    assert found.frame.shape == (len(bunch.data), bunch.data.shape[1] + 1)
    assert found.frame.columns == [*map(str, bunch.feature_names), found.target]
    assert found.frame.null_count().sum_horizontal()[0] == 0
    if found.task == "class":
        words = [str(bunch.target_names[code]) for code in bunch.target]
        assert found.frame[found.target].to_list() == words
    else:
        assert found.frame[found.target].to_list() == bunch.target.tolist()


def test_a_source_is_a_sample_or_a_path(tmp_path):
    assert read_source("sample:iris").equals(sample("iris").frame)
    path = tmp_path / "iris.csv"
    sample("iris").frame.write_csv(path)
    assert read_source(path).equals(sample("iris").frame)


def test_unknown_sources_are_refused(tmp_path):
    with pytest.raises(BadParameter, match=r"no such sample. Did you mean 'iris'"):
        read_source("sample:irsi")
    with pytest.raises(BadData, match="no such file"):
        read_source(str(tmp_path / "x.csv"))


def test_digits_as_pictures_are_places_of_the_same_digits():
    found = sample(PICTURES)
    digits = datasets.load_digits()
    assert found.frame["picture"][7] == "sample:digits#7"
    assert found.frame["label"].to_list() == [str(digit) for digit in digits.target]
    shown = Pictures.of_places(found.frame["picture"][:2].to_list()).load(Form(8, 8, 1))
    assert abs(shown[:, :, :, 0] / 255 - digits.images[:2] / 16).max() < 0.01
