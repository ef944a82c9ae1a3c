"""What the stacks hold is taken by the oldest and by the newest provider that cdktf.json admits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from scripts.provider_versions.newest import declared, newest
from scripts.provider_versions.page import differences, page
from scripts.provider_versions.settings import REQUIRED, Settings, Types, from_assembly, from_schema
from scripts.toolchain import constraint
from stacks.chosen import only
from tests.catalogs import ROOT, SHIPPED
from tests.iam.policies import copying_to, state_of
from tests.stacks import goldens
from tests.stacks.synthesis import synthesize
from tierkeep.compiler import compile_catalog

TERRAFORMS = {"depends_on", "lifecycle", "provider", "//"}
"""What any resource may hold, whatever its type."""
VERSIONS = {"oldest": from_schema(declared(), deprecated=False), "newest": newest()[1]}


@cache
def stacks() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Of four catalogs, as AWS gets them and as an emulator does, and of what none of them has."""
    return tuple(_stacks())


def _stacks() -> Iterator[tuple[str, dict[str, Any]]]:
    for catalog in goldens.CATALOGS:
        for name, stack in goldens.kept(catalog).items():
            yield f"{catalog}/{name}", stack
    emulated = synthesize(compile_catalog(SHIPPED).state, endpoint="http://127.0.0.1:1")
    yield from ((f"emulated/{name}", stack) for name, stack in emulated.items())
    # No golden has a role whose policy is too long to be inline.
    long = synthesize(only(state_of(copying_to(15)), ["main/ap-south-1"]))
    yield from ((f"long/{name}", stack) for name, stack in long.items())


def parts(stack: dict[str, Any], types: Types) -> Iterator[tuple[str, Settings, dict[str, Any]]]:
    """Each thing that a stack holds, with what its type takes: nothing where there is no such type."""
    for provider in stack["provider"]["aws"]:
        yield "provider", types.provider, {key: value for key, value in provider.items() if key != "alias"}
    for word, known in (("resource", types.resources), ("data", types.data_sources)):
        for kind, each in stack.get(word, {}).items():
            if kind != "terraform_data":  # Terraform's own
                for name, values in each.items():
                    yield f"{kind}.{name}", known.get(kind, {}), values


def wrong(settings: Settings, values: dict[str, Any], within: str = "") -> Iterator[str]:
    """What a type does not take, and what it requires that is not there."""
    children = {each.removeprefix(within) for each in settings if each.startswith(within)}
    for name in children:
        if "." not in name and settings[within + name] == REQUIRED and name not in values:
            yield f"lacks {within}{name}"
    for name, value in values.items():
        if name not in children:
            yield f"takes no {within}{name}"
        elif any(each.startswith(f"{name}.") for each in children):
            for each in value if isinstance(value, list) else [value]:
                yield from wrong(settings, each, f"{within}{name}.")


@pytest.mark.parametrize("version", VERSIONS)
def test_each_attribute_and_block_is_taken(version: str) -> None:
    """It exists, can be set and is not deprecated, and what is required is there. After adding a type, `make
    newest-provider` takes down what the newest takes of it."""
    found = {
        f"{stack}: {name} {each}"
        for stack, terraform in stacks()
        for name, settings, values in parts(terraform, VERSIONS[version])
        for each in wrong(settings, {key: values[key] for key in values.keys() - TERRAFORMS})
    }
    assert not found


def test_each_type_that_is_bound_is_held_to_both() -> None:
    """One that no stack has here would be held to neither; one that none has anywhere need not be bound."""
    oldest = VERSIONS["oldest"]
    for word, bound in (("resource", oldest.resources), ("data", oldest.data_sources)):
        kinds = {kind for _, stack in stacks() for kind in stack.get(word, {})}
        assert kinds - {"terraform_data"} == set(bound)


def test_what_is_not_taken_is_seen() -> None:
    """An attribute that is read only, one that is deprecated, one that nobody knows, one that is missing."""
    oldest = VERSIONS["oldest"].resources
    assert list(wrong(oldest["aws_kms_key"], {"arn": "x"})) == ["takes no arn"]
    assert list(wrong(oldest["aws_iam_role"], {"assume_role_policy": "x", "inline_policy": []})) == [
        "takes no inline_policy"
    ]
    rule = {"rule_name": "r", "lifecycle": {"after": 1}}
    assert sorted(wrong(oldest["aws_backup_plan"], {"name": "p", "rule": [rule]})) == [
        "lacks rule.target_vault_name",
        "takes no rule.lifecycle.after",
    ]
    assert list(wrong(oldest["aws_backup_plan"], {"rule": []})) == ["lacks name"]


def test_the_newest_has_the_types_of_the_oldest() -> None:
    """What was taken down is of the types of today, and of a version that cdktf.json admits."""
    versions, types = newest()
    assert types.resources.keys() == VERSIONS["oldest"].resources.keys()
    assert types.data_sources.keys() == VERSIONS["oldest"].data_sources.keys()
    low, high = (tuple(map(int, each.split("."))) for each in re.findall(r"[0-9.]+", constraint()))
    assert low < tuple(map(int, versions["hashicorp/aws"].split("."))) < high


def test_the_page_is_up_to_date() -> None:
    """`python -m scripts.provider_versions.page > docs/provider-versions.md` writes it."""
    assert (ROOT / "docs" / "provider-versions.md").read_text() == page()


def test_what_differs_is_told_once() -> None:
    """Of a block that is new or gone, not each of its parts too."""
    old = {"name": "required", "old": "optional", "old.part": "required", "same": "optional"}
    new = {"name": "optional", "new": "required", "new.part": "optional", "same": "optional"}
    assert differences(old, new) == ["+ new (required)", "- old (optional)", "! name: required → optional"]


def test_bindings_are_read_by_the_names_of_terraform() -> None:
    """Attributes, blocks in lists, and a description with a link of its own."""

    def bound(name: str, terraform: str, kind: dict[str, Any], **more: Any) -> dict[str, Any]:
        summary = f"Docs, see [a](https://a/b#other x): {{@link https://r#{terraform} AnyThing#{terraform}}}."
        return {"name": name, "type": kind, "docs": {"summary": summary}, **more}

    text = {"primitive": "string"}
    struct = "@cdktn/provider-aws.anyThing.AnyThingParts"
    many = {
        "union": {"types": [{"fqn": "cdktn.IResolvable"}, {"collection": {"elementtype": {"fqn": struct}}}]}
    }
    types = {
        "@cdktn/provider-aws.provider.AwsProviderConfig": [bound("alias", "alias", text, optional=True)],
        "@cdktn/provider-aws.anyThing.AnyThingConfig": [bound("someParts", "some_part", many)],
        struct: [bound("keyArn", "key_arn", text, optional=True)],
        "@cdktn/provider-aws.dataAwsAnyThing.DataAwsAnyThingConfig": [],
    }
    assembly = {
        "name": "@cdktn/provider-aws",
        "types": {name: {"properties": properties} for name, properties in types.items()},
    }
    wanted = Types(provider={}, resources={"aws_any_thing": {}}, data_sources={"aws_any_thing": {}})
    assert from_assembly(assembly, wanted) == Types(
        provider={},
        resources={"aws_any_thing": {"some_part": "required", "some_part.key_arn": "optional"}},
        data_sources={"aws_any_thing": {}},
    )
