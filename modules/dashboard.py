"""A dashboard of CloudWatch."""

from __future__ import annotations

from constructs import Construct

from imports.aws.cloudwatch_dashboard import CloudwatchDashboard
from tierkeep.desired import model


class UnitDashboard(Construct):
    """The dashboard of an account and Region."""

    def __init__(self, scope: Construct, dashboard: model.Dashboard) -> None:
        super().__init__(scope, f"dashboard-{dashboard.name}")
        CloudwatchDashboard(self, "dashboard", dashboard_name=dashboard.name, dashboard_body=dashboard.body)
