"""Every form in which a run of the validator can be told, by its name on the command line."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tierkeep.report.findings_csv import findings_csv
from tierkeep.report.findings_json import findings_json
from tierkeep.report.findings_junit import findings_junit
from tierkeep.report.findings_markdown import findings_markdown
from tierkeep.report.findings_ocsf import findings_ocsf
from tierkeep.report.findings_sarif import findings_sarif
from tierkeep.report.findings_text import findings_text
from tierkeep.validate.validation import Validation

RENDERERS: Mapping[str, Callable[[Validation], str]] = MappingProxyType(
    {
        "text": findings_text,
        "json": findings_json,
        "junit": findings_junit,
        "sarif": findings_sarif,
        "ocsf": findings_ocsf,
        "markdown": findings_markdown,
        "csv": findings_csv,
    }
)
"""Each gives the whole text without the last line's end."""
