"""Holding a restored resource to the assertions of the catalog that concern it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from tierkeep.aws import AwsError, UnitSession
from tierkeep.desired.assertions import Assertion
from tierkeep.drill.assertions.answer import Answer, Asking
from tierkeep.drill.assertions.evaluators import EVALUATORS
from tierkeep.drill.assertions.reach import NotThereError, Reach
from tierkeep.drill.assertions.script import ScriptCannotLookError
from tierkeep.drill.checks import Check, Rung, Sheet
from tierkeep.drill.errors import CannotVerifyError, InterruptedDrillError
from tierkeep.drill.restorers.base import Bench, Restorer
from tierkeep.drill.scope import Scope

TAGS_CALL = "resourcegroupstaggingapi:GetResources"
"""By which the tags of a source are read, of whatever type it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asserted:
    """What became of the assertions of a drill."""

    checks: tuple[Check, ...]
    passed_over: tuple[str, ...] = ()
    """Assertions that do not concern the resource, and why."""
    data_of: datetime | None = None
    """When the data says that it was written, by its oldest canary."""


def check_id(assertion: Assertion) -> str:
    """What its check is called: no check of a type is called so."""
    return f"assertion-{assertion.name}"


def sheets(scope: Scope) -> tuple[Sheet, ...]:
    """The checks of the upper rungs in a scope; none of a rung on which the catalog asserts nothing."""
    titles: dict[Rung, dict[str, str]] = {}
    for each in scope.assertions:
        of_rung = titles.setdefault(EVALUATORS[type(each.form)].rung, {})
        of_rung[check_id(each)] = f"Assertion {each.name}: {each.written_as}"
    return tuple(Sheet(rung=rung, titles=titles[rung]) for rung in Rung if rung in titles)


def not_checked(restorer: Restorer, scope: Scope) -> list[str]:
    """What no check looks at, of the type or of its data, and what of the tier the drill does not restore."""
    asserted = any(sheet.rung is Rung.RIGHT for sheet in sheets(scope))
    nothing = "right data: the catalog asserts nothing of this type in this tier (`assertions`)"
    return [*restorer.not_checked, *(() if asserted else (nothing,)), *scope.beside]


def explain(scope: Scope) -> str:
    """What would be asserted, for people."""
    if not scope.assertions:
        return "nothing: the catalog asserts nothing of this type in this tier"
    return "; ".join(_explained(each) for each in scope.assertions)


def _explained(assertion: Assertion) -> str:
    only = f" (if tagged {_told(assertion)})" if assertion.only_tagged else ""
    return f"{assertion.name}{only}: {EVALUATORS[type(assertion.form)].expected(assertion.form)}"


def calls(restorer: Restorer, scope: Scope) -> tuple[str, ...]:
    """The API calls that the assertions make."""
    if not scope.assertions:
        return ()
    tags = (TAGS_CALL,) if any(each.only_tagged for each in scope.assertions) else ()
    own = (call for each in scope.assertions for call in EVALUATORS[type(each.form)].calls)
    return tuple(dict.fromkeys((*tags, *restorer.reaching_calls, *own)))


def hold(restorer: Restorer, bench: Bench) -> Asserted:
    """Every assertion that concerns the resource, one after another, within the time for looking inside.

    What cannot be asked is UNKNOWN, each with its cause. Raises `InterruptedDrillError`.
    """
    of_rung = {each: sheet for sheet in sheets(bench.scope) for each in sheet.titles}
    deadline = bench.deadline()
    checks, passed_over, times = list[Check](), list[str](), list[datetime]()
    with _Opened(restorer, bench) as opened:
        for assertion in bench.scope.assertions:
            sheet = of_rung[check_id(assertion)]
            try:
                if not opened.concerns(assertion):
                    only = f"only what is tagged {_told(assertion)}, and the source is not"
                    passed_over.append(f"assertion {assertion.name}: {only}")
                    continue
                answer = _answer(opened, assertion, deadline)
            except InterruptedDrillError:
                raise
            except NotThereError as error:
                answer = Answer(actual=str(error), holds=False)
            except (CannotVerifyError, AwsError) as error:
                checks.append(_unknown(sheet, assertion, error))
                continue
            checks.append(_judged(sheet, assertion, answer))
            times += [answer.data_of] if answer.data_of else []
    return Asserted(
        checks=tuple(checks), passed_over=tuple(passed_over), data_of=min(times) if times else None
    )


def _answer(opened: _Opened, assertion: Assertion, deadline: float) -> Answer:
    asking = Asking(
        assertion=assertion,
        bench=opened.bench,
        open_reach=opened.reach,
        deadline=deadline,
    )
    asking.require_time()
    return EVALUATORS[type(assertion.form)].evaluate(asking, assertion.form)


def _judged(sheet: Sheet, assertion: Assertion, answer: Answer) -> Check:
    expected = EVALUATORS[type(assertion.form)].expected(assertion.form)
    check = sheet.judged(check_id(assertion), expected, answer.actual, holds=answer.holds)
    return replace(check, output=answer.output)


def _unknown(sheet: Sheet, assertion: Assertion, error: CannotVerifyError | AwsError) -> Check:
    expected = EVALUATORS[type(assertion.form)].expected(assertion.form)
    check = sheet.unknown(check_id(assertion), expected=expected, cause=str(error))
    return replace(check, output=error.output) if isinstance(error, ScriptCannotLookError) else check


class _Opened:
    """The way into what was restored, and the tags of its source, each got when it is first needed: an
    assertion that needs neither is not held up by them."""

    def __init__(self, restorer: Restorer, bench: Bench) -> None:
        self.bench = bench
        self._restorer = restorer
        self._held = ExitStack()
        self._reach: Reach | CannotVerifyError | AwsError | None = None
        self._tags: dict[str, str] | None = None

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *raised: object) -> None:
        self._held.close()

    def concerns(self, assertion: Assertion) -> bool:
        """Whether the source has the tags. Raises `CannotVerifyError` and `AwsError`."""
        if not assertion.only_tagged:
            return True
        if self._tags is None:
            self._tags = tags_of(self.bench.session, self.bench.choice.point.resource_arn)
        return set(assertion.only_tagged) <= set(self._tags.items())

    def reach(self) -> Reach:
        """The way in, opened once. Raises `CannotVerifyError` and `AwsError`, the same each time."""
        if self._reach is None:
            try:
                self._reach = self._held.enter_context(self._restorer.reach(self.bench))
            except InterruptedDrillError:
                raise
            except (CannotVerifyError, AwsError) as error:
                self._reach = error
        if isinstance(self._reach, CannotVerifyError | AwsError):
            raise self._reach
        return self._reach


def tags_of(session: UnitSession, arn: str) -> dict[str, str]:
    """The tags of a resource of any type. Raises `AwsError`, and `CannotVerifyError` if AWS knows none of it:
    whatever belongs to a tier has a tag, so that it is gone, or its tags are."""
    answer = session.call("resourcegroupstaggingapi", "get_resources", ResourceARNList=[arn])
    found = [each for each in answer["ResourceTagMappingList"] if each["ResourceARN"] == arn]
    if not found:
        raise CannotVerifyError(f"AWS knows no tags of {arn}, so whether this concerns it is not known")
    return {tag["Key"]: tag["Value"] for tag in found[0]["Tags"]}


def _told(assertion: Assertion) -> str:
    return ", ".join(f"{key}={text}" for key, text in assertion.only_tagged)
