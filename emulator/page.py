"""`docs/emulator.md`: what the emulator does, and what it does not.

python -m emulator.page > docs/emulator.md
"""

import sys
from collections.abc import Iterator

from emulator.backup.operations import absent
from emulator.documented import RULES, UNKNOWABLE, Rule
from emulator.implemented import RESPONSES, implemented, method_of
from emulator.installation import changes

_HEAD = """\
# The emulator: what it does, and what it does not

Generated: `python -m emulator.page > docs/emulator.md`.

`python -m emulator` serves moto's AWS with AWS Backup, DLM and the EBS direct APIs added, written from AWS's
service models (as botocore carries them) and documentation. What it proves is wiring and our reading of AWS.
An operation that is not done answers the error `NotImplemented` with status 501, never a made-up success.
"""

_NAMES = {"backup": "AWS Backup", "dlm": "Amazon Data Lifecycle Manager", "ebs": "Amazon EBS direct APIs"}


def page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *_operations(), *_changed(), *_rules(), *_unknowable()])


def _operations() -> Iterator[str]:
    yield "## Operations\n"
    for service in RESPONSES:
        done = implemented(service)
        left_out = [name for name, is_done in done.items() if not is_done]
        yield f"### {_NAMES[service]}: {len(done) - len(left_out)} of {len(done)}\n"
        yield "| operation | |"
        yield "|---|---|"
        yield from (f"| {name} | {_done(service, name)} |" for name in done)
        yield ""


def _done(service: str, operation: str) -> str:
    method = method_of(service, operation)
    if method is None:
        return "**not implemented**"
    if method.__module__ == absent.__name__:
        return "yes: there are none, since nothing here makes them"
    return "yes"


def _changed() -> Iterator[str]:
    yield "## What is changed in moto's own services\n"
    yield "Every other operation of every other service is moto's.\n"
    yield "| in | what |"
    yield "|---|---|"
    for module, change in changes():
        said = (sys.modules[change.__module__].__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        yield f"| `{module}` | {said} |"
    yield ""


def _rules() -> Iterator[str]:
    yield "## Documented rules\n"
    yield "A test is one of `tests/emulator`; `refused: id` is a row of `test_emulator_refusals.py`.\n"
    for section, rules in RULES.items():
        yield f"### {section}\n"
        yield "| rule | source | enforced | proved by |"
        yield "|---|---|---|---|"
        yield from (_row(rule) for rule in rules)
        yield ""


def _row(rule: Rule) -> str:
    if rule.by is None:
        return f"| {rule.text} | {rule.source} | **no**: {rule.why_not} | |"
    where = f"{rule.by.__module__.removeprefix('emulator.')}.{rule.by.__qualname__}"
    return f"| {rule.text} | {rule.source} | `{where}` | {rule.test} |"


def _unknowable() -> Iterator[str]:
    yield "## What cannot be known without AWS\n"
    yield from (f"- {line}" for line in UNKNOWABLE)
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
