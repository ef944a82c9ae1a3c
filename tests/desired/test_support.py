"""What is known of AWS's support: typed, complete, and unknown wherever nothing says otherwise."""

from __future__ import annotations

import re
from itertools import product

import botocore.session
import pytest

from tierkeep.desired.model import Engine, ResourceType
from tierkeep.desired.names import partition_of
from tierkeep.desired.support import (
    Feature,
    Support,
    protected_in,
    read_on,
    region_support,
    supported,
    type_support,
)

ASKED_OF_REGIONS = (
    Feature.POINT_IN_TIME_RECOVERY,
    Feature.CROSS_REGION_COPY,
    Feature.FAST_SNAPSHOT_RESTORE,
)
"""The features that a catalog can ask for today."""


def test_every_type_and_feature_is_judged() -> None:
    """No type is left out, none lacks a feature of AWS Backup, and the data says when it was read."""
    assert set(type_support()) == set(ResourceType)
    for each in type_support().values():
        assert set(each.features) == set(Feature) - {Feature.FAST_SNAPSHOT_RESTORE}
        assert each.regions <= set(region_support())
    assert all(set(each.features) == set(Feature) for each in region_support().values())
    assert re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", read_on())


def test_the_regions_are_botocores() -> None:
    """With their partitions, and the engines that have no endpoint there."""
    endpoints = botocore.session.get_session().get_data("endpoints")["partitions"]
    known = {region: each for each in endpoints for region in each["regions"]}
    assert set(region_support()) == set(known)
    for region, partition in known.items():
        assert partition_of(region) == partition["partition"]
        without = {
            each for each in Engine if region not in partition["services"].get(each, {}).get("endpoints", {})
        }
        assert region_support()[region].without == without


@pytest.mark.parametrize(
    ("resource_type", "feature", "region", "expected"),
    [
        ("efs", Feature.CROSS_REGION_COPY, "ap-south-1", Support.YES),
        ("dynamodb", Feature.CROSS_REGION_COPY, "ap-south-1", Support.ADVANCED_FEATURES),
        ("dynamodb", Feature.CROSS_REGION_COPY, "ap-southeast-7", Support.UNKNOWN),
        ("efs", Feature.POINT_IN_TIME_RECOVERY, "ap-south-1", Support.NO),
        ("s3", Feature.POINT_IN_TIME_RECOVERY, "eu-west-1", Support.YES),
        ("s3", Feature.POINT_IN_TIME_RECOVERY, "ap-southeast-7", Support.UNKNOWN),
        ("efs", Feature.CROSS_ACCOUNT_COPY, "cn-north-1", Support.NO),
        ("efs", Feature.AIR_GAPPED_VAULT, "mx-central-1", Support.NO),
        ("rds", Feature.AIR_GAPPED_VAULT, "ap-south-1", Support.NO),
        ("efs", Feature.RESTORE_TESTING, "us-gov-west-1", Support.UNKNOWN),
        ("efs", Feature.CROSS_REGION_COPY, "eu-isoe-west-1", Support.NO),
        ("efs", Feature.CROSS_REGION_COPY, "us-iso-east-1", Support.UNKNOWN),
        ("efs", Feature.CROSS_REGION_COPY, "eu-middle-1", Support.UNKNOWN),
    ],
)
def test_type_and_region_decide_together(
    resource_type: str, feature: Feature, region: str, expected: Support
) -> None:
    """The lesser of what is known of both; what no source says is unknown."""
    assert supported(ResourceType(resource_type), feature, region) is expected


def test_a_feature_never_exceeds_its_type_in_its_region() -> None:
    """What is not known to be protected in a Region is not known to have any feature there."""
    features = set(Feature) - {Feature.FAST_SNAPSHOT_RESTORE}
    for each, feature, region in product(ResourceType, features, region_support()):
        if protected_in(each, region) is not Support.YES:
            assert supported(each, feature, region) in {Support.NO, Support.UNKNOWN}


@pytest.mark.parametrize("feature", ASKED_OF_REGIONS)
def test_no_region_is_known_to_lack_what_catalogs_ask_for(feature: Feature) -> None:
    """TK057 warns of what is unknown. The first known lack needs an error beside it, in `tierkeep.rules`."""
    lacking = {name for name, each in region_support().items() if each.features[feature] is Support.NO}
    assert lacking == set()
