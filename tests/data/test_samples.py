"""fondo.data.samples: scikit-learn's tables in words, and sources."""

import pytest
from sklearn import datasets

from fondo.data.images.decode import Form
from fondo.data.images.pictures import Pictures
from fondo.data.samples import PICTURES, SOUND_ROWS, names, read_source, sample
from fondo.errors import BadData, BadParameter


@pytest.mark.parametrize("name", sorted(set(names()) - {PICTURES, SOUND_ROWS}))
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


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_folders_of_pictures_and_of_sounds_are_told_apart(tmp_path):
    put(tmp_path, "sounds/a/1.wav", "sounds/b/2.ogg", "pictures/a/1.png", "pictures/b/2.jpg")
    assert read_source(tmp_path / "sounds").columns == ["sound", "label"]
    assert read_source(str(tmp_path / "pictures")).columns == ["picture", "label"]
    assert read_source(tmp_path / "sounds" / "a" / "1.wav").columns == ["sound"]
    put(tmp_path, "sounds/a/cover.jpg")
    with pytest.warns(UserWarning, match=r"1 file is no sound and passed over \(.jpg 1\)"):
        assert read_source(tmp_path / "sounds").height == 2
    put(tmp_path, "sounds/b/cover.jpg")
    with pytest.raises(BadData, match="2 sounds and as many pictures"):
        read_source(tmp_path / "sounds")
    (tmp_path / "void").mkdir()
    with pytest.raises(BadData, match="void: there is no picture in this folder"):
        read_source(tmp_path / "void")


def test_tables_name_sounds_pictures_or_both(tmp_path):
    put(tmp_path, "clips/a.wav", "clips/b.wav", "c.png")
    (tmp_path / "t.csv").write_text("clip,image,y\na.wav,c.png,1\nb.wav,c.png,2\n")
    with pytest.warns(UserWarning, match="column 'clip' are in clips/"):
        found = read_source(tmp_path / "t.csv")
    assert found["clip"].to_list() == [str(tmp_path / "clips" / n) for n in ("a.wav", "b.wav")]
    assert found["image"][1] == str(tmp_path / "c.png")


def test_a_table_of_features_may_name_sounds_that_are_not_there(tmp_path):
    (tmp_path / "t.csv").write_text("filename,tempo\nblues.0.wav,1\nblues.1.wav,2\n")
    with pytest.warns(UserWarning, match="'filename' names sounds, of which none is there"):
        found = read_source(tmp_path / "t.csv")
    assert found["filename"].to_list() == ["blues.0.wav", "blues.1.wav"]
    put(tmp_path, "blues.1.wav")
    with pytest.raises(BadData, match="1 of 2 files do not exist"):
        read_source(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("url\nhttps://x.org/a.wav\n")
    with pytest.warns(UserWarning, match="addresses of sounds, not files"):
        read_source(tmp_path / "t.csv")
