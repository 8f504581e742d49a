"""What an honest department does all year, and nothing of it is wrong: the stretches between the segments that break rules."""

from calendar_days import at, working_day_after, working_days_end
from demands import meet_jointly
from story import GROUNDS, WHISTLE_DAYS, evidence


def lead_is_asked_and_accepts(story):
    """Who accepts the case, at once and in time."""
    if story.lies_under_the_handler(story.lead):
        asked = story.ask(story.lead)
        story.workdays_later(story.rng.randint(1, 3))
        story.accept(story.lead, asked)
    else:
        story.later()
        story.accept(story.lead)


def answers_an_assignment(story):
    asked = story.ask(story.fresh())
    story.workdays_later(story.rng.randint(1, 4))
    story.answer(asked.department, story.rng.choice(("ACCEPTS", "REFUSES")), asked, GROUNDS)


def returns_an_assignment_and_another_answers(story):
    asked = story.ask(story.fresh())
    other = story.fresh()
    story.do(
        "ResponseService/ReturnAssignment",
        asked.department,
        f"returns the assignment with grounds, proposing {other}",
        assignment_id=asked.event,
        proposed_owner_id=other,
        grounds=GROUNDS,
        why="It is not ours by the rules.",
    )
    story.later()
    again = story.ask(other)
    story.workdays_later(2)
    story.answer(other, "ACCEPTS", again, GROUNDS)


def reports_progress(story):
    story.answer(story.lead, "REPORTS_PROGRESS")


def meets_and_keeps_what_it_promised(story):
    departments = [story.fresh()]
    meet_jointly(story, "AGREED", departments)
    due = at(working_day_after(story.now.date(), 5), 17)
    promise = story.do(
        "CoordinationService/MakeCommitment",
        departments[0],
        f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
        what="We lay the pipe.",
        due_at=due,
    )
    story.workdays_later(story.rng.randint(2, 4))
    story.do(
        "CoordinationService/KeepCommitment",
        departments[0],
        "shows that the promise is kept",
        commitment_id=promise,
        text="The pipe is laid.",
        evidence=evidence(),
    )


def clears_an_item(story):
    department = story.fresh()
    due = working_days_end(story.now, 5)
    item = story.do(
        "CoordinationService/ListItem",
        story.place.community,
        f"lists a problem that {department} is to solve before {due:%Y-%m-%d %H:%M}",
        responsible_id=department,
        problem="The well is blocked.",
        due_at=due,
    )
    story.workdays_later(story.rng.randint(1, 4))
    story.do(
        "CoordinationService/ClearItem",
        story.place.community,
        "clears the problem",
        item_id=item,
        how="It was cleaned.",
    )


def comes_when_called(story):
    department = story.fresh()
    whistle = story.do(
        "CoordinationService/BlowWhistle",
        story.place.street,
        f"calls {department} to come",
        urgency="URGENCY_ORDINARY",
        reason="The building has no gas.",
        department_ids=[department],
    )
    story.workdays_later(story.rng.randint(1, WHISTLE_DAYS["ORDINARY"] - 1))
    story.do("CoordinationService/ReportIn", department, "reports in", whistle_id=whistle, note="We came.")


def imposes_one_condition_and_accepts_once_it_is_met(story):
    department = story.fresh()
    condition = story.impose(department, f"papers-{len(story.steps)}")
    story.later(2)
    story.meet(condition, department)
    story.answer(department, "ACCEPTS", grounds=GROUNDS)


def defers_to_one_that_accepts(story):
    story.defer(story.fresh(), story.lead)


def corrects_its_statement_with_a_reason(story):
    topic, department = f"pressure-{len(story.steps)}", story.fresh()
    first = story.say(department, topic, "It is 2 bar.", value={"number": "2", "unit": "bar"})
    story.later()
    story.say(department, topic, "It is 3 bar.", replaces=first, value={"number": "3", "unit": "bar"})


def writes_a_letter(story):
    if story.contacts < 2:
        story.contact(story.lead)


HABITS = (
    answers_an_assignment,
    returns_an_assignment_and_another_answers,
    reports_progress,
    meets_and_keeps_what_it_promised,
    clears_an_item,
    comes_when_called,
    imposes_one_condition_and_accepts_once_it_is_met,
    defers_to_one_that_accepts,
    corrects_its_statement_with_a_reason,
    writes_a_letter,
)
# How many departments a habit takes at the most.
HABIT_DEPARTMENTS_MAX = 2
