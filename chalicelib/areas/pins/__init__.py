"""PINs and one-time codes: how a member proves that it is they who redeem.

Words: a *PIN* is four to twelve digits that a member keeps; a *one-time code* is six digits that they are given for one redemption, and
that lasts five minutes. Which of them is asked for, and for what, a program says (`proofs`). A *wrong try* is a proof that
does not fit.

Laws: neither is kept but as a salted, slow hash, outside of journal, facts and logs. After five wrong tries in a row, of PIN and code together,
nothing is looked at for fifteen minutes, however many try at once. A code is used up in the very transaction that it is the proof for.

It has no journal: a secret has no history worth keeping. Who sets and asks for them are flows: set_pin, issue_proof_code, proving.
"""
