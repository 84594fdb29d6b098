"""What is left of SSML without its tags."""

from __future__ import annotations

import pytest

from greenroom.engines.ssml.spoken import actions_of, is_ssml, plain_text, review_text, written_text


def test_only_a_speak_makes_ssml() -> None:
    for text in ("a < b and c > d", "5 <br/> 6", "<p>"):
        assert not is_ssml(text)
        assert plain_text(text) == review_text(text) == text
        assert actions_of(text) == []


@pytest.mark.parametrize(
    "ssml",
    [
        "<speak>ba<break/>d</speak>",
        "<speak>b<emphasis>a</emphasis>d</speak>",
        "<speak>b<!-- -->ad</speak>",
        "<speak>b&#97;d</speak>",
        '<speak><sub alias="bad">good</sub></speak>',
        '<speak>b<mark name="x"/>ad</speak>',
    ],
)
def test_tags_hide_no_word(ssml: str) -> None:
    assert plain_text(ssml) == "bad"
    assert "bad" in review_text(ssml).split()


def test_what_is_shown_is_reviewed_too() -> None:
    assert review_text('<speak>A <sub alias="nice">foul</sub> word.</speak>') == "A nice word.\nfoul"


def test_broken_ssml_is_reviewed_as_well_as_it_can_be() -> None:
    assert "bad" in review_text("<speak>b<x>ad</speak>").split()


def test_sentences_stay_apart() -> None:
    assert plain_text("<speak><p>One</p><p>two</p></speak>") == "One two"


def test_actions_in_order() -> None:
    ssml = '<speak><insert-action tag="b"/>Hi<mark name="m"/> <insert-action name="A" tag="a"/>you</speak>'
    assert actions_of(ssml) == ["b", "a"]


def test_the_words_to_read_along() -> None:
    ssml = (
        '<speak><p>Ask <sub alias="Meadow Lane Farm">MLF</sub> &amp; '
        '<prosody rate="80%">wait</prosody>.</p><p>Good<break time="300ms"/>bye.</p></speak>'
    )
    assert written_text(ssml) == "Ask MLF & wait.\nGoodbye."
    assert written_text("a < b") == "a < b"
    assert written_text("<speak>Hello <b>there</speak>") == "Hello there"
