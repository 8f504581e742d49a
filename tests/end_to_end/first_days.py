"""On which day each safeguard has first something to find in a case, worked out anew from the table of findings and from what people did.

Reads the decisions of people alone (the one date that Whistle sets by an event of its own, OwnerAwaited, excepted): what the agenda found is
what is to be compared with this. Straight-line code for whole timelines, none of Whistle's own; corrections and merges are not read.
"""

import datetime

AGENDA = 3
CHINA = datetime.timezone(datetime.timedelta(hours=8))
RULES = (
    "UNGROUNDED CONTRADICTION DISAVOWED_CONDITION GOALPOST_MOVED BUCK_PASSING NO_OWNER SILENCE HOLLOW_MEETINGS ABSENT"
    " BROKEN_COMMITMENT PERSISTENT_DEMAND CLOSED_WITHOUT_RESULT JURISDICTION_GAP"
).split()
HOLLOW_MEETINGS, PERSISTENT_CONTACTS, HOPS = 2, 3, 3
ACCEPTS, REFUSES, CONDITIONAL, DEFERS, PROGRESS, CLAIMS = range(1, 7)
DEADLOCKED = 3


def day(timestamp):
    return datetime.datetime.fromtimestamp(timestamp.seconds, CHINA).date().isoformat()


class Event:
    def __init__(self, decision, number, version, event):
        self.id = f"{version}.{number}"
        self.by_agenda = decision.actor.kind == AGENDA
        self.kind = event.WhichOneof("body")
        self.body = getattr(event, self.kind)
        self.seconds = event.occurred_at.seconds
        self.told = day(decision.decided_at)
        self.occurred_at = event.occurred_at


def events_of(decisions):
    """In the order in which things happened in the world."""
    events = [
        Event(decision, number, version, event)
        for version, decision in enumerate(decisions, 1)
        for number, event in enumerate(decision.events, 1)
    ]
    return sorted(events, key=lambda event: event.seconds)


def above(superior, organization):
    return organization.organization_id == superior.organization_id or superior.organization_id in organization.superior_ids


def first_days(decisions):
    """{rule: day} of one case; rules that find nothing are left out."""
    found = {}

    def find(rule, on):
        found[rule] = min(found.get(rule, on), on)

    everything = events_of(decisions)
    people = [event for event in everything if not event.by_agenda]
    last_moment = everything[-1].seconds if everything else 0
    for look in (answers, conditions, deferrals, dates, meetings, contacts, claims, authority):
        look(people, find, last_moment)
    ownerless(everything, find, last_moment)
    return found


def answers(people, find, _):
    statements, imposed = [], []
    for event in people:
        if event.kind == "condition_imposed":
            imposed.append(event)
            if not event.body.grounds:
                find("UNGROUNDED", event.told)
        if event.kind != "response_submitted":
            continue
        who = event.body.department.organization_id
        if event.body.stance == REFUSES and not event.body.grounds:
            find("UNGROUNDED", event.told)
        for said in event.body.statements:
            if said.replaces_event_id:
                statements = [s for s in statements if s[:2] != (who, said.topic)]
            elif any(s[:2] == (who, said.topic) and excludes(s[2], said) for s in statements):
                find("CONTRADICTION", event.told)
            statements.append((who, said.topic, said))
            if said.WhichOneof("position") != "holds" or said.holds or said.replaces_event_id:
                continue
            for earlier in imposed:
                same = said.condition_id == earlier.id if said.condition_id else said.topic == earlier.body.topic
                if same and earlier.body.department.organization_id == who:
                    find("DISAVOWED_CONDITION", event.told)


def excludes(earlier, later):
    """Whether the two cannot both hold."""
    kinds = earlier.WhichOneof("position"), later.WhichOneof("position")
    if kinds[1] == "unknown":
        return kinds[0] != "unknown"
    if kinds[0] != kinds[1]:
        return False
    if kinds[0] == "holds":
        return earlier.holds != later.holds
    if kinds[0] == "value":
        return earlier.value.unit == later.value.unit and earlier.value.number != later.value.number
    named = [{o.organization_id for o in s.responsible.organizations} for s in (earlier, later)]
    return not named[0] & named[1]


def conditions(people, find, _):
    met_by = set()
    for event in people:
        if event.kind == "condition_met":
            met_by.add(event.body.department.organization_id)
        elif event.kind == "condition_imposed" and event.body.department.organization_id in met_by:
            find("GOALPOST_MOVED", event.told)


def deferrals(people, find, _):
    """Edges of who defers to whom; whoever accepts takes its own away, and those that lead to it."""
    edges = {}

    def reach(at, path):
        if at in path:
            return True
        return len(path) == HOPS or any(reach(to, path + [at]) for to in edges.get(at, ()))

    for event in people:
        if event.kind != "response_submitted":
            continue
        who = event.body.department.organization_id
        if event.body.stance in (ACCEPTS, CLAIMS):
            edges.pop(who, None)
            edges = {a: [b for b in to if b != who] for a, to in edges.items()}
        elif event.body.withdraws_event_id:
            find("BUCK_PASSING", event.told)
            edges.pop(who, None)
        if event.body.stance == DEFERS:
            edges.setdefault(who, []).extend(o.organization_id for o in event.body.defers_to)
            if any(reach(at, []) for at in edges):
                find("BUCK_PASSING", event.told)


def dates(people, find, last_moment):
    """What was owed by a date and not done before it."""
    for event in people:
        if event.kind == "response_requested":
            due, settled = event.body.due.due_at, None
            for later in people:
                its = getattr(later.body, "assignment_id", "") == event.id and later.seconds < due.seconds
                if its and later.kind == "extension_granted":
                    due = later.body.new_due.due_at
                elif its and later.kind in ("response_submitted", "assignment_returned"):
                    settled = later
            if settled is None and due.seconds <= last_moment:
                find("SILENCE", day(due))
        elif event.kind == "commitment_made":
            kept = done(people, "commitment_kept", "commitment_id", event.id, event.body.due)
            if not kept and event.body.due.due_at.seconds <= last_moment:
                find("BROKEN_COMMITMENT", day(event.body.due.due_at))
        elif event.kind == "commitment_broken":
            find("BROKEN_COMMITMENT", event.told)
        elif event.kind == "whistle_blown":
            for call in event.body.called:
                came = any(
                    later.kind == "department_reported_in"
                    and later.body.whistle_id == event.id
                    and later.body.department.organization_id == call.department.organization_id
                    and later.seconds < call.due.due_at.seconds
                    for later in people
                )
                if not came and call.due.due_at.seconds <= last_moment:
                    find("ABSENT", day(call.due.due_at))


def done(people, kind, field, what, due):
    return any(e.kind == kind and getattr(e.body, field) == what and e.seconds < due.due_at.seconds for e in people)


def meetings(people, find, _):
    deadlocked = 0
    for event in people:
        if event.kind != "meeting_held":
            continue
        if event.body.absent:
            find("ABSENT", event.told)
        deadlocked += event.body.outcome == DEADLOCKED
        if deadlocked == HOLLOW_MEETINGS:
            find("HOLLOW_MEETINGS", event.told)


def contacts(people, find, _):
    unanswered = 0
    for event in people:
        if event.kind == "contact_recorded":
            unanswered += 1
            if unanswered == PERSISTENT_CONTACTS:
                find("PERSISTENT_DEMAND", event.told)
        elif event.kind == "response_submitted" and event.body.stance in (ACCEPTS, REFUSES, CONDITIONAL, CLAIMS):
            unanswered = 0


def claims(people, find, _):
    still_open = set()
    for event in people:
        if event.kind in ("condition_imposed", "commitment_made", "item_listed"):
            still_open.add(event.id)
        for field in ("condition_id", "commitment_id", "item_id"):
            if event.kind in ("condition_met", "condition_waived", "commitment_kept", "item_cleared"):
                still_open.discard(getattr(event.body, field, ""))
        resolved = event.kind == "response_submitted" and event.body.stance == CLAIMS
        if event.kind == "resolution_disputed":
            find("CLOSED_WITHOUT_RESULT", event.told)
        elif still_open and (resolved or event.kind in ("handling_completed", "case_closed")):
            find("CLOSED_WITHOUT_RESULT", event.told)


def authority(people, find, _):
    """The handler against everybody whose action the case needs, after each event."""
    handler, lead, needed, last_deferred = None, None, {}, []
    closed = False
    for event in people:
        body = event.body
        if event.kind == "handler_assigned":
            handler = body.handler
        elif event.kind == "handling_upgraded":
            lead = body.lead
        elif event.kind == "handling_completed":
            lead = None
        elif event.kind in ("case_closed", "case_declined", "case_reopened"):
            closed = event.kind != "case_reopened"
        elif event.kind == "response_requested":
            needed[event.id] = body.department
        elif event.kind == "response_submitted":
            if body.stance != PROGRESS:
                needed.pop(body.assignment_id, None)
            last_deferred = list(body.defers_to) if body.stance == DEFERS else last_deferred
            if body.withdraws_event_id:
                last_deferred = []
        elif event.kind == "assignment_returned":
            needed.pop(body.assignment_id, None)
        elif event.kind == "whistle_blown":
            needed.update({f"{event.id}/{c.department.organization_id}": c.department for c in body.called})
        elif event.kind == "department_reported_in":
            needed.pop(f"{body.whistle_id}/{body.department.organization_id}", None)
        elif event.kind == "commitment_made":
            needed[event.id] = body.organization
        elif event.kind == "commitment_kept":
            needed.pop(body.commitment_id, None)
        elif event.kind == "item_listed":
            needed[event.id] = body.responsible
        elif event.kind == "item_cleared":
            needed.pop(body.item_id, None)
        if handler is None or closed:
            continue
        for organization in [*needed.values(), *last_deferred]:
            bound = above(handler, organization) or (lead is not None and above(lead, organization))
            if not bound and not organization.outside_tree:
                find("JURISDICTION_GAP", event.told)


def ownerless(everything, find, last_moment):
    """Nobody's stance is that it accepts, from the event that OwnerAwaited names until after the date that it sets."""
    for awaited in (event for event in everything if event.kind == "owner_awaited"):
        due = awaited.body.due.due_at
        since = next(event.seconds for event in everything if event.id == awaited.body.since_event_id)
        taken = any(
            since <= event.seconds < due.seconds
            and (
                event.kind in ("case_closed", "case_declined", "handling_upgraded")
                or (event.kind == "response_submitted" and event.body.stance in (ACCEPTS, CLAIMS))
            )
            for event in everything
        )
        if not taken and due.seconds <= last_moment:
            find("NO_OWNER", day(due))
