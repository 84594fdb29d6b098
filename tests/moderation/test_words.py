"""The word lists against the tricks that get around word lists, and the rules."""

from __future__ import annotations

import time

import pytest

from greenroom.engines.protocols import Decision
from greenroom.moderation.rules import RuleModerator
from greenroom.moderation.words import ALLOW, Word, WordModerator, built_in_words, normalise

OWN = [
    Word("flimflam", "own", "REFUSE"),
    Word("蓝月亮", "own", "REFUSE"),
    Word("golden goose", "own", "DOUBT"),
]


@pytest.fixture(scope="module")
def words() -> WordModerator:
    return WordModerator(OWN, built_in=())


@pytest.mark.parametrize(
    "text",
    [
        "flimflam",
        "A FlimFlam!",
        "ｆｌｉｍｆｌａｍ",  # full width
        "f l i m f l a m",
        "f.l.i-m_f*l,a m",
        "fl\u200bim\u00adflam",  # zero width, soft hyphen
        "flímflåm",
        "f1imf1am",
        "f|imf|am",
        "fliiiiimflammmm",
        "flіmflаm",  # Cyrillic і and а
        "flimflams",
        "flimflammed",
        "fl1mfl@m",
    ],
)
def test_disguises_of_a_latin_word(words: WordModerator, text: str) -> None:
    assert [item.detail for item in words.review_text(f"so {text} it is")] == ["flimflam"]


@pytest.mark.parametrize(
    "text",
    [
        "蓝月亮",
        "蓝 月 亮",
        "蓝.月*亮",
        "买蓝月亮吧",
        "蓝🌙月🌙亮",
        "蓝\u200b月亮",
        "蓝a月b亮",
    ],
)
def test_disguises_of_a_chinese_word(words: WordModerator, text: str) -> None:
    assert [item.detail for item in words.review_text(text)] == ["蓝月亮"]


@pytest.mark.parametrize("text", ["golden goose", "GOLDEN-GOOSE", "golden\ngoose"])
def test_phrases(words: WordModerator, text: str) -> None:
    assert [item.decision for item in words.review_text(text)] == [Decision.DOUBT]


def test_a_word_cut_in_two_is_only_doubtful(words: WordModerator) -> None:
    assert [item.decision for item in words.review_text("flim flam")] == [Decision.DOUBT]


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe, Penistone and Cockburn", "the assassin's class passed the grass", "Dick van Dyke",
        "therapist finder", "a b c d e", "Push it to the limit", "analysis of the cumulative data",
        "我们公司的产品介绍", "自动化测试", "欢迎来到直播间", "银行业务介绍", "毒理学研究",
        "Shitake mushrooms", "Order 4111 pieces by 2024-05-06", "Our guarantee returns nothing but smiles",
    ],
)  # fmt: skip
def test_innocent_texts_pass(text: str) -> None:
    assert [*WordModerator().review_text(text), *RuleModerator().review_text(text)] == []


@pytest.mark.parametrize(
    ("text", "category", "decision"),
    [
        ("在线赌博平台", "gambling", "REFUSE"),
        ("出 售 冰 毒", "drugs", "REFUSE"),
        ("we sell cheap cocaine here", "drugs", "REFUSE"),
        ("I'll kill you", "violence", "DOUBT"),
        ("kill  yourself", "self-harm", "REFUSE"),
        ("加微信 abc_12345", "fraud", "DOUBT"),
        ("card 4111 1111 1111 1111", "personal", "DOUBT"),
        ("身份证 11010519491231002X", "personal", "DOUBT"),
    ],
)
def test_what_is_found(text: str, category: str, decision: str) -> None:
    found = [*WordModerator().review_text(text), *RuleModerator().review_text(text)]
    assert (category, decision) in {(item.category, item.decision.value) for item in found}


def test_personal_data_is_not_copied_into_the_finding() -> None:
    (found,) = RuleModerator().review_text("card 4111 1111 1111 1111")
    assert "4111" not in found.detail


def test_an_operator_allows_a_built_in_word() -> None:
    word = built_in_words()[0]
    assert WordModerator().review_text(word.text)
    assert not WordModerator([Word(word.text.upper(), "x", ALLOW)]).review_text(word.text)


def test_every_built_in_word_is_found_by_itself() -> None:
    moderator = WordModerator()
    for word in built_in_words():
        assert normalise(word.text)
        assert word.text in [item.detail for item in moderator.review_text(word.text)], word.text


def test_time_grows_with_the_text_alone() -> None:
    many = WordModerator([Word(f"word{number}x", "own", "DOUBT") for number in range(20_000)])
    text = "the quick brown fox 快乐的狐狸跳过懒狗 " * 2500
    started = time.process_time()
    assert not many.review_text(text)
    assert time.process_time() - started < 5
    assert not RuleModerator().review_text("1" * 200_000 + " i will " * 5000)
