"""`catalog.schema.json`: the JSON Schema by which editors complete and check a catalog.

python -m tierkeep.catalog.schema > catalog.schema.json
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any

from tierkeep.catalog.forms import Model
from tierkeep.catalog.model import Catalog


def catalog_schema() -> dict[str, Any]:
    """The schema of the models, with the docstrings of their fields as descriptions."""
    schema = Catalog.model_json_schema()
    definitions = {"Catalog": schema, **schema["$defs"]}
    for model in _models(Model):
        # What models only have in common stands in each of them.
        for each in model.__mro__[: model.__mro__.index(Model)] if model.__name__ in definitions else ():
            for field, description in _descriptions(each).items():
                name = model.model_fields[field].alias or field  # as a catalog knows it
                definitions[model.__name__]["properties"][name]["description"] = description
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for each in model.__subclasses__():
        yield each
        yield from _models(each)


def _descriptions(model: type[Any]) -> dict[str, str]:
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
