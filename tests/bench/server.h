// A whistled in a folder of its own, and the commands that the bench gives it.
#ifndef WHISTLE_TESTS_BENCH_SERVER_H_
#define WHISTLE_TESTS_BENCH_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/child.h"
#include "tests/bench/load.h"

namespace whistle::bench {

// Whether the policy has the rules that look switched on. Nothing escalates by itself either way.
enum class Rules { kOff, kOn };

class Server {
 public:
  // `program` is build/bin/whistled, or whistle-intake, which does for these commands; projections and log go into
  // `dir`.
  Server(std::string program, std::string journal, std::string dir)
      : program_(std::move(program)), journal_(std::move(journal)), dir_(std::move(dir)) {}

  struct Started {
    // From the start of the process until every projection has reached the journal's end.
    absl::Duration until_live;
    // And until the health check says so.
    absl::Duration until_serving;
  };
  absl::StatusOr<Started> Start();
  absl::Status Stop();
  void DeleteProjections();

  // One organization, one policy.
  absl::Status Found(Rules rules);
  // New cases; their ids.
  absl::StatusOr<std::vector<std::string>> RegisterCases(int count);

  Figures LoadRegisterCase(const LoadOptions& options);
  // Each slot goes round its own share of the cases: with as many cases as slots or more, no two meet.
  Figures LoadRecordContact(const std::vector<std::string>& cases, const LoadOptions& options);

  // The records of all partitions, and how large one is with its key.
  struct Journal {
    int64_t decisions = 0;
    size_t record_bytes = 0;
  };
  absl::StatusOr<Journal> ReadJournal();

  // The bytes of a RecordContact request.
  size_t request_bytes() const { return request_bytes_; }

 private:
  std::unique_ptr<grpc::ClientContext> NewContext() const;
  std::string NewRequestId(int slot);
  absl::Status Ended() const;
  absl::Status AwaitServing(absl::Time began, Started& started);

  const std::string program_;
  // As --journal wants it.
  const std::string journal_;
  const std::string dir_;
  std::unique_ptr<Child> child_;
  std::shared_ptr<grpc::Channel> channel_;
  std::atomic<uint64_t> next_request_{1};
  std::atomic<size_t> request_bytes_{0};
};

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_SERVER_H_
