// One case as all services' models together see it, in memory: what was decided, what is due, and what the models
// decide when it is.
//
// What engine, stores and agenda runners do for a running journal, without any of them. One thread at a time; the
// models outlive it.
#ifndef WHISTLE_LIBS_BACKTEST_WORLD_H_
#define WHISTLE_LIBS_BACKTEST_WORLD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "libs/backtest/recorded.h"
#include "libs/domain/context.h"
#include "libs/domain/model.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::backtest {

// An item of one model's agenda.
struct DueItem {
  const domain::Model* model = nullptr;
  common::v1::AgendaItem item;
};

class World final : private domain::History {
 public:
  World(absl::Span<const domain::Model> models, std::string case_id);

  base::Version version() const { return base::Version{decisions_.size()}; }
  // Of the last decision.
  absl::Time decided_at() const;
  uint64_t registry_version() const;

  void Fold(journal::v1::Decision decision);

  // What is due, now or later, in the order in which a virtual clock fires it: by time, service, and within a service
  // by the item's hash, which is its key in the store. Without the conversations of merges, which are no dates and need
  // the other case. Valid until the next Fold.
  const std::vector<DueItem>& Agenda() const { return agenda_; }

  // What the model decides for the item at that time; nothing is folded. Or why it refuses.
  domain::Outcome Decide(const DueItem& due, absl::Time now, const registry::Registry& registry) const;

  // The date that is set for something owed ("handling", or an assignment's by its id); nothing if it is not owed.
  std::optional<common::v1::DueDate> DateOf(absl::string_view rule, absl::string_view subject) const;

  // For the rest of what a model asks of a case's past, see domain::History.
  std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const override;

 private:
  absl::Span<const domain::Model> models_;
  std::string case_id_;
  Decisions decisions_;
  // In the order of the models.
  std::vector<std::unique_ptr<google::protobuf::Message>> states_;
  std::vector<DueItem> agenda_;
};

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_WORLD_H_
