"""Quotas: what is limited for all together, as limits of rules, budgets and stock are. Many take at once, and no item is everybody's.

Words
    quota       what there is of something: kind (rule_limit, budget, stock, series …), id, maybe a period, and a total
    slice       a part of it, which some members take from: 1 where the total is small, up to 16; a member's is always the same
    share       what a slice begins with; one that nobody has taken from is not there, and has its share
    left, taken what a slice still has, what was taken from it and not given back
    note        how little is left, as somebody has found out: known to every process for three minutes (table/config_notes.py)
    held        taken only until a time, for a checkout that is not paid for: then it is given back, or becomes an order's
    closed      a slice of a quota of which more is taken than there is since its total was lowered: only giving back goes on

Laws
    - What is left and what is taken, over all slices, is the total: after every commit, and so at every time.
    - No more is ever taken than the total is. Where it is lowered below what is taken nothing is left, and what is given
      back is had again only when less is taken than the total.
    - All that is left can be had by anybody: whose slice is short takes from others in the same transaction.
    - What is given back goes to the slice that it was taken from, never more than was taken from it.
    - What was held for a checkout that has lapsed is given back by whoever finds too little left, or by the daily job.
    - Taking costs no request and 2 write units; only whose slice is short pays a refused transaction and 1 Query.
    - The total of a period that is over is the one that it ended with: who keeps the quota's definition keeps that.

Modules
    model       Quota, Slice, Stand, Taken, Held; how they are cut, drawn from others, and cut anew

Operations
    read_quota (the flow take_quotas takes for operations that need it; change_quota is a part of a change of the configuration)

Facts
    none of its own: what an order or a redemption took is told by its own facts, and kept with it as Taken
"""
