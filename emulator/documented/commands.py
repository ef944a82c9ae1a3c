"""Rules of Systems Manager's Run Command."""

from emulator.documented.rule import SSM, SSM_API, Rule, left_out
from emulator.ssm import commands, documents, invocations, outcomes, shell

COMMANDS: dict[str, tuple[Rule, ...]] = {
    "Run Command": (
        Rule(
            "A command is pending, in progress and ended on each instance, and as a whole",
            f"{SSM}, Understanding command statuses",
            invocations.Invocation,
            "test_emulator_run_command.py::test_a_command_waits_runs_and_succeeds_without_a_word",
        ),
        Rule(
            "It ends as a test has said, by default in success without output",
            "the emulator's own",
            outcomes.of,
            "test_emulator_run_command.py::test_a_command_ends_as_a_test_has_said",
        ),
        Rule(
            "A script really runs where a test has asked for it, for as long as it may",
            "the emulator's own",
            shell.run,
            "test_emulator_run_command.py::test_a_script_really_runs_if_a_test_has_asked_for_it",
        ),
        Rule(
            "Output is cut at 24,000 characters, errors at 8,000, a plugin's output in lists at 2,500",
            f"{SSM_API}, GetCommandInvocation",
            invocations.Invocation.described,
            "test_emulator_run_command.py::test_output_is_cut_where_aws_cuts_it",
        ),
        Rule(
            "A command goes to instances that exist, each named once, or found by tags",
            f"{SSM_API}, SendCommand",
            commands.send,
            "test_emulator_run_command.py::test_targets_are_found_by_their_tags",
        ),
        Rule(
            "A document exists and takes the parameters that are given",
            f"{SSM_API}, SendCommand",
            documents.Document.check,
            "test_emulator_run_command.py::test_a_documents_own_step_runs_with_its_parameters",
        ),
        Rule(
            "An instance that cannot be reached in time gets no command",
            f"{SSM}, Understanding command timeout values",
            invocations.make,
            "test_emulator_run_command.py::test_a_stopped_instance_is_tried_until_it_is_too_late",
        ),
        Rule(
            "A command is cancelled where it has not ended",
            f"{SSM_API}, CancelCommand",
            invocations.Invocation.cancel,
            "test_emulator_run_command.py::test_a_cancelled_command_ends_where_it_has_not_ended",
        ),
        left_out(
            "MaxConcurrency and MaxErrors hold a command up",
            f"{SSM}, Run commands at scale",
            "they are recorded; a command goes to all instances at once, and fails where it fails on one",
        ),
        left_out(
            "Only instances with the SSM Agent and a role are managed nodes",
            f"{SSM}, Managed nodes",
            "no agent is emulated: every instance that has not been terminated counts as one",
        ),
        left_out(
            "Output goes to S3 and CloudWatch Logs, changes of status to SNS and EventBridge",
            f"{SSM_API}, SendCommand",
            "not done; the settings are recorded",
        ),
        left_out(
            "A document has several steps, each with a result",
            f"{SSM}, SSM document schema features",
            "the result is that of the first; a script is run of documents with one step",
        ),
        left_out(
            "Targets are found by resource groups",
            f"{SSM_API}, Target",
            "such a request answers NotImplemented",
        ),
    ),
}
