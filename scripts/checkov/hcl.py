"""Terraform's JSON, as cdktf writes it, in Terraform's own language.

checkov reads cdktf's files too, but takes a policy in them for a text and passes it unread: CKV_AWS_33 lets
any principal through, and the checks of IAM's privileges do not run at all. It evaluates `jsonencode({…})`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

POLICIES = frozenset({"policy", "assume_role_policy"})
_REFERENCES = frozenset({"depends_on", "provider"})
OF_TERRAFORM = "terraform_data"
"""A type without a provider, which makes nothing in AWS."""
_KINDS = {"resource": "resource_schemas", "data": "data_source_schemas"}


def hcl(stack: dict[str, Any], schema: dict[str, Any]) -> str:
    """The resources and data sources of a stack. `schema` is the provider's, which tells what is a block.

    Raises `KeyError` for a type that the schema does not hold.
    """
    blocks = [
        f'{word} "{kind}" "{name}" {{\n{_body(resource, schema[of][kind]["block"])}\n}}'
        for word, of in _KINDS.items()
        for kind, resources in stack.get(word, {}).items()
        if kind != OF_TERRAFORM
        for name, resource in resources.items()
    ]
    return "\n\n".join(blocks) + "\n"


def _body(values: dict[str, Any], block: dict[str, Any]) -> str:
    return "\n".join(line for key, value in values.items() for line in _entry(key, value, block))


def _entry(key: str, value: Any, block: dict[str, Any]) -> Iterator[str]:
    nested = {"lifecycle": {"block": {}}, **block.get("block_types", {})}
    if key == "//":  # what cdktf tells Terraform's readers
        return
    if key in nested:
        for each in value if isinstance(value, list) else [value]:
            yield f"{key} {{\n{_body(each, nested[key]['block'])}\n}}"
    elif key in _REFERENCES:
        yield f"{key} = [{', '.join(value)}]" if isinstance(value, list) else f"{key} = {value}"
    elif key in POLICIES:
        yield f"{key} = jsonencode({_value(json.loads(value))})"
    else:
        yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        return value[2:-1]
    return json.dumps(value)
