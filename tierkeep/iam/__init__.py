"""What each command must be allowed to do in a catalog's accounts, computed from the desired state alone."""

from tierkeep.iam.commands import COMMANDS, CommandPolicy, account_policies, caller_statements

__all__ = ["COMMANDS", "CommandPolicy", "account_policies", "caller_statements"]
