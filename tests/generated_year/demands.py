"""What the petitioner's side gets: HOLLOW_MEETINGS, PERSISTENT_DEMAND, CLOSED_WITHOUT_RESULT, and what only looks like them."""

import datetime

from calendar_days import at, working_day_after
from segments import Phase, Truth, segment
from story import CASE_ITSELF

BREACH, NEAR_MISS = Truth.BREACH, Truth.NEAR_MISS
OWNERSHIP, ENDING = Phase.OWNERSHIP, Phase.ENDING

MEETINGS = 2
CONTACTS = 3

# ---- HOLLOW_MEETINGS: the policy's number of joint meetings ended deadlocked


def _convene(story, departments):
    """(the meeting, when it is to take place)"""
    meets_at = at(working_day_after(story.now.date(), 1), 10)
    convened = story.do(
        "CoordinationService/ConveneMeeting",
        story.handler,
        f"convenes a meeting with {' and '.join(departments)}",
        invited_ids=departments,
        meets_at=meets_at,
        place="The town hall",
        topics=["The pipe"],
    )
    return convened, meets_at


def meet_jointly(story, outcome, departments):
    """A meeting that everybody comes to who was invited."""
    meeting = {}
    if story.rng.random() < 0.5:
        convened, meets_at = _convene(story, departments)
        story.later((meets_at.date() - story.last.at.date()).days, hour=11)
        meeting["meeting_id"] = convened
    else:
        meeting["topics"] = ["The pipe"]
    story.do(
        "CoordinationService/HoldMeeting",
        story.handler,
        f"holds a meeting, {outcome.lower()}",
        outcome=f"MEETING_OUTCOME_{outcome}",
        attended_ids=departments,
        minutes="It was talked about.",
        **meeting,
    )


def _meetings(story, outcomes):
    departments = [story.fresh(), story.fresh()]
    deadlocked = 0
    for outcome in outcomes:
        meet_jointly(story, outcome, departments)
        if outcome == "DEADLOCKED":
            deadlocked += 1
            if deadlocked % MEETINGS == 0:
                story.found_now(
                    "HOLLOW_MEETINGS", [CASE_ITSELF, story.handler], f"{MEETINGS} meetings ended deadlocked"
                )
        story.later(story.rng.randint(1, 5))


@segment("HOLLOW_MEETINGS", BREACH, departments=2)
def two_meetings_deadlock(story):
    _meetings(story, ["DEADLOCKED"] * 2)


@segment("HOLLOW_MEETINGS", BREACH, departments=2)
def three_meetings_deadlock(story):
    _meetings(story, ["DEADLOCKED"] * 3)


@segment("HOLLOW_MEETINGS", BREACH, departments=2)
def four_meetings_deadlock(story):
    _meetings(story, ["DEADLOCKED"] * 4)


@segment("HOLLOW_MEETINGS", BREACH, departments=2)
def two_of_three_meetings_deadlock(story):
    _meetings(story, ["DEADLOCKED", story.rng.choice(("AGREED", "PARTLY")), "DEADLOCKED"])


@segment("HOLLOW_MEETINGS", NEAR_MISS, departments=2)
def one_meeting_deadlocks_and_the_next_agrees(story):
    _meetings(story, ["DEADLOCKED", "AGREED"])


@segment("HOLLOW_MEETINGS", NEAR_MISS, departments=2)
def meetings_agree_partly(story):
    _meetings(story, ["DEADLOCKED", "PARTLY", "PARTLY"])


@segment("HOLLOW_MEETINGS", NEAR_MISS, departments=2)
def one_meeting_deadlocks_and_the_next_is_not_held(story):
    departments = [story.fresh(), story.fresh()]
    meet_jointly(story, "DEADLOCKED", departments)
    story.later()
    _convene(story, departments)


# ---- PERSISTENT_DEMAND: the policy's number of contacts since the last substantive response


def _meant(story, whom):
    return [CASE_ITSELF, story.handler, whom]


def _contacts(story, count, pauses=0.7):
    """Contacts with nothing in between."""
    whom = story.lead
    for number in range(1, count + 1):
        story.contact(whom)
        if number % CONTACTS == 0:
            story.found_now(
                "PERSISTENT_DEMAND", _meant(story, whom), f"{CONTACTS} contacts and no substantive response"
            )
        if story.rng.random() < pauses:
            story.later(story.rng.randint(1, 3))


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def asks_three_to_five_times_in_vain(story):
    _contacts(story, story.rng.randint(3, 5))


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def asks_six_times_in_vain(story):
    _contacts(story, 6)


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def asks_a_dozen_times_in_vain(story):
    _contacts(story, 12)


@segment("PERSISTENT_DEMAND", BREACH, departments=3)
def asks_three_organizations_in_vain(story):
    asked = [story.fresh() for _ in range(CONTACTS)]
    for department in asked:
        story.contact(department)
    story.found_now("PERSISTENT_DEMAND", [CASE_ITSELF, story.handler, *asked], f"{CONTACTS} contacts and no response")


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def asks_sixty_times_in_vain(story):
    _contacts(story, 60, pauses=0.05)


@segment("PERSISTENT_DEMAND", BREACH, departments=0)
def asks_twice_and_once_more_that_is_entered_late(story):
    _contacts(story, 2)
    since = story.last.at + datetime.timedelta(minutes=30)
    story.later()
    story.contact(story.lead, occurred_at=since)
    story.found_now("PERSISTENT_DEMAND", _meant(story, story.lead), f"{CONTACTS} contacts and no substantive response")


@segment("PERSISTENT_DEMAND", BREACH, OWNERSHIP, departments=0)
def asks_in_vain_before_and_after_the_answer(story):
    _contacts(story, 3)
    story.later()
    story.accept(story.lead)
    story.later()
    _contacts(story, 3)


@segment("PERSISTENT_DEMAND", BREACH, Phase.UNOWNED, departments=0)
def had_asked_before_the_case_was_registered(story):
    registered_at = story.steps[0].at
    for days in (20, 9):
        story.contact(story.lead, occurred_at=registered_at - datetime.timedelta(days=days))
    story.contact(story.lead)
    story.found_now("PERSISTENT_DEMAND", _meant(story, story.lead), f"{CONTACTS} contacts and no substantive response")


@segment("PERSISTENT_DEMAND", NEAR_MISS, departments=0)
def asks_twice(story):
    _contacts(story, 2)


@segment("PERSISTENT_DEMAND", NEAR_MISS, OWNERSHIP, departments=0)
def asks_twice_before_and_twice_after_the_answer(story):
    _contacts(story, 2)
    story.later()
    story.accept(story.lead)
    story.later()
    _contacts(story, 2)


@segment("PERSISTENT_DEMAND", NEAR_MISS, OWNERSHIP, departments=0)
def asks_twice_and_once_before_the_answer_entered_late(story):
    story.later()
    story.accept(story.lead)
    before = story.last.at - datetime.timedelta(minutes=30)
    story.later()
    _contacts(story, 2)
    story.contact(story.lead, occurred_at=before)


# ---- CLOSED_WITHOUT_RESULT: claimed or closed while a condition, commitment or item is open, or disputed


def _open_condition(story):
    department = story.fresh()
    condition = story.impose(department, f"meters-{len(story.steps)}")
    return lambda: story.waive(condition, department)


def _open_commitment(story):
    department = story.fresh()
    due = at(working_day_after(story.now.date(), 10), 17)
    promise = story.do(
        "CoordinationService/MakeCommitment",
        department,
        f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
        what="We lay the pipe.",
        due_at=due,
    )
    return lambda: story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        "records that the promise is kept",
        commitment_id=promise,
        text="The pipe is laid.",
    )


def _open_item(story):
    department = story.fresh()
    item = story.do(
        "CoordinationService/ListItem",
        story.place.street,
        f"lists a problem that {department} is to solve",
        responsible_id=department,
        problem="The well is blocked.",
    )
    return lambda: story.do(
        "CoordinationService/ClearItem", story.place.street, "clears the problem", item_id=item, how="It was cleaned."
    )


def _any_open(story):
    return story.rng.choice((_open_condition, _open_commitment, _open_item))(story)


def _confirmed_and_closed(story):
    story.confirm()
    story.later()
    story.close()


@segment("CLOSED_WITHOUT_RESULT", BREACH, ENDING)
def claims_while_something_is_open(story):
    settle = _any_open(story)
    story.later(2)
    story.claim(story.lead)
    story.found_now("CLOSED_WITHOUT_RESULT", [story.lead], "claimed while something was open")
    story.later()
    settle()
    _confirmed_and_closed(story)


@segment("CLOSED_WITHOUT_RESULT", BREACH, ENDING)
def is_closed_while_something_is_open(story):
    # Not a commitment: what becomes of a date that passes while the case is closed is not said.
    story.rng.choice((_open_condition, _open_item))(story)
    story.later(2)
    story.close()
    story.found_now("CLOSED_WITHOUT_RESULT", [story.handler], "closed while something was open")


def _dispute(story):
    story.do("IntakeService/DisputeResolution", "petitioner", "disputes the claim", why="There is still no gas.")
    story.found_now("CLOSED_WITHOUT_RESULT", [story.lead], "the petitioner's side disputed the claim")
    story.later(story.rng.randint(1, 5))


@segment("CLOSED_WITHOUT_RESULT", BREACH, ENDING, departments=0)
def the_claim_is_disputed(story):
    story.claim(story.lead)
    story.later()
    _dispute(story)
    story.claim(story.lead)
    story.later()
    _confirmed_and_closed(story)


@segment("CLOSED_WITHOUT_RESULT", BREACH, ENDING, departments=0)
def two_claims_are_disputed(story):
    for _ in range(2):
        story.claim(story.lead)
        story.later()
        _dispute(story)
    story.claim(story.lead)
    story.later()
    _confirmed_and_closed(story)


@segment("CLOSED_WITHOUT_RESULT", NEAR_MISS, ENDING)
def claims_once_what_was_open_is_settled(story):
    settle = _any_open(story)
    story.later(2)
    settle()
    story.claim(story.lead)
    story.later()
    _confirmed_and_closed(story)


@segment("CLOSED_WITHOUT_RESULT", NEAR_MISS, ENDING)
def reports_progress_while_something_is_open(story):
    settle = _any_open(story)
    story.later()
    story.answer(story.lead, "REPORTS_PROGRESS")
    story.later()
    settle()
    story.claim(story.lead)
    _confirmed_and_closed(story)


@segment("CLOSED_WITHOUT_RESULT", NEAR_MISS, ENDING, departments=0)
def is_closed_unconfirmed_with_nothing_open(story):
    story.claim(story.lead)
    story.later(3)
    story.close()


def honest_ending(story):
    story.claim(story.lead)
    story.later(story.rng.randint(0, 3) or 1)
    _confirmed_and_closed(story)
