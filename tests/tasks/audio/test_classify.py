"""fondo.tasks.audio.classify: it learns, it answers in the user's words, it refuses clearly."""

import copy
import pickle
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

import fondo
from fondo import AudioClassifier, Distort, SoundNet, Spectrum, Waves
from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData, BadParameter
from fondo.report.wav import wav
from fondo.tasks.album import Album
from fondo.tasks.audio.settings import no_distortion

RATE = 8000
SMALL = SoundNet(kind="time", filters=(16,), depth=1, dropout=0.0)
BANDS = Spectrum(bands=24)
STILL = no_distortion()


def small(**settings):
    given = {"architecture": SMALL, "spectrum": BANDS, "augment": STILL}
    return AudioClassifier(**given | {"epochs": 12, "batch_size": 16} | settings)


def sounds(waves, rate=RATE):
    return Sounds.of_array(waves, rate, "test")


def learnt(task, waves, rate=RATE):
    """Task that has learnt what encoding needs, and nothing else."""
    y = np.arange(len(waves)) % 2
    read = task.read(sounds(waves, rate), y, fitting=True)
    task.learn(*read)
    return task


@pytest.fixture(scope="module")
def fitted(tones):
    X, y, *_ = tones
    return small(learning_rate=0.005).fit(sounds(X), y)


@pytest.fixture
def folder(tmp_path, tones) -> Path:
    """Forty files of two classes, whose names are not of ASCII."""
    for k, (wave, pitch) in enumerate(zip(*tones[:2], strict=True)):
        if pitch == 800 or k >= 60:
            continue
        place = tmp_path / ("tief" if pitch == 400 else "höher_鈴")
        place.mkdir(exist_ok=True)
        (place / f"{k:02} ñ.wav").write_bytes(wav(wave, RATE))
    return tmp_path


def test_it_beats_the_majority_by_far_on_sounds_it_never_heard(tones, fitted):
    *_, X_test, y_test = tones
    assert fitted.score(sounds(X_test), y_test) > np.mean(y_test == 400) + 0.5


def test_probabilities_are_those_of_the_classes(tones, fitted):
    p = fitted.predict_proba(sounds(tones[2]))
    assert p.shape == (60, 3)
    assert p.sum(axis=1) == pytest.approx(np.ones(60))
    assert np.array_equal(fitted.classes_[p.argmax(axis=1)], fitted.predict(sounds(tones[2])))


def test_rate_and_length_come_from_the_sounds_unless_they_are_asked_for(tones, fitted):
    assert fitted.form_ == (8000, 1000, "middle", "zeros")
    asked = small(waves=Waves(rate=4000, seconds=0.05, place="start", fill="repeat"))
    learnt(asked, tones[0][:30])
    assert asked.form_ == (4000, 200, "start", "repeat")
    assert asked.network().input_shape == (None, 200)
    lower = learnt(small(spectrum=Spectrum(bands=8)), tones[0][:30], rate=44_100)
    assert lower.form_[:2] == (16_000, round(1000 / 44_100 * 16_000))


def test_what_95_of_100_do_not_exceed_is_the_length_but_not_more_than_ten_seconds():
    rng = np.random.default_rng(0)
    waves = [rng.normal(0, 0.1, 100 + 10 * k).astype(np.float32) for k in range(41)]
    assert learnt(small(), waves).form_[1] == 100 + 10 * 38
    long = [rng.normal(0, 0.1, 12_000).astype(np.float32)] * 4
    few = Spectrum(bands=4, window=0.128, low=0)
    assert learnt(small(spectrum=few), long, rate=1000).form_[1] == 10_000


def test_the_same_seed_gives_the_same_network_and_another_one_another(tones):
    X, y = sounds(tones[0]), tones[1]
    first, again = (small(epochs=2).fit(X, y).predict_proba(X) for _ in range(2))
    other = small(epochs=2, random_state=1).fit(X, y).predict_proba(X)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_goes_through_a_folder_and_back(tmp_path, tones, fitted):
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    X = sounds(tones[2])
    assert np.array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert again.form_ == fitted.form_
    assert again.get_params(deep=False)["epochs"] == 12


def test_it_can_be_cloned_copied_and_pickled(tones, fitted):
    assert clone(fitted).get_params()["spectrum__bands"] == 24
    X = sounds(tones[2])
    for other in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert np.array_equal(other.predict(X), fitted.predict(X))


def test_its_repr_is_the_call_that_makes_it():
    task = small(waves=Waves(rate=4000), augment=Distort(gain=3.0, noise=(10, 20)))
    names = {each.__name__: each for each in (Waves, Spectrum, SoundNet, Distort, AudioClassifier)}
    again = eval(repr(task), names)
    assert repr(again) == repr(task)
    assert again.get_params()["augment__noise"] == (10, 20)


def test_evaluation_has_baselines_a_linear_rival_and_leaks(tones, fitted):
    X, y, X_test, y_test = tones
    found = fitted.evaluate(sounds(X_test), y_test, train=(sounds(X), y))
    assert set(found.baselines) == {"majority", "prior", "logistic"}
    assert found.leaks == []
    twice = fitted.evaluate(sounds(X[:30]), y[:30], train=(sounds(X), y))
    assert ["exact duplicate"] == [leak.kind for leak in twice.leaks]
    assert "30 of 30 test sounds are exact copies" in twice.leaks[0].message


def test_folds_beat_the_majority(tones):
    found = small(epochs=8, learning_rate=0.005).cross_validate(sounds(tones[0]), tones[1], folds=2)
    assert min(found.values) > max(found.naive) + 0.2


def test_distortion_changes_what_is_learnt_but_not_what_is_asked(tones):
    X, y = sounds(tones[0]), tones[1]
    changed = Distort(noise=(5, 15), speed=0.1, room=0.1, pitch=2.0)
    with_, without = (small(epochs=1, augment=chosen).fit(X, y) for chosen in (changed, STILL))
    assert not np.array_equal(with_.predict_proba(X), without.predict_proba(X))
    assert np.array_equal(with_.predict_proba(X), with_.predict_proba(X))


@pytest.mark.parametrize("kind", ["mfcc", "pcen", "log"])
def test_each_spectrum_can_be_learnt_from(tones, kind):
    task = learnt(small(spectrum=Spectrum(kind=kind, bands=24, coefficients=13)), tones[0][:60])
    shown = task.seen(tones[0][:2])
    bands = {"mfcc": 13, "pcen": 24, "log": 129}[kind]
    assert shown.shape[0] == 2
    assert shown.shape[2] == bands
    assert np.isfinite(shown).all()
    assert task.seen_in_words


def test_what_is_seen_is_what_enters_the_convolutions(tones, fitted):
    from fondo.backend import keras

    waves = tones[2][:3]
    inside = keras.Model(fitted.network_.input, fitted.network_.get_layer("scaled").output)
    found = fitted.seen(waves)
    assert found == pytest.approx(np.asarray(inside(waves)), abs=1e-4)
    uncentred = learnt(small(spectrum=Spectrum(bands=24, centre=False)), tones[0][:60])
    network = uncentred.network()
    inside = keras.Model(network.input, network.get_layer("scaled").output)
    assert uncentred.seen(waves) == pytest.approx(np.asarray(inside(waves)), abs=1e-3)
    assert abs(uncentred.seen(tones[0][:60]).mean(axis=(0, 1))).max() < 0.01
    assert uncentred.seen_in_words == "decibels of 24 mel bands"
    assert fitted.seen_in_words.startswith("decibels of 24 mel bands, each less its mean")


def test_averages_go_into_a_dense_network_alone(tones):
    X, y = sounds(tones[0]), tones[1]
    means = Spectrum(kind="mfcc", bands=24, coefficients=13, average=True)
    with pytest.raises(BadParameter, match=r"Spectrum\(average=True\)\): means over time leave"):
        small(spectrum=means).fit(X, y)
    task = small(spectrum=means, architecture=SoundNet(kind="dense", hidden=(16,)))
    task.fit(X, y)
    assert task.seen_mean_ is not None
    assert "averages" in [layer.name for layer in task.network_.layers]
    assert task.score(X, y) > 0.6


def test_embeddings_have_a_row_each(tones, fitted):
    assert fitted.embeddings(sounds(tones[2])).shape == (60, 16)


# ---- files


def test_files_of_any_name_are_learnt_from_and_answered(folder):
    task = small(epochs=6, learning_rate=0.005).fit(folder)
    assert task.classes_.tolist() == ["höher_鈴", "tief"]
    assert set(task.predict([str(next((folder / "tief").iterdir()))])) <= set(task.classes_)


def test_a_broken_file_is_left_out_with_its_reason(folder):
    broken = folder / "tief" / "00 ñ.wav"
    broken.write_bytes(broken.read_bytes()[:900])
    (folder / "tief" / "zz.wav").write_text("no sound")
    with pytest.warns(UserWarning, match=r"left out, 2 of 41 sounds .*\n.*cut off.*\n.*text file"):
        task = small(epochs=1).fit(folder)
    with pytest.raises(BadData, match="1 of 1 sounds cannot be read"):
        task.predict([str(broken)])


def test_a_table_names_sounds_and_stretches_of_them(folder):
    files = sorted(str(path) for path in folder.rglob("*.wav"))
    frame = pl.DataFrame(
        {"clip": [f"{file}#t=0,0.06" for file in files], "y": [f.count("tief") for f in files]}
    )
    task = small(epochs=1).fit(frame, "y")
    assert task.form_[1] == 480
    with pytest.raises(BadData, match="no column of sound files"):
        small().fit(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "b")


# ---- what cannot be


def test_arrays_alone_have_no_rate(tones):
    with pytest.raises(BadData, match="does not say how many samples a second.*Sounds.of_array"):
        small().fit(tones[0], tones[1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"waves": Waves(rate=10)}, r"Waves\(rate=10\)"),
        ({"spectrum": Spectrum(kind="mell")}, r"Spectrum\(kind='mell'\): kind must be one of"),
        ({"architecture": SoundNet(filters=())}, r"SoundNet\(filters=\(\)\)"),
        ({"augment": Distort(shift=1.5)}, r"Distort\(shift=1.5\)"),
        ({"spectrum": "mfcc"}, r"AudioClassifier\(spectrum='mfcc'\)"),
        ({"epochs": 0}, r"AudioClassifier\(epochs=0\)"),
        ({"spectrum": Spectrum(low=5000.0)}, "low"),
        ({"architecture": SoundNet(kind="plain", padding="valid", filters=(4,) * 4, depth=1)},
         r"SoundNet\(padding='valid'\): 4 stages of 1 convolutions leave nothing"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(tones, settings, message):
    with pytest.raises(BadParameter, match=message):
        small(**settings).fit(sounds(tones[0]), tones[1])


def test_targets_that_cannot_be_are_refused(tones):
    X, y = sounds(tones[0]), tones[1]
    with pytest.raises(BadData, match="all 150 rows are of one class"):
        small().fit(X, np.zeros(150))
    with pytest.raises(BadData, match="150 sounds but 3 targets"):
        small().fit(X, y[:3])
    with pytest.raises(BadData, match="requires y to be passed"):
        small().fit(X)
    with pytest.raises(BadData, match="all 1 rows are of one class"):
        small().fit(X.take([0]), ["a"])
    with pytest.raises(BadData, match="nothing to learn from 1 sound"):
        small().learn(Album(X.take([0])), np.array(["a"]))


def test_a_label_of_no_class_is_refused_in_judging(tones, fitted):
    with pytest.raises(BadData, match="label '440' was not among the classes"):
        fitted.evaluate(sounds(tones[2][:2]), np.array([440, 400]))


def test_samples_that_are_no_numbers_are_refused(tones):
    waves = tones[0].copy()
    waves[3, 5] = np.nan
    with pytest.raises(BadData, match="row 3: sample 5 is NaN"):
        sounds(waves)


def test_silence_and_single_samples_are_sounds(tones, fitted):
    odd = sounds([np.zeros(1000, np.float32), np.ones(1, np.float32), np.zeros(5000, np.float32)])
    p = fitted.predict_proba(odd)
    assert np.isfinite(p).all()
    assert p[0] == pytest.approx(p[2], abs=1e-6)  # silence is silence
    one = [np.full(1, 0.1 * (-1) ** k, np.float32) for k in range(20)]
    task = learnt(small(augment=None, spectrum=Spectrum(kind="log")), one)
    assert task.form_[1] == 3  # the shortest frame
    with pytest.raises(BadParameter, match="These sounds have 3 samples at 8,000 hertz"):
        learnt(small(), one)
    assert np.isfinite(np.asarray(task.network()(task.encode(Album(sounds(one)))["waves"]))).all()


def test_loudness_is_of_no_matter_to_what_is_centred_unless_it_is_below_all(tones, fitted):
    X = tones[2]
    quiet = fitted.predict(sounds(0.1 * X))
    assert (quiet == fitted.predict(sounds(X))).mean() > 0.95
