#include "libs/engine/agenda.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/testing/toy.h"
#include "libs/projection/memory_store.h"
#include "libs/testing/faulty_journal.h"
#include "libs/testing/manual_clock.h"

namespace whistle::engine {
namespace {

using common::v1::AgendaItem;
using testing::AddUpTo;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using testing::ManualExecutor;
using ::testing::StartsWith;
using testing::ToyState;
using whistle::testing::FaultyJournal;
using whistle::testing::ManualClock;

const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);

class AgendaObserver final : public Observer {
 public:
  void OnAgendaFired(const AgendaItem& item, absl::Duration late) override {
    fired.push_back(item.case_id());
    lateness.push_back(late);
  }
  void OnAgendaStuck(const AgendaItem& item, absl::string_view why, absl::Duration wait) override {
    stuck.push_back(item.case_id());
    reasons.emplace_back(why);
    waits.push_back(wait);
  }

  std::vector<std::string> fired;
  std::vector<absl::Duration> lateness;
  std::vector<std::string> stuck;
  std::vector<std::string> reasons;
  std::vector<absl::Duration> waits;
};

// One case has at most one item: it is there from the case's first decision to its second.
class AgendaTest : public ::testing::Test {
 protected:
  AgendaTest() {
    model_.agenda = [this](const google::protobuf::Message& state, const std::string& case_id) {
      std::vector<AgendaItem> items;
      const auto found = items_.find(case_id);
      if (found == items_.end()) return items;
      const int64_t count = static_cast<const ToyState&>(state).value();
      if (count == 1 || (count > 1 && stays_)) items.push_back(found->second);
      return items;
    };
    model_.next_step = [this](const AgendaItem& item, int step, const google::protobuf::Message* answered) {
      return next_step_(item, step, answered);
    };
    auto fold = PartitionFold::Open(
        {.model = &model_, .store = &store_, .partition = base::PartitionId::Case(0), .identity = journal_.identity()});
    strand_ = std::make_unique<Strand>(*std::move(fold),
                                       Strand::World{.journal = &journal_,
                                                     .clock = &clock_,
                                                     .wall_clock = &wall_,
                                                     .executor = executor_,
                                                     .observer = &observer_,
                                                     .registry = [this] { return registry_; },
                                                     .registry_next_offset = [] { return base::Offset{0}; }},
                                       StrandOptions());
    Read();
    UseOptions({.grace = absl::ZeroDuration(), .spread = absl::ZeroDuration()});
  }

  void UseOptions(AgendaOptions options) {
    runner_ = std::make_unique<AgendaRunner>(
        AgendaRunner::World{.model = &model_,
                            .store = &store_,
                            .clock = &clock_,
                            .wall_clock = &wall_,
                            .executor = executor_,
                            .observer = &observer_,
                            .submit = [this](Command command) { strand_->Submit(std::move(command)); },
                            .can_fire = [this](const std::string&) { return can_fire_; },
                            .nudge = [this] { ++nudges_; }},
        options);
  }

  void Read() {
    const auto& log = journal_.log();
    const size_t from = strand_->fold().next_offset().value;
    if (from < log.size()) {
      ASSERT_TRUE(strand_->OnRecords(absl::MakeSpan(log).subspan(from)).ok());
    }
    executor_->RunAll();
  }
  // Until nothing moves any more: every append lands and is read, everybody is answered.
  void Settle() {
    executor_->RunAll();
    while (!journal_.waiting.empty()) {
      journal_.Land();
      Read();
    }
  }
  void Pass(absl::Duration by) {
    clock_.Add(by);
    wall_.Add(by);
  }
  void FireDue() {
    ASSERT_TRUE(runner_->FireDue().ok());
    executor_->RunAll();
  }
  absl::Time NextWake() const {
    const auto next = runner_->NextWake();
    EXPECT_TRUE(next.ok()) << next.status();
    return next.value_or(absl::InfinitePast());
  }

  // A client adds one to a case.
  void Add(const std::string& case_id, const std::string& request_id) {
    Command command;
    command.case_id = case_id;
    command.client = "hotline";
    command.request_id = request_id;
    command.method = "toy.Add";
    command.fingerprint = base::Sha256(request_id);
    command.deadline = wall_.Now() + absl::Seconds(10);
    command.decide = AddUpTo(100);
    command.done = [](Answer answer) { EXPECT_TRUE(std::holds_alternative<common::v1::Receipt>(answer)); };
    strand_->Submit(std::move(command));
    Settle();
  }
  // Begins a case with an item on its agenda.
  AgendaItem Begin(const std::string& case_id, absl::Time due_at, const std::string& other_case_id = "") {
    AgendaItem item;
    item.set_case_id(case_id);
    *item.mutable_due_at() = base::ToProto(due_at);
    item.set_kind(common::v1::AGENDA_KIND_RESPONSE_OVERDUE);
    item.set_subject(absl::StrCat("about-", case_id));
    item.set_created_by_event_id("1.1");
    item.set_other_case_id(other_case_id);
    items_[case_id] = item;
    Add(case_id, "begin");
    return item;
  }
  int64_t CountOf(const std::string& case_id) const {
    const auto row = store_.FindCase(case_id);
    ToyState state;
    if (row.ok() && *row) state.ParseFromString((*row)->state());
    return state.value();
  }
  uint64_t OnAgenda() const { return store_.CountAgenda().value_or(999); }
  journal::v1::Decision LastDecision() const {
    journal::v1::Decision decision;
    decision.ParseFromString(journal_.log().back().record.value);
    return decision;
  }

  std::map<std::string, AgendaItem> items_;
  // Items are still there after they were carried out.
  bool stays_ = false;
  bool can_fire_ = true;
  int nudges_ = 0;
  std::function<std::optional<domain::AgendaStep>(const AgendaItem&, int, const google::protobuf::Message*)>
      next_step_ = [](const AgendaItem& item, int step, const google::protobuf::Message*) {
        if (step > 0) return std::optional<domain::AgendaStep>();
        return std::optional<domain::AgendaStep>({item.case_id(), Once(100)});
      };
  // AddUpTo, as an agenda's step decides.
  static std::function<domain::Outcome(const google::protobuf::Message&, const domain::Context&)> Once(int64_t limit) {
    return [add = AddUpTo(limit)](const google::protobuf::Message& state, const domain::Context& context) {
      domain::Context own = context;
      return add(state, own);
    };
  }

  domain::Model model_ = testing::ToyModel();
  ManualClock clock_{kStart};
  ManualClock wall_{kStart};
  FaultyJournal journal_{&clock_};
  projection::MemoryStore store_;
  AgendaObserver observer_;
  std::shared_ptr<ManualExecutor> executor_ = std::make_shared<ManualExecutor>();
  std::shared_ptr<const registry::Registry> registry_ =
      std::make_shared<registry::Registry>(0, registry::v1::RegistryState());
  std::unique_ptr<Strand> strand_;
  std::unique_ptr<AgendaRunner> runner_;
};

TEST_F(AgendaTest, ADueItemIsCarriedOutOnceAndIsGone) {
  Begin("case-1", kStart);
  ASSERT_EQ(OnAgenda(), 1u);
  FireDue();
  EXPECT_EQ(runner_->in_flight(), 1u);
  FireDue();
  EXPECT_EQ(journal_.waiting.size(), 1u) << "what is under way is not started again";
  Settle();
  EXPECT_EQ(CountOf("case-1"), 2);
  EXPECT_EQ(OnAgenda(), 0u);
  EXPECT_EQ(runner_->in_flight(), 0u);
  EXPECT_EQ(nudges_, 1);
  FireDue();
  Settle();
  EXPECT_EQ(CountOf("case-1"), 2);
  EXPECT_THAT(observer_.fired, ElementsAre("case-1"));
  EXPECT_EQ(NextWake(), absl::InfiniteFuture()) << "nothing is left to wake for";
}

TEST_F(AgendaTest, AnItemSpeaksForTheAgendaUnderItsOwnHash) {
  const AgendaItem item = Begin("case-1", kStart);
  FireDue();
  Settle();
  const journal::v1::Decision decision = LastDecision();
  EXPECT_EQ(decision.request().request_id(), projection::AgendaRequestId(item));
  EXPECT_THAT(decision.request().request_id(), StartsWith("agenda:"));
  EXPECT_EQ(decision.request().request_id().size(), 7u + 64u);
  EXPECT_EQ(decision.request().client(), "");
  EXPECT_EQ(decision.actor().kind(), common::v1::ACTOR_KIND_AGENDA);
}

TEST_F(AgendaTest, TheSameItemCarriedOutAgainIsReplayedAndDoesNoHarm) {
  const AgendaItem item = Begin("case-1", kStart);
  FireDue();
  Settle();
  const size_t records = journal_.log().size();
  std::optional<absl::Status> result;
  runner_->Fire(item, [&](absl::Status status) { result = std::move(status); });
  Settle();
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->ok()) << *result;
  EXPECT_EQ(journal_.log().size(), records);
  EXPECT_EQ(CountOf("case-1"), 2);
}

TEST_F(AgendaTest, NothingFiresBeforeItsTime) {
  Begin("case-1", kStart + absl::Hours(1));
  FireDue();
  EXPECT_EQ(NextWake(), wall_.Now() + absl::Hours(1));
  Pass(absl::Hours(1) - absl::Milliseconds(1));
  FireDue();
  EXPECT_THAT(observer_.fired, IsEmpty());
  Pass(absl::Milliseconds(1));
  FireDue();
  EXPECT_THAT(observer_.fired, ElementsAre("case-1"));
}

TEST_F(AgendaTest, OnARealClockAnItemWaitsForTheGraceAndNoLongerThanTheSpread) {
  UseOptions({.grace = absl::Seconds(5), .spread = absl::Seconds(2)});
  Begin("case-1", kStart);
  EXPECT_THAT(NextWake() - wall_.Now(), AllOf(Ge(absl::Seconds(5)), Lt(absl::Seconds(7))));
  Pass(absl::Seconds(5) - absl::Milliseconds(1));
  FireDue();
  EXPECT_THAT(observer_.fired, IsEmpty());
  Pass(NextWake() - wall_.Now());
  FireDue();
  EXPECT_THAT(observer_.fired, ElementsAre("case-1"));
  EXPECT_THAT(observer_.lateness[0], AllOf(Ge(absl::Seconds(5)), Lt(absl::Seconds(7))));
}

TEST_F(AgendaTest, ItemsOfOneMomentAreSpread) {
  UseOptions({.grace = absl::Seconds(5), .spread = absl::Seconds(2)});
  for (int i = 0; i < 60; ++i) Begin(absl::StrCat("case-", i), kStart);
  Pass(absl::Seconds(6));
  FireDue();
  EXPECT_GT(observer_.fired.size(), 0u);
  EXPECT_LT(observer_.fired.size(), 60u);
  Pass(absl::Seconds(1));
  FireDue();
  EXPECT_EQ(observer_.fired.size(), 60u);
}

TEST_F(AgendaTest, TheSixtyFifthItemWaitsUntilOneOfSixtyFourIsDone) {
  for (int i = 0; i < 65; ++i) Begin(absl::StrCat("case-", i), kStart);
  FireDue();
  EXPECT_EQ(runner_->in_flight(), 64u);
  FireDue();
  EXPECT_EQ(journal_.waiting.size(), 64u);
  EXPECT_EQ(NextWake(), absl::InfiniteFuture()) << "whoever finishes nudges";
  journal_.Land();
  Read();
  EXPECT_EQ(runner_->in_flight(), 63u);
  EXPECT_EQ(nudges_, 1);
  FireDue();
  EXPECT_EQ(runner_->in_flight(), 64u);
  EXPECT_EQ(observer_.fired.size(), 65u);
  Settle();
  EXPECT_EQ(OnAgenda(), 0u);
}

TEST_F(AgendaTest, MoreThanAPageOfBackedOffItemsDoesNotHideTheNext) {
  next_step_ = [](const AgendaItem& item, int step, const google::protobuf::Message*) {
    if (step > 0) return std::optional<domain::AgendaStep>();
    return std::optional<domain::AgendaStep>({item.case_id(), Once(item.case_id() == "last" ? 100 : 0)});
  };
  for (int i = 0; i < 300; ++i) Begin(absl::StrCat("case-", i), kStart);
  Begin("last", kStart + absl::Milliseconds(1));
  Pass(absl::Milliseconds(1));
  for (int i = 0; i < 5; ++i) {
    FireDue();
    Settle();
  }
  EXPECT_EQ(runner_->stuck(), 300u);
  EXPECT_EQ(CountOf("last"), 2);
}

TEST_F(AgendaTest, ARefusedItemIsBackedOffAndAlarmedAndLetsOthersPass) {
  UseOptions({.grace = absl::ZeroDuration(), .spread = absl::ZeroDuration(), .retry_max = absl::Seconds(4)});
  next_step_ = [](const AgendaItem& item, int step, const google::protobuf::Message*) {
    if (step > 0) return std::optional<domain::AgendaStep>();
    return std::optional<domain::AgendaStep>({item.case_id(), Once(item.case_id() == "refused" ? 0 : 100)});
  };
  Begin("refused", kStart - absl::Hours(1));
  Begin("fine", kStart);
  FireDue();
  Settle();
  EXPECT_EQ(CountOf("fine"), 2);
  EXPECT_EQ(runner_->stuck(), 1u);
  for (int seconds : {1, 2, 4, 4}) {
    EXPECT_EQ(observer_.waits.back(), absl::Seconds(seconds));
    EXPECT_EQ(NextWake(), wall_.Now() + absl::Seconds(seconds));
    const size_t fired = observer_.fired.size();
    Pass(absl::Seconds(seconds) - absl::Milliseconds(1));
    FireDue();
    EXPECT_EQ(observer_.fired.size(), fired) << "too early for another try";
    Pass(absl::Milliseconds(1));
    FireDue();
    Settle();
    EXPECT_EQ(observer_.fired.size(), fired + 1);
  }
  EXPECT_EQ(runner_->stuck(), 1u) << "one item, however often it was tried";
  EXPECT_EQ(observer_.stuck.size(), 5u);
  EXPECT_EQ(CountOf("refused"), 1);
}

TEST_F(AgendaTest, AnItemThatWasCarriedOutAndStaysIsStuckWithoutBeingCarriedOutAgain) {
  stays_ = true;
  Begin("case-1", kStart);
  FireDue();
  Settle();
  EXPECT_EQ(runner_->stuck(), 1u);
  ASSERT_EQ(observer_.reasons.size(), 1u);
  EXPECT_THAT(observer_.reasons[0], HasSubstr("still on the agenda"));
  Pass(absl::Seconds(1));
  FireDue();
  Settle();
  EXPECT_EQ(CountOf("case-1"), 2) << "its request id was carried out already";
  EXPECT_EQ(observer_.stuck.size(), 2u);
}

TEST_F(AgendaTest, AnUnknownOutcomeIsTriedAgainQuietly) {
  Begin("case-1", kStart);
  FireDue();
  journal::Record ghost = journal_.FailUnknown();
  executor_->RunAll();
  EXPECT_EQ(runner_->in_flight(), 0u);
  EXPECT_EQ(runner_->stuck(), 0u);
  EXPECT_THAT(observer_.stuck, IsEmpty());
  FireDue();
  EXPECT_TRUE(journal_.waiting.empty()) << "backed off";
  Pass(absl::Seconds(1));
  // It landed after all, and is read when the second attempt is under way.
  FireDue();
  ASSERT_EQ(journal_.waiting.size(), 1u);
  journal_.Put(std::move(ghost));
  Settle();
  EXPECT_EQ(CountOf("case-1"), 2) << "once, whatever landed";
  EXPECT_EQ(OnAgenda(), 0u);
  EXPECT_EQ(runner_->stuck(), 0u);
  EXPECT_EQ(NextWake(), absl::InfiniteFuture());
}

TEST_F(AgendaTest, AnItemThatVanishedByOtherMeansIsForgotten) {
  next_step_ = [](const AgendaItem& item, int step, const google::protobuf::Message*) {
    if (step > 0) return std::optional<domain::AgendaStep>();
    return std::optional<domain::AgendaStep>({item.case_id(), Once(0)});
  };
  Begin("case-1", kStart);
  FireDue();
  Settle();
  ASSERT_EQ(runner_->stuck(), 1u);
  Add("case-1", "by-hand");
  ASSERT_EQ(OnAgenda(), 0u);
  Pass(absl::Hours(1));
  EXPECT_GT(NextWake(), wall_.Now()) << "a wake in the past would spin";
  FireDue();
  EXPECT_EQ(runner_->stuck(), 0u);
  EXPECT_EQ(NextWake(), absl::InfiniteFuture());
  EXPECT_EQ(observer_.fired.size(), 1u);
}

TEST_F(AgendaTest, NothingFiresWhereItsPartitionDoesNotDecide) {
  can_fire_ = false;
  Begin("case-1", kStart - absl::Hours(1));
  FireDue();
  EXPECT_THAT(observer_.fired, IsEmpty());
  EXPECT_GT(NextWake(), wall_.Now()) << "looked at again, but not at once";
  EXPECT_LT(NextWake(), wall_.Now() + absl::Seconds(1));
  can_fire_ = true;
  FireDue();
  Settle();
  EXPECT_EQ(OnAgenda(), 0u);
}

TEST_F(AgendaTest, AConversationGoesToTheOtherCaseAndComesHomeWithItsAnswer) {
  std::optional<int64_t> answered_with;
  next_step_ = [&](const AgendaItem& item, int step,
                   const google::protobuf::Message* answered) -> std::optional<domain::AgendaStep> {
    if (step == 0) {
      EXPECT_EQ(answered, nullptr);
      return domain::AgendaStep{item.other_case_id(), Once(3)};
    }
    if (step == 1) {
      answered_with = static_cast<const ToyState&>(*answered).value();
      return domain::AgendaStep{item.case_id(), Once(100)};
    }
    return std::nullopt;
  };
  for (const char* id : {"a", "b", "c"}) Add("target", id);
  Begin("source", kStart, "target");
  FireDue();
  Settle();
  EXPECT_EQ(answered_with, 3);
  EXPECT_EQ(CountOf("target"), 3) << "it refused";
  EXPECT_EQ(CountOf("source"), 2) << "and the source took its refusal down";
  EXPECT_EQ(OnAgenda(), 0u);
  EXPECT_EQ(runner_->stuck(), 0u) << "a refusal that the item could deal with is no alarm";
}

TEST_F(AgendaTest, AConversationThatTheOtherCaseTakesUpChangesBoth) {
  std::optional<int64_t> answered_with;
  next_step_ = [&](const AgendaItem& item, int step,
                   const google::protobuf::Message* answered) -> std::optional<domain::AgendaStep> {
    if (step == 0) return domain::AgendaStep{item.other_case_id(), Once(100)};
    if (step > 1) return std::nullopt;
    answered_with = static_cast<const ToyState&>(*answered).value();
    return domain::AgendaStep{item.case_id(), Once(100)};
  };
  Add("target", "a");
  Begin("source", kStart, "target");
  FireDue();
  Settle();
  EXPECT_EQ(answered_with, 2);
  EXPECT_EQ(CountOf("target"), 2);
  EXPECT_EQ(CountOf("source"), 2);
}

TEST_F(AgendaTest, WhatIsDueIsListedFromTheEarliestOnWithoutWhatIsPassedOver) {
  const AgendaItem last = Begin("a", kStart + absl::Seconds(2));
  const AgendaItem first = Begin("b", kStart + absl::Seconds(1));
  const AgendaItem second = Begin("c", kStart + absl::Seconds(1));
  const auto due = [&](absl::Time until, const absl::flat_hash_set<std::string>& skip, size_t limit) {
    const auto items = runner_->Due(until, skip, limit);
    EXPECT_TRUE(items.ok()) << items.status();
    std::vector<std::string> cases;
    if (items.ok()) {
      for (const AgendaItem& item : *items) cases.push_back(item.case_id());
    }
    return cases;
  };
  const std::string first_id = projection::AgendaRequestId(first);
  EXPECT_THAT(due(kStart, {}, 9), IsEmpty());
  EXPECT_THAT(due(kStart + absl::Seconds(1), {}, 9), ElementsAre("b", "c"));
  EXPECT_THAT(due(kStart + absl::Seconds(2), {}, 9), ElementsAre("b", "c", "a"));
  EXPECT_THAT(due(kStart + absl::Seconds(2), {}, 2), ElementsAre("b", "c"));
  EXPECT_THAT(due(kStart + absl::Seconds(2), {first_id}, 2), ElementsAre("c", "a"));
  EXPECT_THAT(due(kStart + absl::Seconds(2),
                  {first_id, projection::AgendaRequestId(second), projection::AgendaRequestId(last)}, 1),
              IsEmpty());
}

}  // namespace
}  // namespace whistle::engine
