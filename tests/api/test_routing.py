from __future__ import annotations

import pytest

from greenroom.api.catalogue import catalogue
from greenroom.api.routing import Router
from greenroom.errors import MethodNotAllowedError, UnknownPathError


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(catalogue().values())


def test_every_operation_is_found_by_its_own_path(router: Router) -> None:
    for entry in catalogue().values():
        path = entry.path.replace("{", "id-").replace("}", "")
        match = router.find(entry.method, path)
        assert match.entry.id == entry.id
        assert all(value == f"id-{name}" for name, value in match.parameters.items())


def test_a_literal_wins_over_a_parameter(router: Router) -> None:
    assert router.find("POST", "/v1/p/digital-assets/summarys").entry.id == "ListAssetSummary"
    assert router.find("GET", "/v1/p/digital-assets/summarys").parameters["asset_id"] == "summarys"


def test_parameters_are_decoded_segment_by_segment(router: Router) -> None:
    assert router.find("GET", "/v1/p/digital-assets/a%2Fb%20c/").parameters == {
        "project_id": "p",
        "asset_id": "a/b c",
    }


@pytest.mark.parametrize("path", ["/", "", "//", "/v1", "/v1//digital-assets", "/v1/p/digital-assets/a/b/c"])
def test_unknown_paths(router: Router, path: str) -> None:
    with pytest.raises(UnknownPathError):
        router.find("GET", path)


def test_the_methods_that_a_path_takes_are_named(router: Router) -> None:
    with pytest.raises(MethodNotAllowedError, match="it takes GET, POST"):
        router.find("PATCH", "/v1/p/digital-assets")
