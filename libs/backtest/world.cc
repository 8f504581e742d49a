#include "libs/backtest/world.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libs/base/check.h"
#include "libs/base/time.h"
#include "libs/projection/keys.h"

namespace whistle::backtest {

World::World(absl::Span<const domain::Model> models, std::string case_id)
    : models_(models), case_id_(std::move(case_id)) {
  for (const domain::Model& model : models_) states_.push_back(model.new_state());
}

absl::Time World::decided_at() const {
  return decisions_.empty() ? absl::InfinitePast() : base::FromProto(decisions_.back().decided_at());
}

uint64_t World::registry_version() const { return decisions_.empty() ? 0 : decisions_.back().registry_version(); }

void World::Fold(journal::v1::Decision decision) {
  decisions_.push_back(std::move(decision));
  const journal::v1::Decision& stored = decisions_.back();
  agenda_.clear();
  for (size_t m = 0; m < models_.size(); ++m) {
    for (int i = 0; i < stored.events_size(); ++i) {
      const domain::EventRef ref{case_id_, domain::MakeEventId(version(), i + 1), version(), &stored};
      models_[m].evolve(*states_[m], stored.events(i), ref);
    }
    for (common::v1::AgendaItem& item : models_[m].agenda(*states_[m], case_id_)) {
      if (item.other_case_id().empty()) agenda_.push_back({&models_[m], std::move(item)});
    }
  }
  const auto order = [](const DueItem& due) {
    return std::make_tuple(base::FromProto(due.item.due_at()), due.model->name, projection::AgendaRequestId(due.item));
  };
  std::sort(agenda_.begin(), agenda_.end(), [&](const DueItem& a, const DueItem& b) { return order(a) < order(b); });
}

domain::Outcome World::Decide(const DueItem& due, absl::Time now, const registry::Registry& registry) const {
  const std::optional<domain::AgendaStep> step = due.model->next_step(due.item, 0, nullptr);
  WHISTLE_CHECK(step && step->case_id == case_id_, "an item of its own case asks for a decision on it");
  domain::Context context;
  context.case_id = case_id_;
  context.now = now;
  context.occurred_at = now;
  context.actor.set_kind(common::v1::ACTOR_KIND_AGENDA);
  context.version = version().Next();
  context.registry = &registry;
  context.history = this;
  // Only a petitioner's id is made of it, and the agenda brings no petitioners.
  context.entropy = std::string(32, '0');
  const size_t m = static_cast<size_t>(due.model - models_.data());
  return step->decide(*states_[m], context);
}

std::optional<common::v1::DueDate> World::DateOf(absl::string_view rule, absl::string_view subject) const {
  for (size_t m = 0; m < models_.size(); ++m) {
    for (const common::v1::Obligation& owed : models_[m].obligations(*states_[m], case_id_)) {
      if (owed.rule() == rule && owed.subject() == subject) return owed.due();
    }
  }
  return std::nullopt;
}

std::optional<journal::v1::Event> World::FindEvent(absl::string_view event_id) const {
  const auto parts = domain::ParseEventId(event_id);
  if (!parts || parts->version > version()) return std::nullopt;
  const journal::v1::Decision& decision = decisions_[parts->version.value - 1];
  if (parts->number > decision.events_size()) return std::nullopt;
  return decision.events(parts->number - 1);
}

}  // namespace whistle::backtest
