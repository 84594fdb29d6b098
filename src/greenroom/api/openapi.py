"""The OpenAPI 3.1 document of what this release answers, made from the route functions' own models.

Operations of the catalogue that are not built yet are left out; what is in the document is what validates
requests and makes answers, so that the two cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response

import greenroom
from greenroom.api.admin.table import AdminRoute, admin_routes
from greenroom.api.answers import MAX_PATH_CHARACTERS
from greenroom.api.catalogue import CatalogueEntry
from greenroom.api.identity import PROJECTS, SECURITY_TOKENS, TOKENS, SecurityTokenRequest, TokenRequest
from greenroom.api.operations import BoundOperation, RouteFunction, load_operations

Schema = dict[str, Any]
PATH = "/openapi.json"
ADMINISTRATION, IDENTITY = "administration", "identity"
"""Tags of what is not in the catalogue; operations of the catalogue have their context's name."""
_REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"


@cache
def openapi_document() -> Mapping[str, Any]:
    """The whole document, ready for JSON."""
    functions: list[BoundOperation | AdminRoute] = [*load_operations().values(), *admin_routes()]
    schemas = _Schemas(functions)
    paths: dict[str, dict[str, Any]] = {}
    for function in sorted(functions, key=lambda one: (_place(one)[1], _place(one)[0])):
        method, path = _place(function)
        paths.setdefault(path, {})[method.lower()] = _operation(function, schemas)
    for path, method, operation in _identity_operations(schemas):
        paths[path] = {method: operation}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Greenroom",
            "version": greenroom.__version__,
            "description": "Requests are signed with an access key (SDK-HMAC-SHA256) or carry a token. "
            "Whatever goes wrong is an Error.",
        },
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": _SECURITY},
        "security": [{"signature": []}, {"token": []}],
    }


_SECURITY: Schema = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "SDK-HMAC-SHA256 Access=..., SignedHeaders=..., Signature=...; with X-Sdk-Date",
    },
    "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "Of POST " + TOKENS},
}
_ERROR: Schema = {
    "type": "object",
    "properties": {"error_code": {"type": "string"}, "error_msg": {"type": "string"}},
    "required": ["error_code", "error_msg"],
}


class _Schemas:
    """The schema of every model, each defined once however many functions use it."""

    def __init__(self, functions: Iterable[RouteFunction]) -> None:
        inputs = [("body", "validation", one.body) for one in functions if one.body is not None]
        answers = [
            ("answer", "serialization", TypeAdapter(one.answer)) for one in functions if _is_json(one.answer)
        ]
        queries = [
            ("query", "validation", TypeAdapter(one.query)) for one in functions if one.query is not None
        ]
        identity = [
            ("body", "validation", TypeAdapter(model)) for model in (TokenRequest, SecurityTokenRequest)
        ]
        wanted = {}
        for role, mode, adapter in (*inputs, *answers, *queries, *identity):
            wanted[(role, mode, _name(adapter))] = adapter
        made, shared = TypeAdapter.json_schemas(
            [(key, key[1], adapter) for key, adapter in wanted.items()],  # type: ignore[misc]
            ref_template=_REFERENCE,
        )
        self._made = {key[0]: schema for key, schema in made.items()}
        self.definitions: Schema = {**shared.get("$defs", {}), "Error": _ERROR}

    def of(self, role: str, adapter: TypeAdapter[Any]) -> Schema:
        mode = "serialization" if role == "answer" else "validation"
        found: Schema = self._made[(role, mode, _name(adapter))]
        return found

    def resolved(self, schema: Schema) -> Schema:
        """The definition that a schema refers to."""
        name = schema.get("$ref", "").rpartition("/")[2]
        found: Schema = self.definitions[name] if name else schema
        return found


def _name(adapter: TypeAdapter[Any]) -> str:
    kind: Any = adapter._type
    return f"{getattr(kind, '__module__', '')}.{kind}"


def _place(function: BoundOperation | AdminRoute) -> tuple[str, str]:
    entry = function.entry if isinstance(function, BoundOperation) else function
    return entry.method, entry.path


def _is_json(answer: Any) -> bool:
    return answer not in (None, type(None), Response)


def _operation(function: BoundOperation | AdminRoute, schemas: _Schemas) -> Schema:
    entry: CatalogueEntry | AdminRoute
    entry = function.entry if isinstance(function, BoundOperation) else function
    is_admin = isinstance(function, AdminRoute)
    status = 200 if isinstance(entry, AdminRoute) else entry.status
    made: Schema = {
        "operationId": entry.id,
        "summary": _summary(entry.id),
        "tags": [ADMINISTRATION if isinstance(entry, AdminRoute) else entry.context],
        "parameters": [*_path_parameters(entry.path), *_query_parameters(function, schemas)],
        "responses": {str(status): _answer(function, schemas), "default": _failure()},
    }
    if not is_admin:
        made["parameters"].append(_USER)
    body = _body(function, schemas)
    if body is not None:
        made["requestBody"] = body
    return made


_USER: Schema = {
    "name": "X-App-UserId",
    "in": "header",
    "description": "The third-party user on whose behalf the request is.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 256},
}


def _summary(identifier: str) -> str:
    """From CreateDigitalAsset and create_user: Create digital asset, Create user."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", identifier.replace("_", " "))
    return words[:1].upper() + words[1:].lower()


def _path_parameters(path: str) -> list[Schema]:
    schema = {"type": "string", "minLength": 1, "maxLength": MAX_PATH_CHARACTERS}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(function: RouteFunction, schemas: _Schemas) -> list[Schema]:
    if function.query is None:
        return []
    model = schemas.resolved(schemas.of("query", TypeAdapter(function.query)))
    needed = set(model.get("required", []))
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(schema)}
        for name, schema in model.get("properties", {}).items()
    ]


def _without_null(schema: Schema) -> Schema:
    """A parameter that may be left out is never null: the query has no such value."""
    choices = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if not choices:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return rest | (choices[0] if len(choices) == 1 else {"anyOf": choices})


def _body(function: BoundOperation | AdminRoute, schemas: _Schemas) -> Schema | None:
    if isinstance(function, BoundOperation) and function.entry.multipart:
        form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    if function.body is None:
        return None
    optional = type(None) in get_args(function.body._type)
    return {
        "required": not optional,
        "content": {_JSON: {"schema": schemas.of("body", function.body)}},
    }


def _answer(function: BoundOperation | AdminRoute, schemas: _Schemas) -> Schema:
    if function.answer is Response:
        return {
            "description": "A file.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    if not _is_json(function.answer):
        return {"description": "Done."}
    schema = schemas.of("answer", TypeAdapter(function.answer))
    return {"description": "Done.", "content": {_JSON: {"schema": schema}}}


def _failure() -> Schema:
    schema = {"$ref": _REFERENCE.format(model="Error")}
    return {
        "description": "Refused, or not found, or wrong: see the text.",
        "content": {_JSON: {"schema": schema}},
    }


def _identity_operations(schemas: _Schemas) -> Iterable[tuple[str, str, Schema]]:
    """Path, method and operation of the three calls of the identity service."""

    def operation(name: str, model: type[BaseModel] | None, status: str) -> Schema:
        made: Schema = {
            "operationId": name,
            "summary": _summary(name),
            "tags": [IDENTITY],
            "responses": {
                status: {"description": "Done.", "content": {_JSON: {"schema": {"type": "object"}}}},
                "default": _failure(),
            },
        }
        if model is not None:
            schema = schemas.of("body", TypeAdapter(model))
            made["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
        return made

    name = {"name": "name", "in": "query", "schema": {"type": "string"}}
    yield PROJECTS, "get", operation("KeystoneListProjects", None, "200") | {"parameters": [name]}
    yield TOKENS, "post", operation("CreateToken", TokenRequest, "201") | {"security": []}
    yield SECURITY_TOKENS, "post", operation("CreateSecurityToken", SecurityTokenRequest, "201")
