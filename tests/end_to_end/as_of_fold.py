"""What a case was as of a version, folded slowly and in another language: from the raw decisions, from the first one, every time.

Shares no code with what it checks and knows nothing of milestones. `expected` says a substantial part of what each service must answer,
as plain facts; `told` reads the same facts from an answer.
"""

import datetime
import json

SERVICES = ("intake", "response", "coordination", "escalation")
# CaseStatus.
REGISTERED, ACCEPTED, DECLINED, CLOSED, MERGED = 1, 2, 3, 4, 5
REPORTS_PROGRESS, ACCEPTS, DEFERS = "STANCE_REPORTS_PROGRESS", "STANCE_ACCEPTS", "STANCE_DEFERS"


def nanos(time):
    return time.seconds * 10**9 + time.nanos


def enum_name(message, field):
    descriptor = message.DESCRIPTOR.fields_by_name[field]
    return descriptor.enum_type.values_by_number[getattr(message, field)].name


def _rfc3339_nanos(text):
    """A protobuf JSON time, which ends with Z."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp()) * 10**9 + int((fraction or "0").ljust(9, "0"))


class Corrected:
    """The fields that one EntryCorrected puts right."""

    def __init__(self, correction):
        self.event_id = correction.event_id
        self.fields = {field.path: json.loads(getattr(field, "is")) for field in correction.fields}

    def text(self, path, old):
        return self.fields.get(path, old)

    def organization(self, path, old):
        return self.fields[path].get("organization_id", self.fields[path].get("organizationId", "")) if path in self.fields else old

    def time(self, path, old):
        return _rfc3339_nanos(self.fields[path]) if path in self.fields else old

    def due(self, path, old):
        if path not in self.fields:
            return old
        due_at = self.fields[path].get("due_at", self.fields[path].get("dueAt"))
        return _rfc3339_nanos(due_at) if due_at else 0


def due_nanos(due):
    return nanos(due.due_at) if due.HasField("due_at") else 0


class Fold:
    """One case. Fold decisions in order; then ask for facts."""

    def __init__(self):
        self.header = {"status": 0, "status_event_id": "", "status_since": 0, "title": "", "category": "", "handler": "",
                       "handler_event_id": "", "handler_since": 0, "registered_at": 0, "merged_into": "", "policy_version": 0}  # fmt: skip
        self.status_before_merge = 0
        self.intake = {"contact_count": 0, "visit_count": 0, "call_count": 0, "letter_count": 0, "message_count": 0,
                       "petitioner_count": 0, "evidence_count": 0, "last_contact_event_id": "", "handling_extensions": 0,
                       "acceptance_overdue_event_id": "", "handling_overdue_event_id": "", "acceptance_decided_event_id": "",
                       "policy_event_id": "", "linked": [], "merged_sources": [], "proposal": "", "review": "", "review_decided": ""}  # fmt: skip
        self.counts = dict.fromkeys(
            ("assignment_count", "response_count", "condition_count", "overdue_count", "whistle_count", "meeting_count",
             "deadlocked_count", "commitment_count", "item_count", "findings_lifted", "escalations_raised", "handlings_upgraded",
             "letters_issued", "files_opened", "hazards_identified"), 0)  # fmt: skip
        self.assignments = {}
        # An assignment's overdue stays known when it is settled, as it may be lifted then.
        self.overdues = {}
        self.conditions = {}
        self.standings = {}
        self.whistles = {}
        self.meetings = {}
        self.commitments = {}
        self.items = {}
        self.findings = {}
        self.lifted = set()
        self.escalation = ""
        self.last_escalation = ""
        self.escalation_to = {}
        self.escalation_unanswered = {}
        self.handling = ""
        self.last_handling = ""
        self.letters = {}
        self.referrals = {}
        self.files = {}
        self.hazards = {}
        self.version = 0

    def add(self, decision):
        self.version += 1
        for number, event in enumerate(decision.events, 1):
            body = event.WhichOneof("body")
            handle = getattr(self, "on_" + body, None)
            if handle:
                handle(getattr(event, body), f"{self.version}.{number}", nanos(event.occurred_at))

    def _status(self, status, event_id, at):
        self.header.update(status=status, status_event_id=event_id, status_since=at)

    # --- intake

    def on_case_registered(self, e, event_id, at):
        self._status(REGISTERED, event_id, at)
        self.header.update(title=e.title, category=e.category, registered_at=at, policy_version=e.policy_version)
        self.intake.update(petitioner_count=1, policy_event_id=event_id)

    def on_policy_rebound(self, e, event_id, _):
        self.header["policy_version"] = e.policy_version
        self.intake["policy_event_id"] = event_id

    def on_contact_recorded(self, e, event_id, _):
        self.intake["contact_count"] += 1
        channel = enum_name(e, "channel").removeprefix("CONTACT_CHANNEL_").lower() + "_count"
        if channel in self.intake:
            self.intake[channel] += 1
        self.intake["last_contact_event_id"] = event_id

    def on_petitioner_joined(self, *_):
        self.intake["petitioner_count"] += 1

    def on_evidence_attached(self, *_):
        self.intake["evidence_count"] += 1

    def on_case_accepted(self, _, event_id, at):
        self._status(ACCEPTED, event_id, at)
        self.intake["acceptance_decided_event_id"] = event_id

    def on_case_declined(self, _, event_id, at):
        self._status(DECLINED, event_id, at)
        self.intake["acceptance_decided_event_id"] = event_id

    def on_handler_assigned(self, e, event_id, at):
        self.header.update(handler=e.handler.organization_id, handler_event_id=event_id, handler_since=at)

    def on_cases_linked(self, e, *_):
        self.intake["linked"].append(e.other_case_id)

    def on_merge_proposed(self, e, event_id, _):
        self.intake["proposal"] = event_id

    def on_merge_accepted(self, e, *_):
        self.intake["merged_sources"] = [s for s in self.intake["merged_sources"] if s != e.source_case_id] + [e.source_case_id]

    def on_merge_completed(self, e, event_id, at):
        self.status_before_merge = self.header["status"]
        self.header["merged_into"] = e.target_case_id
        self._status(MERGED, event_id, at)
        self.intake["proposal"] = ""

    def on_merge_withdrawn(self, *_):
        self.intake["proposal"] = ""

    def on_case_unmerged(self, e, event_id, at):
        if enum_name(e, "side") == "MERGE_SIDE_TARGET":
            self.intake["merged_sources"] = [s for s in self.intake["merged_sources"] if s != e.other_case_id]
        elif not e.completed:
            self._status(self.status_before_merge, event_id, at)
            self.header["merged_into"] = ""

    def on_review_requested(self, _, event_id, __):
        self.intake.update(review=event_id, review_decided="")

    def on_review_decided(self, e, event_id, _):
        if e.review_event_id == self.intake["review"]:
            self.intake["review_decided"] = event_id

    def on_handling_extended(self, *_):
        self.intake["handling_extensions"] += 1
        self.intake["handling_overdue_event_id"] = ""

    def on_acceptance_overdue(self, _, event_id, __):
        self.intake["acceptance_overdue_event_id"] = event_id

    def on_handling_overdue(self, _, event_id, __):
        self.intake["handling_overdue_event_id"] = event_id

    def on_intake_overdue_lifted(self, e, *_):
        for field in ("acceptance_overdue_event_id", "handling_overdue_event_id"):
            if self.intake[field] == e.overdue_event_id:
                self.intake[field] = ""

    def on_case_closed(self, _, event_id, at):
        self._status(CLOSED, event_id, at)

    def on_case_reopened(self, _, event_id, at):
        self._status(ACCEPTED, event_id, at)

    def on_intake_entry_corrected(self, e, *_):
        right = Corrected(e)
        if right.event_id == "1.1":
            self.header.update(title=right.text("title", self.header["title"]), category=right.text("category", self.header["category"]))
            return
        if right.event_id == self.header["handler_event_id"]:
            self.header["handler"] = right.organization("handler", self.header["handler"])
            self.header["handler_since"] = right.time("occurred_at", self.header["handler_since"])
        if right.event_id == self.header["status_event_id"]:
            self.header["status_since"] = right.time("occurred_at", self.header["status_since"])

    # --- response

    def on_response_requested(self, e, event_id, at):
        self.counts["assignment_count"] += 1
        self.assignments[event_id] = {"department": e.department.organization_id, "due": due_nanos(e.due), "at": at,
                                      "extensions": 0, "overdue": "", "first": ""}  # fmt: skip

    def _settle(self, assignment_id):
        self.assignments.pop(assignment_id, None)

    def on_assignment_returned(self, e, *_):
        self._settle(e.assignment_id)

    def on_response_submitted(self, e, event_id, at):
        self.counts["response_count"] += 1
        department = e.department.organization_id
        stance = enum_name(e, "stance")
        standing = self.standings.setdefault(department, {"deferral": ""})
        standing.update(event_id=event_id, stance=stance)
        if e.withdraws_event_id or stance == ACCEPTS:
            standing["deferral"] = ""
        if stance == DEFERS:
            standing["deferral"] = event_id
        if stance != REPORTS_PROGRESS:
            self._settle(e.assignment_id)

    def on_condition_imposed(self, e, event_id, _):
        self.counts["condition_count"] += 1
        self.conditions[event_id] = {"department": e.department.organization_id, "topic": e.topic}

    def on_condition_met(self, e, *_):
        self.conditions.pop(e.condition_id, None)

    def on_condition_waived(self, e, *_):
        self.conditions.pop(e.condition_id, None)

    def on_extension_granted(self, e, *_):
        if e.assignment_id in self.assignments:
            assignment = self.assignments[e.assignment_id]
            assignment["due"] = due_nanos(e.new_due)
            assignment["extensions"] += 1

    def on_response_overdue(self, e, event_id, _):
        self.counts["overdue_count"] += 1
        self.overdues[event_id] = e.assignment_id
        if e.assignment_id in self.assignments:
            self.assignments[e.assignment_id]["overdue"] = event_id

    def on_return_term_passed(self, e, event_id, _):
        if e.assignment_id in self.assignments:
            self.assignments[e.assignment_id]["first"] = event_id

    def on_response_overdue_lifted(self, e, *_):
        for assignment in self.assignments.values():
            if assignment["overdue"] == e.overdue_event_id:
                assignment["overdue"] = ""
            if assignment["first"] == e.overdue_event_id:
                assignment["first"] = ""
        if self.overdues.pop(e.overdue_event_id, None):
            self.counts["overdue_count"] -= 1

    def on_response_entry_corrected(self, e, *_):
        right = Corrected(e)
        assignment = self.assignments.get(right.event_id)
        if assignment:
            assignment["department"] = right.organization("department", assignment["department"])
            assignment["at"] = right.time("occurred_at", assignment["at"])
            if assignment["extensions"] == 0:
                assignment["due"] = right.due("due", assignment["due"])
        condition = self.conditions.get(right.event_id)
        if condition:
            condition["department"] = right.organization("department", condition["department"])
        for department, standing in list(self.standings.items()):
            if standing.get("event_id") == right.event_id and "department" in right.fields:
                self.standings[right.organization("department", department)] = self.standings.pop(department)

    # --- coordination

    def on_whistle_blown(self, e, event_id, _):
        self.counts["whistle_count"] += 1
        self.whistles[event_id] = {
            call.department.organization_id: {"due": due_nanos(call.due), "reported": "", "unanswered": ""} for call in e.called
        }

    def on_department_reported_in(self, e, event_id, _):
        call = self.whistles.get(e.whistle_id, {}).get(e.department.organization_id)
        if call:
            call["reported"] = event_id

    def on_whistle_unanswered(self, e, event_id, _):
        call = self.whistles.get(e.whistle_id, {}).get(e.department.organization_id)
        if call:
            call["unanswered"] = event_id

    def on_coordination_overdue_lifted(self, e, *_):
        for calls in self.whistles.values():
            for call in calls.values():
                if call["unanswered"] == e.overdue_event_id:
                    call["unanswered"] = ""
        for commitment in self.commitments.values():
            if commitment["broken"] == e.overdue_event_id:
                commitment["broken"] = ""

    def on_meeting_convened(self, e, event_id, _):
        self.meetings[event_id] = sorted(o.organization_id for o in e.invited)

    def on_meeting_held(self, e, *_):
        self.counts["meeting_count"] += 1
        if enum_name(e, "outcome") == "MEETING_OUTCOME_DEADLOCKED":
            self.counts["deadlocked_count"] += 1
        self.meetings.pop(e.meeting_id, None)

    def on_commitment_made(self, e, event_id, _):
        self.counts["commitment_count"] += 1
        self.commitments[event_id] = {"organization": e.organization.organization_id, "due": due_nanos(e.due), "broken": ""}

    def on_commitment_kept(self, e, *_):
        self.commitments.pop(e.commitment_id, None)

    def on_commitment_broken(self, e, event_id, _):
        if e.commitment_id in self.commitments:
            self.commitments[e.commitment_id]["broken"] = event_id

    def on_item_listed(self, e, event_id, _):
        self.counts["item_count"] += 1
        self.items[event_id] = e.responsible.organization_id

    def on_item_cleared(self, e, *_):
        self.items.pop(e.item_id, None)

    def on_coordination_entry_corrected(self, e, *_):
        right = Corrected(e)
        if right.event_id in self.commitments:
            commitment = self.commitments[right.event_id]
            commitment["organization"] = right.organization("organization", commitment["organization"])
            commitment["due"] = right.due("due", commitment["due"])
        if right.event_id in self.items:
            self.items[right.event_id] = right.organization("responsible", self.items[right.event_id])

    # --- escalation

    def on_finding_raised(self, e, event_id, _):
        self.findings[event_id] = enum_name(e, "rule")

    def on_finding_lifted(self, e, *_):
        self.counts["findings_lifted"] += 1
        self.lifted.add(e.finding_id)

    def on_escalation_raised(self, e, event_id, _):
        self.counts["escalations_raised"] += 1
        if self.escalation:
            self.last_escalation = self.escalation
        self.escalation = event_id
        self.escalation_to[event_id] = e.to.organization_id

    def _settle_escalation(self, escalation_id):
        if escalation_id and escalation_id == self.escalation:
            self.escalation, self.last_escalation = "", escalation_id

    def on_escalation_declined(self, e, *_):
        self._settle_escalation(e.escalation_id)

    def on_escalation_unanswered(self, e, event_id, _):
        self.escalation_unanswered[e.escalation_id] = event_id

    def on_handling_upgraded(self, e, event_id, _):
        self.counts["handlings_upgraded"] += 1
        self._settle_escalation(e.escalation_id)
        if self.handling:
            self.last_handling = self.handling
        self.handling = event_id

    def on_handling_completed(self, e, *_):
        if e.handling_id == self.handling:
            self.handling, self.last_handling = "", e.handling_id

    def on_suggestion_issued(self, e, event_id, _):
        self.counts["letters_issued"] += 1
        self.letters[event_id] = e.addressee.organization_id

    def on_rectification_accepted(self, e, *_):
        self.letters.pop(e.letter_id, None)

    def on_referred_for_accountability(self, e, event_id, _):
        self.referrals[event_id] = True

    def on_accountability_opened(self, e, event_id, _):
        self.counts["files_opened"] += 1
        self.referrals.pop(e.referral_id, None)
        self.files[event_id] = True

    def on_accountability_closed(self, e, *_):
        self.files.pop(e.file_id, None)

    def on_hazard_identified(self, e, event_id, _):
        self.counts["hazards_identified"] += 1
        self.hazards[event_id] = enum_name(e, "severity")

    def on_hazard_cancelled(self, e, *_):
        self.hazards.pop(e.hazard_id, None)

    # --- facts

    def _open_whistles(self):
        def answered(call):
            return call["reported"] or call["unanswered"] or not call["due"]

        return {whistle: calls for whistle, calls in self.whistles.items() if not all(answered(c) for c in calls.values())}

    def _counts(self, *names):
        return {name: self.counts[name] for name in names}

    def facts(self, service):
        return getattr(self, "facts_of_" + service)()

    def facts_of_intake(self):
        closed = self.header["status"] == CLOSED
        return {**self.header, **self.intake, "statutory_from": self.header["registered_at"],
                "statutory_until": self.header["status_since"] if closed else 0}  # fmt: skip

    def facts_of_response(self):
        return {**self.header, **self._counts("assignment_count", "response_count", "condition_count", "overdue_count"),
                "assignments": self.assignments, "conditions": self.conditions, "standings": self.standings}  # fmt: skip

    def facts_of_coordination(self):
        names = ("whistle_count", "meeting_count", "deadlocked_count", "commitment_count", "item_count")
        return {**self.header, **self._counts(*names), "whistles": self._open_whistles(), "meetings": self.meetings,
                "commitments": self.commitments, "items": self.items}  # fmt: skip

    def facts_of_escalation(self):
        names = ("findings_lifted", "escalations_raised", "handlings_upgraded", "letters_issued", "files_opened", "hazards_identified")
        rules = {}
        for finding, rule in self.findings.items():
            raised, standing = rules.get(rule, (0, 0))
            rules[rule] = (raised + 1, standing + (finding not in self.lifted))
        return {**self.header, **self._counts(*names), "rules": rules, "escalation": self.escalation,
                "last_escalation": self.last_escalation, "escalation_to": self.escalation_to.get(self.escalation, ""),
                "escalation_unanswered": self.escalation_unanswered.get(self.escalation, ""),
                "handling": self.handling, "last_handling": self.last_handling, "letters": self.letters,
                "referrals": sorted(self.referrals), "files": sorted(self.files), "hazards": self.hazards}  # fmt: skip


# --- the same facts, read from an answer


def _header(header):
    return {"status": header.status, "status_event_id": header.status_event_id, "status_since": nanos(header.status_since),
            "title": header.title, "category": header.category, "handler": header.handler.organization_id,
            "handler_event_id": header.handler_event_id, "handler_since": nanos(header.handler_since),
            "registered_at": nanos(header.registered_at), "merged_into": header.merged_into_case_id,
            "policy_version": header.policy_version}  # fmt: skip


def _told_by_intake(answer):
    case, state = answer.case, answer.case.state
    names = ("contact_count", "visit_count", "call_count", "letter_count", "message_count", "petitioner_count", "evidence_count",
             "last_contact_event_id", "handling_extensions", "acceptance_overdue_event_id", "handling_overdue_event_id",
             "acceptance_decided_event_id", "policy_event_id")  # fmt: skip
    return {**_header(state.header), **{name: getattr(state, name) for name in names}, "linked": list(state.linked_case_ids),
            "merged_sources": [s.source_case_id for s in state.merged_sources], "proposal": state.open_proposal.proposal_event_id,
            "review": state.review.review_event_id, "review_decided": state.review.decided_event_id,
            "statutory_from": nanos(case.clocks.statutory_from), "statutory_until": nanos(case.clocks.statutory_until)}  # fmt: skip


def _told_by_response(answer):
    state = answer.response_case.state
    assignments = {a.assignment_id: {"department": a.department.organization_id, "due": due_nanos(a.due), "at": nanos(a.occurred_at),
                                     "extensions": a.extensions, "overdue": a.overdue_event_id, "first": a.first_responsible_event_id}
                   for a in state.open_assignments}  # fmt: skip
    standings = {s.department.organization_id: {"deferral": s.deferral_event_id, "event_id": s.event_id, "stance": enum_name(s, "stance")}
                 for s in state.standings}  # fmt: skip
    names = ("assignment_count", "response_count", "condition_count", "overdue_count")
    return {**_header(state.header), **{name: getattr(state, name) for name in names}, "assignments": assignments,
            "conditions": {c.condition_id: {"department": c.department.organization_id, "topic": c.topic} for c in state.open_conditions},
            "standings": standings}  # fmt: skip


def _told_by_coordination(answer):
    state = answer.coordination_case.state
    whistles = {w.whistle_id: {c.department.organization_id: {"due": due_nanos(c.due), "reported": c.reported_event_id,
                                                              "unanswered": c.unanswered_event_id} for c in w.called}
                for w in state.open_whistles}  # fmt: skip
    commitments = {c.commitment_id: {"organization": c.organization.organization_id, "due": due_nanos(c.due),
                                     "broken": c.broken_event_id} for c in state.open_commitments}  # fmt: skip
    names = ("whistle_count", "meeting_count", "deadlocked_count", "commitment_count", "item_count")
    return {**_header(state.header), **{name: getattr(state, name) for name in names}, "whistles": whistles,
            "meetings": {m.meeting_id: sorted(o.organization_id for o in m.invited) for m in state.open_meetings},
            "commitments": commitments, "items": {i.item_id: i.responsible.organization_id for i in state.open_items}}  # fmt: skip


def _told_by_escalation(answer):
    case = answer.escalation_case
    names = ("findings_lifted", "escalations_raised", "handlings_upgraded", "letters_issued", "files_opened", "hazards_identified")
    return {**_header(case.header), **{name: getattr(case, name) for name in names},
            "rules": {enum_name(f, "rule"): (f.raised, f.standing) for f in case.findings},
            "escalation": case.escalation.escalation_id, "last_escalation": case.last_escalation.escalation_id,
            "escalation_to": case.escalation.raised.to.organization_id,
            "escalation_unanswered": case.escalation.unanswered_event_id,
            "handling": case.handling.handling_id, "last_handling": case.last_handling.handling_id,
            "letters": {letter.letter_id: letter.issued.addressee.organization_id for letter in case.letters},
            "referrals": sorted(r.referral_id for r in case.referrals), "files": sorted(f.file_id for f in case.files),
            "hazards": {h.hazard_id: enum_name(h.identified, "severity") for h in case.hazards}}  # fmt: skip


def told(service, answer):
    return {"intake": _told_by_intake, "response": _told_by_response, "coordination": _told_by_coordination,
            "escalation": _told_by_escalation}[service](answer)  # fmt: skip


def expected(service, decisions):
    """The facts after these decisions, which are all from the first on."""
    fold = Fold()
    for decision in decisions:
        fold.add(decision)
    return fold.facts(service)
