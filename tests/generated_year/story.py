"""One case as it will be told to whistled: steps in order of time, and what must be found because of them.

A story is written without asking anybody: what must be found stands in it before the first step is entered.
"""

import base64
import dataclasses
import datetime
import hashlib

from calendar_days import at, is_working, working_day_after, working_days_end
from world import has_authority

# The terms of DOMAIN's table, in working days.
RESPONSE_DAYS = 5
RETURN_DAYS = 1
EXTENSION_DAYS = 3
WHISTLE_DAYS = {"URGENT": 1, "ORDINARY": 3}
WHISTLE_EMERGENCY = datetime.timedelta(hours=2)
NO_OWNER_DAYS = 10

# Things are done on the hour, so that many cases have something to enter at the same time.
HOURS = (9, 10, 11, 14, 15, 16, 17)
MINUTE = datetime.timedelta(minutes=1)

GROUNDS = [{"document": "Rules for the supply of buildings", "clause": "Article 12"}]
CASE_ITSELF = ""


@dataclasses.dataclass(frozen=True)
class Event:
    """The `number`-th event that the step `step` of the same story leaves behind."""

    step: str
    number: int = 0


@dataclasses.dataclass
class Step:
    at: datetime.datetime
    name: str
    rpc: str
    who: str
    says: str
    fields: dict
    occurred_at: datetime.datetime | None = None


@dataclasses.dataclass
class Expected:
    """A finding that must be raised: about one of `organizations`, from `earliest` on and on the day `latest` at the latest."""

    rule: str
    organizations: frozenset
    earliest: datetime.datetime
    latest: datetime.date
    why: str
    # A late entry shows that it was not so: the finding stays, marked lifted.
    lifted: bool = False


@dataclasses.dataclass
class Assignment:
    event: Event
    department: str
    due: datetime.datetime


def evidence(title="A photograph of what was done"):
    digest = hashlib.sha256(title.encode()).digest()
    return [
        {
            "sha256": base64.b64encode(digest).decode(),
            "size_bytes": 4096,
            "media_type": "image/jpeg",
            "title": title,
            "location": "archive://photographs",
        }
    ]


def entered_late(occurred_at):
    return f" (on {occurred_at:%Y-%m-%d %H:%M}, entered only now)" if occurred_at else ""


def statement(topic, text="So it is.", **position):
    return {"topic": topic, "text": text, **position}


class Story:
    """Written from its beginning to its end; `now` is when the next step will be taken."""

    def __init__(self, number, rng, place, handler, begins):
        self.number = number
        self.rng = rng
        self.place = place
        self.handler = handler
        self.now = begins
        self.kind = ""
        self.about = []
        self.near_rules = []
        self.steps = []
        self.expected = []
        self.contacts = 0
        # The case is closed already.
        self.over = False
        self._names = 0
        departments = list(place.district_departments)
        if handler == place.city:
            departments += place.city_departments
        rng.shuffle(departments)
        self.lead = departments.pop()
        self._departments = departments
        self.no_owner_due = None
        self.accepted_at = None

    # ---- time

    def later(self, days=1, hour=None):
        """Goes on `days` days later."""
        self._to(at(self.now.date() + datetime.timedelta(days=days), hour or self.rng.choice(HOURS)))

    def workdays_later(self, count, hour=None):
        self._to(at(working_day_after(self.now.date(), count), hour or self.rng.choice(HOURS)))

    def last_minute_before(self, due):
        self._to(due - MINUTE)

    def morning_after(self, due):
        """The first morning after the instant `due`."""
        morning = due.replace(hour=HOURS[0], minute=0)
        self._to(morning if morning > due else morning + datetime.timedelta(days=1))

    def _to(self, moment):
        if self.steps and moment <= self.steps[-1].at:
            raise ValueError(f"story {self.number} would go back to {moment}: {self.about}")
        self.now = moment

    def _next_hour(self):
        after = [hour for hour in HOURS if at(self.now.date(), hour) > self.now]
        self.now = (
            at(self.now.date(), after[0]) if after else at(self.now.date() + datetime.timedelta(days=1), HOURS[0])
        )

    # ---- who

    def fresh(self):
        """A department under the handler that has had no part in the case yet."""
        return self._departments.pop()

    @property
    def departments_left(self):
        return len(self._departments)

    # ---- steps

    def do(self, rpc, who, says, occurred_at=None, **fields):
        """The next step; its first event."""
        self._names += 1
        name = f"{rpc.partition('/')[2]}-{self._names}"
        self.steps.append(Step(self.now, name, rpc, who, says, fields, occurred_at))
        self._next_hour()
        return Event(name)

    @property
    def last(self):
        return self.steps[-1]

    def register(self):
        self.do(
            "IntakeService/RegisterCase",
            "petitioner",
            "raises the demand",
            title="The building has no gas",
            demand="Connect the building.",
            category="gas-supply",
            site={"site_id": f"building-{self.number}", "name": f"Building {self.number}"},
        )
        # The time in which somebody must accept the case is counted from its handling on, not from its registration.
        days = self.rng.choice((0, 0, 1, 2, 4, 8, 13)) or int(self.now.hour > 15)
        if days > 0:
            self.later(days, hour=10)
        self.do("IntakeService/AcceptCase", self.handler, "accepts the case for handling")
        self.no_owner_due = working_days_end(self.last.at, NO_OWNER_DAYS)
        self.hand_to(self.handler, by=self.handler)

    def hand_to(self, handler, by):
        given = self.do("IntakeService/AssignHandler", by, f"gives the case to {handler}", handler_id=handler)
        self.handler = handler
        return given

    def contact(self, whom, occurred_at=None):
        self.contacts += 1
        channel = self.rng.choice(("VISIT", "CALL", "LETTER", "MESSAGE"))
        late = entered_late(occurred_at)
        return self.do(
            "IntakeService/RecordContact",
            "petitioner",
            f"asks {whom} again{late}",
            occurred_at,
            channel=f"CONTACT_CHANNEL_{channel}",
            contacted_id=whom,
            note="They asked what has become of it.",
        )

    def ask(self, department, due=None, occurred_at=None):
        given = {"due_at": due} if due else {}
        due = due or working_days_end(occurred_at or self.now, RESPONSE_DAYS)
        event = self.do(
            "ResponseService/AskForResponse",
            self.handler,
            f"asks {department} to answer before {due:%Y-%m-%d %H:%M}{entered_late(occurred_at)}",
            occurred_at,
            department_id=department,
            question="What will you do about it?",
            **given,
        )
        return Assignment(event, department, due)

    def answer(self, department, stance, assignment=None, grounds=(), occurred_at=None, says=None, **fields):
        if assignment:
            fields["assignment_id"] = assignment.event
        late = entered_late(occurred_at)
        with_grounds = "with grounds" if grounds else "without grounds"
        event = self.do(
            "ResponseService/SubmitResponse",
            department,
            says or f"answers {with_grounds}: {stance.lower().replace('_', ' ')}{late}",
            occurred_at,
            stance=f"STANCE_{stance}",
            text="This is our answer.",
            grounds=list(grounds),
            **fields,
        )
        if stance == "ACCEPTS" and self.accepted_at is None:
            self.accepted_at = occurred_at or self.last.at
        return event

    def accept(self, department, assignment=None, occurred_at=None):
        """Takes the matter on, with grounds and a statement: surely an acceptance and surely a substantive response."""
        return self.answer(
            department,
            "ACCEPTS",
            assignment,
            GROUNDS,
            occurred_at,
            statements=[statement(f"duty-of-{department}", "It is ours to do.", holds=True)],
        )

    def defer(self, department, to, assignment=None):
        return self.answer(department, "DEFERS", assignment, GROUNDS, says=f"defers to {to}", defers_to_ids=[to])

    def say(self, department, topic, words, replaces=None, **position):
        """A statement in a progress report that answers no assignment."""
        fields = statement(topic, words, **position)
        if replaces:
            fields.update(replaces_event_id=replaces, replaces_why="The survey of this week showed it.")
        replacing = " (replacing what it said before, and saying why)" if replaces else ""
        told = " and ".join(f"{key}={value}" for key, value in position.items())
        return self.answer(
            department, "REPORTS_PROGRESS", says=f"states of {topic}: {told}{replacing}", statements=[fields]
        )

    def impose(self, department, topic, grounds=GROUNDS, own_grounds=(), occurred_at=None):
        """A condition; the event that imposes it."""
        cited = "citing grounds" if grounds or own_grounds else "citing none"
        late = entered_late(occurred_at)
        event = self.answer(
            department,
            "CONDITIONAL",
            grounds=grounds,
            occurred_at=occurred_at,
            says=f"imposes the condition {topic}, {cited}{late}",
            conditions=[{"topic": topic, "text": f"First {topic}.", "grounds": list(own_grounds)}],
        )
        return Event(event.step, 1)

    def meet(self, condition, department, occurred_at=None):
        """Recorded by the department or, with evidence, by the petitioner's side."""
        by = self.rng.choice((department, "petitioner"))
        late = entered_late(occurred_at)
        return self.do(
            "ResponseService/MarkConditionMet",
            by,
            f"records that {department}'s condition is met{late}",
            occurred_at,
            condition_id=condition,
            evidence=evidence(),
            text="It is done.",
        )

    def waive(self, condition, department):
        self.do(
            "ResponseService/WaiveCondition",
            department,
            "drops its condition",
            condition_id=condition,
            why="It is not needed after all.",
        )

    def claim(self, department):
        return self.answer(department, "CLAIMS_RESOLVED", grounds=GROUNDS, says="claims that it is resolved")

    def confirm(self):
        self.do(
            "IntakeService/ConfirmResolution",
            "petitioner",
            "confirms that it is resolved",
            satisfaction="SATISFACTION_SATISFIED",
        )

    def close(self):
        return self.do("IntakeService/CloseCase", self.handler, "closes the case", why="It is done.")

    # ---- what must be found

    def expect(self, rule, organizations, earliest, latest, why, lifted=False):
        self.expected.append(Expected(rule, frozenset(organizations), earliest, latest, why, lifted))

    def found_now(self, rule, organizations, why, lifted=False):
        """By the last step: on the very day."""
        self.expect(rule, organizations, self.last.at, self.last.at.date(), why, lifted)

    def found_when_passed(self, rule, organizations, due, why, lifted=False):
        """When the date passes: never before, and on the day that begins then."""
        self.expect(rule, organizations, due, due.date(), why, lifted)

    def lies_under_the_handler(self, organization):
        return has_authority(self.handler, organization)

    def sentences(self):
        """The timeline in words."""
        for step in self.steps:
            day = "" if is_working(step.at.date()) else " (a day off)"
            yield f"{step.at:%Y-%m-%d %H:%M}{day} {step.who} {step.says}"
        for finding in self.expected:
            about = " or ".join(sorted(o or "the case itself" for o in finding.organizations))
            lifted = ", lifted since" if finding.lifted else ""
            yield f"expected: {finding.rule} about {about} by {finding.latest}{lifted}: {finding.why}"
        if not self.expected:
            yield "expected: nothing"
