#include "libs/backtest/recorded.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/engine/acceptance.h"
#include "libs/registry/fold.h"

namespace whistle::backtest {

RecordedPartition::RecordedPartition(base::PartitionId partition, int partition_count,
                                     std::function<bool(const journal::v1::Decision&)> in_scope)
    : partition_(partition, partition_count), in_scope_(std::move(in_scope)) {}

absl::Status RecordedPartition::Add(const journal::StoredRecord& record) {
  WHISTLE_ASSIGN_OR_RETURN(engine::Judged judged, partition_.Judge(record));
  if (judged.kind == engine::Judged::Kind::kUnknownLevel) {
    return absl::FailedPreconditionError(absl::StrCat(
        "partition ", partition_.id().ToString(), " offset ", record.offset.value, ": the record is of level ",
        judged.level, " and this build knows level ", engine::kLevelKnown, "; use a newer whistlectl"));
  }
  if (judged.kind != engine::Judged::Kind::kAccepted) return absl::OkStatus();
  const std::string& case_id = judged.decision.case_id();
  const bool first = !judged.head_before.has_value();
  const auto kept = first && in_scope_(judged.decision) ? kept_.try_emplace(case_id).first : kept_.find(case_id);
  if (kept != kept_.end()) kept->second.push_back(std::move(judged.decision));
  return absl::OkStatus();
}

void RecordedRegistry::Add(const journal::v1::Decision& decision) { versions_.push_back(decision); }

uint64_t RecordedRegistry::VersionBy(absl::Time time) const {
  // A case's decisions never go back in time; the registry's neither.
  const auto after = std::upper_bound(
      versions_.begin(), versions_.end(), time,
      [](absl::Time t, const journal::v1::Decision& decision) { return t < base::FromProto(decision.decided_at()); });
  return static_cast<uint64_t>(after - versions_.begin());
}

std::shared_ptr<const registry::Registry> RecordedRegistry::At(uint64_t version) const {
  WHISTLE_CHECK(version <= newest(), absl::StrCat("the registry has no version ", version));
  if (const auto found = built_.find(version); found != built_.end()) return found->second;
  uint64_t at = 0;
  registry::v1::RegistryState state;
  if (auto below = built_.lower_bound(version); below != built_.begin()) {
    --below;
    at = below->first;
    state = below->second->state();
  }
  while (at < version) {
    const journal::v1::Decision& decision = versions_[at];
    ++at;
    for (const journal::v1::Event& event : decision.events()) registry::Fold(state, event, at);
  }
  return built_[version] = std::make_shared<const registry::Registry>(version, std::move(state));
}

}  // namespace whistle::backtest
