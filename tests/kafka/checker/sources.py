"""Where records come from: a broker, or a file of them. The file has one JSON object a line:

    {"topic": "cases", "partition": 3, "offset": 0, "stamp_ms": 1700000000000, "key": "genesis", "value": "<hex>"}

A key that is not UTF-8 stands as "key_hex" in place of "key"; "carried" is the value of the last header `whistle_recorded_at`, if there
is one. `topic` is "cases" (whistle.journal) or "registry" (whistle.registry); each partition's lines are in order.
"""

import json
import time

from .faults import BAD_JOURNAL
from .rule import CARRIED_HEADER, CASES, REGISTRY, Record

TOPICS = {CASES: "whistle.journal", REGISTRY: "whistle.registry"}
CALL_SECONDS = 10
# Without a single record for so long the brokers are not serving.
SILENCE_SECONDS_MAX = 60
BATCH = 2000


class CannotRead(Exception):
    pass


def from_file(lines):
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            if said["topic"] not in TOPICS:
                raise ValueError(f"topic {said['topic']}")
            key = bytes.fromhex(said["key_hex"]) if "key_hex" in said else said["key"].encode()
            carried = said["carried"].encode() if "carried" in said else None
            yield Record(
                said["topic"], int(said["partition"]), int(said["offset"]), int(said["stamp_ms"]), key, bytes.fromhex(said["value"]), carried
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotRead(f"record file, line {number}: {type(error).__name__} {error}") from None


def to_line(record):
    try:
        key = {"key": record.key.decode()}
    except UnicodeDecodeError:
        key = {"key_hex": record.key.hex()}
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "stamp_ms": record.stamp_ms}
    # One that is not text says no time either.
    carried = {} if record.carried is None else {"carried": record.carried.decode(errors="replace")}
    return json.dumps({**place, **key, **carried, "value": record.value.hex()})


def carried_of(headers):
    """The value of the last header of that name among (name, value); None if there is none."""
    return next((value or b"" for name, value in reversed(list(headers)) if name == CARRIED_HEADER), None)


class Broker:
    """Both topics of a Kafka; each read() gives what came since the one before."""

    def __init__(self, brokers, faults):
        # Debian's; a file of records can be checked without it.
        import confluent_kafka

        self.kafka = confluent_kafka
        self.brokers = brokers
        self.faults = faults
        # (topic, partition) → the offset to go on from
        self.next = {}
        self.wrong_stamps = set()
        self.consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": brokers, "group.id": "whistle.check", "enable.auto.commit": False,
                "auto.offset.reset": "error", "check.crcs": True, "isolation.level": "read_uncommitted",
                "allow.auto.create.topics": False, "log_level": 0,
            }
        )  # fmt: skip

    def close(self):
        self.consumer.close()

    def read(self):
        """Every record up to the ends as of now; the registry's first."""
        try:
            for topic in (REGISTRY, CASES):
                yield from self._topic(topic, self._ends(topic))
        except self.kafka.KafkaException as error:
            raise CannotRead(f"{self.brokers}: {error.args[0].str()}") from None

    def _ends(self, topic):
        name = TOPICS[topic]
        metadata = self.consumer.list_topics(name, timeout=CALL_SECONDS).topics[name]
        if metadata.error is not None:
            raise CannotRead(f"{self.brokers}: topic {name}: {metadata.error.str()}")
        ends = {}
        for number in sorted(metadata.partitions):
            place = self.kafka.TopicPartition(name, number)
            low, high = self.consumer.get_watermark_offsets(place, timeout=CALL_SECONDS)
            if low > 0:
                self.faults.add(BAD_JOURNAL, f"{topic}/{number} begins at offset {low}: what was before it has been deleted")
            if high == low:
                self.faults.add(BAD_JOURNAL, f"{topic}/{number} is empty: it has no genesis")
            elif high > self.next.setdefault((topic, number), low):
                ends[number] = high
        return ends

    def _topic(self, topic, ends):
        name = TOPICS[topic]
        self.consumer.assign([self.kafka.TopicPartition(name, number, self.next[topic, number]) for number in ends])
        heard = time.monotonic()
        while ends:
            for message in self.consumer.consume(BATCH, 0.2):
                if message.error() is not None:
                    raise self.kafka.KafkaException(message.error())
                heard = time.monotonic()
                number, offset = message.partition(), message.offset()
                # Beyond the end as of the call: the next read's.
                if number not in ends or offset >= ends[number]:
                    continue
                kind, stamp_ms = message.timestamp()
                if kind != self.kafka.TIMESTAMP_LOG_APPEND_TIME and (topic, number) not in self.wrong_stamps:
                    self.wrong_stamps.add((topic, number))
                    self.faults.add(BAD_JOURNAL, f"{topic}/{number} offset {offset}: its stamp is not the broker's (LogAppendTime)")
                self.next[topic, number] = offset + 1
                carried = carried_of(message.headers() or ())
                yield Record(topic, number, offset, stamp_ms, message.key() or b"", message.value() or b"", carried)
                if offset + 1 == ends[number]:
                    del ends[number]
            if time.monotonic() > heard + SILENCE_SECONDS_MAX:
                raise CannotRead(f"{name}: no record for {SILENCE_SECONDS_MAX} s, though {len(ends)} partition(s) go on")
        self.consumer.unassign()
