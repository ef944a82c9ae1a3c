"""What a provider's types can be told: attributes and blocks, from a schema or from bindings of jsii."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Settings: TypeAlias = dict[str, str]
"""By path, such as `rule.copy_action.lifecycle`: `required` or `optional`, within what it lies in. What can
only be read is not in it."""

REQUIRED, OPTIONAL = "required", "optional"


@dataclass(frozen=True, kw_only=True, slots=True)
class Types:
    """Settings by type: of the provider itself, of resources, of data sources."""

    provider: Settings
    resources: dict[str, Settings]
    data_sources: dict[str, Settings]


def from_schema(schema: dict[str, Any], *, deprecated: bool = True) -> Types:
    """From a provider's schema as Terraform prints it, with or without what it calls deprecated."""

    def of(described: dict[str, Any]) -> Settings:
        return dict(_of_block(described["block"], "", deprecated=deprecated))

    return Types(
        provider=of(schema["provider"]),
        resources={name: of(each) for name, each in sorted(schema["resource_schemas"].items())},
        data_sources={name: of(each) for name, each in sorted(schema["data_source_schemas"].items())},
    )


def _of_block(block: dict[str, Any], within: str, *, deprecated: bool) -> Iterator[tuple[str, str]]:
    for name, each in block.get("attributes", {}).items():
        settable = each.get("required") or each.get("optional")
        if settable and (deprecated or not each.get("deprecated")):
            yield within + name, REQUIRED if each.get("required") else OPTIONAL
            yield from _of_object(each["type"], f"{within}{name}.")
    for name, each in block.get("block_types", {}).items():
        if deprecated or not each["block"].get("deprecated"):
            yield within + name, REQUIRED if each.get("min_items") else OPTIONAL
            yield from _of_block(each["block"], f"{within}{name}.", deprecated=deprecated)


def _of_object(value: Any, within: str) -> Iterator[tuple[str, str]]:
    """The members of an attribute that is a list of objects, none of which has to be there."""
    if isinstance(value, list) and value[0] in {"list", "set"}:
        yield from _of_object(value[1], within)
    elif isinstance(value, list) and value[0] == "object":
        for name, each in value[1].items():
            yield within + name, OPTIONAL
            yield from _of_object(each, f"{within}{name}.")


def from_assembly(assembly: dict[str, Any], types: Types) -> Types:
    """The same types from the assembly of a package of bindings. Raises `KeyError` where it lacks one.

    Bindings hold what can be set, by the names of their own language; the link to the provider's
    documentation that stands at each has Terraform's. They do not say what is deprecated.
    """
    known = assembly["types"]

    def of(module: str, name: str) -> Settings:
        # A resource whose name a block of another one has already gets an A: S3BucketVersioningA.
        structs = (f"{assembly['name']}.{module}.{name}{suffix}Config" for suffix in ("", "A"))
        struct = next((each for each in structs if each in known), None)
        if struct is None:
            raise KeyError(f"the bindings have no type {module}.{name}")
        return dict(_of_struct(known, struct, ""))

    provider = of("provider", "AwsProvider")
    del provider["alias"]  # Terraform's own: no provider's schema has it
    return Types(
        provider=provider,
        resources={name: of(_camel(name), _pascal(name)) for name in types.resources},
        data_sources={
            name: of(f"dataAws{_pascal(name)}", f"DataAws{_pascal(name)}") for name in types.data_sources
        },
    )


def _of_struct(known: dict[str, Any], struct: str, within: str) -> Iterator[tuple[str, str]]:
    for each in known[struct]["properties"]:
        name = _terraform_name(each)
        yield within + name, OPTIONAL if each.get("optional") else REQUIRED
        nested = re.search(r'"fqn": "(@[^"]+)"', json.dumps(each["type"]))
        if nested:
            yield from _of_struct(known, nested[1], f"{within}{name}.")


def _terraform_name(bound: dict[str, Any]) -> str:
    words = " ".join(str(bound["docs"].get(part, "")) for part in ("summary", "remarks"))
    link = re.search(r"#(\w+) \w+#\1}", words)
    if link is None:
        raise KeyError(f"the bindings do not link {bound['name']} to its documentation")
    return link[1]


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.removeprefix("aws_").split("_"))


def _camel(name: str) -> str:
    pascal = _pascal(name)
    return pascal[0].lower() + pascal[1:]
