#include "libs/engine/strand.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/records.h"
#include "libs/engine/testing/toy.h"
#include "libs/projection/memory_store.h"
#include "libs/testing/faulty_journal.h"
#include "libs/testing/manual_clock.h"

namespace whistle::engine {
namespace {

using testing::AddUpTo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ManualExecutor;
using whistle::testing::FaultyJournal;
using whistle::testing::ManualClock;

const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);

// A store on a disk that has no room while `full` says so.
class FillableStore final : public projection::MemoryStore {
 public:
  absl::Status Commit(const projection::WriteSet& set) override {
    return full ? absl::ResourceExhaustedError("no space left on device") : MemoryStore::Commit(set);
  }
  bool full = false;
};

// One instance: a strand over its own memory store. Several share a journal.
class Instance {
 public:
  Instance(FaultyJournal* journal, const ManualClock* clock, const ManualClock* wall, uint64_t seed)
      : journal_(journal), executor_(std::make_shared<ManualExecutor>()) {
    auto fold = PartitionFold::Open(
        {.model = &model_, .store = &store, .partition = base::PartitionId::Case(0), .identity = journal->identity()});
    strand = std::make_unique<Strand>(*std::move(fold),
                                      Strand::World{.journal = journal,
                                                    .clock = clock,
                                                    .wall_clock = wall,
                                                    .executor = executor_,
                                                    .observer = &observer_,
                                                    .registry = [this] { return registry_; },
                                                    .registry_next_offset = [] { return base::Offset{0}; },
                                                    .registry_health = [this] { return registry_health; }},
                                      StrandOptions{.redo_wait = absl::Milliseconds(3), .seed = seed});
    Read();
  }

  // Reads everything that is in the journal.
  void Read() { ReadUpTo(journal_->end()); }
  void ReadUpTo(base::Offset end) {
    const auto& log = journal_->log();
    const int64_t from = strand->fold().next_offset().value;
    if (from < end.value) {
      last_read = strand->OnRecords(absl::MakeSpan(log).subspan(from, end.value - from));
    }
    executor_->RunAll();
  }
  void RunPosted() { executor_->RunAll(); }

  // The answer's place in `answers` is the command's number.
  size_t Submit(const std::string& request_id, int64_t limit, absl::Duration timeout = absl::Seconds(10),
                const std::string& body = "add", const std::string& client = "hotline") {
    const size_t number = answers.size();
    answers.emplace_back();
    Command command;
    command.case_id = "case-1";
    command.client = client;
    command.request_id = request_id;
    command.method = "toy.Add";
    command.fingerprint = base::Sha256(body);
    command.deadline = kStart + timeout;
    command.decide = AddUpTo(limit);
    command.done = [this, number](Answer answer) { answers[number] = std::move(answer); };
    strand->Submit(std::move(command));
    executor_->RunAll();
    return number;
  }

  const common::v1::Receipt* ReceiptOf(size_t number) const {
    return answers[number] ? std::get_if<common::v1::Receipt>(&*answers[number]) : nullptr;
  }
  const domain::Rejection* RejectionOf(size_t number) const {
    return answers[number] ? std::get_if<domain::Rejection>(&*answers[number]) : nullptr;
  }
  absl::Status StatusOf(size_t number) const {
    if (!answers[number]) return absl::UnknownError("not answered");
    const auto* status = std::get_if<absl::Status>(&*answers[number]);
    return status == nullptr ? absl::OkStatus() : *status;
  }

  FillableStore store;
  absl::Status registry_health;
  std::vector<std::optional<Answer>> answers;
  absl::Status last_read;

 private:
  domain::Model model_ = testing::ToyModel();
  Observer observer_;
  FaultyJournal* journal_;
  std::shared_ptr<ManualExecutor> executor_;
  std::shared_ptr<const registry::Registry> registry_ =
      std::make_shared<registry::Registry>(0, registry::v1::RegistryState());

 public:
  // Goes first: it answers whom it still has.
  std::unique_ptr<Strand> strand;
};

class StrandTest : public ::testing::Test {
 protected:
  ManualClock clock_{kStart};
  ManualClock wall_{kStart};
  FaultyJournal journal_{&clock_};
  Instance a_{&journal_, &clock_, &wall_, 1};
  Instance b_{&journal_, &clock_, &wall_, 2};
};

TEST_F(StrandTest, ACommandIsAnsweredOnceItsRecordWasRead) {
  const size_t add = a_.Submit("r1", 10);
  journal_.Land();
  EXPECT_EQ(a_.ReceiptOf(add), nullptr);
  a_.Read();
  ASSERT_NE(a_.ReceiptOf(add), nullptr);
  EXPECT_EQ(a_.ReceiptOf(add)->version(), 1u);
  EXPECT_EQ(a_.ReceiptOf(add)->position().offset(), 1);
  EXPECT_THAT(a_.ReceiptOf(add)->event_ids(), ElementsAre("1.1"));
  EXPECT_FALSE(a_.ReceiptOf(add)->replayed());
  EXPECT_EQ(a_.ReceiptOf(add)->head(), base::Sha256(journal_.log()[1].record.value).bytes());
}

TEST_F(StrandTest, LaterCommandsDecideOnWhatIsPending) {
  const size_t first = a_.Submit("r1", 1);
  const size_t second = a_.Submit("r2", 1);
  ASSERT_EQ(journal_.waiting.size(), 1u) << "the second is refused: the first is already counted";
  EXPECT_EQ(a_.RejectionOf(second), nullptr) << "but it rests on what is not accepted yet";
  journal_.Land();
  a_.Read();
  EXPECT_NE(a_.ReceiptOf(first), nullptr);
  EXPECT_NE(a_.RejectionOf(second), nullptr);
}

TEST_F(StrandTest, PipelinedCommandsNameEachOtherAsParents) {
  for (const char* id : {"r1", "r2", "r3"}) a_.Submit(id, 10);
  for (int i = 0; i < 3; ++i) journal_.Land();
  a_.Read();
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(a_.ReceiptOf(i)->version(), i + 1);
}

TEST_F(StrandTest, TheSameRequestIdGetsTheFirstReceipt) {
  const size_t first = a_.Submit("r1", 10);
  const size_t while_pending = a_.Submit("r1", 10);
  journal_.Land();
  a_.Read();
  const size_t later = a_.Submit("r1", 10);
  b_.Read();
  const size_t elsewhere = b_.Submit("r1", 10);
  EXPECT_FALSE(a_.ReceiptOf(first)->replayed());
  for (const auto* receipt : {a_.ReceiptOf(while_pending), a_.ReceiptOf(later), b_.ReceiptOf(elsewhere)}) {
    ASSERT_NE(receipt, nullptr);
    EXPECT_TRUE(receipt->replayed());
    EXPECT_EQ(receipt->head(), a_.ReceiptOf(first)->head());
    EXPECT_EQ(receipt->position().offset(), 1);
    EXPECT_THAT(receipt->event_ids(), ElementsAre("1.1"));
  }
  EXPECT_TRUE(journal_.waiting.empty());
}

TEST_F(StrandTest, ARequestIdReusedForAnotherCommandIsRefused) {
  a_.Submit("r1", 10);
  const size_t pending = a_.Submit("r1", 10, absl::Seconds(10), "another body");
  EXPECT_EQ(a_.RejectionOf(pending), nullptr);
  journal_.Land();
  a_.Read();
  const size_t later = a_.Submit("r1", 10, absl::Seconds(10), "another body");
  for (const auto* rejection : {a_.RejectionOf(pending), a_.RejectionOf(later)}) {
    ASSERT_NE(rejection, nullptr);
    EXPECT_EQ(rejection->detail.kind(), common::v1::REJECTION_KIND_REQUEST_ID_REUSED);
    EXPECT_THAT(rejection->message, HasSubstr("\"r1\""));
  }
}

TEST_F(StrandTest, AnotherClientMayUseTheSameRequestId) {
  a_.Submit("r1", 10);
  const size_t other = a_.Submit("r1", 10, absl::Seconds(10), "add", "app");
  journal_.Land();
  journal_.Land();
  a_.Read();
  ASSERT_NE(a_.ReceiptOf(other), nullptr);
  EXPECT_FALSE(a_.ReceiptOf(other)->replayed());
  EXPECT_EQ(a_.ReceiptOf(other)->version(), 2u);
}

TEST_F(StrandTest, OfTwoInstancesOneWinsAndTheOtherDecidesAgain) {
  const size_t of_a = a_.Submit("a", 10);
  const size_t of_b = b_.Submit("b", 10);
  journal_.Land();
  journal_.Land();
  a_.Read();
  b_.Read();
  EXPECT_EQ(a_.ReceiptOf(of_a)->version(), 1u);
  EXPECT_EQ(b_.ReceiptOf(of_b), nullptr);
  EXPECT_TRUE(journal_.waiting.empty()) << "it waits a moment before it tries again";
  wall_.Add(absl::Milliseconds(6));
  b_.strand->OnWake();
  ASSERT_EQ(journal_.waiting.size(), 1u);
  journal_.Land();
  b_.Read();
  ASSERT_NE(b_.ReceiptOf(of_b), nullptr);
  EXPECT_EQ(b_.ReceiptOf(of_b)->version(), 2u);
}

TEST_F(StrandTest, WhoSeesAnotherLoseLetsItHaveItsTurn) {
  a_.Submit("a1", 10);
  const size_t of_b = b_.Submit("b1", 10);
  a_.Submit("a2", 10);
  journal_.Land();
  journal_.Land();
  a_.Read();
  ASSERT_EQ(journal_.waiting.size(), 1u) << "a2, which was built on a1";
  const size_t later = a_.Submit("a3", 10);
  EXPECT_EQ(journal_.waiting.size(), 1u) << "held: b has lost, and would lose again";
  journal_.Land();
  a_.Read();
  b_.Read();
  EXPECT_TRUE(journal_.waiting.empty()) << "nor is it sent at once when nothing is pending any more";

  // b's turn: it finds the head at rest.
  wall_.Add(absl::Milliseconds(6));
  b_.strand->OnWake();
  journal_.Land();
  b_.Read();
  EXPECT_NE(b_.ReceiptOf(of_b), nullptr);
  a_.Read();
  wall_.Set(a_.strand->NextWake());
  a_.strand->OnWake();
  ASSERT_EQ(journal_.waiting.size(), 1u);
  journal_.Land();
  a_.Read();
  ASSERT_NE(a_.ReceiptOf(later), nullptr);
  EXPECT_EQ(a_.ReceiptOf(later)->version(), 4u);
}

TEST_F(StrandTest, WhatWasBuiltOnASupersededDecisionIsRedoneToo) {
  b_.Submit("b", 10);
  const size_t first = a_.Submit("a1", 10);
  const size_t second = a_.Submit("a2", 10);
  for (int i = 0; i < 3; ++i) journal_.Land();
  a_.Read();
  EXPECT_EQ(a_.ReceiptOf(first), nullptr);
  wall_.Add(absl::Milliseconds(6));
  a_.strand->OnWake();
  while (!journal_.waiting.empty()) journal_.Land();
  a_.Read();
  ASSERT_NE(a_.ReceiptOf(first), nullptr);
  ASSERT_NE(a_.ReceiptOf(second), nullptr);
  EXPECT_EQ(a_.ReceiptOf(first)->version() + a_.ReceiptOf(second)->version(), 2u + 3u);
}

TEST_F(StrandTest, ARedoMayTurnIntoARefusal) {
  b_.Submit("b", 1);
  const size_t of_a = a_.Submit("a", 1);
  journal_.Land();
  journal_.Land();
  a_.Read();
  wall_.Add(absl::Milliseconds(6));
  a_.strand->OnWake();
  a_.RunPosted();
  ASSERT_NE(a_.RejectionOf(of_a), nullptr);
  EXPECT_EQ(a_.RejectionOf(of_a)->detail.kind(), common::v1::REJECTION_KIND_LIMIT);
}

TEST_F(StrandTest, ADeadlineThatPassesWhileSupersededIsAborted) {
  b_.Submit("b", 10);
  const size_t of_a = a_.Submit("a", 10, absl::Milliseconds(4));
  journal_.Land();
  journal_.Land();
  wall_.Add(absl::Milliseconds(3));
  a_.Read();
  wall_.Add(absl::Milliseconds(1));
  a_.strand->OnWake();
  EXPECT_TRUE(absl::IsAborted(a_.StatusOf(of_a))) << a_.StatusOf(of_a);
}

TEST_F(StrandTest, ADeadlineThatPassesInFlightIsUnavailableAndARetryGetsTheReceipt) {
  const size_t first = a_.Submit("r1", 10, absl::Milliseconds(100));
  wall_.Add(absl::Milliseconds(100));
  a_.strand->OnWake();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(first)));
  journal_.Land();
  a_.Read();
  const size_t retry = a_.Submit("r1", 10);
  ASSERT_NE(a_.ReceiptOf(retry), nullptr);
  EXPECT_TRUE(a_.ReceiptOf(retry)->replayed());
}

TEST_F(StrandTest, AnInstanceThatWasHeldUpGivesNoVerdictAfterTheDeadline) {
  const size_t held_up = a_.Submit("r1", 10, absl::Milliseconds(100));
  journal_.Land();
  wall_.Add(absl::Milliseconds(101));
  a_.Read();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(held_up)));
}

TEST_F(StrandTest, AnUnknownOutcomeTakesWhatWasBuiltOnItAlong) {
  const size_t first = a_.Submit("r1", 10);
  const size_t second = a_.Submit("r2", 10);
  journal::Record late = journal_.FailUnknown();
  a_.RunPosted();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(first)));
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(second)));

  const size_t fresh = a_.Submit("r3", 10);
  ASSERT_EQ(journal_.waiting.size(), 2u);
  journal_.Put(std::move(late));  // It landed after all, before the new one.
  journal_.Land();                // And what was built on it too.
  journal_.Land();
  a_.Read();
  EXPECT_EQ(a_.ReceiptOf(fresh), nullptr) << "it was decided on a head that is no longer";
  wall_.Add(absl::Milliseconds(6));
  a_.strand->OnWake();
  journal_.Land();
  a_.Read();
  EXPECT_EQ(a_.ReceiptOf(fresh)->version(), 3u);
  const size_t retry = a_.Submit("r1", 10);
  EXPECT_TRUE(a_.ReceiptOf(retry)->replayed());
  EXPECT_EQ(a_.ReceiptOf(retry)->version(), 1u);
}

TEST_F(StrandTest, WhatWasBuiltOnARefusedAppendIsDecidedAgain) {
  const size_t first = a_.Submit("r1", 10);
  const size_t second = a_.Submit("r2", 10);
  journal_.Refuse();
  a_.RunPosted();
  EXPECT_TRUE(absl::IsResourceExhausted(a_.StatusOf(first)));
  journal_.Land();
  a_.Read();
  wall_.Add(absl::Milliseconds(6));
  a_.strand->OnWake();
  journal_.Land();
  a_.Read();
  ASSERT_NE(a_.ReceiptOf(second), nullptr);
  EXPECT_EQ(a_.ReceiptOf(second)->version(), 1u);
}

// The same command in the same millisecond on the same state: a verdict on one instance's record says nothing of the
// other's.
TEST_F(StrandTest, TwoInstancesAttemptsAtOneCommandAreNotTakenForEachOther) {
  const size_t of_a = a_.Submit("r1", 10);
  b_.Submit("r1", 10);
  ASSERT_EQ(journal_.waiting.size(), 2u);
  EXPECT_NE(journal_.waiting[0].record.value, journal_.waiting[1].record.value);
  journal_.Put(journal_.waiting[1].record);
  a_.Read();
  EXPECT_EQ(a_.ReceiptOf(of_a), nullptr) << "its own record is still on its way";
}

TEST_F(StrandTest, WhatWasBuiltOnADecisionWithAnEarlyClockIsNotSaidToHaveNotHappened) {
  clock_.Add(kDecidedAfterStampMax + absl::Milliseconds(1));
  a_.Submit("r1", 10);
  const size_t second = a_.Submit("r2", 10, absl::Milliseconds(4));
  clock_.Set(kStart);
  journal::Record copies[] = {journal_.waiting[0].record, journal_.waiting[1].record};
  journal_.Land();
  journal_.Land();
  wall_.Add(absl::Milliseconds(3));
  a_.Read();
  wall_.Add(absl::Milliseconds(1));
  a_.strand->OnWake();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(second))) << a_.StatusOf(second);
  // For the journal was given both of them twice, and a moment later their time is plausible.
  clock_.Add(absl::Milliseconds(1));
  for (journal::Record& copy : copies) journal_.Put(std::move(copy));
  a_.Read();
  const size_t retry = a_.Submit("r2", 10);
  ASSERT_NE(a_.ReceiptOf(retry), nullptr);
  EXPECT_TRUE(a_.ReceiptOf(retry)->replayed());
}

TEST_F(StrandTest, ARefusalWaitsUntilTheJournalsEndAsOfTheCallWasRead) {
  a_.Submit("r1", 10);
  journal_.Land();
  a_.Read();
  // Another instance's decision is in the journal, and this one has not read it.
  b_.Read();
  b_.Submit("b", 10);
  journal_.Land();
  const size_t refused = a_.Submit("r2", 1);
  EXPECT_EQ(a_.RejectionOf(refused), nullptr);
  a_.Read();
  ASSERT_NE(a_.RejectionOf(refused), nullptr);
  EXPECT_THAT(a_.RejectionOf(refused)->message, HasSubstr("there are 2 already"))
      << "the truth at the end, not at the call";
}

TEST_F(StrandTest, ADecisionWithAClockThatIsWrongDoesNotCountAndSaysBothClocks) {
  const size_t add = a_.Submit("r1", 10);
  clock_.Add(kDecidedBeforeStampMax + absl::Milliseconds(1));
  journal_.Land();
  a_.Read();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(add)));
  EXPECT_THAT(std::string(a_.StatusOf(add).message()), HasSubstr(base::TimeText(kStart)));
  EXPECT_THAT(std::string(a_.StatusOf(add).message()), HasSubstr(base::TimeText(clock_.Now())));
  EXPECT_TRUE(journal_.waiting.empty()) << "it is not redone";
}

TEST_F(StrandTest, ADecisionExactlyAtTheWindowsEdgeCounts) {
  const size_t add = a_.Submit("r1", 10);
  clock_.Add(kDecidedBeforeStampMax);
  journal_.Land();
  a_.Read();
  EXPECT_NE(a_.ReceiptOf(add), nullptr);
}

TEST_F(StrandTest, AHaltAnswersEverybodyAndWhoComesLater) {
  const size_t in_flight = a_.Submit("r1", 10);
  const size_t parked = a_.Submit("r2", 1);
  absl::Status position;
  a_.strand->AwaitPosition(base::Offset{100}, absl::InfiniteFuture(), [&](absl::Status s) { position = std::move(s); });
  a_.strand->Halt(absl::DataLossError("DIVERGED: the journal is another one"));
  const size_t later = a_.Submit("r3", 10);
  for (const size_t number : {in_flight, parked, later}) {
    EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(number))) << number;
    EXPECT_THAT(std::string(a_.StatusOf(number).message()), HasSubstr("DIVERGED"));
  }
  EXPECT_TRUE(absl::IsUnavailable(position));
  EXPECT_EQ(a_.strand->unanswered(), 0u);
}

TEST_F(StrandTest, NobodyIsParkedOnARegistryThatIsReadNoFurther) {
  a_.Submit("r1", 10);
  a_.registry_health = absl::UnavailableError("the registry's reader is dead");
  const size_t reused = a_.Submit("r1", 10, absl::Seconds(10), "another body");
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(reused))) << a_.StatusOf(reused);
}

TEST_F(StrandTest, AFullStoreFoldsNothingAndGoesOnOnceThereIsRoom) {
  const size_t add = a_.Submit("r1", 10);
  journal_.Land();
  a_.store.full = true;
  a_.Read();
  EXPECT_TRUE(absl::IsResourceExhausted(a_.last_read)) << a_.last_read;
  EXPECT_TRUE(a_.strand->health().ok());
  EXPECT_EQ(a_.strand->fold().next_offset(), base::Offset{1});
  EXPECT_EQ(a_.ReceiptOf(add), nullptr);

  a_.store.full = false;
  a_.Read();
  EXPECT_TRUE(a_.last_read.ok()) << a_.last_read;
  ASSERT_NE(a_.ReceiptOf(add), nullptr);
  EXPECT_EQ(a_.ReceiptOf(add)->version(), 1u);
}

TEST_F(StrandTest, ADivergedPartitionHasReachedNoPosition) {
  a_.Submit("r1", 10);
  journal_.Land();
  a_.Read();
  a_.strand->Halt(absl::DataLossError("DIVERGED: the journal is another one"));
  absl::Status reached;
  a_.strand->AwaitPosition(base::Offset{1}, absl::InfiniteFuture(), [&](absl::Status s) { reached = std::move(s); });
  EXPECT_TRUE(absl::IsDataLoss(reached)) << reached;
}

TEST_F(StrandTest, AHaltedPartitionStillSaysWhatItHasReached) {
  a_.Submit("r1", 10);
  journal_.Land();
  a_.Read();
  a_.strand->Halt(absl::FailedPreconditionError("HALTED: level 2"));
  absl::Status reached = absl::UnknownError("not called");
  a_.strand->AwaitPosition(base::Offset{2}, absl::InfiniteFuture(), [&](absl::Status s) { reached = std::move(s); });
  EXPECT_TRUE(reached.ok()) << reached;
}

TEST_F(StrandTest, NobodyWaitsOnAReaderThatDoesNotComeToWhatWasAcknowledged) {
  const size_t add = a_.Submit("r1", 10, absl::Hours(1));
  journal_.Land();
  a_.RunPosted();
  wall_.Add(absl::Seconds(10));
  EXPECT_LE(a_.strand->NextWake(), wall_.Now());
  a_.strand->OnWake();
  EXPECT_TRUE(absl::IsUnavailable(a_.StatusOf(add)));
}

TEST_F(StrandTest, ADecisionOfAnUnknownLevelHaltsThePartitionAfterWhatCameBefore) {
  const size_t first = a_.Submit("r1", 10);
  journal_.Land();
  journal::v1::Decision decision;
  ASSERT_TRUE(decision.ParseFromString(journal_.log()[1].record.value));
  decision.set_level(kLevelKnown + 1);
  std::string bytes = base::SerializeDeterministically(decision);
  journal_.Put(MakeRecord(decision, base::Sha256(bytes), std::string(bytes)));
  a_.Read();
  EXPECT_NE(a_.ReceiptOf(first), nullptr);
  EXPECT_TRUE(absl::IsFailedPrecondition(a_.last_read));
  EXPECT_THAT(std::string(a_.last_read.message()), HasSubstr("level 2"));
  EXPECT_EQ(a_.strand->fold().next_offset(), base::Offset{2});
}

TEST_F(StrandTest, AMalformedRecordCountsForNobodyAndIsListed) {
  journal_.Put({.key = "case-1", .value = "\xff\xff not a decision", .headers = {}});
  a_.Submit("r1", 10);
  journal_.Land();
  a_.Read();
  EXPECT_EQ(a_.ReceiptOf(0)->version(), 1u);
  const auto rows = a_.store.ScanQuarantine(std::nullopt, 10);
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].position().offset(), 1);
  EXPECT_EQ((*rows)[0].reason(), "envelope: not a decision");
}

TEST_F(StrandTest, ReadingOneByOneAndAllAtOnceGiveTheSameStore) {
  for (int i = 0; i < 20; ++i) {
    a_.Submit("a" + std::to_string(i), 100);
    if (i % 3 == 0) b_.Submit("b" + std::to_string(i), 100);
    while (!journal_.waiting.empty()) journal_.Land();
    a_.Read();
    wall_.Add(absl::Milliseconds(6));
    a_.strand->OnWake();
    b_.strand->OnWake();
  }
  while (!journal_.waiting.empty()) journal_.Land();
  a_.Read();
  Instance one_by_one(&journal_, &clock_, &wall_, 3);
  b_.Read();
  for (const char* family : {"state", "timeline", "milestone", "index", "agenda", "request", "meta"}) {
    EXPECT_EQ(*a_.store.ColumnFamilyDigest(family), *b_.store.ColumnFamilyDigest(family)) << family;
    EXPECT_EQ(*a_.store.ColumnFamilyDigest(family), *one_by_one.store.ColumnFamilyDigest(family)) << family;
  }
}

}  // namespace
}  // namespace whistle::engine
