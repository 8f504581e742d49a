#include "tools/scenarios/hindsight_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/time.h"
#include "tools/scenarios/hindsight_testing.h"

namespace whistle::scenarios {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HindsightTextTest : public ::testing::Test {
 protected:
  HindsightTextTest() {
    story.id = "story";
    story.zone = China();
    intake::v1::Clocks& clocks = gas.history().clocks;
    *clocks.mutable_statutory_from() = base::ToProto(TimeOf("2009-09-01T10:00:00+08:00"));
    *clocks.mutable_statutory_until() = base::ToProto(TimeOf("2021-08-02T10:00:00+08:00"));
    *clocks.mutable_now() = base::ToProto(TimeOf("2021-08-03T10:00:00+08:00"));
    clocks.set_statutory_days(4352);
    intake::v1::Dwell& dwell = *clocks.add_dwells();
    *dwell.mutable_owner() = Organization("bureau", "City bureau");
    *dwell.mutable_from() = base::ToProto(TimeOf("2019-07-02T10:00:00+08:00"));
    *dwell.mutable_until() = base::ToProto(TimeOf("2019-11-05T10:00:00+08:00"));
    dwell.set_days(85);
    dwell.set_working_days(true);
  }
  std::string Text() { return DescribeHindsight(story, {*gas}); }

  Scenario story;
  History gas{"gas"};
};

TEST_F(HindsightTextTest, AStoryInWhichNothingFiresSaysSoForEverySafeguard) {
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("no deadline fired\n"));
  EXPECT_THAT(text, HasSubstr("nothing was put before a higher organization by itself\n"));
  int rows = 0;
  for (size_t at = text.find("does not occur here"); at != std::string::npos;
       at = text.find("does not occur here", at + 1)) {
    ++rows;
  }
  EXPECT_EQ(rows, 13);
}

TEST_F(HindsightTextTest, ShowsTheStatutoryClockWithItsYearAndEachOwnerInDaysAndTheRulesOwnDays) {
  EXPECT_THAT(Text(), HasSubstr("gas   2009-09-01  2021-08-02  4352  in year 12       statutory clock\n"));
  EXPECT_THAT(Text(), HasSubstr("gas   2019-07-02  2019-11-05  125   85 working days  with City bureau\n"));
}

TEST_F(HindsightTextTest, OnItsAnniversaryTheStatutoryClockIsInAnotherYear) {
  *gas.history().clocks.mutable_statutory_until() = base::ToProto(TimeOf("2021-08-31T10:00:00+08:00"));
  EXPECT_THAT(Text(), HasSubstr("in year 12 "));
  *gas.history().clocks.mutable_statutory_until() = base::ToProto(TimeOf("2021-09-01T10:00:00+08:00"));
  EXPECT_THAT(Text(), HasSubstr("in year 13 "));
}

TEST_F(HindsightTextTest, AnOpenCaseGoesOn) {
  gas.history().clocks.clear_statutory_until();
  EXPECT_THAT(Text(), HasSubstr("gas   2009-09-01  goes on "));
}

TEST_F(HindsightTextTest, ADateThatFiredShowsItsLastDayAndTheDayAfterOnWhichItFired) {
  auto& overdue = *gas.Agenda("2019-07-13T00:00:00+08:00").mutable_response_overdue();
  *overdue.mutable_department() = Organization("gas-company", "Gas company");
  *overdue.mutable_due()->mutable_due_at() = base::ToProto(TimeOf("2019-07-13T00:00:00+08:00"));
  EXPECT_THAT(Text(), HasSubstr("gas   response  2019-07-12  2019-07-13  no      no      1.1    Gas company\n"));
  EXPECT_THAT(Text(), Not(HasSubstr("no deadline fired")));
}

TEST_F(HindsightTextTest, ASafeguardShowsItsProofInASentenceWithTheEventIds) {
  gas.Step("ask", "2009-09-02T10:00:00+08:00").mutable_contact_recorded()->set_note("They ask.");
  gas.Finding(escalation::v1::FINDING_RULE_UNGROUNDED, "2009-09-10T10:00:00+08:00", "2.2", "It cites no grounds.");
  EXPECT_THAT(Text(), HasSubstr("UNGROUNDED             2009-09-10           1      gas   2.1      "
                                "It cites no grounds. (Event 2.2.)  2009-09-02 ask: "));
}

TEST_F(HindsightTextTest, SaysHowManyDaysBeforeItWasTakenTheCaseWouldHaveStoodThere) {
  *gas.Agenda("2019-07-10T00:00:00+08:00").mutable_escalation_raised()->mutable_to() = Organization("gansu", "Gansu");
  EXPECT_THAT(Text(), HasSubstr("gas would have stood before Gansu on 2019-07-10; it never took the case\n"));
  *gas.Step("taken", "2021-07-14T09:00:00+08:00").mutable_handling_upgraded()->mutable_lead() =
      Organization("gansu", "Gansu");
  EXPECT_THAT(Text(), HasSubstr("gas would have stood before Gansu on 2019-07-10, 735 days before 2021-07-14\n"));
}

TEST_F(HindsightTextTest, TellsProgramsTheSame) {
  gas.Finding(escalation::v1::FINDING_RULE_UNGROUNDED, "2009-09-10T10:00:00+08:00", "2.2", "It \"cites\" nothing.");
  *gas.Agenda("2019-07-10T00:00:00+08:00").mutable_escalation_raised()->mutable_to() = Organization("gansu", "Gansu");
  const std::string json = HindsightJson(story, {*gas});
  EXPECT_THAT(json, HasSubstr("{\"deadlines\": []"));
  EXPECT_THAT(json, HasSubstr("\"safeguard\": \"UNGROUNDED\", \"first_day\": \"2009-09-10\", \"times\": \"1\""));
  EXPECT_THAT(json, HasSubstr("It \\\"cites\\\" nothing. (Event 2.2.)"));
  EXPECT_THAT(json, HasSubstr("\"days\": \"4352\", \"counted\": \"in year 12\", \"clock\": \"statutory clock\""));
  EXPECT_THAT(json, HasSubstr("\"organization\": \"Gansu\", \"day\": \"2019-07-10\""));
}

}  // namespace
}  // namespace whistle::scenarios
