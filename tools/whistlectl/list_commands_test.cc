#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/coordination/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using coordination::v1::Item;
using coordination::v1::ListItemsResponse;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

google::protobuf::Timestamp At(const char* text) { return base::ToProto(*base::TimeFromText(text)); }

using ListCommandTest = CommandsTest;

TEST_F(ListCommandTest, ShowsWhoIsToSolveWhatByWhenAndHowOldItIs) {
  ListItemsResponse& response = Answer<ListItemsResponse>("ListItems");
  Item& open = *response.add_items();
  open.set_case_id("case-a");
  open.set_item_id("4.1");
  open.set_status(coordination::v1::ITEM_STATUS_OPEN);
  open.mutable_listed()->set_problem("No gas");
  open.mutable_listed()->mutable_responsible()->set_organization_id("gas");
  *open.mutable_listed()->mutable_due()->mutable_due_at() = At("2021-07-15");
  *open.mutable_occurred_at() = At("2021-07-05");
  open.set_age_days(30);
  open.set_overdue(true);
  open.set_title("Gas for Building 19");
  Item& cleared = *response.add_items();
  cleared.set_case_id("case-b");
  cleared.set_status(coordination::v1::ITEM_STATUS_CLEARED);
  cleared.mutable_cleared()->set_how("It runs");
  *cleared.mutable_cleared_at() = At("2021-07-10");
  EXPECT_EQ(Run({"list", "show", "community", "--all"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("organization_id: \"community\""));
  EXPECT_THAT(services.sent[0], Not(HasSubstr("status")));
  EXPECT_THAT(out.str(), ContainsRegex("case-a +4.1 +No gas +gas +2021-07-05 +30 +2021-07-15 +overdue +Gas for"));
  EXPECT_THAT(out.str(), ContainsRegex("case-b .*cleared 2021-07-10: It runs"));
}

TEST_F(ListCommandTest, ShowsWhatIsOpenAloneUnlessAskedForAllPageAfterPage) {
  ListItemsResponse& first = Answer<ListItemsResponse>("ListItems");
  first.add_items()->set_case_id("case-a");
  first.set_next_page_token("more");
  Answer<ListItemsResponse>("ListItems").add_items()->set_case_id("case-b");
  EXPECT_EQ(Run({"list", "show", "community", "--output=json"}), 0) << err.str();
  ASSERT_EQ(services.sent.size(), 2u);
  EXPECT_THAT(services.sent[1], HasSubstr("token: \"more\""));
  EXPECT_THAT(services.sent[1], HasSubstr("status: ITEM_STATUS_OPEN"));
  EXPECT_THAT(out.str(), HasSubstr("\"case_id\": \"case-b\""));
}

}  // namespace
}  // namespace whistle::whistlectl
