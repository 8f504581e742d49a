"""What was entered later than it happened: it counts by when it happened, and lifts what it disproves."""

import datetime

from segments import Phase, Truth, segment
from story import CASE_ITSELF, GROUNDS, RESPONSE_DAYS, WHISTLE_DAYS, entered_late, statement

BREACH, NEAR_MISS, DISPROVED = Truth.BREACH, Truth.NEAR_MISS, Truth.DISPROVED
HALF_AN_HOUR = datetime.timedelta(minutes=30)


def _after_last(story):
    """A moment after the last step and before any other."""
    return story.last.at + HALF_AN_HOUR


@segment("GOALPOST_MOVED", BREACH)
def the_first_condition_was_met_before_and_entered_after(story):
    department = story.fresh()
    first = story.impose(department, f"occupancy-{len(story.steps)}")
    story.later(2)
    met_at = story.now
    story.later(2)
    second = story.impose(department, f"meters-{len(story.steps)}")
    story.later(2)
    story.meet(first, department, occurred_at=met_at)
    story.found_now("GOALPOST_MOVED", [department], "the first condition had been met when it imposed the second")
    story.later()
    story.waive(second, department)


@segment("GOALPOST_MOVED", NEAR_MISS)
def the_second_condition_was_imposed_before_the_first_was_met_and_entered_after(story):
    department = story.fresh()
    first = story.impose(department, f"occupancy-{len(story.steps)}")
    imposed_at = _after_last(story)
    story.later(2)
    story.meet(first, department)
    story.later()
    second = story.impose(department, f"meters-{len(story.steps)}", occurred_at=imposed_at)
    story.later()
    story.waive(second, department)


@segment("CONTRADICTION", BREACH)
def what_it_had_said_before_is_entered_after_what_it_says_now(story):
    department, topic = story.fresh(), f"cable-{len(story.steps)}"
    said_at = story.now
    story.later(3)
    story.say(department, topic, "It is ours.", holds=True)
    story.later()
    story.answer(
        department,
        "REPORTS_PROGRESS",
        occurred_at=said_at,
        says=f"had denied {topic} on {said_at:%Y-%m-%d %H:%M}, which is entered only now",
        statements=[statement(topic, "It is not ours.", holds=False)],
    )
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")


@segment("BUCK_PASSING", DISPROVED, Phase.OWNERSHIP, departments=3)
def the_last_of_three_hops_had_accepted_which_is_entered_late(story):
    chain = [story.fresh() for _ in range(3)] + [story.lead]
    for department, to in zip(chain[:2], chain[1:]):
        story.defer(department, to)
    accepted_at = _after_last(story)
    story.later()
    story.defer(chain[2], chain[3])
    story.found_now("BUCK_PASSING", chain, "three hops, and nobody had accepted as far as was known", lifted=True)
    story.later()
    story.accept(story.lead, occurred_at=accepted_at)


@segment("PERSISTENT_DEMAND", DISPROVED, Phase.OWNERSHIP, departments=0)
def a_response_between_the_contacts_is_entered_late(story):
    story.contact(story.lead)
    story.contact(story.lead)
    accepted_at = _after_last(story)
    story.later()
    story.contact(story.lead)
    story.found_now(
        "PERSISTENT_DEMAND",
        [CASE_ITSELF, story.handler, story.lead],
        "three contacts and no substantive response as far as was known",
        lifted=True,
    )
    story.later()
    story.accept(story.lead, occurred_at=accepted_at)


@segment("CLOSED_WITHOUT_RESULT", DISPROVED, Phase.ENDING)
def what_was_open_had_been_settled_which_is_entered_late(story):
    department = story.fresh()
    item = story.do(
        "CoordinationService/ListItem",
        story.place.street,
        f"lists a problem that {department} is to solve",
        responsible_id=department,
        problem="The well is blocked.",
    )
    cleared_at = _after_last(story)
    story.later(2)
    story.claim(story.lead)
    story.found_now(
        "CLOSED_WITHOUT_RESULT", [story.lead], "claimed while an item was open as far as was known", lifted=True
    )
    story.later()
    story.do(
        "CoordinationService/ClearItem",
        story.place.street,
        f"clears the problem (on {cleared_at:%Y-%m-%d %H:%M}, entered only now)",
        cleared_at,
        item_id=item,
        how="It was cleaned.",
    )
    story.later()
    story.confirm()
    story.close()


@segment("SILENCE", DISPROVED)
def an_earlier_progress_report_is_entered_late(story):
    asked = story.ask(story.fresh())
    story.found_when_passed("SILENCE", [asked.department], asked.due, "no response by the date", lifted=True)
    story.morning_after(asked.due)
    reported_at = asked.due - datetime.timedelta(hours=8)
    story.answer(asked.department, "REPORTS_PROGRESS", asked, occurred_at=reported_at)
    story.later()
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("SILENCE", BREACH)
def it_had_been_asked_which_is_entered_after_the_date(story):
    asked_at = story.now
    story.workdays_later(RESPONSE_DAYS + 2)
    asked = story.ask(story.fresh(), occurred_at=asked_at)
    story.found_now("SILENCE", [asked.department], "the date had passed when the assignment was entered")
    story.later()
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("ABSENT", BREACH)
def it_had_been_called_which_is_entered_after_the_date(story):
    called_at, department = story.now, story.fresh()
    story.workdays_later(WHISTLE_DAYS["URGENT"] + 1)
    whistle = story.do(
        "CoordinationService/BlowWhistle",
        story.place.street,
        f"had called {department} to come{entered_late(called_at)}",
        called_at,
        urgency="URGENCY_URGENT",
        reason="The building has no gas.",
        department_ids=[department],
    )
    story.found_now("ABSENT", [department], "the date had passed when the whistle was entered")
    story.later()
    story.do("CoordinationService/ReportIn", department, "reports in", whistle_id=whistle, note="We came.")
