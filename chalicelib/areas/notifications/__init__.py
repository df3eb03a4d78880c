"""Notifications: what a shop tells its members, by push, text, mail or in its own app; and whom it may tell.

Words
    template       what is said in one channel, in the words of several languages, with variables such as `{{given_name}}`
    device         a phone that an app of the shop is on: an endpoint at SNS, made of the token that the app has for it
    favourite      a place whose news a member wants, as orders name it
    notification   a template or a text for some members, a segment, those who favour a place or everybody, at a time: an operation (areas/jobs)
    follow-up      a template that is told some hours after each fact of a type, such as `tier.changed`, or after some of them only
    notice         what one member is told by it, or by a rule: waiting, sent, failed, skipped or cancelled, and why
    inbox          notices in the app: they are kept and read there
    kind           `transactional`: about something the member has done; `marketing`: everything else

Laws
    - Marketing goes to nobody who does not take the newsletter, nor anything to a member who is blocked.
    - Marketing wakes nobody: in the tenant's quiet hours it waits until they are over. The inbox rings no bell, so it does not wait.
    - A phone is one member's: whoever's app registers its token last. One that takes nothing any more is not tried again
      until its app registers it again.
    - A notice that was sent is counted once and not sent again, but where its sender died between sending and writing that down.
    - Nothing of what is told, and no token or address, is in a fact or in a log. Notices are kept for 45 days.

Modules
    model        Template, Device, Notice, quiet hours, who may be told; all pure

Operations
    list_templates, get_template, list_follow_ups, get_follow_up, list_inbox, list_notices, list_receipts (the flows
    define_template, define_follow_up, register_device, favour_places, start_notification, notify_chunk, tell_one and change_notice write)

Facts
    config.changed (kinds `notification_template` and `notification_follow_up`), in the journal of either; that a rule wants somebody
    told is notification.wanted, in the journal of their account (areas/accounts)
"""
