"""What a front reads of SSML: words with their sounds, manners, marks and silences, without any model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.engines.g2p.front import ClauseLimits, Word
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import Clause, check_readable, read_clauses
from greenroom.engines.protocols import SpeechTextError


def clauses(content: str, language: str = "en-US") -> list[Clause]:
    return list(read_clauses(f"<speak>{content}</speak>", front_for(language), ClauseLimits()))


def words(content: str, language: str = "en-US") -> list[Word]:
    return [word for clause in clauses(content, language) for word in clause.words]


def said(content: str, language: str = "en-US") -> str:
    """The sounds, without stress and spaces."""
    marks = str.maketrans("", "", "ˈˌ ")
    return "".join(word.phonemes for word in words(content, language)).translate(marks)


def plain(text: str, language: str = "en-US") -> str:
    marks = str.maketrans("", "", "ˈˌ ")
    return "".join(word.phonemes for word in front_for(language).read(text)).translate(marks)


class TestText:
    TEXT = "Dr. Brown read $3.50 yesterday. Then, at 9:05, he left! A last line"

    def test_tags_without_meaning_change_no_sound(self) -> None:
        bare = list(read_clauses(self.TEXT, front_for("en-US"), ClauseLimits()))
        assert clauses(self.TEXT) == bare
        assert clauses(f'<emotion type="HAPPY">{self.TEXT}</emotion>') == bare

    def test_the_sentence_around_decides_how_a_word_is_read(self) -> None:
        past = {word.text: word.phonemes for word in words("I <emphasis>read</emphasis> it yesterday.")}
        future = {word.text: word.phonemes for word in words("I will <emphasis>read</emphasis> it.")}
        assert "ɛ" in past["read"] and "i" in future["read"]

    def test_stops_go_to_the_word_before_them(self) -> None:
        found = words("<emphasis>Hello</emphasis>, world. <emphasis>Now</emphasis>!")
        assert [(word.text, word.stop) for word in found] == [("Hello", ","), ("world", "."), ("Now", "!")]

    def test_a_sentence_ends_where_its_element_ends(self) -> None:
        assert [word.stop for word in words("<p><s>The first one</s><s>The second one</s></p>")] == [
            "", "", ".", "", "", ".",
        ]  # fmt: skip

    def test_manners_lie_on_exactly_the_words_inside(self) -> None:
        found = words('One <prosody rate="150%">two three. Four</prosody> five')
        assert [(word.text, word.manner.rate) for word in found] == [
            ("One", 1), ("two", 1.5), ("three", 1.5), ("Four", 1.5), ("five", 1),
        ]  # fmt: skip

    def test_part_of_a_word_is_no_gap(self) -> None:
        found = words("green<emphasis>house</emphasis> gas")
        assert [(word.text, word.after) for word in found] == [("green", ""), ("house", " "), ("gas", ". ")]

    @pytest.mark.parametrize("content", ["", " ", "<break/>", ".", "<p>!</p>"])
    def test_nothing_to_say(self, content: str) -> None:
        for read in (check_readable, lambda text, front: read_clauses(text, front, ClauseLimits())):
            with pytest.raises(SpeechTextError, match="nothing to say"):
                read(f"<speak>{content}</speak>", front_for("en-US"))

    def test_a_script_it_cannot_read_and_too_much(self) -> None:
        with pytest.raises(SpeechTextError, match="你好"):
            check_readable("<speak>Hello <s>你好</s></speak>", front_for("en-US"))
        with pytest.raises(SpeechTextError, match="10000"):
            check_readable(f"<speak>{'word ' * 3000}</speak>", front_for("en-US"))


class TestBreaks:
    def test_it_parts_clauses(self) -> None:
        first, second = clauses('Wait a moment<break time="700ms"/> and go on.')
        assert (first.silence_before_ms, first.silence_after_ms, second.silence_after_ms) == (0, 700, None)
        assert first.stop == "," and second.is_last

    def test_several_add_up_and_the_edges_count(self) -> None:
        (only,) = clauses('<break time="1s"/>Hello there<break time="1s"/> <break time="500ms"/>')
        assert (only.silence_before_ms, only.silence_after_ms) == (1000, 1500)

    def test_none_takes_the_pause_away(self) -> None:
        (only,) = clauses('One, <break strength="none"/>two.')
        assert [word.stop for word in only.words] == ["", "."]


class TestMarks:
    def test_they_lie_on_the_word_that_follows(self) -> None:
        found = words('<mark name="a"/>One two <insert-action tag="nod"/><emphasis>three</emphasis>.')
        assert [(word.text, [mark.name for mark in word.marks]) for word in found] == [
            ("One", ["a"]), ("two", []), ("three", ["nod"]),
        ]  # fmt: skip

    def test_over_a_break_and_at_the_end(self) -> None:
        found = words('One.<mark name="a"/><break/>Two.<mark name="b"/> <mark name="c"/>')
        assert [[(mark.name, mark.at_end) for mark in word.marks] for word in found] == [
            [],
            [("a", False), ("b", True), ("c", True)],
        ]

    def test_in_chinese_a_mark_parts_words(self) -> None:
        found = words('欢迎<insert-action tag="welcome"/>大家来', "zh-CN")
        assert "".join(word.text for word in found) == "欢迎大家来"
        assert [word.text[0] for word in found if word.marks] == ["大"]


class TestPhoneme:
    def test_pinyin(self) -> None:
        for ph, sounds in (("hang2", "xa↗ŋ"), ("xing2", "ɕi↗ŋ")):
            found = {
                word.text: word.phonemes for word in words(f'这<phoneme ph="{ph}">行</phoneme>吗', "zh-CN")
            }
            assert found["行"] == sounds

    @pytest.mark.parametrize(
        ("syllables", "word"),
        [("lv4 se4", "绿色"), ("lü4 se4", "绿色"), ("zhong1 guo2", "中国"), ("er2 zi5", "儿子")],
    )
    def test_pinyin_is_what_the_front_itself_says(self, syllables: str, word: str) -> None:
        assert said(f'<phoneme ph="{syllables}">{word}</phoneme>', "zh-CN") == plain(word, "zh-CN")

    @pytest.mark.parametrize(
        ("alphabet", "ph", "word"),
        [
            ("ipa", "həˈloʊ", "hello"), ("ipa", "ˈtʃɜɹtʃ", "church"), ("ipa", "dʒʌdʒ", "judge"),
            ("x-sampa", 'h@"loU', "hello"), ("x-sampa", '"mEZ3`', "mezher"), ("ipa", "ˈɡriːn", "greːn"),
        ],
    )  # fmt: skip
    def test_ipa_and_x_sampa(self, alphabet: str, ph: str, word: str) -> None:
        given = {"mezher": "mɛʒɜɹ", "greːn": "ɡɹiːn"}.get(word) or plain(word)
        content = f"Say <phoneme alphabet='{alphabet}' ph='{ph}'>{word}</phoneme>, please."
        found = words(content)[1]
        assert found.text == word and found.stop == ","
        assert found.phonemes.replace("ˈ", "") == given

    def test_stress_stands_before_its_vowel(self) -> None:
        (found,) = words('<phoneme alphabet="ipa" ph="ɪmˈpɹuːv">improve</phoneme>')
        assert found.phonemes == "ɪmpɹˈuːv"

    def test_the_words_may_be_of_any_script(self) -> None:
        found = words('We met in <phoneme alphabet="ipa" ph="beɪˈdʒɪŋ">北京</phoneme>.')
        assert (found[-1].text, found[-1].phonemes, found[-1].stop) == ("北京", "bAʤˈɪŋ", ".")

    @pytest.mark.parametrize(
        ("language", "element", "words_"),
        [
            ("en-US", '<phoneme ph="xing2">a</phoneme>', ["pinyin is for Chinese", 'alphabet="ipa"']),
            ("zh-CN", '<phoneme ph="xing">行</phoneme>', ["'xing'", "tone"]),
            ("zh-CN", '<phoneme ph="blorp2">行</phoneme>', ["'blorp2'", "no syllable"]),
            ("en-US", '<phoneme alphabet="ipa" ph="h7!">a</phoneme>', ["'7!'", "IPA"]),
            ("en-US", '<phoneme alphabet="ipa" ph="ˈ">a</phoneme>', ["no sound"]),
        ],
    )
    def test_refused(self, language: str, element: str, words_: list[str]) -> None:
        with pytest.raises(SpeechTextError) as caught:
            check_readable(
                f"<speak>Say {element}</speak>" if language == "en-US" else f"<speak>{element}</speak>",
                front_for(language),
            )
        for word in words_:
            assert word in str(caught.value)


class TestSayAs:
    @pytest.mark.parametrize(
        ("language", "kind", "content", "same_as"),
        [
            ("en-US", "cardinal", "2026", "two thousand and twenty six"),
            ("en-US", "cardinal", "-1,250", "minus one thousand, two hundred and fifty"),
            ("en-US", "ordinal", "3", "third"),
            ("en-US", "digits", "2026", "two zero two six"),
            ("en-US", "telephone", "555-0142", "five five five, zero one four two"),
            ("en-US", "characters", "XKQ", "XKQ"),
            ("en-US", "date", "2026-11-22", "November 22nd, 2026"),
            ("en-US", "date", "11/22/2026", "November 22nd, 2026"),
            ("en-US", "time", "2:30pm", "two thirty P M"),
            ("en-US", "currency", "3.50 USD", "$3.50"),
            ("en-US", "currency", "20 RMB", "20 yuan"),
            ("en-US", "unit", "5 km", "five kilometers"),
            ("zh-CN", "digits", "110", "一一零"),
            ("zh-CN", "telephone", "13812345678", "幺三八幺二三四五六七八"),
            ("zh-CN", "cardinal", "13812345678", "一百三十八亿一千二百三十四万五千六百七十八"),
            ("zh-CN", "ordinal", "3", "第三"),
            ("zh-CN", "date", "2026-08-01", "2026年8月1日"),
            ("zh-CN", "currency", "15.55 RMB", "十五点五五元"),
            ("es-ES", "ordinal", "3", "tercero"),
            ("es-ES", "characters", "ab", "AB"),
            ("fr-FR", "digits", "42", "quatre deux"),
            ("fr-FR", "date", "01/05/2026", "premier mai deux mille vingt-six"),
            ("it-IT", "time", "14:05", "14:05"),
            ("pt-BR", "currency", "42.50 EUR", "42,50 €"),
            ("ja-JP", "ordinal", "3", "3番目"),
            ("ja-JP", "digits", "42", "ヨンニ"),
        ],
    )
    def test_it_is_said_as(self, language: str, kind: str, content: str, same_as: str) -> None:
        found = said(f'<say-as interpret-as="{kind}">{content}</say-as>', language)
        assert found.replace("T", "t") == plain(same_as, language).replace("T", "t")

    def test_a_short_one_is_one_word_as_it_is_written(self) -> None:
        found = words('Dial <say-as interpret-as="digits">110</say-as>, now.')
        assert [(word.text, word.stop) for word in found] == [("Dial", ""), ("110", ","), ("now", ".")]

    def test_a_long_one_has_pauses(self) -> None:
        found = words('<say-as interpret-as="telephone">+44 20 7946 0018</say-as>')
        assert [word.stop for word in found].count(",") == 3

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("cardinal", "many"), ("ordinal", "x"), ("digits", "12a"), ("telephone", "call me"),
            ("characters", "a♞"), ("date", "2026-13-01"), ("date", "soon"), ("time", "25:00"),
            ("time", "noon"), ("currency", "12"), ("unit", "far"), ("cardinal", "9" * 40),
        ],
    )  # fmt: skip
    def test_what_is_not_of_its_kind_is_refused(self, kind: str, content: str) -> None:
        with pytest.raises(SpeechTextError, match=f"<say-as> of {kind} holds .*: give "):
            check_readable(
                f'<speak>So <say-as interpret-as="{kind}">{content}</say-as></speak>', front_for("en-US")
            )


class TestSubAndWord:
    def test_the_alias_is_said_and_the_words_are_shown(self) -> None:
        found = words('The <sub alias="World Wide Web Consortium">W3C</sub>. It works.')
        assert [word.text for word in found] == ["The", "W3C", "It", "works"]
        assert found[1].stop == "."
        assert found[1].phonemes.replace(" ", "") == "".join(
            word.phonemes for word in front_for("en-US").read("the World Wide Web Consortium")[1:]
        )

    def test_a_word_is_not_divided(self) -> None:
        found = words("南京市<word>长江大桥</word>好", "zh-CN")
        assert "长江大桥" in [word.text for word in found]
        assert " " not in next(word.phonemes for word in found if word.text == "长江大桥")


_LEAVES = st.sampled_from(
    [
        "Hello", " world", ", ", ". ", "! Next", " read", "it's", ' "so" ', " 3.50", " Dr. ", "; then", "...",
        "<break/>", '<break strength="none"/>', '<break time="1s"/>', '<mark name="m"/>',
        '<insert-action tag="nod"/>', '<sub alias="one. Two!">1.2</sub>', '<sub alias="?">x</sub>',
        '<phoneme alphabet="ipa" ph="həˈloʊ">☃</phoneme>', "<word>ice cream</word>",
        '<say-as interpret-as="telephone">555-0142</say-as>', '<say-as interpret-as="spell-out">a1</say-as>',
    ]
)  # fmt: skip
_CONTENT = st.recursive(
    st.lists(_LEAVES, min_size=1, max_size=6).map("".join),
    lambda inner: st.tuples(
        st.sampled_from(["emphasis", 'prosody rate="80%"', 'prosody volume="-3dB"', "emotion"]), inner, inner
    ).map(lambda part: f"<{part[0]}>{part[1]}</{part[0].split()[0]}>{part[2]}"),
    max_leaves=4,
)


class TestAnyContent:
    @settings(max_examples=150, deadline=None)
    @given(_CONTENT)
    def test_no_word_mark_or_silence_is_lost(self, content: str) -> None:
        try:
            found = clauses(content)
        except SpeechTextError as error:
            assert "nothing to say" in str(error)
            return
        marks = [mark for clause in found for word in clause.words for mark in word.marks]
        assert len(marks) == content.count("<mark") + content.count("<insert-action")
        silence_ms = sum(clause.silence_before_ms + (clause.silence_after_ms or 0) for clause in found)
        assert silence_ms == 350 * content.count("<break/>") + 1000 * content.count('time="1s"')
        assert sum(word.text == "☃" for clause in found for word in clause.words) == content.count("☃")
        assert [clause.is_last for clause in found] == [False] * (len(found) - 1) + [True]
        assert all(word.phonemes.strip("ˈˌ ") for clause in found for word in clause.words)
