"""The assertions of a catalog, resolved."""

from __future__ import annotations

from collections.abc import Iterator

from tierkeep.catalog.assertions import FORMS
from tierkeep.catalog.assertions import Assertion as Written
from tierkeep.catalog.model import Catalog
from tierkeep.catalog.probes import Probe as WrittenProbe
from tierkeep.desired.assertions import (
    Assertion,
    Canary,
    Checksums,
    Existence,
    Form,
    Probe,
    Rows,
    SchemaFingerprint,
    Script,
    Sql,
    Where,
)


def assertions(catalog: Catalog) -> tuple[Assertion, ...]:
    """Those of a catalog, by name."""
    return tuple(_assertion(catalog, name, each) for name, each in sorted(catalog.assertions.items()))


def _assertion(catalog: Catalog, name: str, written: Written) -> Assertion:
    (key,) = (form for form in FORMS if written.form(form) is not None)
    return Assertion(
        name=name,
        resource_type=written.type,
        tiers=tuple(_tiers(catalog, written)),
        only_tagged=tuple(sorted(written.only_tagged.items())),
        form=_form(written),
        written_as=key,
        origin=("assertions", name),
    )


def _tiers(catalog: Catalog, written: Written) -> Iterator[str]:
    """By their names; those without the type too where the catalog names them, for a rule to say so."""
    if written.tiers is not None:
        yield from sorted(set(written.tiers))
        return
    yield from sorted(name for name, tier in catalog.tiers.items() if written.type in tier.protects)


def _form(written: Written) -> Form:  # noqa: PLR0911 - one return a form
    if written.sql:
        sql = written.sql
        return Sql(query=sql.query, equals=sql.equals, at_least=sql.at_least, at_most=sql.at_most)
    if written.rows:
        percent = int(written.rows.tolerance.removesuffix("%"))
        return Rows(tables=tuple(written.rows.tables), tolerance_percent=percent)
    if written.canary:
        minutes = written.canary.at_most_old.minutes
        return Canary(where=_where(written.canary.query, written.canary.object), at_most_old_minutes=minutes)
    if written.checksums:
        return Checksums(objects=tuple(sorted(written.checksums.objects.items())))
    if written.schema_:
        return SchemaFingerprint(fingerprint=written.schema_.fingerprint)
    if written.script:
        path, seconds = written.script.path, written.script.timeout.minutes * 60
        return Script(path=path.path, sha256=path.sha256, timeout_seconds=seconds)
    if written.probe:
        return _probe(written.probe)
    if written.present:
        return Existence(where=_where(written.present.query, written.present.object), present=True)
    if written.absent:
        return Existence(where=_where(written.absent.query, written.absent.object), present=False)
    raise TypeError(f"an assertion without a form: {written}")


def _probe(written: WrittenProbe) -> Probe:
    seconds = written.within.minutes * 60
    if written.http is None:
        port = written.tcp.port if written.tcp else 0
        return Probe(protocol="tcp", port=port, path="", status=0, text=None, within_seconds=seconds)
    asked = written.http
    return Probe(
        protocol="https" if asked.tls else "http",
        port=asked.port,
        path=asked.path,
        status=asked.status,
        text=asked.body_contains,
        within_seconds=seconds,
    )


def _where(query: str | None, key: str | None) -> Where:
    return Where(query=query, object_key=key)
