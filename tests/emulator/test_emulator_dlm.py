from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import ACCOUNT, REGION, Aws, refusal

from emulator import clock

DLM_ROLE = f"arn:aws:iam::{ACCOUNT}:role/dlm"


def schedule(**settings: Any) -> dict[str, Any]:
    return {"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 3}, **settings}


def details(*schedules: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "backup", "Value": "yes"}],
        "Schedules": list(schedules or (schedule(),)),
        **settings,
    }


def of_images(*schedules: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return details(*schedules, PolicyType="IMAGE_MANAGEMENT", **{"ResourceTypes": ["INSTANCE"], **settings})


def request(**settings: Any) -> dict[str, Any]:
    return {
        "ExecutionRoleArn": DLM_ROLE,
        "Description": "daily snapshots",
        "State": "ENABLED",
        "PolicyDetails": details(),
        **settings,
    }


def test_what_dlm_fills_in(aws: Aws) -> None:
    policy_id = aws.dlm.create_lifecycle_policy(**request())["PolicyId"]
    policy = aws.dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    filled = policy["PolicyDetails"]
    assert filled["PolicyType"] == "EBS_SNAPSHOT_MANAGEMENT"
    assert filled["PolicyLanguage"] == "STANDARD"
    assert filled["ResourceLocations"] == ["CLOUD"]
    [rule] = [item["CreateRule"] for item in filled["Schedules"]]
    assert rule["IntervalUnit"] == "HOURS"
    assert len(rule["Times"]) == 1
    assert policy["PolicyArn"] == f"arn:aws:dlm:{REGION}:{ACCOUNT}:policy/{policy_id}"
    assert not policy["DefaultPolicy"]


COPY = {"Target": "eu-west-1", "Encrypted": False}
WEEK = {"Interval": 1, "IntervalUnit": "WEEKS"}
YEARS = {"Interval": 20, "IntervalUnit": "YEARS"}
LATER = {"TargetRegion": "eu-west-1", "RetainRule": WEEK, "DeprecateRule": {**WEEK, "Interval": 2}}
FOUR_COPIES = [{**COPY, "Target": f"eu-west-{number}"} for number in range(4)]


@pytest.mark.parametrize(
    "settings",
    [
        {"Description": "no/slashes"},
        {"Description": ""},
        {"Description": "a" * 501},
        {"ExecutionRoleArn": "role"},
        {"PolicyDetails": details(TargetTags=[])},
        {"PolicyDetails": details(*[schedule()] * 5)},
        {"PolicyDetails": details(schedule(CreateRule={"Interval": 5}))},
        {"PolicyDetails": details(schedule(CreateRule={}))},
        {"PolicyDetails": details(schedule(CreateRule={"Interval": 12, "Times": ["09:00", "21:00"]}))},
        {"PolicyDetails": details(schedule(CreateRule={"Interval": 12, "Times": ["9 o'c"]}))},
        {"PolicyDetails": details(schedule(CreateRule={"CronExpression": "cron(0/10 * ? * * *)"}))},
        {"PolicyDetails": details(schedule(CreateRule={"CronExpression": "cron(0 18 * * WED *)"}))},
        {"PolicyDetails": details(schedule(RetainRule={}))},
        {"PolicyDetails": details(schedule(RetainRule={"Interval": 101, "IntervalUnit": "YEARS"}))},
        {
            "PolicyDetails": details(
                schedule(), schedule(RetainRule={"Interval": 3, "IntervalUnit": "DAYS"})
            )
        },
        {"PolicyDetails": details(schedule(CrossRegionCopyRules=FOUR_COPIES))},
        {"PolicyDetails": details(schedule(CrossRegionCopyRules=[COPY, COPY]))},
        {
            "PolicyDetails": details(
                schedule(FastRestoreRule={"Count": 1, "AvailabilityZones": [f"{REGION}a"] * 11})
            )
        },
        {
            "PolicyDetails": details(
                schedule(FastRestoreRule={"Count": 4, "AvailabilityZones": [f"{REGION}a"]})
            )
        },
        {"PolicyDetails": details(schedule(ShareRules=[{"TargetAccounts": [ACCOUNT]}] * 2))},
        {"PolicyDetails": details(schedule(DeprecateRule={"Count": 1}))},
        {"PolicyDetails": of_images(schedule(RetainRule=WEEK, DeprecateRule={**WEEK, "Interval": 2}))},
        {"PolicyDetails": of_images(schedule(RetainRule=YEARS, DeprecateRule={**YEARS, "Interval": 11}))},
        {"PolicyDetails": of_images(schedule(CrossRegionCopyRules=[COPY]))},
        {"PolicyDetails": of_images(schedule(CrossRegionCopyRules=[{**LATER, "Encrypted": False}]))},
        {"PolicyDetails": of_images(schedule(ShareRules=[{"TargetAccounts": [ACCOUNT]}]))},
        {"PolicyDetails": of_images(schedule(), Parameters={"ExcludeBootVolume": True})},
        {"PolicyDetails": of_images(schedule(), ResourceTypes=["VOLUME"])},
        {"PolicyDetails": details(schedule(TagsToAdd=[{"Key": "a", "Value": "b"}] * 2))},
        {"Tags": {f"key{number}": "" for number in range(46)}},
    ],
)  # fmt: skip
def test_policies_that_dlm_does_not_take(aws: Aws, settings: dict[str, Any]) -> None:
    code = refusal(aws.dlm.create_lifecycle_policy, **request(**settings))
    assert code == "InvalidRequestException"
    assert aws.dlm.get_lifecycle_policies()["Policies"] == []


def test_the_error_names_the_parameters(aws: Aws) -> None:
    untargeted = details()
    del untargeted["TargetTags"]
    both = schedule(RetainRule={"Count": 1, "Interval": 1, "IntervalUnit": "DAYS"})
    with pytest.raises(ClientError) as caught:
        aws.dlm.create_lifecycle_policy(**request(PolicyDetails=details(both)))
    assert caught.value.response["MutuallyExclusiveParameters"] == ["Count", "Interval"]
    with pytest.raises(ClientError) as caught:
        aws.dlm.create_lifecycle_policy(**request(PolicyDetails=untargeted))
    assert caught.value.response["RequiredParameters"] == ["TargetTags"]


def test_an_update_changes_what_it_gives(aws: Aws) -> None:
    policy_id = aws.dlm.create_lifecycle_policy(**request())["PolicyId"]
    clock.advance(1)
    aws.dlm.update_lifecycle_policy(PolicyId=policy_id, State="DISABLED")
    longer = details(schedule(RetainRule={"Count": 9}))
    aws.dlm.update_lifecycle_policy(PolicyId=policy_id, PolicyDetails=longer)

    policy = aws.dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert (policy["State"], policy["Description"]) == ("DISABLED", "daily snapshots")
    assert policy["PolicyDetails"]["Schedules"][0]["RetainRule"] == {"Count": 9}
    assert policy["DateModified"] > policy["DateCreated"]
    wrong = details(schedule(CreateRule={"Interval": 5}))
    update = aws.dlm.update_lifecycle_policy
    assert refusal(update, PolicyId=policy_id, PolicyDetails=wrong) == "InvalidRequestException"


def test_policies_are_filtered(aws: Aws) -> None:
    tagged = schedule(TagsToAdd=[{"Key": "by", "Value": "dlm"}])
    on = aws.dlm.create_lifecycle_policy(**request(PolicyDetails=details(tagged)))["PolicyId"]
    off = aws.dlm.create_lifecycle_policy(
        **request(State="DISABLED", PolicyDetails=details(ResourceTypes=["INSTANCE"]))
    )["PolicyId"]

    def found(**filters: Any) -> set[str]:
        return {policy["PolicyId"] for policy in aws.dlm.get_lifecycle_policies(**filters)["Policies"]}

    assert found() == found(TargetTags=["backup=yes"]) == found(PolicyIds=[on, off]) == {on, off}
    assert found(State="DISABLED") == found(ResourceTypes=["INSTANCE"]) == {off}
    assert found(TagsToAdd=["by=dlm"]) == {on}
    assert found(TargetTags=["backup=no"]) == found(DefaultPolicyType="ALL") == set()
    missing = refusal(aws.dlm.get_lifecycle_policies, PolicyIds=["policy-0"])
    assert missing == "ResourceNotFoundException"


def test_tags_of_a_policy(aws: Aws) -> None:
    policy_id = aws.dlm.create_lifecycle_policy(**request(Tags={"a": "1", "b": "2"}))["PolicyId"]
    arn = aws.dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]["PolicyArn"]
    aws.dlm.tag_resource(ResourceArn=arn, Tags={"c": "3"})
    aws.dlm.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert aws.dlm.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2", "c": "3"}
    many = {f"key{number}": "" for number in range(44)}
    assert refusal(aws.dlm.tag_resource, ResourceArn=arn, Tags=many) == "InvalidRequestException"


def test_a_deleted_policy_is_gone(aws: Aws) -> None:
    policy_id = aws.dlm.create_lifecycle_policy(**request())["PolicyId"]
    aws.dlm.delete_lifecycle_policy(PolicyId=policy_id)
    for call in (aws.dlm.get_lifecycle_policy, aws.dlm.delete_lifecycle_policy):
        assert refusal(call, PolicyId=policy_id) == "ResourceNotFoundException"


def test_a_region_holds_a_hundred_policies(aws: Aws) -> None:
    for _ in range(100):
        aws.dlm.create_lifecycle_policy(**request())
    assert refusal(aws.dlm.create_lifecycle_policy, **request()) == "LimitExceededException"


def test_a_default_policy(aws: Aws) -> None:
    default = request(DefaultPolicy="VOLUME", CreateInterval=2)
    del default["PolicyDetails"]
    policy_id = aws.dlm.create_lifecycle_policy(**default)["PolicyId"]
    policy = aws.dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert policy["DefaultPolicy"]
    assert policy["PolicyDetails"]["PolicyLanguage"] == "SIMPLIFIED"
    assert (policy["PolicyDetails"]["CreateInterval"], policy["PolicyDetails"]["RetainInterval"]) == (2, 7)
    assert refusal(aws.dlm.create_lifecycle_policy, **default) == "LimitExceededException"
    for settings in ({"RetainInterval": 2}, {"Exclusions": {"ExcludeBootVolumes": True}}):
        wrong = {**default, "DefaultPolicy": "INSTANCE", **settings}
        assert refusal(aws.dlm.create_lifecycle_policy, **wrong) == "InvalidRequestException"
