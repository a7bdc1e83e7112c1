"""The OpenAPI schema, shaped for reading: paths by their first word, operations with parameters, bodies and answers."""

from functools import cache
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
PREFIX = "/api/v1/"


@cache
def groups() -> list[Json]:
    """[{"name": "tenders", "operations": [...]}] in alphabetical order; made once per process."""
    from drf_spectacular.generators import SchemaGenerator

    schema: Json = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[str, list[Json]] = {}
    for path, item in sorted(schema.get("paths", {}).items()):
        for method in METHODS:
            if operation := item.get(method):
                found.setdefault(_group(path), []).append(_operation(schema, path, method, operation))
    return [{"name": name, "operations": rows} for name, rows in sorted(found.items())]


def _group(path: str) -> str:
    return path.removeprefix(PREFIX).split("/")[0] or "root"


def _operation(schema: Json, path: str, method: str, operation: Json) -> Json:
    body: Json = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation.get("operationId", f"{method}-{path}"),
        "method": method.upper(),
        "path": path,
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "body": _fields(schema, _first_schema(body)),
        "answers": [_answer(schema, code, answer) for code, answer in sorted(operation.get("responses", {}).items())],
    }


def _answer(schema: Json, code: str, answer: Json) -> Json:
    fields = _fields(schema, _first_schema(answer.get("content", {})))
    return {"code": code, "description": answer.get("description", ""), "fields": fields}


def _first_schema(content: Json) -> Json:
    """The schema of the first media type of a body."""
    for media in content.values():
        return dict(media.get("schema", {}))
    return {}


def _fields(schema: Json, part: Json) -> list[Json]:
    """[{"name", "type", "required", "description"}] of an object; those of its items for a list or a page."""
    part = _resolve(schema, part)
    if part.get("type") == "array":
        return _fields(schema, part.get("items", {}))
    properties: Json = part.get("properties", {})
    if "results" in properties:
        return _fields(schema, properties["results"])
    required = part.get("required", [])
    return [
        {
            "name": name,
            "type": _type(schema, value),
            "required": name in required,
            "description": value.get("description", ""),
        }
        for name, value in properties.items()
    ]


def _resolve(schema: Json, part: Json) -> Json:
    if reference := part.get("$ref"):
        name = reference.rsplit("/", 1)[-1]
        return dict(schema["components"]["schemas"].get(name, {}))
    if len(every := part.get("allOf", [])) == 1:
        return _resolve(schema, every[0])
    return part


def _type(schema: Json, part: Json) -> str:
    whole = _resolve(schema, part)
    if values := whole.get("enum"):
        return " | ".join(str(value) for value in values if value is not None)
    if choices := whole.get("oneOf") or whole.get("anyOf"):
        return " | ".join(_type(schema, choice) for choice in choices)
    kind = whole.get("type", "object")
    name = "/".join(kind) if isinstance(kind, list) else str(kind)
    if name == "array":
        return f"list of {_type(schema, whole.get('items', {}))}"
    return f"{name} ({whole['format']})" if "format" in whole else name
