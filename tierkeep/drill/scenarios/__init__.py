"""Scenarios: the drills of the catalog, each over many resources at once.

What a scenario covers the desired state says. `population` finds the resources, `sampling` draws those whose
turn it is, `planning` freezes that into a plan with its cost and time, `holding` drills them side by side,
and `run_document` keeps what has become of each, so that `resuming` can go on after a crash.
"""
