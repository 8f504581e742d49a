#include "libs/registry/calendar.h"

#include "services/registry/scenario.h"

namespace whistle::registry_chain {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

constexpr char kChina[] = R"(
    calendar {
      title: "China"
      utc_offset: "+08:00"
      years { year: 2024 source: "notice" days_off: "2024-01-01" days_off: "2024-02-12" workdays: "2024-02-04" }
      years { year: 2025 source: "notice" days_off: "2025-01-01" }
    })";

v1::AdoptCalendarRequest China() { return Request<v1::AdoptCalendarRequest>(kChina); }

TEST(AdoptCalendarTest, DoneRightPutsItInForce) {
  GivenRegistry()
      .When(Organization("gansu"), China())
      .ThenRecorded(R"(calendar_adopted { calendar { title: "China" years { year: 2024 } years { year: 2025 } } })")
      .ThenState(R"(calendar_version: 13 calendar { utc_offset: "+08:00" })");
}

TEST(AdoptCalendarTest, DoneTwiceSaysWhichEventMadeItSo) {
  v1::AdoptCalendarRequest longer = China();
  longer.mutable_calendar()->mutable_years(1)->add_workdays("2025-01-26");
  GivenRegistry()
      .Command(Organization("gansu"), China())
      .When(Organization("gansu"), China())
      .ThenRejected(REJECTION_KIND_ALREADY, "calendar_adopted")
      .ThenMessage(HasSubstr("13.1"))
      .When(Organization("gansu"), longer)
      .ThenRecorded(R"(calendar_adopted { calendar { years {} years { workdays: "2025-01-26" } } })");
}

TEST(AdoptCalendarTest, DoneTooLateByOneThatIsRetiredIsRefused) {
  GivenRegistry()
      .Command(Organization("gansu"), Request<v1::UpsertOrganizationRequest>(
                                          R"(organization { organization_id: "old" name: "old" level: 5 kind: 6 })"))
      .Command(Organization("gansu"),
               Request<v1::RetireOrganizationRequest>(R"(organization_id: "old" why: "dissolved")"))
      .When(Organization("old"), China())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "organization_retired");
}

TEST(AdoptCalendarTest, DoneByTheWrongOneIsRefused) {
  GivenRegistry()
      .When(Organization("lanzhou"), China())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only")
      .When(Petitioner(), China())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "top_only");
}

TEST(AdoptCalendarTest, WhatIsWrongIsNamedByItsPlace) {
  const auto refused = [](void (*spoil)(v1::Calendar&), const std::string& field) {
    v1::AdoptCalendarRequest request = China();
    spoil(*request.mutable_calendar());
    GivenRegistry()
        .When(Organization("gansu"), request)
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenMessage(HasSubstr(field));
  };
  refused([](v1::Calendar& c) { c.clear_title(); }, "calendar.title");
  refused([](v1::Calendar& c) { c.set_utc_offset("Asia/Shanghai"); }, "calendar.utc_offset");
  refused([](v1::Calendar& c) { c.set_utc_offset("+15:00"); }, "calendar.utc_offset");
  refused([](v1::Calendar& c) { c.clear_years(); }, "calendar.years");
  refused([](v1::Calendar& c) { c.mutable_years(1)->set_year(2024); }, "calendar.years[1].year");
  refused([](v1::Calendar& c) { c.mutable_years(0)->set_year(1899); }, "calendar.years[0].year");
  refused([](v1::Calendar& c) { c.mutable_years(0)->clear_source(); }, "calendar.years[0].source");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_days_off("2024-13-01"); }, "calendar.years[0].days_off[2]");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_days_off("2024-2-13"); }, "calendar.years[0].days_off[2]");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_days_off("2025-02-13"); }, "calendar.years[0].days_off[2]");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_days_off("2024-02-12"); }, "calendar.years[0].days_off[2]");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_days_off("2024-02-17"); }, "calendar.years[0].days_off[2]");
  refused([](v1::Calendar& c) { c.mutable_years(0)->add_workdays("2024-02-13"); }, "calendar.years[0].workdays[1]");
}

TEST(AdoptCalendarTest, LimitsHoldAtTheNumber) {
  const auto fault = [](void (*change)(v1::Calendar&)) {
    v1::Calendar calendar = China().calendar();
    change(calendar);
    const auto found = registry::FindFault(calendar);
    return found ? found->field : "";
  };
  EXPECT_EQ(fault([](v1::Calendar& c) { c.set_title(std::string(100, 'x')); }), "");
  EXPECT_EQ(fault([](v1::Calendar& c) { c.set_title(std::string(101, 'x')); }), "title");
  EXPECT_EQ(fault([](v1::Calendar& c) { c.mutable_years(0)->set_source(std::string(300, 'x')); }), "");
  EXPECT_EQ(fault([](v1::Calendar& c) { c.mutable_years(0)->set_source(std::string(301, 'x')); }), "years[0].source");
  EXPECT_EQ(fault([](v1::Calendar& c) { c.set_utc_offset("+14:00"); }), "");
  EXPECT_EQ(fault([](v1::Calendar& c) { c.set_utc_offset("+14:30"); }), "utc_offset");
  const auto year_alone = [](int year) {
    v1::Calendar calendar;
    calendar.set_title("one year");
    calendar.set_utc_offset("+08:00");
    calendar.add_years()->set_year(year);
    calendar.mutable_years(0)->set_source("notice");
    return registry::FindFault(calendar).has_value();
  };
  EXPECT_TRUE(year_alone(1899));
  EXPECT_FALSE(year_alone(1900));
  EXPECT_FALSE(year_alone(9999));
  EXPECT_TRUE(year_alone(10000));
}

TEST(AdoptCalendarTest, SixtyFourYearsAreTheMost) {
  v1::AdoptCalendarRequest request = China();
  request.mutable_calendar()->clear_years();
  for (int year = 2000; year < 2064; ++year) {
    request.mutable_calendar()->add_years()->set_year(year);
    request.mutable_calendar()->mutable_years(year - 2000)->set_source("notice");
  }
  v1::AdoptCalendarRequest too_many = request;
  too_many.mutable_calendar()->add_years()->set_year(2064);
  too_many.mutable_calendar()->mutable_years(64)->set_source("notice");
  GivenRegistry()
      .When(Organization("gansu"), too_many)
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("calendar.years"))
      .When(Organization("gansu"), request)
      .ThenRecorded("calendar_adopted {}");
}

}  // namespace
}  // namespace whistle::registry_chain
