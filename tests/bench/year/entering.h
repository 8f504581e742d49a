// Enters a day's acts through the public RPCs, many cases at once; the acts of one case one after another.
//
//   Entering entering(channel, in_flight);
//   DayEntered entered = entering.Day(cases, now);
#ifndef WHISTLE_TESTS_BENCH_YEAR_ENTERING_H_
#define WHISTLE_TESTS_BENCH_YEAR_ENTERING_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/bench/year/plot.h"

namespace whistle::year {

// One case as its persons know it.
struct CaseFile {
  uint32_t number = 0;
  std::vector<PlannedAct> plot;
  size_t done = 0;
  // From the receipts; empty until there is one, or once it is settled.
  std::string case_id;
  std::string review_id;
  std::string assignment_id;
  std::string whistle_id;
  std::string commitment_id;
  std::string escalation_id;
  std::string handling_id;
  std::string letter_id;
};

struct DayEntered {
  int64_t commands = 0;
  int64_t refused = 0;
  // Of the first refused one, which and why.
  std::string first_refusal;
};

class Entering {
 public:
  // `in_flight` cases at once.
  Entering(const std::shared_ptr<grpc::Channel>& channel, int in_flight);
  ~Entering();

  // Does what each of `cases` has planned up to `day`, at `now` by the service's clock. An act whose object there is
  // not (it was refused, or an outage took its time) is left out. Returns when all are answered.
  DayEntered Day(const std::vector<CaseFile*>& cases, int day, absl::Time now);

 private:
  struct DayUnderWay;
  struct Stubs;

  // The next act of the case, or the next case's.
  void Go(DayUnderWay& day, CaseFile* file);
  // False if there is nothing to do it on.
  bool Do(DayUnderWay& day, CaseFile* file, const PlannedAct& act);
  bool DoIntake(DayUnderWay& day, CaseFile* file, const PlannedAct& act);
  bool DoResponse(DayUnderWay& day, CaseFile* file, const PlannedAct& act);
  bool DoCoordination(DayUnderWay& day, CaseFile* file, const PlannedAct& act);
  bool DoEscalation(DayUnderWay& day, CaseFile* file, const PlannedAct& act);

  // Sends and goes on with the case when it is answered; `keep`, if there is one, takes the id of what the act made.
  template <typename Stub, typename Request, typename Response>
  bool Send(DayUnderWay& day, CaseFile* file, Stub* stub,
            void (Stub::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
            Request request, std::string* keep = nullptr);

  const int in_flight_;
  const std::unique_ptr<Stubs> stubs_;
};

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_ENTERING_H_
