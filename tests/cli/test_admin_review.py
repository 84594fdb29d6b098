"""`greenroom admin review|freeze` as an operator types it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.command_line import greenroom_here
from tests.prepared import prepare


def admin(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return greenroom_here("admin", *arguments, "--data", data)


def test_words_exemptions_and_the_empty_queue(tmp_path: Path) -> None:
    prepare(tmp_path)
    done = admin(tmp_path, "review", "words", "set", "F.l.i.m.F.l.a.m", "--decision", "DOUBT", "--json")
    assert json.loads(done.stdout)["compared_as"] == "flimflam"
    done = admin(tmp_path, "review", "words", "list", "--json")
    assert [(row["word"], row["decision"]) for row in json.loads(done.stdout)] == [
        ("F.l.i.m.F.l.a.m", "DOUBT")
    ]
    assert admin(tmp_path, "review", "words", "remove", "flimflam").returncode == 0
    done = admin(tmp_path, "review", "words", "set", "x", "--decision", "PERHAPS")
    assert (done.returncode, "REFUSE, DOUBT, ALLOW" in done.stderr) == (2, True)
    assert admin(tmp_path, "review", "exempt", "add", "acme", "--reason", "contract 7").returncode == 0
    done = admin(tmp_path, "review", "exempt", "list", "--json")
    assert [(row["tenant"], row["reason"]) for row in json.loads(done.stdout)] == [("acme", "contract 7")]
    assert json.loads(admin(tmp_path, "review", "list", "--json").stdout) == []
    done = admin(tmp_path, "review", "approve", "nothing")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no item of the queue has the id nothing" in done.stderr


def test_a_tenant_is_frozen_appeals_and_is_unfrozen(tmp_path: Path) -> None:
    prepare(tmp_path)
    made = json.loads(
        admin(tmp_path, "freeze", "add", "tenant", "acme", "--reason", "complaints", "--json").stdout
    )
    listed = json.loads(admin(tmp_path, "freeze", "list", "--json").stdout)
    assert [(row["kind"], row["subject"], row["state"]) for row in listed] == [("tenant", "acme", "FROZEN")]
    assert admin(tmp_path, "freeze", "appeal", made["id"], "--text", "it was not us").returncode == 0
    assert admin(tmp_path, "freeze", "lift", made["id"], "--answer", "sorry").returncode == 0
    assert json.loads(admin(tmp_path, "freeze", "list", "--json").stdout) == []
    (row,) = json.loads(admin(tmp_path, "freeze", "list", "--all", "--json").stdout)
    assert (row["state"], row["appeal"], row["answer"]) == ("LIFTED", "it was not us", "sorry")
    audit = json.loads(admin(tmp_path, "audit", "--json").stdout)
    actions = [event["action"] for event in audit]
    assert {"moderation:tenant:freeze", "moderation:freeze:appeal", "moderation:tenant:unfreeze"} <= set(
        actions
    )
