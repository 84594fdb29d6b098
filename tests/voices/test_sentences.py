"""The sentences that are read: enough, all different, speakable, with every sound of their language."""

from __future__ import annotations

import re

import pytest
from pypinyin import Style, lazy_pinyin

from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import check_readable
from greenroom.voices.modeling.editions import EDITIONS
from greenroom.voices.recordings.words import unit_count
from greenroom.voices.sentences import all_sentences, sentences

ENGLISH_SOUNDS = set("pbtdkɡfvθðszʃʒhmnŋlɹwjʧʤAIOWYiuɪʊɛæʌɑɔ")
INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s"
FINALS = (
    "a o e i u v ai ei ao ou an en ang eng ong ia ie iao iou ian in iang ing "
    "ua uo uai uei uan uen uang ve van"
)


@pytest.mark.parametrize("language", ["CN", "EN"])
class TestSentences:
    def test_enough_for_every_edition(self, language: str) -> None:
        found = all_sentences(language)
        assert len(found) >= max(edition.segments for edition in EDITIONS.values())
        assert len(set(found)) == len(found)

    def test_all_can_be_read_in_one_breath(self, language: str) -> None:
        tag = "zh-CN" if language == "CN" else "en-US"
        for sentence in all_sentences(language):
            assert 9 <= unit_count(sentence, tag) <= 32, sentence
            assert not re.search(r"\d", sentence)
            check_readable(sentence, front_for(tag))


def test_twenty_chinese_sentences_hold_nearly_every_syllable_part_and_all_tones() -> None:
    text = "".join(sentences("CN", 20))
    initials = set(lazy_pinyin(text, style=Style.INITIALS, errors="ignore"))
    finals = set(lazy_pinyin(text, style=Style.FINALS, errors="ignore", strict=True))
    tones = {final[-1] for final in lazy_pinyin(text, style=Style.FINALS_TONE3, errors="ignore") if final}
    assert not set(INITIALS.split()) - initials
    assert not set(FINALS.split()) - finals
    assert {"1", "2", "3", "4"} <= tones


def test_twenty_english_sentences_hold_every_sound() -> None:
    front = front_for("en-US")
    said = "".join(word.phonemes for sentence in sentences("EN", 20) for word in front.read(sentence))
    assert not ENGLISH_SOUNDS - set(said)
