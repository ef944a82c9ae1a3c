"""What the states of the validator's tests share."""

from tierkeep.desired.model import Age, TimeUnit, UnitId

CATALOG = "campus"
HOME, DR = "ap-south-1", "ap-southeast-1"
PRODUCTION, DEVELOPMENT = "111111111111", "333333333333"
HOME_ID = UnitId(account="production", region=HOME)
DR_ID = UnitId(account="production", region=DR)
DEVELOPMENT_ID = UnitId(account="development", region=HOME)

TAGS = (("tierkeep:catalog", CATALOG), ("tierkeep:tier", "critical"))


def days(number: int) -> Age:
    return Age(interval=number, unit=TimeUnit.DAYS)
