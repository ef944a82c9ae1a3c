"""Restore drills: scenario -> stages -> evidence, with a journal that a crash cannot outrun.

A drill restores a recovery point, checks and measures what came back, and removes it again. It deletes only
what its own journal says that it made and what still carries its tag; docs/adr/0005 says how and why.
"""
