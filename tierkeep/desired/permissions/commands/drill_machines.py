"""What drills of instances must be allowed to do besides: prove that a network is isolated, launch, probe.

Only where the catalog names a network for drills in a unit that protects instances: they are restored into
none else. Databases are restored into the same networks, so that the proof of them is allowed for both.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.desired.model import DesiredUnit, ResourceType, Statement
from tierkeep.desired.permissions.commands.ground import Conditions, Ground, say, without_resources

IMAGES = "image/*"
"""Recovery points of instances are images of EC2, as those of Data Lifecycle Manager; without an account."""
_INSTANCES = "instance/*"
_MADE_WITH_ONE = ("instance/*", "network-interface/*", "volume/*")

_MADE_BY_DRILL = ("Null", "aws:ResourceTag/tierkeep:drill", ("false",))
_TAGGED_AS_DRILLS = ("Null", "aws:RequestTag/tierkeep:drill", ("false",))
_OUR_KEYS = ("ForAllValues:StringLike", "aws:TagKeys", ("tierkeep:*",))

_PROVING = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "elasticloadbalancing:DescribeLoadBalancers",
)
_LOOKING = (
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "ssm:GetCommandInvocation",
)


def isolated(ground: Ground, *types: ResourceType) -> tuple[DesiredUnit, ...]:
    """The units in which one of these types is protected and drilled in a network of the catalog."""
    return tuple(
        unit
        for unit in ground.units
        if unit.isolation is not None and any(each.resource_type in types for each in unit.protections)
    )


def drills_machines(ground: Ground) -> bool:
    """Whether instances can be drilled anywhere in the account."""
    return bool(isolated(ground, ResourceType.EC2))


def launches(ground: Ground) -> bool:
    """Whether EC2 launches them, out of images of Data Lifecycle Manager."""
    return any(
        policy.images for unit in isolated(ground, ResourceType.EC2) for policy in unit.snapshot_policies
    )


def choosing_machines(ground: Ground) -> Iterator[Statement]:
    """Which image, and what the instance was."""
    if drills_machines(ground):
        actions = (
            "ec2:DescribeImages",
            "ec2:DescribeInstances",
            "ec2:DescribeSnapshots",
            "ec2:DescribeSubnets",
        )
        yield without_resources(*actions, sid="ChooseImages")


def proving(ground: Ground) -> Iterator[Statement]:
    """That a network leads nowhere, whatever is restored into it."""
    databases = isolated(ground, ResourceType.RDS, ResourceType.AURORA)
    if drills_machines(ground) or databases:
        yield without_resources(*_PROVING, sid="ProveIsolation")
    if databases:
        yield say("ReadSubnetGroups", ("rds:DescribeDBSubnetGroups",), ground.arns("rds", "subgrp:*"))


def looking_at_machines(ground: Ground) -> Iterator[Statement]:
    """At what was restored, and at what the probe said."""
    if drills_machines(ground):
        yield without_resources(*_LOOKING, sid="LookAtInstances")


def seeing_machines(ground: Ground) -> Iterator[Statement]:
    """Whether what a drill made is still there."""
    if drills_machines(ground):
        yield without_resources("ec2:DescribeInstances", sid="SeeInstances")


def launching(ground: Ground) -> Iterator[Statement]:
    """An instance is launched only with the tags of a drill of the catalog, and only into its networks."""
    if not launches(ground):
        return
    units = isolated(ground, ResourceType.EC2)
    networks = [unit.isolation for unit in units if unit.isolation is not None]
    parts = [f"subnet/{subnet}" for each in networks for subnet in each.subnet_ids]
    parts += [f"security-group/{each.security_group_id}" for each in networks]
    used = (*ground.unowned("ec2", IMAGES, "snapshot/*"), *ground.arns("ec2", *sorted(set(parts))))
    tagged: Conditions = (*ground.to_be_tagged, _TAGGED_AS_DRILLS, _OUR_KEYS)
    made = ground.arns("ec2", *_MADE_WITH_ONE)
    yield say("LaunchFromImages", ("ec2:RunInstances",), used)
    yield say("LaunchDrilledInstances", ("ec2:RunInstances",), made, tagged)
    yield say(
        "TagInstancesThatAreLaunched",
        ("ec2:CreateTags",),
        made,
        (*ground.to_be_tagged, ("StringEquals", "ec2:CreateAction", ("RunInstances",))),
    )
    profiles = sorted({each.instance_profile for each in networks if each.instance_profile})
    if profiles:
        yield say(
            "PassRoleOfProbes",
            ("iam:PassRole",),
            ground.of_iam(*(f"role/{name}" for name in profiles)),
            (("StringEquals", "iam:PassedToService", ("ec2.amazonaws.com",)),),
        )


def probing(ground: Ground) -> Iterator[Statement]:
    """A command runs on what a drill restored, and nowhere else."""
    if not drills_machines(ground):
        return
    yield say("ProbeByScript", ("ssm:SendCommand",), ground.unowned("ssm", "document/AWS-RunShellScript"))
    yield say(
        "ProbeDrilledInstances",
        ("ssm:SendCommand",),
        ground.arns("ec2", _INSTANCES),
        (("Null", "ssm:resourceTag/tierkeep:drill", ("false",)),),
    )


def removing_machines(ground: Ground) -> Iterator[Statement]:
    """Only what carries a drill's tag and the catalog's; only what carries no drill's yet is tagged so."""
    if not drills_machines(ground):
        return
    instances = ground.arns("ec2", _INSTANCES)
    yield say(
        "TagRestoredInstances",
        ("ec2:CreateTags",),
        instances,
        (*ground.to_be_tagged, _OUR_KEYS, ("Null", "aws:ResourceTag/tierkeep:drill", ("true",))),
    )
    yield say(
        "TerminateDrilledInstances",
        ("ec2:TerminateInstances",),
        instances,
        (*ground.tagged, _MADE_BY_DRILL),
    )
