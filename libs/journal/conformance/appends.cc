#include "libs/journal/conformance/appends.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/journal/conformance/calls.h"

namespace whistle::journal {
namespace {

using Bytes = std::tuple<std::string, std::string, std::vector<std::pair<std::string, std::string>>>;

Bytes BytesOf(const Record& record) { return {record.key, record.value, record.headers}; }

std::string Named(const Record& record) {
  return absl::StrCat("\"", record.key, "\" \"", record.value.substr(0, 40), "\" (", record.value.size(), " bytes)");
}

struct Count {
  int acknowledged = 0;
  int unknown = 0;
  int there = 0;
};

}  // namespace

bool OutcomeIsUnknown(const absl::Status& outcome) {
  return !outcome.ok() && !absl::IsResourceExhausted(outcome) && !absl::IsInvalidArgument(outcome) &&
         !absl::IsDeadlineExceeded(outcome);
}

absl::Status Appends::Note(base::PartitionId partition, const Record& record, const absl::StatusOr<Appended>& outcome) {
  attempts_.push_back({partition, record, outcome.ok() ? std::optional<Appended>(*outcome) : std::nullopt});
  if (outcome.ok()) return absl::OkStatus();
  ++unknown_;
  return OutcomeIsUnknown(outcome.status()) && !harness_.why_unknown().empty() ? absl::OkStatus() : outcome.status();
}

absl::StatusOr<Appended> Appends::One(base::PartitionId partition, const Record& record) {
  const absl::Time give_up = absl::Now() + kAcknowledgedWithin;
  while (true) {
    absl::StatusOr<Appended> outcome = AppendAndWait(harness_.journal(), partition, record);
    if (absl::Status status = Note(partition, record, outcome); !status.ok()) return status;
    if (outcome.ok() || absl::Now() >= give_up) return outcome;
    // A journal that mends itself answers at once meanwhile: a way to the cluster and back lies between two tries.
    EndOf(harness_.journal(), partition);
  }
}

absl::Status Appends::All(base::PartitionId partition, std::vector<Record> records) {
  const absl::Time give_up = absl::Now() + kAcknowledgedWithin;
  while (true) {
    std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
    for (const Record& record : records) outcomes.push_back(StartAppend(harness_.journal(), partition, record));
    std::vector<Record> again;
    absl::Status wrong;
    absl::Status unknown;
    for (size_t i = 0; i < records.size(); ++i) {
      const absl::StatusOr<Appended> outcome = Await(std::move(outcomes[i]));
      wrong.Update(Note(partition, records[i], outcome));
      if (outcome.ok()) continue;
      unknown = outcome.status();
      again.push_back(std::move(records[i]));
    }
    if (!wrong.ok() || again.empty()) return wrong;
    if (absl::Now() >= give_up) return unknown;
    // One goes ahead, so that the others are not all thrown at a journal that still mends itself.
    if (absl::Status status = One(partition, again.front()).status(); !status.ok()) return status;
    records.assign(std::make_move_iterator(again.begin() + 1), std::make_move_iterator(again.end()));
  }
}

testing::Matcher<int64_t> Appends::Exactly(int64_t n) const {
  if (unknown_ == 0) return testing::Eq(n);
  return testing::Ge(n);
}

std::vector<std::string> WhatIsWrong(const std::vector<StoredRecord>& records,
                                     const std::vector<std::vector<Attempt>>& callers) {
  std::vector<std::string> wrong;
  std::map<int64_t, const Record*> stored;
  std::map<Bytes, Count> counts;
  for (const StoredRecord& record : records) {
    stored[record.offset.value] = &record.record;
    ++counts[BytesOf(record.record)].there;
  }
  std::set<int64_t> places;
  for (const std::vector<Attempt>& attempts : callers) {
    int64_t before = 0;
    for (const Attempt& attempt : attempts) {
      Count& count = counts[BytesOf(attempt.record)];
      if (!attempt.place) {
        ++count.unknown;
        continue;
      }
      ++count.acknowledged;
      const int64_t place = attempt.place->offset.value;
      const auto found = stored.find(place);
      if (found == stored.end()) {
        wrong.push_back(absl::StrCat("lost: ", Named(attempt.record), ", acknowledged at ", place));
      } else if (BytesOf(*found->second) != BytesOf(attempt.record)) {
        wrong.push_back(absl::StrCat("changed: ", Named(attempt.record), " was acknowledged at ", place,
                                     ", where there is ", Named(*found->second)));
      }
      if (!places.insert(place).second) wrong.push_back(absl::StrCat("two were acknowledged at ", place));
      if (place <= before) {
        wrong.push_back(absl::StrCat("out of order: ", Named(attempt.record), " at ", place,
                                     ", appended after its caller's record at ", before));
      }
      before = std::max(before, place);
    }
  }
  for (const auto& [bytes, count] : counts) {
    const Record record{std::get<0>(bytes), std::get<1>(bytes), std::get<2>(bytes)};
    if (count.acknowledged + count.unknown == 0) {
      wrong.push_back(absl::StrCat("nobody appended ", Named(record)));
    } else if (count.unknown == 0 && count.there > count.acknowledged) {
      wrong.push_back(absl::StrCat("doubled: ", Named(record), " is there ", count.there,
                                   " times, and was acknowledged ", count.acknowledged, " times"));
    }
  }
  return wrong;
}

void ExpectKept(Harness& harness, base::PartitionId partition, const std::vector<const Appends*>& callers) {
  std::vector<std::vector<Attempt>> here;
  for (const Appends* caller : callers) {
    std::vector<Attempt>& mine = here.emplace_back();
    std::copy_if(caller->attempts().begin(), caller->attempts().end(), std::back_inserter(mine),
                 [&](const Attempt& attempt) { return attempt.partition == partition; });
  }
  EXPECT_THAT(WhatIsWrong(ReadAll(harness.journal(), partition, 1), here), testing::IsEmpty())
      << "in partition " << partition;
}

std::vector<Record> Numbers(int from, int to) {
  std::vector<Record> numbers;
  for (int i = from; i < to; ++i) numbers.push_back({"case", std::to_string(i), {}});
  return numbers;
}

}  // namespace whistle::journal
