"""The organization that an account is a member of, as moto's AWS Organizations has it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Organization:
    """An organization: its id, its management account and all its accounts."""

    id: str
    management: str
    members: frozenset[str]


def organization_of(account: str) -> Organization | None:
    """The organization that ``account`` is a member of."""
    from moto.organizations.models import organizations_backends

    for of_account in list(organizations_backends.values()):
        for backend in of_account.values():
            members = frozenset(member.id for member in backend.accounts)
            if backend.org is not None and account in members:
                return Organization(backend.org.id, backend.org.master_account_id, members)
    return None
