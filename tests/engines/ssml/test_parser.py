"""What each element becomes, and what is refused: with the element, the place and the cure."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.manner import PLAIN, Manner, Mark
from greenroom.engines.ssml.parser import MAX_BYTES, parse
from greenroom.engines.ssml.pieces import Break, Phoneme, Piece, SayAs, SentenceEnd, Sub, Text, Unit


def inner(content: str) -> list[Piece]:
    """The pieces between the edges of `speak`."""
    pieces = parse(f"<speak>{content}</speak>")
    assert pieces[0] == pieces[-1] == SentenceEnd()
    return pieces[1:-1]


def manner(attributes: str) -> Manner:
    (piece,) = inner(f"<prosody {attributes}>now</prosody>")
    assert isinstance(piece, Text)
    return piece.manner


class TestElements:
    def test_text_and_its_entities(self) -> None:
        text = inner("  Salt &amp; pepper,\n\t &lt;now&gt; <!-- quietly --> <![CDATA[a < b]]>")
        assert text == [Text(" Salt & pepper, <now> a < b", PLAIN)]

    def test_the_standards_own_frame(self) -> None:
        frame = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<speak version="1.1" '
            'xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">Hello</speak>\n'
        )
        assert parse(frame) == [SentenceEnd(), Text("Hello", PLAIN), SentenceEnd()]

    def test_paragraphs_and_sentences(self) -> None:
        pieces = inner("<p><s>One</s><s>Two</s></p>")
        assert [piece.text if isinstance(piece, Text) else "|" for piece in pieces] == [
            "|", "|", "One", "|", "|", "Two", "|", "|",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("attributes", "ms"),
        [
            ('time="700ms"', 700), ('time="1.5s"', 1500), ('time="200ms"', 200), ('time="10s"', 10_000),
            ("", 350), ('strength="strong"', 700), ('strength="none"', 0),
            ('strength="weak" time="3s"', 3000),
        ],
    )  # fmt: skip
    def test_break(self, attributes: str, ms: int) -> None:
        assert inner(f"Wait<break {attributes}/>here")[1] == Break(ms)

    @pytest.mark.parametrize(
        ("attributes", "wanted"),
        [
            ('rate="150%"', Manner(rate=1.5)), ('rate="+20%"', Manner(rate=1.2)),
            ('rate="-20%"', Manner(rate=0.8)), ('rate="1.5"', Manner(rate=1.5)),
            ('rate="120"', Manner(rate=1.2)), ('rate="slow"', Manner(rate=0.75)),
            ('pitch="+12st"', Manner(pitch=2.0)), ('pitch="-12st"', Manner(pitch=0.5)),
            ('pitch="+10%"', Manner(pitch=1.1)), ('pitch="high"', Manner(pitch=1.12)),
            ('volume="50%"', Manner(volume=0.5)), ('volume="+20%"', Manner(volume=1.2)),
            ('volume="silent"', Manner(volume=0.0)), ('volume="80"', Manner(volume=0.8)),
            ('rate="default" pitch="medium" volume="default"', PLAIN),
        ],
    )  # fmt: skip
    def test_prosody(self, attributes: str, wanted: Manner) -> None:
        found = manner(attributes)
        assert (found.rate, found.pitch, found.volume) == pytest.approx(
            (wanted.rate, wanted.pitch, wanted.volume)
        )

    def test_decibels(self) -> None:
        assert manner('volume="+6dB"').volume == pytest.approx(1.995, abs=0.01)
        assert manner('volume="-6dB"').volume == pytest.approx(0.501, abs=0.01)

    def test_manners_in_one_another_multiply(self) -> None:
        pieces = inner('<prosody rate="80%">a <prosody rate="50%" volume="50%">b</prosody> c</prosody> d')
        rates = [(piece.manner.rate, piece.manner.volume) for piece in pieces if isinstance(piece, Text)]
        assert rates == [(0.8, 1.0), (pytest.approx(0.4), 0.5), (0.8, 1.0), (1.0, 1.0)]

    def test_emphasis_is_louder_and_slower_by_its_level(self) -> None:
        manners = {}
        for level in ("strong", "moderate", "none", "reduced"):
            (piece,) = inner(f'<emphasis level="{level}">now</emphasis>')
            assert isinstance(piece, Text)
            manners[level] = piece.manner
        assert manners["strong"].volume > manners["moderate"].volume > 1 > manners["reduced"].volume
        assert manners["strong"].rate < manners["moderate"].rate < 1 < manners["reduced"].rate
        assert manners["none"] == PLAIN

    def test_phoneme_is_pinyin_unless_it_says_otherwise(self) -> None:
        found = inner(
            '<phoneme ph="shi4 zhang3">市长</phoneme><phoneme alphabet="ipa" ph="həˈloʊ">hello</phoneme>'
        )
        assert [(piece.text, piece.alphabet, piece.ph) for piece in found if isinstance(piece, Phoneme)] == [
            ("市长", "pinyin", "shi4 zhang3"),
            ("hello", "ipa", "həˈloʊ"),
        ]

    def test_what_holds_text_only(self) -> None:
        found = inner(
            '<say-as interpret-as="spell-out">ABC</say-as><sub alias="Greenroom">GR</sub><word>江大桥</word>'
            '<say-as interpret-as="date" format="dmy">1.2.2026</say-as>'
        )
        say, sub, unit, date = found
        assert isinstance(say, SayAs) and (say.kind, say.text) == ("characters", "ABC")
        assert isinstance(sub, Sub) and (sub.text, sub.alias) == ("GR", "Greenroom")
        assert isinstance(unit, Unit) and unit.text == "江大桥"
        assert isinstance(date, SayAs) and (date.kind, date.format) == ("date", "dmy")

    def test_marks_and_actions(self) -> None:
        found = inner(
            '<mark name="here"/>a<insert-action name="Welcome" tag="welcome"/><insert-action name="nod"/>'
        )
        assert [piece for piece in found if isinstance(piece, Mark)] == [
            Mark("here"),
            Mark("welcome", is_action=True),
            Mark("nod", is_action=True),
        ]

    def test_emotion_changes_nothing(self) -> None:
        assert inner('All <emotion type="HAPPY">is </emotion>well') == [Text("All is well", PLAIN)]


class TestRefusals:
    @pytest.mark.parametrize(
        ("ssml", "words"),
        [
            ("<speak>Hello <bold>you</bold></speak>", ["line 1, column 14", "<bold>", "say-as"]),
            ('<speak>Hello\n<break tim="1s"/></speak>', ["line 2, column 1", "'tim'", "time, strength"]),
            ('<speak><break time="100ms"/>a</speak>', ["time='100ms'", "200ms to 10s"]),
            ('<speak><break time="11s"/>a</speak>', ["time='11s'", "200ms to 10s"]),
            ('<speak><break time="soon"/>a</speak>', ["time='soon'"]),
            ('<speak><break strength="huge"/>a</speak>', ["strength='huge'", "x-weak"]),
            ('<speak><prosody rate="quick">a</prosody></speak>', ["rate='quick'", "x-fast"]),
            ('<speak><prosody rate="500%">a</prosody></speak>', ["rate='500%'", "50% to 200%"]),
            ('<speak><prosody pitch="200Hz">a</prosody></speak>', ["pitch='200Hz'", "+2st"]),
            ('<speak><prosody volume="+20dB">a</prosody></speak>', ["volume='+20dB'", "+6dB"]),
            ('<speak><prosody contour="x">a</prosody></speak>', ["'contour'", "rate, pitch, volume"]),
            ("<speak><prosody>a</prosody></speak>", ["<prosody>", "rate, pitch or volume"]),
            ('<speak><emphasis level="much">a</emphasis></speak>', ["level='much'", "moderate"]),
            ("<speak><phoneme>a</phoneme></speak>", ["<phoneme> needs ph"]),
            ('<speak><phoneme alphabet="xyz" ph="a">a</phoneme></speak>', ["alphabet='xyz'", "x-sampa"]),
            ('<speak><phoneme ph="a1"></phoneme></speak>', ["<phoneme> is empty"]),
            (f'<speak><phoneme ph="{"a" * 121}">a</phoneme></speak>', ["121 characters", "word by word"]),
            (
                f'<speak><say-as interpret-as="digits">{"1" * 201}</say-as></speak>',
                ["201 characters", "divide it"],
            ),
            ("<speak><say-as>1</say-as></speak>", ["<say-as> needs interpret-as"]),
            ('<speak><say-as interpret-as="joke">1</say-as></speak>', ["interpret-as='joke'", "ordinal"]),
            ('<speak><say-as interpret-as="date" format="abc">1</say-as></speak>', ["format='abc'", "ymd"]),
            ("<speak><sub>W3C</sub></speak>", ["<sub> needs alias"]),
            ("<speak><mark/>a</speak>", ["<mark> needs name"]),
            ("<speak><insert-action/>a</speak>", ["<insert-action> needs name", "tag="]),
            ("<speak><break>now</break></speak>", ["<break> holds text"]),
            ("<speak><sub alias='a'>b<break/></sub></speak>", ["<break> stands inside <sub>", "text only"]),
            ("<speak><mark name='a'><s>b</s></mark></speak>", ["<s> stands inside <mark>"]),
            ("<speak><s><p>a</p></s></speak>", ["<p> stands inside <s>; close <s> first"]),
            ("<speak><speak>a</speak></speak>", ["<speak> stands inside"]),
            ("<p>a</p><speak>b</speak>", ["begins with <p>", "between <speak> and </speak>"]),
            ("Hello <speak>you</speak>", ["before <speak>"]),
            ("<speak>a</speak> and more", ["after </speak>"]),
            ("<speak>a<p>b</speak>", ["line 1, column 15", "<p> is open", "</p>"]),
            ("<speak>a", ["<speak> is open", "</speak>"]),
            ("<speak>a &nbsp; b</speak>", ["&amp;"]),
            ("<speak>salt & pepper</speak>", ["&amp;"]),
            ("<speak a=1>b</speak>", ["quotes"]),
            ("<speak><?php echo ?>a</speak>", ["<?php ...?>"]),
            ('<!DOCTYPE speak SYSTEM "http://a.example/b.dtd"><speak>a</speak>', ["DOCTYPE"]),
            ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', ["DOCTYPE"]),
            ("<speak>a\x00b</speak>", ["line 1"]),
            ("<speak>\ud800</speak>", ["surrogate"]),
        ],
    )
    def test_the_fault_its_place_and_the_cure(self, ssml: str, words: list[str]) -> None:
        with pytest.raises(SsmlError) as caught:
            parse(ssml)
        for word in ["SSML, line ", *words]:
            assert word in str(caught.value), str(caught.value)

    def test_entities_that_grow_are_never_expanded(self) -> None:
        levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
        start = time.process_time()
        with pytest.raises(SsmlError, match="DOCTYPE"):
            parse(f'<!DOCTYPE speak [<!ENTITY e0 "ha">{levels}]><speak>&e11;</speak>')
        assert time.process_time() - start < 0.5

    def test_too_deep_and_too_large(self) -> None:
        with pytest.raises(SsmlError, match="more than 32 others"):
            parse("<speak>" + "<emphasis>" * 200 + "a" + "</emphasis>" * 200 + "</speak>")
        with pytest.raises(SsmlError, match="more than 5000 elements"):
            parse(f"<speak>{'a<break/>' * 5000}</speak>")
        with pytest.raises(SsmlError, match="within 128 KB"):
            parse(f"<speak>{'a' * MAX_BYTES}</speak>")


_FRAGMENTS = st.sampled_from(
    [
        "<speak>", "</speak>", "<p>", "</p>", "<s>", "</s>", "<break/>", '<break time="700ms"/>', "<prosody ",
        'rate="', '150%"', ">", "</prosody>", "<sub alias='a'>", "</sub>", "<mark name='m'/>", "<!--", "-->",
        "<![CDATA[", "]]>", "&amp;", "&#x41;", "&#0;", "&x;", "<?x ?>", "<!DOCTYPE a>", "<word>", "</word>",
        '<phoneme ph="xing2">', "</phoneme>", '<say-as interpret-as="digits">', "</say-as>", " ", "one", "行",
    ]
)  # fmt: skip


class TestAnyInput:
    @settings(max_examples=400, deadline=None)
    @given(st.one_of(st.text(max_size=200), st.lists(_FRAGMENTS, max_size=40).map("".join)))
    def test_nothing_but_its_own_error_comes_out(self, text: str) -> None:
        for ssml in (text, f"<speak>{text}</speak>"):
            try:
                parse(ssml)
            except SsmlError as error:
                assert str(error).startswith("SSML, line ")

    @pytest.mark.parametrize(
        "repeated",
        ["<s/>", "a<emotion>b</emotion>", "<break/>", "a<!---->", "<!", "<a ", "&amp;", "\n", "a\n"],
    )
    def test_the_largest_text_is_read_at_once(self, repeated: str) -> None:
        text = f"<speak>{repeated * ((MAX_BYTES - 20) // len(repeated))}</speak>"
        start = time.process_time()
        with contextlib.suppress(SsmlError):
            parse(text)
        assert time.process_time() - start < 1
