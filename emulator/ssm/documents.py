"""What a command's document says: its parameters, its step, the script of that step.

From "SSM document schema features" and "Command document plugin reference" in the AWS Systems Manager User
Guide.  Documents that are AWS's own are known by their names alone, as moto has none of them; of the others,
as moto keeps them, the first step counts.
"""

import re
from dataclasses import dataclass
from typing import Any

from emulator.errors import NotImplementedByEmulator
from emulator.ssm.errors import InvalidDocument, InvalidParameters

SHELL = "aws:runShellScript"
_AWS_SHELL = "AWS-RunShellScript"
_PARAMETER = re.compile(r"\{\{\s*(\w+)\s*\}\}")

Parameters = dict[str, list[str]]


@dataclass(frozen=True)
class Document:
    """A document; ``content`` is None where it is AWS's own."""

    name: str
    version: str
    content: dict[str, Any] | None

    @property
    def step(self) -> str:
        """What results are named after."""
        if self.content is None:
            return "aws:runPowerShellScript" if "PowerShell" in self.name else SHELL
        return str(self._step.get("name") or self._step.get("action") or SHELL)

    @property
    def _step(self) -> dict[str, Any]:
        content = self.content or {}
        if content.get("mainSteps"):
            first: dict[str, Any] = content["mainSteps"][0]
            return first
        # Schema 1.2 has its steps by the names of their plugins.
        return next(({"name": name} for name in content.get("runtimeConfig") or {}), {})

    def check(self, parameters: Parameters) -> None:
        """:raises InvalidParameters: a parameter is missing, or none of the document's, or not allowed."""
        if self.content is None:
            if self.name == _AWS_SHELL and not parameters.get("commands"):
                raise InvalidParameters("Parameters must include commands")
            return
        own = self.content.get("parameters") or {}
        unknown = parameters.keys() - own.keys()
        if unknown:
            raise InvalidParameters(f"Document {self.name} has no parameter {', '.join(sorted(unknown))}")
        for name, said in own.items():
            if name not in parameters and "default" not in said:
                raise InvalidParameters(f"Parameter {name} of document {self.name} is missing")
            allowed = said.get("allowedValues")
            if allowed and any(value not in allowed for value in parameters.get(name, [])):
                raise InvalidParameters(f"Parameter {name} must be one of {', '.join(allowed)}")

    def script(self, parameters: Parameters) -> str:
        """What is run in the instance.

        :raises NotImplementedByEmulator: it is no shell script, or more than one.
        """
        if self.content is None:
            if self.name != _AWS_SHELL:
                raise NotImplementedByEmulator(f"The emulator does not know the script of {self.name}")
            return "\n".join(parameters["commands"])
        if len(self.content.get("mainSteps") or []) != 1 or self._step.get("action") != SHELL:
            raise NotImplementedByEmulator(f"The emulator runs documents with a single step, {SHELL}")
        own = self.content.get("parameters") or {}
        values = {name: said.get("default", "") for name, said in own.items()} | parameters
        lines = self._step.get("inputs", {}).get("runCommand") or []
        return _PARAMETER.sub(lambda found: _text(values.get(found[1], found[0])), "\n".join(lines))


def _text(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def find(backend: Any, name: str, version: str | None) -> Document:
    """The document that a command names, by its name or ARN, in ``backend``, moto's Systems Manager.

    :raises InvalidDocument: there is none.
    """
    short = name.rpartition("/")[2] if name.startswith("arn:") else name
    version = version or "$DEFAULT"
    kept = backend._documents.get(short)  # noqa: SLF001  # moto has no public way
    if kept is not None:
        found = kept.find(None if version == "$DEFAULT" else version)
        return Document(short, found.document_version, found.content_json)
    if short.startswith(("AWS", "Amazon")):
        return Document(short, version, None)
    raise InvalidDocument(f"Document with name {name} does not exist.")
