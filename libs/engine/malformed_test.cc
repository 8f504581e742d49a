#include "libs/engine/malformed.h"

#include <map>
#include <string>
#include <variant>

#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/acceptance.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;

const absl::Time kStamp = absl::FromUnixSeconds(1'600'000'000);

Decision Valid() {
  Decision decision;
  decision.set_case_id("case-1");
  decision.mutable_request()->set_request_id("r1");
  decision.set_service(common::v1::SERVICE_INTAKE);
  *decision.mutable_decided_at() = base::ToProto(kStamp);
  decision.set_level(1);
  decision.add_events()->mutable_case_registered()->set_title("No gas");
  return decision;
}

std::string RuleSays(const std::string& key, const std::string& value, int partition_count = 1) {
  const auto read = ReadDecision({.offset = base::Offset{1}, .stamp = kStamp, .record = {key, value, {}}},
                                 base::PartitionId::Case(0), partition_count);
  const auto* malformed = std::get_if<Malformed>(&read);
  return malformed == nullptr ? "not malformed" : malformed->reason;
}

std::string RuleSays(const Decision& decision, int partition_count = 1) {
  return RuleSays(decision.case_id(), base::SerializeDeterministically(decision), partition_count);
}

TEST(MalformedReasonTest, EveryReasonIsWhatTheRuleSaysOfSomeRecord) {
  std::map<MalformedReason, std::string> said;
  said[MalformedReason::kNotADecision] = RuleSays("case-1", "\xff\xff\xff");
  Decision decision = Valid();
  decision.clear_case_id();
  said[MalformedReason::kNoCaseId] = RuleSays(decision);
  decision = Valid();
  decision.set_parent("short");
  said[MalformedReason::kParentSize] = RuleSays(decision);
  decision = Valid();
  decision.clear_request();
  said[MalformedReason::kNoRequestId] = RuleSays(decision);
  decision = Valid();
  decision.clear_service();
  said[MalformedReason::kNoService] = RuleSays(decision);
  decision = Valid();
  decision.clear_decided_at();
  said[MalformedReason::kNoDecidedAt] = RuleSays(decision);
  decision = Valid();
  decision.clear_level();
  said[MalformedReason::kNoLevel] = RuleSays(decision);
  said[MalformedReason::kKey] = RuleSays("case-2", base::SerializeDeterministically(Valid()));
  decision = Valid();
  while (journal::PartitionForCase(decision.case_id(), 16).index() == 0) decision.mutable_case_id()->append("x");
  said[MalformedReason::kPartition] = RuleSays(decision, 16);
  decision = Valid();
  decision.mutable_events(0)->mutable_case_registered()->set_demand(std::string(journal::kRecordValueBytesMax, 'x'));
  said[MalformedReason::kSize] = RuleSays(decision);
  decision = Valid();
  decision.set_service(common::v1::SERVICE_RESPONSE);
  said[MalformedReason::kForeignEvent] = RuleSays(decision);

  for (const MalformedReason reason : kMalformedReasons) {
    ASSERT_EQ(said.count(reason), 1u) << TextOf(reason);
    EXPECT_EQ(MalformedReasonOf(said[reason]), reason) << said[reason];
  }
}

TEST(MalformedReasonTest, ASecondGenesisRecordReadsAsADecisionWithoutARequestId) {
  journal::v1::Genesis genesis;
  genesis.set_journal_uuid("journal-1");
  genesis.set_topic(common::v1::TOPIC_CASES);
  genesis.set_partition(7);
  genesis.set_partition_count(16);
  *genesis.mutable_created_at() = base::ToProto(kStamp);
  genesis.set_clock_kind(journal::v1::CLOCK_KIND_REAL);
  EXPECT_EQ(MalformedReasonOf(RuleSays("genesis", base::SerializeDeterministically(genesis))),
            MalformedReason::kNoRequestId);
}

TEST(MalformedReasonTest, ATextThatTheRuleNeverGivesIsNone) {
  EXPECT_EQ(MalformedReasonOf(""), std::nullopt);
  EXPECT_EQ(MalformedReasonOf("not malformed"), std::nullopt);
  EXPECT_EQ(MalformedReasonOf("wrong"), std::nullopt);
}

}  // namespace
}  // namespace whistle::engine
