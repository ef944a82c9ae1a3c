"""`catalog.schema.json`: the JSON Schema by which editors complete and check a catalog.

python -m tierkeep.catalog.schema > catalog.schema.json
"""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

from tierkeep.catalog import instances, model


def catalog_schema() -> dict[str, Any]:
    """The schema of the models, with the docstrings of their fields as descriptions."""
    schema = model.Catalog.model_json_schema()
    described = _descriptions()
    definitions = {"Catalog": schema, **schema["$defs"]}
    for name, definition in definitions.items():
        for field, description in described.get(name, {}).items():
            alias = _catalog_name(name, field)
            definition["properties"][alias]["description"] = description
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _catalog_name(model_name: str, field: str) -> str:
    """The name by which a catalog knows a field of a model."""
    alias = getattr(model, model_name).model_fields[field].alias
    return alias or field


def _descriptions() -> dict[str, dict[str, str]]:
    """The docstring below each field, by class. pydantic could find them, at every start of a command."""
    found: dict[str, dict[str, str]] = {}
    sources = [inspect.getsource(each) for each in (model, instances)]
    for node in (node for source in sources for node in ast.parse(source).body):
        if isinstance(node, ast.ClassDef):
            pairs = zip(node.body, node.body[1:], strict=False)
            found[node.name] = {
                field.target.id: inspect.cleandoc(str(text.value.value))
                for field, text in pairs
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            }
    return found


if __name__ == "__main__":
    print(json.dumps(catalog_schema(), indent=2))
