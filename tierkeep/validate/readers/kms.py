"""Reads KMS keys by their aliases."""

import json
from collections.abc import Mapping

from tierkeep.aws import UnitSession
from tierkeep.validate import normal
from tierkeep.validate.forms import KeyForm
from tierkeep.validate.observed import Aliases, Scope
from tierkeep.validate.unread import Unread, attempt


def read_aliases(session: UnitSession) -> Aliases:
    """The key that each alias of the session's Region points at. Raises `AwsError`.

    Aliases that AWS keeps for keys which it has not made yet point nowhere and are left out.
    """
    aliases = {}
    for alias in session.pages("kms", "list_aliases", "Aliases"):
        if key_id := alias.get("TargetKeyId"):
            prefix = alias["AliasArn"].removesuffix(alias["AliasName"])
            aliases[alias["AliasName"]] = f"{prefix}key/{key_id}"
    return aliases


def read_keys(
    session: UnitSession, scope: Scope, aliases: Aliases | Unread
) -> Mapping[str, KeyForm | Unread] | Unread:
    """The keys of the scope by alias, and others that carry the catalog's tag or may do so."""
    if isinstance(aliases, Unread):
        return aliases
    keys: dict[str, KeyForm | Unread] = {}
    for alias, arn in sorted(aliases.items()):
        if alias in scope.aliases:
            keys[alias] = _read_key(session, arn, attempt(_tags, session, arn))
        elif scope.may_own(alias.removeprefix("alias/")):
            tags = attempt(_tags, session, arn)
            if isinstance(tags, Unread) or scope.owns(tags):
                keys[alias] = _read_key(session, arn, tags)
    return keys


def _read_key(session: UnitSession, arn: str, tags: Mapping[str, str] | Unread) -> KeyForm | Unread:
    answer = attempt(session.call, "kms", "describe_key", KeyId=arn)
    if isinstance(answer, Unread):
        return answer
    metadata = answer["KeyMetadata"]
    return KeyForm(
        state=metadata["KeyState"],
        manager=metadata["KeyManager"],
        rotation=attempt(_rotates, session, arn),
        description=metadata.get("Description", ""),
        policy=attempt(_policy, session, arn),
        grants=attempt(_grants, session, arn),
        tags=tags,
        spec=metadata.get("KeySpec"),
        arn=arn,
    )


def _policy(session: UnitSession, arn: str) -> Mapping[str, str]:
    answer = session.call("kms", "get_key_policy", KeyId=arn, PolicyName="default")
    return normal.policy(json.loads(answer["Policy"]))


def _grants(session: UnitSession, arn: str) -> dict[str, str]:
    return normal.grants(session.pages("kms", "list_grants", "Grants", KeyId=arn))


def _rotates(session: UnitSession, arn: str) -> bool:
    return bool(session.call("kms", "get_key_rotation_status", KeyId=arn)["KeyRotationEnabled"])


def _tags(session: UnitSession, arn: str) -> dict[str, str]:
    return normal.tag_list(
        session.pages("kms", "list_resource_tags", "Tags", KeyId=arn), key="TagKey", value="TagValue"
    )
