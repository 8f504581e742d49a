"""The runs: each does, with many commands and as little else as will do, what a rule of the engine is there for. It says in words what was done.

What clients are told goes to the checker; what only the one who asks can know (a refusal that cannot be true, an answer that never comes) a
run finds itself.
"""

import dataclasses
import time

from commands import command, contact, register
from harness import CONTRACTS, ORGANIZATIONS
from proxy import FETCH, PRODUCE
from recorder import now_ms
from world import PARTITIONS, contacts, finished, outcomes

CLIENTS = [f"client-{n}" for n in range(1, 9)]
# Longer than a process may stand still without doubting what it knows (libs/journal/kafka).
PAUSE_SECONDS = 0.4
MINUTE_SECONDS = 60
# An append's outcome is not known after 10 s, looked at once a second.
UNKNOWN_AFTER_SECONDS = 10
WITHHELD_SECONDS = 13
REQUESTS_MAX = 5
ANSWERED_SECONDS_MAX = 30
# Who waits for a reader is told within 10 s (libs/engine/strand.h, stalled_after), of a halt at once; what is more is waiting in vain.
STALLED_AFTER_SECONDS = 10
GRACE_SECONDS = 4


def at_once(world):
    """All clients ask one instance at once for what can happen only once."""
    case_id, door = world.a_case(), world.a_case()
    answers = []
    for _ in range(20):
        listed = world.send("client-1", "coordination-1", command(
            "CoordinationService/ListItem", case_id, "community", responsible_id="gas", problem="A cable."))  # fmt: skip
        ((_, receipt, _),) = finished([listed])
        item_id = receipt.event_ids[0] if receipt else "1.1"
        closers = [
            world.send(who, "intake-1", command("IntakeService/CloseCase", door, "bureau", why="Done.")) for who in CLIENTS
        ]
        clearers = [
            world.send(who, "coordination-1", command("CoordinationService/ClearItem", case_id, "community", item_id=item_id, how="It is gone."))
            for who in CLIENTS
        ]
        answers += finished(closers + clearers)
        finished([world.send("client-1", "intake-1", command("IntakeService/ReopenCase", door, "petitioner", why="It is not."))])
    return f"20 times 8 clients at once clear one item, 8 close one case, each at one instance: {outcomes(answers)}"


def twice_at_once(world):
    """Every command to two instances at once, under one request id."""
    case_id = world.a_case()
    answers = []
    for _ in range(20):
        calls = []
        for who in CLIENTS:
            one = contact(case_id)
            calls += [world.send(who, name, one) for name in ("intake-1", "intake-2")]
        answers += finished(calls)
    return f"160 commands on one case, each to both instances at once under one request id: {outcomes(answers)}"


def contended(world):
    """Both instances on one case."""
    case_id = world.a_case()
    answers = []
    for _ in range(20):
        answers += finished([world.send(who, name, contact(case_id)) for who in CLIENTS for name in ("intake-1", "intake-2")])
    return f"20 times 8 clients at once at each of two instances, on one case: {outcomes(answers)}"


def wrong_clock(world):
    """One instance a minute ahead."""
    case_id = world.a_case()
    ahead = world.instance("intake-2")
    ahead.stop()
    ahead.start(clock_offset_seconds=MINUTE_SECONDS)
    world.wait_healthy()
    answers = []
    for _ in range(5):
        answers += finished([world.send(who, "intake-2", contact(case_id)) for who in CLIENTS])
    ahead.stop()
    ahead.start()
    world.wait_healthy()
    return f"40 commands to an instance whose clock is {MINUTE_SECONDS} s ahead: {outcomes(answers)}"


def elsewhere(world):
    """What was just written through one instance is asked of another, which stood still meanwhile."""
    behind = world.instance("intake-2")
    answers = []
    for _ in range(10):
        behind.pause()
        registered = finished([world.send(who, "intake-1", register(world.random)) for who in CLIENTS])
        calls = [world.send(call.client, "intake-2", contact(receipt.case_id)) for call, receipt, _ in registered if receipt]
        world.wait(PAUSE_SECONDS)
        behind.resume()
        answers += finished(calls)
    return f"80 cases registered at one instance, and at once a contact to another that stood still {PAUSE_SECONDS} s: {outcomes(answers)}"


def registry_elsewhere(world):
    """The same of the registry: an organization that was just recorded is named at another instance."""
    case_id = world.a_case()
    behind = world.instance("intake-2")
    answers = []
    for number in range(15):
        behind.pause()
        recorded = finished([upsert(world, f"new-{number}-{n}") for n in range(8)])
        calls = [
            world.send(who, "intake-2", contact(case_id, contacted_id=f"new-{number}-7")) for who in CLIENTS if recorded[-1][1]
        ]
        world.wait(PAUSE_SECONDS)
        behind.resume()
        answers += finished(calls)
    for call, _, answer in answers:
        if "refusal" in answer:
            world.find("false refusal", f"{call.client} {call.request_id} RecordContact: {answer['refusal']['reason']}, though recorded before")
    return f"15 times 8 organizations recorded at one instance, and at once named at another that stood still: {outcomes(answers)}"


def registry_behind(world):
    """A case is decided under a new registry at one instance, and at once again at another, which stood still."""
    # One in each partition: that one of them is folded before the registry is then likely.
    case_of = {}
    while len(case_of) < PARTITIONS:
        case_id, partition = placed(world)
        case_of[partition] = case_id
    behind = world.instance("intake-2")
    answers = []
    for number in range(30):
        behind.pause()
        finished([upsert(world, f"newer-{number}-{n}") for n in range(20)])
        finished([world.send("client-1", "intake-1", contact(case_id)) for case_id in case_of.values()])
        # So many that they still come in while it folds what it missed.
        calls = [world.send(who, "intake-2", contact(case_id)) for who in CLIENTS * 6 for case_id in case_of.values()]
        world.wait(PAUSE_SECONDS)
        behind.resume()
        answers += finished(calls)
    return f"30 times the registry changed and 4 cases decided at one instance, and at once at another that stood still: {outcomes(answers)}"


def upsert(world, organization_id):
    fields = dict(zip(("organization_id", "name", "level", "kind", "superior_id"), ORGANIZATIONS[1], strict=True))
    fields.update(
        organization_id=organization_id, level="ORGANIZATION_LEVEL_PROVINCE", kind="ORGANIZATION_KIND_ENTERPRISE"
    )
    return world.send("founder", "intake-1", command("RegistryService/UpsertOrganization", "", "province", organization=fields))


def broker_killed(world):
    """Commands that never reach the broker, then others on the same case."""
    case_id = world.a_case()
    world.brokers.kill(1)
    lost = list(zip(CLIENTS[:4], contacts(case_id, 4), strict=True))
    began = time.monotonic()
    answers = finished([world.send(who, "intake-1", one) for who, one in lost])
    # Until nobody can know any more what became of them.
    world.wait(began + UNKNOWN_AFTER_SECONDS + 2 - time.monotonic())
    world.brokers.restart(1)
    world.wait_healthy()
    open_ = lost + list(zip(CLIENTS[4:], contacts(case_id, 4), strict=True))
    deadline = time.monotonic() + ANSWERED_SECONDS_MAX
    said = {}
    while open_ and time.monotonic() < deadline:
        calls = [(who, one, world.send(who, "intake-1", one)) for who, one in open_]
        open_ = []
        for who, one, call in calls:
            receipt, answer = call.finish()
            if receipt is None:
                said[one.request_id] = answer.get("error", {}).get("message", answer)
                open_.append((who, one))
    for who, one in open_:
        world.find(
            "not answered",
            f"{who} {one.request_id} RecordContact on case {case_id}: not within {ANSWERED_SECONDS_MAX} s after everything was well again, "
            f"at last: {said[one.request_id]}",
        )
    return f"broker killed, 4 commands ({outcomes(answers)}), restarted after 12 s; then these and 4 more on the case, asked again for {ANSWERED_SECONDS_MAX} s"


def answers_withheld(world):
    """Commands that reach the journal while nobody hears of it; their clients stop waiting when the outcome is called unknown."""
    case_id, partition = placed(world)
    while (other := placed(world))[1] == partition:
        pass
    world.proxy.hold(PRODUCE, FETCH)
    # A producer has five requests under way at most. They are filled with what is of another partition, so that the next hold all that waits.
    for _ in range(REQUESTS_MAX):
        world.send("client-1", "intake-1", contact(other[0]))
        world.wait(0.05)
    began = time.monotonic()
    calls = []
    for n in range(1000):
        last = began + UNKNOWN_AFTER_SECONDS + world.random.uniform(0, 1.3)
        calls.append(world.send(CLIENTS[n % 8], "intake-1", contact(case_id), last - time.monotonic()))
    world.proxy.let_through(REQUESTS_MAX)
    answers = finished(calls)
    world.wait(began + WITHHELD_SECONDS - time.monotonic())
    world.proxy.let_go()
    world.wait_healthy()
    return f"1000 commands, which the broker takes and answers {WITHHELD_SECONDS} s later; deadlines while that makes them unknown: {outcomes(answers)}"


def placed(world):
    """A case and its partition."""
    case_id = world.a_case()
    ((_, receipt, _),) = finished([world.send("client-1", "intake-1", contact(case_id))])
    return case_id, receipt.position.partition


def halted(world):
    """A record that no reader may skip stops the partition while commands are under way."""
    case_id, partition = placed(world)
    behind = world.instance("intake-2")
    behind.pause()
    calls = [world.send(who, "intake-2", contact(case_id), None) for who in CLIENTS * 6]
    Decision = CONTRACTS.message("whistle.journal.v1.Decision")
    # Of a level that nobody knows; it does not count, for its parent is none of the case's.
    later = Decision(case_id=case_id, parent=bytes(32), request={"client": "later", "request_id": "later"}, service=1, level=2)
    later.decided_at.FromMilliseconds(int(now_ms()))
    world.append(partition, case_id, later.SerializeToString())
    world.wait(PAUSE_SECONDS)
    behind.resume()
    resumed_ms = now_ms()
    answers = finished(calls, ANSWERED_SECONDS_MAX / 2)
    left_waiting(world, answers, resumed_ms, 0, "the partition halted")
    return f"48 commands under way while their partition halts: {outcomes(answers)}"


def stalled(world):
    """Appends are acknowledged, and the broker gives no reader any record."""
    case_id = world.a_case()
    world.proxy.hold(FETCH)
    held_ms = now_ms()
    calls = [world.send(who, "intake-1", contact(case_id), 25) for who in CLIENTS]
    answers = finished(calls)
    world.proxy.let_go()
    left_waiting(world, answers, held_ms, STALLED_AFTER_SECONDS, "no record was read")
    world.wait_healthy()
    return f"8 commands while the broker acknowledges and gives no reader anything: {outcomes(answers)}"


def left_waiting(world, answers, since_ms, seconds, why):
    waited = [(call.answered_ms - since_ms) / 1000 for call, _, _ in answers]
    too_long = [each for each in waited if each > seconds + GRACE_SECONDS]
    if too_long:
        world.find("left waiting", f"{len(too_long)} of {len(waited)} calls, up to {max(too_long):.1f} s after {why}")


@dataclasses.dataclass(frozen=True)
class Needs:
    """What a run needs of its world, and how that is judged."""

    through_proxy: bool = False
    # Whether services can be asked afterwards.
    asks_services: bool = True
    # Further options of the checker.
    check_with: tuple = ()


NEEDS = {
    answers_withheld: Needs(through_proxy=True),
    stalled: Needs(through_proxy=True),
    halted: Needs(asks_services=False, check_with=("--vocabulary=2:125-125",)),
}
