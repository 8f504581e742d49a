"""The kinds of faults: each hurts, waits under load, and undoes what it did. Whether all comes together again is asked afterwards.

A kind is a function of the world it is done to:

    @fault("kill-service", "kill -9 of a service")
    def kill_service(world): ...

`world` has the brokers, the fleet, the load, a random generator and: under_load(seconds), which waits while clients go on; say(what);
complain(what, details), after which the run fails.
"""

import dataclasses
from collections.abc import Callable

from recorder import now_ms

# The longest that anything of a service waits: a call's deadline, 60 s at the most (libs/rpc/admission.h).
LONGEST_TIMEOUT_SECONDS = 60
# Kafka takes a broker for gone that has not been heard of for 9 s (broker.session.timeout.ms); a produce request is given up after 10 s.
BROKER_SILENT_SECONDS = 20
HEALTHY_SECONDS_MAX = 60
IN_SYNC_SECONDS_MAX = 90
# Kafka notices after 9 s.
NEXT_LEADER_SECONDS_MAX = 30
CLOCK_SEEN_SECONDS_MAX = 45
# Longer than an agenda waits with an item that is due, so that it fires what is due by the wrong clock only.
CLOCK_WRONG_SECONDS = 10
MINUTE_SECONDS, DAY_SECONDS = 60, 24 * 60 * 60
# What an instance says of a decision of its own that does not count because of its time.
SAYS_ITS_CLOCK = "this instance's clock said"

KINDS = {}


@dataclasses.dataclass
class Kind:
    name: str
    what: str
    inject: Callable
    # Part of a run with --short.
    short: bool
    # Needs brokers that have network namespaces of their own.
    apart: bool


def fault(name, what, short=False, apart=False):
    def known(inject):
        KINDS[name] = Kind(name, what, inject, short, apart)
        return inject

    return known


def start_again(world, instance, **how):
    instance.start(**how)
    ill = world.fleet.wait_healthy([instance], HEALTHY_SECONDS_MAX)
    if ill:
        world.complain("not healthy", f"{HEALTHY_SECONDS_MAX} s after it was started: {ill}")


def stop_cleanly(world, instance):
    status = instance.stop()
    if status != 0:
        world.complain("no clean stop", f"{instance}: exit status {status}")


@fault("kill-service", "kill -9 of a service, started again some seconds later", short=True)
def kill_service(world):
    victim = world.rng.choice(world.fleet.instances)
    world.say(f"kill -9 of {victim}")
    victim.kill()
    world.under_load(world.rng.uniform(0, 6))
    victim.start()


def pause_service(world, seconds):
    victim = world.rng.choice(world.fleet.instances)
    world.say(f"SIGSTOP of {victim} for {seconds} s")
    victim.pause()
    world.under_load(seconds)
    victim.resume()


@fault("pause-service", "SIGSTOP of a service for 30 s, then SIGCONT")
def pause_service_for_a_while(world):
    pause_service(world, 30)


@fault("pause-service-long", f"SIGSTOP of a service for longer than any timeout ({LONGEST_TIMEOUT_SECONDS} s), then SIGCONT")
def pause_service_beyond_all_timeouts(world):
    pause_service(world, LONGEST_TIMEOUT_SECONDS + 5)


@fault("kill-broker", "kill -9 of one broker, started again some seconds later", short=True)
def kill_broker(world):
    node = world.rng.choice(world.brokers.nodes)
    world.say(f"kill -9 of broker {node}")
    world.brokers.kill(node)
    world.under_load(world.rng.uniform(2, 15))
    world.brokers.restart(node)


@fault("kill-leaders", "kill -9 of the leader of one partition, of the next leader, and of the one after that")
def kill_leaders(world):
    key = f"cases/{world.rng.randrange(world.brokers.partition_count)}"
    for _ in world.brokers.nodes:
        leader = world.brokers.leader(key)
        if leader is None:
            world.complain("no leader", f"{key} has none though all brokers run")
            return
        world.say(f"kill -9 of broker {leader}, which leads {key}")
        world.brokers.kill(leader)
        if not world.under_load(NEXT_LEADER_SECONDS_MAX, lambda gone=leader: world.brokers.leader(key) not in (None, gone)):
            world.complain("no leader", f"{key} has none {NEXT_LEADER_SECONDS_MAX} s after broker {leader} was killed")
        world.under_load(world.rng.uniform(0, 5))
        world.brokers.restart(leader)
        if not world.brokers.wait_in_sync(IN_SYNC_SECONDS_MAX):
            world.complain("not in sync", f"{IN_SYNC_SECONDS_MAX} s after broker {leader} was started: {world.brokers.not_in_sync()}")
            return


@fault("pause-broker", f"SIGSTOP of a broker for {BROKER_SILENT_SECONDS} s, then SIGCONT")
def pause_broker(world):
    node = world.rng.choice(world.brokers.nodes)
    world.say(f"SIGSTOP of broker {node} for {BROKER_SILENT_SECONDS} s")
    world.brokers.pause(node)
    try:
        world.under_load(BROKER_SILENT_SECONDS)
    finally:
        world.brokers.resume(node)


@fault("cut-brokers", f"one broker cut from the two others for {BROKER_SILENT_SECONDS} s, while services and clients reach all three", apart=True)
def cut_brokers(world):
    alone = world.rng.choice(world.brokers.nodes)
    world.say(f"broker {alone} is cut from the others for {BROKER_SILENT_SECONDS} s")
    world.brokers.crossing.cut([(alone, other) for other in world.brokers.nodes if other != alone])
    try:
        world.under_load(BROKER_SILENT_SECONDS)
    finally:
        world.brokers.crossing.cut([])


@fault("rolling-restart", "every service and every broker stopped cleanly and started again, one after another")
def rolling_restart(world):
    everything = [*world.fleet.instances, *world.brokers.nodes]
    world.rng.shuffle(everything)
    world.say("a rolling restart of everything")
    for one in everything:
        if one in world.brokers.nodes:
            world.brokers.restart(one)
            if not world.brokers.wait_in_sync(IN_SYNC_SECONDS_MAX):
                world.complain("not in sync", f"{IN_SYNC_SECONDS_MAX} s after broker {one} was restarted: {world.brokers.not_in_sync()}")
        else:
            stop_cleanly(world, one)
            start_again(world, one)
        world.under_load(0)


@fault("delete-projection", "the projection's folder deleted while its service is stopped", short=True)
def delete_projection(world):
    victim = world.rng.choice(world.fleet.instances)
    world.say(f"{victim} is stopped and loses its projection")
    stop_cleanly(world, victim)
    victim.delete_projection()
    world.under_load(world.rng.uniform(0, 3))
    victim.start()


@fault("two-brokers-gone", "kill -9 of two of three brokers: writes are refused until they are back", short=True)
def two_brokers_gone(world):
    gone = world.rng.sample(world.brokers.nodes, 2)
    world.say(f"kill -9 of brokers {gone[0]} and {gone[1]}")
    for node in gone:
        world.brokers.kill(node)
    gone_ms = now_ms()
    world.under_load(world.rng.uniform(15, 25))
    for instance in world.fleet.meant_to_run():
        if instance.projection() is None:
            world.complain("no query answered", f"{instance}, while two of three brokers were gone")
    back_ms = now_ms()
    for one in world.load.acknowledged_since(gone_ms):
        if one.answered_ms < back_ms:
            world.complain("acknowledged by one broker", f"{one}, while two of three were gone since {gone_ms:.0f}")
    refused = sum(1 for one in list(world.load.errors) if gone_ms <= one.called_ms)
    if not refused:
        world.complain("nothing refused", "no call failed while two of three brokers were gone")
    for node in gone:
        world.brokers.restart(node)


@fault("wrong-clock", "a service with its clock a minute, then a day ahead or behind")
def wrong_clock(world):
    # Ahead first, for that is where no decision at all may count; later either.
    ahead = world.times_injected("wrong-clock") == 0 or world.rng.random() < 0.5
    victim = world.rng.choice(world.fleet.instances if ahead else world.fleet.of("intake"))
    for offset_seconds in (MINUTE_SECONDS, DAY_SECONDS):
        world.say(f"the clock of {victim} is {offset_seconds} s {'ahead' if ahead else 'behind'}")
        stop_cleanly(world, victim)
        start_again(world, victim, clock_offset_seconds=offset_seconds if ahead else -offset_seconds)
        since_ms = now_ms()

        def said_so(since_ms=since_ms):
            return any(SAYS_ITS_CLOCK in one.message for one in world.load.errors_since(since_ms, victim.address))

        if not world.under_load(CLOCK_SEEN_SECONDS_MAX, said_so):
            world.complain("wrong clock not said", f"{victim}, {offset_seconds} s off, did not say within {CLOCK_SEEN_SECONDS_MAX} s that "
                           f"a decision did not count")  # fmt: skip
        world.under_load(CLOCK_WRONG_SECONDS)
        for one in world.load.acknowledged_since(since_ms, victim.address):
            # On a case that others have just decided on, a clock that is behind does no harm: a decision's time is at least the last one's.
            if ahead or one.rpc == "IntakeService/RegisterCase":
                world.complain("wrong clock counted", f"{victim}, {offset_seconds} s off, acknowledged {one}")
        if not any(one.address != victim.address for one in world.load.acknowledged_since(since_ms)):
            world.complain("others stopped", f"while the clock of {victim} was {offset_seconds} s off nobody else acknowledged anything")
    stop_cleanly(world, victim)
    victim.start()
