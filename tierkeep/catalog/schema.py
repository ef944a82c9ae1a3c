"""`catalog.schema.json`: the JSON Schema by which editors complete and check a catalog.

python -m tierkeep.catalog.schema > catalog.schema.json
"""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

from tierkeep.catalog.forms import Model
from tierkeep.catalog.model import Catalog


def catalog_schema() -> dict[str, Any]:
    """The schema of the models, with the docstrings of their fields as descriptions."""
    schema = Catalog.model_json_schema()
    definitions = {"Catalog": schema, **schema["$defs"]}
    for model in Model.__subclasses__():
        for each in (model, *model.__subclasses__()):
            described = {**_descriptions(model), **_descriptions(each)}
            for field, description in described.items() if each.__name__ in definitions else ():
                name = each.model_fields[field].alias or field  # as a catalog knows it
                definitions[each.__name__]["properties"][name]["description"] = description
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _descriptions(model: type[Model]) -> dict[str, str]:
    """The docstring below each field. pydantic could find them, at every start of a command."""
    (node,) = ast.parse(inspect.getsource(model)).body
    if not isinstance(node, ast.ClassDef):
        raise TypeError(f"{model} is no class")
    return {
        field.target.id: inspect.cleandoc(str(text.value.value))
        for field, text in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


if __name__ == "__main__":
    print(json.dumps(catalog_schema(), indent=2))
