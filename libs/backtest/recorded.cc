#include "libs/backtest/recorded.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/time.h"
#include "libs/engine/acceptance.h"
#include "libs/registry/fold.h"

namespace whistle::backtest {

RecordedPartition::RecordedPartition(base::PartitionId partition, int partition_count,
                                     std::function<bool(const journal::v1::Decision&)> in_scope)
    : partition_(partition), partition_count_(partition_count), in_scope_(std::move(in_scope)) {}

absl::Status RecordedPartition::Add(const journal::StoredRecord& record) {
  const std::string where = absl::StrCat("partition ", partition_.ToString(), " offset ", record.offset.value);
  if (record.offset != next_offset_) {
    return absl::DataLossError(absl::StrCat(where, " came where offset ", next_offset_.value, " was expected"));
  }
  next_offset_ = next_offset_.Next();
  if (record.offset.value == 0) {
    if (record.record.key == journal::kGenesisKey) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(where, " does not hold a genesis record"));
  }
  auto read = engine::ReadDecision(record, partition_, partition_count_);
  if (const auto* unknown = std::get_if<engine::UnknownLevel>(&read)) {
    return absl::FailedPreconditionError(absl::StrCat(where, ": the record is of level ", unknown->level,
                                                      " and this build knows level ", engine::kLevelKnown,
                                                      "; use a newer whistlectl"));
  }
  auto* decision = std::get_if<journal::v1::Decision>(&read);
  // A malformed record counts for nobody.
  if (decision == nullptr) return absl::OkStatus();
  const auto head = heads_.find(decision->case_id());
  const bool first = head == heads_.end();
  const std::optional<base::Digest> before = first ? std::nullopt : std::make_optional(head->second);
  if (engine::Judge(*decision, before, record.stamp) != engine::Verdict::kAccepted) return absl::OkStatus();
  heads_[decision->case_id()] = base::Sha256(record.record.value);
  const auto kept =
      first && in_scope_(*decision) ? kept_.try_emplace(decision->case_id()).first : kept_.find(decision->case_id());
  if (kept != kept_.end()) kept->second.push_back(std::move(*decision));
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
