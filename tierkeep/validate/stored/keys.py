"""Which keys what is kept in a unit is encrypted with, and of which of them the state is known already."""

from collections.abc import Container

from tierkeep.validate.observed import ObservedUnit
from tierkeep.validate.stored.records import Record, RecoveryPoint, Snapshot
from tierkeep.validate.unread import Unread


def key_of(record: Record, *, vaults: Container[str], region: str) -> str | None:
    """The ARN of the key of a recovery point in one of these vaults, or of a snapshot in a Region.

    Copies in vaults of other units, and in other Regions, are those units' own.
    """
    match record:
        case RecoveryPoint() if record.vault_arn in vaults:
            return record.key_arn
        case Snapshot() if record.arn.split(":")[3] == region:
            return record.key_arn
    return None


def known_states(observed: ObservedUnit) -> dict[str, tuple[str, str]]:
    """The alias and the state of each key that was read with how a unit is set up, by the key's ARN."""
    keys = {} if isinstance(observed.keys, Unread) else observed.keys
    return {
        form.arn: (alias, form.state)
        for alias, form in keys.items()
        if not isinstance(form, Unread) and form.arn and not isinstance(form.state, Unread)
    }
