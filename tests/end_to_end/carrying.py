"""What the tests of `journal export` and `journal import` share: a journal worth carrying, killing the tool, and what must be equal afterwards."""

import contextlib
import json
import random
import re
import signal
import subprocess
import sys
import time

import journal_check
from harness import BUILD, CONTRACTS, ROOT, SERVICES, Whistled, register_case, wait_seconds
from replay_equality_test import FAMILIES, at_rest, digests, fingerprints
from whistlectl import TOOL_SECONDS_MAX, ask, command_line

CHRONICLE = ROOT / "tools" / "scenarios" / "lanzhou-building-19.yaml"
CHECK_JOURNAL = ROOT / "tests" / "kafka" / "check_journal.py"
REST_SECONDS_MAX = 300
PARTITIONS = 16
DECISION = CONTRACTS.message("whistle.journal.v1.Decision")
# Everything that is folded; `meta` names the journal that it was folded from.
EQUAL_FAMILIES = [family for family in FAMILIES if family != "meta"]


def closing(*words, server=None):
    """The last line of a command that ends with one, as a dictionary."""
    return json.loads(ask(*words, "--output=json", server=server))[0]


def export(server, file, *flags):
    return closing("journal", "export", file, *flags, server=server)


def bring_back(file, journal, *flags):
    return closing("journal", "import", file, f"--journal={journal}", *flags)


def wait_at_rest(client):
    wait_seconds(lambda: at_rest(client), REST_SECONDS_MAX, "everything is at rest")


def live_through(server, cases):
    """The chronicle, `cases` more with contacts, and records that count for nobody; the server runs and is at rest."""
    server.start()
    ask("scenario", "run", CHRONICLE, server=server)
    with server.client("load") as client:
        for number in range(cases):
            case_id = register_case(client, title=f"Case {number}").case_id
            client.command(
                "IntakeService/RecordContact", case_id, "petitioner",
                channel="CONTACT_CHANNEL_VISIT", contacted_id="gas-company", note=f"Visit {number}.",
            )  # fmt: skip
        client.call("OperationsService/AdvanceClock", {"by_ms": 0})
        wait_at_rest(client)
        journal = journal_check.read(client)
        stamp = client.call("OperationsService/GetJournalStatus").now.ToJsonString()
    assert server.stop() == 0
    _doctor(server, journal, stamp)
    server.start()
    with server.client() as client:
        wait_at_rest(client)


def _doctor(server, journal, stamp):
    """Appends what a foreign writer might: stale, late, malformed, and with headers that say what they may not."""
    case = max((case for case_id, case in journal.cases.items() if case_id != "registry"), key=lambda one: one.version)
    last = case.decisions[-1]
    key = last.decision.case_id.encode()
    late = DECISION.FromString(last.value)
    late.parent, late.request.request_id = last.head, "late"
    late.decided_at.seconds -= 3600
    # Far off by the journal's stamp; the header says that it was not.
    forged = f"whistle_recorded_at={late.decided_at.ToMilliseconds()}"
    lines = [
        (last.partition, key, last.value, ()),
        (last.partition, key, late.SerializeToString(), ()),
        (last.partition, key, late.SerializeToString(), (forged, "ce_id=x")),
        (last.partition, key, b"\xff\xff\xff", ("a=", "a=b")),
        (last.partition, b"", b"", ()),
        ((last.partition + 1) % PARTITIONS, key, last.value, ()),
        ("registry", key, last.value, ("whistle_recorded_at=yesterday",)),
    ]
    said = "".join(" ".join([str(where), k.hex() or "-", v.hex() or "-", *headers]) + "\n" for where, k, v, headers in lines)
    done = subprocess.run(
        [BUILD / "tests" / "append_records", server.journal_dir, stamp],
        input=said, capture_output=True, text=True, timeout=TOOL_SECONDS_MAX, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def judged(*flags):
    """What the checker that shares no code with Whistle says of a journal and its four services: its last line."""
    done = subprocess.run(
        ["/usr/bin/python3", "-B", str(CHECK_JOURNAL), *flags],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TOOL_SECONDS_MAX, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return done.stdout.splitlines()[-1]


def counts(line):
    """("records", …) of the checker's last line that are the journal's own."""
    own = line.partition(" acknowledged")[0]
    return {name: int(number) for name, number in re.findall(r"(records|accepted|superseded|malformed) (\d+)", own)}


def folded(server):
    """Stops it, and gives the digests of what its four services hold."""
    with server.client() as client:
        wait_at_rest(client)
        folds = fingerprints(client)
    assert server.stop() == 0
    return digests(server, folds)


def assert_equal_digests(what, expected, found):
    """How many column families were compared, all of them equal."""
    different = [f"{service} {family}" for service in SERVICES for family in EQUAL_FAMILIES if expected[service, family] != found[service, family]]
    assert not different, f"{what}: other digests in {different}"
    same_meta = [service for service in SERVICES if expected[service, "meta"] == found[service, "meta"]]
    assert not same_meta, f"{what}: `meta` does not name another journal in {same_meta}"
    return len(SERVICES) * len(EQUAL_FAMILIES)


def serve_copy(folder, journal_dir=None, clock="virtual", flags=()):
    """A whistled on a journal that was imported, with projections of its own."""
    server = Whistled(folder, clock, flags)
    if journal_dir is not None:
        folder.mkdir(parents=True, exist_ok=True)
        journal_dir.rename(server.journal_dir)
    return server.start()


def opens(service, not_yet):
    """False if the service refuses a journal whose import is unfinished, saying one of `not_yet` and the command; true if it serves."""
    service.launch()
    try:
        service.wait_until_serving()
    except AssertionError as ended:
        service.process = None
        assert any(said in str(ended) for said in not_yet) and "whistlectl journal" in str(ended), ended
        return False
    assert service.stop() == 0
    return True


class Moment:
    """When a command is killed: after some time, or once it has written so much."""

    def __init__(self, seconds=None, share=None):
        self.seconds, self.share = seconds, share

    def __str__(self):
        return f"after {self.seconds:.3f} s" if self.share is None else f"at {self.share:.0%} of what it writes"

    def came(self, started, written, whole):
        return time.monotonic() - started >= self.seconds if self.share is None else written() >= self.share * whole


def kill_moments(number, took, seed):
    """Random moments of a command that takes so long: half of them by the clock, half by what it has written."""
    chance = random.Random(seed)
    return [
        Moment(seconds=chance.uniform(0, took)) if n % 2 == 0 else Moment(share=chance.uniform(0.02, 0.98)) for n in range(number)
    ]


def killed(words, moment, written=lambda: 0, whole=1):
    """Starts the tool and kills it (-9) at that moment; True if it was still at work. `written`: how much of `whole` there is."""
    process = subprocess.Popen(command_line(*words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    while process.poll() is None and not moment.came(started, written, whole):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.001)
    at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return at_work


def file_bytes(*paths):
    """What lies there, as far as it is there."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def timed(*words):
    started = time.monotonic()
    ask(*words)
    return time.monotonic() - started


def tell(text):
    print(text, flush=True, file=sys.stdout)
