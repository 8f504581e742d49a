// What a journal says happened, for a backtest: the accepted decisions of its cases, and the registry as of each of its
// versions.
//
//   RecordedPartition partition(id, partition_count, in_scope);
//   for (each record, from offset 0) partition.Add(record);
//   for (auto& [case_id, decisions] : partition.Take()) …
//
// Records are accepted by the engine's own rule (libs/engine/acceptance.h). One thread at a time.
#ifndef WHISTLE_LIBS_BACKTEST_RECORDED_H_
#define WHISTLE_LIBS_BACKTEST_RECORDED_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/engine/judged.h"
#include "libs/journal/journal.h"
#include "libs/registry/registry.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::backtest {

// A case's accepted decisions, in order: the one at index i made version i + 1.
using Decisions = std::vector<journal::v1::Decision>;

class RecordedPartition {
 public:
  // Cases for whose first decision `in_scope` is false are judged and not kept.
  RecordedPartition(base::PartitionId partition, int partition_count,
                    std::function<bool(const journal::v1::Decision& first)> in_scope);

  // The next record; the first is the genesis at offset 0. FAILED_PRECONDITION: it is of a level this build does not
  // know. DATA_LOSS: it does not follow the one before.
  absl::Status Add(const journal::StoredRecord& record);

  base::Offset next_offset() const { return partition_.next_offset(); }
  // What was kept, by case id.
  std::map<std::string, Decisions>& kept() { return kept_; }

 private:
  engine::JudgedPartition partition_;
  std::function<bool(const journal::v1::Decision&)> in_scope_;
  std::map<std::string, Decisions> kept_;
};

// The registry as of each of its versions.
class RecordedRegistry {
 public:
  // The decision that made the next version.
  void Add(const journal::v1::Decision& decision);

  uint64_t newest() const { return versions_.size(); }
  // The newest version decided by then; 0 before the first.
  uint64_t VersionBy(absl::Time time) const;
  // At most newest(). Never null.
  std::shared_ptr<const registry::Registry> At(uint64_t version) const;

 private:
  std::vector<journal::v1::Decision> versions_;
  // Those that were asked for: cases name few of them.
  mutable std::map<uint64_t, std::shared_ptr<const registry::Registry>> built_;
};

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_RECORDED_H_
