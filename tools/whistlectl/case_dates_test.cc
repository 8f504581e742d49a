#include "tools/whistlectl/case_dates.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// `show` of a case with these parts.
std::string Show(const std::string& intake, const std::string& answers = "", const std::string& joint = "",
                 const std::string& account = "") {
  return CaseDates(Parse<intake::v1::IntakeState>(intake), Parse<response::v1::ResponseState>(answers),
                   Parse<coordination::v1::CoordinationState>(joint), Parse<escalation::v1::EscalationCase>(account))
      .ToText();
}

constexpr char kFifteenDays[] =
    "due_at { seconds: 1626364800 } rule: 'acceptance' days: 15 registry_version: 3 calendar_version: 4 "
    "last_day: '2021-07-15'";
constexpr char kFiveWorkingDays[] =
    "due_at { seconds: 1626364800 } rule: 'response' days: 5 working_days: true registry_version: 9 last_day: "
    "'2021-07-15' years_without_calendar: 2031 years_without_calendar: 2032";
constexpr char kTwoHours[] = "due_at { seconds: 1626364800 } rule: 'whistle_emergency' hours: 2 registry_version: 3";
constexpr char kGiven[] = "due_at { seconds: 1626364800 } rule: 'given' registry_version: 3";

std::string With(const std::string& field, const char* due) { return field + " { " + due + " }"; }

TEST(CaseDatesTest, EachDateHasItsRuleAndTheVersionsItWasSetUnder) {
  const std::string text =
      Show(With("acceptance_due", kFifteenDays),
           "open_assignments { department { organization_id: 'gas' } " + With("due", kFiveWorkingDays) + " }",
           "open_whistles { called { department { organization_id: 'fire' } " + With("due", kTwoHours) +
               " } } open_commitments { organization { organization_id: 'network' } " + With("due", kGiven) + " }");
  EXPECT_THAT(text, ContainsRegex("acceptance +acceptance +2021-07-15 +15 calendar days +3 +4"));
  EXPECT_THAT(text,
              ContainsRegex("response by gas +response +2021-07-15 +5 working days +9 +none +no calendar for 2031, "
                            "2032: weekends alone are off"));
  // Hours and given dates need no calendar.
  EXPECT_THAT(text, ContainsRegex("report-in by fire +whistle_emergency +2021-07-15T16:00:00Z +2 hours +3 *\n"));
  EXPECT_THAT(text, ContainsRegex("commitment by network +given +2021-07-15T16:00:00Z +given +3 *\n"));
}

TEST(CaseDatesTest, WhatBecameOfADateIsSaid) {
  const std::string due = With("acceptance_due", kFifteenDays);
  EXPECT_THAT(Show(due + " acceptance_warned_event_id: '4.1'"), HasSubstr("near (event 4.1)"));
  const std::string overdue = Show(due + " acceptance_warned_event_id: '4.1' acceptance_overdue_event_id: '5.1'");
  EXPECT_THAT(overdue, HasSubstr("overdue (event 5.1)"));
  EXPECT_THAT(overdue, Not(HasSubstr("near")));
  EXPECT_THAT(Show(due + " acceptance_decided_event_id: '6.1' acceptance_overdue_event_id: '5.1'"),
              HasSubstr("settled (event 6.1); overdue (event 5.1)"));
}

TEST(CaseDatesTest, ARuleThatIsSwitchedOffHasNoDate) {
  EXPECT_THAT(Show("acceptance_due { rule: 'acceptance' registry_version: 3 }"),
              ContainsRegex("acceptance +acceptance +none: switched off +3"));
}

TEST(CaseDatesTest, WhatIsOpenAtAHigherOrganizationIsShownToo) {
  const std::string text =
      Show("", "", "",
           "escalation { raised { to { organization_id: 'province' } " + With("due", kFiveWorkingDays) +
               " } unanswered_event_id: '9.1' } handling { upgraded { lead { organization_id: 'city' } " +
               With("due", kGiven) + " } } letters { issued { addressee { organization_id: 'gas' } } " +
               With("rectify_by", kFifteenDays) + " }");
  EXPECT_THAT(text, ContainsRegex("escalation answered by province .*overdue \\(event 9.1\\)"));
  EXPECT_THAT(text, HasSubstr("upgraded handling by city"));
  EXPECT_THAT(text, HasSubstr("rectification by gas"));
}

}  // namespace
}  // namespace whistle::whistlectl
