"""What a closing and a reopening change, which is nothing: the case is the same and what was counted goes on."""

from demands import CONTACTS, MEETINGS, honest_ending, meet_jointly
from segments import Phase, Truth, segment
from story import CASE_ITSELF, statement

BREACH, NEAR_MISS = Truth.BREACH, Truth.NEAR_MISS
ENDING = Phase.ENDING


def _closed_and_reopened(story):
    story.close()
    story.later(2)
    story.do("IntakeService/ReopenCase", "petitioner", "reopens the case", why="There is still no gas.")
    story.later()


@segment("PERSISTENT_DEMAND", BREACH, ENDING, departments=0)
def asks_in_vain_before_the_closing_and_after_the_reopening(story):
    for _ in range(CONTACTS - 1):
        story.contact(story.lead)
    _closed_and_reopened(story)
    story.contact(story.lead)
    story.found_now(
        "PERSISTENT_DEMAND",
        [CASE_ITSELF, story.handler, story.lead],
        f"{CONTACTS} contacts and no substantive response",
    )
    story.later()
    honest_ending(story)


@segment("HOLLOW_MEETINGS", BREACH, ENDING, departments=2)
def meetings_deadlock_before_the_closing_and_after_the_reopening(story):
    departments = [story.fresh(), story.fresh()]
    meet_jointly(story, "DEADLOCKED", departments)
    _closed_and_reopened(story)
    meet_jointly(story, "DEADLOCKED", departments)
    story.found_now("HOLLOW_MEETINGS", [CASE_ITSELF, story.handler], f"{MEETINGS} meetings ended deadlocked")
    story.later()
    honest_ending(story)


@segment("GOALPOST_MOVED", BREACH, ENDING)
def imposes_another_condition_after_the_reopening(story):
    department = story.fresh()
    first = story.impose(department, f"occupancy-{len(story.steps)}")
    story.later()
    story.meet(first, department)
    _closed_and_reopened(story)
    second = story.impose(department, f"meters-{len(story.steps)}")
    story.found_now("GOALPOST_MOVED", [department], "a new condition after one was met")
    story.later()
    story.waive(second, department)
    honest_ending(story)


@segment("CONTRADICTION", BREACH, ENDING)
def contradicts_itself_after_the_closing(story):
    department, topic = story.fresh(), f"cable-{len(story.steps)}"
    story.say(department, topic, "It is ours.", holds=True)
    honest_ending(story)
    story.later(3)
    story.say(department, topic, "It is not ours.", holds=False)
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")


@segment("DISAVOWED_CONDITION", BREACH, ENDING)
def denies_its_condition_after_the_closing(story):
    department = story.fresh()
    condition = story.impose(department, f"occupancy-{len(story.steps)}")
    story.later()
    story.meet(condition, department)
    honest_ending(story)
    story.later(3)
    said = statement(
        f"what-is-demanded-{len(story.steps)}", "There was never such a rule.", holds=False, condition_id=condition
    )
    story.answer(
        department, "REPORTS_PROGRESS", says="tells a reporter that its condition never existed", statements=[said]
    )
    story.found_now("DISAVOWED_CONDITION", [department], "denies the condition it had imposed")


@segment("CONTRADICTION", NEAR_MISS, ENDING)
def replaces_its_statement_with_a_reason_after_the_closing(story):
    department, topic = story.fresh(), f"cable-{len(story.steps)}"
    first = story.say(department, topic, "It is ours.", holds=True)
    honest_ending(story)
    story.later(3)
    story.say(department, topic, "It is not ours.", replaces=first, holds=False)
