"""What AWS will not do, judged on the desired state: one rule, one id, one source."""

from tierkeep.rules import backup, dlm, promises
from tierkeep.rules.registry import Judgement, Rule, Severity, all_rules, judge

__all__ = ["Judgement", "Rule", "Severity", "all_rules", "backup", "dlm", "judge", "promises"]
