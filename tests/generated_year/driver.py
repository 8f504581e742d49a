"""Tells the stories to a running whistled through its public RPCs, and reads what it found.

At each moment of the year the virtual clock goes there first, then every step of that moment is entered at once; a story has one step at a
moment, so its steps stay in order while hundreds of cases are under way.
"""

import collections
import datetime
import itertools
import subprocess
import time

import grpc

from calendar_days import YEAR, ZONE
from harness import BUILD, CONTRACTS, ROOT, START_SECONDS_MAX, registry_folded, wait_seconds
from judge import Finding
from story import Event
from world import organizations

POLICY = ROOT / "deploy" / "policy" / "default.yaml"
CALENDARS = ROOT / "deploy" / "policy" / "calendars"
STARTS = datetime.datetime(YEAR, 1, 1, tzinfo=ZONE)
ENDS = datetime.datetime(YEAR, 12, 31, 23, tzinfo=ZONE)
IN_FLIGHT_MAX = 256
COMMAND_SECONDS_MAX = 120
# The clock fires what is due on the way, one item after another.
ADVANCE_SECONDS_MAX = 1800
PAGE = 500


class Refused(Exception):
    """A step that whistled did not take: the story or the program is wrong, and the year ends there."""


def timestamp(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def found_world(client, address, policy):
    """The organizations, the policy, and the calendar that Whistle ships with."""
    for organization in organizations():
        who = "nation" if organization.superior else "petitioner"
        receipt = client.command("RegistryService/UpsertOrganization", who=who, organization=organization.request())
    for file in (policy, CALENDARS):
        command = [BUILD / "bin" / "whistlectl", "registry", "apply", file, f"--target={address}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"the registry does not take {file}:\n{done.stdout}{done.stderr}")
    # Two decisions follow the organizations': the policy and the calendar.
    last = receipt.position.offset + 2
    wait_seconds(lambda: registry_folded(client, last), START_SECONDS_MAX, "all services know the registry")


class Teller:
    """Enters stories; remembers which case is whose and which events each step left behind."""

    def __init__(self, client):
        self.client = client
        self.case_ids = {}
        self.entered = 0
        self._events = {}

    def tell(self, stories, progress=lambda moment: None):
        steps = [(step.at, story.number, step, story) for story in stories for step in story.steps]
        steps.sort(key=lambda entry: entry[:2])
        for moment, together in itertools.groupby(steps, key=lambda entry: entry[0]):
            self.advance_to(moment)
            self._enter([(story, step) for _, _, step, story in together])
            progress(moment)
        self.advance_to(ENDS)

    def advance_to(self, moment):
        self.client.call("OperationsService/AdvanceClock", {"to": timestamp(moment)}, timeout=ADVANCE_SECONDS_MAX)

    def _enter(self, steps):
        flying = collections.deque()
        for story, step in steps:
            if len(flying) == IN_FLIGHT_MAX:
                self._land(*flying.popleft())
            flying.append(
                (story, step, self.client.start(step.rpc, self._request(story, step), timeout=COMMAND_SECONDS_MAX))
            )
        while flying:
            self._land(*flying.popleft())

    def _land(self, story, step, future):
        try:
            receipt = future.result().receipt
        except grpc.RpcError as error:
            told = "\n".join(story.sentences())
            raise Refused(
                f"case {story.number} {story.about}: {step.rpc} at {step.at}: {error.details()}\n{told}"
            ) from error
        self.case_ids[story.number] = receipt.case_id
        self._events[story.number, step.name] = list(receipt.event_ids)
        self.entered += 1

    def _request(self, story, step):
        fields = self._resolved(story.number, step.fields)
        request = self.client.command_fields(
            self.case_ids.get(story.number, ""), step.who, f"{step.name}.{story.number}", **fields
        )
        if step.occurred_at:
            request["context"]["occurred_at"] = timestamp(step.occurred_at)
        return CONTRACTS.request(step.rpc, request)

    def _resolved(self, number, value):
        """The fields with each event of an earlier step by its id."""
        if isinstance(value, Event):
            return self._events[number, value.step][value.number]
        if isinstance(value, datetime.datetime):
            return timestamp(value)
        if isinstance(value, dict):
            return {key: self._resolved(number, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(number, item) for item in value]
        return value

    # ---- what was found

    def findings(self):
        numbers = {case_id: number for number, case_id in self.case_ids.items()}
        for one in self._listed("EscalationService/ListFindings", "findings"):
            raised = one.raised
            yield Finding(
                numbers[one.case_id],
                _rule_name(raised),
                raised.organization.organization_id,
                one.raised_at.ToDatetime(datetime.timezone.utc),
                bool(one.lifted_event_id),
                raised.text,
            )

    def escalated(self):
        """The cases that were put before a higher organization; no person does it in these stories."""
        numbers = {case_id: number for number, case_id in self.case_ids.items()}
        return {numbers[one.case_id] for one in self._listed("EscalationService/ListEscalations", "escalations")}

    def _listed(self, rpc, name):
        token = ""
        while True:
            page = self.client.call(rpc, {"page": {"size": PAGE, "token": token}}, service="escalation")
            yield from getattr(page, name)
            token = page.next_page_token
            if not token:
                return


def _rule_name(raised):
    rule = raised.DESCRIPTOR.fields_by_name["rule"].enum_type.values_by_number[raised.rule].name
    return rule.removeprefix("FINDING_RULE_")


class Pace:
    """Tells once in a while how far the year has come."""

    def __init__(self, out, seconds=20):
        self._out = out
        self._seconds = seconds
        self._began = self._told = time.monotonic()

    def __call__(self, moment):
        now = time.monotonic()
        if now - self._told >= self._seconds:
            self._told = now
            print(f"  {now - self._began:6.0f} s: {moment:%Y-%m-%d}", file=self._out, flush=True)
