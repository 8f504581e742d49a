// A whistled of its own for one year: embedded journal, virtual clock.
#ifndef WHISTLE_TESTS_BENCH_YEAR_WHISTLED_H_
#define WHISTLE_TESTS_BENCH_YEAR_WHISTLED_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/child.h"
#include "tools/scenarios/registry_file.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::year {

// One thread, but for NewContext.
class Whistled {
 public:
  // Starts the program and waits until every projection is live; journal, projections and log go into `dir`.
  static absl::StatusOr<std::unique_ptr<Whistled>> Start(const std::string& program, const std::string& dir,
                                                         absl::Time clock_start);
  absl::Status Stop();

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  static std::unique_ptr<grpc::ClientContext> NewContext(absl::Duration timeout);

  // Organizations in the order given, on behalf of the first; then the policy and the calendar.
  absl::Status Adopt(const scenarios::RegistryContent& content);

  // Moves the clock to `to`. What takes longer than a call may is waited for.
  absl::Status AdvanceClock(absl::Time to, bool without_firing);

  // Every record of the cases' partitions, from the first after the genesis on.
  using OnRecord = std::function<absl::Status(int partition, const operations::v1::ReadJournalResponse& record)>;
  absl::Status ReadJournal(const OnRecord& on_record);

 private:
  Whistled(const std::string& program, const std::string& dir, int port, absl::Time clock_start);
  absl::Status AwaitLive();

  const std::string log_;
  bench::Child child_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_WHISTLED_H_
