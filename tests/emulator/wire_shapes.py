"""Whether what went over the wire is what the service model says: nothing unknown, no other types."""

import json
import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str,),
}


class Recorder:
    """The bodies of successful answers, by service and operation."""

    def __init__(self, *clients: Any) -> None:
        self.bodies: dict[tuple[str, str], list[bytes]] = {}
        for client in clients:
            client.meta.events.register("after-call", self._keep)

    def _keep(self, http_response: Any, model: Any, **_: Any) -> None:
        if http_response.status_code < 300:
            name = (model.service_model.service_name, model.name)
            self.bodies.setdefault(name, []).append(http_response.content)


def wire_problems(operation: OperationModel, body: bytes) -> list[str]:
    """What is wrong with ``body``, an answer to ``operation`` of a service that speaks JSON."""
    shape = operation.output_shape
    if shape is None:
        return [] if body.strip() in (b"", b"{}") else [f"a body where the model has none: {body[:80]!r}"]
    if shape.serialization.get("payload"):
        shape = shape.members[shape.serialization["payload"]]
    return list(_problems(shape, json.loads(body) if body.strip() else {}, ""))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for index, item in enumerate(value):
            yield from _problems(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no map"
            return
        for key, item in value.items():
            yield from _problems(shape.value, item, f"{path}[{key}]")
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no structure"
        return
    names = {
        member.serialization.get("name", name): name
        for name, member in shape.members.items()
        if member.serialization.get("location") not in ("header", "headers", "statusCode")
    }
    for name, item in value.items():
        if name not in names:
            yield f"{path}.{name}: not in {shape.name}"
        else:
            yield from _problems(shape.members[names[name]], item, f"{path}.{name}")
    missing = [name for name in shape.required_members if name in names.values() and name not in value]
    yield from (f"{path}.{name}: required in {shape.name}, and missing" for name in missing)


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kinds = _TYPES[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path}: {value!r} is no {shape.type_name}"
        return
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {enum}"
    # AWS names types with spaces ("SAP HANA on Amazon EC2"), and answers durations ("PT2S") and nothing where
    # its pattern wants a date.
    pattern = shape.metadata.get("pattern") if shape.name not in ("ResourceType", "StringDateTime") else None
    if pattern and r"\p{" not in pattern and isinstance(value, str) and not re.search(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"
