// The suite's own judgement: what it must find wrong with a journal, and what it must let pass.
#include "libs/journal/conformance/appends.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace whistle::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Attempt Tried(const std::string& value, std::optional<int64_t> offset) {
  Attempt attempt{base::PartitionId::Case(0), {"case", value, {}}, std::nullopt};
  if (offset) attempt.place = Appended{base::Offset{*offset}, absl::UnixEpoch()};
  return attempt;
}

// From offset 1.
std::vector<StoredRecord> Stored(const std::vector<std::string>& values) {
  std::vector<StoredRecord> records;
  for (const std::string& value : values) {
    records.push_back({base::Offset{static_cast<int64_t>(records.size()) + 1}, absl::UnixEpoch(), {"case", value, {}}});
  }
  return records;
}

TEST(WhatIsWrongTest, NothingIfEachAcknowledgedRecordIsAtItsPlaceInItsCallersOrder) {
  EXPECT_THAT(WhatIsWrong(Stored({"a", "x", "b"}), {{Tried("a", 1), Tried("b", 3)}, {Tried("x", 2)}}), IsEmpty());
}

TEST(WhatIsWrongTest, AnAcknowledgedRecordThatIsNotThereIsLost) {
  EXPECT_THAT(WhatIsWrong(Stored({"a"}), {{Tried("a", 1), Tried("b", 2)}}),
              ElementsAre(HasSubstr("lost: \"case\" \"b\"")));
}

TEST(WhatIsWrongTest, OtherBytesAtItsPlaceAreAChange) {
  EXPECT_THAT(WhatIsWrong(Stored({"a", "c"}), {{Tried("a", 1), Tried("b", 2)}}),
              ElementsAre(HasSubstr("changed"), HasSubstr("nobody appended \"case\" \"c\"")));
}

TEST(WhatIsWrongTest, AnAcknowledgedRecordThatIsThereTwiceIsDoubled) {
  EXPECT_THAT(WhatIsWrong(Stored({"a", "a"}), {{Tried("a", 1)}}), ElementsAre(HasSubstr("doubled")));
}

TEST(WhatIsWrongTest, TwoAcknowledgedAtOnePlaceIsWrong) {
  EXPECT_THAT(WhatIsWrong(Stored({"a"}), {{Tried("a", 1)}, {Tried("a", 1)}}),
              ElementsAre(HasSubstr("two were acknowledged at 1")));
}

TEST(WhatIsWrongTest, OneCallersRecordsInAnotherOrderAreWrong) {
  EXPECT_THAT(WhatIsWrong(Stored({"b", "a"}), {{Tried("a", 2), Tried("b", 1)}}),
              ElementsAre(HasSubstr("out of order")));
}

TEST(WhatIsWrongTest, WhatNobodyAppendedIsWrong) {
  EXPECT_THAT(WhatIsWrong(Stored({"a", "ghost"}), {{Tried("a", 1)}}), ElementsAre(HasSubstr("nobody appended")));
}

TEST(WhatIsWrongTest, ARecordOfUnknownOutcomeMayBeThereNotAtAllOnceOrMoreOften) {
  const std::vector<std::vector<Attempt>> callers = {{Tried("a", 1), Tried("b", std::nullopt)}};
  EXPECT_THAT(WhatIsWrong(Stored({"a"}), callers), IsEmpty());
  EXPECT_THAT(WhatIsWrong(Stored({"a", "b"}), callers), IsEmpty());
  EXPECT_THAT(WhatIsWrong(Stored({"a", "b", "b"}), callers), IsEmpty());
}

TEST(WhatIsWrongTest, ARecordTriedAgainUntilItIsAcknowledgedMayBeThereForEachTryAndMustBeAtItsPlace) {
  const std::vector<std::vector<Attempt>> callers = {{Tried("a", std::nullopt), Tried("a", 2)}};
  EXPECT_THAT(WhatIsWrong(Stored({"a", "a"}), callers), IsEmpty());
  EXPECT_THAT(WhatIsWrong(Stored({"a"}), callers), ElementsAre(HasSubstr("lost")));
}

TEST(OutcomeIsUnknownTest, AnAcknowledgementARefusalAndASilenceAreNotUnknown) {
  EXPECT_TRUE(OutcomeIsUnknown(absl::UnavailableError("")));
  EXPECT_TRUE(OutcomeIsUnknown(absl::InternalError("")));
  EXPECT_FALSE(OutcomeIsUnknown(absl::OkStatus()));
  EXPECT_FALSE(OutcomeIsUnknown(absl::ResourceExhaustedError("")));
  EXPECT_FALSE(OutcomeIsUnknown(absl::InvalidArgumentError("")));
  EXPECT_FALSE(OutcomeIsUnknown(absl::DeadlineExceededError("")));
}

// Answers appends as it was told, one after another.
class ScriptedHarness final : public Harness, private Journal {
 public:
  ScriptedHarness(std::string why_unknown, std::vector<absl::Status> answers)
      : why_unknown_(std::move(why_unknown)), answers_(std::move(answers)) {}

  Journal& journal() override { return *this; }
  void Reopen(Stop) override {}
  base::VirtualClock* clock() override { return nullptr; }
  std::string why_unknown() const override { return why_unknown_; }
  size_t asked() const { return asked_; }

 private:
  const Identity& identity() const override { return identity_; }
  void Append(base::PartitionId, Record, AppendDone done) override {
    const absl::Status answer = answers_.at(asked_++);
    if (!answer.ok()) return std::move(done)(answer);
    std::move(done)(Appended{base::Offset{static_cast<int64_t>(asked_)}, absl::UnixEpoch()});
  }
  void End(base::PartitionId, EndDone done) override { std::move(done)(base::Offset{1}); }
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(base::PartitionId, base::Offset, std::function<void()>) override {
    return absl::UnimplementedError("nobody reads it");
  }

  const std::string why_unknown_;
  const std::vector<absl::Status> answers_;
  const Identity identity_;
  size_t asked_ = 0;
};

const absl::Status kOk;
const absl::Status kOpen = absl::UnavailableError("who knows");
const base::PartitionId kPartition = base::PartitionId::Case(0);

TEST(AppendsTest, WhereEveryAppendIsSureTheFirstUnknownOutcomeIsAnError) {
  ScriptedHarness one("", {kOpen, kOk});
  EXPECT_EQ(Appends(one).One(kPartition, {"case", "a", {}}).status(), kOpen);
  EXPECT_EQ(one.asked(), 1u);

  ScriptedHarness all("", {kOk, kOpen, kOk, kOk});
  EXPECT_EQ(Appends(all).All(kPartition, Numbers(0, 3)), kOpen);
  EXPECT_EQ(all.asked(), 3u);
}

TEST(AppendsTest, WhereOutcomesMayBeUnknownOnlyTheseAreTriedAgainUntilAllAreAcknowledged) {
  ScriptedHarness harness("on purpose", {kOk, kOpen, kOpen, kOpen, kOk, kOpen, kOk, kOk});
  Appends appends(harness);
  EXPECT_THAT(0, appends.Exactly(0));
  EXPECT_TRUE(appends.All(kPartition, Numbers(0, 4)).ok());
  EXPECT_EQ(harness.asked(), 8u);
  EXPECT_EQ(appends.unknown(), 4);
  std::vector<std::string> acknowledged;
  for (const Attempt& attempt : appends.attempts()) {
    if (attempt.place) acknowledged.push_back(attempt.record.value);
  }
  EXPECT_THAT(acknowledged, ElementsAre("0", "1", "3", "2"));
  EXPECT_THAT(1, appends.Exactly(0)) << "what is unknown may be there";
  EXPECT_THAT(0, testing::Not(appends.Exactly(1))) << "what is acknowledged is there";
}

TEST(AppendsTest, ARefusalIsAnErrorEverywhere) {
  for (const absl::Status& refusal : {absl::ResourceExhaustedError("full"), absl::InvalidArgumentError("large")}) {
    ScriptedHarness harness("on purpose", {refusal, kOk});
    EXPECT_EQ(Appends(harness).One(kPartition, {"case", "a", {}}).status(), refusal);
    EXPECT_EQ(harness.asked(), 1u);
  }
}

}  // namespace
}  // namespace whistle::journal
