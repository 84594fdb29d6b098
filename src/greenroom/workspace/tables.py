"""CSV tables for people with a spreadsheet: read, checked and written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from greenroom.workspace.errors import TableError

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def read_table(data: bytes, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file with a header; columns that nobody asked for are left out.

    Raises:
        TableError: not a table with these columns, or too long a one.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError("the file is not UTF-8 text: save the table as CSV in UTF-8") from None
    if "\0" in text:
        raise TableError("the file holds the character U+0000: save the table as CSV in UTF-8")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise TableError(f"the table has no column {', '.join(missing)}: start from the template")
        for row in reader:
            if len(rows) == MAX_ROWS:
                raise TableError(f"the table has more than {MAX_ROWS} rows: send it in parts")
            rows.append({column: _plain(row[column] or "") for column in columns})
    except csv.Error as error:
        raise TableError(f"line {reader.line_num} of the table is not valid CSV: {error}") from None
    return rows


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """CSV in UTF-8 with a mark at its start, so that spreadsheets know. No cell begins a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_guarded(row.get(column)) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def _guarded(value: object) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    if text and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _plain(text: str) -> str:
    """The reverse of `_guarded`."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text
