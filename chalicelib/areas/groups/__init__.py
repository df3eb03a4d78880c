"""Groups: members who collect together, as a household or a fleet does. A group owns accounts as a member does.

Words       group (name, kind, labels), primary member (speaks for it), membership (since when, and whether they may
            spend), who may spend: everyone, the primary member, or those chosen; status (active, blocked)
Laws        a member is in one group at a time, seen to by the member's own profile; a group that has members has a
            primary one among them; it counts as many members as it lists, at most 1,000; names and labels stand in the
            erasable private part, never in a fact
Operations  get_group, list_groups, list_memberships; founded, changed, joined, left and group_of, parts of the flows create_group,
            update_group, join_group, leave_group and change_group_member
Facts       group.created, group.changed, group.blocked, group.unblocked, group.primary_named, group.member_joined,
            group.member_changed, group.member_left (stream: program 0)
"""
