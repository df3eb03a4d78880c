"""What the words of a template may speak of, by who uses it: rules and follow-ups. What nobody would know is refused where either of
the two is defined, the template or its user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.areas.notifications.model import OF_FACTS, OF_HAPPENINGS, OF_MEMBERS, Template, variables_after
from chalicelib.areas.notifications.store import templates
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.names import gives_points, has_order, named_templates
from chalicelib.errors import Refused
from chalicelib.kit.wording import check_variables
from chalicelib.table.config import Config

ALL = tuple(dict.fromkeys((*OF_MEMBERS, *OF_HAPPENINGS, *OF_FACTS)))


def variables_of(rule: Rule) -> tuple[str, ...]:
    """The number of an order where something may have been bought, and points where the rule gives any."""
    points, number = OF_HAPPENINGS
    return (*OF_MEMBERS, *((points,) if gives_points(rule) else ()), *((number,) if has_order(rule) else ()))


def must_be_spoken_by(config: Config, template: Template) -> None:
    """Everybody who uses the template knows what it speaks of; of one that nobody uses it is what anybody would know. Refuses
    `unknown_variable`."""
    check_variables(template, ALL)
    for known in _users(config, template.template_id):
        check_variables(template, known)


def must_be_known(template: Template, known: Sequence[str], param: str) -> None:
    """Refuses `unknown_variable`, at whoever uses it."""
    try:
        check_variables(template, known)
    except Refused as wrong:
        wrong.param = param
        raise


def _users(config: Config, template_id: str) -> Iterator[tuple[str, ...]]:
    """What each knows; a rule that is over tells nothing."""
    for one in templates.follow_ups(config):
        if one.template_id == template_id:
            yield variables_after(one.after)
    for program in programs.programs(config):
        for rule in rules.rules(config, program.program_id):
            if rule.state != "ended" and template_id in (named.name for named in named_templates(rule)):
                yield variables_of(rule)
