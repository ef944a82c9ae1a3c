"""The main job from end to end on the embedded emulator: deploy, back up, validate, drill, retry, tamper.

Nothing of it reaches AWS: every endpoint is the emulator's and every credential a dummy.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from rich.console import Console
from rich.table import Table

from emulator.process import running
from scripts.toolchain import BUILD, ROOT, cdktf, for_emulator
from scripts.workload import create_workload, unit_of
from tierkeep.aws import UnitSession, open_unit
from tierkeep.compiler import compile_catalog
from tierkeep.desired.model import DesiredState, DesiredUnit

FOLDER = BUILD / "demo"
CATALOG = ROOT / "catalog.yaml"
BACKUP_AGE_SECONDS = 40 * 60
"""How old the recovery points are when they are drilled, by the emulator's clock."""

console = Console(highlight=False)


class DemoError(Exception):
    """A step did not end as it should. The message says which and where to look."""


class Demo:
    """The steps, each timed for the summary at the end."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        """`folder`, which exists, takes the stacks, the log and the evidence."""
        self._endpoint = endpoint
        self._folder = folder
        self._env = {**for_emulator(endpoint), "TIERKEEP_CATALOG": str(CATALOG)}
        self._rows: list[tuple[str, str, float]] = []
        self._state: DesiredState = compile_catalog(CATALOG).state

    def run(self) -> None:
        """All steps in order. Raises `DemoError` at the first that fails."""
        with self._step("a workload: volumes and an instance, tagged with their tiers"):
            self._clock(-BACKUP_AGE_SECONDS)
            workload = create_workload(self._state, self._endpoint)
            self._note("4 volumes and 1 instance in 3 accounts")
        with self._step("cdktf deploy, with the real Terraform and AWS provider"):
            self._note(self._deploy())
        with self._step("backups on demand"):
            jobs = [
                self._start_backup("staging", "testing", workload.testing_volume_arn),
                self._start_backup("development", "development", workload.development_volume_arn),
            ]
            for session, job in jobs:
                _wait_for_backup(session, job)
            self._clock(0)
            self._note(f"2 recovery points, {BACKUP_AGE_SECONDS // 60} minutes old by the emulator's clock")
        with self._step("tierkeep validate"):
            self._tierkeep("validate", expected=0)
            self._note("what is deployed keeps the catalog's promises")
        with self._step("tierkeep drill run: restore, check, measure, tear down"):
            evidence = _shown(self._folder / "evidence")
            # The tier's scheduled backups are Data Lifecycle Manager's; this one was made on demand.
            drill = ("drill", "run", "--tier", "testing", "--by", "backup", "--evidence", evidence)
            self._tierkeep(*drill, expected=0)
            self._note("passed")
        with self._step("a scheduled backup fails: retried, and the next night escalated"):
            self._note(self._fail_and_retry(workload.development_volume_arn))
        with self._step("somebody shortens a retention by hand, and tierkeep validate again"):
            self._tamper()
            findings = self._folder / "findings.json"
            self._tierkeep("validate", "--output", f"json={_shown(findings)}", expected=4)
            self._note("found")
        with self._step("tierkeep report: pages to look at"):
            pages = ("--findings", _shown(findings), "--evidence", evidence)
            self._tierkeep("report", "--out", _shown(self._folder / "report"), *pages, expected=0)
            self._note("promises, findings, drills, coverage")

    def summarize(self) -> None:
        """What was done, how long it took, and where the evidence lies."""
        table = Table(title="What this showed", title_justify="left", show_edge=False, pad_edge=False)
        table.add_column("step")
        table.add_column("result")
        table.add_column("seconds", justify="right")
        for step, result, seconds in self._rows:
            table.add_row(step, result, f"{seconds:.1f}")
        console.print()
        console.print(table)
        for page in (
            *sorted((self._folder / "evidence").glob("*.html")),
            self._folder / "report" / "index.html",
        ):
            console.print(f"\nTo look at: [bold]{_shown(page)}[/bold]", soft_wrap=True)

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        console.rule(f"[bold]{title}", align="left")
        started = time.monotonic()
        self._rows.append((title, "", 0.0))
        yield
        _, result, _ = self._rows[-1]
        self._rows[-1] = (title, result, time.monotonic() - started)

    def _note(self, result: str) -> None:
        title, _, seconds = self._rows[-1]
        self._rows[-1] = (title, result, seconds)
        console.print(f"[green]✓[/green] {result}")

    def _clock(self, offset_seconds: int) -> None:
        self._emulator("clock", offset_seconds=offset_seconds)

    def _emulator(self, path: str, **what: object) -> dict[str, Any]:
        request = Request(  # noqa: S310 - the emulator's own URL
            f"{self._endpoint}/emulator/{path}",
            json.dumps(what).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found

    def _fail_and_retry(self, volume: str) -> str:
        """Two nights, by the emulator's clock: in the first the backup fails once, in the second always."""
        unit = unit_of(self._state, "development")
        night = Night(self._session(unit), unit, self._emulator)
        self._emulator("faults", kind="job-fails", operation="StartBackupJob", resource=volume, times=1)
        made_up_for = night.passes()
        self._emulator("faults", kind="job-fails", operation="StartBackupJob", resource=volume)
        given_up = night.passes()
        for subject, message in (*made_up_for, *given_up):
            console.print(f"[bold]{subject}[/bold]\n  {message}", soft_wrap=True)
        subjects = [subject for subject, _ in (*made_up_for, *given_up)]
        expected = [
            "AWS Backup: a failed backup has been made up for",
            "AWS Backup: a backup failed for good",
        ]
        if subjects != expected or night.ops_items() != expected[1:]:
            raise DemoError(f"the topic was told {subjects}, and not {expected}")
        return "made up for at the second attempt; the next night, after four, escalated with an OpsItem"

    def _deploy(self) -> str:
        settings = json.loads((ROOT / "cdktf.json").read_text())
        app = shlex.join([sys.executable, str(ROOT / "main.py")])
        (self._folder / "cdktf.json").write_text(json.dumps({**settings, "app": app}))
        command = [str(cdktf()), "deploy", "*", "--auto-approve", "--skip-provider-lock"]
        log = self._folder / "deploy.log"
        made = 0
        with log.open("w") as file, console.status("starting") as status:
            for line in _lines(command, env=self._env, cwd=self._folder):
                file.write(line)
                made += "Creation complete" in line
                status.update(f"{made} resources made")
        if "Apply complete!" not in log.read_text() or "failed with exit code" in log.read_text():
            raise DemoError(f"cdktf deploy failed; its output is in {_shown(log)}")
        return f"{made} resources in {len(self._state.units)} stacks, one per account and Region"

    def _start_backup(self, account: str, tier: str, resource_arn: str) -> tuple[UnitSession, str]:
        unit = unit_of(self._state, account)
        session = self._session(unit)
        vault = next(vault for vault in unit.vaults if vault.tier == tier)
        role = next(role for role in unit.roles if role.purpose == "backup")
        job = session.call(
            "backup",
            "start_backup_job",
            BackupVaultName=vault.name,
            ResourceArn=resource_arn,
            IamRoleArn=role.arn,
            Lifecycle={"DeleteAfterDays": 28},
        )
        return session, str(job["BackupJobId"])

    def _tamper(self) -> None:
        unit = unit_of(self._state, "development")
        session = self._session(unit)
        plan_id = next(
            found["BackupPlanId"]
            for found in session.pages("backup", "list_backup_plans", "BackupPlansList")
            if found["BackupPlanName"] == unit.plans[0].name
        )
        plan = session.call("backup", "get_backup_plan", BackupPlanId=plan_id)["BackupPlan"]
        plan["Rules"][0]["Lifecycle"]["DeleteAfterDays"] = 1
        for rule in plan["Rules"]:
            del rule["RuleId"]
        session.call("backup", "update_backup_plan", BackupPlanId=plan_id, BackupPlan=plan)

    def _session(self, unit: DesiredUnit) -> UnitSession:
        return open_unit(
            unit=str(unit.id),
            account_id=unit.account_id,
            region=unit.id.region,
            role_arn=unit.access.deploy_role_arn,
            session_name="demo",
        )

    def _tierkeep(self, *arguments: str, expected: int) -> None:
        console.print(f"[dim]$ tierkeep {shlex.join(arguments)}[/dim]", soft_wrap=True)
        command = [sys.executable, "-m", "tierkeep.cli.main", *arguments, "--catalog", str(CATALOG)]
        with _child(command, env=self._env, cwd=ROOT) as process:
            code = process.wait()
        if code != expected:
            raise DemoError(f"`tierkeep {shlex.join(arguments)}` ended with {code}, not {expected}")


class Night:
    """A night in which plans back up, until the state machine of retries has come to an end."""

    def __init__(
        self, session: UnitSession, unit: DesiredUnit, emulator: Callable[..., dict[str, Any]]
    ) -> None:
        self._session, self._unit, self._emulator = session, unit, emulator
        self._inbox = str(session.call("sqs", "create_queue", QueueName="inbox")["QueueUrl"])
        queue = f"arn:aws:sqs:{session.region}:{session.account_id}:inbox"
        topic = unit.events.topic.arn if unit.events else ""
        session.call("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def passes(self) -> list[tuple[str, str]]:
        """Lets the time of the plan come, and then as much as the attempts take. What the topic was told."""
        now = datetime.fromisoformat(self._emulator("clock", advance_seconds=0)["now"])
        due = now.replace(hour=2, minute=5, second=0)
        self._emulator("clock", advance_seconds=((due - now) % timedelta(days=1)).total_seconds())
        (machine,) = (each for each in self._unit.state_machines if each.name.endswith("-retries"))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self._session.call("stepfunctions", "list_executions", stateMachineArn=machine.arn)
            if found["executions"] and all(each["status"] != "RUNNING" for each in found["executions"]):
                return self._told()
            self._emulator("clock", advance_seconds=120)
            time.sleep(0.1)
        raise DemoError("the state machine of retries did not end within a minute")

    def ops_items(self) -> list[str]:
        """The titles of all OpsItems."""
        found = self._session.call("ssm", "describe_ops_items")["OpsItemSummaries"]
        return [str(each["Title"]) for each in found]

    def _told(self) -> list[tuple[str, str]]:
        """What was said in words: events themselves have no subject."""
        found = []
        while messages := self._session.call(
            "sqs", "receive_message", QueueUrl=self._inbox, MaxNumberOfMessages=10
        ).get("Messages"):
            for each in messages:
                body = json.loads(each["Body"])
                self._session.call(
                    "sqs", "delete_message", QueueUrl=self._inbox, ReceiptHandle=each["ReceiptHandle"]
                )
                if body.get("Subject"):
                    found.append((str(body["Subject"]), str(body["Message"])))
        return found


def _shown(path: Path) -> str:
    """A path as seen from the checkout, where every command of the demo runs."""
    return os.path.relpath(path, ROOT)


def _wait_for_backup(session: UnitSession, job_id: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = session.call("backup", "describe_backup_job", BackupJobId=job_id)
        if job["State"] == "COMPLETED":
            return
        if job["State"] in {"FAILED", "ABORTED", "EXPIRED"}:
            raise DemoError(
                f"the backup job ended as {job['State']}: {job.get('StatusMessage', 'no reason given')}"
            )
        time.sleep(0.2)
    raise DemoError("the backup job did not complete within a minute")


def _lines(command: Sequence[str], *, env: dict[str, str], cwd: Path) -> Iterator[str]:
    with _child(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        if process.stdout:
            yield from process.stdout


@contextmanager
def _child(
    command: Sequence[str],
    *,
    env: dict[str, str],
    cwd: Path,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A child in a process group of its own: whatever ends this block ends all that it has started."""
    process = subprocess.Popen(
        command, env=env, cwd=cwd, stdout=stdout, stderr=stderr, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        # At the first SIGINT Terraform still writes its state; a second would cut that off.
        for number, seconds in ((signal.SIGINT, 20), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if process.poll() is None:
                os.killpg(process.pid, number)
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue


def main() -> int:
    """Runs the demo. Returns the exit code."""
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with running() as endpoint:
            os.environ.update(for_emulator(endpoint))
            demo = Demo(endpoint, FOLDER)
            demo.run()
            demo.summarize()
    except KeyboardInterrupt:
        console.print("\ninterrupted: everything that was started has been stopped")
        return 130
    except DemoError as error:
        console.print(f"[red]✗[/red] {error}", soft_wrap=True)
        return 1
    console.print(f"Done in {time.monotonic() - started:.0f} seconds. Nothing left this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
