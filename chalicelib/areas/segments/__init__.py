"""Segments: who is spoken to together, and for whom rules and rewards are: put in by hand or by rules, out by hand, rules or time.

Words
    segment      a tenant's own list of members, as data: its name, labels, type and whether it has ended
    membership   a member in a segment: since when, and until when where its type says so
    type         persistent: until somebody takes them out; scheduled: for `horizon_days` from when they joined; rolling: for
                 `horizon_days` from when something last brought them in, or would have

Laws
    - A member is in a segment once, whoever adds them at once; who is added again stays, and a rolling stay begins anew.
    - A stay is over with its time, whether or not a job ran; another definition moves no stay that has begun.
    - Nobody is in a segment that has ended: it keeps its members, and has them again when it is active again.
    - How many there are is counted as they come and go, and never read from a list.
    - No personal data lies with a membership: an erasure has nothing to remove of it.

Modules
    model        Segment, Membership, and what joining and leaving make of one

Operations
    list_segments, list_memberships (the flows define_segment, read_segment, change_segment_members, list_segments_of_member and
    leave_due_segment do what needs members or counts as well; follow_segments does what rules ask for)

Facts
    config.changed (kind `segment`) in the journal of the segment; member.joined_segment, member.renewed_segment and
    member.left_segment in the member's own (program 0), or in the account's where a rule did it
"""
