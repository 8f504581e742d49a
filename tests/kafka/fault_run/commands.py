"""What the clients of a fault run ask for: commands that meet on a few hot cases, and stories of cases of their own.

Which refusals a command may meet is said with it; any other refusal is false, whatever the journal says.
"""

import dataclasses
import random
import threading

from google.protobuf.timestamp_pb2 import Timestamp

from harness import CONTRACTS, Client, new_request_id
from recorder import now_ms

HOT_CASES = 3
# Open items that clients may clear, each other's too; a case holds 64.
ITEMS_SHARED_MAX = 16
# Of its own commands, how many a client remembers to repeat them.
REMEMBERED_MAX = 200
# An assignment of a story falls due while the run goes on, so that the agenda has work; both instances fire it.
ANSWER_DUE_SECONDS = 15

ALREADY, ILLEGAL, INVALID, NOT_FOUND, REUSED = "ALREADY", "ILLEGAL", "INVALID", "NOT_FOUND", "REQUEST_ID_REUSED"
SERVICE_OF = {
    "IntakeService": "intake", "ResponseService": "response", "CoordinationService": "coordination", "EscalationService": "escalation",
}  # fmt: skip


@dataclasses.dataclass
class Command:
    rpc: str
    request_id: str
    case_id: str
    data: bytes
    # The kinds of refusal that may be true.
    may_refuse: frozenset = frozenset()
    # It can only be refused.
    must_refuse: bool = False
    # The receipt that a repeated command must get again.
    first_receipt: object = None

    @property
    def service(self):
        return SERVICE_OF[self.rpc.partition("/")[0]]


def command(rpc, case_id, who, may_refuse=(), must_refuse=False, request_id=None, **fields):
    request_id = request_id or new_request_id()
    request = CONTRACTS.request(rpc, Client.command_fields(case_id, who, request_id, **fields))
    return Command(rpc, request_id, case_id, request.SerializeToString(), frozenset(may_refuse), must_refuse)


class Shared:
    """The cases and items on which clients meet. Any thread."""

    def __init__(self, hot_cases, door_case):
        self.hot_cases = hot_cases
        # One that is closed and opened all the time, so that refusals become true and untrue again.
        self.door_case = door_case
        self._items = []
        self._lock = threading.Lock()

    def add_item(self, case_id, item_id):
        with self._lock:
            self._items.append((case_id, item_id))

    def choose_item(self, rng):
        """(case, item), which stays for others to clear too as long as there are few; None if there is none."""
        with self._lock:
            if not self._items:
                return None
            at = rng.randrange(len(self._items))
            keep = len(self._items) < ITEMS_SHARED_MAX and rng.random() < 0.3
            return self._items[at] if keep else self._items.pop(at)


def contact(case_id, note="They asked again.", contacted_id="gas", **more):
    return command(
        "IntakeService/RecordContact", case_id, "petitioner", channel="CONTACT_CHANNEL_CALL", contacted_id=contacted_id, note=note, **more
    )


def register(rng):
    return command(
        "IntakeService/RegisterCase", "", "petitioner", title="Another case", demand="Gas.", category="gas-supply",
        site={"site_id": f"site-{rng.randrange(4)}", "name": "Somewhere"},
    )  # fmt: skip


class Author:
    """Thinks of one client's next command. Owned by that client's thread.

    give = a function that carries a command to its answer: (receipt or None, refusal or None)
    """

    def __init__(self, seed, shared, give):
        self.random = random.Random(seed)
        self.shared = shared
        self._give = give
        self._own_cases = []
        self._remembered = []
        self._actions, self._weights = zip(
            (self.contact, 40), (self.join, 10), (self.meet, 6), (self.respond, 6), (self.door, 8), (self.list_item, 6),
            (self.clear_item, 6), (self.own_contact, 6), (self.repeat, 3), (self.reuse, 2), (self.unknown, 2), (self.story, 2),
            strict=True,
        )  # fmt: skip

    def next(self):
        self.random.choices(self._actions, self._weights)[0]()

    def give(self, one):
        receipt, refusal = self._give(one)
        if receipt is not None:
            self._remembered.append((one, receipt))
            del self._remembered[:-REMEMBERED_MAX]
        return receipt, refusal

    def _hot(self):
        return self.random.choice(self.shared.hot_cases)

    # On cases that all clients share.

    def contact(self):
        self.give(contact(self._hot()))

    def join(self):
        self.give(command("IntakeService/JoinPetitioner", self._hot(), "petitioner"))

    def meet(self):
        self.give(
            command(
                "CoordinationService/HoldMeeting", self._hot(), "bureau", outcome="MEETING_OUTCOME_DEADLOCKED", attended_ids=["gas"],
                absent_ids=["network"], minutes="Nothing was agreed.", topics=["gas"],
            )
        )  # fmt: skip

    def respond(self):
        self.give(
            command("ResponseService/SubmitResponse", self._hot(), "gas", stance="STANCE_REPORTS_PROGRESS", text="It is being looked into.")
        )

    def door(self):
        case_id = self.shared.door_case
        match self.random.randrange(3):
            case 0:
                self.give(command("IntakeService/CloseCase", case_id, "bureau", {ALREADY}, why="Done."))
            case 1:
                self.give(command("IntakeService/ReopenCase", case_id, "petitioner", {ALREADY}, why="It is not."))
            case _:
                # Refused while it is closed.
                self.give(
                    command(
                        "ResponseService/SubmitResponse", case_id, "gas", {ILLEGAL}, stance="STANCE_REPORTS_PROGRESS", text="Soon."
                    )
                )

    def list_item(self):
        case_id = self._hot()
        receipt, _ = self.give(
            command("CoordinationService/ListItem", case_id, "community", responsible_id="gas", problem=f"A cable, {new_request_id()}.")
        )
        if receipt is not None:
            self.shared.add_item(case_id, receipt.event_ids[0])

    def clear_item(self):
        chosen = self.shared.choose_item(self.random)
        if chosen is not None:
            # Long after it was cleared it is only known as settled.
            self.give(
                command("CoordinationService/ClearItem", chosen[0], "community", {ALREADY, ILLEGAL}, item_id=chosen[1], how="It is gone.")
            )

    # On cases of its own.

    def own_contact(self):
        if self._own_cases:
            self.give(contact(self.random.choice(self._own_cases)))

    def story(self):
        """Each step through any instance, right after the one before: nobody may answer from behind."""
        receipt, _ = self.give(register(self.random))
        if receipt is None:
            return
        case_id = receipt.case_id
        self.give(contact(case_id, "They came at once."))
        self.give(command("EscalationService/IdentifyHazard", case_id, "street", source="A gas well.", severity="HAZARD_SEVERITY_SERIOUS"))
        self.give(
            command(
                "CoordinationService/BlowWhistle", case_id, "street", urgency="URGENCY_EMERGENCY", reason="It leaks.",
                department_ids=["gas", "network"],
            )
        )  # fmt: skip
        self.give(command("IntakeService/AcceptCase", case_id, "bureau"))
        self.give(command("IntakeService/AssignHandler", case_id, "bureau", handler_id="bureau"))
        due = Timestamp()
        due.FromMilliseconds(int(now_ms()) + ANSWER_DUE_SECONDS * 1000)
        self.give(
            # Carried too late, its date has passed.
            command(
                "ResponseService/AskForResponse", case_id, "bureau", {INVALID}, department_id="gas", question="When?",
                due_at=due.ToJsonString(),
            )
        )  # fmt: skip
        self._own_cases.append(case_id)

    # What a client should not do, and what it may always do.

    def repeat(self):
        if self._remembered:
            one, receipt = self.random.choice(self._remembered)
            self._give(dataclasses.replace(one, first_receipt=receipt))

    def reuse(self):
        for one, receipt in reversed(self._remembered):
            if receipt.case_id in self.shared.hot_cases:
                self._give(
                    contact(
                        receipt.case_id, f"Under an id of before: {new_request_id()}.", may_refuse={REUSED}, must_refuse=True,
                        request_id=one.request_id,
                    )
                )  # fmt: skip
                return

    def unknown(self):
        self._give(contact(f"{self.random.getrandbits(96):024x}", may_refuse={NOT_FOUND}, must_refuse=True))
