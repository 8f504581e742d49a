// The ceiling of a Kafka journal: librdkafka alone, producing records and reading them back.
#ifndef WHISTLE_TESTS_BENCH_RAW_KAFKA_H_
#define WHISTLE_TESTS_BENCH_RAW_KAFKA_H_

#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/load.h"

namespace whistle::bench {

// Records of so many bytes to the sixteen partitions of a topic of its own, with the settings of the journal's producer
// and consumers; an operation is over when its record was read back. Makes the topic if it is not there.
absl::StatusOr<Figures> ProduceAndReadBack(const std::string& brokers, size_t record_bytes, const LoadOptions& options);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_RAW_KAFKA_H_
