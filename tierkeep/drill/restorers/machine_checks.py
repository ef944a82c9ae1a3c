"""What has to hold of a restored instance, seen from outside: the rung `restored`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tierkeep.aws import AwsError
from tierkeep.desired.model import Isolation
from tierkeep.drill.checks import Check, Read, Rung, Sheet
from tierkeep.drill.errors import CannotVerifyError
from tierkeep.drill.keys import KmsKey
from tierkeep.drill.restorers.images import Image
from tierkeep.drill.scope import Scope

_TITLES = {
    "state": "Instance runs",
    "status": "EC2's status checks of host and instance pass",
    "type": "Instance is of the source's type",
    "image": "Instance is made of the backup",
    "volumes": "Every volume of the backup is attached",
    "encryption": "Volumes are encrypted as in the backup",
    "promise": "Backup is encrypted, as every tier promises",
    "key": "Each volume has the key of its snapshot",
    "key-management": "Keys are customer-managed and enabled",
    "network": "Instance is in the isolated subnets, with their security group alone",
    "addresses": "Instance has no address that the world could reach",
    "profile": "Instance has no IAM role but that for Systems Manager",
    "balancers": "No load balancer leads to the instance",
}


def sheet(scope: Scope) -> Sheet:
    """The checks of the rung `restored`; that of the keys' management only if the tier promises it."""
    wanted = {k: v for k, v in _TITLES.items() if scope.customer_managed_key or k != "key-management"}
    return Sheet(rung=Rung.RESTORED, titles=wanted)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A volume of an instance."""

    snapshot_id: str | None
    size_gib: int
    encrypted: bool
    key_arn: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What AWS says about the restored instance and about what it has to match."""

    instance: Read[Mapping[str, Any]] | CannotVerifyError
    """As EC2 describes it."""
    status: Read[str] | CannotVerifyError
    """Of both status checks, such as `ok, ok`."""
    volumes: Read[dict[str, Attached]]
    """By device."""
    image: Read[Image] | CannotVerifyError
    keys: Read[dict[str, KmsKey]]
    """By their ARN as the snapshots name them."""
    balancers: Read[tuple[str, ...]]
    """Target groups and load balancers that lead to it, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the restore asked for."""

    instance_type: str
    image_id: str
    encrypted: bool
    isolation: Isolation


def judge(sheet: Sheet, wanted: Wanted, seen: Observed) -> tuple[Check, ...]:
    """Every check of the sheet, in its order."""
    looks: dict[str, Callable[[], Check]] = {
        "state": lambda: sheet.compare("state", "running", str(_known(seen.instance)["State"]["Name"])),
        "status": lambda: sheet.compare("status", "ok, ok", _known(seen.status)),
        "type": lambda: sheet.compare(
            "type", wanted.instance_type, str(_known(seen.instance).get("InstanceType"))
        ),
        "image": lambda: sheet.compare("image", wanted.image_id, str(_known(seen.instance).get("ImageId"))),
        "volumes": lambda: _volumes(sheet, _known(seen.image), _known(seen.volumes)),
        "encryption": lambda: _encryption(sheet, wanted, _known(seen.image), _known(seen.volumes)),
        "promise": lambda: _promise(sheet, _known(seen.image)),
        "key": lambda: _key(sheet, _known(seen.image), _known(seen.volumes), _known(seen.keys)),
        "key-management": lambda: _management(sheet, _known(seen.image), _known(seen.keys)),
        "network": lambda: _network(sheet, wanted.isolation, _known(seen.instance)),
        "addresses": lambda: _addresses(sheet, _known(seen.instance)),
        "profile": lambda: _profile(sheet, wanted.isolation, _known(seen.instance)),
        "balancers": lambda: sheet.compare("balancers", "none", ", ".join(_known(seen.balancers)) or "none"),
    }
    return tuple(_look(sheet, check_id, looks[check_id]) for check_id in sheet.titles)


def _look(sheet: Sheet, check_id: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (AwsError, CannotVerifyError) as error:
        return sheet.unknown(check_id, expected="to be looked at", cause=str(error))


def _known(read: Any) -> Any:
    """A value that was read. Raises what stands in its place where it was not."""
    if isinstance(read, AwsError | CannotVerifyError):
        raise read
    return read


def _volumes(sheet: Sheet, image: Image, volumes: dict[str, Attached]) -> Check:
    wrong = []
    for part in image.parts:
        found = volumes.get(part.device)
        if found is None:
            wrong.append(f"{part.device} is not attached")
        elif found.snapshot_id != part.snapshot_id:
            wrong.append(f"{part.device} is made of {found.snapshot_id or 'nothing'}, not {part.snapshot_id}")
        elif found.size_gib < part.size_gib:
            wrong.append(f"{part.device} has {found.size_gib} GiB, not {part.size_gib}")
    more = sorted(set(volumes) - {part.device for part in image.parts})
    wrong += [f"{device} is none of the backup's" for device in more]
    held = ", ".join(f"{part.device} {part.size_gib} GiB of {part.snapshot_id}" for part in image.parts)
    return sheet.judged("volumes", held, "; ".join(wrong) or held, holds=not wrong)


def _encryption(sheet: Sheet, wanted: Wanted, image: Image, volumes: dict[str, Attached]) -> Check:
    """Where the account encrypts whatever is new, volumes of plain snapshots are encrypted too, rightly."""
    plain = sorted(
        part.device
        for part in image.parts
        if (part.encrypted or wanted.encrypted)
        and part.device in volumes
        and not volumes[part.device].encrypted
    )
    expected = "encrypted" if wanted.encrypted else "as their snapshots"
    found = f"not {', '.join(plain)}" if plain else expected
    return sheet.judged("encryption", expected, found, holds=not plain)


def _promise(sheet: Sheet, image: Image) -> Check:
    plain = [part.device for part in image.parts if not part.encrypted]
    found = f"not {', '.join(plain)}" if plain else "encrypted"
    return sheet.judged("promise", "encrypted", found, holds=not plain)


def _key(sheet: Sheet, image: Image, volumes: dict[str, Attached], keys: dict[str, KmsKey]) -> Check:
    wrong = []
    for part in image.parts:
        found = volumes.get(part.device)
        if part.key_arn is None or found is None:
            continue
        # A snapshot may name its key by an alias; a volume always names it by its own ARN.
        expected = keys[part.key_arn].arn if part.key_arn in keys else part.key_arn
        if found.key_arn != expected:
            wrong.append(f"{part.device} has {found.key_arn or 'none'}")
    expected = ", ".join(image.key_arns) or "none"
    return sheet.judged("key", expected, "; ".join(wrong) or expected, holds=not wrong)


def _management(sheet: Sheet, image: Image, keys: dict[str, KmsKey]) -> Check:
    wrong = [f"{part.device} is not encrypted" for part in image.parts if not part.encrypted]
    wrong += [
        f"{key.arn} is {key.manager}, {key.state}"
        for key in keys.values()
        if (key.manager, key.state) != ("CUSTOMER", "Enabled")
    ]
    expected = "CUSTOMER, Enabled"
    return sheet.judged("key-management", expected, "; ".join(wrong) or expected, holds=not wrong)


def _network(sheet: Sheet, isolation: Isolation, instance: Mapping[str, Any]) -> Check:
    interfaces = instance.get("NetworkInterfaces", ())
    subnets = sorted({each.get("SubnetId", "none") for each in interfaces})
    groups = sorted({group["GroupId"] for each in interfaces for group in each.get("Groups", ())})
    within = bool(interfaces) and set(subnets) <= set(isolation.subnet_ids)
    expected = f"in {' or '.join(isolation.subnet_ids)}, with {isolation.security_group_id}"
    found = f"in {', '.join(subnets) or 'no subnet'}, with {', '.join(groups) or 'no group'}"
    return sheet.judged("network", expected, found, holds=within and groups == [isolation.security_group_id])


def _addresses(sheet: Sheet, instance: Mapping[str, Any]) -> Check:
    interfaces = instance.get("NetworkInterfaces", ())
    public = {(each.get("Association") or {}).get("PublicIp") for each in interfaces}
    public |= {instance.get("PublicIpAddress")}
    public |= {each.get("Ipv6Address") for one in interfaces for each in one.get("Ipv6Addresses", ())}
    return sheet.compare("addresses", "none", ", ".join(sorted(each for each in public if each)) or "none")


def _profile(sheet: Sheet, isolation: Isolation, instance: Mapping[str, Any]) -> Check:
    arn = (instance.get("IamInstanceProfile") or {}).get("Arn")
    found = arn.rpartition("/")[2] if arn else "none"
    return sheet.compare("profile", isolation.instance_profile or "none", found)
