"""Define a webhook, give it another secret, delete it; and disable one that nobody answers at.

reads    1 Query of the configuration, 1 Get of its secrets; and 1 Get more of the secret that the answer tells
writes   webhook, revision, entry, secrets: 8 units; + 2 with an Idempotency-Key

A secret is in no entry, as it would be in the feed then: it lies beside the definition, with the command that made it, which is
told it as often as it is repeated. Nobody else is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import (
    Secret,
    SecretState,
    Webhook,
    WebhookDefinition,
    WebhookDisabled,
    deleted,
    new_secret,
    rotated,
)
from chalicelib.aws.outside import TargetError, target_of
from chalicelib.errors import InvalidInput, Refused
from chalicelib.flows.fact_types import must_be_told
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config
from chalicelib.table.protocol import Write


class IssuedWebhook(Webhook):
    """`secret`: told to the request that made it, and to that one's repeats; to nobody else."""

    secret: str | None


def define_webhook(
    rt: Runtime, caller: Caller, command: Command, webhook_id: str, definition: WebhookDefinition
) -> Committed[IssuedWebhook]:
    """Create it, with a secret, or replace it; made active or replaced it has failed at nothing yet. InvalidInput `invalid_url`,
    `unknown_fact_type`; Refused `forbidden_target`, `too_many_webhooks`."""
    _check_target(rt, definition.url)
    must_be_told(definition.types)
    made = _made(rt, command)

    def decide(config: Config) -> Change:
        known, state = store.find(config, webhook_id), _state(rt, caller, webhook_id)
        number = 0 if known is None else known.secret_number
        if known is None or not known.is_there:
            number, state = number + 1, replace(state, secrets=(made,))
        after = definition.named(webhook_id, number)
        return _beside(store.define(config, after), caller, replace(state, failing_since=None))

    return _committed(rt, caller, command, "define_webhook", decide)


def rotate_webhook_secret(rt: Runtime, caller: Caller, command: Command, webhook_id: str) -> Committed[IssuedWebhook]:
    """Another secret; the one before is good for a day more. NotFound `webhook_not_found`."""
    made = _made(rt, command)

    def decide(config: Config) -> Change:
        known, state = store.webhook(config, webhook_id), _state(rt, caller, webhook_id)
        after = known.model_copy(update={"secret_number": known.secret_number + 1})
        return _beside(store.change(after), caller, rotated(state, made, rt.clock.now()))

    return _committed(rt, caller, command, "rotate_webhook_secret", decide)


def delete_webhook(rt: Runtime, caller: Caller, command: Command, webhook_id: str) -> Committed[Webhook]:
    """It is told nothing any more, what waits for it neither, and its secrets are gone. NotFound `webhook_not_found`."""

    def decide(config: Config) -> Change:
        known, state = store.webhook(config, webhook_id), _state(rt, caller, webhook_id)
        return _beside(store.change(deleted(known)), caller, replace(state, secrets=(), failing_since=None))

    done = change_config(rt, caller, command, "delete_webhook", decide)
    return Committed(store.webhook_of(Name(done.answer.kind, done.answer.id), done.answer.body), done.replayed)


def disable_webhook(
    rt: Runtime,
    caller: Caller,
    command: Command,
    webhook_id: str,
    told: WebhookDisabled,
    also: Callable[[], tuple[Write, ...]] = tuple,
) -> Committed[Webhook]:
    """By us, and with it what `also` writes. Refuses `webhook_disabled` where it is already; NotFound `webhook_not_found`."""

    def decide(config: Config) -> Change:
        known = store.webhook(config, webhook_id)
        known.must_be_told()
        return replace(store.change(known.disabled(told.by)), facts=(told,), also=also())

    done = change_config(rt, caller, command, "disable_webhook", decide)
    return Committed(store.webhook_of(Name(done.answer.kind, done.answer.id), done.answer.body), done.replayed)


def _check_target(rt: Runtime, url: str) -> None:
    """What it is. What its name stands for is looked up by every call."""
    try:
        target_of(url, local=rt.outside.local)
    except TargetError as wrong:
        if wrong.malformed:
            raise InvalidInput("invalid_url", wrong.sentence, param="url") from wrong
        raise Refused("forbidden_target", wrong.sentence, param="url") from wrong


def _made(rt: Runtime, command: Command) -> Secret:
    """One for all attempts of the command."""
    return new_secret(rt.ids.salt() + rt.ids.salt(), command.id)


def _state(rt: Runtime, caller: Caller, webhook_id: str) -> SecretState:
    return store.read_state(rt.table, caller.tenant, webhook_id) or SecretState(())


def _beside(change: Change, caller: Caller, state: SecretState) -> Change:
    """With what is kept beside the definition."""
    return replace(change, also=(store.state_put(caller.tenant, change.body["webhook_id"], state),))


def _committed(
    rt: Runtime, caller: Caller, command: Command, operation: str, decide: Callable[[Config], Change]
) -> Committed[IssuedWebhook]:
    done = change_config(rt, caller, command, operation, decide)
    webhook = store.webhook_of(Name(done.answer.kind, done.answer.id), done.answer.body)
    secret = None
    if not command.dry_run:
        state = read_patiently(rt, lambda: _state(rt, caller, webhook.webhook_id))
        secret = state.told(command.id)
    return Committed(IssuedWebhook(**dict(webhook), secret=secret), done.replayed)
