"""The cases of the roles of commands, and of keys."""

from __future__ import annotations

from tests.rules.judging import Case, changed

OWN_KEYS = ("encryption: aws-managed", "encryption: customer-managed")


def _trusting(*who: str) -> tuple[str, str]:
    """A change that has the stacks make the role of `tierkeep validate`."""
    names = ", ".join(f"'{each}'" for each in who)
    return "tiers:\n", f"access: {{ validate: {{ trusted_by: [{names}] }} }}\ntiers:\n"


def _roles(count: int) -> list[str]:
    return [f"arn:aws:iam::{number:012}:role/tools/continuous-integration" for number in range(count)]


def _default_window(window: str) -> tuple[str, str]:
    return "tiers:\n", f"defaults: {{ key_deletion_window: {window} }}\ntiers:\n"


CASES: dict[str, Case] = {
    "TK120": Case(
        broken=changed(_trusting("arn:aws-cn:iam::000000000009:role/ci", "one/ci")),
        kept=changed(_trusting("arn:aws:iam::000000000009:role/ci", "one/ci")),
    ),
    "TK121": Case(broken=changed(_trusting(*_roles(20))), kept=changed(_trusting(*_roles(10)))),
    "TK122": Case(
        broken=changed(OWN_KEYS, _default_window("6d")), kept=changed(OWN_KEYS, _default_window("1w"))
    ),
}
