"""Define a template of notifications: a part of the configuration, like a rule. What is sent from then on says what it says then.

reads    1 Query of the configuration
writes   template, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.notifications.model import OF_MEMBERS, VARIABLES, Template
from chalicelib.areas.notifications.store import templates
from chalicelib.flows.carried_words import must_be_carried
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.wording import check_variables
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_template(rt: Runtime, caller: Caller, command: Command, template: Template) -> Committed[Template]:
    """Create the template or replace it. Refuses `unknown_variable`, of one that a follow-up tells also of what only rules know;
    `words_too_long`, `too_many_templates`."""
    must_be_carried(template)

    def decide(config: Config) -> Change:
        follows = any(one.template_id == template.template_id for one in templates.follow_ups(config))
        check_variables(template, OF_MEMBERS if follows else VARIABLES)
        return templates.change(config, template)

    done = change_config(rt, caller, command, "define_template", decide)
    changed = done.answer
    return Committed(templates.template_of(Name(changed.kind, changed.id), changed.body), done.replayed)
