"""The proof, before anything is restored into a network, that it leads nowhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tierkeep.aws import UnitSession
from tierkeep.desired.model import Isolation, ResourceType
from tierkeep.drill.checks import Verdict
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.isolated.judging import Fact, judge, lacking_for_probes
from tierkeep.drill.isolated.reading import CALLS, DATABASE_CALLS, read_facts
from tierkeep.drill.scope import Scope

_DATABASES = frozenset({ResourceType.RDS, ResourceType.AURORA})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was found of a network, and what follows."""

    isolation: Isolation
    facts: tuple[Fact, ...]
    lacking_for_probes: tuple[str, ...]
    """Services without whose endpoints no command reaches what is restored."""

    @property
    def broken(self) -> tuple[Fact, ...]:
        """What does not hold, or is not known to."""
        return tuple(fact for fact in self.facts if not fact.holds)

    def document(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {
            "subnet_ids": list(self.isolation.subnet_ids),
            "security_group_id": self.isolation.security_group_id,
            "db_subnet_group": self.isolation.db_subnet_group,
            "instance_profile": self.isolation.instance_profile,
            "facts": [asdict(fact) for fact in self.facts],
            "lacking_for_probes": list(self.lacking_for_probes),
        }


def calls(resource_type: ResourceType) -> tuple[str, ...]:
    """What the proof calls, for a type that is restored into a network."""
    return (*CALLS, *(DATABASE_CALLS if resource_type in _DATABASES else ()))


def where(scope: Scope) -> Isolation:
    """The network of the scope. Raises `CannotVerifyError` if the catalog names none."""
    if scope.isolation is None:
        raise CannotVerifyError(
            f"the catalog names no network for drills in {scope.unit}, and {scope.resource_type.value} is "
            f"restored into none else: write `isolation: {{ {scope.unit}: {{ subnets: […], "
            "security_group: sg-… } }"
        )
    return scope.isolation


def prove(session: UnitSession, scope: Scope) -> Proof:
    """Look at the network. Only reads. Raises `CannotVerifyError` if the catalog names none."""
    isolation = where(scope)
    facts = read_facts(session, isolation, databases=scope.resource_type in _DATABASES)
    return Proof(
        isolation=isolation,
        facts=judge(isolation, facts),
        lacking_for_probes=lacking_for_probes(facts),
    )


def require(proof: Proof) -> None:
    """Raises `CannotVerifyError` unless all of it holds: then nothing is restored."""
    if not proof.broken:
        return
    told = "; ".join(f"{fact.title.lower()}: {_told(fact)}" for fact in proof.broken)
    raise CannotVerifyError(
        f"nothing was restored, since the network for drills is not known to be isolated: {told}. "
        "Mend it, or name another one under `isolation`"
    )


def _told(fact: Fact) -> str:
    return fact.found if fact.verdict is Verdict.UNKNOWN else f"not so, {fact.found}"
