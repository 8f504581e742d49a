#include "libs/host/virtual_time.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/testing/toy.h"
#include "libs/host/testing/toys.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"
#include "libs/telemetry/metrics.h"

namespace whistle::host {
namespace {

using common::v1::AgendaItem;
using engine::testing::AddUpTo;
using engine::testing::ToyState;
using operations::v1::AdvanceClockResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

const absl::Time kStart = absl::FromUnixSeconds(1'000'000'000);

// What a service has on its agenda for a case: from the case's first decision until it has `until` of them.
struct Due {
  absl::Time at;
  int64_t until = 2;
  bool refused = false;
  std::string with = {};
  // Runs when it is decided, on the service's own thread, with how many decisions the case has.
  std::function<void(int64_t count)> on_decide = {};
};
using Agenda = std::map<std::string, Due>;

domain::Model ToyService(const std::string& name, const Agenda* agenda) {
  domain::Model model = engine::testing::ToyModel();
  model.name = name;
  model.agenda = [agenda, name](const google::protobuf::Message& state, const std::string& case_id) {
    std::vector<AgendaItem> items;
    const auto found = agenda->find(case_id);
    const int64_t count = static_cast<const ToyState&>(state).value();
    if (found == agenda->end() || count < 1 || count >= found->second.until) return items;
    AgendaItem item;
    item.set_case_id(case_id);
    *item.mutable_due_at() = base::ToProto(found->second.at);
    item.set_kind(common::v1::AGENDA_KIND_RESPONSE_OVERDUE);
    item.set_subject(absl::StrCat(name, "-", case_id));
    item.set_created_by_event_id("1.1");
    item.set_other_case_id(found->second.with);
    items.push_back(item);
    return items;
  };
  model.next_step = [agenda](const AgendaItem& item, int step,
                             const google::protobuf::Message*) -> std::optional<domain::AgendaStep> {
    if (step > 0) return std::nullopt;
    const Due& due = agenda->at(item.case_id());
    return domain::AgendaStep{item.case_id(),
                              [&due](const google::protobuf::Message& state, const domain::Context& context) {
                                if (due.on_decide) due.on_decide(static_cast<const ToyState&>(state).value());
                                const int64_t limit = due.refused ? 0 : 100;
                                domain::Context own = context;
                                return AddUpTo(limit)(state, own);
                              }};
  };
  return model;
}

class VirtualTimeTest : public ::testing::Test {
 protected:
  // After the agendas are set.
  void Open() {
    auto journal = journal::EmbeddedJournal::Open(
        {.dir = folder_.NewPath(), .clock = &clock_, .clock_kind = journal::ClockKind::kVirtual, .partition_count = 4});
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
    const std::string data = folder_.NewPath();
    for (const auto& [name, agenda] : {std::make_pair("alpha", &alpha_), std::make_pair("beta", &beta_)}) {
      metrics_.push_back(std::make_unique<telemetry::ServiceMetrics>(metrics_registry_, name));
      auto service = HostedService::Open({.model = ToyService(name, agenda),
                                          .registry_model = testing::ToyRegistry(),
                                          .journal = journal_.get(),
                                          .clock = &clock_,
                                          .wall_clock = &wall_clock_,
                                          .data_dir = data,
                                          .metrics = metrics_.back().get(),
                                          .log = telemetry::Logger({.service = name}),
                                          .fire_agenda = false});
      ASSERT_TRUE(service.ok()) << service.status();
      services_.push_back(*std::move(service));
    }
    time_ = std::make_unique<VirtualTime>(&clock_, std::vector<HostedService*>{services_[0].get(), services_[1].get()});
    // Everything is folded once the clock stands still again.
    ASSERT_TRUE(Advance({.to = kStart, .by = std::nullopt}).ok());
  }
  void TearDown() override {
    if (time_) time_->Stop();
    for (const auto& service : services_) service->Stop();
  }

  // Begins a case, through the first service.
  void Begin(const std::string& case_id) {
    const absl::Time give_up_at = absl::Now() + absl::Seconds(30);
    while (!services_[0]->engine().IsHealthy() && absl::Now() < give_up_at) std::this_thread::yield();
    absl::Notification answered;
    engine::Command command;
    command.case_id = case_id;
    command.client = "hotline";
    command.request_id = "begin";
    command.method = "toy.Add";
    command.fingerprint = base::Sha256("begin");
    command.deadline = wall_clock_.Now() + absl::Seconds(30);
    command.decide = AddUpTo(100);
    command.done = [&](engine::Answer answer) {
      EXPECT_TRUE(std::holds_alternative<common::v1::Receipt>(answer));
      answered.Notify();
    };
    services_[0]->engine().Submit(std::move(command));
    answered.WaitForNotification();
  }
  absl::StatusOr<AdvanceClockResponse> Advance(VirtualTime::Advance advance) {
    absl::Notification there;
    absl::StatusOr<AdvanceClockResponse> result = absl::UnknownError("not called");
    time_->AdvanceTo(advance, [&](absl::StatusOr<AdvanceClockResponse> response) {
      result = std::move(response);
      there.Notify();
    });
    there.WaitForNotification();
    return result;
  }
  // "alpha-case-1@3000": what fired, and at how many milliseconds after the start.
  static std::vector<std::string> Fired(const AdvanceClockResponse& response) {
    std::vector<std::string> out;
    for (const auto& fired : response.fired()) {
      out.push_back(absl::StrCat(fired.item().subject(), "@",
                                 absl::ToInt64Milliseconds(base::FromProto(fired.fired_at()) - kStart)));
    }
    return out;
  }

  Agenda alpha_;
  Agenda beta_;
  journal::TestFolder folder_;
  base::VirtualClock clock_{kStart};
  base::RealClock wall_clock_;
  telemetry::Registry metrics_registry_;
  std::vector<std::unique_ptr<telemetry::ServiceMetrics>> metrics_;
  std::unique_ptr<journal::EmbeddedJournal> journal_;
  std::vector<std::unique_ptr<HostedService>> services_;
  std::unique_ptr<VirtualTime> time_;
};

TEST_F(VirtualTimeTest, ItemsFireInOrderOfDueTimeThenCaseThenServiceEachAtItsOwnTime) {
  alpha_["case-b"] = {.at = kStart + absl::Seconds(2)};
  beta_["case-a"] = {.at = kStart + absl::Seconds(1)};
  alpha_["case-d"] = {.at = kStart + absl::Seconds(3)};
  beta_["case-c"] = {.at = kStart + absl::Seconds(3)};
  alpha_["case-e"] = {.at = kStart + absl::Seconds(4), .until = 2};
  beta_["case-e"] = {.at = kStart + absl::Seconds(4), .until = 3};
  alpha_["case-f"] = {.at = kStart + absl::Seconds(11)};
  Open();
  for (const char* id : {"case-f", "case-e", "case-d", "case-c", "case-b", "case-a"}) Begin(id);
  const auto response = Advance({.to = kStart + absl::Seconds(10), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Fired(*response), ElementsAre("beta-case-a@1000", "alpha-case-b@2000", "beta-case-c@3000",
                                            "alpha-case-d@3000", "alpha-case-e@4000", "beta-case-e@4000"));
  EXPECT_EQ(response->fired_count(), 6u);
  EXPECT_EQ(clock_.Now(), kStart + absl::Seconds(10));
  EXPECT_EQ(base::FromProto(response->now()), kStart + absl::Seconds(10));
  const auto again = Advance({.to = kStart + absl::Seconds(10), .by = std::nullopt});
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(Fired(*again), IsEmpty()) << "what fired is gone";
}

TEST_F(VirtualTimeTest, ItemsOfDifferentCasesThatAreDueAtOneMomentAreCarriedOutTogether) {
  absl::Notification a_began;
  absl::Notification b_began;
  bool together = false;
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1), .on_decide = [&](int64_t) {
                        a_began.Notify();
                        together = b_began.WaitForNotificationWithTimeout(absl::Seconds(30));
                      }};
  beta_["case-b"] = {.at = kStart + absl::Seconds(1), .on_decide = [&](int64_t) {
                       b_began.Notify();
                       a_began.WaitForNotificationWithTimeout(absl::Seconds(30));
                     }};
  Open();
  Begin("case-a");
  Begin("case-b");
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(together) << "each waits for the other to begin";
  EXPECT_THAT(Fired(*response), ElementsAre("alpha-case-a@1000", "beta-case-b@1000"));
}

TEST_F(VirtualTimeTest, ItemsOfOneCaseAreCarriedOutOneAfterTheOtherWhicheverServicesTheyAreOf) {
  std::vector<int64_t> alpha_found;
  std::vector<int64_t> beta_found;
  alpha_["case-a"] = {
      .at = kStart + absl::Seconds(1), .until = 2, .on_decide = [&](int64_t count) { alpha_found.push_back(count); }};
  beta_["case-a"] = {
      .at = kStart + absl::Seconds(1), .until = 3, .on_decide = [&](int64_t count) { beta_found.push_back(count); }};
  Open();
  Begin("case-a");
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(alpha_found, ElementsAre(1)) << "the same item is carried out once under its request id";
  EXPECT_THAT(beta_found, ElementsAre(2)) << "decided once, on what alpha's had become";
}

TEST_F(VirtualTimeTest, MoreItemsThanAreCarriedOutTogetherAllFireAtTheirMomentInOrder) {
  std::vector<std::string> expected;
  for (int i = 0; i < 600; ++i) {
    const std::string id = absl::StrCat("case-", 1000 + i);
    alpha_[id] = {.at = kStart + absl::Seconds(1)};
    // Every third has an item of the other service too, which comes second.
    if (i % 3 == 0) beta_[id] = {.at = kStart + absl::Seconds(1), .until = 3};
    expected.push_back(absl::StrCat("alpha-", id, "@1000"));
    if (i % 3 == 0) expected.push_back(absl::StrCat("beta-", id, "@1000"));
  }
  Open();
  for (const auto& [id, unused] : alpha_) Begin(id);
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->fired_count(), 800u);
  std::map<std::string, int> place;
  const std::vector<std::string> fired = Fired(*response);
  EXPECT_THAT(fired, UnorderedElementsAreArray(expected));
  for (size_t i = 0; i < fired.size(); ++i) place[fired[i]] = static_cast<int>(i);
  for (const auto& [id, unused] : beta_) {
    EXPECT_LT(place[absl::StrCat("alpha-", id, "@1000")], place[absl::StrCat("beta-", id, "@1000")]) << id;
  }
}

TEST_F(VirtualTimeTest, WhatConcernsTwoCasesGoesAlone) {
  std::vector<std::string> order;
  absl::Mutex mutex;
  const auto note = [&](const std::string& id) {
    return [&, id](int64_t) {
      // What the two before it are by now, as the store says: carried out to the end, or not begun.
      const auto version = [&](const char* other) { return (*services_[0]->store().FindCase(other))->version(); };
      absl::MutexLock lock(&mutex);
      order.push_back(absl::StrCat(id, " a:", version("case-a"), " b:", version("case-b"), " c:", version("case-c")));
    };
  };
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1), .on_decide = note("case-a")};
  alpha_["case-b"] = {.at = kStart + absl::Seconds(1), .with = "case-c", .on_decide = note("case-b")};
  beta_["case-c"] = {.at = kStart + absl::Seconds(1), .on_decide = note("case-c")};
  Open();
  for (const char* id : {"case-a", "case-b", "case-c"}) Begin(id);
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(order, ElementsAre("case-a a:1 b:1 c:1", "case-b a:2 b:1 c:1", "case-c a:2 b:2 c:1"));
}

TEST_F(VirtualTimeTest, AnOutageLetsWhatWasDueFireLateAtItsEnd) {
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1)};
  beta_["case-b"] = {.at = kStart + absl::Seconds(2)};
  Open();
  Begin("case-a");
  Begin("case-b");
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt, .without_firing = true});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Fired(*response), ElementsAre("alpha-case-a@9000", "beta-case-b@9000"));
}

TEST_F(VirtualTimeTest, ADueTimeBetweenTwoMillisecondsFiresAtTheNext) {
  alpha_["case-a"] = {.at = kStart + absl::Microseconds(1500)};
  Open();
  Begin("case-a");
  const auto response = Advance({.to = kStart + absl::Seconds(1), .by = std::nullopt});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Fired(*response), ElementsAre("alpha-case-a@2"));
}

TEST_F(VirtualTimeTest, TheClockNeverGoesBack) {
  Open();
  const auto back = Advance({.to = kStart - absl::Milliseconds(1), .by = std::nullopt});
  EXPECT_TRUE(absl::IsFailedPrecondition(back.status())) << back.status();
  EXPECT_EQ(clock_.Now(), kStart);
  EXPECT_TRUE(Advance({.to = kStart, .by = std::nullopt}).ok()) << "where it stands is not before";
  EXPECT_TRUE(Advance({.to = kStart, .by = absl::Seconds(1)}).ok());
  EXPECT_EQ(clock_.Now(), kStart + absl::Seconds(1));
  EXPECT_TRUE(
      absl::IsInvalidArgument(Advance({.to = base::LatestTime() + absl::Seconds(1), .by = std::nullopt}).status()));
}

TEST_F(VirtualTimeTest, AnItemThatCannotBeCarriedOutIsNamedAndTheOthersFire) {
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1), .refused = true};
  beta_["case-b"] = {.at = kStart + absl::Seconds(2)};
  Open();
  Begin("case-a");
  Begin("case-b");
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_FALSE(response.ok());
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("alpha-case-a of case case-a"));
  EXPECT_EQ(services_[0]->engine().stuck_items(), 1u);
  const auto other = services_[1]->store().FindCase("case-b");
  ASSERT_TRUE(other.ok() && *other);
  EXPECT_EQ((*other)->version(), 2u);
}

TEST_F(VirtualTimeTest, OneThatFailsAmongThoseOfItsMomentLetsTheOthersPassAndHoldsItsOwnCaseAlone) {
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1)};
  alpha_["case-b"] = {.at = kStart + absl::Seconds(1), .refused = true};
  beta_["case-b"] = {.at = kStart + absl::Seconds(1)};
  beta_["case-c"] = {.at = kStart + absl::Seconds(1)};
  Open();
  for (const char* id : {"case-a", "case-b", "case-c"}) Begin(id);
  const auto response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt});
  ASSERT_FALSE(response.ok());
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("alpha-case-b of case case-b"));
  for (const auto& [id, version] : std::map<std::string, uint64_t>{{"case-a", 2}, {"case-b", 2}, {"case-c", 2}}) {
    const auto row = services_[1]->store().FindCase(id);
    ASSERT_TRUE(row.ok() && *row) << id;
    EXPECT_EQ((*row)->version(), version) << id;
  }
}

TEST_F(VirtualTimeTest, AStopInTheMiddleCarriesOutWhatIsUnderWayAndNothingMore) {
  absl::Notification under_way;
  absl::Notification stopping;
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1), .on_decide = [&](int64_t) {
                        under_way.Notify();
                        stopping.WaitForNotificationWithTimeout(absl::Seconds(30));
                      }};
  beta_["case-b"] = {.at = kStart + absl::Seconds(1)};
  alpha_["case-c"] = {.at = kStart + absl::Seconds(2)};
  Open();
  for (const char* id : {"case-a", "case-b", "case-c"}) Begin(id);
  absl::StatusOr<AdvanceClockResponse> response = absl::UnknownError("not called");
  std::thread advancing([&] { response = Advance({.to = kStart + absl::Seconds(9), .by = std::nullopt}); });
  ASSERT_TRUE(under_way.WaitForNotificationWithTimeout(absl::Seconds(30)));
  std::thread stop([&] { time_->Stop(); });
  // Whoever asks from now on is answered at once: that is how the stop is seen to have begun.
  auto answered = std::make_shared<std::atomic<bool>>(false);
  while (!*answered) {
    time_->AdvanceTo({.to = kStart, .by = std::nullopt}, [answered](const auto&) { *answered = true; });
    std::this_thread::yield();
  }
  stopping.Notify();
  advancing.join();
  stop.join();
  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
  EXPECT_EQ(clock_.Now(), kStart + absl::Seconds(1));
  for (const auto& [id, version] : std::map<std::string, uint64_t>{{"case-a", 2}, {"case-b", 2}, {"case-c", 1}}) {
    const auto row = services_[0]->store().FindCase(id);
    ASSERT_TRUE(row.ok() && *row) << id;
    EXPECT_EQ((*row)->version(), version) << id;
  }
}

TEST_F(VirtualTimeTest, APausedAgendaDoesNotFireAndFiresLateOnceResumed) {
  alpha_["case-a"] = {.at = kStart + absl::Seconds(1)};
  Open();
  Begin("case-a");
  ASSERT_TRUE(services_[0]->PauseAgenda().ok());
  auto response = Advance({.to = kStart + absl::Seconds(5), .by = std::nullopt});
  ASSERT_TRUE(response.ok());
  EXPECT_THAT(Fired(*response), IsEmpty());
  ASSERT_TRUE(services_[0]->ResumeAgenda().ok());
  response = Advance({.to = kStart + absl::Seconds(6), .by = std::nullopt});
  ASSERT_TRUE(response.ok());
  EXPECT_THAT(Fired(*response), ElementsAre("alpha-case-a@5000"));
}

TEST_F(VirtualTimeTest, AfterStopNobodyWaits) {
  Open();
  time_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(Advance({.to = kStart + absl::Seconds(1), .by = std::nullopt}).status()));
}

}  // namespace
}  // namespace whistle::host
