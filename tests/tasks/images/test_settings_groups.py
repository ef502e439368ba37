"""Groups of settings of picture tasks: what forms follow, where points go, texts of settings."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo import Backbone, ImageClassifier, Pixels
from fondo.data.images.decode import Form
from fondo.errors import BadParameter
from fondo.tasks.images.augment import Augment, no_augment
from fondo.tasks.images.forms import choose_form, from_frame, to_frame
from fondo.tasks.settings import configure


def survey(height: int, width: int, channels: int = 3) -> SimpleNamespace:
    sizes = {"heights": np.full(5, height), "widths": np.full(5, width)}
    return SimpleNamespace(channels=np.full(5, channels), **sizes)


@pytest.mark.parametrize(
    ("height", "width", "pixels", "name", "wanted"),
    [
        (28, 28, Pixels(), None, (28, 28)),
        (500, 500, Pixels(), None, (64, 64)),
        (80, 160, Pixels(), None, (48, 88)),
        (80, 160, Pixels(crop=(30, 0, 10, 0)), None, (32, 128)),
        (500, 500, Pixels(), "squeezenet", (128, 128)),
        (20_000, 10, Pixels(), None, (128, 32)),
        (500, 400, Pixels(size=50), None, (50, 50)),
        (500, 400, Pixels(size=(50, 40)), None, (50, 40)),
    ],
)
def test_size_follows_the_pictures(height, width, pixels, name, wanted):
    form = choose_form(survey(height, width), pixels, Backbone(name=name))
    assert (form.height, form.width) == wanted


def test_colour_is_dropped_only_where_no_picture_has_any():
    grey, colour = survey(8, 8, 1), survey(8, 8, 3)
    assert choose_form(grey, Pixels(), Backbone()).channels == 1
    assert choose_form(colour, Pixels(), Backbone()).channels == 3
    assert choose_form(colour, Pixels(color="grey"), Backbone()).channels == 1
    assert choose_form(grey, Pixels(), Backbone(name="squeezenet")).channels == 3


def test_points_by_hand_in_a_cropped_frame():
    form = Form(10, 10, 3, "stretch", (10, 0, 0, 20))
    shares = to_frame(np.array([[[20.0, 10.0], [70.0, 60.0]]]), np.array([[110, 120]]), form)
    assert shares.tolist() == [[[0.0, 0.0], [0.5, 0.5]]]


@given(
    st.integers(20, 300), st.integers(20, 300), st.sampled_from(["stretch", "crop", "pad"]),
    st.integers(4, 90), st.integers(4, 90),
)  # fmt: skip
def test_points_come_back_from_any_frame(height, width, fit, to_height, to_width):
    form = Form(to_height, to_width, 3, fit, (3, 2, 1, 5))
    points = np.array([[[1.0, 2.0], [width - 1.5, height / 2]]])
    there = to_frame(points, np.array([[height, width]]), form)
    assert from_frame(there, np.array([[height, width]]), form) == pytest.approx(points)


def test_a_group_with_a_main_setting_may_be_named_by_itself():
    task = configure(ImageClassifier, {"backbone": "squeezenet", "size": "96", "flip": "both"})
    assert task.backbone.name == "squeezenet"
    assert task.pictures.size == 96
    assert task.augment.flip == "both"
    with pytest.raises(BadParameter, match="Did you mean 'squeezenet'"):
        configure(ImageClassifier, {"backbone": "squeezenett"})


def test_nothing_is_changed_where_nothing_is_asked_for():
    assert not no_augment().changes().any
    assert Augment().changes().moves
    assert Augment(mirror=[1, 0]).changes().mirror == (1, 0)
