#!/usr/bin/python3
"""What the brokers themselves say of the journal, asked without Whistle. Run with Debian's Python, which has Debian's Kafka client.

    journal_eye.py 127.0.0.1:9092,...     one question a line on standard input, one JSON object a line on standard output

    partitions   {"cases/0": {"leader": 1, "replicas": 3, "in_sync": 2}, ...}
    ends         {"cases/0": 17, ...}: the offset that the next record gets
Where the brokers do not answer: {"error": "..."}.
"""

import json
import sys

from confluent_kafka import Consumer, KafkaException, TopicPartition

TOPICS = {"whistle.registry": "registry", "whistle.journal": "cases"}
ASK_SECONDS = 5


class Eye:
    def __init__(self, brokers):
        quiet = {"bootstrap.servers": brokers, "log_level": 0, "allow.auto.create.topics": False}
        self.consumer = Consumer({**quiet, "group.id": "whistle.eye", "enable.auto.commit": False})

    def _partitions(self):
        # Asked of the consumer itself: what it knows of leaders it asks nobody again by itself.
        known = self.consumer.list_topics(timeout=ASK_SECONDS).topics
        for topic, name in TOPICS.items():
            if topic not in known or known[topic].error is not None:
                raise KafkaException(f"topic {topic}: {known[topic].error if topic in known else 'not there'}")
            for number, partition in known[topic].partitions.items():
                yield topic, f"{name}/{number}", number, partition

    def partitions(self):
        return {
            key: {"leader": partition.leader, "replicas": len(partition.replicas), "in_sync": len(partition.isrs)}
            for _, key, _, partition in self._partitions()
        }

    def ends(self):
        return {
            key: self.consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=ASK_SECONDS)[1]
            for topic, key, number, _ in self._partitions()
        }


def main():
    eye = Eye(sys.argv[1])
    for line in sys.stdin:
        try:
            answer = {"partitions": eye.partitions, "ends": eye.ends}[line.strip()]()
        except KafkaException as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
