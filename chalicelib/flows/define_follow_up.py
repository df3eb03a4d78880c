"""Define a follow-up: what members are told some time after something has happened to them. A part of the configuration.

reads    1 Query of the configuration
writes   follow-up, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.notifications.model import OF_MEMBERS, FollowUp
from chalicelib.areas.notifications.store import templates
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.wording import check_variables
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_follow_up(rt: Runtime, caller: Caller, command: Command, follow_up: FollowUp) -> Committed[FollowUp]:
    """Create it or replace it. NotFound `template_not_found`; Refused `unknown_variable`, `too_many_follow_ups`."""

    def decide(config: Config) -> Change:
        try:
            check_variables(templates.template(config, follow_up.template_id), OF_MEMBERS)
        except Refused as wrong:
            wrong.param = "template_id"
            raise
        return templates.change_follow_up(config, follow_up)

    done = change_config(rt, caller, command, "define_follow_up", decide)
    changed = done.answer
    return Committed(templates.follow_up_of(Name(changed.kind, changed.id), changed.body), done.replayed)
