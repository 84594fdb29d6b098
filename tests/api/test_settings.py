from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from greenroom.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_as_it_is() -> None:
    rows = dict(re.findall(r"^\| `(GREENROOM_\w+)` \| (.*) \|$", PAGE.read_text(), re.MULTILINE))
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        assert rows.pop(f"GREENROOM_{name.upper()}") == f"{default} | {field.description}"
    assert list(rows) == ["GREENROOM_MODELS"]


def test_the_environment_is_read_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_PORT", "9000")
    assert Settings().port == 9000
    monkeypatch.setenv("GREENROOM_REGION", "mars-1")
    with pytest.raises(ValidationError, match="region"):
        Settings()
