"""What a vault's access policy denies to who asks, and whom it lets copy into the vault.

From "Vault access policies" in the AWS Backup Developer Guide: a policy can deny an action on a vault and on
its recovery points to principals of the account, and only Deny matters there, since their own IAM policies
allow.  Copies from other accounts need an Allow.
"""

from emulator.backup.resources.base import Place
from emulator.backup.vaults import Vault
from emulator.errors import AccessDenied
from emulator.membership import Organization
from emulator.policies import Principal, Request, Verdict, account, verdict

COPY_INTO = "backup:CopyIntoBackupVault"


def caller(place: Place, access_key: str) -> Principal:
    """Who signed a request with ``access_key``; the account's root where moto does not know the key."""
    from moto.sts.models import sts_backends

    backend = sts_backends[place.account][place.partition]
    _, arn, _ = backend.get_caller_identity(access_key, place.region)
    if arn.endswith(":user/moto"):  # what moto calls a key that it does not know
        return account(place.account, place.partition)
    return Principal(place.account, arn)


def check(vault: Vault, action: str, who: Principal) -> None:
    """:raises AccessDenied: the policy of ``vault`` denies ``action`` (as backup:DeleteRecoveryPoint)."""
    if verdict(vault.policy, Request(action, who, who.keys)) is Verdict.DENIED:
        raise AccessDenied(
            f"User: {who.arn} is not authorized to perform: {action} on resource: {vault.arn} "
            "with an explicit deny in a resource-based policy"
        )


def admits_copies(vault: Vault, source: Place, organization: Organization) -> bool:
    """Whether the policy of ``vault`` lets an account of the organization copy into it.

    The account as a whole: who of it copies is not known, so conditions on that are not decided.
    """
    who = account(source.account, source.partition)
    known = {"aws:principalaccount": who.account, "aws:principalorgid": organization.id}
    return verdict(vault.policy, Request(COPY_INTO, who, known)) is Verdict.ALLOWED
