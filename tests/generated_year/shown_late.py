"""Entries that hid something until they were put right: what a correction shows is found."""

import datetime

from calendar_days import at, working_day_after
from corrections import put_right
from segments import Phase, Truth, segment
from story import CASE_ITSELF, GROUNDS, NO_OWNER_DAYS

BREACH = Truth.BREACH
HOUR = datetime.timedelta(hours=1)


@segment("SILENCE", BREACH)
def its_answer_had_been_late(story):
    asked = story.ask(story.fresh())
    late = asked.due + 9 * HOUR
    story.last_minute_before(asked.due)
    answer = story.answer(asked.department, "REFUSES", asked, GROUNDS)
    story.morning_after(asked.due)
    story.later()
    says = f"puts right that it had answered on {late:%Y-%m-%d %H:%M}"
    put_right(story, "ResponseService", asked.department, answer, "occurred_at", late, says)
    story.found_now("SILENCE", [asked.department], "no response by the date, as is known now")


@segment("BROKEN_COMMITMENT", BREACH)
def its_promise_had_been_kept_late(story):
    department = story.fresh()
    due = at(working_day_after(story.now.date(), 2), 17)
    promise = story.do(
        "CoordinationService/MakeCommitment",
        department,
        f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
        what="We lay the pipe.",
        due_at=due,
    )
    story.last_minute_before(due)
    kept = story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        "records that it is kept",
        commitment_id=promise,
        text="Done.",
    )
    story.later(2)
    late = due + 15 * HOUR
    says = f"puts right that it was kept on {late:%Y-%m-%d %H:%M}"
    put_right(story, "CoordinationService", story.handler, kept, "occurred_at", late, says)
    story.found_now("BROKEN_COMMITMENT", [department], "not kept by its date, as is known now")


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def one_contact_was_after_the_response(story):
    before = story.accepted_at - HOUR / 2
    first = story.contact(story.lead, occurred_at=before)
    after = story.last.at - HOUR / 2
    story.contact(story.lead)
    story.contact(story.lead)
    says = f"puts right that the first contact was on {after:%Y-%m-%d %H:%M}"
    put_right(story, "IntakeService", story.handler, first, "occurred_at", after, says)
    meant = [CASE_ITSELF, story.handler, story.lead]
    story.found_now("PERSISTENT_DEMAND", meant, "three contacts since the response, as is known now")


@segment("CONTRADICTION", BREACH, departments=2)
def both_statements_were_its_own(story):
    department, other = story.fresh(), story.fresh()
    topic = f"cable-{len(story.steps)}"
    story.say(department, topic, "It is ours.", holds=True)
    story.later()
    second = story.say(other, topic, "It is not theirs.", holds=False)
    says = f"puts right that {department} had said it"
    put_right(story, "ResponseService", story.handler, second, "department", department, says)
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}, as is known now")


@segment("ABSENT", BREACH)
def it_had_come_late(story):
    department = story.fresh()
    story.later(hour=9)
    whistle = story.do(
        "CoordinationService/BlowWhistle",
        story.place.street,
        f"calls {department} to come at once",
        urgency="URGENCY_EMERGENCY",
        reason="It smells of gas.",
        department_ids=[department],
    )
    late = story.last.at + 5 * HOUR
    came = story.do("CoordinationService/ReportIn", department, "reports in", whistle_id=whistle, note="We came.")
    story.later()
    says = f"puts right that it had come on {late:%Y-%m-%d %H:%M}"
    put_right(story, "CoordinationService", department, came, "occurred_at", late, says)
    story.found_now("ABSENT", [department], "nobody came in two hours, as is known now")


@segment("NO_OWNER", BREACH, Phase.OWNERSHIP, departments=0)
def its_acceptance_had_been_late(story):
    story.last_minute_before(story.no_owner_due)
    accepted = story.accept(story.lead)
    late = story.no_owner_due + 9 * HOUR
    story.morning_after(story.no_owner_due)
    story.later()
    says = f"puts right that it had accepted on {late:%Y-%m-%d %H:%M}"
    put_right(story, "ResponseService", story.lead, accepted, "occurred_at", late, says)
    why = f"nobody had accepted within {NO_OWNER_DAYS} working days, as is known now"
    story.found_now("NO_OWNER", [CASE_ITSELF, story.handler], why)


@segment("GOALPOST_MOVED", BREACH)
def its_first_condition_had_been_met_before(story):
    department = story.fresh()
    first = story.impose(department, f"occupancy-{len(story.steps)}")
    met_at = story.last.at + HOUR / 2
    story.later()
    second = story.impose(department, f"meters-{len(story.steps)}")
    story.later()
    met = story.meet(first, department)
    says = f"puts right that the first condition had been met on {met_at:%Y-%m-%d %H:%M}"
    put_right(story, "ResponseService", story.handler, met, "occurred_at", met_at, says)
    story.found_now("GOALPOST_MOVED", [department], "the first condition had been met when it imposed the second")
    story.later()
    story.waive(second, department)


@segment("CLOSED_WITHOUT_RESULT", BREACH, Phase.ENDING)
def the_problem_had_been_open_when_it_claimed(story):
    department = story.fresh()
    item = story.do(
        "CoordinationService/ListItem",
        story.place.street,
        f"lists a problem that {department} is to solve",
        responsible_id=department,
        problem="The well is blocked.",
    )
    cleared = story.do(
        "CoordinationService/ClearItem",
        story.place.street,
        "clears the problem",
        item_id=item,
        how="It was cleaned.",
    )
    story.later()
    story.claim(story.lead)
    late = story.last.at + HOUR / 2
    story.later()
    says = f"puts right that it was cleared on {late:%Y-%m-%d %H:%M}"
    put_right(story, "CoordinationService", story.place.street, cleared, "occurred_at", late, says)
    story.found_now("CLOSED_WITHOUT_RESULT", [story.lead], "claimed while an item was open, as is known now")
    story.later()
    story.confirm()
    story.close()
