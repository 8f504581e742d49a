"""Starts, watches, hurts and stops a Kafka of this working copy: what `tools/kafka/broker` runs once all is installed."""

import argparse
import contextlib
import fcntl
import os
import pathlib
import signal
import socket
import sys
import time

from cluster import PORT_DEFAULT, START_SECONDS_MAX, STOP_SECONDS_MAX, Cluster, Failure, Plan

ROOT = pathlib.Path(__file__).resolve().parents[2]
VAR = pathlib.Path(os.environ.get("WHISTLE_VAR") or ROOT / "var")

DESCRIPTION = """\
A real Apache Kafka on this machine's loopback, for development and tests. Data lies in var/kafka (in $WHISTLE_VAR/kafka).
With WHISTLE_KAFKA=HOST:PORT[,HOST:PORT...] set, that one is used: start and status check it, and nothing else touches it."""

COMMANDS = """\
commands:
  start [--nodes=1|3] [--port=9092] [--set=NAME=VALUE]...
                  starts what is not running; done when a record was written and read back
  stop            stops all nodes cleanly; their data stays
  status          which nodes run, and whether a record can be written and read back; exit status 1 if not
  wipe            stops all nodes and deletes their data
  env             prints WHISTLE_KAFKA=..., for `export $(tools/kafka/broker env)`
  install         has everything ready that start needs from a network, and starts nothing

for fault tests:
  kill NODE       SIGKILL           pause NODE    SIGSTOP         resume NODE   SIGCONT
  restart NODE [--no-wait]          stops the node cleanly if it runs, starts it, waits until it is in sync

ports: clients 9092 (three nodes: 9092, 9093, 9094), controllers 9192 (9192, 9193, 9194); --port moves all of them.
exit status: 0 done; 1 not done, with the reason; 2 wrong usage; 3 Kafka's jars or Java cannot be had on this machine."""


def say(text):
    print(f"==> {text}", flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tools/kafka/broker", description=DESCRIPTION, epilog=COMMANDS, add_help=True,
        formatter_class=argparse.RawDescriptionHelpFormatter, usage="tools/kafka/broker COMMAND [OPTIONS]",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS, prog="tools/kafka/broker")
    start = commands.add_parser("start")
    start.add_argument("--nodes", type=int, choices=(1, 3))
    # The highest that leaves room for three nodes' controllers.
    start.add_argument("--port", type=int, choices=range(1024, 65400), metavar="PORT")
    start.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a line of server.properties")
    for name in ("stop", "status", "wipe", "env", "install"):
        commands.add_parser(name)
    for name in ("kill", "pause", "resume", "restart"):
        command = commands.add_parser(name)
        command.add_argument("node", type=int, metavar="NODE")
        if name == "restart":
            command.add_argument("--no-wait", action="store_true", help="return once the process runs")
    options = parser.parse_args(arguments)
    if options.command == "start":
        for setting in options.set:
            if "=" not in setting:
                parser.error(f"--set={setting}: NAME=VALUE expected")
    return options


@contextlib.contextmanager
def locked(folder):
    """One at a time starts and stops."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another tools/kafka/broker to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def wait_ready(cluster, nodes):
    """Until all of `nodes` are in sync and a record was read back; how many milliseconds that took. Others may be down on purpose."""
    import probe

    began = time.monotonic()
    why = "nothing answered"
    while time.monotonic() < began + START_SECONDS_MAX:
        for node in nodes:
            if node.pid() is None:
                raise Failure(f"{node} ended by itself{node.how_it_ended()}; the end of what it said ({node.folder}):\n{node.log_tail()}")
        if all(listening(node.port) for node in nodes):
            try:
                return probe.produce_and_read_back(cluster.addresses(), [node.number for node in nodes])
            except probe.NotReady as error:
                why = str(error)
        time.sleep(0.1)
    raise Failure(f"not ready within {START_SECONDS_MAX} s: {why}; what the nodes say is in {cluster.folder}/node-*/server.log")


def listening(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def plan_for(cluster, options):
    """What to start: what is there already, or what was asked for."""
    settings = dict(setting.split("=", 1) for setting in options.set)
    have = cluster.plan
    if have is None:
        return Plan.new(options.nodes or 1, options.port or PORT_DEFAULT, settings)
    if options.nodes not in (None, have.nodes):
        raise Failure(f"{cluster.folder} holds a cluster of {have.nodes} node(s): wipe it first, or start without --nodes")
    port = options.port or have.port
    changed = port != have.port or any(have.settings.get(name) != value for name, value in settings.items())
    if changed and cluster.running():
        raise Failure(f"the cluster runs with another port (from {have.port} on) or other settings: stop it first")
    return Plan(have.nodes, port, have.cluster_id, {**have.settings, **settings})


def start(cluster, options):
    began = time.monotonic()
    cluster.plan = plan_for(cluster, options)
    nodes = cluster.nodes()
    to_start = [node for node in nodes if node.pid() is None]
    for node in nodes:
        if node.state() == "paused":
            say(f"{node} was paused and goes on")
            node.signal(signal.SIGCONT)
    if not to_start:
        took_ms = wait_ready(cluster, nodes)
        say(f"already running at {','.join(cluster.addresses())}; a record was written and read back in {took_ms:.0f} ms")
        return
    for node in to_start:
        node.check_ports_free()
    cluster.save()
    say(f"starting {', '.join(map(str, to_start))} of {cluster.plan.nodes} at {','.join(cluster.addresses())}, data in {cluster.folder}")
    try:
        for node in to_start:
            node.start()
        took_ms = wait_ready(cluster, nodes)
    except BaseException:
        # Whatever stopped us, Ctrl-C included: what this call began it ends.
        for node in to_start:
            if node.pid() is not None:
                node.kill()
        raise
    say(
        f"ready after {time.monotonic() - began:.1f} s at {','.join(cluster.addresses())}: "
        f"a record was written and read back in {took_ms:.0f} ms"
    )


def stop(cluster, options):
    if not cluster.running():
        say("no Kafka of this working copy is running")
        return
    cluster.stop(cluster.nodes(), say)
    say("stopped")


def wipe(cluster, options):
    # Nothing of theirs is to be kept.
    for node in cluster.running():
        node.kill()
    cluster.wipe()
    say(f"{cluster.folder} is empty")


def status(cluster, options):
    import probe

    if cluster.plan is None:
        raise Failure(f"no Kafka of this working copy is running, and {cluster.folder} holds no data")
    for node in cluster.nodes():
        state = node.state()
        more = "" if state == "stopped" else f"  process {node.pid()}  {node.memory_mb()} MB"
        print(f"{node}  {state:8}  127.0.0.1:{node.port}  controller 127.0.0.1:{node.controller_port}{more}")
    try:
        took_ms = probe.produce_and_read_back(cluster.addresses())
    except probe.NotReady as error:
        raise Failure(f"not ready: {error}") from None
    say(f"ready at {','.join(cluster.addresses())}: a record was written and read back in {took_ms:.0f} ms")


def environment(cluster, options):
    if cluster.plan is None:
        raise Failure("there is no Kafka of this working copy: tools/kafka/broker start")
    print(f"WHISTLE_KAFKA={','.join(cluster.addresses())}")


def the_node(cluster, number):
    for node in cluster.nodes():
        if node.number == number:
            return node
    raise Failure(f"there is no node {number}: {cluster.plan.nodes if cluster.plan else 0} node(s) in {cluster.folder}")


def signal_node(cluster, options):
    node = the_node(cluster, options.node)
    if options.command == "kill":
        node.kill()
    else:
        node.signal(signal.SIGSTOP if options.command == "pause" else signal.SIGCONT)
        # A signal is sent, not done: who pauses a node relies on its standing still.
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while (node.state() == "paused") != (options.command == "pause"):
            if node.pid() is None or time.monotonic() > deadline:
                raise Failure(f"{node} is {node.state()}")
            time.sleep(0.01)
    say(f"{node} is {node.state()}")


def restart(cluster, options):
    node = the_node(cluster, options.node)
    began = time.monotonic()
    if node.pid() is not None:
        cluster.stop([node], say)
    node.start()
    if options.no_wait:
        say(f"{node} is started")
        return
    took_ms = wait_ready(cluster, [other for other in cluster.nodes() if other.state() == "running"])
    say(f"{node} is back after {time.monotonic() - began:.1f} s; a record was written and read back in {took_ms:.0f} ms")


def use_running_one(addresses, command):
    """WHISTLE_KAFKA: somebody else's, which is asked and never touched."""
    if command == "env":
        print(f"WHISTLE_KAFKA={addresses}")
        return
    if command == "install":
        say(f"WHISTLE_KAFKA={addresses} is used: nothing to install")
        return
    if command not in ("start", "status"):
        raise Failure(f"WHISTLE_KAFKA={addresses} is not this working copy's Kafka: {command} would touch what is not ours. Unset it")
    import probe

    try:
        took_ms = probe.produce_and_read_back(addresses.split(","))
    except probe.NotReady as error:
        raise Failure(f"WHISTLE_KAFKA={addresses} is not ready: {error}") from None
    say(f"using WHISTLE_KAFKA={addresses}: a record was written and read back in {took_ms:.0f} ms")


def run(arguments):
    options = parse(arguments)
    cluster = Cluster(ROOT, VAR / "kafka")
    elsewhere = os.environ.get("WHISTLE_KAFKA", "")
    # `export $(tools/kafka/broker env)` names our own; that is no reason not to stop it.
    if elsewhere and sorted(elsewhere.split(",")) != sorted(cluster.addresses()):
        use_running_one(elsewhere, options.command)
        return
    match options.command:
        case "install":
            say(f"everything that a Kafka needs is there: {cluster.jars}")
        case "status":
            status(cluster, options)
        case "env":
            environment(cluster, options)
        case "kill" | "pause" | "resume":
            signal_node(cluster, options)
        case _:
            with locked(cluster.folder):
                # Only now: another may have started or wiped it while we waited.
                cluster = Cluster(ROOT, VAR / "kafka")
                {"start": start, "stop": stop, "wipe": wipe, "restart": restart}[options.command](cluster, options)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(sys.argv[1:])
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
