"""What `tierkeep validate` and `tierkeep drill` must be allowed to do in an account.

Said once: `tierkeep iam` prints it for roles that somebody else makes, and the stacks give it to those that
they make themselves (`tierkeep.desired.command_roles`).
"""
