"""fondo.data.audio.hygiene: what parts share is refused, or told."""

import pytest

from fondo.data.audio.hygiene import check_apart
from fondo.errors import BadData, BadParameter


def test_parts_that_share_nothing_pass_without_a_word():
    train = {"voice": ["anna", "ben"], "background": ["rain"], "room": [], "recording": ["a1"]}
    test = {"voice": ["carl"], "background": ["café"], "room": [], "recording": ["c1"]}
    assert check_apart({"train": train, "test": test}) == []


@pytest.mark.parametrize("kind", ["voice", "background", "room", "recording"])
def test_whatever_is_shared_is_named(kind):
    parts = {"train": {kind: ["x", "y"]}, "valid": {kind: ["z"]}, "test": {kind: ["y", "w"]}}
    with pytest.raises(BadData, match=f"'train' and 'test' share {kind} 'y'. Move each"):
        check_apart(parts)


def test_everything_is_named_at_once_and_many_names_are_counted():
    voices = [f"v{k}" for k in range(8)]
    parts = {"a": {"voice": voices, "room": ["hall"]}, "b": {"voice": voices, "room": ["hall"]}}
    message = r"share voices 'v0', 'v1', 'v2', 'v3', 'v4' and 3 more; 'a' and 'b' share room 'hall'"
    with pytest.raises(BadData, match=message):
        check_apart(parts)
    with pytest.raises(BadData, match=r"\(allow=\['voice', 'room'\]\)"):
        check_apart(parts)


def test_what_is_allowed_is_told_and_the_rest_still_refused():
    parts = {"a": {"room": ["hall"], "voice": ["x"]}, "b": {"room": ["hall"], "voice": ["y"]}}
    assert check_apart(parts, allow=["room"]) == ["'a' and 'b' share room 'hall', as was allowed."]
    with pytest.raises(BadData, match="share room"):
        check_apart(parts, allow=["voice"])


def test_names_that_are_not_known_are_not_equal_but_told():
    parts = {"a": {"voice": ["", None, "x"]}, "b": {"voice": [""]}}
    assert check_apart(parts) == [
        "voice: 2 names in 'a' are not known and were not compared.",
        "voice: 1 name in 'b' is not known and was not compared.",
    ]


def test_a_kind_that_is_told_of_one_part_only_is_told():
    notes = check_apart({"a": {"voice": ["x"]}, "b": {}, "c": {"voice": ["y"]}})
    assert notes == ["voice: nothing is said of it for 'b', so it was not compared."]


def test_a_kind_misspelt_would_compare_nothing_and_is_refused():
    with pytest.raises(BadParameter, match="Did you mean 'voice'"):
        check_apart({"a": {"voices": ["x"]}, "b": {"voice": ["x"]}})
    with pytest.raises(BadParameter, match=r"check_apart\(allow='rom'\): it must be one of voice"):
        check_apart({}, allow=["rom"])
    with pytest.raises(BadParameter, match="it must be a list of names"):
        check_apart({"a": {"voice": "anna"}})
