// What persons do about one case, act by act: the next one by chance, from what the case's state makes possible.
//
// A life is a pure function of the seed, the case's number and what the services answered. One thread.
#ifndef WHISTLE_TESTS_LARGE_JOURNAL_LIVES_H_
#define WHISTLE_TESTS_LARGE_JOURNAL_LIVES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/large_journal/chance.h"
#include "tests/large_journal/recorder.h"
#include "whistle/registry/v1/organization.pb.h"

namespace whistle::large_journal {

// A province with a city, its districts with streets and departments, and a developer outside the tree; superiors
// before those below them.
std::vector<registry::v1::Organization> Organizations();

class Life {
 public:
  // The case will have about `decisions` decisions within `span`.
  Life(uint64_t seed, uint64_t number, uint64_t decisions, absl::Duration span);

  // Registers the case.
  bool Begin(Recorder& recorder, CaseFile& file, absl::Time now);
  // One act. False if nobody did anything, or it was refused.
  bool Act(Recorder& recorder, CaseFile& file, absl::Time now, bool last);
  // When somebody acts next, after `now`; by day.
  absl::Time Next(absl::Time now);

 private:
  std::string Department();
  bool IntakeAct(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Contact(Recorder& recorder, CaseFile& file, absl::Time now);
  bool ResponseAct(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Answer(Recorder& recorder, CaseFile& file, absl::Time now);
  bool CoordinationAct(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Meeting(Recorder& recorder, CaseFile& file, absl::Time now);
  bool EscalationAct(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Above(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Hazard(Recorder& recorder, CaseFile& file, absl::Time now);
  bool Correction(Recorder& recorder, CaseFile& file, absl::Time now);

  Chance chance_;
  uint64_t number_;
  absl::Duration gap_;
  std::string district_;
  std::string street_;
  // Events that a correction may put right.
  std::string contact_id_;
  std::string response_id_;
};

}  // namespace whistle::large_journal

#endif  // WHISTLE_TESTS_LARGE_JOURNAL_LIVES_H_
