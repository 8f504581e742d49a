// What a journal would hold, for tests of backtests: one case, decided by the services' own models, and what the agenda
// fired in between, on time, late, or not at all.
//
//   LiveCase live(testing::DefaultPolicy());
//   live.At("2021-07-01").Does<intake::v1::RegisterCaseRequest>(Petitioner(), "…");
//   live.At("2021-07-20");                                         // what is due by then has fired
//   const TwoHistories told = live.Under(stricter);
//
// It shares no code with what it is a test of. Not for use by several threads.
#ifndef WHISTLE_LIBS_BACKTEST_BACKTEST_TESTING_H_
#define WHISTLE_LIBS_BACKTEST_BACKTEST_TESTING_H_

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/backtest/backtest.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/domain/validate.h"
#include "libs/projection/keys.h"
#include "libs/testing/scenario.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/response/model.h"

namespace whistle::backtest {

class LiveCase final : private domain::History {
 public:
  explicit LiveCase(const registry::v1::Policy& policy)
      : models_({intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()}) {
    journal::v1::Decision founding;
    *founding.mutable_decided_at() = base::ToProto(*base::TimeFromText("2021-01-01"));
    const testing::RegistryBuilder organizations;
    for (const registry::v1::Organization& organization : organizations.state().organizations()) {
      *founding.add_events()->mutable_organization_upserted()->mutable_organization() = organization;
    }
    *founding.add_events()->mutable_policy_adopted()->mutable_policy() = policy;
    registry_.Add(founding);
    for (const domain::Model& model : models_) states_.push_back(model.new_state());
  }

  // How long after its date the agenda fires.
  LiveCase& Late(absl::Duration late) {
    late_ = late;
    return *this;
  }
  LiveCase& Paused(bool paused) {
    paused_ = paused;
    return *this;
  }

  // Time goes there, and what is due fires on the way.
  LiveCase& At(absl::string_view time) { return At(*base::TimeFromText(time)); }
  LiveCase& At(absl::Time to) {
    while (!paused_) {
      const auto first = FirstDue();
      if (!first) break;
      const absl::Time at = std::max(now_, base::FromProto(first->second.due_at()) + late_);
      if (at > to) break;
      now_ = at;
      Fire(*first->first, first->second);
    }
    now_ = to;
    return *this;
  }

  // The ids of the events, "5.1".
  template <typename Request>
  std::vector<std::string> Does(const common::v1::Actor& who, const std::string& request) {
    return Fold(who, "person", DecideOn(testing::Request<Request>(request), NewContext(who)));
  }

  // The same for a command that may be refused: true if it was not. `request` carries who acts and when it happened.
  template <typename Request>
  bool Tries(const Request& request) {
    domain::Context context = NewContext({});
    if (domain::CheckCommandContext(request.context(), context)) return false;
    Decided decided = DecideOn(request, context);
    if (std::holds_alternative<domain::Rejection>(decided.first)) return false;
    Fold(context.actor, "person", std::move(decided));
    return true;
  }

  // Decisions that some service made, as they are.
  void Records(const common::v1::Actor& who, const std::string& request_id, const std::string& event) {
    Fold(who, request_id,
         std::make_pair(domain::Outcome(domain::Events{testing::Request<journal::v1::Event>(event)}),
                        common::v1::SERVICE_INTAKE));
  }

  const Decisions& decisions() const { return decisions_; }
  const std::vector<domain::Model>& models() const { return models_; }
  absl::Time now() const { return now_; }

  TwoHistories Under(const registry::v1::Policy& policy) const {
    return Backtest("case-1", decisions_,
                    {.models = models_, .policy = &policy, .registry = &registry_, .until = now_});
  }

  std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const override {
    const auto parts = domain::ParseEventId(event_id);
    if (!parts || parts->version.value > decisions_.size()) return std::nullopt;
    const journal::v1::Decision& decision = decisions_[parts->version.value - 1];
    if (parts->number > decision.events_size()) return std::nullopt;
    return decision.events(parts->number - 1);
  }

 private:
  using Decided = std::pair<domain::Outcome, common::v1::Service>;

  template <typename Request>
  Decided DecideOn(const Request& request, const domain::Context& context) const {
    const auto state = [this]<typename State>(size_t i) -> const State& {
      return static_cast<const State&>(*states_[i]);
    };
    if constexpr (requires { intake::Decide(std::declval<intake::State>(), request, context); }) {
      return {intake::Decide(state.template operator()<intake::State>(0), request, context), models_[0].service};
    } else if constexpr (requires { response::Decide(std::declval<response::State>(), request, context); }) {
      return {response::Decide(state.template operator()<response::State>(1), request, context), models_[1].service};
    } else if constexpr (requires { coordination::Decide(std::declval<coordination::State>(), request, context); }) {
      return {coordination::Decide(state.template operator()<coordination::State>(2), request, context),
              models_[2].service};
    } else {
      return {escalation::Decide(state.template operator()<escalation::State>(3), request, context),
              models_[3].service};
    }
  }

  domain::Context NewContext(const common::v1::Actor& who) {
    domain::Context context;
    context.case_id = "case-1";
    context.now = now_;
    context.occurred_at = now_;
    context.actor = who;
    context.version = base::Version{decisions_.size() + 1};
    context.registry = registry_.At(registry_.newest()).get();
    context.history = this;
    context.entropy = std::string(32, 'e');
    return context;
  }

  std::optional<std::pair<const domain::Model*, common::v1::AgendaItem>> FirstDue() const {
    std::optional<std::pair<const domain::Model*, common::v1::AgendaItem>> first;
    const auto order = [](const auto& due) {
      return std::make_tuple(base::FromProto(due.second.due_at()), due.first->name,
                             base::SerializeDeterministically(due.second));
    };
    for (size_t m = 0; m < models_.size(); ++m) {
      for (const common::v1::AgendaItem& item : models_[m].agenda(*states_[m], "case-1")) {
        const auto due = std::make_pair(&models_[m], item);
        if (item.other_case_id().empty() && (!first || order(due) < order(*first))) first = due;
      }
    }
    return first;
  }

  void Fire(const domain::Model& model, const common::v1::AgendaItem& item) {
    const auto step = model.next_step(item, 0, nullptr);
    const domain::Context context = NewContext(testing::Agenda());
    Fold(testing::Agenda(), projection::AgendaRequestId(item),
         {step->decide(*states_[static_cast<size_t>(&model - models_.data())], context), model.service});
  }

  std::vector<std::string> Fold(const common::v1::Actor& who, const std::string& request_id, Decided decided) {
    const auto* no = std::get_if<domain::Rejection>(&decided.first);
    WHISTLE_CHECK(no == nullptr, absl::StrCat("the test's command was refused: ", no ? no->message : ""));
    journal::v1::Decision decision;
    decision.set_case_id("case-1");
    decision.mutable_request()->set_request_id(request_id);
    decision.set_service(decided.second);
    *decision.mutable_decided_at() = base::ToProto(now_);
    decision.set_level(1);
    *decision.mutable_actor() = who;
    decision.set_registry_version(registry_.newest());
    for (const journal::v1::Event& event : std::get<domain::Events>(decided.first)) *decision.add_events() = event;
    decisions_.push_back(std::move(decision));
    const base::Version version{decisions_.size()};
    std::vector<std::string> ids;
    for (int i = 0; i < decisions_.back().events_size(); ++i) {
      ids.push_back(domain::MakeEventId(version, i + 1));
      for (size_t m = 0; m < models_.size(); ++m) {
        models_[m].evolve(*states_[m], decisions_.back().events(i),
                          {"case-1", ids.back(), version, &decisions_.back()});
      }
    }
    return ids;
  }

  const std::vector<domain::Model> models_;
  RecordedRegistry registry_;
  absl::Time now_ = *base::TimeFromText("2021-07-01");
  absl::Duration late_ = absl::ZeroDuration();
  bool paused_ = false;
  std::vector<std::unique_ptr<google::protobuf::Message>> states_;
  Decisions decisions_;
};

// The policy of the tests with one thing changed.
template <typename Change>
registry::v1::Policy PolicyWith(Change change) {
  registry::v1::Policy policy = testing::DefaultPolicy();
  change(policy);
  return policy;
}

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_BACKTEST_TESTING_H_
