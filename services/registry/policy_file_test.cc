// The policy that ships is one that can be adopted.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/model.h"
#include "tools/scenarios/registry_file.h"

namespace whistle::registry_chain {
namespace {

TEST(DefaultPolicyTest, ItIsReadAndSound) {
  const auto content = scenarios::LoadRegistryFiles({WHISTLE_SOURCE_DIR "/deploy/policy/default.yaml"});
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_TRUE(content->policy.has_value());
  const auto no = CheckPolicy(*content->policy, "policy");
  EXPECT_FALSE(no.has_value()) << no->message;
}

TEST(DefaultPolicyTest, ItsNumbersAreTheDesigns) {
  const auto content = scenarios::LoadRegistryFiles({WHISTLE_SOURCE_DIR "/deploy/policy/default.yaml"});
  ASSERT_TRUE(content.ok()) << content.status();
  const v1::Policy& policy = *content->policy;
  EXPECT_EQ(policy.acceptance().count(), 15);
  EXPECT_EQ(policy.handling().count(), 60);
  EXPECT_EQ(policy.handling_extension_max().count(), 30);
  EXPECT_EQ(policy.handling_extensions_max(), 1);
  EXPECT_EQ(policy.review_request().count(), 30);
  EXPECT_EQ(policy.review_decision().count(), 30);
  EXPECT_EQ(policy.response().count(), 5);
  EXPECT_EQ(policy.response_extensions_max(), 3);
  EXPECT_EQ(policy.whistle_emergency().unit(), v1::TERM_UNIT_HOURS);
  EXPECT_EQ(policy.whistle_emergency().count(), 2);
  EXPECT_EQ(policy.escalation_rung().count(), 5);
  EXPECT_EQ(policy.no_owner().count(), 10);
  EXPECT_EQ(policy.rectification().count(), 30);
  EXPECT_EQ(policy.warn_percent(), 70);
  EXPECT_EQ(policy.hollow_meetings(), 2);
  EXPECT_EQ(policy.persistent_contacts(), 3);
  // Until calendars arrive the file says where it counts calendar days for working days.
  EXPECT_THAT(policy.response().source(), ::testing::HasSubstr("stated in working days"));
}

}  // namespace
}  // namespace whistle::registry_chain
