"""The Kafka cluster of a run: tools/kafka/broker on ports and in a folder of its own, and what it says of the journal."""

import contextlib
import json
import os
import pathlib
import select
import subprocess
import sys
import threading
import time

from harness import BUILD, ROOT

sys.path.append(str(ROOT / "tools" / "kafka"))
from cluster import Cluster, Plan  # noqa: E402

BROKER = ROOT / "tools" / "kafka" / "broker"
EYE = pathlib.Path(__file__).resolve().parent / "journal_eye.py"
# The script waits for a node by itself, and says why if it gives up; this is only for the case that it hangs.
COMMAND_SECONDS_MAX = 300
POLL_SECONDS = 0.2
# The eye answers, be it that nobody answers it, well within this; one that does not is replaced by a new one.
EYE_SECONDS_MAX = 30


class BrokerError(Exception):
    """What tools/kafka/broker or whistlectl said when it failed."""


class Brokers:
    """Owned by the run; its methods are called by one thread at a time."""

    def __init__(self, folder, nodes, port, partitions, crossing=None, settings=()):
        self.folder = folder
        self.nodes = list(range(1, nodes + 1))
        self.port = port
        self.partition_count = partitions
        # Where each broker has a network namespace of its own.
        self.crossing = crossing
        # Further lines of server.properties.
        self.settings = settings
        self.addresses = ",".join(f"127.0.0.1:{port + n}" for n in range(nodes))
        self.log = folder / "broker.log"
        self._eye = None
        self._eye_lock = threading.Lock()
        # Why the last question was not answered.
        self.why = ""

    @property
    def journal(self):
        return f"kafka:{self.addresses}"

    def start(self):
        if self.crossing is None:
            self._command("start", f"--nodes={len(self.nodes)}", f"--port={self.port}", *(f"--set={setting}" for setting in self.settings))
        else:
            self._start_apart()
        self.create_journal()
        self._open_eye()

    def _start_apart(self):
        """Each in its namespace: the script's own start would look for all of them in one."""
        self.crossing.open()
        cluster = Cluster(ROOT, self.folder / "kafka")
        cluster.plan = Plan.new(len(self.nodes), self.port, {})
        cluster.save()
        for node in self.nodes:
            self.restart(node)
        self._run([BROKER, "start"])

    def create_journal(self):
        self._run(
            [BUILD / "bin" / "whistlectl", "journal", "create", f"--journal={self.journal}",
             f"--partitions={self.partition_count}", f"--replication={len(self.nodes)}"]
        )  # fmt: skip

    def _open_eye(self):
        self._eye = subprocess.Popen(
            ["/usr/bin/python3", "-B", EYE, self.addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, bufsize=1, start_new_session=True,
        )  # fmt: skip

    def _close_eye(self):
        self._eye.kill()
        self._eye.wait()

    def stop(self):
        if self._eye is not None:
            self._close_eye()
        self._command("stop")
        if self.crossing is not None:
            self.crossing.close()

    def kill(self, node):
        self._command("kill", str(node))

    def pause(self, node):
        self._command("pause", str(node))

    def resume(self, node):
        self._command("resume", str(node))

    def restart(self, node):
        """Cleanly if it runs; does not wait until it serves."""
        where = self.crossing.prefix(node) if self.crossing else []
        self._run([*where, BROKER, "restart", str(node), "--no-wait"])

    def ends(self):
        """{"cases/3": end}; None while the brokers do not answer."""
        return self._ask("ends")

    def partitions(self):
        """What journal_eye.py says of them."""
        return self._ask("partitions")

    def leader(self, key):
        """The node that leads a partition; None while those that answer do not agree on one."""
        views = (self.partitions() or {}).get("views", ())
        leaders = {view[key]["leader"] for view in views}
        leader = leaders.pop() if len(leaders) == 1 else None
        return leader if leader in self.nodes else None

    def not_in_sync(self):
        """Which brokers are silent and which partitions lack a replica, as any broker sees it."""
        said = self.partitions()
        if said is None:
            return [self.why]
        missing = [f"broker at {address} is silent" for address in said["silent"]]
        lacking = {
            key for view in said["views"] for key, place in view.items() if place["leader"] < 0 or place["in_sync"] < place["replicas"]
        }
        return missing + sorted(lacking)

    def wait_in_sync(self, seconds):
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while self.not_in_sync():
            if time.monotonic() > deadline:
                return False
            pause.wait(POLL_SECONDS)
        return True

    def _ask(self, question):
        with self._eye_lock:
            with contextlib.suppress(BrokenPipeError):
                self._eye.stdin.write(question + "\n")
            ready, _, _ = select.select([self._eye.stdout], [], [], EYE_SECONDS_MAX)
            line = self._eye.stdout.readline() if ready else ""
            if not line:
                self._close_eye()
                self._open_eye()
        answer = json.loads(line) if line else {"error": "journal_eye.py ended or hung"}
        self.why = answer.get("error", "")
        return None if self.why else answer

    def _command(self, *arguments):
        self._run([BROKER, *arguments])

    def _run(self, command):
        environment = {name: value for name, value in os.environ.items() if name != "WHISTLE_KAFKA"}
        with open(self.log, "a", encoding="utf-8") as log:
            print(f"{time.strftime('%H:%M:%S')} $ {' '.join(map(str, command))}", file=log, flush=True)
            done = subprocess.run(
                command, env={**environment, "WHISTLE_VAR": str(self.folder)}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=COMMAND_SECONDS_MAX, start_new_session=True,
            )  # fmt: skip
            log.write(done.stdout)
        if done.returncode != 0:
            raise BrokerError(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout.strip()}")
