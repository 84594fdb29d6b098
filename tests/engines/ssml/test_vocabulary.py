"""What a vocabulary makes of a text: which words it finds, and how they are said and shown."""

from __future__ import annotations

import pytest

from greenroom.engines.g2p.front import ClauseLimits, Word
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.phonetics import english_phonetics
from greenroom.engines.g2p.reading import check_readable, read_clauses
from greenroom.engines.protocols import Pronunciation, ReadingKind, SpeechTextError
from greenroom.engines.ssml.phonemes import unknown_signs
from greenroom.engines.ssml.vocabulary import found_in


def entry(kind: str, key: str, value: str = "") -> Pronunciation:
    return Pronunciation(ReadingKind(kind), key, value)


def words(text: str, *vocabulary: Pronunciation, language: str = "en-US") -> list[Word]:
    clauses = read_clauses(text, front_for(language), ClauseLimits(), vocabulary)
    return [word for clause in clauses for word in clause.words]


def said(text: str, *vocabulary: Pronunciation, language: str = "en-US") -> dict[str, str]:
    return {word.text: word.phonemes for word in words(text, *vocabulary, language=language)}


def found(text: str, *keys: str) -> list[str]:
    return [part for part, known in found_in(text, tuple(entry("CONTINUUM", key) for key in keys)) if known]


class TestFoundIn:
    @pytest.mark.parametrize(
        ("text", "keys", "expected"),
        [
            ("an art, a cart, ART", ["art"], ["art", "ART"]),
            ("US and us", ["US"], ["US"]),
            ("New York and York", ["York", "New York"], ["New York", "York"]),
            ("重庆银行行长", ["行", "银行", "银行行长"], ["银行行长"]),
            ("我用MLF做", ["MLF"], ["MLF"]),
            ("MLFs, MLF's, pre-MLF", ["MLF"], ["MLF", "MLF"]),
            ("C++ and C", ["C++"], ["C++"]),
            ("2026 and 20261", ["2026"], ["2026"]),
            ("अमर और मर", ["मर"], ["मर"]),
            ("", ["a"], []),
        ],
    )
    def test_whole_words_and_the_longest(self, text: str, keys: list[str], expected: list[str]) -> None:
        assert found(text, *keys) == expected

    def test_nothing_of_the_text_is_lost(self) -> None:
        text = "MLF, the 重庆 farm: MLF!"
        vocabulary = (entry("ALIAS", "MLF", "x"), entry("CHINESE_G2P", "重庆", "chong2 qing4"))
        assert "".join(part for part, _ in found_in(text, vocabulary)) == text

    def test_exact_letters_go_before_any_letters(self) -> None:
        vocabulary = (entry("ALIAS", "polish", "wax"), entry("ALIAS", "Polish", "from Poland"))
        values = [known.value for _, known in found_in("Polish, polish, POLISH", vocabulary) if known]
        assert values == ["from Poland", "wax", "wax"]


class TestReadClauses:
    def test_the_written_word_is_shown_and_the_entry_is_said(self) -> None:
        text = "The MLF opened. Ask at MLF, room 2026!"
        alias = entry("ALIAS", "MLF", "Meadow Lane Farm")
        shown = [word.text for word in words(text, alias)]
        assert shown == ["The", "MLF", "opened", "Ask", "at", "MLF", "room", "2026"]
        assert said(text, alias)["MLF"] == " ".join(said("Meadow Lane Farm").values())

    def test_stops_and_sentences_stay_where_they_were(self) -> None:
        text = "First MLF. Then, at 9:05,\nthe MLF left! A last line"
        stops = [word.stop for word in words(text, entry("CONTINUUM", "MLF"))]
        assert stops == [word.stop for word in words(text)]

    def test_each_kind(self) -> None:
        phonetics = said("A Gravenstein.", entry("PHONETIC_SYMBOL", "Gravenstein", "[ˈɡrævənstaɪn]"))
        assert phonetics["Gravenstein"] == "ɡɹˈævənstIn"
        spelled = said(
            "NASA and 10086.", entry("SAY_AS", "NASA", "spell"), entry("SAY_AS", "10086", "number")
        )
        assert spelled["NASA"] == "ˈɛn ˈA ˈɛs ˈA"
        assert spelled["10086"].split() == list(said("one zero zero eight six").values())[:1] + [
            said(word)[word] for word in ("zero", "zero", "eight", "six")
        ]
        chinese = words("行走。", entry("CHINESE_G2P", "行走", "háng zou3"), language="zh-CN")
        assert [word.phonemes for word in chinese] == ["xa↗ŋʦou↓"]
        english = said("NASA很好", entry("SAY_AS", "NASA", "english"), language="zh-CN")
        assert english["NASA"] == said("nasa")["nasa"]

    def test_a_tag_goes_before_the_vocabulary(self) -> None:
        text = '<speak><sub alias="hello">MLF</sub> and MLF</speak>'
        heard = [word.phonemes for word in words(text, entry("ALIAS", "MLF", "farm"))]
        assert heard == [*said("hello").values(), *said("and").values(), *said("farm").values()]

    def test_what_the_language_cannot_follow_is_passed_over(self) -> None:
        plain = words("The bank is open.")
        assert words("The bank is open.", entry("CHINESE_G2P", "bank", "yin2")) == plain
        assert words("The bank is open.", entry("ALIAS", "bank", "银行")) == plain
        assert words("The bank is open.", entry("SAY_AS", "bank", "date")) == plain

    def test_a_possessive_is_one_word_to_the_ear(self) -> None:
        first = words("MLF's apples", entry("ALIAS", "MLF", "farm"))[0]
        assert (first.text, first.after) == ("MLF", "")

    def test_an_entry_can_make_a_text_readable(self) -> None:
        alias = entry("ALIAS", "银行", "the bank")
        with pytest.raises(SpeechTextError, match="cannot read"):
            check_readable("Go to 银行.", front_for("en-US"))
        check_readable("Go to 银行.", front_for("en-US"), (alias,))
        assert "银行" in said("Go to 银行.", alias)

    def test_the_limit_counts_what_is_written(self) -> None:
        alias = entry("ALIAS", "MLF", "the wonderful Meadow Lane Fruit and Flower Farm")
        check_readable("MLF. " * 1990, front_for("en-US"), (alias,))
        with pytest.raises(SpeechTextError, match="the limit is 10000"):
            check_readable("MLF. " * 2010, front_for("en-US"), (alias,))
        with pytest.raises(SpeechTextError, match="cannot read 'Ж'"):
            check_readable("MLF. " * 1980 + "Ж", front_for("en-US"), (alias,))

    def test_other_languages_have_it_too(self) -> None:
        for language, text in (("es-ES", "La MLF abre"), ("fr-FR", "Le MLF ouvre"), ("ja-JP", "MLFです")):
            changed = said(text, entry("PHONETIC_SYMBOL", "MLF", "mila"), language=language)
            assert changed["MLF"] == "mila", language


class TestEnglishPhonetics:
    def test_both_accents_and_every_reading(self) -> None:
        assert english_phonetics("tomato") == ["təˈmeɪɾoʊ", "təˈmɑːtəʊ"]
        assert english_phonetics("extraordinary")[0] == "ɪkˈstɹɔɹdəˌnɛɹi"
        assert {"ˈɹid", "ˈɹɛd"} <= set(english_phonetics("read"))

    @pytest.mark.parametrize("word", ["orchard", "little", "church", "bird", "butter", "New York"])
    def test_they_say_the_word_when_they_are_entered(self, word: str) -> None:
        american = english_phonetics(word)[0]
        assert unknown_signs(american, "en") == ""
        plain = " ".join(found.phonemes for found in words(word))
        key = entry("PHONETIC_SYMBOL", word, american)
        one_way = str.maketrans({"ᵊ": "ə", "T": "ɾ"})
        assert said(word, key)[word].translate(one_way) == plain.translate(one_way)
