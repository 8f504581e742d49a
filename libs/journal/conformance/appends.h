// What one caller appended in a case, and what became of it: how the suite appends.
//
//   Appends appends(harness());
//   ASSERT_TRUE(appends.All(partition, records).ok());
//   ExpectKept(harness(), partition, {&appends});
//
// Where every append is sure (Harness::why_unknown is empty) the first outcome that is not an acknowledgement fails the
// case. Elsewhere what is of unknown outcome is appended again until it is acknowledged, so that no case can pass
// because nothing was; that it may be there more than once by then is accounted for, record by record.
#ifndef WHISTLE_LIBS_JOURNAL_CONFORMANCE_APPENDS_H_
#define WHISTLE_LIBS_JOURNAL_CONFORMANCE_APPENDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "libs/journal/conformance/conformance.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// One try to append `record`, and its place if it was acknowledged.
struct Attempt {
  base::PartitionId partition;
  Record record;
  std::optional<Appended> place;
};

// How long a record may stay unacknowledged however often it is tried: longer than the 10 s after which one append is
// given up, so that a second and a third one have their chance.
inline constexpr absl::Duration kAcknowledgedWithin = absl::Seconds(30);

// True for an outcome that leaves open whether the record is there: neither acknowledged nor refused. That nobody
// called back (DEADLINE_EXCEEDED of Await) is no outcome at all.
bool OutcomeIsUnknown(const absl::Status& outcome);

// One thread. Outlived by the harness; goes on with the journal that the harness has then.
class Appends {
 public:
  explicit Appends(Harness& harness) : harness_(harness) {}

  // Acknowledged at this place. Otherwise what is wrong: refused, never answered, unknown where every append is sure,
  // or unknown for kAcknowledgedWithin.
  absl::StatusOr<Appended> One(base::PartitionId partition, const Record& record);

  // All of them, under way at once. OK when each is acknowledged; otherwise as One.
  absl::Status All(base::PartitionId partition, std::vector<Record> records);

  // Every try, in the order they were made.
  const std::vector<Attempt>& attempts() const { return attempts_; }
  // How many of them are of unknown outcome: 0 where every append is sure.
  int unknown() const { return unknown_; }

  // Of a count or an offset: this one; if something is of unknown outcome, and so perhaps there too, this or more.
  testing::Matcher<int64_t> Exactly(int64_t n) const;

 private:
  // Notes it. OK also if it is unknown and may be.
  absl::Status Note(base::PartitionId partition, const Record& record, const absl::StatusOr<Appended>& outcome);

  Harness& harness_;
  std::vector<Attempt> attempts_;
  int unknown_ = 0;
};

// What is wrong with `records`, all that a partition has after its genesis, one sentence each, given what its callers
// tried to append there: an acknowledged record is at its place with its bytes, and there exactly once unless the same
// bytes were also tried with unknown outcome; each caller's acknowledged records are in its order; nothing is there
// that nobody appended.
std::vector<std::string> WhatIsWrong(const std::vector<StoredRecord>& records,
                                     const std::vector<std::vector<Attempt>>& callers);

// Reads the partition and fails the test for everything that is wrong.
void ExpectKept(Harness& harness, base::PartitionId partition, const std::vector<const Appends*>& callers);

// The numbers from `from` up to and without `to`, each a record of the case "case".
std::vector<Record> Numbers(int from, int to);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_CONFORMANCE_APPENDS_H_
