#!/usr/bin/env python3
"""The way out of one network namespace and into it, for brokers that each have a namespace of their own.

    gate.py ME FOLDER NODE:PORT[,PORT...]...       started by crossing.py, in the namespace of broker ME; ME 0 is where services and clients are

Whoever connects to a port of another broker is led there through a socket in FOLDER, which files, unlike ports, all namespaces share. Between
two brokers that are cut from each other no byte goes any more, in either direction, and nobody is told: as where packets are lost.
A line on standard input says which pairs are cut from now on ("1-2 1-3"; an empty line: none), and is answered by "done".
"""

import asyncio
import contextlib
import os
import pathlib
import sys

CHUNK_BYTES = 64 * 1024


class Gate:
    def __init__(self, me, folder, ports):
        self.me = me
        self.folder = folder
        # node → its ports
        self.ports = ports
        self.cut = set()
        self.changed = asyncio.Condition()

    async def serve(self):
        for node, ports in self.ports.items():
            for port in ports:
                if node == self.me:
                    await asyncio.start_unix_server(self._into(port), self._socket(node, port))
                else:
                    await asyncio.start_server(self._out_to(node, port), "127.0.0.1", port)
        print("done", flush=True)
        await self._obey()

    async def _obey(self):
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            async with self.changed:
                self.cut = {frozenset(map(int, pair.split("-"))) for pair in line.decode().split()}
                self.changed.notify_all()
            print("done", flush=True)

    def _socket(self, node, port):
        return self.folder / f"{node}-{port}"

    async def _passable(self, node):
        async with self.changed:
            await self.changed.wait_for(lambda: frozenset((self.me, node)) not in self.cut)

    def _out_to(self, node, port):
        async def connected(reader, writer):
            await self._passable(node)
            await self._join(reader, writer, asyncio.open_unix_connection(self._socket(node, port)), node)

        return connected

    def _into(self, port):
        async def connected(reader, writer):
            # It was let through by the gate that it comes from.
            await self._join(reader, writer, asyncio.open_connection("127.0.0.1", port), self.me)

        return connected

    async def _join(self, reader, writer, opening, node):
        try:
            there_reader, there_writer = await opening
        except OSError:
            # Nobody listens there: as the broker itself would not.
            writer.transport.abort()
            return
        await asyncio.gather(self._carry(reader, there_writer, node), self._carry(there_reader, writer, node))

    async def _carry(self, reader, writer, node):
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await self._passable(node)
                writer.write(data)
                await writer.drain()
        await self._passable(node)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()


def main():
    me, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    ports = {int(node): [int(port) for port in ports.split(",")] for node, _, ports in (word.partition(":") for word in sys.argv[3:])}
    asyncio.run(Gate(me, folder, ports).serve())
    # Its connections end with it.
    os._exit(0)


if __name__ == "__main__":
    main()
