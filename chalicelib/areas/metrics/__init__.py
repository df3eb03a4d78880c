"""Metrics that a tenant defines itself: what is measured of each member's past, and which thresholds it is looked at for.

Words
    metric       a tenant's own measure, as data: its name, what is measured over which range, and whether it has ended
    threshold    a number that it reaches from below or above (`at_least`, `at_most`), and falls back from
    judged       in real time: with what happens; or daily: once the day of it is over

Laws
    - A metric is measured by what the account counts anyway (areas/accounts, `past`): it has no items and no values of its own.
    - A threshold is reached once, and again only after the account fell back from it; which are reached is a part of the account.
    - Nothing that a threshold gives moves a metric.

Modules
    model        Metric and its thresholds; what is measured are the words of areas/rules, kept as they were written

Operations
    list_metrics, get_metric (the flows define_metric, read_metric_values, settle_metrics do what needs accounts and rules)

Facts
    config.changed (kind `metric`) in the journal of the metric; metric.reached and metric.fell in the account's
"""
