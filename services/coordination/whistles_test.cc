#include "services/coordination/coordination_testing.h"
#include "services/coordination/limits.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_LIMIT;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using common::v1::REJECTION_KIND_NOT_FOUND;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

auto Blow(const std::string& departments = "'gas-company', 'broadcast-company'",
          const std::string& urgency = "URGENCY_URGENT") {
  return Request<v1::BlowWhistleRequest>(
      absl::StrCat("urgency: ", urgency, " reason: 'A cable in the gas well' ", "department_ids: [", departments, "]"));
}
auto ReportIn(const std::string& department = "") {
  return Request<v1::ReportInRequest>(
      absl::StrCat("whistle_id: '4.1' note: 'We looked' department_id: '", department, "'"));
}
// Event 4.1, on 2021-07-01: the community calls both companies within a day.
auto GivenWhistle() {
  auto scenario = GivenCase();
  scenario.Command(Community(), Blow());
  return scenario;
}

TEST(BlowWhistleTest, DoneRightCallsEachDepartmentByItsDate) {
  GivenCase()
      .When(Community(), Blow("'gas-company', 'railway-station-street'"))
      .ThenRecorded(R"(whistle_blown { blown_by { organization_id: "station-community" } urgency: URGENCY_URGENT
          reason: "A cable in the gas well" })")
      .ThenEvents([](const domain::Events& events) {
        const auto& blown = events.at(0).whistle_blown();
        ASSERT_EQ(blown.called_size(), 2);
        EXPECT_EQ(blown.called(0).department().superior_ids(0), "gansu");
        EXPECT_EQ(blown.called(0).due().rule(), "whistle_urgent");
        EXPECT_EQ(blown.called(0).due().days(), 1);
        EXPECT_TRUE(blown.called(0).across_authority());
        // A community has no authority over its street either.
        EXPECT_TRUE(blown.called(1).across_authority());
      })
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/gas-company'",
               "kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/railway-station-street'",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/gas-company' created_by_event_id: '4.1' "
               "due_at @2021-07-03",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/railway-station-street' due_at @2021-07-03")
      .ThenFoundUnder({"whistle_of_case", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"whistle_of", "station-community", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"whistle_of", "gas-company", "case-1", "000000000004.0001"});
}

TEST(BlowWhistleTest, DoneRightWithinAuthorityIsNotAcrossIt) {
  GivenCase().When(Street(), Blow("'station-community'")).ThenEvents([](const domain::Events& events) {
    EXPECT_FALSE(events.at(0).whistle_blown().called(0).across_authority());
  });
}

TEST(BlowWhistleTest, DoneTwiceIsAnotherWhistle) {
  GivenWhistle().When(Community(), Blow()).ThenRecorded("whistle_blown {}").ThenState("whistle_count: 2");
}

TEST(BlowWhistleTest, DoneTooLateOnAClosedCaseIsRefused) {
  GivenCase()
      .Event(Handler(), "case_closed {}")
      .When(Community(), Blow())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "case_not_open")
      .ThenMessage(HasSubstr("closed"));
}

TEST(BlowWhistleTest, DoneByTheWrongOneIsRefused) {
  for (const auto& actor : {Petitioner(), Handler(), Broadcast()}) {
    GivenCase().When(actor, Blow("'gas-company'")).ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "grassroots_only");
  }
}

TEST(BlowWhistleTest, NamesTheFieldThatIsWrong) {
  const auto refused = [](v1::BlowWhistleRequest request, const std::string& subject) {
    GivenCase()
        .When(Community(), std::move(request))
        .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
        .ThenSubject(subject);
  };
  refused(Blow("'gas-company'", "URGENCY_UNSPECIFIED"), "urgency");
  refused(Blow(""), "department_ids");
  refused(Blow("'gas-company', 'gas-company'"), "department_ids[1]");
  refused(Blow("'station-community'"), "department_ids[0]");
  auto silent = Blow();
  silent.clear_reason();
  refused(silent, "reason");
  GivenCase().When(Community(), Blow("'nobody'")).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_organization");
}

TEST(BlowWhistleTest, CallsAsManyAsItsLimitAndNoMore) {
  testing::RegistryBuilder registry;
  auto most = Blow("");
  for (int i = 0; i <= kCalledMax; ++i) {
    registry.Add(absl::StrCat("department-", i), "D", "lanzhou");
    if (i < kCalledMax) most.add_department_ids(absl::StrCat("department-", i));
  }
  GivenCase().With(registry).When(Community(), most).ThenRecorded("whistle_blown {}");
  most.add_department_ids(absl::StrCat("department-", kCalledMax));
  GivenCase().With(registry).When(Community(), most).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(BlowWhistleTest, TheLastOpenWhistleFitsAndOneMoreDoesNotUntilADatePasses) {
  auto scenario = GivenCase();
  for (int i = 0; i < kOpenWhistlesMax; ++i) scenario.Command(Community(), Blow("'gas-company'"));
  scenario.When(Community(), Blow())
      .ThenRejected(REJECTION_KIND_LIMIT, "limit_reached")
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .When(Community(), Blow())
      .ThenRecorded("whistle_blown {}");
}

TEST(ReportInTest, DoneRightTakesTheCallOffTheAgenda) {
  GivenWhistle()
      .When(GasCompany(), ReportIn())
      .ThenRecorded(
          "department_reported_in { whistle_id: '4.1' note: 'We looked' department { organization_id: "
          "'gas-company' superior_ids: 'gansu' name: 'the gas company' } }")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/broadcast-company'",
               "kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/broadcast-company'")
      .When(Broadcast(), ReportIn("broadcast-company"))
      .ThenRecorded("department_reported_in { department { organization_id: 'broadcast-company' } }")
      .ThenNothingIsDue()
      .ThenState([](const State& state) {
        EXPECT_EQ(state.open_whistles_size(), 0);
        EXPECT_EQ(state.settled_whistles_size(), 1);
      });
}

TEST(ReportInTest, DoneTwiceIsRefusedNamingTheFirst) {
  GivenWhistle()
      .Command(GasCompany(), ReportIn())
      .When(GasCompany(), ReportIn())
      .ThenRejected(REJECTION_KIND_ALREADY, "reported_in")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(ReportInTest, DoneTooLateIsRecordedAndTheWhistleStaysUnanswered) {
  GivenWhistle()
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .When(GasCompany(), ReportIn())
      .ThenRecorded("department_reported_in {}")
      .ThenState([](const State& state) {
        const auto& call = state.settled_whistles(0).called(0);
        EXPECT_EQ(call.reported_event_id(), "7.1");
        EXPECT_NE(call.unanswered_event_id(), "");
      });
}

TEST(ReportInTest, DoneInTimeAndEnteredLateLiftsTheUnanswered) {
  GivenWhistle()
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .Occurred("2021-07-01T20:00:00Z")
      .When(GasCompany(), ReportIn())
      .ThenEvents([](const domain::Events& events) {
        ASSERT_EQ(events.size(), 2u);
        EXPECT_EQ(events[1].coordination_overdue_lifted().proof_event_id(), "7.1");
        EXPECT_THAT(events[1].coordination_overdue_lifted().why(), HasSubstr("2021-07-01T20:00:00Z"));
      })
      .ThenState([](const State& state) {
        EXPECT_EQ(state.settled_whistles(0).called(0).unanswered_event_id(), "");
        EXPECT_NE(state.settled_whistles(0).called(1).unanswered_event_id(), "");
      });
}

TEST(ReportInTest, DoneByTheWrongOneIsRefused) {
  GivenWhistle()
      .When(Handler(), ReportIn())
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "not_called")
      .When(Handler(), ReportIn("gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Petitioner(), ReportIn())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "organization_only")
      .When(Organization("gansu"), ReportIn("gas-company"))
      .ThenRecorded("department_reported_in {}");
}

TEST(ReportInTest, ComesNotBeforeTheWhistleNorToAnUnknownOne) {
  GivenWhistle()
      .Occurred("2021-06-30")
      .When(GasCompany(), ReportIn())
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("context.occurred_at");
  GivenCase().When(GasCompany(), ReportIn()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_whistle");
  auto nonsense = ReportIn();
  nonsense.set_whistle_id("the first");
  GivenCase().When(GasCompany(), nonsense).ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ReportInTest, AWhistleOfLongAgoIsNotUnknown) {
  auto scenario = GivenWhistle();
  for (int i = 0; i < kSettledWhistlesKept; ++i) {
    scenario.Command(Community(), Blow()).Later(absl::Hours(48)).WhenTheAgendaRuns();
  }
  scenario.When(GasCompany(), ReportIn()).ThenRejected(REJECTION_KIND_ILLEGAL, "whistle_settled");
}

}  // namespace
}  // namespace whistle::coordination
