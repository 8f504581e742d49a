// Given / When / Then for one service's model: a test that reads as a sentence and shows all of its data.
//
//   TEST(RecordContactTest, DoneRightCountsTheContact) {
//     GivenIntake()                                              // see below
//         .At("2021-07-01")
//         .Event(Petitioner(), R"(case_registered { title: "No gas" policy_version: 1 })")
//         .At("2021-07-02")
//         .When(Petitioner(), Request<RecordContactRequest>("channel: CONTACT_CHANNEL_VISIT"))
//         .ThenRecorded(R"(contact_recorded { channel: CONTACT_CHANNEL_VISIT })")
//         .ThenState("contact_count: 1")
//         .ThenNothingIsDue();
//   }
//
// A service writes this once, in its own namespace, so that its overloads of Decide are found (Given cannot see them):
//
//   inline auto GivenIntake() {
//     return testing::Given<v1::IntakeState>(MakeModel(), [](const auto&... a) { return Decide(a...); });
//   }
//
// The world starts on 2021-07-01 with RegistryBuilder's registry, on "case-1"; OnCase turns to another case of the same
// service. Every command passes CheckCommandContext, is decided with version, event ids and History as the engine gives
// them, and what it decides is folded at once. In every text `@2021-07-15` or `@2021-07-15T08:00:00Z` stands for a
// Timestamp, and in an event that is given, an OrganizationRef with an id alone is completed from the registry.
//
// A scenario may be kept in a variable and continued. Not for use by several threads.
#ifndef WHISTLE_LIBS_TESTING_SCENARIO_H_
#define WHISTLE_LIBS_TESTING_SCENARIO_H_

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/base/time.h"
#include "libs/testing/scenario_registry.h"
#include "libs/testing/scenario_world.h"
#include "whistle/common/v1/errors.pb.h"

namespace whistle::testing {

// The petitioner's side; with the petitioner's random id where it matters.
common::v1::Actor Petitioner(absl::string_view petitioner_id = "");
common::v1::Actor Organization(absl::string_view organization_id, absl::string_view office = "");
// Whose act a due item is; for foreign events that an agenda wrote.
common::v1::Actor Agenda();

// A command, a state, an event in text format (with @dates).
template <typename T>
T Request(absl::string_view text = "") {
  T message;
  ParseText(text, &message);
  return message;
}

template <typename State, typename DecideFn>
class Scenario {
 public:
  Scenario(domain::Model model, DecideFn decide) : world_(std::move(model)), decide_(std::move(decide)) {}

  // --- Given

  // It is now `time` (RFC 3339, or a date for its midnight UTC). Once something happened, never earlier than before.
  Scenario& At(absl::string_view time) {
    world_.AdvanceTo(Time(time));
    return *this;
  }
  Scenario& Later(absl::Duration duration) {
    world_.AdvanceTo(world_.now() + duration);
    return *this;
  }
  // From now on this registry.
  Scenario& With(const RegistryBuilder& registry) {
    world_.SetRegistry(registry.Build());
    return *this;
  }
  // What follows is about this case.
  Scenario& OnCase(absl::string_view case_id) {
    case_id_ = std::string(case_id);
    return *this;
  }
  // The next event or command happened in the world at `time`, earlier than it is entered.
  Scenario& Occurred(absl::string_view time) {
    occurred_at_ = Time(time);
    return *this;
  }
  // One decision of the service that the events belong to, each a journal.v1.Event in text format. Nobody is asked
  // whether it is legal. Without an occurred_at of its own an event occurred now.
  Scenario& Events(const common::v1::Actor& actor, const std::vector<std::string>& texts) {
    std::vector<journal::v1::Event> events;
    for (const std::string& text : texts) {
      auto event = Request<journal::v1::Event>(text);
      if (!event.has_occurred_at()) {
        *event.mutable_occurred_at() = base::ToProto(occurred_at_.value_or(world_.now()));
      }
      CompleteOrganizations(world_.registry(), &event);
      events.push_back(std::move(event));
    }
    occurred_at_.reset();
    WHISTLE_CHECK(!events.empty(), "a decision holds events");
    world_.Record(case_id_, ServiceOf(events.front()), actor, events);
    return *this;
  }
  Scenario& Event(const common::v1::Actor& actor, const std::string& text) { return Events(actor, {text}); }
  // A command of this service, which must be accepted.
  template <typename T>
  Scenario& Command(const common::v1::Actor& actor, T request) {
    When(actor, std::move(request));
    EXPECT_FALSE(rejected()) << "given command " << T::descriptor()->name() << " was refused: " << Said();
    return *this;
  }
  // Anything that a test says often, as a function of the scenario.
  template <typename F>
  Scenario& Do(F&& step) {
    step(*this);
    return *this;
  }

  // --- When

  // The request's context is completed: case, actor, occurred_at, and a new request id, each where the test left it
  // out.
  template <typename T>
  Scenario& When(const common::v1::Actor& actor, T request) {
    common::v1::CommandContext& context = *request.mutable_context();
    if (context.case_id().empty()) context.set_case_id(case_id_);
    if (context.request_id().empty()) context.set_request_id(absl::StrCat("request-", ++requests_));
    if (!context.has_actor()) *context.mutable_actor() = actor;
    if (!context.has_occurred_at() && occurred_at_) *context.mutable_occurred_at() = base::ToProto(*occurred_at_);
    occurred_at_.reset();
    Begin();
    domain::Outcome outcome = world_.Command(
        case_id_, context, [&](const google::protobuf::Message& state, const domain::Context& decided_in) {
          return decide_(static_cast<const State&>(state), std::as_const(request), decided_in);
        });
    if (auto* rejection = std::get_if<domain::Rejection>(&outcome)) rejections_.push_back(*rejection);
    return *this;
  }
  // Everything that is due now is run, over all cases, one item after the other until nothing is due. Executing an item
  // must remove it: one that stays fails the test.
  Scenario& WhenTheAgendaRuns() {
    Begin();
    for (int runs = 0;; ++runs) {
      const auto item = world_.FirstDue();
      if (!item) return *this;
      if (runs == 1000) {
        ADD_FAILURE() << "the agenda did not come to rest; next: " << item->ShortDebugString();
        return *this;
      }
      world_.RunItem(*item, &rejections_);
      for (const auto& left : world_.Agenda(item->case_id())) {
        if (left.SerializeAsString() != item->SerializeAsString()) continue;
        ADD_FAILURE() << "executing the item did not remove it: " << item->ShortDebugString() << "; " << Said();
        return *this;
      }
    }
  }
  // The first due item is begun and left after `steps`, as a crash would.
  Scenario& WhenTheAgendaStopsAfter(int steps) {
    Begin();
    const auto item = world_.FirstDue();
    EXPECT_TRUE(item.has_value()) << "nothing is due";
    if (item) world_.RunItem(*item, &rejections_, steps);
    return *this;
  }

  // --- Then

  // What the When recorded, on this case: these events and no others, each with at least what its text says.
  template <typename... Texts>
  Scenario& ThenRecorded(const Texts&... texts) {
    const std::vector<std::string> expected = {std::string(texts)...};
    EXPECT_FALSE(rejected()) << "it was refused: " << Said();
    const std::vector<journal::v1::Event> actual = Recorded();
    EXPECT_EQ(actual.size(), expected.size()) << "recorded:\n" << Describe(actual);
    for (size_t i = 0; i < expected.size() && i < actual.size(); ++i) {
      EXPECT_EQ(Missing(Request<journal::v1::Event>(expected[i]), actual[i]), "") << "event " << i + 1 << " is:\n"
                                                                                  << actual[i].DebugString();
    }
    return *this;
  }
  // For what text cannot say: `check` is called with the std::vector<Event> that the When recorded on this case.
  template <typename F>
  Scenario& ThenEvents(F&& check) {
    EXPECT_FALSE(rejected()) << "it was refused: " << Said();
    check(Recorded());
    return *this;
  }
  // Nothing was recorded on this case.
  Scenario& ThenNothingWasRecorded() {
    EXPECT_THAT(Recorded(), ::testing::IsEmpty()) << Describe(Recorded());
    return *this;
  }
  Scenario& ThenRejected(common::v1::RejectionKind kind, absl::string_view reason) {
    EXPECT_TRUE(rejected()) << "it was accepted:\n" << Describe(Recorded());
    if (rejected()) {
      EXPECT_EQ(common::v1::RejectionKind_Name(rejections_.back().detail.kind()), common::v1::RejectionKind_Name(kind))
          << Said();
      EXPECT_EQ(rejections_.back().detail.reason(), std::string(reason)) << Said();
      EXPECT_NE(rejections_.back().message, "");
    }
    return *this;
  }
  // The last rejection's message (a string or a matcher: HasSubstr("closed")).
  template <typename M>
  Scenario& ThenMessage(M matcher) {
    EXPECT_TRUE(rejected());
    if (rejected()) {
      EXPECT_THAT(rejections_.back().message, matcher);
    }
    return *this;
  }
  // The last rejection's subject: the field or the thing.
  Scenario& ThenSubject(const std::string& subject) {
    EXPECT_TRUE(rejected());
    if (rejected()) {
      EXPECT_EQ(rejections_.back().detail.subject(), subject) << Said();
    }
    return *this;
  }
  // The case's state has at least what the text says.
  Scenario& ThenState(absl::string_view text) {
    EXPECT_EQ(Missing(Request<State>(text), state()), "") << "the state is:\n" << state().DebugString();
    return *this;
  }
  // For what text cannot say: `check` is called with the state.
  template <typename F>
  requires std::invocable<F, const State&> Scenario& ThenState(F&& check) {
    check(state());
    return *this;
  }
  // The case's agenda, in due order: these items and no others, each with at least what its text says.
  template <typename... Texts>
  Scenario& ThenDue(const Texts&... texts) {
    const std::vector<std::string> expected = {std::string(texts)...};
    const std::vector<common::v1::AgendaItem> actual = world_.Agenda(case_id_);
    EXPECT_EQ(actual.size(), expected.size()) << "due:\n" << Describe(actual);
    for (size_t i = 0; i < expected.size() && i < actual.size(); ++i) {
      EXPECT_EQ(Missing(Request<common::v1::AgendaItem>(expected[i]), actual[i]), "") << "item " << i + 1 << " is:\n"
                                                                                      << actual[i].DebugString();
    }
    return *this;
  }
  Scenario& ThenNothingIsDue() { return ThenDue(); }
  // The case is found under the index or footprint key made of these parts.
  Scenario& ThenFoundUnder(const std::vector<std::string>& parts) {
    EXPECT_TRUE(world_.Keys(case_id_).contains(domain::IndexKey(parts))) << "not under " << absl::StrJoin(parts, "/");
    return *this;
  }
  Scenario& ThenNotFoundUnder(const std::vector<std::string>& parts) {
    EXPECT_FALSE(world_.Keys(case_id_).contains(domain::IndexKey(parts))) << "under " << absl::StrJoin(parts, "/");
    return *this;
  }

  // --- For what a chain cannot say

  const State& state() { return static_cast<const State&>(world_.State(case_id_)); }
  bool rejected() const { return !rejections_.empty(); }
  // What the last When refused; several only for the agenda.
  const std::vector<domain::Rejection>& rejections() const { return rejections_; }
  // What the last When recorded, on this case or on any.
  std::vector<journal::v1::Event> Recorded() const {
    std::vector<journal::v1::Event> events;
    for (size_t i = begun_at_; i < world_.accepted().size(); ++i) {
      const Accepted& accepted = world_.accepted()[i];
      if (accepted.case_id != case_id_) continue;
      events.insert(events.end(), accepted.decision.events().begin(), accepted.decision.events().end());
    }
    return events;
  }
  World& world() { return world_; }

 private:
  static absl::Time Time(absl::string_view text) {
    const auto time = base::TimeFromText(text);
    WHISTLE_CHECK(time.ok(), time.status().ToString());
    return *time;
  }
  void Begin() {
    rejections_.clear();
    begun_at_ = world_.accepted().size();
  }
  std::string Said() const {
    return absl::StrJoin(rejections_, "; ", [](std::string* out, const domain::Rejection& rejection) {
      absl::StrAppend(out, rejection.message, " [", rejection.detail.ShortDebugString(), "]");
    });
  }
  template <typename T>
  static std::string Describe(const std::vector<T>& messages) {
    return absl::StrJoin(messages, "\n",
                         [](std::string* out, const T& message) { out->append(message.ShortDebugString()); });
  }

  World world_;
  DecideFn decide_;
  std::string case_id_ = "case-1";
  std::optional<absl::Time> occurred_at_;
  std::vector<domain::Rejection> rejections_;
  size_t begun_at_ = 0;
  int requests_ = 0;
};

template <typename State, typename DecideFn>
Scenario<State, DecideFn> Given(domain::Model model, DecideFn decide) {
  return Scenario<State, DecideFn>(std::move(model), std::move(decide));
}

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_SCENARIO_H_
