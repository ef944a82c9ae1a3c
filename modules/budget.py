"""A monthly budget of AWS Budgets for what carries a tag."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.budgets_budget import BudgetsBudget, BudgetsBudgetCostFilter, BudgetsBudgetNotification
from tierkeep.desired import model


class TagBudget(Construct):
    """A budget with an alert for each percentage that it is to tell of. The topic that it tells lets it once
    what is in `after` is there."""

    def __init__(
        self, scope: Construct, budget: model.Budget, *, after: Sequence[ITerraformDependable] = ()
    ) -> None:
        super().__init__(scope, f"budget-{budget.name}")
        key, value = budget.tag
        BudgetsBudget(
            self,
            "budget",
            name=budget.name,
            budget_type="COST",
            limit_amount=str(budget.dollars),
            limit_unit="USD",
            time_unit="MONTHLY",
            cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:{key}${value}"])],
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind.value,
                    comparison_operator="GREATER_THAN",
                    threshold=percentage,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(budget.emails),
                    subscriber_sns_topic_arns=[budget.topic_arn] if budget.topic_arn else [],
                )
                for kind, percentage in budget.alerts
            ],
            tags=dict(budget.tags),
            depends_on=list(after),
        )
