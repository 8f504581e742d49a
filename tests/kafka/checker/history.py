"""Is every accepted decision legal after those before it? The part of the domain's rules that can be said without its code.

What every history must hold, whatever it is about, and the simplest rules of DOMAIN.md: what is answered, met, kept or cleared must have
been asked, imposed, made or listed before; a case is closed and reopened in turn; a deadline fires once, and not before its time.
A correction (`EntryCorrected`) may change what earlier events say, so of an entry that was corrected nothing more is claimed.
"""

import collections

from . import wire
from .faults import ILLEGAL_HISTORY
from .rule import EVENTS_FIELD, FIRST_BODY_FIELD, REGISTRY, SERVICES, millis

EVENTS_MAX = 64
ACTOR_AGENDA = 3
AGENDA_PREFIX = "agenda:"

# event → the field that names an earlier event of the case, and which kinds that may be. An empty field names none.
NAMES_EARLIER = {
    "assignment_returned": ("assignment_id", {"response_requested"}),
    "response_submitted": ("assignment_id", {"response_requested"}),
    "extension_granted": ("assignment_id", {"response_requested"}),
    "response_overdue": ("assignment_id", {"response_requested"}),
    "condition_met": ("condition_id", {"condition_imposed"}),
    "condition_waived": ("condition_id", {"condition_imposed"}),
    "department_reported_in": ("whistle_id", {"whistle_blown"}),
    "whistle_unanswered": ("whistle_id", {"whistle_blown"}),
    "meeting_held": ("meeting_id", {"meeting_convened"}),
    "commitment_kept": ("commitment_id", {"commitment_made"}),
    "commitment_broken": ("commitment_id", {"commitment_made"}),
    "item_cleared": ("item_id", {"item_listed"}),
}

# event → what it settles, once: a word and the fields that say what.
ONCE = {
    "condition_met": ("condition settled", ("condition_id",)),
    "condition_waived": ("condition settled", ("condition_id",)),
    "meeting_held": ("meeting held", ("meeting_id",)),
    "commitment_kept": ("commitment kept", ("commitment_id",)),
    "commitment_broken": ("commitment broken", ("commitment_id",)),
    "item_cleared": ("item cleared", ("item_id",)),
    "response_overdue": ("response overdue", ("assignment_id", "due.due_at")),
    "whistle_unanswered": ("whistle unanswered", ("whistle_id", "department.organization_id")),
    "department_reported_in": ("reported in", ("whistle_id", "department.organization_id")),
}

# Events that say a date has passed, with the field that says which.
FIRES_AFTER = {"response_overdue": "due", "whistle_unanswered": "due", "commitment_broken": "due"}

# status → what may follow in it, and what it becomes. After a merge nothing is claimed.
STATUS = {
    "case_accepted": ({"registered"}, "accepted"),
    "case_declined": ({"registered"}, "declined"),
    "case_closed": ({"registered", "accepted"}, "closed"),
    "case_reopened": ({"declined", "closed"}, "accepted"),
}


def field_at(message, path):
    for name in path.split("."):
        message = getattr(message, name)
    return str(message)


class _Case:
    def __init__(self):
        self.decided_at_ms = None
        self.registry_version = 0
        # event id → what it is
        self.events = {}
        self.settled = set()
        self.status = None
        self.merged = False


class History:
    """Fed with every accepted decision, in its case's order: `on_accepted` of a Fold."""

    def __init__(self, faults):
        self.faults = faults
        self.cases = collections.defaultdict(_Case)
        # registry version → the level that it raised to
        self.raised = {}
        # To be compared with the registry's chain once all of it is read.
        self.claims = []

    def accept(self, accepted, decision, record):
        case = self.cases[accepted.case_id]

        def illegal(what):
            self.faults.add(ILLEGAL_HISTORY, f"{accepted}: {what}")

        self._envelope(case, accepted, decision, record, illegal)
        for number, event in enumerate(decision.events, 1):
            body = event.WhichOneof("body")
            if body is None:
                illegal(f"event {number} says nothing")
                continue
            if event.HasField("occurred_at") and millis(event.occurred_at) > millis(decision.decided_at):
                illegal(f"event {number} ({body}) occurred after it was decided")
            if record.topic == REGISTRY:
                if body == "level_raised":
                    self.raised[accepted.version] = event.level_raised.to_level
                continue
            event_id = f"{accepted.version}.{number}"
            self._event(case, event_id, body, getattr(event, body), accepted, illegal)
            case.events[event_id] = body

    def finish(self, registry_version):
        """Once the registry's chain is read to its end."""
        for accepted, version, level in self.claims:
            if version > registry_version:
                self.faults.add(ILLEGAL_HISTORY, f"{accepted}: decided at registry version {version}, and there are {registry_version}")
            active = max((raised for at, raised in self.raised.items() if at <= version), default=1)
            if level > active:
                self.faults.add(ILLEGAL_HISTORY, f"{accepted}: of level {level}, though level {active} was active at registry version {version}")

    def _envelope(self, case, accepted, decision, record, illegal):
        decided_at_ms = millis(decision.decided_at)
        if case.decided_at_ms is not None and decided_at_ms < case.decided_at_ms:
            illegal("decided before the decision that it follows")
        if decision.decided_at.nanos % 1_000_000:
            illegal("decided_at is not in whole milliseconds")
        case.decided_at_ms = decided_at_ms
        if decision.registry_version < case.registry_version:
            illegal(f"decided at registry version {decision.registry_version}, the one before at {case.registry_version}")
        case.registry_version = max(case.registry_version, decision.registry_version)
        if record.topic != REGISTRY:
            self.claims.append((accepted, decision.registry_version, decision.level))
        if not 1 <= len(decision.events) <= EVENTS_MAX:
            illegal(f"{len(decision.events)} events")
        of_agenda = (accepted.request_id.startswith(AGENDA_PREFIX), accepted.client == "", decision.actor.kind == ACTOR_AGENDA)
        if any(of_agenda) and not all(of_agenda):
            illegal(f"request id {accepted.request_id!r} of client {accepted.client!r} by actor kind {decision.actor.kind}")
        bodies = [
            sum(field >= FIRST_BODY_FIELD for field, _, _ in wire.fields(value))
            for number, kind, value in wire.fields(record.value)
            if (number, kind) == (EVENTS_FIELD, wire.BYTES)
        ]
        if any(count > 1 for count in bodies):
            illegal("an event with several bodies")
        if record.topic != REGISTRY and (accepted.version == 1) != any(e.WhichOneof("body") == "case_registered" for e in decision.events):
            illegal(
                f"a case begins with its registration, not with {SERVICES[decision.service]}'s "
                f"{decision.events[0].WhichOneof('body') if decision.events else 'nothing'}"
                if accepted.version == 1
                else "registered again"
            )

    def _event(self, case, event_id, body, event, accepted, illegal):
        if body in NAMES_EARLIER:
            field, kinds = NAMES_EARLIER[body]
            named = getattr(event, field)
            if named and case.events.get(named) not in kinds:
                illegal(f"event {event_id} ({body}) names {field} {named}, which is {case.events.get(named, 'no event before it')}")
        if body in ONCE:
            word, fields = ONCE[body]
            subject = (word, *(field_at(event, field) for field in fields))
            if getattr(event, fields[0]) and subject in case.settled:
                illegal(f"event {event_id} ({body}): {' '.join(' '.join(subject).split())}, a second time")
            case.settled.add(subject)
        if body in FIRES_AFTER:
            due = getattr(event, FIRES_AFTER[body])
            if due.HasField("due_at") and accepted.recorded_at_ms < millis(due.due_at):
                illegal(f"event {event_id} ({body}) was recorded before the date that it says has passed")
        if body == "case_registered":
            case.status = "registered"
        if body.startswith("merge_completed") or body == "case_unmerged":
            case.merged = True
        if body in STATUS and not case.merged:
            allowed, becomes = STATUS[body]
            if case.status not in allowed:
                illegal(f"event {event_id} ({body}) in a case that is {case.status}")
            case.status = becomes
