"""Segments: who is spoken to together, and for whom rules and rewards are: put in by hand, by rules or by criteria, out by hand, rules, criteria or time.

Words
    segment      a tenant's own list of members, as data: its name, labels, type and whether it has ended
    membership   a member in a segment: since when, and until when where its type says so
    type         persistent: until somebody takes them out; scheduled: for `horizon_days` from when they joined; rolling: for
                 `horizon_days` from when something last brought them in, or would have; by criteria from what they last did
                 themselves that these ask about
    criteria     who belongs to it, in the words of rules (areas/rules), kept as they were written; nobody then joins or leaves otherwise
    rest         that a stay by criteria is over, of who has met them ever since: they come again by what they do, or by other criteria
    watch        when time alone may move a member by criteria of any segment

Laws
    - A member is in a segment once, whoever adds them at once; who is added again stays, and a rolling stay begins anew.
    - A stay is over with its time, whether or not a job ran; another definition moves no stay that has begun, but that those by
      criteria end as their segment's type says.
    - Nobody comes again into a scheduled or rolling segment by criteria because they were looked at.
    - Nobody is in a segment that has ended: it keeps its members, and has them again when it is active again.
    - Who is in a persistent segment with criteria meets them, as far as they have been looked at since something happened to them.
    - A watch is never later than what it waits for.
    - How many there are is counted as they come and go, and never read from a list.
    - What is bought is counted of the segments that count it and that the buyer is in then, in the entry of the purchase.
    - No personal data lies with a membership: an erasure has nothing to remove of it.

Modules
    model        Segment, Membership, and what joining and leaving make of one

Operations
    list_segments, list_memberships (the flows define_segment, read_segment, change_segment_members, import_members,
    list_segments_of_member and leave_due_segment do what needs members or counts as well; follow_segments does what rules ask for, settle_criteria, follow_entry and
    start_segment_job what criteria do)

Facts
    config.changed (kind `segment`) in the journal of the segment; member.joined_segment, member.renewed_segment and
    member.left_segment in the member's own (program 0), or in the account's where a rule did it
"""
