"""Kafka nodes as processes and folders of this machine: what is configured, what runs, and how it is started and stopped.

    cluster = Cluster(root, var / "kafka")
    cluster.plan = Plan.new(nodes=3, port=9092)
    for node in cluster.nodes(): node.start()

One folder a node, var/kafka/node-<id>: server.properties, log4j.properties, data/, server.log, console.log and `process`, which
says which process is the node. A process is taken for a node only if its start time and its working folder are the node's too: a
process id alone may be anybody's by now.
"""

import base64
import dataclasses
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time
import uuid

# One broker alone keeps everything in memory that a test writes; of three, each has a third of the work and a machine has one memory.
HEAP_MB = {1: 512, 3: 384}
PORT_DEFAULT = 9092
# Node 1 of a cluster on port 9092 serves clients on 9092 and the other controllers on 9192, node 2 on 9093 and 9193, and so on.
CONTROLLER_PORT_STEP = 100
START_SECONDS_MAX = 120
# A clean shutdown hands over leaderships and flushes: seconds.
STOP_SECONDS_MAX = 30
# The last of three nodes has nobody to hand over to, and would ask for five minutes.
STOP_ALONE_SECONDS = 2
POLL_SECONDS = 0.05


class Failure(Exception):
    """What the person is told; the exit status is 1."""


@dataclasses.dataclass
class Plan:
    """What was asked for when the cluster was made. Kept in cluster.json."""

    nodes: int
    port: int
    cluster_id: str
    # Further lines of server.properties, by name.
    settings: dict

    @staticmethod
    def new(nodes, port, settings):
        # Kafka's own form of a uuid; one that begins with a dash would be taken for an option.
        cluster_id = "-"
        while cluster_id.startswith("-"):
            cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        return Plan(nodes, port, cluster_id, dict(settings))


def alive(pid):
    """The fields of /proc/PID/stat from the state on; None where there is no such process, or only its remains."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields


class Node:
    def __init__(self, cluster, number):
        self.cluster = cluster
        self.number = number
        self.folder = cluster.folder / f"node-{number}"
        self.port = cluster.plan.port + number - 1
        self.controller_port = self.port + CONTROLLER_PORT_STEP
        # What start() began here; a later run of this program has none.
        self._started = None

    def __str__(self):
        return f"node {self.number}"

    # Which process it is.

    def pid(self):
        """Of the running (or paused) process; None if there is none."""
        try:
            kept = json.loads((self.folder / "process").read_text())
            fields = alive(kept["pid"])
            if fields is None or fields[19] != kept["started_ticks"]:
                return None
            if not self._runs_here(kept["pid"]):
                return None
            return kept["pid"]
        except (OSError, ValueError, KeyError):
            return None

    def _runs_here(self, pid):
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.folder)
        except PermissionError:
            # Another person's; the start time has to do, and a signal to it will be refused with a reason.
            return True

    def state(self):
        pid = self.pid()
        if pid is None:
            return "stopped"
        fields = alive(pid)
        if fields is None:
            return "stopped"
        return "paused" if fields[0] in "Tt" else "running"

    def memory_mb(self):
        try:
            status = pathlib.Path(f"/proc/{self.pid()}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS:")), 0)

    def log_tail(self, lines=20):
        told = []
        for name in ("console.log", "server.log"):
            try:
                told += (self.folder / name).read_text(errors="replace").splitlines()[-lines:]
            except OSError:
                pass
        return "\n".join(told[-2 * lines :])

    # Starting.

    def write_configuration(self):
        """Paths in it are relative to the node's folder, in which it runs: no path of this machine has to be escaped in it."""
        plan = self.cluster.plan
        voters = ",".join(f"{n.number}@127.0.0.1:{n.controller_port}" for n in self.cluster.nodes())
        insync = 2 if plan.nodes > 1 else 1
        settings = {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": voters,
            "listeners": f"BROKER://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"BROKER://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "BROKER",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": "data",
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "num.partitions": 1,
            "default.replication.factor": plan.nodes,
            "min.insync.replicas": insync,
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": plan.nodes,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": plan.nodes,
            "transaction.state.log.min.isr": insync,
            "group.initial.rebalance.delay.ms": 0,
            "num.network.threads": 2,
            "num.io.threads": 4,
            # By default a third of the heap, for compacting topics that Whistle does not have.
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
            **plan.settings,
        }
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "server.properties").write_text("# Written by tools/kafka/broker at every start.\n" + text)
        shutil.copyfile(self.cluster.root / "tools" / "kafka" / "log4j.properties", self.folder / "log4j.properties")

    def _java(self, heap_mb, *arguments):
        return [
            "java",
            f"-Xmx{heap_mb}m",
            # As Kafka's own start script has it.
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Djava.net.preferIPv4Stack=true",
            "-Dlog4j.configuration=file:log4j.properties",
            "-cp",
            f"{self.cluster.jars}/*",
            *arguments,
        ]

    def _format(self):
        """Makes the data folder, once: the folder that has its meta.properties is complete."""
        if (self.folder / "data" / "meta.properties").exists():
            return
        command = self._java(
            128, "kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", self.cluster.plan.cluster_id,
            "--config", "server.properties",
        )  # fmt: skip
        done = run_java(subprocess.run, command, self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{self}: its data folder could not be made:\n{(done.stdout + done.stderr).strip()}")

    def check_ports_free(self):
        for port in (self.port, self.controller_port):
            check_port_free(port, self)

    def start(self):
        """Starts the process; does not wait until it serves. It must not be running."""
        self.check_ports_free()
        self.write_configuration()
        self._format()
        command = self._java(HEAP_MB[self.cluster.plan.nodes], "kafka.Kafka", "server.properties")
        with open(self.folder / "console.log", "wb") as console:
            # A session of its own: Ctrl-C in the terminal it was started from is not for it.
            process = run_java(subprocess.Popen, command, self.folder, stdout=console, stderr=console, start_new_session=True)
        self._started = process
        fields = alive(process.pid)
        if fields is None:
            raise Failure(f"{self} ended at once{self.how_it_ended()}:\n{self.log_tail()}")
        kept = self.folder / "process.new"
        kept.write_text(json.dumps({"pid": process.pid, "started_ticks": fields[19]}))
        kept.rename(self.folder / "process")

    def how_it_ended(self):
        """Of the process that start() began: " (signal 15: somebody stopped it)"; nothing where that is not known."""
        status = self._started.poll() if self._started else None
        if status is None:
            return ""
        if status < 0:
            return f" (signal {-status}: somebody stopped it)"
        return f" (exit status {status})"

    # Stopping.

    def signal(self, number):
        pid = self.pid()
        if pid is None:
            raise Failure(f"{self} is not running")
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            raise Failure(f"{self} (process {pid}) belongs to {owner_of(pid)}, who alone may stop it") from None

    def wait_stopped(self, deadline):
        while self.pid() is not None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        (self.folder / "process").unlink(missing_ok=True)
        return True

    def kill(self):
        """Whatever it is doing, even nothing: a paused process dies of this too."""
        self.signal(signal.SIGKILL)
        if not self.wait_stopped(time.monotonic() + STOP_SECONDS_MAX):
            raise Failure(f"{self} (process {self.pid()}) did not end though it was killed")


class Cluster:
    """All nodes of this working copy."""

    def __init__(self, root, folder):
        self.root = pathlib.Path(root)
        self.folder = pathlib.Path(folder)
        self.jars = self.root / "build" / "kafka" / "libs"
        self.plan = self._load()

    def _load(self):
        try:
            return Plan(**json.loads((self.folder / "cluster.json").read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise Failure(f"{self.folder}/cluster.json cannot be read ({error}): delete {self.folder}") from None

    def save(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / "cluster.json.new"
        new.write_text(json.dumps(dataclasses.asdict(self.plan), indent=2) + "\n")
        new.rename(self.folder / "cluster.json")

    def nodes(self):
        return [Node(self, number) for number in range(1, self.plan.nodes + 1)] if self.plan else []

    def running(self):
        return [node for node in self.nodes() if node.pid() is not None]

    def addresses(self):
        return [f"127.0.0.1:{node.port}" for node in self.nodes()]

    def stop(self, nodes, tell):
        """Cleanly where that goes; those of `nodes` that do not run are stopped already."""
        nodes = [node for node in nodes if node.pid() is not None]
        for node in nodes:
            # A paused one would hear of it only when it is resumed.
            node.signal(signal.SIGCONT)
            node.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while nodes := [node for node in nodes if not node.wait_stopped(0)]:
            # Fewer than a majority cannot agree on anything any more, their own leaving included.
            if 2 * len(self.running()) <= self.plan.nodes:
                deadline = min(deadline, time.monotonic() + STOP_ALONE_SECONDS)
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        for node in nodes:
            tell(f"{node}, which would not stop, is killed; nothing that it has written is lost")
            node.kill()

    def wipe(self):
        """Everything but the lock, which is held."""
        for entry in self.folder.iterdir():
            if entry.name == "lock":
                continue
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        self.plan = None


def run_java(how, command, folder, **options):
    if not pathlib.Path(command[command.index("-cp") + 1]).parent.is_dir():
        raise Failure("Kafka's jars are not there: tools/kafka/broker install")
    try:
        return how(command, cwd=folder, stdin=subprocess.DEVNULL, **options)
    except FileNotFoundError:
        raise Failure("there is no java: tools/kafka/broker install") from None


def owner_of(pid):
    try:
        return pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
    except (OSError, KeyError):
        return "somebody else"


def check_port_free(port, node):
    with socket.socket() as probe:
        # As the broker itself: connections that linger from the last one do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return
        except OSError as error:
            why = error.strerror
    raise Failure(f"port {port} on 127.0.0.1, which {node} needs, is not free ({why}): {holder_of(port)} — stop that, or use --port=")


def holder_of(port):
    """In words, who listens on the port."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = pathlib.Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == "0A":
                sockets.add(f"socket:[{fields[9]}]")
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(fd) in sockets for fd in (entry / "fd").iterdir()):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                if "kafka.Kafka" in command:
                    command = f"a Kafka node in {os.readlink(entry / 'cwd')}"
                return f"it is held by process {entry.name} ({command[:120]})"
        except OSError:
            continue
    return "it is held by a process that this user may not see"
