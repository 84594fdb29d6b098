"""Steps of a slide's animation, from decks as PowerPoint writes them."""

from __future__ import annotations

from typing import Any

from tests.slides.making import BLUE, GREEN, RED, add_box, add_slide, animate, new_deck

from greenroom.slides.builds import P, Target, builds_of, without


def boxes() -> tuple[Any, Any, Any, Any]:
    slide = add_slide(new_deck(), "Boxes")
    return slide, add_box(slide, RED, 1), add_box(slide, BLUE, 5), add_box(slide, GREEN, 9)


def ids(slide: Any, *shapes: Any) -> frozenset[Target]:
    return frozenset(Target(str(shape.shape_id), None) for shape in shapes)


class TestBuildsOf:
    def test_without_animation(self) -> None:
        slide, *_ = boxes()
        assert builds_of(slide._element).states == (frozenset(),)

    def test_a_click_shows_and_hides(self) -> None:
        slide, red, blue, green = boxes()
        animate(slide, [[(red, "entr", None)], [(blue, "entr", None), (green, "exit", None)]])
        assert builds_of(slide._element).states == (
            ids(slide, red, blue),
            ids(slide, blue),
            ids(slide, green),
        )

    def test_what_begins_by_itself_is_no_step(self) -> None:
        slide, red, *_ = boxes()
        animate(slide, [[(red, "entr", None)]], automatic=True)
        assert builds_of(slide._element).states == (frozenset(),)

    def test_what_goes_and_comes_back(self) -> None:
        slide, red, *_ = boxes()
        animate(slide, [[(red, "exit", None)], [(red, "entr", None)]])
        assert builds_of(slide._element).states == (frozenset(), ids(slide, red), frozenset())

    def test_emphasis_alone_is_no_step_but_is_told(self) -> None:
        slide, red, *_ = boxes()
        animate(slide, [[(red, "emph", None)]])
        builds = builds_of(slide._element)
        assert builds.states == (frozenset(),)
        assert builds.has_motion

    def test_paragraph_by_paragraph(self) -> None:
        slide = add_slide(new_deck(), "List", bullets=["a", "b"])
        body = slide.placeholders[1]
        animate(slide, [[(body, "entr", 0)], [(body, "entr", 1)]])
        counts = [len(state) for state in builds_of(slide._element).states]
        assert counts == [2, 1, 0]

    def test_a_thousand_clicks_are_bounded(self) -> None:
        slide, red, *_ = boxes()
        animate(slide, [[(red, "entr" if number % 2 else "exit", None)] for number in range(1000)])
        assert len(builds_of(slide._element).states) <= 51


class TestWithout:
    def test_shapes_go_and_the_original_stays(self) -> None:
        slide, red, blue, _ = boxes()
        before = len(slide.shapes)
        shown = without(slide._element, ids(slide, red, blue))
        assert len(shown.findall(f".//{P}sp")) == before - 2
        assert len(slide.shapes) == before

    def test_unknown_shapes_do_no_harm(self) -> None:
        slide, *_ = boxes()
        without(slide._element, frozenset({Target("4711", None), Target("4711", 3)}))
