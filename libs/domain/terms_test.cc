#include "libs/domain/terms.h"

#include "gtest/gtest.h"
#include "libs/base/time.h"

namespace whistle::domain {
namespace {

registry::v1::Term Term(int count, registry::v1::TermUnit unit) {
  registry::v1::Term term;
  term.set_count(count);
  term.set_unit(unit);
  return term;
}

std::string DueText(const common::v1::DueDate& due) { return base::TimeText(base::FromProto(due.due_at())); }

const absl::Time kStart = *base::TimeFromText("2021-02-27T09:30:00Z");

TEST(TermsTest, ACalendarDayIsTwentyFourHoursFromTheAct) {
  const auto due = DueFrom(kStart, Term(5, registry::v1::TERM_UNIT_CALENDAR_DAYS), "response", 7);
  EXPECT_EQ(DueText(due), "2021-03-04T09:30:00Z");
  EXPECT_EQ(due.rule(), "response");
  EXPECT_EQ(due.days(), 5);
  EXPECT_EQ(due.registry_version(), 7u);
}

TEST(TermsTest, HoursAreHoursAndNoDays) {
  const auto due = DueFrom(kStart, Term(2, registry::v1::TERM_UNIT_HOURS), "whistle_emergency", 7);
  EXPECT_EQ(DueText(due), "2021-02-27T11:30:00Z");
  EXPECT_EQ(due.days(), 0);
}

TEST(TermsTest, NoDateLeavesTheCalendar) {
  const auto due = DueFrom(base::LatestTime(), Term(3650, registry::v1::TERM_UNIT_CALENDAR_DAYS), "handling", 1);
  EXPECT_TRUE(base::CheckTimestamp(due.due_at(), "due_at").ok());
}

TEST(TermsTest, ADateThatAPersonNamedSaysSo) {
  const auto due = DueGiven(kStart, 7);
  EXPECT_EQ(due.rule(), "given");
  EXPECT_EQ(DueText(due), "2021-02-27T09:30:00Z");
}

TEST(TermsTest, TermsReadAsPeopleSayThem) {
  EXPECT_EQ(TermText(Term(1, registry::v1::TERM_UNIT_CALENDAR_DAYS)), "1 calendar day");
  EXPECT_EQ(TermText(Term(30, registry::v1::TERM_UNIT_CALENDAR_DAYS)), "30 calendar days");
  EXPECT_EQ(TermText(Term(2, registry::v1::TERM_UNIT_HOURS)), "2 hours");
}

}  // namespace
}  // namespace whistle::domain
