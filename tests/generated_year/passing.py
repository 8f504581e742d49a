"""Who takes the matter on: BUCK_PASSING, NO_OWNER, and what only looks like them."""

import datetime

from segments import Handler, Phase, Truth, segment
from story import CASE_ITSELF, GROUNDS, NO_OWNER_DAYS

BREACH, NEAR_MISS = Truth.BREACH, Truth.NEAR_MISS
UNOWNED, OWNERSHIP = Phase.UNOWNED, Phase.OWNERSHIP

# ---- BUCK_PASSING: deferrals that close a loop or reach three hops with nobody accepting; a deferral withdrawn without accepting


def _pass_on(story, chain):
    """Each defers to the next."""
    for department, to in zip(chain, chain[1:]):
        story.defer(department, to)


def _fresh(story, count):
    return [story.fresh() for _ in range(count)]


def _loop(story, count):
    members = _fresh(story, count)
    _pass_on(story, members + members[:1])
    story.found_now("BUCK_PASSING", members, f"a loop of {count}")


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=2)
def two_defer_to_each_other(story):
    _loop(story, 2)


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=3)
def three_defer_in_a_circle(story):
    _loop(story, 3)


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=4)
def two_pairs_defer_to_each_other(story):
    _loop(story, 2)
    _loop(story, 2)


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=2)
def two_who_were_asked_defer_to_each_other(story):
    one, other = _fresh(story, 2)
    first, second = story.ask(one), story.ask(other)
    story.defer(one, other, first)
    story.workdays_later(1)
    story.defer(other, one, second)
    story.found_now("BUCK_PASSING", [one, other], "a loop of 2")


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=4)
def three_hops(story):
    chain = _fresh(story, 4)
    _pass_on(story, chain)
    story.found_now("BUCK_PASSING", chain, "three hops and nobody accepts")


@segment("BUCK_PASSING", BREACH, UNOWNED, departments=5)
def four_hops(story):
    chain = _fresh(story, 5)
    _pass_on(story, chain[:4])
    story.found_now("BUCK_PASSING", chain[:4], "three hops and nobody accepts")
    # The three counted already; one more hop is not three.
    _pass_on(story, chain[3:])


@segment("BUCK_PASSING", BREACH, UNOWNED)
def withdraws_its_deferral_and_refuses(story):
    department, to = story.fresh(), story.lead
    deferral = story.defer(department, to)
    story.later()
    stance = story.rng.choice(("REFUSES", "REPORTS_PROGRESS"))
    story.answer(
        department,
        stance,
        grounds=GROUNDS,
        says=f"takes its deferral back and does not accept ({stance.lower()})",
        withdraws_event_id=deferral,
    )
    story.found_now("BUCK_PASSING", [department], "a deferral withdrawn without accepting")


@segment("BUCK_PASSING", NEAR_MISS, UNOWNED, departments=2)
def two_hops(story):
    _pass_on(story, [*_fresh(story, 2), story.lead])


@segment("BUCK_PASSING", NEAR_MISS, UNOWNED, departments=3)
def three_defer_to_the_same(story):
    to = story.lead
    for department in _fresh(story, 3):
        story.defer(department, to)


@segment("BUCK_PASSING", NEAR_MISS, OWNERSHIP, departments=3)
def the_last_of_three_hops_had_accepted(story):
    one, two, three = _fresh(story, 3)
    _pass_on(story, [one, two, three])
    story.later()
    story.accept(story.lead)
    story.defer(three, story.lead)


@segment("BUCK_PASSING", NEAR_MISS, OWNERSHIP, departments=1)
def withdraws_its_deferral_and_accepts(story):
    department = story.fresh()
    deferral = story.defer(department, story.lead)
    story.later()
    story.answer(
        department, "ACCEPTS", grounds=GROUNDS, says="takes its deferral back and accepts", withdraws_event_id=deferral
    )


# ---- NO_OWNER: in handling and nobody accepts for longer than ten working days


def _nobody_until_after(story):
    story.found_when_passed(
        "NO_OWNER",
        [CASE_ITSELF, story.handler],
        story.no_owner_due,
        f"nobody accepted within {NO_OWNER_DAYS} working days",
    )


@segment("NO_OWNER", BREACH, OWNERSHIP, departments=0)
def accepts_the_morning_after(story):
    _nobody_until_after(story)
    story.morning_after(story.no_owner_due)
    story.accept(story.lead)


@segment("NO_OWNER", BREACH, OWNERSHIP, departments=0)
def accepts_weeks_late(story):
    _nobody_until_after(story)
    story.morning_after(story.no_owner_due)
    story.workdays_later(story.rng.randint(2, 8))
    story.accept(story.lead)


@segment("NO_OWNER", BREACH, OWNERSHIP, departments=2)
def all_refuse_with_grounds_before_one_accepts_late(story):
    for department in _fresh(story, 2):
        story.answer(department, "REFUSES", grounds=GROUNDS)
        story.later()
    _nobody_until_after(story)
    story.morning_after(story.no_owner_due)
    story.workdays_later(1)
    story.accept(story.lead)


@segment("NO_OWNER", BREACH, OWNERSHIP, handler=Handler.DISTRICT, departments=0, alone=True)
def is_handed_up_and_nobody_accepts(story):
    """The transfer resets nothing."""
    story.workdays_later(NO_OWNER_DAYS - 2)
    story.hand_to(story.place.city, by=story.handler)
    _nobody_until_after(story)
    story.morning_after(story.no_owner_due)
    story.workdays_later(2)
    story.accept(story.lead)


@segment("NO_OWNER", NEAR_MISS, OWNERSHIP, departments=0)
def accepts_in_the_last_minute(story):
    story.last_minute_before(story.no_owner_due)
    story.accept(story.lead)


@segment("NO_OWNER", NEAR_MISS, OWNERSHIP, departments=1)
def another_than_the_one_deferred_from_accepts(story):
    department = story.fresh()
    story.defer(department, story.lead)
    story.later(2)
    story.accept(story.lead)


@segment("NO_OWNER", NEAR_MISS, OWNERSHIP, departments=0, alone=True)
def is_closed_before_ten_working_days(story):
    story.workdays_later(story.rng.randint(3, NO_OWNER_DAYS - 1))
    story.claim(story.lead)
    story.confirm()
    story.close()
    story.over = True


@segment("NO_OWNER", Truth.DISPROVED, OWNERSHIP, departments=0)
def accepted_in_time_and_entered_late(story):
    due = story.no_owner_due
    story.found_when_passed(
        "NO_OWNER", [CASE_ITSELF, story.handler], due, "nobody had accepted, as far as was known", lifted=True
    )
    story.morning_after(due)
    story.later(2)
    story.accept(story.lead, occurred_at=due - datetime.timedelta(hours=30))
