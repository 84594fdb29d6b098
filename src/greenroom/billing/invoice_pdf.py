"""An invoice as a PDF of A4 pages, the same bytes for the same invoice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from greenroom.billing.invoices import Invoice, InvoiceLine

_WIDTHS_MM = (64, 60, 20, 16, 30)
_HEAD = ("Description", "Project", "Quantity", "Unit", "Amount")
_FONT, _BOLD = "Helvetica", "Helvetica-Bold"
_CHINESE = "STSong-Light"
"""Of Adobe's CJK collection, which PDF readers bring: no font has to be shipped."""


def invoice_pdf(invoice: Invoice) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate, Spacer

    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=10 * mm,
        rightMargin=10 * mm,
        topMargin=20 * mm,
        bottomMargin=18 * mm,
        title=f"Invoice {invoice.number}",
        author=invoice.issuer[0],
        invariant=True,
    )
    styles = _styles(invoice)
    story = [
        *[_paragraph(line, styles["issuer"]) for line in invoice.issuer],
        Spacer(1, 8 * mm),
        _paragraph(f"Invoice {invoice.number}", styles["title"]),
        *[_paragraph(line, styles["body"]) for line in _heading(invoice)],
        Spacer(1, 8 * mm),
        _table(invoice, styles),
        Spacer(1, 6 * mm),
        *[_paragraph(line, styles["body"]) for line in _closing(invoice)],
    ]
    document.build(story, onFirstPage=_number_page, onLaterPages=_number_page)
    return out.getvalue()


def _heading(invoice: Invoice) -> Sequence[str]:
    last = invoice.end - timedelta(days=1)
    return (
        f"For: {invoice.tenant}",
        f"Period: {invoice.first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC)",
        f"Issued: {invoice.issued:%Y-%m-%d}",
    )


def _closing(invoice: Invoice) -> Sequence[str]:
    return (
        f"Paid within the period: {invoice.money(invoice.paid)}",
        f"Balance of the account at its end: {invoice.money(invoice.balance)}",
    )


def _styles(invoice: Invoice) -> dict[str, Any]:
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle("body", fontName=_FONT, fontSize=9.5, leading=13)
    return {
        "body": body,
        "issuer": ParagraphStyle(
            "issuer", parent=body, fontName=_issuer_font(invoice), fontSize=8.5, leading=11
        ),
        "title": ParagraphStyle("title", parent=body, fontName=_BOLD, fontSize=17, leading=26),
        "cell": ParagraphStyle("cell", parent=body, fontSize=8.5, leading=11),
        "number": ParagraphStyle("number", parent=body, fontSize=8.5, leading=11, alignment=TA_RIGHT),
    }


def _issuer_font(invoice: Invoice) -> str:
    """Helvetica, unless the issuer has characters beyond Latin-1. All other texts are ours, or ASCII."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    try:
        "".join(invoice.issuer).encode("latin-1")
    except UnicodeEncodeError:
        pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
        return _CHINESE
    return _FONT


def _table(invoice: Invoice, styles: dict[str, Any]) -> Any:
    from reportlab.lib import colors
    from reportlab.lib.units import mm
    from reportlab.platypus import Table

    rows = [list(_HEAD), *[_row(line, invoice, styles) for line in invoice.lines]]
    rows.append(["Total", "", "", "", invoice.money(invoice.total)])
    ruled = [
        ("FONT", (0, 0), (-1, -1), _FONT, 8.5),
        ("FONT", (0, 0), (-1, 0), _BOLD, 8.5),
        ("FONT", (0, -1), (-1, -1), _BOLD, 8.5),
        ("ALIGN", (2, 0), (2, -1), "RIGHT"),
        ("ALIGN", (4, 0), (4, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEABOVE", (0, -1), (-1, -1), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -2), 0.25, colors.Color(0.8, 0.8, 0.8)),
    ]
    return Table(rows, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1, style=ruled)


def _row(line: InvoiceLine, invoice: Invoice, styles: dict[str, Any]) -> list[Any]:
    return [
        _paragraph(line.description, styles["cell"]),
        _paragraph(line.project_id, styles["cell"]),
        _paragraph(line.quantity, styles["number"]),
        line.unit,
        _paragraph(invoice.money(line.amount), styles["number"]),
    ]


def _paragraph(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(text), style)


def _number_page(canvas: Any, document: Any) -> None:
    canvas.setFont(_FONT, 8)
    canvas.drawCentredString(document.pagesize[0] / 2, 24, f"Page {document.page}")
