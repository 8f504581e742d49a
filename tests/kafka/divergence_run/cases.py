"""What may become of a journal behind its services' backs, by name. Each case is a function of its world, which is founded and at rest."""

import collections

from harness import wait_seconds
from world import CASES, KEYS, REGISTRY, SETTLED_SECONDS_MAX, administer

LEADER, FOLLOWER = 1, 2
BROKER_SECONDS_MAX = 90

# needs: "one" broker, "two" clusters of one on the same port, or "three" brokers
Case = collections.namedtuple("Case", "name what needs quick run")
CASES_BY_NAME = {}


def case(name, what, needs="one", quick=False):
    def register(run):
        CASES_BY_NAME[name] = Case(name, what, needs, quick, run)
        return run

    return register


def recreate(world, *topics):
    world.delete_topics(*(topics or (CASES, REGISTRY)))
    world.make_journal()


# The topics deleted and made again, as `whistlectl journal create` makes them: another uuid, another genesis.


@case("recreated-shorter-stopped", "both topics deleted and made again, shorter than what was folded, while the services are stopped", quick=True)
def recreated_shorter_stopped(world):
    world.stop_services()
    recreate(world)
    world.start_services()
    world.expect_diverged()


@case("recreated-longer-stopped", "the same, and others write beyond what was folded; then the folders are deleted", quick=True)
def recreated_longer_stopped(world):
    world.stop_services()
    recreate(world)
    world.write_longer()
    world.start_services()
    world.expect_diverged()
    world.rebuild()


@case("recreated-shorter-running", "both topics deleted and made again under running services", quick=True)
def recreated_shorter_running(world):
    recreate(world)
    world.expect_diverged()


@case("recreated-longer-running", "both topics deleted, made again and outgrown while the services are paused: they see only that there is more", quick=True)
def recreated_longer_running(world):
    world.pause_services()
    recreate(world)
    world.write_longer()
    world.resume_services()
    world.expect_diverged()


# One topic alone: `journal create` completes the journal with the same uuid and the same genesis.


@case("registry-shorter-stopped", "only the registry's topic is made again: the journal's own uuid and genesis, and nothing else")
def registry_shorter_stopped(world):
    world.stop_services()
    recreate(world, REGISTRY)
    world.start_services()
    world.expect_diverged(KEYS[:1])


@case("registry-longer-stopped", "the same, and others write beyond what was folded", quick=True)
def registry_longer_stopped(world):
    world.stop_services()
    recreate(world, REGISTRY)
    world.write_longer_registry()
    world.start_services()
    world.expect_diverged(KEYS[:1])


@case("registry-shorter-running", "only the registry's topic is made again, under running services")
def registry_shorter_running(world):
    recreate(world, REGISTRY)
    world.expect_diverged(KEYS[:1], both_hashes=False)


# Another cluster.


@case("another-cluster-stopped", "another cluster answers at the same address when the services start; then the right one does", needs="two", quick=True)
def another_cluster_stopped(world):
    world.stop_services()
    world.switch_cluster()
    world.start_services()
    world.expect_diverged()
    world.stop_services()
    world.switch_cluster()
    world.start_services()
    world.expect_live("the right cluster is back: all four are healthy and know what they knew")


@case("another-cluster-running", "another cluster takes over the address under running services", needs="two")
def another_cluster_running(world):
    world.switch_cluster()
    world.expect_diverged()


# Truncated by an unclean election. Both replicas fold; the follower dies, the leader alone acknowledges more and dies; the follower
# comes back without it and is made leader, which only a setting allows that the services refuse at start.


def unclean_election(world, before_the_leader_dies):
    brokers = world.brokers
    wait_seconds(lambda: brokers.not_in_sync() == [], BROKER_SECONDS_MAX, "both replicas are in sync")
    administer(brokers, "set", "unclean.leader.election.enable=true,min.insync.replicas=1", CASES, REGISTRY)
    brokers.kill(FOLLOWER)
    wait_seconds(lambda: in_sync(brokers, 1), BROKER_SECONDS_MAX, "the leader is alone")
    wait_seconds(lambda: not any(i.health() for i in world.fleet.instances), SETTLED_SECONDS_MAX, "the services are healthy again")
    world.say(f"node {FOLLOWER} is killed; node {LEADER} alone acknowledges from here on: {world.offsets(brokers.ends())}")
    world.write()
    before_the_leader_dies()
    brokers.kill(LEADER)
    brokers.restart(FOLLOWER)
    wait_seconds(lambda: leads(brokers, FOLLOWER), BROKER_SECONDS_MAX, "the node that knows less leads")
    world.say(f"node {LEADER} is killed, node {FOLLOWER} leads by an unclean election: {world.offsets(world.ends())}")
    brokers.restart(LEADER)
    wait_seconds(lambda: in_sync(brokers, 2), BROKER_SECONDS_MAX, "both replicas are in sync again")
    administer(brokers, "set", "", CASES, REGISTRY)
    world.say(f"node {LEADER} is back and has truncated its log; the settings are safe again")


def places(brokers):
    """Of every partition, as each broker that answers sees it."""
    return [place for view in (brokers.partitions() or {"views": []})["views"] for place in view.values()]


def in_sync(brokers, count):
    seen = places(brokers)
    return bool(seen) and all(place["in_sync"] == count and place["leader"] > 0 for place in seen)


def leads(brokers, node):
    seen = places(brokers)
    return bool(seen) and all(place["leader"] == node for place in seen)


@case("truncated-shorter-stopped", "an unclean election drops what was folded, while the services are stopped", needs="three")
def truncated_shorter_stopped(world):
    unclean_election(world, world.stop_services)
    world.start_services()
    world.expect_diverged()


@case("truncated-longer-stopped", "the same, and others write beyond what was folded", needs="three")
def truncated_longer_stopped(world):
    unclean_election(world, world.stop_services)
    world.write_longer()
    world.start_services()
    world.expect_diverged()


@case("truncated-shorter-running", "an unclean election drops what was folded, under running services", needs="three")
def truncated_shorter_running(world):
    unclean_election(world, lambda: None)
    world.expect_diverged(both_hashes=False)


@case("truncated-longer-running", "the same while they are paused, and others write beyond what was folded", needs="three")
def truncated_longer_running(world):
    unclean_election(world, world.pause_services)
    world.write_longer()
    world.resume_services()
    world.expect_diverged()
