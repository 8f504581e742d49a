// The ceilings: what this machine does without Whistle. A gRPC echo, and synced RocksDB batches.
#ifndef WHISTLE_TESTS_BENCH_RAW_H_
#define WHISTLE_TESTS_BENCH_RAW_H_

#include <string>
#include <vector>

#include "tests/bench/load.h"

namespace whistle::bench {

// Serves a unary echo under gRPC's callback API on the port until SIGTERM, in a process of its own as whistled is. The
// exit status.
int ServeEcho(int port);

// The same text there and back, from this process.
Figures LoadEcho(int port, size_t text_bytes, const LoadOptions& options);

// Batches of so many records, each synced before the next, by one thread: as the journal writes. Figures are of
// batches.
Figures WriteSyncedBatches(const std::string& dir, int records, size_t record_bytes, const LoadOptions& options);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_RAW_H_
