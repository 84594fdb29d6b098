"""What is said while which picture is shown."""

from __future__ import annotations

import pytest

from greenroom.slides.deck import Deck, Page
from greenroom.slides.layouts import Layout, places
from greenroom.slides.narration import passages_of

STEPS = ("0.png", "1.png", "2.png")


def said(notes: str, pictures: tuple[str, ...] = STEPS) -> list[tuple[str, str]]:
    deck = Deck((Page(1, pictures, notes=notes),), "PDFium")
    return [(passage.picture, passage.text) for passage in passages_of(deck)]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("All at once.", [("2.png", "All at once.")]),
        ("A. [click] B. [Click] C.", [("0.png", "A."), ("1.png", "B."), ("2.png", "C.")]),
        ("A. <step/> B.", [("0.png", "A."), ("2.png", "B.")]),
        ("[click] A. [click] B.", [("1.png", "A."), ("2.png", "B.")]),
        ("A.[click]B.[click]C.[click]D.", [("0.png", "A."), ("1.png", "B."), ("2.png", "C. D.")]),
        ("A. [click] *** [click] C.", [("0.png", "A."), ("2.png", "C.")]),
        ("", [("2.png", "")]),
        ("* * *", [("2.png", "")]),
        ("<speak>A [click] B</speak>", [("2.png", "<speak>A   B</speak>")]),
    ],
)
def test_marks_move_on(notes: str, expected: list[tuple[str, str]]) -> None:
    assert said(notes) == expected


def test_marks_on_a_page_that_does_not_move_are_not_said() -> None:
    assert said("A. [click] B.", ("p.png",)) == [("p.png", "A. B.")]


def test_pages_without_notes_can_be_left_out() -> None:
    deck = Deck((Page(1, ("a.png",)), Page(2, ("b.png",), notes="Hello.")), "PDFium")
    assert [passage.page for passage in passages_of(deck)] == [1, 2]
    assert [passage.page for passage in passages_of(deck, skip_silent=True)] == [2]


@pytest.mark.parametrize("canvas", [(1920, 1080), (640, 360), (1080, 1920), (1440, 1080)])
class TestLayouts:
    @pytest.mark.parametrize("layout", list(Layout))
    def test_the_presenter_stands_on_the_lower_edge(self, layout: Layout, canvas: tuple[int, int]) -> None:
        person = places(layout, canvas).person
        assert person.y + person.height == canvas[1]
        assert person.height < 0.65 * canvas[1]

    def test_beside_the_page(self, canvas: tuple[int, int]) -> None:
        person, page = places(Layout.SIDE, canvas)
        assert page is not None
        middle = (person.x + person.width // 2, person.y + person.height // 2)
        assert not (page.x <= middle[0] < page.x + page.width and page.y <= middle[1] < page.y + page.height)
