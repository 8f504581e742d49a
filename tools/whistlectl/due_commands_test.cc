#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using operations::v1::ListDueResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

google::protobuf::Timestamp At(const char* text) { return base::ToProto(*base::TimeFromText(text)); }

class DueCommandTest : public CommandsTest {
 protected:
  // Each of four services; without rows but for what a test adds.
  void AnswerNothing() {
    for (const std::string service : kServiceNames) {
      answers_[service] = &Answer<ListDueResponse>("ListDue@" + service);
      *answers_[service]->mutable_now() = At("2021-02-12T10:00:00Z");
    }
  }

  void Owe(const std::string& service, const char* due_at, const std::string& subject, bool overdue) {
    auto& row = *answers_[service]->add_rows();
    *row.mutable_obligation()->mutable_due()->mutable_due_at() = At(due_at);
    row.mutable_obligation()->set_subject(subject);
    row.mutable_obligation()->set_rule("response");
    row.mutable_obligation()->mutable_organization()->set_organization_id("gas");
    row.set_title("No gas");
    row.set_overdue(overdue);
  }

  // By service.
  std::map<std::string, ListDueResponse*> answers_;
};

TEST_F(DueCommandTest, WhatAllServicesSayIsInOneOrder) {
  AnswerNothing();
  Owe("intake", "2021-02-17T16:00:00Z", "third", false);
  Owe("response", "2021-02-10T08:00:00Z", "first", true);
  Owe("escalation", "2021-02-12T10:45:00Z", "second", false);
  EXPECT_EQ(Run({"due"}), 0) << err.str();
  const std::string said = out.str();
  EXPECT_LT(said.find("first"), said.find("second"));
  EXPECT_LT(said.find("second"), said.find("third"));
  EXPECT_THAT(said, HasSubstr("overdue for 2 d 2 h"));
  EXPECT_THAT(said, HasSubstr("in 45 min"));
  EXPECT_THAT(said, HasSubstr("in 5 d 6 h"));
  EXPECT_THAT(said, HasSubstr("No gas"));
}

TEST_F(DueCommandTest, ItAsksForOneOrganizationWithinWorkingDays) {
  AnswerNothing();
  EXPECT_EQ(Run({"due", "--organization=gas", "--within=3wd", "--service=intake"}), 0) << err.str();
  EXPECT_THAT(services.sent,
              ElementsAre("ListDue@intake page { size: 500 } service: \"intake\" organization_id: \"gas\" "
                          "within { count: 3 unit: TERM_UNIT_WORKING_DAYS }"));
  EXPECT_EQ(Run({"due", "--overdue", "--service=intake"}), 0) << err.str();
  EXPECT_THAT(services.sent.back(), HasSubstr("overdue_only: true"));
}

TEST_F(DueCommandTest, AWrongTimeIsRefusedBeforeAnybodyIsAsked) {
  for (const char* within : {"--within=3", "--within=wd", "--within=0d", "--within=-1h", "--within=3weeks"}) {
    EXPECT_EQ(Run({"due", within}), 2) << within;
    EXPECT_THAT(err.str(), HasSubstr("3wd")) << within;
  }
  EXPECT_EQ(Run({"due", "--within=3wd", "--overdue"}), 2);
  EXPECT_TRUE(services.sent.empty());
}

TEST_F(DueCommandTest, WhatIsOnRecordAndWhoWasWarnedIsSaid) {
  AnswerNothing();
  Owe("response", "2021-02-10T08:00:00Z", "late", true);
  ListDueResponse& response = *answers_["response"];
  response.mutable_rows(0)->mutable_obligation()->set_overdue_event_id("7.1");
  Owe("response", "2021-02-13T10:00:00Z", "near", false);
  response.mutable_rows(1)->mutable_obligation()->set_warned_event_id("8.1");
  response.mutable_rows(1)->mutable_obligation()->mutable_due()->set_last_day("2021-02-12");
  EXPECT_EQ(Run({"due", "--service=response"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("on record by event 7.1"));
  EXPECT_THAT(out.str(), HasSubstr("in 1 d 0 h, warned"));
  // The last day, not the midnight that ends it.
  EXPECT_THAT(out.str(), HasSubstr("2021-02-12"));
  EXPECT_THAT(out.str(), Not(HasSubstr("2021-02-13")));
}

}  // namespace
}  // namespace whistle::whistlectl
