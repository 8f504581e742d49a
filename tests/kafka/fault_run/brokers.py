"""The Kafka cluster of a run: tools/kafka/broker on ports and in a folder of its own, and what it says of the journal."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from harness import BUILD, ROOT

BROKER = ROOT / "tools" / "kafka" / "broker"
EYE = pathlib.Path(__file__).resolve().parent / "journal_eye.py"
# The script waits for a node by itself, and says why if it gives up; this is only for the case that it hangs.
COMMAND_SECONDS_MAX = 300
POLL_SECONDS = 0.2
# Brokers that have just started hear of a new topic one by one.
CREATE_TRIES_MAX = 5


class BrokerError(Exception):
    """What tools/kafka/broker or whistlectl said when it failed."""


class Brokers:
    """Owned by the run; its methods are called by one thread at a time."""

    def __init__(self, folder, nodes, port, partitions):
        self.folder = folder
        self.nodes = list(range(1, nodes + 1))
        self.port = port
        self.partition_count = partitions
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
        self._command("start", f"--nodes={len(self.nodes)}", f"--port={self.port}")
        self._create_journal()
        self._eye = subprocess.Popen(
            ["/usr/bin/python3", "-B", EYE, self.addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, bufsize=1, start_new_session=True,
        )  # fmt: skip

    def _create_journal(self):
        command = [
            BUILD / "bin" / "whistlectl", "journal", "create", f"--journal={self.journal}", f"--partitions={self.partition_count}",
            f"--replication={len(self.nodes)}",
        ]  # fmt: skip
        for _ in range(CREATE_TRIES_MAX - 1):
            try:
                self._run(command)
                return
            except BrokerError as error:
                print(f"again, for it is safe to repeat: {error}", file=sys.stderr)
        self._run(command)

    def stop(self):
        if self._eye is not None:
            self._eye.kill()
            self._eye.wait()
        self._command("stop")

    def kill(self, node):
        self._command("kill", str(node))

    def pause(self, node):
        self._command("pause", str(node))

    def resume(self, node):
        self._command("resume", str(node))

    def restart(self, node):
        """Cleanly if it runs; does not wait until it serves."""
        self._command("restart", str(node), "--no-wait")

    def partitions(self):
        """What journal_eye.py says; None while the brokers do not answer."""
        return self._ask("partitions")

    def ends(self):
        return self._ask("ends")

    def leader(self, key):
        """The node that leads a partition; None while there is none, or nobody who says so."""
        place = (self.partitions() or {}).get(key)
        return place["leader"] if place and place["leader"] in self.nodes else None

    def not_in_sync(self):
        """The partitions that lack a replica; None while the brokers do not answer."""
        places = self.partitions()
        if places is None:
            return None
        return [key for key, place in places.items() if place["leader"] < 0 or place["in_sync"] < place["replicas"]]

    def wait_in_sync(self, seconds):
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while self.not_in_sync() != []:
            if time.monotonic() > deadline:
                return False
            pause.wait(POLL_SECONDS)
        return True

    def _ask(self, question):
        with self._eye_lock:
            self._eye.stdin.write(question + "\n")
            line = self._eye.stdout.readline()
        answer = json.loads(line) if line else {"error": "journal_eye.py ended"}
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
