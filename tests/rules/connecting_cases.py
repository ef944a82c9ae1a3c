"""The cases of how drills connect to restored databases."""

from __future__ import annotations

from tests.rules.judging import Case, changed


def _login(secret: str) -> tuple[str, str]:
    return ("{ efs: {} }", f'{{ rds: {{ connect: {{ secret: "{secret}", database: shop }} }} }}')


def _arn(region: str) -> str:
    return f"arn:aws:secretsmanager:{region}:111111111111:secret:drills/shop-a1b2c3"


CASES: dict[str, Case] = {
    "TK196": Case(broken=changed(_login(_arn("us-west-2"))), kept=changed(_login(_arn("eu-west-1")))),
}
