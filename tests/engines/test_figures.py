"""How each language reads figures: times, dates, money, telephone numbers, shares, order, ranges, units."""

from __future__ import annotations

import pytest

from greenroom.engines.g2p import chinese, english, japanese_figures
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.numbers import write_out
from greenroom.engines.g2p.tables import number_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at 14:30", "at 14 30"),
        ("at 9:05", "at 9 oh 5"),
        ("at 12:00", "at 12 o'clock"),
        ("at 12:00:30", "at 12 o'clock and 30 seconds"),
        ("7.30pm", "7 30 pm"),
        ("2026-11-22", "November 22nd, 2026"),
        ("11/22/2026", "November 22nd, 2026"),
        ("22/11/2026", "November 22nd, 2026"),
        ("22.11.2026", "November 22nd, 2026"),
        ("Nov. 22, 2026", "November 22nd, 2026"),
        ("May 1 and June 2nd", "May 1st and June 2nd"),
        ("22 November", "22nd of November"),
        ("May 10:30", "May 10 30"),
        ("$12.50", "$12.50"),
        ("¥500", "500 yen"),
        ("12 CHF", "12 Swiss francs"),
        ("EUR 3 million", "3 million euros"),
        ("555-0142", "five five five, zero one four two"),
        ("+1 (555) 010-0142", "plus one, five five five, zero one zero, zero one four two"),
        ("020 7946 0018", "zero two zero, seven nine four six, zero zero one eight"),
        ("10-20 km", "10 to 20 kilometers"),
        ("1939-1945", "1939 to 1945"),
        ("1 km and 2 km", "1 kilometer and 2 kilometers"),
        ("1 m² of 50 m²", "1 square meter of 50 square meters"),
        ("5 °C", "5 degrees Celsius"),
        ("2h 30min", "2 hours 30 minutes"),
        ("-3 and $-5", "minus 3 and minus $5"),
        ("1/2 cup, 2 1/2 cups, 3/4 mile", "one half cup, 2 and a half cups, three quarters mile"),
        ("well-known 4-star", "well-known 4-star"),
        ("version 1.2.3", "version 1.2.3"),
    ],
)
def test_english(text: str, said: str) -> None:
    assert english.normalise(text) == said


def test_the_british_put_the_day_first() -> None:
    assert english.normalise("03/04/2026") == "March 4th, 2026"
    assert english.normalise("03/04/2026", british=True) == "April 3rd, 2026"


SPANISH = [
    ("a las 9:05 h", "a las nueve horas con cinco"),
    ("1:00, 21:00", "una hora, veintiuna horas"),
    ("2 h 30 min", "dos horas treinta minutos"),
    ("22/11/2026", "veintidós de noviembre de dos mil veintiséis"),
    ("22.11.2026", "veintidós de noviembre de dos mil veintiséis"),
    ("el 1 de mayo", "el primero de mayo"),
    ("12,50 €", "doce euros con cincuenta"),
    ("$3.50", "tres dólares con cincuenta"),
    ("1 €, 2 €", "un euro, dos euros"),
    ("1 £", "una libra"),
    ("US$1,250.75", "mil doscientos cincuenta dólares con setenta y cinco"),
    ("12,5 %", "doce coma cinco por ciento"),
    ("3º, 2ª planta, 1.er piso", "tercero, segunda planta, primer piso"),
    ("10-20 km", "diez a veinte kilómetros"),
    ("1 km", "un kilómetro"),
    ("50 m²", "cincuenta metros cuadrados"),
    ("-3", "menos tres"),
    ("+34 912 345 678", "más tres cuatro, nueve uno dos, tres cuatro cinco, seis siete ocho"),
    ("siglo XXI, siglo V", "siglo veintiuno, siglo quinto"),
    ("1/2, 3/4, 5/7", "medio, tres cuartos, cinco sobre siete"),
    ("1 000 000", "un millón"),
]
FRENCH = [
    ("14h30, 1h, 21h", "quatorze heures trente, une heure, vingt et une heures"),
    ("le 1er mai", "le premier mai"),
    ("le 22/11/2026", "le vingt-deux novembre deux mille vingt-six"),
    ("12,50 €", "douze euros cinquante"),
    ("1 €", "un euro"),
    ("1er, 1re, 2e", "premier, première, deuxième"),
    ("25 %", "vingt-cinq pour cent"),
    ("10-20 km", "dix à vingt kilomètres"),
    ("06 12 34 56 78", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
    ("+33 6 12", "plus trente-trois, six, douze"),
    ("au XXIe siècle", "au vingt et unième siècle"),
    ("1/2, 2/3", "un demi, deux tiers"),
    ("1 km", "un kilomètre"),
    ("1 250,75", "mille deux cent cinquante virgule soixante-quinze"),
]
ITALIAN = [
    ("alle 9:05", "alle nove cinque"),
    ("alle 1:30", "alle una trenta"),
    ("il 1 maggio", "il primo maggio"),
    ("22.11.2026", "ventidue novembre duemilaventisei"),
    ("12,50 €", "dodici euro e cinquanta"),
    ("1 €", "un euro"),
    ("1º, 3ª", "primo, terza"),
    ("10-20 km", "dieci a venti chilometri"),
    ("1 km, 2 min", "un chilometro, due minuti"),
    ("06 12345678", "zero sei, uno due tre quattro cinque sei sette otto"),
    ("XXI secolo", "ventunesimo secolo"),
    ("3/4", "tre quarti"),
    ("25%", "venticinque per cento"),
]
PORTUGUESE = [
    ("às 14h30, 2h", "às catorze horas e trinta, duas horas"),
    ("1 de maio", "primeiro de maio"),
    ("22/11/2026", "vinte e dois de novembro de dois mil e vinte e seis"),
    ("R$ 12,50", "doze reais e cinquenta"),
    ("R$ 1", "um real"),
    ("US$ 3,50", "três dólares e cinquenta"),
    ("1º, 3ª", "primeiro, terceira"),
    ("10-20 km", "dez a vinte quilômetros"),
    ("(11) 91234-5678", "um um, nove um dois três quatro, cinco seis sete oito"),
    ("século XXI", "século vinte e um"),
    ("1/2", "meio"),
    ("25%", "vinte e cinco por cento"),
]


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [("spanish", *row) for row in SPANISH]
    + [("french", *row) for row in FRENCH]
    + [("italian", *row) for row in ITALIAN]
    + [("portuguese", *row) for row in PORTUGUESE],
)
def test_romance_languages(language: str, text: str, said: str) -> None:
    assert write_out(text, number_words(language)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("下午14:30", "下午十四点三十分"),
        ("9:05", "九点零五分"),
        ("2:00", "两点"),
        ("12:00:30", "十二点零分三十秒"),
        ("10:30-11:45", "十点三十分到十一点四十五分"),
        ("2026-11-22", "二零二六年十一月二十二日"),
        ("2026/11/22", "二零二六年十一月二十二日"),
        ("1939-1945年", "一九三九年到一九四五年"),
        ("90年代", "九零年代"),
        ("￥12.50", "十二点五零元"),
        ("US$3", "三美元"),
        ("￥1.5亿", "一点五亿元"),
        ("12.5％", "百分之十二点五"),
        ("-3%", "百分之负三"),
        ("0.5‰", "千分之零点五"),
        ("第3名", "第三名"),
        ("第2个2个", "第二个两个"),
        ("2年级2年2月2日", "二年级两年二月二日"),
        ("12个", "十二个"),
        ("10~20km", "十到二十公里"),
        ("50m²", "五十平方米"),
        ("-3℃", "负三摄氏度"),
        ("13812345678", "幺三八幺二三四五六七八"),
        ("400-800-1234", "四零零,八零零,幺二三四"),
        ("1/2", "二分之一"),
        ("3:2", "三比二"),
        ("GPT-4", "GPT 四"),
        ("1,250,000", "一百二十五万"),
        ("±5", "正负五"),
    ],
)
def test_chinese(text: str, said: str) -> None:
    assert chinese.normalise(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("14:30", "14時30分"),
        ("9:00", "9時"),
        ("2026-11-22", "2026年11月22日"),
        ("2026/1/2", "2026年1月2日"),
        ("¥1,250", "1,250円"),
        ("$3.50", "3テンゴーゼロドル"),
        ("25%", "25パーセント"),
        ("10〜20km", "10から20キロメートル"),
        ("10-20個", "10から20個"),
        ("-3度", "マイナス3度"),
        ("120km/h", "時速120キロメートル"),
        ("50m2", "50平方メートル"),
        ("5℃", "5度"),
        ("1/2", "2分の1"),
        ("090-1234-5678", "090-1234-5678"),
    ],
)
def test_japanese(text: str, said: str) -> None:
    assert japanese_figures.spoken_figures(text) == said


def test_japanese_decimals_are_heard() -> None:
    heard = "".join(word.phonemes for word in front_for("ja-JP").read("3.14です"))
    assert heard.startswith("saɴ") and "teɴ" in heard and "joɴ" in heard


@pytest.mark.parametrize("language", ["en-US", "es-ES", "fr-FR", "it-IT", "pt-BR", "zh-CN"])
def test_no_figure_is_swallowed(language: str) -> None:
    """Every number on its own is said, whatever stands before it."""
    for text in ("7", "-7", "+7", "7%", "7,5", "7/8", "7:07", "07", "7-8", "7.", "(7)", "7°C"):
        assert "".join(word.phonemes for word in front_for(language).read(f"a {text}")).strip("ˈˌ ")[1:], text
