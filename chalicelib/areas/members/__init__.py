"""Members: the people a shop knows, and by what it knows them.

Words       member (profile with labels and typed fields), identifier (card, email, phone, external id: unique in a
            tenant), status (active | blocked: a blocked member neither earns nor spends), directory, occasion (a birthday,
            an anniversary of the enrolment: a profile knows its next)
Laws        an identifier belongs to one member at a time, seen to by its own item in the owner's transaction; what names
            a person stands in the erasable private part, never in a fact; one birthday a year is given something for
Operations  get_member, find_member, list_members; enrol and update, called by the flows enrol_member and update_member,
            which bring the tenant's field declarations; linked, a part of what joining and leaving a group writes
            (celebrated: the same of an occasion)
Facts       member.enrolled, member.updated, member.blocked, member.unblocked, member.joined_group, member.left_group,
            member.occasion (stream: program 0)
"""
