"""Is a Kafka ready? Only a record that was written and read back says so.

The record goes to a topic of its own, `whistle.probe` (one partition, kept for an hour), made where it is missing.
Needs Debian's python3-confluent-kafka.
"""

import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC = "whistle.probe"
RETENTION_MS = 3600 * 1000
CALL_SECONDS = 5


class NotReady(Exception):
    """Not now; the message says what is missing."""


def produce_and_read_back(addresses, nodes=()):
    """How long the record took there and back, in milliseconds. `nodes`: the ids of those that must be there and in sync."""
    common = {
        "bootstrap.servers": ",".join(addresses),
        "socket.timeout.ms": CALL_SECONDS * 1000,
        # What goes wrong is told by the exceptions below.
        "log_level": 0,
        "error_cb": lambda error: None,
    }
    try:
        admin = AdminClient(common)
        metadata = admin.list_topics(timeout=CALL_SECONDS)
        missing = set(nodes) - set(metadata.brokers)
        if missing:
            raise NotReady(f"{_named(missing)} not joined")
        if TOPIC not in metadata.topics:
            _make_topic(admin, min(len(metadata.brokers), 3))
            metadata = admin.list_topics(timeout=CALL_SECONDS)
        partitions = metadata.topics[TOPIC].partitions if TOPIC in metadata.topics else {}
        if 0 not in partitions or partitions[0].leader < 0:
            raise NotReady(f"topic {TOPIC} has no leader yet")
        behind = (set(nodes) & set(partitions[0].replicas)) - set(partitions[0].isrs)
        if behind:
            raise NotReady(f"{_named(behind)} not caught up")
        return _there_and_back(common)
    except KafkaException as error:
        raise NotReady(error.args[0].str()) from None


def _named(nodes):
    return f"node {', '.join(map(str, sorted(nodes)))} {'has' if len(nodes) == 1 else 'have'}"


def _make_topic(admin, replication):
    topic = NewTopic(
        TOPIC, num_partitions=1, replication_factor=replication,
        config={"retention.ms": str(RETENTION_MS), "min.insync.replicas": str(max(1, replication - 1))},
    )  # fmt: skip
    for future in admin.create_topics([topic], operation_timeout=CALL_SECONDS, request_timeout=CALL_SECONDS).values():
        try:
            future.result(CALL_SECONDS)
        except KafkaException as error:
            # Another that asked at the same moment made it.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def _there_and_back(common):
    token = uuid.uuid4().bytes
    delivered = []
    began = time.monotonic()
    producer = Producer(
        {**common, "acks": "all", "linger.ms": 0, "message.timeout.ms": CALL_SECONDS * 1000, "allow.auto.create.topics": False}
    )
    producer.produce(TOPIC, token, partition=0, on_delivery=lambda error, message: delivered.append((error, message)))
    producer.flush(CALL_SECONDS)
    if not delivered:
        raise NotReady("a record was sent and not acknowledged")
    error, message = delivered[0]
    if error is not None:
        raise KafkaException(error)
    consumer = Consumer(
        {**common, "group.id": "whistle.probe", "enable.auto.commit": False, "auto.offset.reset": "error"}
    )
    try:
        consumer.assign([TopicPartition(TOPIC, 0, message.offset())])
        deadline = time.monotonic() + CALL_SECONDS
        while time.monotonic() < deadline:
            read = consumer.poll(0.1)
            if read is None:
                continue
            if read.error() is not None:
                raise KafkaException(read.error())
            if read.value() == token:
                return (time.monotonic() - began) * 1000
        raise NotReady(f"the record at offset {message.offset()} of {TOPIC} was acknowledged and cannot be read back")
    finally:
        consumer.close()
