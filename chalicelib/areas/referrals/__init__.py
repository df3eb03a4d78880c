"""Referrals: members who bring others in, by a code that they share or by invitations, and how far that came.

Words
    shared code  a member's own, short enough to be said aloud; it stands in their profile and leads to them
    invitation   one that a member sends to somebody, with a code of its own that is good once, until its last day
    referral     that somebody came by a member: kept with who came, once in their life
    state        invited, registered, purchased; or expired, of an invitation that nobody took up in time
    referrer     who brought somebody in; referred: who came
    sending      what became of an invitation: none (it is not to be sent), waiting, sent, failed and why
    friends      what has become of all whom a member brought in, counted as it happens

Laws
    - A code leads to one member; in capital letters or small ones it is the same.
    - A member was brought in by one other at most, never by themselves, and nobody by whom they brought in: whoever has brought
      somebody in is not brought in any more.
    - A referral goes from registered to purchased once, with the first purchase, and stays there when the goods come back.
    - An invitation is over with its time, whether or not a job ran. A member has at most fifty that are not.
    - An invitation is sent in the tenant's words or not at all, once, not in quiet hours, and to nobody who is a member by then.
    - Who was asked (an address, a number) stands in the invitation alone, in no fact, and is gone when it was taken up or is over.
    - A device, an identifier that came by a referral before, and an address or number that a member has given up, are known again by
      a hash, with the member who had it last, and by nothing else.

Modules
    model        Referral, Invitation, Sending, Friends, and what becomes of them

Operations
    list_referrals (the flows share_code, invite_friend, send_invitation, claim_referral, read_referral, check_referral and expire_invitation do what
    needs members as well; enrol_member and record_order bring members in, purchases move on what they are)

Facts
    referral.invited and referral.expired in the referrer's own journal (program 0), referral.registered in that of who came;
    referral.purchased in the account's, with the order. A shared code is a part of the profile: member.updated
"""
