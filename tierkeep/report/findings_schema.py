"""`docs/schemas/findings.schema.json`: the JSON Schema of what `tierkeep validate --format json` prints.

python -m tierkeep.report.findings_schema > docs/schemas/findings.schema.json
"""

import json
from typing import Any

from tierkeep.report.findings_document import FindingsDocument


def findings_schema() -> dict[str, Any]:
    """The schema of the document's models. Every member is there in every document."""
    schema = FindingsDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


if __name__ == "__main__":
    print(json.dumps(findings_schema(), indent=2))
