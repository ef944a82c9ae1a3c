"""Rules of how drills connect to restored databases."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredState
from tierkeep.rules.registry import Severity, Violation, rule


@rule(
    "TK196",
    title="The secret of a login is in the Region where a drill needs it",
    severity=Severity.ERROR,
    source="design",
)
def secret_in_the_region(state: DesiredState) -> Iterator[Violation]:
    """A drill asks Secrets Manager in its own Region, which knows the secrets of that Region only. An ARN
    names one Region, and a tier may be in several: a name is looked for in each. Of a replicated secret each
    Region has its own copy, of the same name.

    Breaks it: `connect: { secret: "arn:aws:secretsmanager:eu-west-1:…", … }` of a tier in ap-south-1
    Keeps it: `connect: { secret: drills/shop, … }`
    """
    for unit in state.units:
        for each in unit.protections:
            secret = each.login.secret if each.login else ""
            if secret.startswith("arn:") and secret.split(":")[3] != unit.id.region:
                yield Violation(
                    origin=(*each.origin, "connect", "secret"),
                    message=f"a drill in {unit.id} cannot read a secret of {secret.split(':')[3]}",
                    hint="name the secret by its name, and replicate it to each Region of the tier",
                )
