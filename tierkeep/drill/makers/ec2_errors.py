"""What EC2's errors say of a request that makes something."""

from __future__ import annotations

_NOT_DONE = ("Invalid", "Missing", "IncorrectState", "UnknownParameter", "UnsupportedOperation")
"""Beginnings of the codes by which EC2 refuses what was asked for ("Error codes for the Amazon EC2 API"). Not
those of limits and of throttling, which say nothing of a request that was sent more than once."""


def made_nothing(code: str) -> bool:
    """Whether an error of that code means for certain that nothing was made."""
    return code.startswith(_NOT_DONE)
