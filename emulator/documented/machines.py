"""Rules of Step Functions, and of the OpsItems that its state machines open."""

from emulator import eventbridge, stepfunctions
from emulator.documented.rule import SSM, Rule, left_out
from emulator.ssm import ops_items

_STATES = "AWS Step Functions developer guide"
_TESTS = "test_emulator_stepfunctions.py"

MACHINES: dict[str, tuple[Rule, ...]] = {
    "Step Functions and OpsItems": (
        Rule(
            "A rule of EventBridge starts a state machine with the event, or with its target's Input",
            "EventBridge user guide, Event bus targets",
            eventbridge.install,
            f"{_TESTS}::test_an_event_starts_a_state_machine_with_itself_or_with_a_constant",
        ),
        Rule(
            "Tasks call services as the state machine's role, in its account",
            f"{_STATES}, How Step Functions works with IAM",
            stepfunctions.run_as_role,
            f"{_TESTS}::test_a_task_works_in_the_account_of_the_machines_role",
        ),
        Rule(
            "A state waits for as long as it says, by the emulator's clock",
            f"{_STATES}, Wait workflow state",
            stepfunctions.wait_by_clock,
            f"{_TESTS}::test_a_state_waits_by_the_emulators_clock",
        ),
        Rule(
            "An OpsItem that is not closed keeps out another with the same deduplication string",
            f"{SSM}, Reducing duplicate OpsItems",
            ops_items.create,
            f"{_TESTS}::test_an_open_ops_item_keeps_out_another_of_its_string",
        ),
        left_out(
            "A role may do only what its policies allow",
            f"{_STATES}, How Step Functions works with IAM",
            "the emulator asks for no permissions",
        ),
        left_out(
            "What a rule cannot deliver goes to its dead-letter queue",
            "EventBridge user guide, Using dead-letter queues to process undelivered events",
            "everything is delivered, or dropped where its target does not exist",
        ),
        left_out(
            "OpsItems are changed and found by filters",
            f"{SSM}, OpsCenter",
            "they are created, read and listed",
        ),
    ),
}
