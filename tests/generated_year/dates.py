"""What was due and did not come: SILENCE, ABSENT, BROKEN_COMMITMENT, and what came at the last moment."""

import datetime

from calendar_days import at, end_of, working_day_after, working_days_end
from segments import Truth, segment
from story import (
    EXTENSION_DAYS,
    GROUNDS,
    RESPONSE_DAYS,
    RETURN_DAYS,
    WHISTLE_DAYS,
    WHISTLE_EMERGENCY,
    entered_late,
    evidence,
)

BREACH, NEAR_MISS, DISPROVED = Truth.BREACH, Truth.NEAR_MISS, Truth.DISPROVED

# ---- SILENCE: an assignment's date passed with no response


def _silent(story, asked, due=None, lifted=False):
    story.found_when_passed("SILENCE", [asked.department], due or asked.due, "no response by the date", lifted)


def _answer(story, asked):
    story.answer(asked.department, story.rng.choice(("ACCEPTS", "REFUSES")), asked, GROUNDS)


@segment("SILENCE", BREACH)
def answers_the_morning_after(story):
    asked = story.ask(story.fresh())
    _silent(story, asked)
    story.morning_after(asked.due)
    _answer(story, asked)


@segment("SILENCE", BREACH)
def answers_days_late(story):
    asked = story.ask(story.fresh())
    _silent(story, asked)
    story.morning_after(asked.due)
    story.workdays_later(story.rng.randint(1, 6))
    _answer(story, asked)


@segment("SILENCE", BREACH)
def answers_after_a_date_that_was_named(story):
    due = end_of(working_day_after(story.now.date(), 2))
    asked = story.ask(story.fresh(), due)
    _silent(story, asked)
    story.morning_after(due)
    _answer(story, asked)


@segment("SILENCE", BREACH, departments=2)
def two_are_silent(story):
    both = [story.ask(story.fresh()) for _ in range(2)]
    for asked in both:
        _silent(story, asked)
    story.morning_after(max(asked.due for asked in both))
    for asked in both:
        _answer(story, asked)


@segment("SILENCE", BREACH)
def is_silent_twice(story):
    department = story.fresh()
    for _ in range(2):
        asked = story.ask(department)
        _silent(story, asked)
        story.morning_after(asked.due)
        _answer(story, asked)


def _extend(story, asked):
    """One working day before the date; the date from then on."""
    story.workdays_later(RESPONSE_DAYS - 1)
    story.do(
        "ResponseService/GrantExtension",
        story.handler,
        f"gives {asked.department} {EXTENSION_DAYS} working days more",
        assignment_id=asked.event,
        count=EXTENSION_DAYS,
        why="The survey takes longer.",
    )
    last_day = (asked.due - datetime.timedelta(minutes=1)).date()
    return end_of(working_day_after(last_day, EXTENSION_DAYS))


@segment("SILENCE", BREACH)
def is_silent_after_an_extension(story):
    asked = story.ask(story.fresh())
    due = _extend(story, asked)
    _silent(story, asked, due)
    story.morning_after(due)
    _answer(story, asked)


@segment("SILENCE", NEAR_MISS)
def answers_in_the_last_minute(story):
    asked = story.ask(story.fresh())
    story.last_minute_before(asked.due)
    _answer(story, asked)


@segment("SILENCE", NEAR_MISS)
def defers_in_the_last_minute(story):
    asked = story.ask(story.fresh())
    story.last_minute_before(asked.due)
    story.defer(asked.department, story.lead, asked)


@segment("SILENCE", NEAR_MISS)
def answers_in_the_last_minute_before_a_date_that_was_named(story):
    due = at(working_day_after(story.now.date(), 2), 15)
    asked = story.ask(story.fresh(), due)
    story.last_minute_before(due)
    _answer(story, asked)


@segment("SILENCE", NEAR_MISS)
def answers_in_the_last_minute_of_its_extension(story):
    asked = story.ask(story.fresh())
    story.last_minute_before(_extend(story, asked))
    _answer(story, asked)


@segment("SILENCE", NEAR_MISS)
def reports_progress_before_the_date_and_answers_after_it(story):
    asked = story.ask(story.fresh())
    story.workdays_later(RESPONSE_DAYS - 1)
    story.answer(asked.department, "REPORTS_PROGRESS", asked)
    story.morning_after(asked.due)
    _answer(story, asked)


@segment("SILENCE", NEAR_MISS)
def returns_the_assignment_in_time(story):
    asked = story.ask(story.fresh())
    story.last_minute_before(working_days_end(story.last.at, RETURN_DAYS))
    story.do(
        "ResponseService/ReturnAssignment",
        asked.department,
        f"returns the assignment with grounds, proposing {story.lead}",
        assignment_id=asked.event,
        proposed_owner_id=story.lead,
        grounds=GROUNDS,
        why="It is not ours by the rules.",
    )


@segment("SILENCE", DISPROVED)
def answered_in_time_and_entered_late(story):
    asked = story.ask(story.fresh())
    _silent(story, asked, lifted=True)
    story.morning_after(asked.due)
    story.later()
    in_time = asked.due - datetime.timedelta(hours=7)
    story.answer(asked.department, "REFUSES", asked, GROUNDS, occurred_at=in_time)


# ---- ABSENT: a called department sent nobody


def _call(story, departments, urgency="ORDINARY"):
    """(the whistle, by when they are to come)"""
    whistle = story.do(
        "CoordinationService/BlowWhistle",
        story.rng.choice((story.place.street, story.place.community)),
        f"calls {' and '.join(departments)} to come ({urgency.lower()})",
        urgency=f"URGENCY_{urgency}",
        reason="The building has no gas.",
        department_ids=list(departments),
    )
    called_at = story.last.at
    if urgency == "EMERGENCY":
        return whistle, called_at + WHISTLE_EMERGENCY
    return whistle, working_days_end(called_at, WHISTLE_DAYS[urgency])


def _come(story, whistle, department, occurred_at=None):
    late = entered_late(occurred_at)
    story.do(
        "CoordinationService/ReportIn",
        department,
        f"reports in{late}",
        occurred_at,
        whistle_id=whistle,
        note="We came.",
    )


def _absent(story, department, due, lifted=False):
    story.found_when_passed("ABSENT", [department], due, "called and nobody came by the date", lifted)


@segment("ABSENT", BREACH)
def comes_the_morning_after(story):
    department = story.fresh()
    whistle, due = _call(story, [department], story.rng.choice(("URGENT", "ORDINARY")))
    _absent(story, department, due)
    story.morning_after(due)
    _come(story, whistle, department)


@segment("ABSENT", BREACH)
def comes_hours_late_to_an_emergency(story):
    department = story.fresh()
    story.later(hour=9)
    whistle, due = _call(story, [department], "EMERGENCY")
    _absent(story, department, due)
    story.later(0, hour=14)
    _come(story, whistle, department)


@segment("ABSENT", BREACH, departments=3)
def two_of_three_do_not_come(story):
    departments = [story.fresh() for _ in range(3)]
    whistle, due = _call(story, departments)
    _come(story, whistle, departments[0])
    story.morning_after(due)
    for department in departments[1:]:
        _absent(story, department, due)
        _come(story, whistle, department)


@segment("ABSENT", BREACH)
def is_called_twice_and_comes_late_twice(story):
    department = story.fresh()
    for _ in range(2):
        whistle, due = _call(story, [department])
        _absent(story, department, due)
        story.morning_after(due)
        _come(story, whistle, department)


@segment("ABSENT", NEAR_MISS)
def comes_in_the_last_minute(story):
    department = story.fresh()
    whistle, due = _call(story, [department], story.rng.choice(("URGENT", "ORDINARY")))
    story.last_minute_before(due)
    _come(story, whistle, department)


@segment("ABSENT", NEAR_MISS)
def comes_within_an_hour_to_an_emergency(story):
    department = story.fresh()
    story.later(hour=9)
    whistle, _ = _call(story, [department], "EMERGENCY")
    _come(story, whistle, department)


@segment("ABSENT", DISPROVED)
def came_in_time_and_was_entered_late(story):
    department = story.fresh()
    whistle, due = _call(story, [department])
    _absent(story, department, due, lifted=True)
    story.morning_after(due)
    _come(story, whistle, department, occurred_at=due - datetime.timedelta(hours=8))


# ---- BROKEN_COMMITMENT: a commitment's date passed, not kept


def _promise(story, department):
    """(the commitment, its date)"""
    due = at(working_day_after(story.now.date(), story.rng.randint(3, 6)), 17)
    if story.rng.random() < 0.5:
        event = story.do(
            "CoordinationService/MakeCommitment",
            department,
            f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
            what="We lay the pipe.",
            due_at=due,
        )
        return event, due
    return _promise_in_a_meeting(story, department, due), due


def _promise_in_a_meeting(story, department, due):
    meeting = story.do(
        "CoordinationService/HoldMeeting",
        story.handler,
        f"holds a meeting, agreed; {department} promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
        outcome="MEETING_OUTCOME_AGREED",
        attended_ids=[department],
        minutes="It was agreed.",
        topics=["The pipe"],
        commitments=[{"organization_id": department, "what": "We lay the pipe.", "due_at": due}],
    )
    return type(meeting)(meeting.step, 1)


def _keep(story, promise, occurred_at=None):
    late = entered_late(occurred_at)
    story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        f"records that the promise is kept{late}",
        occurred_at,
        commitment_id=promise,
        text="The pipe is laid.",
        evidence=evidence(),
    )


def _broken(story, department, due, lifted=False):
    story.found_when_passed("BROKEN_COMMITMENT", [department], due, "not kept by its date", lifted)


@segment("BROKEN_COMMITMENT", BREACH)
def keeps_its_promise_the_morning_after(story):
    department = story.fresh()
    promise, due = _promise(story, department)
    _broken(story, department, due)
    story.morning_after(due)
    _keep(story, promise)


@segment("BROKEN_COMMITMENT", BREACH)
def keeps_its_promise_days_late(story):
    department = story.fresh()
    promise, due = _promise(story, department)
    _broken(story, department, due)
    story.morning_after(due)
    story.later(story.rng.randint(2, 9))
    _keep(story, promise)


@segment("BROKEN_COMMITMENT", BREACH)
def breaks_two_promises(story):
    department = story.fresh()
    promises = [_promise(story, department) for _ in range(2)]
    for _, due in promises:
        _broken(story, department, due)
    story.morning_after(max(due for _, due in promises))
    for promise, _ in promises:
        _keep(story, promise)


@segment("BROKEN_COMMITMENT", NEAR_MISS)
def keeps_its_promise_on_the_last_day(story):
    promise, due = _promise(story, story.fresh())
    story.later((due.date() - story.now.date()).days, hour=16)
    _keep(story, promise)


@segment("BROKEN_COMMITMENT", NEAR_MISS)
def keeps_its_promise_in_the_last_minute(story):
    promise, due = _promise(story, story.fresh())
    story.last_minute_before(due)
    _keep(story, promise)


@segment("BROKEN_COMMITMENT", DISPROVED)
def kept_its_promise_in_time_and_was_entered_late(story):
    department = story.fresh()
    promise, due = _promise(story, department)
    _broken(story, department, due, lifted=True)
    story.morning_after(due)
    _keep(story, promise, occurred_at=due - datetime.timedelta(hours=2))
