// A model small enough to hold in the head, and an executor that a test runs by hand: for tests of the engine.
//
// The toy's state counts ContactRecorded events (Int64Value). Its command adds one, and is refused at a limit.
#ifndef WHISTLE_LIBS_ENGINE_TESTING_TOY_H_
#define WHISTLE_LIBS_ENGINE_TESTING_TOY_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "google/protobuf/wrappers.pb.h"
#include "libs/domain/model.h"
#include "libs/engine/command.h"
#include "libs/engine/strand.h"

namespace whistle::engine::testing {

using ToyState = google::protobuf::Int64Value;

inline domain::Model ToyModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_INTAKE;
  model.name = "toy";
  model.fold_fingerprint = "toy-1";
  model.new_state = [] { return std::make_unique<ToyState>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef&) {
    auto& toy = static_cast<ToyState&>(state);
    if (event.has_contact_recorded()) toy.set_value(toy.value() + 1);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string&) {
    return std::vector<std::string>{
        domain::IndexKey({"count", std::to_string(static_cast<const ToyState&>(state).value())})};
  };
  model.footprints = [](const google::protobuf::Message&, const journal::v1::Event&, const domain::EventRef& ref) {
    return std::vector<std::string>{domain::IndexKey({"event", ref.id})};
  };
  model.agenda = [](const google::protobuf::Message&, const std::string&) {
    return std::vector<common::v1::AgendaItem>();
  };
  model.next_step = [](const common::v1::AgendaItem&, int, const google::protobuf::Message*) {
    return std::optional<domain::AgendaStep>();
  };
  return model;
}

// Adds one while there are fewer than `limit`.
inline std::function<domain::Outcome(const google::protobuf::Message&, domain::Context&)> AddUpTo(int64_t limit) {
  return [limit](const google::protobuf::Message& state, domain::Context& context) -> domain::Outcome {
    const int64_t count = static_cast<const ToyState&>(state).value();
    if (count >= limit) return domain::OverLimit("count", static_cast<int>(count));
    journal::v1::Event event = context.NewEvent();
    event.mutable_contact_recorded();
    return domain::Events{event};
  };
}

// Tasks run when the test says so, in order.
class ManualExecutor final : public Executor {
 public:
  void Post(absl::AnyInvocable<void() &&> task) override { tasks_.push_back(std::move(task)); }
  void RunAll() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      std::move(task)();
    }
  }

 private:
  std::deque<absl::AnyInvocable<void() &&>> tasks_;
};

}  // namespace whistle::engine::testing

#endif  // WHISTLE_LIBS_ENGINE_TESTING_TOY_H_
