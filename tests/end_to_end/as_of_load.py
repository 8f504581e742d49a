"""A generated load for questions about the past: random commands on a few cases by the organizations of the chronicle, on a virtual
clock, with dates that pass in between. What is refused is left out: the load wants histories, not answers."""

import base64
import hashlib
import random
from collections import Counter

import grpc

ORGANIZATIONS = ("gansu", "gas-company", "broadcast-network", "broadcast-network-lanzhou", "lanzhou", "lanzhou-petition-bureau",
                 "chengguan", "railway-station-street", "station-community")  # fmt: skip
DEPARTMENTS = ("gas-company", "broadcast-network", "broadcast-network-lanzhou", "chengguan")
HANDLER = "lanzhou-petition-bureau"
# The superior of every handler that the load names: may do what each of them may.
ABOVE = "lanzhou"
REFUSALS = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED}  # fmt: skip
HOUR_MS = 3600 * 1000


class Load:
    def __init__(self, client, seed):
        self.client = client
        self.random = random.Random(seed)
        self.cases = []
        self.accepted = 0
        self.refused = Counter()
        self.fired = 0
        # (case, kind) → ids of events that made a thing
        self.things = {}

    def give(self, rpc, case_id, who, thing=None, **fields):
        try:
            receipt = self.client.command(rpc, case_id, who, **fields)
        except grpc.RpcError as error:
            if error.code() not in REFUSALS:
                raise
            self.refused[rpc.partition("/")[2], error.details()[:70]] += 1
            return None
        self.accepted += 1
        if thing:
            self.things.setdefault((case_id, thing), []).append(receipt.event_ids[0])
        return receipt

    def one_of(self, case_id, thing):
        """Its id; of the case's first event if there is no such thing, which is refused."""
        return self.random.choice(self.things.get((case_id, thing), ["1.1"]))

    def register(self):
        receipt = self.client.command(
            "IntakeService/RegisterCase", "", "petitioner", title=f"Case {len(self.cases)}", demand="Please.", category="gas-supply",
            site={"site_id": f"site-{self.random.randrange(4)}", "name": "A site"},
        )  # fmt: skip
        self.cases.append(receipt.case_id)
        self.give("IntakeService/AcceptCase", receipt.case_id, HANDLER)
        self.give("IntakeService/AssignHandler", receipt.case_id, HANDLER, handler_id=HANDLER, why="It is theirs.")

    def contact(self, case_id):
        channel = self.random.choice(("VISIT", "CALL", "LETTER", "MESSAGE"))
        self.give("IntakeService/RecordContact", case_id, "petitioner", "contact", channel=f"CONTACT_CHANNEL_{channel}",
                  contacted_id=self.random.choice(DEPARTMENTS), note="They asked again. " * self.random.randrange(1, 12))  # fmt: skip

    def join(self, case_id):
        self.give("IntakeService/JoinPetitioner", case_id, "petitioner")

    def attach(self, case_id):
        digest = base64.b64encode(hashlib.sha256(self.random.randbytes(8)).digest()).decode()
        self.give("IntakeService/AttachEvidence", case_id, "petitioner",
                  evidence={"sha256": digest, "size_bytes": 10, "media_type": "image/png", "title": "A photograph", "location": "shelf"})  # fmt: skip

    def hand_over(self, case_id):
        self.give("IntakeService/AssignHandler", case_id, ABOVE, handler_id=self.random.choice((HANDLER, "lanzhou", "chengguan")), why="Better there.")

    def close(self, case_id):
        if self.give("IntakeService/CloseCase", case_id, ABOVE, why="Done.") and self.random.random() < 0.7:
            self.reopen(case_id)

    def reopen(self, case_id):
        self.give("IntakeService/ReopenCase", case_id, "petitioner", why="It is not done.")

    def link(self, case_id):
        self.give("IntakeService/LinkCases", case_id, ABOVE, other_case_id=self.random.choice(self.cases), why="Alike.")

    def merge(self, case_id):
        if case_id == self.cases[0]:
            return
        self.give("IntakeService/ProposeMerge", case_id, ABOVE, target_case_id=self.random.choice(self.cases), why="The same.")

    def unmerge(self, case_id):
        self.give("IntakeService/UnmergeCase", case_id, ABOVE, why="Not the same.")

    def ask(self, case_id):
        self.give("ResponseService/AskForResponse", case_id, ABOVE, "assignment", department_id=self.random.choice(DEPARTMENTS),
                  question=f"When, and why not {self.random.randrange(10**6)}?")  # fmt: skip

    def answer(self, case_id):
        department = self.random.choice(DEPARTMENTS)
        stance = self.random.choice(("ACCEPTS", "REFUSES", "CONDITIONAL", "DEFERS", "REPORTS_PROGRESS", "CLAIMS_RESOLVED"))
        fields = {"stance": f"STANCE_{stance}", "text": "As before.", "department_id": department}
        if self.random.random() < 0.6:
            fields = {"stance": f"STANCE_{stance}", "text": "As before.", "assignment_id": self.one_of(case_id, "assignment")}
        if stance == "CONDITIONAL":
            fields["conditions"] = [{"topic": f"topic-{self.random.randrange(5)}", "text": "First this."}]
        if stance == "DEFERS":
            fields["defers_to_ids"] = [self.random.choice([d for d in DEPARTMENTS if d != department])]
        receipt = self.give("ResponseService/SubmitResponse", case_id, department, "response", **fields)
        if receipt and stance == "CONDITIONAL":
            self.things.setdefault((case_id, "condition"), []).extend(receipt.event_ids[1:])

    def return_assignment(self, case_id):
        self.give("ResponseService/ReturnAssignment", case_id, self.random.choice(DEPARTMENTS), why="Not ours.",
                  assignment_id=self.one_of(case_id, "assignment"), proposed_owner_id="lanzhou", grounds=[{"document": "Our rules"}])  # fmt: skip

    def extend(self, case_id):
        self.give("ResponseService/GrantExtension", case_id, ABOVE, assignment_id=self.one_of(case_id, "assignment"), count=2, why="Holidays.")

    def meet_condition(self, case_id):
        if self.random.random() < 0.7:
            self.give("ResponseService/MarkConditionMet", case_id, ABOVE, condition_id=self.one_of(case_id, "condition"), text="It is.")
        else:
            self.give("ResponseService/WaiveCondition", case_id, self.random.choice(DEPARTMENTS), condition_id=self.one_of(case_id, "condition"), why="Old.")

    def whistle(self, case_id):
        self.give("CoordinationService/BlowWhistle", case_id, "station-community", "whistle", urgency="URGENCY_ORDINARY", reason="Come.",
                  department_ids=self.random.sample(DEPARTMENTS, 2))  # fmt: skip

    def report_in(self, case_id):
        department = self.random.choice(DEPARTMENTS)
        self.give("CoordinationService/ReportIn", case_id, department, whistle_id=self.one_of(case_id, "whistle"), department_id=department)

    def hold(self, case_id):
        outcome = self.random.choice(("AGREED", "PARTLY", "DEADLOCKED"))
        self.give("CoordinationService/HoldMeeting", case_id, ABOVE, outcome=f"MEETING_OUTCOME_{outcome}", attended_ids=["gas-company"],
                  absent_ids=["broadcast-network"], minutes="As it was.", topics=["the cable"])  # fmt: skip

    def list_item(self, case_id):
        self.give("CoordinationService/ListItem", case_id, "station-community", "item", responsible_id=self.random.choice(DEPARTMENTS),
                  problem=f"A cable, number {self.random.randrange(10**6)}.")  # fmt: skip

    def clear_item(self, case_id):
        self.give("CoordinationService/ClearItem", case_id, "station-community", item_id=self.one_of(case_id, "item"), how="Moved.")

    def hazard(self, case_id):
        self.give("EscalationService/IdentifyHazard", case_id, "railway-station-street", "hazard", source=f"Cable {self.random.randrange(10**6)}.",
                  severity="HAZARD_SEVERITY_SERIOUS")  # fmt: skip

    def raise_escalation(self, case_id):
        self.give("EscalationService/RaiseEscalation", case_id, ABOVE, "escalation", reason="Nothing moves.", evidence_event_ids=["1.1"],
                  needed_organization_ids=[self.random.choice(DEPARTMENTS)])  # fmt: skip

    def decline(self, case_id):
        self.give("EscalationService/DeclineEscalation", case_id, "gansu", escalation_id=self.one_of(case_id, "escalation"), reason="Not here.")

    def upgrade(self, case_id):
        self.give("EscalationService/UpgradeHandling", case_id, "gansu", "handling", lead_organization_id="gansu", leader_office="vice governor",
                  bound_organization_ids=["gas-company"], instructions="Soon.")  # fmt: skip

    def complete(self, case_id):
        self.give("EscalationService/CompleteHandling", case_id, "gansu", handling_id=self.one_of(case_id, "handling"), measures=[{"text": "Cable moved."}])

    def suggest(self, case_id):
        self.give("EscalationService/IssueSuggestion", case_id, "gansu", "letter", kind="SUGGESTION_KIND_IMPROVE_WORK", addressee_id="gas-company", text="Better.")

    def rectify(self, case_id):
        letter = self.one_of(case_id, "letter")
        if self.give("EscalationService/ReportRectification", case_id, "gas-company", letter_id=letter, text="It is put right."):
            self.give("EscalationService/AcceptRectification", case_id, "gansu", letter_id=letter, reason="Good.")

    def correct(self, case_id):
        kind = self.random.choice(("assignment", "condition", "response", "item"))
        rpc = {"item": "CoordinationService/CorrectEntry"}.get(kind, "ResponseService/CorrectEntry")
        who = {"item": "station-community", "assignment": ABOVE}.get(kind, self.random.choice(DEPARTMENTS))
        path = {"item": "responsible"}.get(kind, "department")
        self.give(rpc, case_id, who, event_id=self.one_of(case_id, kind), why="Entered for the wrong one.",
                  corrections=[{"path": path, "value_json": f'"{self.random.choice(DEPARTMENTS)}"'}])  # fmt: skip

    STEPS = (("contact", 9), ("ask", 5), ("answer", 7), ("join", 1), ("attach", 1), ("hand_over", 1), ("close", 1), ("reopen", 1), ("link", 1),
             ("merge", 1), ("unmerge", 1), ("return_assignment", 1), ("extend", 1), ("meet_condition", 3), ("whistle", 2), ("report_in", 3),
             ("hold", 2), ("list_item", 2), ("clear_item", 2), ("hazard", 1), ("raise_escalation", 1), ("decline", 1), ("upgrade", 1),
             ("complete", 1), ("suggest", 1), ("rectify", 1), ("correct", 2))  # fmt: skip

    def run(self, steps, cases):
        """`steps` random commands over so many cases, the first of which is the busiest; dates pass every few of them."""
        while len(self.cases) < cases:
            self.register()
        names, weights = zip(*self.STEPS)
        for _ in range(steps):
            busy = self.random.random() < 0.5
            case_id = self.cases[0] if busy else self.random.choice(self.cases)
            getattr(self, self.random.choices(names, weights)[0])(case_id)
            if self.random.random() < 0.08:
                hours = self.random.randrange(1, 96)
                self.fired += self.client.call("OperationsService/AdvanceClock", {"by_ms": hours * HOUR_MS}).fired_count
