#include "libs/engine/acceptance.h"

#include <string>
#include <utility>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;
using ::testing::HasSubstr;

const absl::Time kStamp = absl::FromUnixSeconds(1'600'000'000);
constexpr int kPartitions = 16;

Decision ValidDecision() {
  Decision decision;
  decision.set_case_id("case-1");
  decision.mutable_request()->set_client("hotline");
  decision.mutable_request()->set_request_id("r1");
  decision.set_service(common::v1::SERVICE_INTAKE);
  *decision.mutable_decided_at() = base::ToProto(kStamp);
  decision.set_level(1);
  decision.add_events()->mutable_case_registered()->set_title("No gas");
  return decision;
}

journal::StoredRecord Stored(std::string key, std::string value) {
  return {.offset = base::Offset{5},
          .stamp = kStamp,
          .record = {.key = std::move(key), .value = std::move(value), .headers = {}}};
}

auto Read(const Decision& decision) {
  return ReadDecision(Stored(decision.case_id(), base::SerializeDeterministically(decision)),
                      journal::PartitionForCase("case-1", kPartitions), kPartitions);
}

std::string ReasonOf(const std::variant<Decision, Malformed, UnknownLevel>& read) {
  const auto* malformed = std::get_if<Malformed>(&read);
  return malformed == nullptr ? "" : malformed->reason;
}

TEST(ReadDecisionTest, ReadsAValidOne) { EXPECT_TRUE(std::holds_alternative<Decision>(Read(ValidDecision()))); }

TEST(ReadDecisionTest, WantsAReadableEnvelope) {
  const base::PartitionId partition = journal::PartitionForCase("case-1", kPartitions);
  EXPECT_EQ(ReasonOf(ReadDecision(Stored("case-1", "\xff\xff\xff"), partition, kPartitions)),
            "envelope: not a decision");
  EXPECT_THAT(ReasonOf(ReadDecision(Stored("case-1", ""), partition, kPartitions)), HasSubstr("no case id"));
  Decision decision = ValidDecision();
  decision.set_parent("short");
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("parent has 5 bytes"));
  decision = ValidDecision();
  decision.mutable_request()->clear_request_id();
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("no request id"));
  decision = ValidDecision();
  decision.clear_service();
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("no service"));
  decision = ValidDecision();
  decision.clear_decided_at();
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("decided_at"));
  decision = ValidDecision();
  decision.clear_level();
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("no level"));
}

TEST(ReadDecisionTest, WantsTheCaseIdAsKey) {
  const std::string bytes = base::SerializeDeterministically(ValidDecision());
  EXPECT_EQ(
      ReasonOf(ReadDecision(Stored("case-2", bytes), journal::PartitionForCase("case-1", kPartitions), kPartitions)),
      "key is not the case id");
}

TEST(ReadDecisionTest, WantsTheRightPartition) {
  const std::string bytes = base::SerializeDeterministically(ValidDecision());
  for (const base::PartitionId partition : journal::AllPartitions(kPartitions)) {
    const bool right = partition == journal::PartitionForCase("case-1", kPartitions);
    EXPECT_EQ(ReasonOf(ReadDecision(Stored("case-1", bytes), partition, kPartitions)), right ? "" : "wrong partition");
  }
}

TEST(ReadDecisionTest, KeepsTheRegistryAndTheCasesApart) {
  Decision decision = ValidDecision();
  decision.set_case_id("registry");
  decision.set_service(common::v1::SERVICE_REGISTRY);
  decision.clear_events();
  decision.add_events()->mutable_level_raised();
  const std::string bytes = base::SerializeDeterministically(decision);
  EXPECT_EQ(ReasonOf(ReadDecision(Stored("registry", bytes), base::PartitionId::Registry(), kPartitions)), "");
  EXPECT_EQ(ReasonOf(ReadDecision(Stored("registry", bytes), journal::PartitionForCase("registry", kPartitions),
                                  kPartitions)),
            "wrong partition");
  decision.set_case_id("case-1");
  EXPECT_EQ(ReasonOf(Read(decision)), "wrong partition") << "the registry's service has no business on a case";
}

TEST(ReadDecisionTest, WantsAtMost256KiB) {
  Decision decision = ValidDecision();
  const size_t without = base::SerializeDeterministically(decision).size();
  decision.mutable_events(0)->mutable_case_registered()->set_demand(
      std::string(journal::kRecordValueBytesMax - without - 12, 'x'));
  while (base::SerializeDeterministically(decision).size() < journal::kRecordValueBytesMax) {
    decision.mutable_events(0)->mutable_case_registered()->mutable_demand()->push_back('x');
  }
  ASSERT_EQ(base::SerializeDeterministically(decision).size(), journal::kRecordValueBytesMax);
  EXPECT_EQ(ReasonOf(Read(decision)), "");
  decision.mutable_events(0)->mutable_case_registered()->mutable_demand()->push_back('x');
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("at most 262144"));
}

TEST(ReadDecisionTest, HaltsOnALevelItDoesNotKnowEvenWhereItCannotDecodeTheRest) {
  Decision decision = ValidDecision();
  decision.set_level(2);
  auto read = Read(decision);
  ASSERT_TRUE(std::holds_alternative<UnknownLevel>(read));
  EXPECT_EQ(std::get<UnknownLevel>(read).level, 2u);
  // An event that this build's messages cannot decode: field 100 as invalid UTF-8 in a string.
  std::string bytes = base::SerializeDeterministically(decision);
  const size_t at = bytes.find("No gas");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = '\xff';
  EXPECT_TRUE(std::holds_alternative<UnknownLevel>(
      ReadDecision(Stored("case-1", bytes), journal::PartitionForCase("case-1", kPartitions), kPartitions)));
}

TEST(ReadDecisionTest, WantsTheServicesOwnEvents) {
  Decision decision = ValidDecision();
  decision.set_service(common::v1::SERVICE_RESPONSE);
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("event field 100 is not SERVICE_RESPONSE's own"));
}

TEST(ReadDecisionTest, SeesAForeignBodyThatAnOwnOneHides) {
  Decision foreign = ValidDecision();
  foreign.clear_events();
  foreign.add_events()->mutable_response_overdue();
  std::string event = foreign.events(0).SerializeAsString() + ValidDecision().events(0).SerializeAsString();
  Decision decision = ValidDecision();
  decision.clear_events();
  std::string bytes = base::SerializeDeterministically(decision);
  bytes += std::string("\x82\x01", 2) + static_cast<char>(event.size()) + event;
  Decision decoded;
  ASSERT_TRUE(decoded.ParseFromString(bytes));
  ASSERT_TRUE(decoded.events(0).has_case_registered()) << "the decoded oneof shows the last body only";
  EXPECT_THAT(
      ReasonOf(ReadDecision(Stored("case-1", bytes), journal::PartitionForCase("case-1", kPartitions), kPartitions)),
      HasSubstr("event field 207"));
}

TEST(ReadDecisionTest, RefusesAFieldOfTheServicesHundredThatTheLevelDoesNotHave) {
  Decision decision = ValidDecision();
  decision.mutable_events(0)->GetReflection()->MutableUnknownFields(decision.mutable_events(0))->AddVarint(160, 1);
  EXPECT_THAT(ReasonOf(Read(decision)), HasSubstr("event field 160"));
}

TEST(JudgeTest, TheParentMustBeTheHead) {
  Decision decision = ValidDecision();
  const base::Digest head = base::Sha256("the last decision");
  EXPECT_EQ(Judge(decision, std::nullopt, kStamp), Verdict::kAccepted);
  EXPECT_EQ(Judge(decision, head, kStamp), Verdict::kSupersededByParent);
  decision.set_parent(head.ToBytes());
  EXPECT_EQ(Judge(decision, head, kStamp), Verdict::kAccepted);
  EXPECT_EQ(Judge(decision, std::nullopt, kStamp), Verdict::kSupersededByParent);
}

TEST(JudgeTest, TheTimeMustBeWithinTheWindow) {
  Decision decision = ValidDecision();
  const auto judge_at = [&](absl::Time stamp) { return Judge(decision, std::nullopt, stamp); };
  const absl::Duration ms = absl::Milliseconds(1);
  EXPECT_EQ(judge_at(kStamp + absl::Seconds(15)), Verdict::kAccepted);
  EXPECT_EQ(judge_at(kStamp + absl::Seconds(15) + ms), Verdict::kSupersededByTime);
  EXPECT_EQ(judge_at(kStamp - absl::Seconds(5)), Verdict::kAccepted);
  EXPECT_EQ(judge_at(kStamp - absl::Seconds(5) - ms), Verdict::kSupersededByTime);
}

TEST(JudgeTest, TheParentIsLookedAtBeforeTheTime) {
  EXPECT_EQ(Judge(ValidDecision(), base::Sha256("x"), kStamp + absl::Hours(1)), Verdict::kSupersededByParent);
}

}  // namespace
}  // namespace whistle::engine
