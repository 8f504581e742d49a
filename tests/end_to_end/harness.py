"""What the end-to-end tests share: a whistled of their own in a folder of their own, and clients that call it.

Messages and methods come from build/proto/contracts.binpb (the contracts as protoc reads them) and PyPI's grpcio; none of Whistle's own
code is used. Every test starts build/bin/whistled as a child on a port that the system picks, and stops only what it started.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WHISTLE_BUILD", ROOT / "build"))
WHISTLED = BUILD / "bin" / "whistled"

SERVICES = ("intake", "response", "coordination", "escalation")
# A whistled that is not serving by then will not be: it opens five stores and listens.
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
CALL_SECONDS = 30
# What the server may send (libs/rpc/server.h) and a little more.
REPLY_BYTES_MAX = 17 * 1024 * 1024


class Contracts:
    """Every message and method of Whistle, by name."""

    def __init__(self, path=BUILD / "proto" / "contracts.binpb"):
        files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        self._services = {}
        for file in files.file:
            self.pool.Add(file)
        for file in files.file:
            for service in file.service:
                self._services[service.name] = f"{file.package}.{service.name}"

    def message(self, full_name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))

    def method(self, rpc):
        """"IntakeService/RecordContact" → its path, descriptor, request and response classes."""
        service, _, name = rpc.partition("/")
        full = self._services[service]
        method = self.pool.FindServiceByName(full).methods_by_name[name]
        return (
            f"/{full}/{name}",
            method,
            message_factory.GetMessageClass(method.input_type),
            message_factory.GetMessageClass(method.output_type),
        )

    def request(self, rpc, fields=None):
        request = self.method(rpc)[2]()
        return json_format.ParseDict(fields or {}, request, descriptor_pool=self.pool)


CONTRACTS = Contracts()


def new_request_id():
    return f"r-{uuid.uuid4().hex}"


def actor(who):
    """"petitioner", or an organization's id."""
    if who == "petitioner":
        return {"kind": "ACTOR_KIND_PETITIONER"}
    return {"kind": "ACTOR_KIND_ORGANIZATION", "organization_id": who}


class Client:
    """One client of its own name on one connection of its own."""

    def __init__(self, address, name="end-to-end"):
        self.name = name
        self.channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.use_local_subchannel_pool", 1),
                ("grpc.max_receive_message_length", REPLY_BYTES_MAX),
                ("grpc.max_send_message_length", -1),
                ("grpc.initial_reconnect_backoff_ms", 50),
                ("grpc.max_reconnect_backoff_ms", 200),
            ],
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.channel.close()

    def _metadata(self, service):
        metadata = [("whistle-client", self.name)] if self.name is not None else []
        return metadata + ([("whistle-service", service)] if service else [])

    def start(self, rpc, request=None, service=None, timeout=CALL_SECONDS):
        """Begins a unary call; its future. `request`: fields, a message, or bytes as they are."""
        path, _, _, response = CONTRACTS.method(rpc)
        if request is None or isinstance(request, dict):
            request = CONTRACTS.request(rpc, request)
        data = request if isinstance(request, bytes) else request.SerializeToString()
        stub = self.channel.unary_unary(path, request_serializer=None, response_deserializer=response.FromString)
        return stub.future(data, timeout=timeout, metadata=self._metadata(service))

    def call(self, rpc, request=None, service=None, timeout=CALL_SECONDS):
        return self.start(rpc, request, service, timeout).result()

    def stream(self, rpc, request=None, service=None, timeout=None):
        path, _, _, response = CONTRACTS.method(rpc)
        if request is None or isinstance(request, dict):
            request = CONTRACTS.request(rpc, request)
        stub = self.channel.unary_stream(
            path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=response.FromString
        )
        return stub(request, timeout=timeout, metadata=self._metadata(service))

    def command(self, rpc, case_id="", who="petitioner", request_id=None, **fields):
        """Gives a command; its receipt."""
        return self.call(rpc, self.command_fields(case_id, who, request_id, **fields)).receipt

    @staticmethod
    def command_fields(case_id="", who="petitioner", request_id=None, **fields):
        context = {"request_id": request_id or new_request_id(), "actor": actor(who)}
        if case_id:
            context["case_id"] = case_id
        return {"context": context, **fields}


class Whistled:
    """One whistled in one folder; started, killed and started again at will. What runs at the end of its `with` is killed."""

    def __init__(self, folder, clock="real", flags=()):
        self.folder = pathlib.Path(folder)
        self.clock = clock
        self.flags = list(flags)
        self.process = None
        self.address = None
        self.metrics_port = None
        self._log_from = 0

    @property
    def journal_dir(self):
        return self.folder / "journal"

    @property
    def data_dir(self):
        return self.folder / "data"

    @property
    def log_file(self):
        return self.folder.with_name(self.folder.name + ".log")

    def command_line(self, **changes):
        flags = {
            "journal": f"embedded:{self.journal_dir}",
            "data": str(self.data_dir),
            "listen": "127.0.0.1:0",
            "metrics_listen": "127.0.0.1:0",
            "clock": self.clock,
            **changes,
        }
        return [str(WHISTLED), *(f"--{name}={value}" for name, value in flags.items()), *self.flags]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Leaves no process behind, whatever happened."""
        if self.process is not None:
            self.kill()

    def launch(self):
        """Starts the process and does not wait for it."""
        assert self.process is None
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.log_file, "ab") as log:
            self._log_from = log.tell()
            self.process = subprocess.Popen(self.command_line(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self):
        """Starts the process and waits until every projection follows the journal."""
        self.launch()
        self.wait_until_serving()
        return self

    def wait_until_serving(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        pattern = re.compile(r"msg=serving listen=(\S+) metrics_port=(\d+)")
        wait_for(lambda: pattern.search(self.log()) or self._ended(), deadline, lambda: f"whistled serves\n{self.log()}")
        match = pattern.search(self.log())
        if not match:
            raise AssertionError(f"whistled ended with status {self.process.poll()}:\n{self.log()}")
        self.address = match.group(1)
        self.metrics_port = int(match.group(2))
        with Client(self.address) as client:
            wait_for(lambda: all_live(client), deadline, lambda: f"all projections are live\n{self.log()}")

    def _ended(self):
        return self.process.poll() is not None

    def log(self):
        with open(self.log_file, "rb") as log:
            log.seek(self._log_from)
            return log.read().decode(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)
        self.process = None

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"whistled did not stop within {STOP_SECONDS_MAX} s:\n{self.log()[-4000:]}") from None
        finally:
            if self.process is not None and self.process.poll() is not None:
                self.process = None
        return status

    def refuses(self, **changes):
        """Starts with other flags, expects it to end by itself; (status, what it said)."""
        done = subprocess.run(
            self.command_line(**changes), stdin=subprocess.DEVNULL, capture_output=True, timeout=START_SECONDS_MAX
        )
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()

    def metrics(self):
        """[(name with labels, value)]"""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=CALL_SECONDS) as page:
            lines = page.read().decode().splitlines()
        return [(line.rpartition(" ")[0], float(line.rpartition(" ")[2])) for line in lines if not line.startswith("#")]

    def client(self, name="end-to-end"):
        return Client(self.address, name)


def all_live(client):
    try:
        status = client.call("OperationsService/GetProjectionStatus")
    except grpc.RpcError:
        return False
    return all(p.health == 2 for projection in status.projections for p in projection.partitions)


def wait_for(condition, deadline, what):
    """Until `condition` is true; fails at `deadline` (monotonic) saying `what()` was awaited."""
    pause = threading.Event()
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain until {what()}")
        pause.wait(0.01)


def wait_seconds(condition, seconds, what):
    return wait_for(condition, time.monotonic() + seconds, lambda: what)


@contextlib.contextmanager
def scratch(prefix="whistle-e2e-"):
    """A folder that is gone afterwards, unless WHISTLE_KEEP is set."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        if os.environ.get("WHISTLE_KEEP"):
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(clock="real", flags=()):
    """A whistled that serves, in a scratch folder; stopped afterwards, whatever happened."""
    with scratch() as folder, Whistled(folder / "whistled", clock, flags) as server:
        yield server.start()


ORGANIZATIONS = [
    # id, name, level, kind, superior
    ("province", "The Province", "PROVINCE", "GOVERNMENT", ""),
    ("gas", "Gas Company", "PROVINCE", "ENTERPRISE", "province"),
    ("network", "Network Company", "PROVINCE", "ENTERPRISE", "province"),
    ("city", "The City", "CITY", "GOVERNMENT", "province"),
    ("bureau", "City Bureau of Letters and Calls", "CITY", "PETITION_OFFICE", "city"),
    ("district", "The District", "DISTRICT", "GOVERNMENT", "city"),
    ("street", "Station Street", "STREET", "GRASSROOTS", "district"),
    ("community", "Station Community", "COMMUNITY", "GRASSROOTS", "street"),
]

_TERMS_DAYS = {
    "acceptance": 15, "handling": 60, "handling_extension_max": 30, "review_request": 30, "review_decision": 30,
    "response": 7, "response_extension_max": 3, "assignment_return": 1, "whistle_urgent": 1, "whistle_ordinary": 3,
    "escalation_rung": 7, "upgraded_handling": 7, "no_owner": 14, "rectification": 30,
}  # fmt: skip

# What puts a case before a higher organization by itself; the other findings never do.
_AT_ONCE = ("disavowed_condition", "goalpost_moved", "buck_passing", "jurisdiction_gap")
_AFTER = {"silence": 2, "hollow_meetings": 1, "broken_commitment": 2, "persistent_demand": 2}
_NEVER = ("ungrounded", "contradiction", "no_owner", "absent", "closed_without_result")


def escalates(when, after=0):
    return {"when": f"ESCALATE_WHEN_{when}", "after": after, "source": "ours"}


def policy(looking=False):
    """With `looking` false Whistle finds nothing by itself: where a test counts decisions or compares heads, every one is then a client's,
    and no finding or reason to escalate comes some seconds later. The rules that look have tests of their own."""
    off = {} if looking else {"off": True}
    fields = {
        name: {"count": days, "unit": "TERM_UNIT_CALENDAR_DAYS", "source": "ours"} for name, days in _TERMS_DAYS.items()
    }
    return {
        "title": "End to end",
        **fields,
        "no_owner": {**fields["no_owner"], **off},
        "whistle_emergency": {"count": 2, "unit": "TERM_UNIT_HOURS", "source": "ours"},
        "handling_extensions_max": 1,
        "response_extensions_max": 3,
        "warn_percent": 70,
        "hollow_meetings": 2,
        "persistent_contacts": 3,
        "findings": {
            **{rule: {"escalates": escalates("AT_ONCE"), **off} for rule in _AT_ONCE},
            **{rule: {"escalates": escalates("AFTER", after), **off} for rule, after in _AFTER.items()},
            **{rule: {"escalates": escalates("NEVER"), **off} for rule in _NEVER},
        },
        "open_hazard": escalates("AT_ONCE" if looking else "NEVER"),
        "statutory_clock": escalates("AFTER", 1) if looking else escalates("NEVER"),
    }


def found_registry(client, looking=False):
    """The organizations above and a policy; the last receipt. `looking` as in policy."""
    for identifier, name, level, kind, superior in ORGANIZATIONS:
        client.command(
            "RegistryService/UpsertOrganization",
            # The first is added by anybody, the others by the top.
            who="province" if superior else "petitioner",
            organization={
                "organization_id": identifier,
                "name": name,
                "level": f"ORGANIZATION_LEVEL_{level}",
                "kind": f"ORGANIZATION_KIND_{kind}",
                "superior_id": superior,
            },
        )
    receipt = client.command("RegistryService/AdoptPolicy", who="province", policy=policy(looking))
    # Every service folds the registry by itself; a case decided before it has come to the last version would know too little.
    wait_seconds(lambda: registry_folded(client, receipt.position.offset), START_SECONDS_MAX, "all services know the registry")
    return receipt


def registry_folded(client, offset):
    status = client.call("OperationsService/GetProjectionStatus")
    return all(
        p.row.offset >= offset for projection in status.projections for p in projection.partitions if p.topic == 2
    )


def register_case(client, request_id=None, who="petitioner", **changes):
    fields = {
        "title": "Building 19 has no gas",
        "demand": "Connect the building.",
        "category": "gas-supply",
        "site": {"site_id": "building-19", "name": "Building 19"},
        **changes,
    }
    return client.command("IntakeService/RegisterCase", "", who, request_id, **fields)


def handled_case(client):
    """A case in handling, by the bureau; its id."""
    case_id = register_case(client).case_id
    client.command("IntakeService/AcceptCase", case_id, "bureau")
    client.command("IntakeService/AssignHandler", case_id, "bureau", handler_id="bureau")
    return case_id


def contact_fields(case_id, request_id=None, who="petitioner", note="They asked again."):
    return Client.command_fields(
        case_id, who, request_id, channel="CONTACT_CHANNEL_VISIT", contacted_id="gas", note=note
    )


def heads(client, case_id, min_position=None):
    """{service: (version, head)} as the four services tell it, once all have folded as far as the furthest (and `min_position`)."""
    request = {"case_id": case_id}
    if min_position is not None:
        request["options"] = {"min_position": json_format.MessageToDict(min_position)}
    while True:
        answers = {s: client.call("TimelineService/GetHead", request, service=s) for s in SERVICES}
        positions = [p for answer in answers.values() for p in answer.positions]
        furthest = max(positions, key=lambda p: p.offset)
        if all(p.offset == furthest.offset for p in positions):
            return {service: (answer.version, answer.head.hex()) for service, answer in answers.items()}
        request["options"] = {"min_position": json_format.MessageToDict(furthest)}
