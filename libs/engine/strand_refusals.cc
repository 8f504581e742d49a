// Rule 4 of the strand: a refusal is an answer about the truth.
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/engine/strand.h"
#include "libs/engine/strand_internal.h"

namespace whistle::engine {

using domain::Rejection;

void Strand::Park(const PendingPtr& pending, const std::optional<base::Digest>& rests_on, uint64_t registry_version,
                  Rejection rejection) {
  if (const absl::Status registry_health = world_.registry_health(); !registry_health.ok()) {
    // Rule 5: the end of the registry that it would wait for is never reached here.
    return Answer(pending, absl::UnavailableError(registry_health.message()));
  }
  pending->in_flight = false;
  pending->rejection = std::move(rejection);
  pending->rests_on = rests_on;
  pending->registry_version = registry_version;
  work_[pending->command.case_id].parked.push_back(pending);
  RequestFences(pending);
}

void Strand::RequestFences(const PendingPtr& pending) {
  if (pending->fences_requested) {
    // Decided again: the ends were those of the same call.
    world_.executor->Post([weak = std::weak_ptr<Strand*>(alive_), case_id = pending->command.case_id] {
      if (const auto strand = weak.lock()) (*strand)->JudgeCase(case_id);
    });
    return;
  }
  pending->fences_requested = true;
  const auto request = [&](base::PartitionId which, std::optional<base::Offset> Pending::*fence) {
    world_.journal->End(which, [weak = std::weak_ptr<Strand*>(alive_), executor = world_.executor, pending,
                                fence](absl::StatusOr<base::Offset> end) mutable {
      executor->Post([weak = std::move(weak), pending = std::move(pending), fence, end = std::move(end)] {
        const auto alive = weak.lock();
        if (!alive || pending->answered) return;
        Strand& strand = **alive;
        if (!end.ok()) {
          return strand.Answer(pending, absl::UnavailableError(absl::StrCat("the journal's end is not known (",
                                                                            end.status().message(), "); retry")));
        }
        (*pending).*fence = *end;
        if (pending->fence && pending->registry_fence) strand.JudgeCase(pending->command.case_id);
      });
    });
  };
  request(partition(), &Pending::fence);
  request(base::PartitionId::Registry(), &Pending::registry_fence);
}

void Strand::JudgeParked(const std::string& case_id, const std::optional<base::Digest>& head, base::Offset position,
                         std::vector<PendingPtr>& again) {
  const auto it = work_.find(case_id);
  if (it == work_.end() || it->second.parked.empty()) return;
  CaseWork& work = it->second;
  const base::Offset registry_position = world_.registry_next_offset();
  const uint64_t registry_version = world_.registry()->version();
  std::vector<PendingPtr> kept;
  std::vector<PendingPtr> true_now;
  for (PendingPtr& pending : work.parked) {
    if (pending->answered) continue;
    const bool fences_reached = pending->fence && pending->registry_fence && position >= *pending->fence &&
                                registry_position >= *pending->registry_fence;
    const auto rests_on_overlay = [&] {
      const auto attempt = pending->rests_on ? attempts_.find(*pending->rests_on) : attempts_.end();
      return attempt != attempts_.end() && attempt->second->in_overlay;
    };
    if (!fences_reached) {
      kept.push_back(std::move(pending));
    } else if (pending->registry_version != registry_version) {
      again.push_back(std::move(pending));
    } else if (pending->rests_on == head) {
      true_now.push_back(std::move(pending));
    } else if (rests_on_overlay()) {
      kept.push_back(std::move(pending));
    } else {
      again.push_back(std::move(pending));
    }
  }
  work.parked = std::move(kept);
  for (const PendingPtr& pending : true_now) Answer(pending, *std::move(pending->rejection));
}

void Strand::JudgeCase(const std::string& case_id) {
  if (!health_.ok() || !work_.contains(case_id)) return;
  auto snapshot = fold_->Load(case_id);
  if (!snapshot.ok()) return Halt(snapshot.status());
  std::vector<PendingPtr> again;
  JudgeParked(case_id, (*snapshot)->head, fold_->next_offset(), again);
  for (const PendingPtr& pending : again) Start(pending);
  SettleCase(case_id);
}

void Strand::JudgeAllParked() {
  if (!health_.ok()) return;
  std::vector<std::string> cases;
  for (const auto& [case_id, work] : work_) {
    if (!work.parked.empty()) cases.push_back(case_id);
  }
  for (const std::string& case_id : cases) JudgeCase(case_id);
}

void Strand::OnRegistry() {
  if (const absl::Status registry_health = world_.registry_health(); !registry_health.ok()) {
    // Rule 5: neither a newer registry nor its end will be read here.
    std::vector<PendingPtr> waiting = std::exchange(awaiting_registry_, {});
    for (auto& [case_id, work] : work_) {
      waiting.insert(waiting.end(), work.parked.begin(), work.parked.end());
      work.parked.clear();
    }
    for (const PendingPtr& pending : waiting) Answer(pending, absl::UnavailableError(registry_health.message()));
    return;
  }
  for (const PendingPtr& pending : std::exchange(awaiting_registry_, {})) Start(pending);
  JudgeAllParked();
}

}  // namespace whistle::engine
