// A journal in memory that tests of a check make, and damage. One thread.
#ifndef WHISTLE_LIBS_VERIFY_VERIFY_TESTING_H_
#define WHISTLE_LIBS_VERIFY_VERIFY_TESTING_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/hash.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/journal/carried.h"
#include "libs/journal/genesis.h"
#include "libs/journal/journal.h"
#include "libs/verify/source.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::verify {

inline constexpr base::PartitionId kPartition = base::PartitionId::Case(0);
inline const journal::Identity kIdentity = {.uuid = "11111111-2222-4333-8444-555555555555",
                                            .partition_count = 1,
                                            .created_at = absl::FromUnixSeconds(1'600'000'000),
                                            .clock_kind = journal::ClockKind::kVirtual};

// One case partition, which the tests are about, and the registry's with its genesis alone.
class MemorySource final : public Source {
 public:
  explicit MemorySource(int partition_count) : partition_count_(partition_count) {
    Append({.offset = {}, .stamp = kIdentity.created_at, .record = journal::GenesisRecord(kIdentity, kPartition)});
    registry_ = {.offset = {},
                 .stamp = kIdentity.created_at,
                 .record = journal::GenesisRecord(kIdentity, base::PartitionId::Registry())};
  }

  int partition_count() const override { return partition_count_; }
  base::Offset End(base::PartitionId partition) const override {
    return base::Offset{partition.is_registry() ? 1 : static_cast<int64_t>(records_.size())};
  }
  absl::Status Read(base::PartitionId partition, base::Offset from, Visit visit) const override {
    if (partition.is_registry()) {
      if (from.value == 0) visit(base::Offset{0}, registry_);
      return absl::OkStatus();
    }
    for (size_t i = static_cast<size_t>(from.value); i < records_.size(); ++i) {
      const base::Offset offset{static_cast<int64_t>(i)};
      if (!records_[i]) continue;
      absl::StatusOr<journal::StoredRecord> record = *records_[i];
      if (record.ok()) record->offset = offset;
      if (!visit(offset, std::move(record))) break;
    }
    return absl::OkStatus();
  }

  // Records carry a header with their own hash from now on, as ours do.
  void WithHeaders() { headers_ = true; }

  static std::string BytesOf(const std::string& case_id, const std::string& parent_bytes, const std::string& attempt,
                             uint32_t level = 1) {
    journal::v1::Decision decision;
    decision.set_case_id(case_id);
    if (!parent_bytes.empty()) decision.set_parent(base::Sha256(parent_bytes).ToBytes());
    decision.mutable_request()->set_request_id("r");
    decision.mutable_request()->set_attempt(attempt);
    decision.set_service(common::v1::SERVICE_INTAKE);
    *decision.mutable_decided_at() = base::ToProto(kIdentity.created_at);
    decision.set_level(level);
    decision.add_events()->mutable_case_registered()->set_title("No gas");
    return base::SerializeDeterministically(decision);
  }
  // A decision on the one whose bytes are `parent_bytes` (empty: the case's first); its own bytes.
  std::string AddDecision(const std::string& case_id, const std::string& parent_bytes, const std::string& attempt,
                          uint32_t level = 1) {
    const std::string bytes = BytesOf(case_id, parent_bytes, attempt, level);
    journal::Record record{.key = case_id, .value = bytes, .headers = {}};
    if (headers_) record.headers.emplace_back("ce_id", base::Sha256(bytes).ToHex());
    Append({.offset = {}, .stamp = kIdentity.created_at, .record = std::move(record)});
    return bytes;
  }

  void Change(size_t offset) {
    journal::v1::Decision decision;
    decision.ParseFromString((*records_[offset])->record.value);
    decision.mutable_request()->set_attempt("changed");
    (*records_[offset])->record.value = base::SerializeDeterministically(decision);
  }
  // What follows moves up.
  void Drop(size_t offset) { records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(offset)); }
  void Swap(size_t a, size_t b) { std::swap(records_[a], records_[b]); }
  // Makes it what an import makes of it: everything was carried over, and is stamped a year later.
  void Import() {
    journal::Identity imported = kIdentity;
    const base::Offset end{static_cast<int64_t>(records_.size())};
    imported.imported_from = {.journal_uuid = "99999999-2222-4333-8444-555555555555", .through = {{kPartition, end}}};
    (*records_[0])->record = journal::GenesisRecord(imported, kPartition);
    for (size_t i = 1; i < records_.size(); ++i) {
      (*records_[i])->record = journal::Carry((*records_[i])->record, (*records_[i])->stamp);
      (*records_[i])->stamp += absl::Hours(365 * 24);
    }
  }
  base::Digest HashAt(size_t offset) const { return base::Sha256((*records_[offset])->record.value); }
  void DropHeaders(size_t offset) { (*records_[offset])->record.headers.clear(); }
  // Its place stays empty.
  void Lose(size_t offset) { records_[offset].reset(); }
  void Break(size_t offset) { records_[offset] = absl::DataLossError("it fails its checksum"); }

 private:
  void Append(journal::StoredRecord record) { records_.emplace_back(std::move(record)); }

  const int partition_count_;
  bool headers_ = false;
  journal::StoredRecord registry_;
  std::vector<std::optional<absl::StatusOr<journal::StoredRecord>>> records_;
};

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_VERIFY_TESTING_H_
