"""What each command must be allowed to do in a catalog's accounts, computed from the desired state alone."""

from tierkeep.iam.commands import (
    COMMANDS,
    KEEPS_EVIDENCE,
    CommandPolicy,
    account_policies,
    caller_statements,
)

__all__ = ["COMMANDS", "KEEPS_EVIDENCE", "CommandPolicy", "account_policies", "caller_statements"]
