"""Exit codes: a public contract."""

from __future__ import annotations

OK = 0
INTERNAL = 1
USAGE = 2
CATALOG_INVALID = 3
FALLS_SHORT = 4
DRILL_FAILED = 5
UNDETERMINED = 6
INTERRUPTED = 130
BROKEN_PIPE = 141

HELP = """\
  0  all as it should be
  1  internal error
  2  usage
  3  the catalog is invalid
  4  what is deployed falls short of the catalog
  5  a drill failed
  6  something could not be determined; it outranks 4 and 5, since a report with holes is no verdict
130, 141  interrupted; whoever read the output has gone"""
