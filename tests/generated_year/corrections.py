"""Entries that were wrong and are put right: what a correction disproves is lifted."""

import datetime
import json

from calendar_days import at, working_day_after
from segments import Handler, Truth, segment
from story import CASE_ITSELF, GROUNDS

DISPROVED = Truth.DISPROVED
HOUR = datetime.timedelta(hours=1)


def put_right(story, service, who, event, path, value, says):
    told = value.astimezone(datetime.timezone.utc).isoformat() if isinstance(value, datetime.datetime) else value
    story.do(
        f"{service}/CorrectEntry",
        who,
        says,
        event_id=event,
        corrections=[{"path": path, "value_json": json.dumps(told)}],
        why="It was entered wrongly.",
    )


@segment("SILENCE", DISPROVED)
def the_time_of_its_answer_is_put_right(story):
    asked = story.ask(story.fresh())
    story.found_when_passed("SILENCE", [asked.department], asked.due, "no response by the date", lifted=True)
    story.morning_after(asked.due)
    answer = story.answer(asked.department, "REFUSES", asked, GROUNDS)
    in_time = asked.due - 8 * HOUR
    story.later()
    says = f"puts right that it had answered on {in_time:%Y-%m-%d %H:%M}"
    put_right(story, "ResponseService", asked.department, answer, "occurred_at", in_time, says)


@segment("ABSENT", DISPROVED)
def the_time_it_came_is_put_right(story):
    department = story.fresh()
    whistle = story.do(
        "CoordinationService/BlowWhistle",
        story.place.street,
        f"calls {department} to come at once",
        urgency="URGENCY_EMERGENCY",
        reason="It smells of gas.",
        department_ids=[department],
    )
    called_at = story.last.at
    story.found_when_passed("ABSENT", [department], called_at + 2 * HOUR, "nobody came in two hours", lifted=True)
    story.later()
    came = story.do("CoordinationService/ReportIn", department, "reports in", whistle_id=whistle, note="We came.")
    in_time = called_at + HOUR
    says = f"puts right that it had come on {in_time:%Y-%m-%d %H:%M}"
    put_right(story, "CoordinationService", department, came, "occurred_at", in_time, says)


@segment("BROKEN_COMMITMENT", DISPROVED)
def the_date_of_its_promise_is_put_right(story):
    department = story.fresh()
    wrong, right = (at(working_day_after(story.now.date(), days), 17) for days in (2, 8))
    promise = story.do(
        "CoordinationService/MakeCommitment",
        department,
        f"promises to lay the pipe before {wrong:%Y-%m-%d %H:%M}, as it is entered",
        what="We lay the pipe.",
        due_at=wrong,
    )
    story.found_when_passed("BROKEN_COMMITMENT", [department], wrong, "not kept by the date as entered", lifted=True)
    story.morning_after(wrong)
    says = f"puts right that it had promised it for {right:%Y-%m-%d %H:%M}"
    put_right(story, "CoordinationService", story.handler, promise, "due.due_at", right, says)
    story.workdays_later(1)
    story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        "records that it is kept",
        commitment_id=promise,
        text="Done.",
    )


@segment("PERSISTENT_DEMAND", DISPROVED, departments=0)
def one_of_three_contacts_was_before_the_response(story):
    accepted_at = story.accepted_at
    first = story.contact(story.lead)
    story.contact(story.lead)
    story.contact(story.lead)
    meant = [CASE_ITSELF, story.handler, story.lead]
    story.found_now("PERSISTENT_DEMAND", meant, "three contacts since the response as entered", lifted=True)
    before = accepted_at - HOUR / 2
    says = f"puts right that the first contact was on {before:%Y-%m-%d %H:%M}"
    put_right(story, "IntakeService", story.handler, first, "occurred_at", before, says)


@segment("CONTRADICTION", DISPROVED, departments=2)
def one_of_two_statements_was_another_organizations(story):
    department, other = story.fresh(), story.fresh()
    topic = f"cable-{len(story.steps)}"
    story.say(department, topic, "It is ours.", holds=True)
    story.later()
    second = story.say(department, topic, "It is not ours.", holds=False)
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic} as entered", lifted=True)
    says = f"puts right that {other} had said it"
    put_right(story, "ResponseService", story.handler, second, "department", other, says)


@segment("JURISDICTION_GAP", DISPROVED, handler=Handler.DISTRICT)
def one_below_the_handler_had_been_asked(story):
    company, department = story.place.companies[0], story.fresh()
    asked = story.ask(company)
    story.found_now("JURISDICTION_GAP", [company], f"{story.handler} has no authority over {company}", lifted=True)
    says = f"puts right that {department} had been asked"
    put_right(story, "ResponseService", story.handler, asked.event, "department", department, says)
    story.workdays_later(1)
    story.answer(department, "REFUSES", asked, GROUNDS)


@segment("BROKEN_COMMITMENT", DISPROVED, departments=2)
def another_had_promised_it(story):
    department, other = story.fresh(), story.fresh()
    due = at(working_day_after(story.now.date(), 2), 17)
    promise = story.do(
        "CoordinationService/MakeCommitment",
        department,
        f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}, as it is entered",
        what="We lay the pipe.",
        due_at=due,
    )
    story.found_when_passed("BROKEN_COMMITMENT", [department], due, "not kept by its date as entered", lifted=True)
    story.morning_after(due)
    says = f"puts right that {other} had promised it"
    put_right(story, "CoordinationService", story.handler, promise, "organization", other, says)
    story.found_now("BROKEN_COMMITMENT", [other], "not kept by its date")
    story.later()
    story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        "records that it is kept",
        commitment_id=promise,
        text="Done.",
    )


@segment("JURISDICTION_GAP", DISPROVED, handler=Handler.DISTRICT, alone=True)
def another_had_been_given_the_case(story):
    city = story.place.city
    given = story.hand_to(story.place.petition_office, by=story.handler)
    asked = story.ask(story.fresh())
    office = story.handler
    story.found_now("JURISDICTION_GAP", [asked.department], f"{office} has no authority as entered", lifted=True)
    put_right(
        story, "IntakeService", city, given, "handler", city, f"puts right that the case had been given to {city}"
    )
    story.handler = city
    story.workdays_later(1)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)
