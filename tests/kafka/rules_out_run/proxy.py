"""Stands between clients and the broker, and can hold back what the broker answers: to those that fetch records, so that readers bring nothing
while appends go on, and to those that append, so that what was taken stays unknown."""

import contextlib
import socket
import struct
import threading

# https://kafka.apache.org/protocol: requests and answers begin with their length, a request goes on with its kind.
PRODUCE, FETCH = 0, 1
LENGTH = struct.Struct(">i")
KIND = struct.Struct(">h")
BYTES_MAX = 65536


class Proxy:
    """One thread accepts, two serve each connection. A connection is of the kinds of request that were seen on it."""

    def __init__(self, port, broker_port):
        self._broker_port = broker_port
        self._changed = threading.Condition()
        self._held = frozenset()
        # Answers that may pass though they are held.
        self._let_through = 0
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self, *kinds):
        """Answers on connections of these kinds wait."""
        with self._changed:
            self._held = frozenset(kinds)

    def let_through(self, count):
        """So many answers to appends may pass."""
        with self._changed:
            self._let_through = count
            self._changed.notify_all()

    def let_go(self):
        with self._changed:
            self._held, self._let_through = frozenset(), 0
            self._changed.notify_all()

    def _wait(self, kinds):
        with self._changed:
            while self._held & kinds:
                if PRODUCE in kinds and self._let_through:
                    self._let_through -= 1
                    return
                self._changed.wait()

    def close(self):
        self.let_go()
        # Closing alone leaves the port to the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    broker = socket.create_connection(("127.0.0.1", self._broker_port))
                except OSError:
                    client.close()
                    continue
                kinds = set()
                for serve in (self._ask, self._answer):
                    threading.Thread(target=serve, args=(client, broker, kinds), daemon=True).start()

    @staticmethod
    def _exactly(connection, count):
        data = b""
        while len(data) < count:
            more = connection.recv(min(BYTES_MAX, count - len(data)))
            if not more:
                raise OSError("the connection ended")
            data += more
        return data

    def _ask(self, client, broker, kinds):
        with contextlib.suppress(OSError):
            while True:
                head = self._exactly(client, LENGTH.size)
                request = self._exactly(client, LENGTH.unpack(head)[0])
                kinds.add(KIND.unpack(request[: KIND.size])[0])
                broker.sendall(head + request)
        self._end(client, broker)

    def _answer(self, client, broker, kinds):
        with contextlib.suppress(OSError):
            while True:
                head = self._exactly(broker, LENGTH.size)
                answer = self._exactly(broker, LENGTH.unpack(head)[0])
                self._wait(kinds)
                client.sendall(head + answer)
        self._end(client, broker)

    @staticmethod
    def _end(*connections):
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
