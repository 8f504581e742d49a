"""A cluster, the four services on it, and what an operator sees of a projection that is not this journal's."""

import collections
import contextlib
import pathlib
import re
import subprocess
import time

import grpc
from brokers import BrokerError, Brokers
from harness import (
    BUILD, SERVICES, Client, contact_fields, found_registry, handled_case, new_request_id, register_case, wait_for, wait_seconds,
)  # fmt: skip
from instances import TOPICS, Fleet, Instance

TOPIC_ADMIN = pathlib.Path(__file__).resolve().parent / "topics.py"
CASES, REGISTRY = "whistle.journal", "whistle.registry"
CASE_PARTITIONS = 2
KEYS = ["registry/0", *(f"cases/{n}" for n in range(CASE_PARTITIONS))]
# A service waits up to 30 s before it takes a shorter end for true (libs/journal/kafka/kafka_options.h, shrunk_after).
DIVERGED_SECONDS_MAX = 75
SETTLED_SECONDS_MAX = 60
CONTACTS = 3
CALL_SECONDS = 5
HEALTH_SECONDS_MAX = 2
DIVERGED, LIVE = 4, 2
NOT_SERVING, SERVING = 2, 1
HASH = re.compile(r"\b[0-9a-f]{64}\b")
CHOICES = ("restore the journal", "--journal", "delete the projection folder")
SERVICE_RPC = {
    "intake": "whistle.intake.v1.IntakeService", "response": "whistle.response.v1.ResponseService",
    "coordination": "whistle.coordination.v1.CoordinationService", "escalation": "whistle.escalation.v1.EscalationService",
}  # fmt: skip
COMMANDS = {
    "intake": ("IntakeService/RecordContact", "petitioner", {"channel": "CONTACT_CHANNEL_VISIT", "contacted_id": "gas", "note": "Again."}),
    "response": ("ResponseService/SubmitResponse", "gas", {"stance": "STANCE_REPORTS_PROGRESS", "text": "It is being looked into."}),
    "coordination": (
        "CoordinationService/HoldMeeting",
        "bureau",
        {"outcome": "MEETING_OUTCOME_DEADLOCKED", "attended_ids": ["gas"], "absent_ids": ["network"], "minutes": "Nothing.", "topics": ["gas"]},
    ),
    "escalation": ("EscalationService/IdentifyHazard", "street", {"source": "A gas well.", "severity": "HAZARD_SEVERITY_SERIOUS"}),
}  # fmt: skip

Row = collections.namedtuple("Row", "health reason offset hash digest")


class PlacedBrokers(Brokers):
    """Three nodes, the journal on the first two: the third votes, so that one of the two can be gone and the other know it."""

    def create_journal(self):
        for topic, partitions in ((CASES, CASE_PARTITIONS), (REGISTRY, 1)):
            administer(self, "make", topic, str(partitions), "1,2")
        self._run([
            BUILD / "bin" / "whistlectl", "journal", "create", f"--journal={self.journal}", f"--partitions={CASE_PARTITIONS}",
            "--replication=2",
        ])  # fmt: skip


def administer(brokers, *arguments):
    done = subprocess.run(
        ["/usr/bin/python3", "-B", TOPIC_ADMIN, brokers.addresses, *arguments], capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise BrokerError(f"topics.py {' '.join(arguments)}: {(done.stdout + done.stderr).strip()}")


def rows(instance):
    """{"cases/0": Row}; None while it does not answer."""
    try:
        with Client(instance.address) as client:
            answer = client.call("OperationsService/GetProjectionStatus", timeout=CALL_SECONDS)
    except grpc.RpcError:
        return None
    return {
        f"{TOPICS[place.topic]}/{place.partition}": Row(
            place.health, place.reason, place.row.offset, place.row.record_hash.hex(), place.row.digest.hex()
        )
        for projection in answer.projections
        for place in projection.partitions
    }


def grpc_health(instance, service=""):
    """What grpc.health.v1 says of it; its message has one field, a number."""
    request = bytes([0x0A, len(service)]) + service.encode() if service else b""
    with Client(instance.address) as client:
        check = client.channel.unary_unary("/grpc.health.v1.Health/Check")
        answer = check(request, timeout=CALL_SECONDS)
    return answer[1] if answer else 0


class World:
    """One case: brokers that may be shared with others, services of its own."""

    def __init__(self, stage, folder, port, say):
        self._stage = stage
        self.folder = folder
        self.say = say
        folder.mkdir(parents=True)
        self.fleet = Fleet(folder, self.brokers.journal, port, 1)
        self._port = port
        self._writers = 0
        # Of the case in each case partition, what each service said of it: partition → case id, (service, case id) → version
        self.cases = {}
        self.heads = {}
        # service → {key: Row} before anything was done to the journal
        self.known = {}
        self._said = set()

    @property
    def brokers(self):
        return self._stage.brokers

    def ends(self):
        """As soon as the brokers say it."""
        return wait_seconds(self.brokers.ends, SETTLED_SECONDS_MAX, "the brokers say where the journal ends")

    # The journal as it was.

    def found(self):
        self.fleet.start()
        self.healthy()
        with Client(self.fleet.of("intake")[0].address, "founder") as client:
            found_registry(client)
            while len(self.cases) < CASE_PARTITIONS:
                receipt = register_case(client)
                self.cases.setdefault(receipt.position.partition, receipt.case_id)
        self.write()

    def write(self, organizations=CONTACTS):
        """Some records in every partition, folded by all: what the services know from now on."""
        with Client(self.fleet.of("intake")[0].address, "founder") as client:
            for _ in range(organizations):
                add_unit(client)
            for case_id in self.cases.values():
                for _ in range(CONTACTS):
                    client.call("IntakeService/RecordContact", contact_fields(case_id))
        ends = self.ends()
        wait_seconds(lambda: self._folded(ends), SETTLED_SECONDS_MAX, f"all projections are at {ends}")
        for instance in self.fleet.instances:
            self.known[instance.service] = rows(instance)
            for case_id in self.cases.values():
                self.heads[instance.service, case_id] = self.head(instance, case_id)
        self.say(f"folded by all four: {self.offsets(ends)}")

    def _folded(self, ends):
        all_rows = [rows(instance) for instance in self.fleet.instances]
        return all(r is not None and all(r[key].offset + 1 >= end for key, end in ends.items()) for r in all_rows)

    @staticmethod
    def offsets(ends):
        return "ends " + " ".join(f"{key}={end}" for key, end in sorted(ends.items()))

    def healthy(self):
        if ill := self.fleet.wait_healthy(self.fleet.instances, SETTLED_SECONDS_MAX):
            raise AssertionError(f"not healthy: {ill}")

    @staticmethod
    def head(instance, case_id, **options):
        with Client(instance.address) as client:
            answer = client.call("TimelineService/GetHead", {"case_id": case_id, **options}, timeout=CALL_SECONDS)
            return answer.version, answer.head.hex()

    # What is done to it.

    def stop_services(self):
        for instance in self.fleet.instances:
            instance.stop()
        self.say("the services are stopped")

    def start_services(self):
        for instance in self.fleet.instances:
            instance.start()
        self.say("the services are started")

    def pause_services(self):
        for instance in self.fleet.instances:
            instance.pause()
        self.say("the services are paused")

    def resume_services(self):
        for instance in self.fleet.instances:
            instance.resume()
        self.say("the services go on")

    def delete_topics(self, *topics):
        administer(self.brokers, "delete", *topics)
        self.say(f"deleted: {', '.join(topics)}")

    def make_journal(self):
        self.brokers.create_journal()
        self.say(f"made again: {self.offsets(self.ends())}")

    def switch_cluster(self):
        self._stage.switch()
        self.say(f"another cluster answers at {self.brokers.addresses}: {self.offsets(self.ends())}")

    def write_longer_registry(self):
        self.write_longer(cases=False)

    def write_longer(self, cases=True):
        """Another service, of a projection of its own, writes until every partition is longer than what was folded."""
        before = {key: row.offset + 1 for key, row in self.known["intake"].items()}
        self._writers += 1
        writer = Instance("intake", 9, self.folder / "writer", self.brokers.journal, self._port + 9, None)
        writer.folder.mkdir(exist_ok=True)
        writer.start()
        try:
            wait_seconds(lambda: not writer.health(), SETTLED_SECONDS_MAX, f"{writer} is healthy: see {writer.log_file}")
            with Client(writer.address, "stranger") as client:
                self._outgrow(client, before, cases)
        finally:
            writer.stop()
            writer.close()
        self.say(f"others wrote: {self.offsets(self.ends())}")

    def _outgrow(self, client, before, cases):
        with contextlib.suppress(grpc.RpcError):  # It may be there already.
            found_registry(client)
        while self.ends()["registry/0"] <= before["registry/0"]:
            add_unit(client)
        if not cases:
            return
        reached = {}
        while any(reached.get(f"cases/{p}", 0) <= before[f"cases/{p}"] for p in range(CASE_PARTITIONS)):
            case_id = handled_case(client)
            receipt = client.call("IntakeService/RecordContact", contact_fields(case_id)).receipt
            reached[f"cases/{receipt.position.partition}"] = receipt.position.offset

    # What is seen of it.

    def expect_diverged(self, keys=KEYS, both_hashes=True):
        """Every service stopped these partitions, says why, and answers as it promised. The others of its partitions are live."""
        began = time.monotonic()
        wait_for(
            lambda: all(self._settled(instance, keys) for instance in self.fleet.instances), began + DIVERGED_SECONDS_MAX,
            lambda: f"{keys} and nothing else are diverged: {self._all()}",
        )  # fmt: skip
        self.say(f"DIVERGED in all four after {time.monotonic() - began:.1f} s")
        ends = self.ends()
        for instance in self.fleet.instances:
            self._judge(instance, keys, both_hashes)
        self.say(f"nothing was written: {self.offsets(self.ends())}")
        assert self.ends() == ends, "a command was written to a journal that is not the service's"
        self._whistlectl(keys)

    def _all(self):
        return {str(i): {key: (row.health, row.reason) for key, row in (rows(i) or {}).items()} for i in self.fleet.instances}

    @staticmethod
    def _settled(instance, keys):
        """These are diverged, and the others have caught up."""
        found = rows(instance)
        return found is not None and all(row.health == (DIVERGED if key in keys else LIVE) for key, row in found.items())

    def _judge(self, instance, keys, both_hashes):
        found, before = rows(instance), self.known[instance.service]
        for key, row in found.items():
            if key not in keys:
                continue
            reason = row.reason
            self.say(f"{instance} {key}: {'in the same words' if reason in self._said else reason}")
            self._said.add(reason)
            hashes = set(HASH.findall(reason))
            assert reason.startswith("DIVERGED: "), reason
            assert len(hashes) >= (2 if both_hashes else 1), f"{instance} {key}: hashes missing: {reason}"
            for choice in CHOICES:
                assert choice in reason, f"{instance} {key} does not name the choice '{choice}': {reason}"
            assert (row.offset, row.hash, row.digest) == (before[key].offset, before[key].hash, before[key].digest), (
                f"{instance} {key} went on from {before[key]} to {row}"
            )
        self._health(instance)
        for partition, case_id in self.cases.items():
            ill = f"cases/{partition}" in keys or "registry/0" in keys
            if ill:
                self._command(instance, case_id)
            self._queries(instance, partition, case_id, f"cases/{partition}" in keys)
        log = [line for line in instance.log_file.read_text(errors="replace").splitlines() if "partition_stopped" in line]
        assert len([line for line in log if "DIVERGED" in line]) >= len(keys), f"{instance.log_file} does not say it: {log}"
        if instance.service == "intake":
            self.say(f"{instance} log: {log[-1]}")

    def _health(self, instance):
        # Brought up to date five times a second.
        for name in ("", SERVICE_RPC[instance.service], "whistle.timeline.v1.TimelineService"):
            wait_seconds(
                lambda name=name: grpc_health(instance, name) == NOT_SERVING, HEALTH_SECONDS_MAX, f"{instance} is not serving '{name}'"
            )
        page = instance.health()
        assert page.startswith("DATA_LOSS") and "DIVERGED" in page, f"{instance} /healthz: {page}"
        self.say(f"{instance}: gRPC health NOT_SERVING, /healthz 503: {page[:120]}…")

    def _command(self, instance, case_id):
        rpc, who, fields = COMMANDS[instance.service]
        with Client(instance.address, "client") as client:
            try:
                client.command(rpc, case_id, who, **fields)
                raise AssertionError(f"{instance} carried out {rpc} though its projection has diverged")
            except grpc.RpcError as error:
                code, message = error.code(), error.details()
        assert code == grpc.StatusCode.UNAVAILABLE and "DIVERGED" in message, f"{instance} {rpc}: {code.name} {message}"
        self.say(f"{instance} {rpc}: {code.name} {message[:120]}…")

    def _queries(self, instance, partition, case_id, ill):
        assert self.head(instance, case_id) == self.heads[instance.service, case_id], f"{instance} no longer answers what it folded"
        if not ill:
            return
        beyond = self.known[instance.service][f"cases/{partition}"].offset + 1
        position = {"topic": "TOPIC_CASES", "partition": partition, "offset": str(beyond)}
        try:
            self.head(instance, case_id, options={"min_position": position})
            raise AssertionError(f"{instance} says that it has folded {position}")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.DATA_LOSS, f"{instance}: {error.code().name} {error.details()}"
        self.say(f"{instance}: GetHead answers version {self.heads[instance.service, case_id][0]} as before; with min_position {beyond}: DATA_LOSS")

    def _whistlectl(self, keys):
        addresses = [f"--{service}={self.fleet.of(service)[0].address}" for service in SERVICES]
        done = subprocess.run(
            [BUILD / "bin" / "whistlectl", "projection", "status", *addresses], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        told = [line for line in lines if re.search(r"\bdiverged\b", line) and "DIVERGED: " in line]
        assert len(told) == len(SERVICES) * len(keys), done.stdout
        self.say("whistlectl projection status:")
        # The first service's; the others' were looked at.
        for line in lines[len(SERVICES) + 2 :][: 1 + len(KEYS)]:
            self.say(f"    {line}")

    def expect_live(self, say):
        """All are healthy and go on; what was known of the cases is."""
        self.healthy()
        for instance in self.fleet.instances:
            name = SERVICE_RPC[instance.service]
            wait_seconds(lambda i=instance, n=name: grpc_health(i, n) == SERVING, HEALTH_SECONDS_MAX, f"{instance} is serving")
            for case_id in self.cases.values():
                assert self.head(instance, case_id) == self.heads[instance.service, case_id]
        self.say(say)

    def rebuild(self):
        """The last of the choices: delete the folder, and a new projection of the journal that is there is built."""
        self.stop_services()
        for instance in self.fleet.instances:
            instance.delete_projection()
        self.start_services()
        self.healthy()
        with Client(self.fleet.of("intake")[0].address, "client") as client:
            with contextlib.suppress(grpc.RpcError):  # It may be there already.
                found_registry(client)
            handled_case(client)
        self.say("projection folders deleted: built anew, healthy, and commands are carried out")

    def close(self):
        self.fleet.stop()


def add_unit(client):
    """One more record in the registry."""
    name = f"unit-{new_request_id()}"
    client.command(
        "RegistryService/UpsertOrganization", who="province",
        organization={
            "organization_id": name, "name": name, "level": "ORGANIZATION_LEVEL_COMMUNITY",
            "kind": "ORGANIZATION_KIND_GRASSROOTS", "superior_id": "street",
        },
    )  # fmt: skip
