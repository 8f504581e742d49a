// Rows to write and folders to write them in, for tests of the stores.
#ifndef WHISTLE_LIBS_PROJECTION_STORE_TESTING_H_
#define WHISTLE_LIBS_PROJECTION_STORE_TESTING_H_

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "libs/base/ids.h"
#include "libs/base/time.h"
#include "libs/projection/store.h"

namespace whistle::projection {

// A range-based for keeps a temporary's part alive no longer than its head; so the value is moved out.
template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

// A new folder, deleted with everything in it at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "whistle-projection-XXXXXX").string();
    EXPECT_NE(mkdtemp(path.data()), nullptr) << path;
    path_ = path;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline v1::CaseRow CaseAt(uint64_t version, absl::string_view state = "state") {
  v1::CaseRow row;
  row.set_version(version);
  row.set_head(std::string(32, static_cast<char>(version)));
  row.set_state(std::string(state));
  return row;
}

inline v1::TimelineRow DecisionAt(int64_t offset, absl::string_view decision = "decision") {
  v1::TimelineRow row;
  row.set_decision(std::string(decision));
  row.mutable_position()->set_topic(common::v1::TOPIC_CASES);
  row.mutable_position()->set_offset(offset);
  return row;
}

inline WriteSet::Milestone MilestoneAt(absl::string_view case_id, uint64_t version) {
  WriteSet::Milestone milestone{std::string(case_id), base::Version{version}, {}};
  milestone.row.set_state(absl::StrCat("state ", version));
  return milestone;
}

inline v1::RequestRow RequestAt(uint64_t version) {
  v1::RequestRow row;
  row.set_version(version);
  row.set_fingerprint("fingerprint");
  return row;
}

inline v1::PartitionRow FoldedTo(int64_t offset) {
  v1::PartitionRow row;
  row.set_journal_uuid("uuid");
  row.set_offset(offset);
  row.set_accepted(static_cast<uint64_t>(offset));
  return row;
}

inline common::v1::AgendaItem DueAt(absl::Time due_at, absl::string_view case_id, absl::string_view subject) {
  common::v1::AgendaItem item;
  item.set_case_id(std::string(case_id));
  *item.mutable_due_at() = base::ToProto(due_at);
  item.set_kind(common::v1::AGENDA_KIND_RESPONSE_OVERDUE);
  item.set_subject(std::string(subject));
  return item;
}

inline v1::QuarantineRow Malformed(common::v1::Topic topic, int32_t partition, int64_t offset) {
  v1::QuarantineRow row;
  row.mutable_position()->set_topic(topic);
  row.mutable_position()->set_partition(partition);
  row.mutable_position()->set_offset(offset);
  row.set_reason("no envelope");
  return row;
}

// The nth (from 1) commit of a service that works on seven cases in turn. Everything in a store after n of them follows
// from n, so a store that holds anything else is torn.
inline WriteSet NthCommit(uint64_t n) {
  constexpr uint64_t kCases = 7;
  // Not compressible, and so large that some hundred of them fill a store's write buffers.
  constexpr size_t kDecisionBytes = 16 * 1024;
  const std::string case_id = absl::StrCat("case-", (n - 1) % kCases);
  const uint64_t version = (n - 1) / kCases + 1;
  std::string decision;
  decision.reserve(kDecisionBytes);
  uint64_t random = n;
  while (decision.size() < kDecisionBytes) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    decision.push_back(static_cast<char>(random >> 56));
  }
  const auto due = [&](uint64_t of_version) {
    return DueAt(absl::FromUnixSeconds(static_cast<int64_t>(of_version) * 60), case_id, "subject");
  };
  const auto key = [](uint64_t of_version) {
    return absl::StrCat("version", absl::string_view("\0", 1), of_version, absl::string_view("\0", 1));
  };
  WriteSet set;
  set.cases.emplace_back(case_id, CaseAt(version));
  set.timeline.push_back({case_id, base::Version{version}, DecisionAt(static_cast<int64_t>(n), decision)});
  if (version % 5 == 0) set.milestones.push_back(MilestoneAt(case_id, version));
  set.requests.emplace_back(RequestKey{case_id, "client", absl::StrCat("request-", n)}, RequestAt(version));
  set.index_puts.push_back({key(version), case_id});
  set.agenda_puts.push_back(due(version));
  if (version > 1) {
    set.index_deletes.push_back({key(version - 1), case_id});
    set.agenda_deletes.push_back(due(version - 1));
  }
  if (n % 10 == 0) set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 0, static_cast<int64_t>(n)));
  set.partitions.emplace_back(base::PartitionId::Case(0), FoldedTo(static_cast<int64_t>(n)));
  return set;
}

// How many of those commits a store says it holds.
inline uint64_t CommitsIn(const Reader& reader) {
  const std::optional<v1::PartitionRow> row = Must(reader.FindPartition(base::PartitionId::Case(0)));
  return row.has_value() ? row->accepted() : 0;
}

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_STORE_TESTING_H_
