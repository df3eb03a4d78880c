"""What must hold of where an account stands on its program's ladder: asked of the program, and reckoned anew."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.standing import Ladder
from chalicelib.kit.facts import Fact, encode
from chalicelib.kit.periods import day_starts
from chalicelib.table.journal import Entry
from tests.simulation.ladders import Ladders, Reached, Scheme, counted_of
from tests.simulation.law import law
from tests.simulation.reckoned import day_at, period_end, place_named, place_of, start_of, value_on

FALLS = ("period_ended", "grace_ended", "recalculated")
BY_PERIOD = ("period_end", "after_days")


def ask_tier(account: Account, ladder: Ladder, last: Entry) -> None:
    """Every operation ends on the tier that was reached, and a pin with its last day. What time alone brings is by the
    scheme of its day: the newest may not have had its say yet."""
    standing = account.standing
    if standing.pinned and standing.pinned_until is not None:
        ends_at = day_starts(standing.pinned_until + 1, ladder.zone)
        law(account.advanced_to < ends_at, f"still pinned to {account.tier}, after {standing.pinned_until}")
    if last.header["operation"] == "settle_due":
        return
    told = ladder.settled(Story(account)).facts
    law(not told, f"an operation has left the tier unsettled: {[encode(fact) for fact in told]}")


@dataclass(frozen=True)
class Standings:
    """Where one entry leaves an account, and by which moves: reckoned from what was counted."""

    ladders: Ladders
    zone: str
    entry: Entry

    @property
    def newest(self) -> Scheme:
        return self.ladders.newest(self.entry.header["config_version"])

    def ask_fact(self, before: Account, reached: Reached, fact: Fact) -> None:
        match fact:
            case f.TierPinned():
                ends_at = None if fact.until is None else start_of(fact.until + 1, self.zone)
                law(fact.ends_at == ends_at, f"{fact} does not end with its last day")
            case f.TierChanged():
                law(not before.standing.pinned or fact.reason == "pinned", f"{fact} of somebody who is pinned")
                schemes = self._schemes(fact.at or 0)
                fits = any(self._moves(scheme, before, reached, fact) for scheme in schemes)
                law(fits, f"{fact} by {schemes}, having reached {reached} and being {before.standing}")
            case f.TierReviewed():
                known = self.ladders.known(self.entry.header["config_version"])
                starts = {one.since for one in known}
                fits = any(
                    _counts_anew(one.scheme, starts, before, reached, fact)
                    and self._looks_again(one.scheme, before, fact)
                    for one in known
                )
                law(fits, f"{fact} by {known}, having reached {reached} and being {before.standing}")

    def _looks_again(self, scheme: Scheme, before: Account, fact: f.TierReviewed) -> bool:
        """When a grace or a period is over, that is looked at."""
        if before.standing.pinned:
            return True
        if fact.grace_from is not None:
            return fact.review_at == self._grace_end(scheme, fact.grace_from)
        down, stands = scheme["downgrade"]["type"], place_named(scheme, before.tier) > 0
        return down not in BY_PERIOD or not stands or fact.review_at == period_end(scheme, fact.period_from, self.zone)

    def _schemes(self, at: int) -> list[Scheme]:
        """The newest, by which an operation judges, and that in force then, by which time does."""
        then = self.ladders.in_force(self.entry.header["config_version"], at)
        return [self.newest] if then == self.newest else [self.newest, then]

    def ask_end(self, account: Account, reached: Reached) -> None:
        """After an operation everybody has at least the tier that they reached, and a higher one only for a while."""
        if self.entry.header["operation"] == "settle_due" or account.standing.pinned:
            return
        scheme, now = self.newest, account.advanced_to
        value = value_on(scheme, reached.counts(scheme, account), day_at(now, self.zone))
        earned, place = place_of(scheme, value), place_named(scheme, account.tier)
        law(place >= earned, f"{account.tier} of somebody who reached {value} by {scheme}")
        if place > earned:
            kept = self._kept(scheme, account)
            law(kept is None or kept > now, f"{account.tier} is kept with {value} since {kept} by {scheme}")

    def _kept(self, scheme: Scheme, account: Account) -> int | None:
        """Until when a tier is kept that is no longer reached: None for ever."""
        down, standing = scheme["downgrade"]["type"], account.standing
        if down == "never":
            return None
        if standing.grace_from is not None and scheme["grace_days"]:
            return self._grace_end(scheme, standing.grace_from)
        since = standing.kept_from
        return 0 if down not in BY_PERIOD or since is None else period_end(scheme, since, self.zone)

    def _grace_end(self, scheme: Scheme, since: int) -> int:
        return start_of(day_at(since, self.zone) + scheme["grace_days"], self.zone)

    def _moves(self, scheme: Scheme, before: Account, reached: Reached, fact: f.TierChanged) -> bool:
        assert fact.at is not None
        counts, day = reached.counts(scheme, before), day_at(fact.at, self.zone)
        new, old = place_named(scheme, fact.tier), place_named(scheme, before.tier) if before.tier else -1
        earned = place_of(scheme, value_on(scheme, counts, day))
        down = scheme["downgrade"]
        match fact.reason:
            case "pinned":
                return True
            case "joined":
                return old == -1 and new == earned
            case "reached":
                return old < new == earned
            case "pin_ended" | "unpinned":
                return new == earned
            case "below":
                return down["type"] == "at_once" and not scheme["grace_days"] and old > new == earned
        judged, since, due = self._judged(scheme, before, fact)
        earned = place_of(scheme, value_on(scheme, counts, judged, since))
        by_one = down.get("to") == "one_step"
        return due and earned < old and new == (old - 1 if by_one else earned)

    def _judged(self, scheme: Scheme, before: Account, fact: f.TierChanged) -> tuple[int, int | None, bool]:
        """Of a fall: the day that was judged, from which day its window looks back, and whether it was time."""
        at, standing, asked = fact.at or 0, before.standing, self.entry.header["operation"] == "recalculate_tier"
        by_period, ended = scheme["downgrade"]["type"] in BY_PERIOD, day_at(at - 1, self.zone)
        match fact.reason:
            case "period_ended":
                since = standing.kept_from
                end = None if since is None else period_end(scheme, since, self.zone)
                return ended, None, not scheme["grace_days"] and end is not None and end <= at
            case "recalculated":
                return day_at(at, self.zone), None, asked and not scheme["grace_days"]
            case "grace_ended" if standing.grace_from is not None:
                failed = day_at(standing.grace_from - by_period, self.zone)
                over = self._grace_end(scheme, standing.grace_from) <= at
                return day_at(at, self.zone) if asked else ended, failed, over
        return ended, None, False


def _counts_anew(scheme: Scheme, starts: set[int], before: Account, reached: Reached, fact: f.TierReviewed) -> bool:
    """Where counting begins anew it does so when a period is over or somebody falls, or an operator says so; and not in
    between. Periods begin with a ladder, too, and count on."""
    standing, counts = before.standing, reached.counts(scheme, before)
    bases = {counts.base}
    if scheme["window"]["type"] == "since_last_recalculation":
        fell = standing.reason in FALLS and standing.since == fact.period_from and standing.period_from is None
        over = standing.kept_from is not None and standing.kept_from < fact.period_from not in starts
        anew = fell if standing.review_at is None else over  # it has just changed, or was waiting for this
        bases = {counts.ever} if anew else {counts.base, counts.ever}
    return fact.base in bases and fact.base_of == (counted_of(scheme) if fact.base else "")
