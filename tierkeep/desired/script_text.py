"""The scripts around snapshots, as text: templates filled in with what the catalog says of an application.

Pure: text from text. The templates are shell scripts but for lines that begin with `#%` and for `@{ … }@`,
since Systems Manager has `{{ … }}` for itself.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from tierkeep.catalog.applications import Application, MySql, OwnScripts, PostgreSql

if TYPE_CHECKING:
    from jinja2 import Environment

RUN_FOLDER = "/run/tierkeep"
"""Where a script keeps what it knows from one run to the next: in memory, on every Linux with systemd."""

_MARGIN_SECONDS = 2
"""How much sooner a script gives up than Data Lifecycle Manager does on it, so that its reason is heard."""


def script_text(
    application: Application,
    *,
    tier: str,
    name: str,
    timeout_seconds: int,
    thaw_after_seconds: int,
    folder: str = RUN_FOLDER,
) -> str:
    """The script of a document called `name`, which ends with a newline."""
    mount_points = application.mount_points
    return (
        environment()
        .get_template(f"{application.type}.sh.j2")
        .render(
            **_particulars(application),
            tier=tier,
            session=f"{folder}/{name}",
            folder=folder,
            mount_points=mount_points,
            holds=bool(mount_points) or not isinstance(application, PostgreSql),
            patience=timeout_seconds - _MARGIN_SECONDS,
            thaw_after_seconds=thaw_after_seconds,
        )
    )


def _particulars(application: Application) -> dict[str, Any]:
    if isinstance(application, PostgreSql):
        options = ["-d", application.database, "-p", str(application.port)]
        options += ["-h", application.socket_directory] if application.socket_directory else []
        options += ["-U", application.user] if application.user else []
        return {"os_user": application.os_user, "options": _options(options)}
    if isinstance(application, MySql):
        # A file of options has to be named before anything else.
        options = [f"--defaults-extra-file={application.login_file}"] if application.login_file else []
        options += [f"--socket={application.socket}"] if application.socket else []
        options += [f"--user={application.user}"] if application.user else []
        return {"os_user": application.os_user, "options": _options(options)}
    if isinstance(application, OwnScripts):
        both = f"{application.pre.text}\n{application.post.text}"
        delimiter = f"END-{hashlib.sha256(both.encode()).hexdigest()[:16]}"
        return {"pre": application.pre, "post": application.post, "delimiter": delimiter}
    return {}


def _options(words: list[str]) -> str:
    return "".join(f" {shlex.quote(word)}" for word in words)


def _quote_all(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


@cache
def environment() -> Environment:
    """What renders scripts that run on instances."""
    # Most catalogs have no scripts, and then nothing waits for this import.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader("tierkeep", "templates/scripts"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - shell, not HTML: what is filled in goes through `quote`
        line_statement_prefix="#%",
        variable_start_string="@{",
        variable_end_string="}@",
        block_start_string="@%",
        block_end_string="%@",
        comment_start_string="@#",
        comment_end_string="#@",
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters |= {"quote": shlex.quote, "quote_all": _quote_all}
    return made
