"""Policies of commands, for people, for programs and for Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tierkeep.desired.model import Statement
from tierkeep.desired.policies import (
    LONGEST_INLINE,
    LONGEST_MANAGED,
    identity_policy,
    policy_parts,
    policy_size,
)
from tierkeep.iam import CommandPolicy


def policies_text(command: str, policies: Sequence[CommandPolicy]) -> str:
    """What a command needs in each account, statement by statement."""
    lines: list[str] = []
    for each in policies:
        made = ", which the stacks make" if each.made else ""
        who = f"{each.role_arn or 'the caller'}{made}"
        lines += [f"{command} in {each.account} ({each.account_id}), as {who}"]
        lines += _size(each.statements)
        lines += [line for statement in each.statements for line in _statement(statement)]
        lines.append("")
    return "\n".join(lines)


def caller_text(command: str, statements: Sequence[Statement]) -> str:
    """What who runs a command needs."""
    lines = [f"{command}: who runs it"]
    lines += [line for statement in statements for line in _statement(statement)]
    return "\n".join([*lines, *(() if statements else ("  needs nothing more than its own role",)), ""])


def policies_json(catalog: str, command: str, policies: Sequence[CommandPolicy]) -> str:
    """All policies with their accounts and roles."""
    document = {
        "schema_version": 1,
        "catalog": catalog,
        "command": command,
        "accounts": [
            {
                "account": each.account,
                "account_id": each.account_id,
                "role_arn": each.role_arn,
                "made_by_stacks": each.made,
                "characters": policy_size(identity_policy(each.statements)),
                "policy": identity_policy(each.statements),
            }
            for each in policies
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def policy_document(statements: Sequence[Statement]) -> str:
    """One policy as IAM takes it."""
    return json.dumps(identity_policy(statements), indent=2) + "\n"


def policies_terraform(command: str, policies: Sequence[CommandPolicy]) -> str:
    """Resources for each account: an inline policy of the role, or policies where there is no role or one
    would be too long. A role that the stacks make has its policy."""
    name = f"tierkeep-{command.replace(' ', '-')}"
    return "\n".join(_resource(name, each) for each in policies)


def _resource(name: str, policy: CommandPolicy) -> str:
    if policy.made:
        return f"# In account {policy.account} ({policy.account_id}) the stacks make {policy.role_arn}.\n"
    label = f"{name}-{policy.account}".replace("-", "_")
    role = f'  role   = "{policy.role_arn.rsplit("/", 1)[-1]}"\n' if policy.role_arn else ""
    parts = policy_parts(policy.statements)
    lines = [f"# In account {policy.account} ({policy.account_id}).\n"]
    if role and len(parts) == 1:
        return "".join([*lines, _policy("aws_iam_role_policy", label, name, role, parts[0])])
    for number, part in enumerate(parts, 1):
        of, named = (f"{label}_{number}", f"{name}-{number}") if len(parts) > 1 else (label, name)
        lines.append(_policy("aws_iam_policy", of, named, "", part))
        if role:
            arn = f"  policy_arn = aws_iam_policy.{of}.arn\n"
            lines.append(f'resource "aws_iam_role_policy_attachment" "{of}" {{\n{role}{arn}}}\n')
    return "".join(lines)


def _policy(kind: str, label: str, name: str, role: str, statements: Sequence[Statement]) -> str:
    document = json.dumps(identity_policy(statements), indent=2).replace("${", "$${")
    indented = document.replace("\n", "\n  ")
    return (
        f'resource "{kind}" "{label}" {{\n  name   = "{name}"\n{role}  policy = jsonencode({indented})\n}}\n'
    )


def _size(statements: Sequence[Statement]) -> Iterator[str]:
    size = policy_size(identity_policy(statements))
    note = ""
    if size > LONGEST_INLINE:
        parts = len(policy_parts(statements))
        note = f": too long for an inline policy ({LONGEST_INLINE:,}); {parts} managed ones take it"
    elif size > LONGEST_MANAGED:
        note = f": too long for one managed policy ({LONGEST_MANAGED:,}); an inline policy takes 10,240"
    yield f"  {size:,} characters{note}"


def _statement(statement: Statement) -> Iterator[str]:
    yield f"  {statement.sid}"
    for what, values in (("allow", statement.actions), ("on", statement.resources)):
        for number, value in enumerate(values):
            yield f"    {what if number == 0 else '':<6}{value}"
    for number, (operator, key, values) in enumerate(statement.conditions):
        yield f"    {'if' if number == 0 else 'and':<6}{key} {operator} {' or '.join(values)}"
