"""What departments answer: UNGROUNDED, CONTRADICTION, DISAVOWED_CONDITION, GOALPOST_MOVED, and what only looks like them."""

from segments import Truth, segment
from story import GROUNDS, Event, statement

BREACH, NEAR_MISS = Truth.BREACH, Truth.NEAR_MISS


def _topic(story, what):
    return f"{what}-{len(story.steps)}"


# ---- UNGROUNDED: a refusal or a condition cites no grounds


def _refuse(story, department, grounds=(), assignment=None):
    story.answer(department, "REFUSES", assignment, grounds)


@segment("UNGROUNDED", BREACH)
def refuses_without_grounds(story):
    department = story.fresh()
    _refuse(story, department)
    story.found_now("UNGROUNDED", [department], "a refusal without grounds")


@segment("UNGROUNDED", BREACH)
def refuses_without_grounds_when_asked(story):
    asked = story.ask(story.fresh())
    story.workdays_later(story.rng.randint(1, 4))
    _refuse(story, asked.department, assignment=asked)
    story.found_now("UNGROUNDED", [asked.department], "a refusal without grounds")


@segment("UNGROUNDED", BREACH)
def imposes_a_condition_without_grounds(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "meters"), grounds=())
    story.found_now("UNGROUNDED", [department], "a condition without grounds")
    story.later(story.rng.randint(1, 6))
    story.rng.choice((story.meet, story.waive))(condition, department)


@segment("UNGROUNDED", BREACH)
def imposes_two_conditions_one_of_them_without_grounds(story):
    department = story.fresh()
    drafts = [
        {"topic": _topic(story, "meters"), "text": "New meters first.", "grounds": GROUNDS},
        {"topic": _topic(story, "occupancy"), "text": "More tenants first."},
    ]
    story.rng.shuffle(drafts)
    response = story.answer(
        department, "CONDITIONAL", says="imposes two conditions and cites grounds for one of them", conditions=drafts
    )
    story.found_now("UNGROUNDED", [department], "one of the two conditions has no grounds")
    story.later(2)
    story.waive(Event(response.step, 1), department)
    story.waive(Event(response.step, 2), department)


@segment("UNGROUNDED", BREACH, departments=2)
def two_refuse_without_grounds(story):
    for department in (story.fresh(), story.fresh()):
        _refuse(story, department)
        story.found_now("UNGROUNDED", [department], "a refusal without grounds")
        story.later()


@segment("UNGROUNDED", BREACH)
def refuses_twice_without_grounds(story):
    department = story.fresh()
    for _ in range(2):
        _refuse(story, department)
        story.found_now("UNGROUNDED", [department], "a refusal without grounds, each a proof of its own")
        story.later(2)


@segment("UNGROUNDED", NEAR_MISS)
def refuses_with_grounds(story):
    _refuse(story, story.fresh(), GROUNDS)


@segment("UNGROUNDED", NEAR_MISS)
def imposes_a_condition_on_the_grounds_of_its_answer(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "meters"))
    story.later(2)
    story.meet(condition, department)


@segment("UNGROUNDED", NEAR_MISS)
def imposes_a_condition_on_its_own_grounds_alone(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "meters"), grounds=(), own_grounds=GROUNDS)
    story.later(2)
    story.meet(condition, department)


@segment("UNGROUNDED", NEAR_MISS)
def reports_and_accepts_without_grounds(story):
    department = story.fresh()
    story.answer(department, "REPORTS_PROGRESS")
    story.later()
    story.answer(department, "ACCEPTS")


# ---- CONTRADICTION: two statements of one organization on one topic that cannot both hold


@segment("CONTRADICTION", BREACH)
def asserts_and_denies(story):
    department, topic = story.fresh(), _topic(story, "cable")
    first = story.rng.choice((True, False))
    story.say(department, topic, "It is as we say.", holds=first)
    story.later(story.rng.randint(1, 15))
    story.say(department, topic, "It is the other way.", holds=not first)
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")


@segment("CONTRADICTION", BREACH)
def gives_two_numbers(story):
    department, topic = story.fresh(), _topic(story, "occupancy")
    story.say(department, topic, "It is 70 percent.", value={"number": "70", "unit": "percent"})
    story.later(story.rng.randint(1, 10))
    story.say(department, topic, "It is 80 percent.", value={"number": "80", "unit": "percent"})
    story.found_now("CONTRADICTION", [department], f"gives two numbers for {topic}")


@segment("CONTRADICTION", BREACH)
def contradicts_itself_on_two_topics(story):
    department = story.fresh()
    topics = [_topic(story, "cable"), _topic(story, "well")]
    for topic in topics:
        story.say(department, topic, "So it is.", holds=True)
    story.later(3)
    for topic in topics:
        story.say(department, topic, "So it is not.", holds=False)
        story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")


@segment("CONTRADICTION", BREACH)
def contradicts_itself_twice_on_one_topic(story):
    department, topic = story.fresh(), _topic(story, "cable")
    for turn in range(4):
        story.say(department, topic, f"Version {turn + 1}.", holds=turn % 2 == 0)
        if turn % 2 == 1:
            story.found_now(
                "CONTRADICTION", [department], "a statement counts in one proof: the next pair is the next one"
            )
        story.later(2)


@segment("CONTRADICTION", BREACH)
def contradicts_itself_and_goes_back(story):
    department, topic = story.fresh(), _topic(story, "cable")
    story.say(department, topic, "It is ours.", holds=True)
    story.later(2)
    story.say(department, topic, "It is not ours.", holds=False)
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")
    story.later(2)
    # What it contradicts counted in the first proof: nothing new.
    story.say(department, topic, "It is ours.", holds=True)


@segment("CONTRADICTION", BREACH)
def replaces_one_statement_with_reason_and_contradicts_the_next(story):
    department, topic = story.fresh(), _topic(story, "cable")
    first = story.say(department, topic, "It is ours.", holds=True)
    story.later()
    story.say(department, topic, "It is not ours.", replaces=first, holds=False)
    story.later()
    story.say(department, topic, "It is ours.", holds=True)
    story.found_now("CONTRADICTION", [department], "the third statement contradicts the second and replaces nothing")


@segment("CONTRADICTION", NEAR_MISS, departments=2)
def another_organization_says_the_opposite(story):
    topic = _topic(story, "cable")
    story.say(story.fresh(), topic, "It is so.", holds=True)
    story.later()
    story.say(story.fresh(), topic, "It is not so.", holds=False)


@segment("CONTRADICTION", NEAR_MISS)
def replaces_its_statement_with_a_reason(story):
    department, topic = story.fresh(), _topic(story, "occupancy")
    first = story.say(department, topic, "It is 70 percent.", value={"number": "70", "unit": "percent"})
    story.later(2)
    story.say(department, topic, "It is 80 percent.", replaces=first, value={"number": "80", "unit": "percent"})


@segment("CONTRADICTION", NEAR_MISS)
def replaces_its_statement_twice_with_a_reason(story):
    department, topic = story.fresh(), _topic(story, "cable")
    said = None
    for turn in range(3):
        said = story.say(department, topic, f"Version {turn + 1}.", replaces=said, holds=turn % 2 == 0)
        story.later(2)


@segment("CONTRADICTION", NEAR_MISS)
def says_the_same_again(story):
    department, topic = story.fresh(), _topic(story, "occupancy")
    for number in ("70", "70.0"):
        story.say(department, topic, "It is 70 percent.", value={"number": number, "unit": "percent"})
        story.later(2)


@segment("CONTRADICTION", NEAR_MISS)
def asserts_one_topic_and_denies_another(story):
    department = story.fresh()
    story.say(department, _topic(story, "cable"), "It is so.", holds=True)
    story.say(department, _topic(story, "well"), "It is not so.", holds=False)


# ---- DISAVOWED_CONDITION: it states that a condition it had imposed does not exist


def _state_of_condition(story, department, condition, says, topic=None, **position):
    fields = statement(
        topic or _topic(story, "what-is-demanded"), "Of the condition.", condition_id=condition, **position
    )
    story.answer(department, "REPORTS_PROGRESS", says=says, statements=[fields])


@segment("DISAVOWED_CONDITION", BREACH)
def denies_its_open_condition(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "occupancy"))
    story.later(story.rng.randint(1, 8))
    _state_of_condition(story, department, condition, "states that its condition does not exist", holds=False)
    story.found_now("DISAVOWED_CONDITION", [department], "denies its own condition")
    story.waive(condition, department)


@segment("DISAVOWED_CONDITION", BREACH)
def denies_its_condition_once_it_is_met(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "occupancy"))
    story.later(2)
    story.meet(condition, department)
    story.later(3)
    _state_of_condition(story, department, condition, "states that its condition never existed", holds=False)
    story.found_now("DISAVOWED_CONDITION", [department], "denies the condition it had imposed")


@segment("DISAVOWED_CONDITION", BREACH)
def denies_the_rule_it_had_asserted(story):
    department, topic = story.fresh(), _topic(story, "occupancy")
    response = story.answer(
        department,
        "CONDITIONAL",
        grounds=GROUNDS,
        says=f"asserts the rule {topic} and imposes the condition",
        statements=[statement(topic, "There is such a rule.", holds=True)],
        conditions=[{"topic": topic, "text": "Occupancy first."}],
    )
    condition = Event(response.step, 1)
    story.later(4)
    _state_of_condition(story, department, condition, "states that there is no such rule", topic=topic, holds=False)
    story.found_now("DISAVOWED_CONDITION", [department], "denies the condition it had imposed")
    story.found_now("CONTRADICTION", [department], f"asserts and denies {topic}")
    story.later()
    story.waive(condition, department)


@segment("DISAVOWED_CONDITION", BREACH)
def denies_two_conditions(story):
    department = story.fresh()
    conditions = [story.impose(department, _topic(story, what)) for what in ("occupancy", "meters")]
    story.later(2)
    for condition in conditions:
        _state_of_condition(story, department, condition, "states that its condition does not exist", holds=False)
        story.found_now("DISAVOWED_CONDITION", [department], "denies its own condition")
        story.waive(condition, department)


@segment("DISAVOWED_CONDITION", NEAR_MISS, departments=2)
def another_denies_the_condition(story):
    department, other = story.fresh(), story.fresh()
    condition = story.impose(department, _topic(story, "occupancy"))
    story.later(2)
    _state_of_condition(story, other, condition, f"states that {department}'s condition does not exist", holds=False)
    story.waive(condition, department)


@segment("DISAVOWED_CONDITION", NEAR_MISS)
def waives_its_condition(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "occupancy"))
    story.later(2)
    story.waive(condition, department)


@segment("DISAVOWED_CONDITION", NEAR_MISS)
def stands_by_its_condition(story):
    department = story.fresh()
    condition = story.impose(department, _topic(story, "occupancy"))
    story.later(2)
    _state_of_condition(story, department, condition, "states that its condition holds", holds=True)
    story.later(2)
    story.meet(condition, department)


# ---- GOALPOST_MOVED: it imposes a new condition after one of its earlier ones was met


def _imposed_and_met(story, department, what):
    condition = story.impose(department, _topic(story, what))
    story.later(story.rng.randint(1, 5))
    story.meet(condition, department)
    story.later(story.rng.randint(1, 5))


@segment("GOALPOST_MOVED", BREACH)
def imposes_another_condition_once_the_first_is_met(story):
    department = story.fresh()
    _imposed_and_met(story, department, "occupancy")
    second = story.impose(department, _topic(story, "meters"))
    story.found_now("GOALPOST_MOVED", [department], "a new condition after one was met")
    story.later(2)
    story.rng.choice((story.meet, story.waive))(second, department)


@segment("GOALPOST_MOVED", BREACH)
def imposes_a_third_condition_once_the_second_is_met(story):
    department = story.fresh()
    _imposed_and_met(story, department, "occupancy")
    for what in ("meters", "cable"):
        condition = story.impose(department, _topic(story, what))
        story.found_now("GOALPOST_MOVED", [department], "a new condition after one was met")
        story.later(2)
        story.meet(condition, department)


@segment("GOALPOST_MOVED", BREACH, departments=2)
def two_move_their_goalposts(story):
    for department in (story.fresh(), story.fresh()):
        _imposed_and_met(story, department, "occupancy")
        condition = story.impose(department, _topic(story, "meters"))
        story.found_now("GOALPOST_MOVED", [department], "a new condition after one was met")
        story.waive(condition, department)


@segment("GOALPOST_MOVED", NEAR_MISS)
def imposes_another_condition_once_the_first_is_waived(story):
    department = story.fresh()
    first = story.impose(department, _topic(story, "occupancy"))
    story.later(2)
    story.waive(first, department)
    story.later()
    second = story.impose(department, _topic(story, "meters"))
    story.later()
    story.waive(second, department)


@segment("GOALPOST_MOVED", NEAR_MISS, departments=2)
def another_imposes_a_condition_once_the_first_is_met(story):
    _imposed_and_met(story, story.fresh(), "occupancy")
    other = story.fresh()
    second = story.impose(other, _topic(story, "meters"))
    story.later()
    story.meet(second, other)


@segment("GOALPOST_MOVED", NEAR_MISS)
def imposed_both_conditions_before_one_was_met(story):
    department = story.fresh()
    conditions = [story.impose(department, _topic(story, what)) for what in ("occupancy", "meters")]
    for condition in conditions:
        story.later()
        story.meet(condition, department)
