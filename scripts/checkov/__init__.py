"""checkov, a policy scanner, over the stacks: `python -m scripts.checkov`."""
