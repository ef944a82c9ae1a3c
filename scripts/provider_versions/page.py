"""`docs/provider-versions.md`: how the oldest and the newest provider that are admitted differ.

python -m scripts.provider_versions.page > docs/provider-versions.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Set

from scripts.provider_versions.newest import PACKAGE, declared, newest
from scripts.provider_versions.settings import Settings, Types, from_schema
from scripts.toolchain import constraint

HEAD = """\
# Versions of the AWS provider

Generated: `make newest-provider`, or `python -m scripts.provider_versions.page > docs/provider-versions.md`.

`cdktf.json` admits `{constraint}`. The stacks hold only what the oldest and the newest of these take:
tests read the whole Terraform of four catalogs, and of what none of them has, and hold each attribute and
block of it against both. The oldest is what the bindings are made from and what tests apply; the newest,
{provider}, was last taken down from {package} {version}, and nothing has been applied with it.

## What is deprecated

By the schema of the oldest: {deprecated}. A test holds that
nothing of it is in the stacks.

Bindings do not say what the newest deprecates: that is not determined. pulumi-aws 7.51.1, which is
generated from a provider of version 6 too, marks nothing else of these types; it was looked at once, on
2026-11-26, and does not say from which version it is.

## What differs

`+` is what the newest takes besides, `-` what it takes no more, and `!` what it takes otherwise; in the
provider's configuration without endpoints, of which tests hold those that are used.
"""


def differences(old: Settings, new: Settings) -> list[str]:
    """How two versions of one type differ, a line each; of a block that is new, not what lies in it."""
    added, gone = new.keys() - old.keys(), old.keys() - new.keys()
    return [
        *(f"+ {each} ({new[each]})" for each in _outermost(added)),
        *(f"- {each} ({old[each]})" for each in _outermost(gone)),
        *(
            f"! {each}: {old[each]} → {new[each]}"
            for each in sorted(old.keys() & new.keys())
            if old[each] != new[each]
        ),
    ]


def page() -> str:
    """The whole page."""
    schema = declared()
    (versions, new), old = newest(), from_schema(schema)
    current = from_schema(schema, deprecated=False)
    head = HEAD.format(
        constraint=constraint(),
        provider=versions["hashicorp/aws"],
        package=PACKAGE,
        version=versions[PACKAGE],
        deprecated=", ".join(_deprecated(old, current)),
    )
    return "\n".join([head, *_tables(old, new)])


def _deprecated(old: Types, current: Types) -> Iterator[str]:
    for name, settings in old.resources.items():
        gone = settings.keys() - current.resources[name].keys()
        yield from (f"`{name}.{each}`" for each in _outermost(gone))
    yield from (f"`provider.{each}`" for each in sorted(old.provider.keys() - current.provider.keys()))


def _tables(old: Types, new: Types) -> Iterator[str]:
    pairs = [
        ("the provider's configuration", _without_endpoints(old.provider), _without_endpoints(new.provider)),
        *((f"`{name}`", old.resources[name], new.resources[name]) for name in old.resources),
        *(
            (f"`{name}`, looked up", old.data_sources[name], new.data_sources[name])
            for name in old.data_sources
        ),
    ]
    for name, before, after in pairs:
        found = differences(before, after)
        yield f"- {name}: {'; '.join(f'`{each}`' for each in found) if found else 'nothing'}"
    yield ""


def _outermost(paths: Set[str]) -> list[str]:
    """Those that lie in no other, sorted."""
    return [each for each in sorted(paths) if not any(each.startswith(f"{other}.") for other in paths)]


def _without_endpoints(settings: Settings) -> Settings:
    return {path: how for path, how in settings.items() if not path.startswith("endpoints.")}


if __name__ == "__main__":
    sys.stdout.write(page())
