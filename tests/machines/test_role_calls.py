"""What the roles of state machines may do, held against the calls that these make when moto runs them.

Every call must be allowed by its role's own policy, with the resources and the tags that it is about; and
what the policy allows must have been called, or stand below with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.sts.models import sts_backends

from emulator import faults
from tests.iam.evaluator import Request, allowing
from tests.iam.recording import Call, overheard
from tests.iam.requests import World as Asked
from tests.machines.test_deployments import announce
from tests.machines.world import ACCOUNT, REGION, SERVERS, TABLES, World
from tests.simulation.deployed import Accounts
from tests.stacks.goldens import CATALOGS
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredUnit, RolePurpose, ScheduledStart
from tierkeep.desired.policies import identity_policy

OF_MACHINES = (RolePurpose.DEPLOYMENTS, RolePurpose.RETRIES, RolePurpose.TABLES)
_BY_STEP_FUNCTIONS = ("logs:", "xray:")
"""Of the role of any machine that is logged and traced (Step Functions developer guide)."""
_BY_SNS = {"kms:Decrypt", "kms:GenerateDataKey"}
"""Asked by SNS of who publishes to an encrypted topic (SNS developer guide, "Key management")."""


@pytest.fixture
def calls(accounts: Accounts) -> Iterator[tuple[World, list[Call]]]:
    """All machines at work: what they try again, give up, back up on demand and switch on."""
    world = World.of(accounts, more={"servers": SERVERS, "tables": TABLES}, ops_items=True)
    with overheard() as calls:
        _retries(world)
        _deployments(world)
        _tables(world)
        yield world, calls


def _retries(world: World) -> None:
    """A backup that succeeds at the second attempt, with its copy, and one that never does."""
    world.volume()
    faults.add("job-fails", operation="StartBackupJob", times=1, message="busy")
    world.until_the_schedule()
    world.executions("campus-retries")
    instance = world.instance().rsplit("/", 1)[-1]
    faults.add("job-fails", operation="StartBackupJob", resource=instance, message="busy")
    world.until_the_schedule()
    world.executions("campus-retries")
    faults.clear()


def _deployments(world: World) -> None:
    announce(world)
    faults.add("job-fails", operation="StartBackupJob", resource=":instance/", message="busy")
    announce(world, tier="servers")
    world.executions("campus-deployments")
    faults.clear()


def _tables(world: World) -> None:
    world.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "backup-tier", "Value": "tables"}],
    )
    arn = next(each.arn for each in world.unit.state_machines if each.name == "campus-tables-tables")
    world.client("stepfunctions").start_execution(stateMachineArn=arn)
    world.executions("campus-tables-tables")


def _requests(world: World, calls: list[Call], role_arn: str) -> list[Request]:
    """What IAM is asked of a role, with the tags that plans and tables have."""
    asked = Asked()
    for plan in world.client("backup").list_backup_plans()["BackupPlansList"]:
        tags = next(each.tags for each in world.unit.plans if each.name == plan["BackupPlanName"])
        asked.tag(plan["BackupPlanArn"], dict(tags))
    asked.tag(f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders", {"backup-tier": "tables"})
    found = []
    for call in calls:
        role = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(call.access_key)
        if role and role.role_arn == role_arn:
            asked.assume(call.access_key, ACCOUNT)
            found += asked.requests(call)
    return found


def test_a_machine_may_call_what_it_calls_and_nothing_else(calls: tuple[World, list[Call]]) -> None:
    """By the one role that it has."""
    world, made = calls
    for purpose in OF_MACHINES:
        role = world.unit.role(purpose)
        assert role
        policy = identity_policy(role.statements)
        requests = _requests(world, made, role.arn)
        assert requests, purpose
        assert [str(each) for each in requests if not list(allowing(policy, each))] == []
        used = {hit for each in requests for hit in allowing(policy, each)}
        allowed = {(each["Sid"], action) for each in policy["Statement"] for action in each["Action"]}
        unused = {action for _, action in allowed - used}
        of_services = {each for each in unused if each.startswith(_BY_STEP_FUNCTIONS)}
        assert unused - of_services == (set() if purpose is RolePurpose.TABLES else _BY_SNS), purpose


def test_all_that_is_called_is_called_by_these_roles(calls: tuple[World, list[Call]]) -> None:
    """No call of a machine goes unheard: each is of a role that the test looks at."""
    world, made = calls
    known = {role.arn for purpose in OF_MACHINES if (role := world.unit.role(purpose))}
    roles = [sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(each.access_key) for each in made]
    assert {each.role_arn for each in roles if each and each.session_name == "states"} == known


def _units() -> list[DesiredUnit]:
    return list(compile_catalog(CATALOGS["everything"]).state.units)


def test_what_starts_machines_may_start_those_and_nothing_else() -> None:
    """EventBridge and its Scheduler, by the targets that rules and schedules name."""
    for unit in _units():
        rules = unit.events.rules if unit.events else ()
        started = {(each.role_arn, each.target_arn) for each in rules if each.role_arn}
        starts = [(each.start, each.arn) for each in unit.state_machines]
        started |= {(start.role_arn, arn) for start, arn in starts if isinstance(start, ScheduledStart)}
        roles = [role for each in (RolePurpose.EVENTS, RolePurpose.SCHEDULES) if (role := unit.role(each))]
        assert started == {
            (role.arn, arn) for role in roles for statement in role.statements for arn in statement.resources
        }
        actions = {action for role in roles for each in role.statements for action in each.actions}
        assert actions <= {"states:StartExecution"}
