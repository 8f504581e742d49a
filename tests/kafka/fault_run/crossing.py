"""Brokers in network namespaces of their own, which can be cut from each other while services and clients still reach all of them.

Needs root and `ip` (Debian's iproute2). In its namespace every broker has 127.0.0.1 for itself; gate.py leads from one to the other.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

GATE = pathlib.Path(__file__).resolve().parent / "gate.py"
CONTROLLER_PORT_STEP = 100


class Crossing:
    """Owned by the run's own thread."""

    def __init__(self, nodes, port):
        self.nodes = nodes
        self.names = {node: f"whistle-{port}-{node}" for node in nodes}
        # Short, for the name of a socket may have 107 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="whistle-gates-"))
        self.ports = {node: (port + node - 1, port + node - 1 + CONTROLLER_PORT_STEP) for node in nodes}
        self._gates = []

    def open(self):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        ports = [f"{node}:{','.join(map(str, ports))}" for node, ports in self.ports.items()]
        for node in (0, *self.nodes):
            command = [*self.prefix(node), sys.executable, "-B", GATE, str(node), self.folder, *ports]
            self._gates.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)
            )
        self._answered()

    def prefix(self, node):
        """What to put before a command so that it runs where the broker is."""
        return ["ip", "netns", "exec", self.names[node]] if node else []

    def cut(self, pairs):
        """From now on exactly these pairs of brokers are cut from each other."""
        for gate in self._gates:
            gate.stdin.write(" ".join(f"{a}-{b}" for a, b in pairs) + "\n")
        self._answered()

    def _answered(self):
        for gate in self._gates:
            if gate.stdout.readline() != "done\n":
                raise OSError(f"gate.py ended with status {gate.poll()}")

    def close(self):
        for gate in self._gates:
            gate.kill()
            gate.wait()
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
