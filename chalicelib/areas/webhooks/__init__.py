"""Webhooks: servers of a shop that are told what happened, each of what it wants to know, signed, and again until it has taken it.

Words
    webhook      a server's URL and the types of facts that it wants (`order.recorded`, `member.*`, `*`); active or disabled
    secret       `whsec_…`, made here and told once, by which the server knows that it was us; the one before is good for a day more
    delivery     one journal entry for one webhook, or for one rule that tells it, under one id however often it is tried: waiting,
                 succeeded or failed
    test         a delivery that is about nothing that happened

Laws
    - What is published is delivered at least once, under the same id each time, in no order; what succeeded is not sent again
      unless somebody asks for it.
    - A server that fails is tried again after growing pauses, for five days; one that fails for so long, or says that it is
      gone, is disabled, and that is a fact which other webhooks may want.
    - Nothing is ever sent to an address that is not on the public Internet, and where an answer points to nobody goes.
    - No secret is in a fact, nor in a log. A delivery is kept for 30 days.

Modules
    model        Webhook, Delivery and what a call makes of one, Secrets and signatures; all pure

Operations
    list_webhooks, get_webhook, list_deliveries (the flows define_webhook, deliver_webhook, redeliver_webhook and wake_webhooks
    do what needs queues, the world outside or the journal as well)

Facts
    config.changed (kind `webhook`) and webhook.disabled, in the journal of the webhook
"""
