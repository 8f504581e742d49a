"""The archive's format once more, from libs/journal/archive/README.md and in another language: what a stranger would write in an afternoon.

    for record in archive_check.read(path): record.place, record.offset, record.stamp_ms, record.key, record.headers, record.value

Shares no code with what it checks, but for libzstd.
"""

import ctypes
import ctypes.util
import hashlib
import struct
from collections import namedtuple

Record = namedtuple("Record", "place offset stamp_ms key headers value")

_ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd"))
_ZSTD.ZSTD_decompress.restype = ctypes.c_size_t
_ZSTD.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        assert self.at + size <= len(self.data), "the bytes end too early"
        self.at += size
        return self.data[self.at - size : self.at]

    def u32(self):
        return struct.unpack("<I", self.take(4))[0]

    def i64(self):
        return struct.unpack("<q", self.take(8))[0]

    def bytes(self):
        return self.take(self.u32())

    def over(self):
        return self.at == len(self.data)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def _frame(data, number, root):
    head = data.take(12)
    tag, said, size = head[:4], *struct.unpack("<II", head[4:])
    check = data.take(8)
    assert check == sha256(head)[:8], f"frame {number}: its first bytes"
    assert said == number, f"frame {said} where {number} is expected"
    body, checksum = data.take(size), data.take(32)
    assert checksum == sha256(root, head, check, body), f"frame {number}: its checksum"
    return tag, Bytes(body), checksum


def _decompressed(compressed, size):
    out = ctypes.create_string_buffer(size)
    assert _ZSTD.ZSTD_decompress(out, size, compressed, len(compressed)) == size, "not a zstd frame of that size"
    return out.raw


def read(path):
    """Every record, and at the end that nothing is missing."""
    data = Bytes(path.read_bytes())
    preamble = data.take(12)
    assert preamble == b"WHSTARCH" + struct.pack("<I", 1)
    tag, header, root = _frame(data, 0, preamble)
    assert tag == b"HEAD" and len(header.bytes()) == 36
    assert header.bytes() in (b"embedded", b"kafka") and header.bytes() in (b"real", b"virtual")
    header.take(16)
    ends = [header.i64() for _ in range(header.u32() + 1)]
    assert header.over()
    checksums, found, last = root, [0] * len(ends), None
    for number in range(1, 2**32):
        tag, body, checksum = _frame(data, number, root)
        if tag == b"FOOT":
            break
        checksums += checksum
        place, first, count, size = body.u32(), body.i64(), body.u32(), body.u32()
        assert first == found[place]
        raw = Bytes(_decompressed(body.take(len(body.data) - body.at), size))
        for _ in range(count):
            offset, stamp_ms, key = raw.i64(), raw.i64(), raw.bytes()
            headers = [(raw.bytes(), raw.bytes()) for _ in range(raw.u32())]
            assert offset == found[place]
            found[place] += 1
            last = stamp_ms if last is None else max(last, stamp_ms)
            yield Record(place, offset, stamp_ms, key, headers, raw.bytes())
        assert raw.over()
    assert data.over(), "bytes after the footer"
    assert body.i64() == last and body.u32() == len(ends)
    for place, end in enumerate(ends):
        assert body.i64() == end == found[place], f"place {place}: {found[place]} of {end}"
        body.take(32)
    assert body.take(32) == sha256(checksums) and body.over()
