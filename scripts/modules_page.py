"""`docs/modules.md`: each construct with what goes in, what it creates, and an example that a test runs.

python -m scripts.modules_page > docs/modules.md
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
import tempfile
import types
import typing
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from stacks.node import use_packaged_node
from tierkeep import desired

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
_HEAD = """\
# The constructs

Generated: `python -m scripts.modules_page > docs/modules.md`.

Each construct in [modules/](../modules) translates a part of the desired state into Terraform resources and
decides nothing. The stacks use them; a team may put them into a stack of its own. What goes in are plain
values of [tierkeep/desired/model.py](../tierkeep/desired/model.py), resolved from a catalog or made by hand
as below. `scope` is the construct or stack that they are put into. `origin` is where a value stands in a
catalog, which only errors and findings use: `()` where there is none.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One value that a construct takes."""

    name: str
    type: str
    default: str
    """Empty where the value must be given."""
    doc: str


def examples() -> list[Path]:
    """The examples, one for each module of the same name."""
    return sorted(EXAMPLES.glob("*.py"))


def construct_of(example: Path) -> type:
    """The construct that an example is of: the only one that its module defines."""
    use_packaged_node()
    module = import_module(f"modules.{example.stem}")
    (found,) = (
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and each.__name__[0] != "_"
    )
    return found


def created(example: Path) -> dict[str, int]:
    """How many resources of each type an example synthesizes to. Raises `CalledProcessError`."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, str(example)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            check=True,
            capture_output=True,
        )
        (stack,) = Path(folder).glob("cdktf.out/stacks/*/cdk.tf.json")
        resources = json.loads(stack.read_text())["resource"]
    return {kind: len(found) for kind, found in sorted(resources.items())}


def inputs(construct: type) -> Iterator[tuple[str, list[Input]]]:
    """What a construct takes, then what the values of the desired state in it hold, each once."""
    make = vars(construct)["__init__"]  # jsii's metaclass stands before it
    hints = typing.get_type_hints(make)
    taken = [
        Input(name=name, type=_type(hints[name]), default=_default(each.default), doc="")
        for name, each in inspect.signature(make).parameters.items()
        if name not in {"self", "scope"}
    ]
    yield construct.__name__, taken
    ahead = [hint for name, hint in hints.items() if name not in {"scope", "return"}]
    seen: set[type] = set()
    while ahead:
        for each in _dataclasses(ahead.pop(0)):
            if each not in seen:
                seen.add(each)
                yield each.__name__, list(_fields(each))
                ahead += typing.get_type_hints(each).values()


def _fields(of: type) -> Iterator[Input]:
    docs, hints = _field_docs(of), typing.get_type_hints(of)
    for each in fields(of):
        if not each.name.endswith("origin"):
            default = "" if each.default is MISSING else repr(each.default)
            yield Input(
                name=each.name, type=_type(hints[each.name]), default=default, doc=docs.get(each.name, "")
            )


def _field_docs(of: type) -> dict[str, str]:
    """The texts below the fields of a dataclass, which Python itself does not keep."""
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(sys.modules[of.__module__])).body
        if isinstance(node, ast.ClassDef) and node.name == of.__name__
    )
    found = {}
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            text = ast.literal_eval(after.value)
            found[ast.unparse(field.target)] = " ".join(str(text).split())
    return found


def _dataclasses(hint: Any) -> Iterator[type]:
    if inspect.isclass(hint) and is_dataclass(hint) and hint.__module__.startswith(desired.__name__):
        yield hint
    for argument in typing.get_args(hint):
        yield from _dataclasses(argument)


def _type(hint: Any) -> str:
    arguments = [_type(each) for each in typing.get_args(hint) if each is not ...]
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        return " or ".join(arguments)
    if arguments:
        origin = typing.get_origin(hint)
        return f"{getattr(origin, '__name__', origin)} of {', '.join(dict.fromkeys(arguments))}"
    return "None" if hint is type(None) else str(getattr(hint, "__name__", hint))


def _default(value: Any) -> str:
    return "" if value is inspect.Parameter.empty else repr(value)


def page() -> str:
    """The page as Markdown. Raises `CalledProcessError` where an example does not run."""
    return "\n".join([_HEAD, *(line for each in examples() for line in _section(each))])


def _section(example: Path) -> Iterator[str]:
    construct = construct_of(example)
    yield f"## {construct.__name__}\n"
    yield f"`modules/{example.name}`: {inspect.cleandoc(construct.__doc__ or '')}\n"
    for name, values in inputs(construct):
        yield f"**{name}**\n"
        yield "| input | type | default | |"
        yield "|---|---|---|---|"
        for each in values:
            default = f"`{each.default}`" if each.default else "needed"
            yield f"| `{each.name}` | {each.type} | {default} | {each.doc} |"
        yield ""
    yield "The example below creates:\n"
    for kind, count in created(example).items():
        yield f"- {count} `{kind}`"
    yield f"\n```python\n{example.read_text()}```\n"


if __name__ == "__main__":
    print(page(), end="")
