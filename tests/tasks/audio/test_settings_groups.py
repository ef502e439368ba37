"""Groups of settings of sound tasks: texts of settings, and what is no distortion."""

import numpy as np
import pytest

from fondo import AudioClassifier, Distort, Mixing
from fondo.data.audio.clips import Sources
from fondo.data.audio.mixing import Recording
from fondo.errors import BadParameter
from fondo.layers.spec_augment import BandAugmenter
from fondo.tasks.audio.settings import no_distortion
from fondo.tasks.settings import configure, known_settings


def test_settings_are_named_by_their_group_where_two_share_the_name():
    task = configure(
        AudioClassifier,
        {"spectrum": "mfcc", "architecture": "time", "rate": "8000", "filters": "8,16",
         "padding": "valid", "gain": "3", "noise": "5,20", "centre": "false"},
    )  # fmt: skip
    assert task.spectrum.kind == "mfcc"
    assert task.spectrum.centre is False
    assert (task.architecture.kind, task.architecture.filters) == ("time", (8, 16))
    assert task.architecture.padding == "valid"
    assert task.waves.rate == 8000
    assert (task.augment.gain, tuple(task.augment.noise)) == (3.0, (5.0, 20.0))
    with pytest.raises(BadParameter, match=r"Say which: spectrum.kind, architecture.kind"):
        configure(AudioClassifier, {"kind": "time"})
    with pytest.raises(BadParameter, match="Did you mean 'log_mel'"):
        configure(AudioClassifier, {"spectrum": "logmel"})


@pytest.mark.parametrize("group", AudioClassifier.setting_groups)
def test_every_setting_of_a_group_is_known_and_described(group):
    owner = AudioClassifier.setting_groups[group]
    assert set(owner().get_params()) == set(owner.contracts)
    assert {f"{group}.{name}" for name in owner.contracts} <= set(known_settings(AudioClassifier))
    assert repr(owner()) == f"{owner.__name__}()"


def test_nothing_is_changed_where_nothing_is_asked_for():
    assert not no_distortion().changes(8000).any
    assert Distort().changes(8000).any
    assert Distort(noise=[10, 20]).changes(8000).noise == (10.0, 20.0)
    assert Distort(tone=6.0).changes(8000).tone == 6.0
    assert Distort(room=0.2).changes(8000).rate == 8000.0


def test_clips_of_a_trigger_word_have_tone_and_slack_but_those_of_the_notes():
    made_of = Sources(800, [Recording(np.ones(800) / 9, "hum")], [Recording(np.ones(80), "go")])
    assert Mixing(tone=3).recipe(made_of).tone_db == 3
    assert Mixing(slack=0.05).unsure == 0.05
    assert Mixing(notes=True).recipe(made_of).tone_db == 0
    assert Mixing(notes=True).unsure == 0
    assert Mixing(pitch=2, band_gaps=0.1).change().signature == BandAugmenter(2, 0.1).signature
    assert Mixing(pitch=0, band_gaps=0).change() is None
    assert Mixing(notes=True).change() is None
