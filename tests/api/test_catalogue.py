"""The catalogue, the route functions, and the architecture that they live in."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import greenroom
from greenroom.api.catalogue import catalogue, find_entry
from greenroom.api.operations import OperationTableError, bind, context_names, load_operations, operation
from greenroom.api.routing import Router
from greenroom.runtime import Context

ROOT = Path(greenroom.__path__[0])
CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract"


def test_299_operations_each_with_its_own_method_and_path() -> None:
    assert len(catalogue()) == 299
    Router(catalogue().values())  # raises for two with the same method and path


def test_rates_are_those_of_the_published_table() -> None:
    assert find_entry("CreateDigitalAsset").rates == {"cn-north-4": 10, "cn-east-3": 5, "ap-southeast-3": 5}
    usage = find_entry("show_resource_usage").rates
    assert usage is not None
    assert usage["system_wide"] == 20
    assert sum(1 for entry in catalogue().values() if entry.rates is not None) == 148


def test_six_operations_answer_with_a_stream() -> None:
    assert sum(1 for entry in catalogue().values() if entry.stream) == 6


def test_the_committed_catalogue_is_what_the_contract_gives() -> None:
    if not CONTRACT.is_dir():
        pytest.skip(f"the contract's files are not here: put them into {CONTRACT}")
    script = ROOT.parents[1] / "tools" / "catalogue.py"
    code = f"import runpy, json; m = runpy.run_path({str(script)!r}); from pathlib import Path; "
    code += f"print(json.dumps(m['build'](Path({str(CONTRACT)!r}))))"
    built = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
    committed = json.loads((ROOT / "api" / "catalogue.json").read_text())
    assert built == committed


def test_every_route_function_is_called_like_its_operation() -> None:
    for name, bound in load_operations().items():
        assert bound.handler.__name__ == bound.entry.python, name
        assert bound.handler.__module__.split(".")[1] == bound.entry.context, name
        body_expected = bound.entry.request is not None and not bound.entry.multipart
        assert (bound.body is not None) == body_expected, f"{name}: body {bound.entry.request}"


def test_two_functions_for_one_operation() -> None:
    @operation("ShowAsset")
    async def first(context: Context, asset_id: str) -> None: ...

    @operation("ShowAsset")
    async def second(context: Context, asset_id: str) -> None: ...

    with pytest.raises(OperationTableError, match="two functions"):
        bind([first, second])


def test_unknown_operation_and_unknown_path_parameter() -> None:
    @operation("ShowNothing")
    async def show_nothing(context: Context) -> None: ...

    @operation("ShowAsset")
    async def show_asset(context: Context, asset: str) -> None: ...

    with pytest.raises(OperationTableError, match="no operation is called ShowNothing"):
        bind([show_nothing])
    with pytest.raises(OperationTableError, match="asset is not in the path"):
        bind([show_asset])


class TestArchitecture:
    """Imports point one way: routes to service to repository, engines, stage, media."""

    def _imports(self, path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module

    def test_stage_media_and_engines_know_no_product_context(self) -> None:
        platform = {"api", "db", "iam", "tenants", "storage", "runtime", "settings"}
        forbidden = platform | set(context_names())
        for room in ("stage", "media", "engines"):
            for path in (ROOT / room).rglob("*.py"):
                for name in self._imports(path):
                    parts = name.split(".")
                    assert parts[0] != "greenroom" or len(parts) < 2 or parts[1] not in forbidden, (
                        f"{path}: {name}"
                    )

    def test_only_repositories_speak_sql(self) -> None:
        for context in context_names():
            for path in (ROOT / context).rglob("*.py"):
                if path.name in {"repository.py", "models.py"} or path.parent.name == "repository":
                    continue
                found = [name for name in self._imports(path) if name.split(".")[0] == "sqlalchemy"]
                assert not found, f"{path} imports {found}: queries belong into repository.py"

    def test_contexts_do_not_read_each_others_tables(self) -> None:
        contexts = set(context_names())
        for context in contexts:
            for path in (ROOT / context).rglob("*.py"):
                for name in self._imports(path):
                    parts = name.split(".")
                    if parts[0] == "greenroom" and len(parts) > 2 and parts[1] in contexts - {context}:
                        assert parts[2] not in {"repository", "routes"}, f"{path}: {name}"

    def test_routes_hold_no_logic(self) -> None:
        for context in context_names():
            for path in (ROOT / context).glob("routes*"):
                for node in ast.walk(ast.parse(path.read_text())):
                    assert not isinstance(node, ast.If | ast.Try | ast.For | ast.While), (
                        f"{path}:{node.lineno}"
                    )
