"""Policy documents: what they allow, and what must never get through."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.api.catalogue import catalogue
from greenroom.errors import InvalidParameterError
from greenroom.iam.policies import AccessRequest, PolicySet, compile_document
from greenroom.iam.system_policies import FULL_ACCESS, READ_ONLY, TENANT_ADMINISTRATOR

ACTIONS = sorted(entry.action for entry in catalogue().values())
SHOW, CREATE, DELETE = (
    f"metastudio:digitalAsset:{name}" for name in ("showAsset", "createDigitalAsset", "deleteAsset")
)
VALUES = {
    "g:RequestedRegion": "cn-north-4",
    "g:CurrentTime": "2026-06-01T12:00:00Z",
    "g:SourceIp": "192.0.2.7",
}


def allows(document: Any, action: str, resource: str = "", **changes: Any) -> bool:
    request = AccessRequest(
        action=action,
        resource=resource or "metastudio:cn-north-4:t1:digitalAsset:a1",
        values={**VALUES, **changes.pop("values", {})},
        **changes,
    )
    return PolicySet(compile_document(document)).allows(request)


def statement(effect: str, *actions: str, **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), **members}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1.1", "Statement": list(statements)}


def test_nothing_is_allowed_by_nothing() -> None:
    empty = PolicySet([])
    assert not any(empty.allows(AccessRequest(action, "", {})) for action in ACTIONS)


def test_every_operation_has_an_action_of_its_own() -> None:
    assert len(set(ACTIONS)) == len(ACTIONS) == 299


class TestSystemPolicies:
    def test_full_access(self) -> None:
        assert all(allows(FULL_ACCESS.document, action) for action in ACTIONS)
        assert not allows(FULL_ACCESS.document, "iam:user:create")

    def test_read_only_looks_and_changes_nothing(self) -> None:
        for entry in catalogue().values():
            looks = entry.method == "GET" or entry.reads
            assert allows(READ_ONLY.document, entry.action) == looks, entry.id
            if entry.method in ("PUT", "DELETE"):
                assert not looks, entry.id

    def test_a_tenants_administrator_manages_people_only(self) -> None:
        assert allows(TENANT_ADMINISTRATOR.document, "iam:user:create")
        assert not allows(TENANT_ADMINISTRATOR.document, SHOW)


class TestEffect:
    def test_deny_wins_wherever_it_stands(self) -> None:
        allow, deny = statement("Allow", "metastudio:*:*"), statement("Deny", DELETE)
        for order in itertools.permutations([allow, deny]):
            assert not allows(policy(*order), DELETE)
            assert allows(policy(*order), SHOW)

    def test_deny_of_another_policy_wins(self) -> None:
        statements = compile_document(FULL_ACCESS.document) + compile_document(
            policy(statement("Deny", "metastudio:digitalAsset:delete*"))
        )
        assert not PolicySet(statements).allows(AccessRequest(DELETE, "", VALUES))

    def test_not_action(self) -> None:
        document = policy({"Effect": "Allow", "NotAction": ["metastudio:*:delete*"]})
        assert allows(document, SHOW)
        assert not allows(document, DELETE)


class TestAction:
    @pytest.mark.parametrize(
        ("pattern", "fits"),
        [
            (SHOW, True),
            ("metastudio:digitalAsset:show*", True),
            ("metastudio:*:*", True),
            ("metastudio:*", True),
            ("*", True),
            ("METASTUDIO:DIGITALASSET:SHOWASSET", True),
            ("metastudio:digitalAsset:?howAsset", True),
            ("metastudio:digitalAsset:show", False),
            ("metastudio:digitalAsset", True),
            ("metastudio:file:*", False),
            ("iam:*:*", False),
        ],
    )
    def test_patterns(self, pattern: str, fits: bool) -> None:
        assert allows(policy(statement("Allow", pattern)), SHOW) == fits

    def test_a_pattern_of_many_stars_is_quick(self) -> None:
        assert not allows(
            policy(statement("Allow", "metastudio:*:" + "a*" * 100 + "b")), "metastudio:x:" + "a" * 400
        )


class TestResource:
    def test_one_asset(self) -> None:
        document = policy(statement("Allow", "metastudio:*:*", Resource=["metastudio:*:*:digitalAsset:a1"]))
        assert allows(document, SHOW)
        assert not allows(document, SHOW, "metastudio:cn-north-4:t1:digitalAsset:a2")
        assert not allows(document, CREATE, "metastudio:cn-north-4:t1:digitalAsset:")

    def test_not_resource(self) -> None:
        document = policy(
            {"Effect": "Allow", "Action": "metastudio:*:*", "NotResource": "metastudio:*:*:digitalAsset:a1"}
        )
        assert not allows(document, SHOW)
        assert allows(document, SHOW, "metastudio:cn-north-4:t1:digitalAsset:a2")

    def test_a_denied_thing_is_safe_from_batches_that_name_it_in_the_body(self) -> None:
        document = policy(
            statement("Allow", "metastudio:*:*"),
            statement("Deny", "metastudio:*:*", Resource=["metastudio:*:*:digitalAsset:a1"]),
        )
        batch = "metastudio:digitalAsset:batchExecuteAssetAction"
        assert not allows(document, batch, "metastudio:cn-north-4:t1:digitalAsset:", names_others=True)
        assert allows(document, SHOW, "metastudio:cn-north-4:t1:digitalAsset:a2")

    def test_the_older_form(self) -> None:
        document = policy(statement("Allow", "*", Resource={"uri": ["metastudio:*:*:file:*"]}))
        assert not allows(document, SHOW)


class TestCondition:
    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            ({"StringEquals": {"g:RequestedRegion": ["cn-east-3", "cn-north-4"]}}, True),
            ({"StringEquals": {"g:RequestedRegion": "cn-east-3"}}, False),
            ({"StringNotEquals": {"g:RequestedRegion": ["cn-east-3", "cn-north-4"]}}, False),
            ({"StringLike": {"g:RequestedRegion": ["cn-*"]}}, True),
            ({"StringNotLike": {"g:RequestedRegion": ["cn-*"]}}, False),
            ({"StringStartWith": {"g:RequestedRegion": ["cn-"]}}, True),
            ({"DateLessThan": {"g:CurrentTime": "2026-06-01T12:00:01Z"}}, True),
            ({"DateLessThan": {"g:CurrentTime": "2026-06-01T12:00:00Z"}}, False),
            ({"DateLessThanEquals": {"g:CurrentTime": "2026-06-01T14:00:00+02:00"}}, True),
            ({"DateGreaterThan": {"g:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
            (
                {
                    "DateGreaterThan": {"g:CurrentTime": "2026-01-01T00:00:00Z"},
                    "DateLessThan": {"g:CurrentTime": "2026-02-01T00:00:00Z"},
                },
                False,
            ),
            ({"IpAddress": {"g:SourceIp": "192.0.2.0/24"}}, True),
            ({"NotIpAddress": {"g:SourceIp": "192.0.2.0/24"}}, False),
            ({"StringEquals": {"g:UserName": "ana"}}, False),
            ({"StringEqualsIfExists": {"g:UserName": "ana"}}, True),
            ({"StringEquals": {"g:requestedregion": "cn-north-4"}}, True),
        ],
    )
    def test_operators(self, condition: Any, holds: bool) -> None:
        assert allows(policy(statement("Allow", SHOW, Condition=condition)), SHOW) == holds

    def test_the_answer_is_not_remembered_where_it_depends_on_the_time(self) -> None:
        document = policy(
            statement("Allow", SHOW, Condition={"DateLessThan": {"g:CurrentTime": "2026-06-01T12:00:00Z"}})
        )
        policies = PolicySet(compile_document(document))
        for moment, allowed in (("2026-06-01T11:59:59Z", True), ("2026-06-01T12:00:00Z", False)):
            request = AccessRequest(SHOW, "", {**VALUES, "g:CurrentTime": moment})
            assert policies.allows(request) == allowed

    def test_a_deny_in_one_region(self) -> None:
        document = policy(
            statement("Allow", "metastudio:*:*"),
            statement("Deny", "*", Condition={"StringEquals": {"g:RequestedRegion": "cn-east-3"}}),
        )
        assert allows(document, SHOW)
        assert not allows(document, SHOW, values={"g:RequestedRegion": "cn-east-3"})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], ["JSON object"]),
        ({"Version": "2.0", "Statement": []}, ["Version", "'2.0'", "1.1"]),
        ({"Version": "1.1", "Statement": []}, ["Statement"]),
        (policy({"Effect": "Maybe", "Action": "*"}), ["Statement[0].Effect", "Allow or Deny"]),
        (policy({"Effect": "Allow"}), ["no Action"]),
        (policy({"Effect": "Allow", "Action": [], "Resource": "*"}), ["Statement[0].Action"]),
        (policy(statement("Allow", "show asset")), ["'show asset'", "service:type:operation"]),
        (policy({"Effect": "Allow", "Action": "*", "NotAction": "*"}), ["both"]),
        (policy(statement("Allow", "*", Colour="blue")), ["'Colour'"]),
        (policy(statement("Allow", "*", Condition={"Equals": {}})), ["operator", "'Equals'", "StringEquals"]),
        (
            policy(statement("Allow", "*", Condition={"StringEquals": {"g:Mood": "good"}})),
            ["key", "g:Mood", "g:RequestedRegion"],
        ),
        (
            policy(statement("Allow", "*", Condition={"DateLessThan": {"g:CurrentTime": "tomorrow"}})),
            ["'tomorrow'", "2026-01-31T23:59:59Z"],
        ),
        (
            policy(statement("Allow", "*", Condition={"IpAddress": {"g:SourceIp": "home"}})),
            ["'home'", "network"],
        ),
    ],
)
def test_a_wrong_document_names_place_fault_and_cure(document: Any, words: list[str]) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        compile_document(document)
    for word in words:
        assert word in caught.value.message


# Property: without an Allow that names the action nothing gets through, whatever else a policy says.

_condition = st.sampled_from(
    [
        {},
        {"StringEquals": {"g:RequestedRegion": ["cn-north-4"]}},
        {"StringNotEquals": {"g:RequestedRegion": ["cn-north-4"]}},
        {"DateGreaterThan": {"g:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"StringEqualsIfExists": {"g:UserName": "ana"}},
    ]
)
_resource = st.sampled_from(["*", "metastudio:*:*:digitalAsset:a1", "metastudio:*:*:*:*", "nothing"])


def _pattern(action: str) -> st.SearchStrategy[str]:
    """The action itself, or a pattern that fits it."""
    service, kind, name = action.split(":")
    return st.sampled_from(
        [
            action,
            f"{service}:{kind}:*",
            f"{service}:*:{name}",
            f"{service}:{kind}:{name[:3]}*",
            f"{service}:*",
            "*",
        ]
    )


@st.composite
def _policies_without(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An action, and a policy in which no Allow names it."""
    action = draw(st.sampled_from(ACTIONS))
    allowed = draw(st.lists(st.sampled_from([one for one in ACTIONS if one != action]), max_size=4))
    denied = draw(st.lists(st.sampled_from(ACTIONS).flatmap(_pattern), max_size=3))
    statements = [
        statement(effect, *names, Resource=draw(_resource), Condition=draw(_condition))
        for effect, names in (("Allow", allowed), ("Deny", denied))
        if names
    ]
    return action, policy(*draw(st.permutations(statements or [statement("Deny", "*")])))


@settings(max_examples=400, deadline=None)
@given(_policies_without(), st.sampled_from(["", "a1"]), st.booleans())
def test_without_an_allow_an_action_is_refused(
    case: tuple[str, dict[str, Any]], identifier: str, names_others: bool
) -> None:
    action, document = case
    assert not allows(
        document, action, f"metastudio:cn-north-4:t1:digitalAsset:{identifier}", names_others=names_others
    )


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(ACTIONS))
def test_an_unconditional_deny_always_refuses(data: st.DataObject, action: str) -> None:
    allow = statement("Allow", *data.draw(st.lists(_pattern(action), min_size=1, max_size=3)))
    deny = statement("Deny", data.draw(_pattern(action)))
    assert allows(policy(allow), action)
    assert not allows(policy(*data.draw(st.permutations([allow, deny]))), action)
