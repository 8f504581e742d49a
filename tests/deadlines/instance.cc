#include "tests/deadlines/instance.h"

#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/check.h"
#include "libs/base/time.h"
#include "services/registry/model.h"

namespace whistle::deadlines {
namespace {

// Far beyond what anything here takes.
constexpr absl::Duration kLong = absl::Seconds(30);

}  // namespace

Instance::Instance(InstanceOptions options)
    : options_(std::move(options)), registry_model_(registry_chain::MakeModel()) {
  auto store = projection::RocksStore::Open(
      {.dir = options_.folder,
       .fold_fingerprint = absl::StrCat(options_.model.fold_fingerprint, "+", registry_model_.fold_fingerprint)});
  WHISTLE_CHECK(store.ok(), store.status().ToString());
  store_ = *std::move(store);
  engine::EngineOptions engine_options{.model = &options_.model,
                                       .registry_model = &registry_model_,
                                       .journal = options_.journal,
                                       .store = store_.get(),
                                       .clock = options_.clock,
                                       .wall_clock = &wall_clock_,
                                       .observer = &observer_,
                                       .fire_agenda = options_.fire_agenda,
                                       .strand = {.seed = options_.seed},
                                       .agenda = {.seed = options_.seed}};
  engine_options.agenda.grace = absl::ZeroDuration();
  engine_options.agenda.spread = absl::ZeroDuration();
  auto engine = engine::Engine::Start(std::move(engine_options));
  WHISTLE_CHECK(engine.ok(), engine.status().ToString());
  engine_ = *std::move(engine);
  const absl::Time give_up_at = absl::Now() + kLong;
  while (!engine_->IsHealthy() && absl::Now() < give_up_at) std::this_thread::yield();
  WHISTLE_CHECK(engine_->IsHealthy(), "the engine did not catch up");
}

Instance::~Instance() { engine_->Stop(); }

void Instance::Command(const std::string& case_id, const std::string& request_id, Decide decide) {
  absl::Notification answered;
  engine::Answer result;
  engine::Command command;
  command.case_id = case_id;
  command.client = "test";
  command.request_id = request_id;
  command.method = "test";
  command.fingerprint = base::Sha256(request_id);
  command.deadline = wall_clock_.Now() + kLong;
  command.decide = std::move(decide);
  command.done = [&](engine::Answer answer) {
    result = std::move(answer);
    answered.Notify();
  };
  engine_->Submit(std::move(command));
  answered.WaitForNotification();
  const auto* rejection = std::get_if<domain::Rejection>(&result);
  WHISTLE_CHECK(rejection == nullptr, absl::StrCat(request_id, ": ", rejection->message));
  const auto* status = std::get_if<absl::Status>(&result);
  WHISTLE_CHECK(status == nullptr, absl::StrCat(request_id, ": ", status->ToString()));
}

bool Instance::IsAtRest() {
  absl::Notification done;
  absl::Status reached;
  engine_->AwaitEnd(wall_clock_.Now() + kLong, [&](absl::Status status) {
    reached = std::move(status);
    done.Notify();
  });
  done.WaitForNotification();
  WHISTLE_CHECK(reached.ok(), reached.ToString());
  const auto due = engine_->Due(options_.clock->Now(), {}, 1);
  WHISTLE_CHECK(due.ok(), due.status().ToString());
  return due->empty() && engine_->unanswered() == 0;
}

std::vector<Counted> Instance::History(const std::string& case_id) const {
  const auto rows = store_->ScanTimeline(case_id, base::Version{1}, 1000, size_t{64} << 20);
  WHISTLE_CHECK(rows.ok(), rows.status().ToString());
  std::vector<Counted> history;
  for (const auto& [version, row] : *rows) {
    Counted& counted = history.emplace_back();
    WHISTLE_CHECK(counted.decision.ParseFromString(row.decision()), "a decision that cannot be read");
    counted.recorded_at = base::FromProto(row.recorded_at());
  }
  return history;
}

std::vector<common::v1::Obligation> Instance::Obligations(const std::string& case_id) const {
  const auto row = store_->FindCase(case_id);
  WHISTLE_CHECK(row.ok() && row->has_value(), row.status().ToString());
  const auto state = options_.model.new_state();
  WHISTLE_CHECK(state->ParseFromString((*row)->state()), "a state that cannot be read");
  return options_.model.obligations(*state, case_id);
}

}  // namespace whistle::deadlines
