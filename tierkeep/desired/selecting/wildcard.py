"""The wildcard of AWS Backup's selections.

Source: AWS Backup developer guide, "Assign resources with AWS CLI" (assigning-resources-json; read 2026-11):
the wildcard * represents zero or more non-whitespace characters. It crosses `:` and `/`, as the guide's own
`arn:aws:ec2:*:*:volume/*` and `arn:aws:ec2:*` show. There is no other wildcard: `?` and `[` are themselves.
"""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern. Case counts. Time grows with the product of both lengths."""
    if text.split() == [text]:
        return _matches_without_spaces(pattern, text)
    # The set of positions that a prefix of the pattern can have reached: no backtracking, so that a pattern
    # with many wildcards cannot make it slow.
    reached = {0}
    for character in pattern:
        if character == "*":
            reached = _over_non_whitespace(reached, text)
        else:
            reached = {at + 1 for at in reached if text[at : at + 1] == character}
        if not reached:
            return False
    return len(text) in reached


def _matches_without_spaces(pattern: str, text: str) -> bool:
    """As for all ARNs: a wildcard is anything, so each part between two is taken where it comes first."""
    first, *others = pattern.split("*")
    if not others:
        return text == first
    *between, last = others
    at, end = len(first), len(text) - len(last)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in between:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _over_non_whitespace(reached: set[int], text: str) -> set[int]:
    found = set(reached)
    for at in range(min(reached), len(text)):
        if at in found and not text[at].isspace():
            found.add(at + 1)
    return found
