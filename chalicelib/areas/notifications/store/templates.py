"""Where templates and follow-ups are kept: they are configuration aggregates (table/config.py).

access pattern                | key                                        | items | cost                 | by
a template, or all of a tenant | {t}#CFG / notification_template#0000#{template} | 0–500 | in the configuration | template, templates
a follow-up, or all of a tenant | {t}#CFG / notification_follow_up#0000#{follow_up} | 0–100 | in the configuration | follow_up, follow_ups

item                  | key                                             | in index | cost
notification_template | {t}#CFG / notification_template#0000#{template} | –        | 2 WU
notification_follow_up | {t}#CFG / notification_follow_up#0000#{follow_up} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.notifications.model import FollowUp, Template, no_follow_up, no_template
from chalicelib.errors import Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined

MAX_TEMPLATES = 500
TEMPLATES = Defined("notification_template", Template, MAX_TEMPLATES)
MAX_FOLLOW_UPS = 100
FOLLOW_UPS = Defined("notification_follow_up", FollowUp, MAX_FOLLOW_UPS)
TENANT = 0  # they are a tenant's, not a program's


def templates(config: Config) -> tuple[Template, ...]:
    """By id."""
    return TEMPLATES.every(config, TENANT)


def find(config: Config, template_id: str) -> Template | None:
    return TEMPLATES.find(config, TENANT, template_id)


def template(config: Config, template_id: str) -> Template:
    """NotFound `template_not_found`."""
    return TEMPLATES.known(config, TENANT, template_id, no_template(template_id))


def template_of(name: Name, body: Mapping[str, Any]) -> Template:
    return TEMPLATES.read(name, body)


def change(config: Config, after: Template) -> Change:
    """Refuses `too_many_templates` past 500 of a tenant."""
    too_many = Refused("too_many_templates", f"A tenant has at most {MAX_TEMPLATES} templates of notifications.")
    return TEMPLATES.change(config, TENANT, after.template_id, after, too_many)


def follow_ups(config: Config) -> tuple[FollowUp, ...]:
    """By id."""
    return FOLLOW_UPS.every(config, TENANT)


def follow_up(config: Config, follow_up_id: str) -> FollowUp:
    """NotFound `follow_up_not_found`."""
    return FOLLOW_UPS.known(config, TENANT, follow_up_id, no_follow_up(follow_up_id))


def follow_up_of(name: Name, body: Mapping[str, Any]) -> FollowUp:
    return FOLLOW_UPS.read(name, body)


def change_follow_up(config: Config, after: FollowUp) -> Change:
    """Refuses `too_many_follow_ups` past 100 of a tenant."""
    too_many = Refused("too_many_follow_ups", f"A tenant has at most {MAX_FOLLOW_UPS} follow-ups.")
    return FOLLOW_UPS.change(config, TENANT, after.follow_up_id, after, too_many)


def is_paused(config: Config, follow_up_id: str) -> bool:
    known = FOLLOW_UPS.find(config, TENANT, follow_up_id)
    return known is not None and known.state == "paused"
