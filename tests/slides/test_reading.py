"""Decks as their readers see them: pictures, notes, fonts, and what is refused."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pptx.util import Inches
from tests.slides.making import (
    BLUE,
    GREEN,
    RED,
    add_box,
    add_slide,
    add_text,
    animate,
    new_deck,
    save,
)

from greenroom.media.documents import UnsafeArchiveError
from greenroom.media.errors import MediaError, NotMediaError
from greenroom.media.inspect import Role, inspect
from greenroom.slides import office
from greenroom.slides.deck import Deck
from greenroom.slides.errors import DeckError, OfficeError
from greenroom.slides.presentation import open_presentation
from greenroom.slides.reading import read_deck
from greenroom.slides.variants import write_variants

needs_office = pytest.mark.skipif(office.find_office() is None, reason="LibreOffice is not installed")
both_ways = pytest.mark.parametrize("use_office", [pytest.param(True, marks=needs_office), False])


def read(path: Path, tmp_path: Path, use_office: bool = False) -> Deck:
    return read_deck(path, tmp_path / "pages", lambda stage, done: None, use_office)


def shares(tmp_path: Path, name: str) -> dict[str, float]:
    """How much of a picture is red, green and blue."""
    with Image.open(tmp_path / "pages" / name) as opened:
        pixels = np.asarray(opened.convert("RGB")).reshape(-1, 3).astype(int)
    return {
        colour: float((np.abs(pixels - wanted).max(axis=1) < 30).mean())
        for colour, wanted in (("red", RED), ("green", GREEN), ("blue", BLUE))
    }


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """Two slides, the first with two clicks, and a hidden one between them."""
    deck = new_deck()
    slide = add_slide(deck, "Three boxes", "First. [click] Red. [click] Blue.")
    red, blue, green = add_box(slide, RED, 1), add_box(slide, BLUE, 5), add_box(slide, GREEN, 9)
    animate(slide, [[(red, "entr", None)], [(blue, "entr", None), (green, "exit", None)]])
    add_slide(deck, "Secret")._element.set("show", "0")
    add_text(add_slide(deck, "The end"), "Set in Foo", "Foo Grotesk")
    return save(deck, tmp_path)


class TestPptx:
    @both_ways
    def test_pages_notes_and_titles(self, boxes: Path, tmp_path: Path, use_office: bool) -> None:
        deck = read(boxes, tmp_path, use_office)
        assert [page.title for page in deck.pages] == ["Three boxes", "The end"]
        assert deck.pages[0].notes.startswith("First.") and deck.pages[1].notes == ""
        assert any("1 hidden slide" in notice for notice in deck.notices)
        with Image.open(tmp_path / "pages" / deck.pages[0].picture) as opened:
            assert opened.size == (1920, 1080)

    @both_ways
    def test_each_step_shows_what_a_click_showed(self, boxes: Path, tmp_path: Path, use_office: bool) -> None:
        pictures = read(boxes, tmp_path, use_office).pages[0].pictures
        assert len(pictures) == 3
        box = 4 / (13.333 * 7.5)
        for name, colours in zip(pictures, (("green",), ("red", "green"), ("red", "blue")), strict=True):
            for colour, share in shares(tmp_path, name).items():
                assert share == pytest.approx(box if colour in colours else 0, abs=box / 20), (name, colour)

    def test_both_ways_put_things_in_the_same_place(self, boxes: Path, tmp_path: Path) -> None:
        if office.find_office() is None:
            pytest.skip("LibreOffice is not installed")
        plain = read(boxes, tmp_path / "plain").pages[0].picture
        real = read(boxes, tmp_path / "real", use_office=True).pages[0].picture
        pictures = [
            np.asarray(Image.open(tmp_path / way / "pages" / name).convert("RGB").resize((192, 108))).astype(
                int
            )
            for way, name in (("plain", plain), ("real", real))
        ]
        assert np.abs(pictures[0] - pictures[1]).mean() < 4

    @both_ways
    def test_a_missing_font_is_named_with_its_stand_in(
        self, boxes: Path, tmp_path: Path, use_office: bool
    ) -> None:
        missing = {font.name: font.replaced_by for font in read(boxes, tmp_path, use_office).missing_fonts}
        assert missing["Foo Grotesk"]

    def test_a_font_that_is_there_is_not_missing(self, tmp_path: Path) -> None:
        from greenroom.slides.fonts import look_up

        match = look_up("sans-serif")
        assert match is not None
        deck = new_deck()
        add_text(add_slide(deck, "Fonts"), "Hello", match.face.families[0])
        uses = {font.name: font for font in read(save(deck, tmp_path), tmp_path).fonts}
        assert uses[match.face.families[0]].is_installed

    def test_pictures_are_cropped_and_tables_and_charts_drawn(self, tmp_path: Path) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE

        deck = new_deck()
        slide = add_slide(deck, "Picture")
        halves = Image.new("RGB", (200, 100), tuple(RED))
        halves.paste(tuple(BLUE), (100, 0, 200, 100))
        stream = BytesIO()
        halves.save(stream, "PNG")
        picture = slide.shapes.add_picture(stream, Inches(1), Inches(2), Inches(4), Inches(4))
        picture.crop_right = 0.5
        table = (
            add_slide(deck, "Table").shapes.add_table(2, 2, Inches(1), Inches(2), Inches(8), Inches(2)).table
        )
        table.cell(0, 0).fill.solid()
        table.cell(0, 0).fill.fore_color.rgb = GREEN
        data = CategoryChartData()
        data.categories = ["2024", "2025"]
        data.add_series("Sold", (3, 6))
        chart = (
            add_slide(deck, "Chart")
            .shapes.add_chart(
                XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(8), Inches(5), data
            )
            .chart
        )
        fill = chart.plots[0].series[0].format.fill
        fill.solid()
        fill.fore_color.rgb = BLUE
        read_back = read(save(deck, tmp_path), tmp_path)
        first, second, third = (shares(tmp_path, page.picture) for page in read_back.pages)
        assert first["red"] == pytest.approx(0.16, abs=0.01) and first["blue"] == 0
        assert second["green"] == pytest.approx(0.04, abs=0.006)
        assert third["blue"] > 0.05

    def test_what_the_plain_renderer_cannot_draw_is_named(self, tmp_path: Path) -> None:
        deck = new_deck()
        slide = add_slide(deck, "Vector")
        slide.shapes.add_picture(_png(), Inches(1), Inches(1), Inches(1), Inches(1))
        path = save(deck, tmp_path)
        _replace(path, "ppt/media/image1.png", b"\xd7\xcd\xc6\x9a not a picture")
        notices = read(path, tmp_path).notices
        assert any("EMF, WMF or SVG on page 1" in notice for notice in notices)

    def test_text_in_scripts_without_a_font_of_the_deck(self, tmp_path: Path) -> None:
        """The characters come from other fonts, or are named."""
        deck = new_deck()
        add_text(add_slide(deck, "好的"), "मस्ते \U000f1234", "Arial")
        assert any(
            "characters that no font here has" in notice
            for notice in read(save(deck, tmp_path), tmp_path).notices
        )

    def test_numbers_that_make_no_sense_cost_a_shape_not_the_deck(self, tmp_path: Path) -> None:
        deck = new_deck()
        slide = add_slide(deck, "Nonsense")
        picture = slide.shapes.add_picture(_png(), Inches(1), Inches(1), Inches(1), Inches(1))
        picture.width = picture.height = 2_000_000_000
        add_text(slide, "Loud", size=4000)
        add_box(slide, RED, 10, 5)
        read_back = read(save(deck, tmp_path), tmp_path)
        assert any("a damaged object on page 1" in notice for notice in read_back.notices)
        assert shares(tmp_path, read_back.pages[0].picture)["red"] > 0.02


class TestRefusals:
    def test_a_hundred_slides_and_not_one_more(self, tmp_path: Path) -> None:
        deck = new_deck()
        for _ in range(101):
            deck.slides.add_slide(deck.slide_layouts[6])
        with pytest.raises(NotMediaError, match="101 slides; at most 100"):
            read(save(deck, tmp_path), tmp_path)

    def test_no_slide(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="no slides"):
            read(save(new_deck(), tmp_path), tmp_path)

    def test_all_hidden(self, tmp_path: Path) -> None:
        deck = new_deck()
        add_slide(deck, "Secret")._element.set("show", "0")
        with pytest.raises(DeckError, match=r"every slide of deck\.pptx is hidden"):
            read(save(deck, tmp_path), tmp_path)

    def test_macros(self, boxes: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(boxes, "a") as archive:
            archive.writestr("ppt/vbaProject.bin", b"x")
        with pytest.raises(UnsafeArchiveError, match="macros"):
            read(boxes, tmp_path)

    def test_a_password(self, tmp_path: Path) -> None:
        """What Office writes is an OLE file with a stream of this name (MS-OFFCRYPTO 2.3)."""
        path = tmp_path / "secret.pptx"
        path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
        )
        with pytest.raises(NotMediaError, match="protected by a password: save it without one"):
            inspect(path, Role.DECK, "pptx")

    def test_parts_that_do_not_fit_together(self, boxes: Path, tmp_path: Path) -> None:
        _replace(boxes, "ppt/_rels/presentation.xml.rels", b"<Relationships/>")
        with pytest.raises(DeckError, match="damaged"):
            read(boxes, tmp_path)

    def test_old_ppt_without_libreoffice(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "old.ppt"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document".encode("utf-16-le"))
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(OfficeError, match="save it as PPTX"):
            read(path, tmp_path)


class TestLibreOffice:
    def test_nothing_outside_is_left_in_what_it_reads(self, tmp_path: Path) -> None:
        deck = new_deck()
        slide = add_slide(deck, "Links")
        run = add_text(slide, "here").paragraphs[0].runs[0]
        run.hyperlink.address = "http://198.51.100.7/tracker"
        slide.part.relate_to("file:///etc/passwd", "http://x/image", is_external=True)
        path, out = save(deck, tmp_path), tmp_path / "ready.pptx"
        write_variants(path, open_presentation(path), out)
        with zipfile.ZipFile(out) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".rels"))
        assert b"198.51.100.7" not in everything and b"passwd" not in everything

    @needs_office
    def test_a_deck_that_takes_too_long_is_stopped(self, boxes: Path, tmp_path: Path) -> None:
        with pytest.raises(OfficeError, match="needs more than"):
            office.convert(boxes, "pdf", tmp_path, seconds=0.05)

    @needs_office
    def test_an_old_ppt_becomes_pages_with_notes(self, boxes: Path, tmp_path: Path) -> None:
        old = office.convert(boxes, "ppt", tmp_path)
        deck = read(old, tmp_path, use_office=True)
        assert deck.pages[0].title == "Three boxes"
        assert deck.pages[0].notes.startswith("First.")

    def test_what_it_cannot_read_is_drawn_plainly(
        self, boxes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Here is a LibreOffice that fails."""
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
        deck = read(boxes, tmp_path, use_office=True)
        assert deck.drawn_by == "Greenroom"
        assert any("LibreOffice cannot read the deck" in notice for notice in deck.notices)


class TestPdf:
    def test_pages_and_sticky_notes(self, tmp_path: Path) -> None:
        path = _pdf(tmp_path, ["Hello there.", ""])
        deck = read(path, tmp_path)
        assert [page.notes for page in deck.pages] == ["Hello there.", ""]
        assert shares(tmp_path, deck.pages[0].picture)["red"] == pytest.approx(0.25, abs=0.01)

    def test_no_page_is_larger_than_a_video_takes(self, tmp_path: Path) -> None:
        read(_pdf(tmp_path, [""], size=(14_000, 9_000)), tmp_path)
        with Image.open(next((tmp_path / "pages").iterdir())) as opened:
            assert opened.width <= 1920 and opened.height <= 1080

    def test_a_strip_is_no_page(self, tmp_path: Path) -> None:
        with pytest.raises(DeckError, match="no page to look at"):
            read(_pdf(tmp_path, [""], size=(14_000, 20)), tmp_path)

    @pytest.mark.parametrize("role_only", [True, False])
    def test_a_password(self, tmp_path: Path, role_only: bool) -> None:
        path = _pdf(tmp_path, [""], password="tomato")
        with pytest.raises(MediaError, match="protected by a password: save it without one"):
            inspect(path, Role.DECK, "pdf") if role_only else read(path, tmp_path)

    def test_one_page_too_many(self, tmp_path: Path) -> None:
        with pytest.raises(NotMediaError, match="101 slides; at most 100"):
            inspect(_pdf(tmp_path, [""] * 101), Role.DECK, "pdf")

    def test_broken_off(self, tmp_path: Path) -> None:
        path = _pdf(tmp_path, [""])
        path.write_bytes(path.read_bytes()[:-300])
        with pytest.raises(NotMediaError, match="damaged"):
            read(path, tmp_path)


@both_ways
def test_real_decks(shared_data: Path, tmp_path: Path, use_office: bool) -> None:
    for path in sorted((shared_data / "decks").glob("*.pptx"))[:3]:
        deck = read(path, tmp_path / path.stem, use_office)
        assert deck.pages
        for page in deck.pages:
            assert (tmp_path / path.stem / "pages" / page.picture).stat().st_size > 500


def _png() -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "PNG")
    stream.seek(0)
    return stream


def _replace(path: Path, member: str, data: bytes) -> None:
    """Write the archive again with one member changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, data if name == member else content)


def _pdf(
    tmp_path: Path, notes: list[str], size: tuple[int, int] = (960, 540), password: str | None = None
) -> Path:
    """Pages of which the left quarter is red."""
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "deck.pdf"
    canvas = Canvas(str(path), pagesize=size, encrypt=password)
    for text in notes:
        canvas.setFillColorRGB(*(value / 255 for value in RED))
        canvas.rect(0, 0, size[0] / 4, size[1], stroke=0, fill=1)
        if text:
            canvas.textAnnotation(text, Rect=[500, 300, 520, 320])
        canvas.showPage()
    canvas.save()
    return path
