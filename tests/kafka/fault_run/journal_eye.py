#!/usr/bin/python3
"""What the brokers themselves say of the journal, asked without Whistle. Run with Debian's Python, which has Debian's Kafka client.

    journal_eye.py 127.0.0.1:9092,...     one question a line on standard input, one JSON object a line on standard output

    partitions   {"silent": ["127.0.0.1:9094"], "views": [{"cases/0": {"leader": 1, "replicas": 3, "in_sync": 2}, ...}, ...]}:
                 which brokers do not answer, and what each of the others says by itself; they need not agree
    ends         {"cases/0": 17, ...}: the offset that the next record gets
Where the brokers do not answer: {"error": "..."}.
"""

import json
import sys

from confluent_kafka import OFFSET_END, Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

TOPICS = {"whistle.registry": "registry", "whistle.journal": "cases"}
ASK_SECONDS = 5
# Of one broker, which may be gone.
ASK_ONE_SECONDS = 2


class Eye:
    def __init__(self, brokers):
        self.quiet = {"log_level": 0, "allow.auto.create.topics": False}
        self.brokers = brokers.split(",")
        self.consumer = Consumer({**self.quiet, "bootstrap.servers": brokers, "group.id": "whistle.eye", "enable.auto.commit": False})

    def _known(self, client, seconds):
        known = client.list_topics(timeout=seconds).topics
        for topic, name in TOPICS.items():
            if topic not in known or known[topic].error is not None:
                raise KafkaException(f"topic {topic}: {known[topic].error if topic in known else 'not there'}")
            for number, partition in known[topic].partitions.items():
                yield topic, f"{name}/{number}", number, partition

    def _view(self, broker):
        # A client of its own each time: one that has heard of the other brokers would ask any of them.
        client = AdminClient({**self.quiet, "bootstrap.servers": broker})
        return {
            key: {"leader": partition.leader, "replicas": len(partition.replicas), "in_sync": len(partition.isrs)}
            for _, key, _, partition in self._known(client, ASK_ONE_SECONDS)
        }

    def partitions(self):
        silent, views = [], []
        for broker in self.brokers:
            try:
                views.append(self._view(broker))
            except KafkaException:
                silent.append(broker)
        return {"silent": silent, "views": views}

    def ends(self):
        # Asked of the consumer itself: what it knows of leaders it asks nobody again by itself.
        asked = [TopicPartition(topic, number, OFFSET_END) for topic, _, number, _ in self._known(self.consumer, ASK_SECONDS)]
        # Not get_watermark_offsets: librdkafka 2.0.2 waits in it without a limit where a broker is gone.
        found = self.consumer.offsets_for_times(asked, timeout=ASK_SECONDS)
        for place in found:
            if place.error is not None:
                raise KafkaException(place.error)
        return {f"{TOPICS[place.topic]}/{place.partition}": place.offset for place in found}


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
