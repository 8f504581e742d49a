#!/usr/bin/python3
"""Does to the journal's topics what only an administrator can. Run with Debian's Python, which has Debian's Kafka client.

    topics.py BROKERS delete TOPIC…                                  until no broker knows them
    topics.py BROKERS make TOPIC PARTITIONS NODE,NODE                with the journal's settings and the replicas on these nodes
    topics.py BROKERS set NAME=VALUE,… TOPIC…                        beside the journal's settings, until every broker knows
"""

import sys
import threading
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

ASK_SECONDS = 10
WAIT_SECONDS_MAX = 60
POLL_SECONDS = 0.1
# What `whistlectl journal create` gives a topic with two replicas. Kafka's AlterConfigs drops what it is not told.
SETTINGS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
    "min.insync.replicas": "2",
    "max.message.bytes": "1048588",
}


def each(futures):
    for future in futures.values():
        future.result(ASK_SECONDS)


def known(admin):
    return {name for name, topic in admin.list_topics(timeout=ASK_SECONDS).topics.items() if topic.error is None}


def wait_until(done, otherwise):
    pause = threading.Event()
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not done():
        if time.monotonic() > deadline:
            raise KafkaException(otherwise)
        pause.wait(POLL_SECONDS)


def delete(admin, topics):
    each(admin.delete_topics([topic for topic in topics if topic in known(admin)], operation_timeout=ASK_SECONDS))
    wait_until(lambda: not known(admin) & set(topics), "the topics are still there")


def every_broker_has(admin, topics, settings):
    """A broker that has just come back answers with what it knew before until it has caught up with the controller."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in topics]
    for broker in admin.list_topics(timeout=ASK_SECONDS).brokers:
        for future in admin.describe_configs(resources, broker=broker).values():
            told = future.result(ASK_SECONDS)
            if any(told[name].value != value for name, value in settings.items()):
                return False
    return True


def main():
    brokers, command, *arguments = sys.argv[1:]
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    match command:
        case "delete":
            delete(admin, arguments)
        case "make":
            topic, partitions, nodes = arguments
            replicas = [[int(node) for node in nodes.split(",")]] * int(partitions)
            each(admin.create_topics([NewTopic(topic, int(partitions), replica_assignment=replicas, config=SETTINGS)]))
        case "set":
            changes, *topics = arguments
            settings = {**SETTINGS, **dict(change.split("=") for change in changes.split(",") if change)}
            each(admin.alter_configs([ConfigResource(ConfigResource.Type.TOPIC, topic, set_config=settings) for topic in topics]))
            wait_until(lambda: every_broker_has(admin, topics, settings), "a broker does not know the settings")
        case _:
            sys.exit(f"no command {command}")


if __name__ == "__main__":
    try:
        main()
    except KafkaException as error:
        sys.exit(f"topics.py: {error}")
