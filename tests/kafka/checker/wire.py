"""What is read of a record before, or instead of, decoding it: protobuf's wire format, and Kafka's hash of a key.

Both from their public descriptions. The fields of events are read from the wire and not from decoded messages, because decoding
shows only the last of several bodies and only those that the decoder knows.
"""

import pathlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32 = 0, 1, 2, 3, 4, 5


class Malformed(ValueError):
    """Not protobuf."""


def _varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("varint")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7


def _skip_group(data, at, number):
    while True:
        tag, at = _varint(data, at)
        if tag & 7 == END_GROUP:
            if tag >> 3 != number:
                raise Malformed("group")
            return at
        _, at = _value(data, at, tag)


def _value(data, at, tag):
    kind = tag & 7
    if kind == VARINT:
        return _varint(data, at)
    if kind == START_GROUP:
        return None, _skip_group(data, at, tag >> 3)
    if kind == BYTES:
        size, at = _varint(data, at)
    elif kind in (FIXED64, FIXED32):
        size = 8 if kind == FIXED64 else 4
    else:
        raise Malformed("wire type")
    if at + size > len(data):
        raise Malformed("length")
    return data[at : at + size], at + size


def fields(data):
    """(field number, wire type, value) of a message, in order."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag >> 3 == 0:
            raise Malformed("field number")
        value, at = _value(data, at, tag)
        yield tag >> 3, tag & 7, value


def murmur2(data):
    """As Kafka's default partitioner has it."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * m & mask
        k = (k ^ (k >> 24)) * m & mask
        h = (h * m & mask) ^ k
    rest = data[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return h ^ (h >> 15)


def partition_of(case_id, partition_count):
    return (murmur2(case_id.encode()) & 0x7FFFFFFF) % partition_count


class Contracts:
    """The messages, as protoc wrote them down in build/proto/contracts.binpb."""

    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(path).read_bytes())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        factory = message_factory.MessageFactory(pool)

        def message(name):
            return factory.GetPrototype(pool.FindMessageTypeByName(name))

        self.Decision = message("whistle.journal.v1.Decision")
        self.Event = message("whistle.journal.v1.Event")
        self.Genesis = message("whistle.journal.v1.Genesis")
