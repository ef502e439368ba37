import re

from hypothesis import given
from hypothesis import strategies as st

from fondo.funds.report_parts import grid, pictures, slugs
from fondo.report.markup import Markup
from fondo.report.svg import placeholder


def test_slugs_are_small_letters_digits_and_hyphens() -> None:
    names = ["Équity / EU", "equity eu", "基金", "<script>", "", "equity-eu-2"]
    assert list(slugs(names).values()) == [
        "equity-eu", "equity-eu-2", "3", "script", "5", "equity-eu-2-2",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=80), unique=True, max_size=8))
def test_slugs_are_safe_and_no_two_are_alike(names: list[str]) -> None:
    found = slugs(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in found.values())
    assert found == slugs(names)


def test_a_grid_stands_pairs_under_each_other_and_escapes_all() -> None:
    head = ["name", "value", "word"]
    text = grid(
        (head, [["<b>", ("1", "<2>"), "x"], ["y", ("3", ""), Markup("<i>z</i>")]]), words=(2,)
    )
    assert "<td>&lt;b&gt;</td>" in text
    assert '<td class="number">1<small>&lt;2&gt;</small></td>' in text
    assert '<td class="number">3</td>' in text
    assert "<td>x</td>" in text
    assert "<td><i>z</i></td>" in text
    assert text.count('scope="col"') == 3


def test_pictures_stand_beside_each_other() -> None:
    one, two = placeholder("one", "Nothing."), placeholder("two", "Nothing.")
    assert 'class="wide"' in pictures([one])
    both = pictures([one, two])
    assert both.startswith('<div class="grid">')
    assert both.count("<figure>") == 2
