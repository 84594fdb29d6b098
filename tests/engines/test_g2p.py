"""What the text fronts make of real text: readings, numbers, names nobody knows, scripts they cannot read."""

from __future__ import annotations

import json
import unicodedata

import pytest

from greenroom.engines import weights
from greenroom.engines.g2p.front import ClauseLimits, sentences
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import read_clauses
from greenroom.engines.protocols import SpeechTextError

LANGUAGES = ["en-US", "en-GB", "zh-CN", "es-ES", "fr-FR", "ja-JP", "it-IT", "pt-BR", "hi-IN"]


def said(language: str, text: str) -> str:
    return " ".join(word.phonemes for word in front_for(language).read(text))


def plain(language: str, text: str) -> str:
    """Without stress and spaces."""
    return said(language, text).translate(str.maketrans("", "", "ˈˌ "))


class TestEnglish:
    @pytest.mark.parametrize(
        ("text", "same_as"),
        [
            ("It costs $3.50.", "It costs three dollars and fifty cents."),
            ("on 2026-11-22", "on November twenty second twenty twenty six"),
            ("at 9:05", "at nine oh five"),
            ("Dr. Brown", "Doctor Brown"),
            ("5 km at 20°C", "five kilometers at twenty degrees Celsius"),
            ("see www.vexomat.com/shop", "see vexomat dot com slash shop"),
            ("50% of it 🎉", "fifty percent of it"),
            ("3½ cups", "three and a half cups"),
            ("x² = 4", "x squared equals four"),
        ],
    )
    def test_written_forms(self, text: str, same_as: str) -> None:
        expected = plain("en-US", same_as).replace("T", "t")
        assert plain("en-US", text).replace("T", "t") == expected

    def test_one_spelling_two_readings(self) -> None:
        read = {word.text: word.phonemes for word in front_for("en-US").read("I read it yesterday.")}["read"]
        will = {word.text: word.phonemes for word in front_for("en-US").read("I will read it.")}["read"]
        assert "ɛ" in read and "i" in will

    @pytest.mark.parametrize("name", ["Zyntrolix", "Vexomat", "Quarbeth", "O'Brien", "Greenroom"])
    def test_invented_names_are_said_with_all_their_consonants(self, name: str) -> None:
        phonemes = plain("en-US", f"Meet {name} today")
        middle = phonemes.removeprefix(plain("en-US", "Meet")).removesuffix(plain("en-US", "today"))
        sounds = {
            "z": "z",
            "v": "v",
            "q": "k",
            "m": "m",
            "t": "tTθ",
            "k": "k",
            "b": "b",
            "r": "ɹ",
            "n": "n",
            "x": "ks",
        }
        for letter in name.lower():
            if letter in sounds:
                assert any(sound in middle for sound in sounds[letter]), (letter, middle)
        assert "ˈ" in said("en-US", name)

    @pytest.mark.parametrize(
        "text", ['the "harvest" was', "the (old) harvest", "the “harvest” was", "a 'harvest' was", "[x] was"]
    )
    def test_a_closing_quote_or_bracket_does_not_glue_words(self, text: str) -> None:
        bare = "".join(character for character in text if character.isalnum() or character == " ")
        assert [word.text for word in front_for("en-US").read(text)] == bare.split()

    def test_initials_are_spelled(self) -> None:
        assert plain("en-US", "XKQ") == "ɛkskAkju"

    def test_british_is_not_american(self) -> None:
        assert "ɑː" in said("en-GB", "the fast car") and "æ" in said("en-US", "the fast car")


class TestOtherLanguages:
    def test_chinese_reads_by_the_word(self) -> None:
        words = {word.text: word.phonemes for word in front_for("zh-CN").read("他在银行旁边行走")}
        assert "xa↗ŋ" in words["银行"] and "ɕi↗ŋ" in words["行走"]

    @pytest.mark.parametrize(
        ("text", "same_as"),
        [
            ("2026年", "二零二六年"),
            ("二〇二六年", "二零二六年"),
            ("二十度 20℃", "二十度 二十摄氏度"),
            ("￥3.50", "三点五零元"),
            ("50%", "百分之五十"),
            ("14:05", "十四点零五分"),
        ],
    )
    def test_chinese_figures(self, text: str, same_as: str) -> None:
        assert plain("zh-CN", text) == plain("zh-CN", same_as)

    @pytest.mark.parametrize(
        ("language", "text", "words"),
        [
            ("es-ES", 'la "cosecha" fue (muy) buena', ["la", "cosecha", "fue", "muy", "buena"]),
            ("fr-FR", "la «récolte» était « bonne »", ["la", "récolte", "était", "bonne"]),
            ("it-IT", 'il "raccolto" era [ieri]', ["il", "raccolto", "era", "ieri"]),
            ("pt-BR", 'a "colheita" foi (boa) hoje', ["a", "colheita", "foi", "boa", "hoje"]),
        ],
    )
    def test_quotes_and_brackets_part_words(self, language: str, text: str, words: list[str]) -> None:
        read = front_for(language).read(text)
        assert [word.text for word in read] == words
        assert all(word.after for word in read)

    def test_english_inside_chinese(self) -> None:
        assert plain("en-US", "MetaStudio") in plain("zh-CN", "欢迎使用MetaStudio平台")

    def test_spanish(self) -> None:
        assert said("es-ES", "guitarra cigüeña queso") == "ɡitˈara siɡwˈeɲa kˈeso"
        assert plain("es-ES", "3,50 €") == plain("es-ES", "tres euros con cincuenta")
        assert plain("es-ES", "22/11/2026") == plain("es-ES", "veintidós de noviembre de dos mil veintiséis")

    def test_french_liaison_elision_and_silent_endings(self) -> None:
        assert plain("fr-FR", "les amis") == "lezami"
        assert plain("fr-FR", "les héros") == "leeʁo"
        assert plain("fr-FR", "qu'ils parlent") == "kilpaʁl"
        assert plain("fr-FR", "95 %") == plain("fr-FR", "quatre-vingt-quinze pour cent")

    def test_italian_and_portuguese_stress_falls_on_a_vowel(self) -> None:
        assert said("it-IT", "perché casa") == "perkˈe kˈaza"
        assert said("pt-BR", "coração") == "koɾasˈɐ̃ʊ̃"

    def test_japanese_kana(self) -> None:
        assert plain("ja-JP", "東京") == "toːkʲoː"
        assert plain("ja-JP", "ちょっと待って") == "ʨoʔtomaʔte"
        assert plain("ja-JP", "新聞") == "ɕimbɯɴ"


class TestEveryFront:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_voice_knows_every_symbol(self, language: str) -> None:
        known = set(json.loads((weights.path("kokoro") / "vocab.json").read_text())["vocab"])
        text = {
            "zh-CN": "女儿去学校，儿子骑车旅行；春天的云，冷风吹，四十四只石狮子！",
            "ja-JP": "キャベツとピーマンをたっぷり入れた、ヴァイオリンとティーカップのチョコレート。",
            "es-ES": "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia, ¡y ñoño!",
            "fr-FR": "Voix ambiguë d'un cœur qui, au zéphyr, préfère les jattes de kiwis ; brun, parfum.",
            "it-IT": "Gli zii di Giuseppe mangiano gnocchi, scelgono pesce e bevono acqua frizzante.",
            "pt-BR": "Os irmãos põem açúcar, pães e maçãs na mesa; muito obrigado, João, tchau!",
        }.get(language, "The quick brown fox jumps over thirteen lazy dogs; Beijing, measure, boy, church!")
        words = front_for(language).read(text)
        assert {symbol for word in words for symbol in word.phonemes} <= known
        assert all(word.phonemes for word in words)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("text", ["", "   ", "…!?", "😀😀", "\n\n"])
    def test_nothing_to_say(self, language: str, text: str) -> None:
        with pytest.raises(SpeechTextError, match="nothing to say"):
            read_clauses(text, front_for(language), ClauseLimits())

    @pytest.mark.parametrize(
        ("language", "text", "shown"),
        [
            ("en-US", "Hello 你好", "你好"),
            ("zh-CN", "你好 Привет", "Привет"),
            ("fr-FR", "שלום", "שלום"),
            ("ja-JP", "안녕", "안녕"),
        ],
    )
    def test_a_script_it_cannot_read(self, language: str, text: str, shown: str) -> None:
        with pytest.raises(SpeechTextError, match=shown):
            read_clauses(text, front_for(language), ClauseLimits())

    def test_too_long(self) -> None:
        with pytest.raises(SpeechTextError, match="10000"):
            read_clauses("word " * 4000, front_for("en-US"), ClauseLimits())

    def test_unknown_language(self) -> None:
        with pytest.raises(SpeechTextError, match="xx-XX"):
            front_for("xx-XX")


class TestHindi:
    @pytest.mark.parametrize(
        ("word", "phonemes"),
        [
            # The inherent vowel: silent at the end, and inside where its neighbours allow.
            ("कमल", "kəməl"), ("समझना", "səməɟʰnaː"), ("देवनागरी", "deːʋnaːɡɾi"), ("मतलब", "mətləb"),
            ("गया", "ɡəjaː"), ("सत्य", "sətjə"), ("न", "nə"), ("महत्व", "məhətʋ"), ("पढ़ना", "pəɖʰnaː"),
            # The dot takes the place of what follows, or makes the vowel nasal.
            ("अंग", "əŋɡ"), ("पंच", "pəɲc"), ("ठंडा", "ʈʰəɳɖaː"), ("अंत", "ənt"), ("लंबा", "ləmbaː"),
            ("में", "mẽː"), ("सिंह", "sɪ̃h"), ("चाँद", "cãːd"),
            ("बच्चा", "bəcːaː"), ("चिट्ठी", "cɪʈʈʰi"), ("ज्ञान", "ɡjaːn"), ("ख़बर", "xəbəɾ"), ("फ़िल्म", "fɪlm"),
            ("दुःख", "dʊhkʰ"), ("ऋषि", "ɾɪʂɪ"), ("डॉक्टर", "ɖɔkʈəɾ"),
        ],
    )  # fmt: skip
    def test_sounds(self, word: str, phonemes: str) -> None:
        assert plain("hi-IN", word).replace("ʌ", "ə") == unicodedata.normalize("NFD", phonemes)

    @pytest.mark.parametrize(
        ("word", "phonemes"),
        [
            ("नमस्ते", "nəmˈʌs"), ("हमारा", "həmˈaː"), ("अंग्रेज़ी", "əŋɡɾˈeː"), ("जलवायु", "ɟəlʋˈaː"),
            ("कमल", "kˈʌm"), ("और", "ɔːɾ"),
        ],
    )  # fmt: skip
    def test_stress_is_on_the_heaviest_syllable(self, word: str, phonemes: str) -> None:
        assert said("hi-IN", word).startswith(phonemes)

    @pytest.mark.parametrize(
        ("text", "same_as"),
        [
            ("15/08/1947", "पंद्रह अगस्त उन्नीस सौ सैंतालीस"),
            ("₹1,25,000.50", "एक लाख पच्चीस हज़ार रुपये पचास पैसे"),
            ("१२.५%", "बारह दशमलव पाँच प्रतिशत"),
            ("10:30 बजे", "दस बजकर तीस मिनट"),
            ("5:00", "पाँच बजे"),
            ("21वीं सदी", "इक्कीसवीं सदी"),
            ("3री", "तीसरी"),
            ("1/2 कप", "आधा कप"),
            ("5 km", "पाँच किलोमीटर"),
            ("2,34,56,789", "दो करोड़ चौंतीस लाख छप्पन हज़ार सात सौ नवासी"),
            ("डॉ. शर्मा", "डॉक्टर शर्मा"),
        ],
    )
    def test_written_forms(self, text: str, same_as: str) -> None:
        assert plain("hi-IN", text) == plain("hi-IN", same_as)

    @pytest.mark.parametrize("text", ["₹" + "9" * 9000, "9" * 9000, "₹" + "9," * 4000])
    def test_endless_figures_are_said_one_by_one(self, text: str) -> None:
        assert plain("hi-IN", text).startswith(plain("hi-IN", "नौ नौ नौ"))

    def test_english_inside_hindi(self) -> None:
        assert plain("en-US", "computer") in plain("hi-IN", "मेरा computer नया है।")

    def test_a_danda_ends_a_sentence(self) -> None:
        assert [word.after for word in front_for("hi-IN").read("वह आया। मैं गया॥")] == [" ", ". ", " ", ". "]

    def test_ssml_kinds(self) -> None:
        front = front_for("hi-IN")
        for kind, text, same_as in (
            ("ordinal", "4", "चौथा"), ("digits", "409", "चार शून्य नौ"), ("currency", "42 EUR", "बयालीस यूरो"),
            ("date", "2026-11-22", "बाईस नवंबर दो हज़ार छब्बीस"),
        ):  # fmt: skip
            ssml = f"<speak><say-as interpret-as='{kind}'>{text}</say-as></speak>"
            words = [word for clause in read_clauses(ssml, front, ClauseLimits()) for word in clause.words]
            assert " ".join(word.phonemes for word in words) == said("hi-IN", same_as)


class TestClauses:
    def test_sentences_end_where_they_end(self) -> None:
        text = "Dr. Brown paid $3.50. Then he left! 你好。再见。\nA last line"
        assert list(sentences(text)) == [
            "Dr. Brown paid $3.50.",
            "Then he left!",
            "你好。",
            "再见。",
            "A last line",
        ]

    def test_the_first_clause_is_short_and_nothing_is_lost(self) -> None:
        text = (
            "When the morning train arrives, the old station fills with people, and somewhere behind a kiosk "
            "a man begins to play the violin, quietly at first, then louder."
        )
        found = list(read_clauses(text, front_for("en-US"), ClauseLimits()))
        assert [word.text for word in found[0].words] == ["When", "the", "morning", "train", "arrives"]
        together = " ".join(word.text for clause in found for word in clause.words)
        assert together == text.replace(",", "").replace(".", "")
        assert [clause.is_last for clause in found] == [False] * (len(found) - 1) + [True]

    def test_no_clause_is_too_long_for_the_model(self) -> None:
        found = list(read_clauses("potato " * 400, front_for("en-US"), ClauseLimits()))
        sizes = [sum(len(word.phonemes) + len(word.after) for word in clause.words) for clause in found]
        assert len(found) > 3 and max(sizes) <= 330
