#!/usr/bin/env python3
"""Every step of the runbook in deploy/README.md, to the letter, on a machine on which just that has gone wrong.

    build/python/bin/python tests/runbook/runbook_test.py               all sections
    build/python/bin/python tests/runbook/runbook_test.py full_disk     one, by its title

A section without a function of its name here fails, and so does a step that the function leaves out.
"""

import contextlib
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from world import BUILD, ROOT, World
import steps

from brokers import BROKER
from broker_test import free_port as free_broker_port
from harness import (
    CONTRACTS, SERVICES, Client, contact_fields, found_registry, handled_case, heads, new_request_id, register_case, wait_seconds,
)  # fmt: skip
import grpc
import journal_check
from instances import compile_wrong_clock, with_wrong_clock

from import_test import EmptyBrokers, STATUS_CANNOT_BE_HAD

DECISION = CONTRACTS.message("whistle.journal.v1.Decision")
# whistle.operations.v1.ProjectionHealth
HALTED, DIVERGED = 3, 4


def founded(world):
    """A machine that works, with one handled case; (its id, its heads)."""
    world.start()
    with world.client() as client:
        found_registry(client)
        case_id = handled_case(client)
        return case_id, heads(client, case_id)


def same_heads(world, case_id, told):
    with world.client() as client:
        found = heads(client, case_id)
    assert found == told, f"{found} is not {told}"


def can_command(world, case_id):
    with world.client() as client:
        return client.call("IntakeService/RecordContact", contact_fields(case_id)).receipt


def wait_until_every_service_has(world, health, what):
    """A partition of that health, each of the four; while the unit is only starting nobody says so."""

    def has():
        with contextlib.suppress(grpc.RpcError), world.client() as client:
            status = client.call("OperationsService/GetProjectionStatus")
            return all(any(p.health == health for p in projection.partitions) for projection in status.projections)
        return False

    wait_seconds(has, 60, what)


# --- a section each -------------------------------------------------------------------------------------------------------------------------


def first_look(section):
    with World() as world:
        founded(world)
        said = world.run(section, 1)
        assert "real clock" in said and "all projections are live" in said, said
        world.stop()
        assert "Connection refused" in world.run(section, 1, status=1)


@contextlib.contextmanager
def small_disk(mebibytes):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="whistle-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def full_disk(section):
    if os.geteuid() != 0:
        skip("only root may mount a small disk")
    with small_disk(160) as disk, World(disk / "machine") as world:
        case_id, told = founded(world)
        ballast = world.folder / "ballast"
        acknowledged = []
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * (1 << 20)):
                pass

        def refused():
            """Contacts are recorded until the disk has no place for the next."""
            request_id = new_request_id()
            try:
                with world.client() as client:
                    fields = contact_fields(case_id, request_id, note="x" * 2000)
                    acknowledged.append((request_id, client.call("IntakeService/RecordContact", fields).receipt))
            except grpc.RpcError as error:
                assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED), error
                return True
            return False

        wait_seconds(refused, 120, "the disk is full")
        world.run(section, 1)
        ballast.unlink()
        world.run(section, 2)
        can_command(world, case_id)
        with world.client() as client:
            assert heads(client, case_id)["intake"][0] >= told["intake"][0] + len(acknowledged), "something acknowledged is lost"
        print(f"{len(acknowledged)} contacts were acknowledged before the disk was full, and all are there")


def lost_disk(section):
    with World() as world:
        case_id, told = founded(world)
        world.stop()
        # The disk is gone, and another is in its place.
        subprocess.run(["rm", "-r", world.place("DATA")], check=True)
        for number in (1, 2, 3):
            world.run(section, number)
        same_heads(world, case_id, told)
        can_command(world, case_id)
        # Once more, with checkpoints, and something that came after them.
        checkpoints = {}
        for service in SERVICES:
            said = world.run(section, 4, SERVICE=service)
            (checkpoints[service],) = world.place("BACKUP").glob(f"{service}-*")
        can_command(world, case_id)
        with world.client() as client:
            told = heads(client, case_id)
        world.stop()
        world.run(section, 1)
        for service, checkpoint in checkpoints.items():
            said = world.run(section, 5, SERVICE=service, CHECKPOINT=checkpoint)
        world.run(section, 2)
        world.run(section, 3)
        same_heads(world, case_id, told)


def slow_projection(section):
    with World() as world:
        case_id, told = founded(world)
        world.run(section, 1)
        world.run(section, 2, SERVICE="escalation")
        same_heads(world, case_id, told)
        receipt = can_command(world, case_id)
        world.run(section, 3, SERVICE="escalation")
        world.stop()
        world.start()
        same_heads(world, case_id, {service: (receipt.version, receipt.head.hex()) for service in told})


def backup_and_restore(section):
    """On a virtual clock, so that the test says when what is due falls due."""
    with World(flags=["--clock=virtual", "--virtual_start=2026-01-05T00:00:00Z"]) as world:
        world.start()
        with world.client() as client:
            found_registry(client)
            receipt = register_case(client)
            case_id = receipt.case_id
            told = heads(client, case_id, receipt.position)
        archive = world.folder / "archive.wja"
        said = world.run(section, 1)
        (taken,) = world.place("BACKUP").glob("*.wja")
        taken.rename(archive)
        world.run(section, 2, ARCHIVE=archive)
        # Everything is lost.
        world.stop()
        subprocess.run(["rm", "-r", world.place("JOURNAL"), world.place("DATA")], check=True)
        world.run(section, 3)
        world.run(section, 4, ARCHIVE=archive)
        world.run(section, 5)
        same_heads(world, case_id, told)
        assert "--agenda_paused" not in world.place("FLAGS").read_text()
        said = world.run(section, 6)
        assert "verify: OK" in said and "acceptance_overdue" in said, said
        # The date for acceptance comes, and nothing fires before somebody says so; then it fires once.
        world.tool("clock", "advance", "--by=960h")
        same_heads(world, case_id, told)
        # Also not after a restart without the flag. A virtual clock goes on from the last record.
        world.stop()
        world.start()
        world.tool("clock", "advance", "--by=960h")
        same_heads(world, case_id, told)
        world.run(section, 7)
        world.tool("clock", "advance", "--by=1h")
        with world.client() as client:
            decisions = journal_check.read(client).cases[case_id].decisions
        fired = [event for d in decisions for event in d.decision.events if event.HasField("acceptance_overdue")]
        assert len(fired) == 1, f"{len(fired)} times overdue"


def moving_from_the_embedded_journal_to_kafka(section):
    installed = subprocess.run([BROKER, "install"], check=False).returncode
    if installed == STATUS_CANNOT_BE_HAD:
        skip("Java or Kafka's jars cannot be had")
    assert installed == 0, f"tools/kafka/broker install: status {installed}"
    with tempfile.TemporaryDirectory(prefix="whistle-runbook-kafka-") as folder:
        brokers = EmptyBrokers(pathlib.Path(folder), 1, free_broker_port(1), 16)
        try:
            brokers.start()
            move(section, brokers)
        finally:
            brokers.stop()


def move(section, brokers):
    with World(brokers=brokers.addresses) as world:
        case_id, told = founded(world)
        for number in (1, 2, 3, 4):
            world.run(section, number, BROKERS=brokers.addresses, REPLICATION=1)
        world.ask_services()
        world.run(section, 5)
        said = world.run(section, 6)
        assert "verify: OK" in said, said
        for service, address in world.services.items():
            with Client(address) as client:
                assert heads_of(client, service, case_id) == told[service], service
        world.run(section, 7)
        with Client(world.services["intake"]) as client:
            receipt = client.call("IntakeService/RecordContact", contact_fields(case_id)).receipt
        assert receipt.version == told["intake"][0] + 1


def heads_of(client, service, case_id):
    answer = client.call("TimelineService/GetHead", {"case_id": case_id}, service=service)
    return answer.version, answer.head.hex()


def wrong_clock(section):
    with World() as world:
        library = compile_wrong_clock(world.folder)
        well, _ = founded(world)
        world.stop()
        wrong = world.folder / "run" / "environment.json"
        wrong.write_text(json.dumps(with_wrong_clock(library, 7200)))
        world.start()
        with world.client() as client:
            ahead = handled_case(client)
        said = world.run(section, 1)
        now = re.search(r"now (\S+Z)", said).group(1)
        ahead_by = datetime.datetime.fromisoformat(now.replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
        assert ahead_by > datetime.timedelta(hours=1, minutes=59), said
        # Who looks after the machine sets its clock.
        wrong.unlink()
        world.run(section, 2)
        told = world.run(section, 3)
        assert ahead in told and well not in told, told
        can_command(world, well)
        try:
            can_command(world, ahead)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            print(f"the case that is ahead: {error.details()}")
        else:
            raise AssertionError("a case took a command before its last one's time")


def halted_partition(section):
    """Up to the upgrade itself, which tests/kafka/rolling_upgrade does with a second build: here the record is taken away with the journal."""
    with World(flags=["--clock=virtual", "--virtual_start=2026-01-05T00:00:00Z"]) as world:
        case_id, told = founded(world)
        with world.client() as client:
            last = journal_check.read(client).cases[case_id].decisions[-1]
        world.stop()
        kept = world.folder / "journal-kept"
        subprocess.run(["cp", "-a", world.place("JOURNAL"), kept], check=True)
        newer = DECISION.FromString(last.value)
        newer.parent, newer.level, newer.request.request_id = last.head, 9, "newer"
        done = subprocess.run(
            [BUILD / "tests" / "append_records", world.place("JOURNAL"), "2026-01-05T00:00:00Z"],
            input=f"{last.partition} {case_id.encode().hex()} {newer.SerializeToString().hex()}\n", capture_output=True, text=True, check=True,
        )  # fmt: skip
        place = done.stdout.strip()
        world.systemctl("start", "whistled")
        wait_until_every_service_has(world, HALTED, "all four services are halted")
        said = world.run(section, 1)
        assert "level 9" in said and "knows level" in said, said
        at = re.search(r"^\S+ +(\d+) +halted +(\d+) ", said, re.M)
        assert f"{at.group(1)}:{int(at.group(2)) + 1}" == place, f"{said}: the record is at {place}"
        assert "9" in world.run(section, 2, PLACE=place)
        # Instead of a newer program: a journal without the record. What was folded must still fit it.
        world.stop()
        subprocess.run(["rm", "-r", world.place("JOURNAL")], check=True)
        subprocess.run(["mv", kept, world.place("JOURNAL")], check=True)
        world.run(section, 3)
        same_heads(world, case_id, told)


def diverged_projection(section):
    """A journal restored from an old backup, and gone on with: what the projections have folded since is not in it."""
    with World() as world:
        case_id, told = founded(world)
        world.stop()
        backup = world.folder / "backup"
        journal, data = world.place("JOURNAL"), world.place("DATA")
        subprocess.run(["cp", "-a", journal, backup], check=True)
        world.start()
        lost = can_command(world, case_id)
        world.stop()
        # The backup goes on without the projections that know better, and gets longer than what they know.
        right = world.folder / "right"
        subprocess.run(["mv", journal, right], check=True)
        subprocess.run(["mv", backup, journal], check=True)
        data.rename(world.folder / "data-kept")
        world.start()
        others = [can_command(world, case_id) for _ in range(3)]
        world.stop()
        subprocess.run(["rm", "-r", data], check=True)
        (world.folder / "data-kept").rename(data)
        world.systemctl("start", "whistled")
        wait_until_every_service_has(world, DIVERGED, "all four projections have diverged")
        said = world.run(section, 1)
        assert lost.head.hex() in said and others[0].head.hex() in said, f"{said}: not both hashes"
        # Once as if the journal were the wrong one …
        world.run(section, 2)
        wrong = world.folder / "wrong"
        journal.rename(wrong)
        right.rename(journal)
        world.start()
        same_heads(world, case_id, {service: (lost.version, lost.head.hex()) for service in told})
        world.stop()
        # … and once as if it were the right one.
        journal.rename(right)
        wrong.rename(journal)
        world.run(section, 3)
        same_heads(world, case_id, {service: (others[-1].version, others[-1].head.hex()) for service in told})


def upgrade(section):
    """With the program that is there; tests/kafka/rolling_upgrade does it with a newer one."""
    with World() as world:
        case_id, told = founded(world)
        for number in (1, 2):
            world.run(section, number)
        same_heads(world, case_id, told)
        said = world.run(section, 3, status=1, LEVEL=2)
        assert "level 1" in said, f"this build knows level 1, and must refuse another: {said}"


# --- the tests of the tests -----------------------------------------------------------------------------------------------------------------


class Skipped(Exception):
    pass


def skip(why):
    raise Skipped(why)


def covered(_):
    """Every section has a test, is a test of ctest, and every place that the units and the runbook name is the same."""
    listed = (pathlib.Path(__file__).parent / "CMakeLists.txt").read_text()
    for title, found in steps.read().items():
        if not found:
            raise AssertionError(f"{title!r} has no step: a section that says nothing to do is no help")
        name = steps.slug(title)
        if not callable(globals().get(name)):
            raise AssertionError(f"{title!r} has no test: write {name}() in runbook_test.py")
        if not re.search(rf"\b{name}\b", listed):
            raise AssertionError(f"{title!r} is not in tests/runbook/CMakeLists.txt")
    units = "".join(path.read_text() for path in (ROOT / "deploy" / "systemd").iterdir())
    for name, place in steps.places():
        if name != "BACKUP" and place not in units:
            raise AssertionError(f"{name}={place}: no unit or flags in deploy/systemd knows that place")


def run(title):
    """0 done, 1 failed, 77 not done."""
    ran = []
    lay_out = World._lay_out

    def remembering(self):
        self.ran = ran
        lay_out(self)

    World._lay_out = remembering
    try:
        globals()[steps.slug(title)](title)
    except Skipped as why:
        print(f"skipped: {title}: {why}")
        return 77
    left_out = [str(step) for step in steps.read()[title] if step not in ran]
    if left_out:
        print(f"FAILED: {title}: not carried out: {', '.join(left_out)}")
        return 1
    print(f"OK: {title}: {len(set(ran))} steps")
    return 0


def main():
    titles = {steps.slug(title): title for title in steps.read()}
    chosen = sys.argv[1:] or ["covered", *titles]
    statuses = []
    for name in chosen:
        if name == "covered":
            covered(None)
            print("OK: every section has a test")
        elif name in titles:
            statuses.append(run(titles[name]))
        else:
            sys.exit(f"{name!r} is no section of the runbook; there are: {', '.join(titles)}")
    return max(statuses, default=0)


if __name__ == "__main__":
    sys.exit(main())
