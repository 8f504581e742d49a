// The dates of whistles, one for each department called; each test for each urgency of the policy table.
#include <ostream>
#include <set>
#include <string>

#include "libs/domain/obligation.h"
#include "services/coordination/coordination_testing.h"

namespace whistle::coordination {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using ::testing::HasSubstr;
using testing::Petitioner;
using testing::Request;

// DOMAIN's table: whistles 2 hours, 1 and 3 working days. 2021-07-01 was a Thursday.
registry::v1::Policy WorkingDays() {
  auto policy = testing::DefaultPolicy();
  policy.mutable_whistle_urgent()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  policy.mutable_whistle_ordinary()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  return policy;
}

auto ReportIn() { return Request<v1::ReportInRequest>("whistle_id: '4.1' note: 'We looked'"); }

// One urgency: a whistle that was blown on 2021-07-01T08:00:00Z, and its dates.
struct Case {
  std::string name;
  std::string urgency;
  std::string warn;
  std::string second_before;
  std::string due;
  // Its date if it turns out that it was blown on 2021-07-01T12:00:00Z, or on 2021-07-02T08:00:00Z (a Friday).
  std::string due_from_noon;
  std::string due_from_friday;
};
void PrintTo(const Case& urgency, std::ostream* out) { *out << urgency.name; }

class WhistleDeadlineTest : public ::testing::TestWithParam<Case> {
 protected:
  static auto Blow(const std::string& departments = "'gas-company'") {
    return Request<v1::BlowWhistleRequest>(
        absl::StrCat("urgency: ", GetParam().urgency, " reason: 'A cable' department_ids: [", departments, "]"));
  }
  // Event 4.1.
  static auto GivenWhistleUnder(const registry::v1::Policy& policy) {
    auto scenario = GivenCaseUnder(policy);
    scenario.At("2021-07-01T08:00:00Z").Command(Community(), Blow());
    return scenario;
  }
  static auto GivenWhistle() { return GivenWhistleUnder(WorkingDays()); }
};

TEST_P(WhistleDeadlineTest, TheUrgencyGivesTheDate) {
  GivenWhistle().ThenDue(
      absl::StrCat("kind: AGENDA_KIND_DEADLINE_APPROACHING subject: '4.1/gas-company' created_by_event_id: '4.1' "
                   "due_at @",
                   GetParam().warn),
      absl::StrCat("kind: AGENDA_KIND_WHISTLE_UNANSWERED subject: '4.1/gas-company' created_by_event_id: '4.1' "
                   "due_at @",
                   GetParam().due));
}

TEST_P(WhistleDeadlineTest, FiresOnce) {
  GivenWhistle()
      .At(GetParam().warn)
      .WhenTheAgendaRuns()
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .ThenRecorded(absl::StrCat("whistle_unanswered { whistle_id: '4.1' department { organization_id: 'gas-company' "
                                 "superior_ids: 'gansu' name: 'the gas company' } due { due_at @",
                                 GetParam().due, " } }"))
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST_P(WhistleDeadlineTest, NotASecondEarly) {
  GivenWhistle()
      .At(GetParam().warn)
      .WhenTheAgendaRuns()
      .At(GetParam().second_before)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST_P(WhistleDeadlineTest, NotAfterItWasMet) {
  GivenWhistle()
      .Later(absl::Hours(1))
      .Command(GasCompany(), ReportIn())
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST_P(WhistleDeadlineTest, FiresForEachDepartmentByItself) {
  auto scenario = GivenCaseUnder(WorkingDays());
  scenario.At("2021-07-01T08:00:00Z")
      .Command(Community(), Blow("'gas-company', 'broadcast-company', 'developer'"))
      .At(GetParam().warn)
      .WhenTheAgendaRuns()
      .ThenEvents([](const domain::Events& events) { EXPECT_EQ(events.size(), 3u); })
      .Command(GasCompany(), ReportIn())
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .ThenEvents([](const domain::Events& events) {
        std::set<std::string> silent;
        for (const auto& event : events) silent.insert(event.whistle_unanswered().department().organization_id());
        EXPECT_EQ(silent, (std::set<std::string>{"broadcast-company", "developer"}));
      });
}

TEST_P(WhistleDeadlineTest, WarnsOnceAtTheShare) {
  GivenWhistle()
      .At(GetParam().warn)
      .WhenTheAgendaRuns()
      .ThenRecorded(absl::StrCat("coordination_deadline_approaching { subject: '4.1/gas-company' rule: 'whistle' "
                                 "organization { organization_id: 'gas-company' } due_at @",
                                 GetParam().due, " }"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_WHISTLE_UNANSWERED");
  GivenWhistle().At(GetParam().warn).Command(GasCompany(), ReportIn()).WhenTheAgendaRuns().ThenNothingWasRecorded();
}

TEST_P(WhistleDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenWhistle()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenRecorded(absl::StrCat("whistle_unanswered { due { due_at @", GetParam().due, " } }"))
      .ThenNothingIsDue();
}

TEST_P(WhistleDeadlineTest, FollowsACorrectionOfWhenItWasBlown) {
  GivenWhistle()
      .At("2021-07-01T12:00:00Z")
      .When(Community(), Correct("4.1", "occurred_at", "2021-07-01T12:00:00Z"))
      .ThenEvents([](const domain::Events& events) {
        // Beside the time that was wrong stands the date that follows from it: as it was, and as it is.
        ASSERT_EQ(events.size(), 1u);
        const auto& corrected = events[0].coordination_entry_corrected();
        ASSERT_EQ(corrected.fields_size(), 2);
        EXPECT_EQ(corrected.fields(1).path(), "called[0].due");
        EXPECT_THAT(corrected.fields(1).was(), HasSubstr(GetParam().due));
        EXPECT_THAT(corrected.fields(1).is(), HasSubstr(GetParam().due_from_noon));
      })
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING",
               absl::StrCat("kind: AGENDA_KIND_WHISTLE_UNANSWERED due_at @", GetParam().due_from_noon));
}

TEST_P(WhistleDeadlineTest, FollowsACorrectionThatLiftsTheOverdueAndFiresOnTheNewDate) {
  GivenWhistle()
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .ThenRecorded("whistle_unanswered {}")
      .Do([](auto& scenario) {
        if (GetParam().name == "Emergency") scenario.At("2021-07-02T09:00:00Z");
      })
      .When(Community(), Correct("4.1", "occurred_at", "2021-07-02T08:00:00Z"))
      .ThenRecorded("coordination_entry_corrected { event_id: '4.1' }",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.open_whistles_size(), 1); })
      .At(GetParam().due_from_friday)
      .WhenTheAgendaRuns()
      .ThenRecorded(absl::StrCat("whistle_unanswered { due { due_at @", GetParam().due_from_friday, " } }"))
      .ThenNothingIsDue();
}

TEST_P(WhistleDeadlineTest, ACorrectionThatProvesNothingLiftsNothing) {
  GivenWhistle()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .When(Community(), Correct("4.1", "occurred_at", "2021-07-02T08:00:00Z"))
      .ThenRecorded("coordination_entry_corrected {}")
      .ThenNothingIsDue();
}

TEST_P(WhistleDeadlineTest, FollowsACorrectionOfWhoWasCalled) {
  GivenWhistle()
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .When(Community(), Correct("4.1", "called[0].department", "broadcast-company"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("whistle_unanswered { department { organization_id: 'broadcast-company' } }")
      // Put back, it is the first one's again, who is told again.
      .When(Community(), Correct("4.1", "called[0].department", "gas-company"))
      .ThenRecorded("coordination_entry_corrected {}", "coordination_overdue_lifted { overdue_event_id: '7.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("whistle_unanswered { department { organization_id: 'gas-company' } }")
      .ThenNothingIsDue();
}

TEST_P(WhistleDeadlineTest, ALateEntryLiftsIt) {
  GivenWhistle()
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .Occurred(GetParam().second_before)
      .When(GasCompany(), ReportIn())
      .ThenRecorded("department_reported_in {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenNothingIsDue();
  GivenWhistle()
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .When(GasCompany(), ReportIn())
      .ThenRecorded("department_reported_in {}");
}

TEST_P(WhistleDeadlineTest, AWhistleEnteredAfterItsDateFiresAtOnceAndAReportEnteredAfterThatLiftsIt) {
  GivenCaseUnder(WorkingDays())
      .At("2021-08-01")
      .Occurred("2021-07-01T08:00:00Z")
      .Command(Community(), Blow())
      .WhenTheAgendaRuns()
      .ThenRecorded("whistle_unanswered {}")
      .Occurred("2021-07-01T09:00:00Z")
      .When(GasCompany(), ReportIn())
      .ThenRecorded("department_reported_in {}", "coordination_overdue_lifted {}")
      .ThenNothingIsDue();
}

TEST_P(WhistleDeadlineTest, SwitchedOffNothingFires) {
  auto policy = WorkingDays();
  for (auto* term :
       {policy.mutable_whistle_emergency(), policy.mutable_whistle_urgent(), policy.mutable_whistle_ordinary()}) {
    term->set_off(true);
  }
  auto scenario = GivenWhistleUnder(policy);
  scenario.ThenNothingIsDue().At("2023-07-01").WhenTheAgendaRuns().ThenNothingWasRecorded();
  // Nobody comes too late, and a whistle without a date keeps no place from another one.
  for (int i = 0; i < 20; ++i) scenario.Command(Community(), Blow());
  scenario.When(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '24.1'"))
      .ThenRecorded("department_reported_in {}");
}

TEST_P(WhistleDeadlineTest, ANewPolicyMovesNoDateThatIsSet) {
  auto longer = testing::DefaultPolicy();
  for (auto* term :
       {longer.mutable_whistle_emergency(), longer.mutable_whistle_urgent(), longer.mutable_whistle_ordinary()}) {
    term->set_count(99);
  }
  GivenWhistle()
      .Event(Handler(), absl::StrCat("policy_rebound { policy_version: 9 policy {", longer.ShortDebugString(), "} }"))
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING",
               absl::StrCat("kind: AGENDA_KIND_WHISTLE_UNANSWERED due_at @", GetParam().due))
      // Nor does it when the date is counted again: by the rule it was set under.
      .At("2021-07-02T09:00:00Z")
      .Command(Community(), Correct("4.1", "occurred_at", "2021-07-02T08:00:00Z"))
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING",
               absl::StrCat("kind: AGENDA_KIND_WHISTLE_UNANSWERED due_at @", GetParam().due_from_friday));
}

TEST_P(WhistleDeadlineTest, RestsWithTheCaseAndTheOldDateHolds) {
  for (const std::string ended : {"case_closed {}", "case_declined {}"}) {
    GivenWhistle()
        .Event(Handler(), ended)
        .ThenNothingIsDue()
        .At("2021-08-01")
        .Event(Petitioner(), "case_reopened {}")
        .WhenTheAgendaRuns()
        .ThenRecorded(absl::StrCat("whistle_unanswered { due { due_at @", GetParam().due, " } }"));
  }
  GivenWhistle()
      .Event(Handler(), "merge_completed { target_case_id: 'case-2' }")
      .ThenNothingIsDue()
      .Event(Handler(), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING",
               absl::StrCat("kind: AGENDA_KIND_WHISTLE_UNANSWERED due_at @", GetParam().due));
}

TEST_P(WhistleDeadlineTest, TheDeskFindsItByItsDateAndAsOverdueUntilTheDepartmentComes) {
  const auto date = domain::SortableTime(*base::TimeFromText(GetParam().due));
  GivenWhistle()
      .ThenFoundUnder({"due", date, "case-1", "whistle", "4.1/gas-company"})
      .ThenFoundUnder({"due_of", "gas-company", date, "case-1", "whistle", "4.1/gas-company"})
      .ThenNotFoundUnder({"overdue", "whistle", "gas-company", "case-1", "4.1/gas-company"})
      .At(GetParam().due)
      .WhenTheAgendaRuns()
      .ThenFoundUnder({"overdue", "whistle", "gas-company", "case-1", "4.1/gas-company"})
      .Command(GasCompany(), ReportIn())
      .ThenNotFoundUnder({"overdue", "whistle", "gas-company", "case-1", "4.1/gas-company"})
      .ThenNotFoundUnder({"due", date, "case-1", "whistle", "4.1/gas-company"});
}

INSTANTIATE_TEST_SUITE_P(
    Urgency, WhistleDeadlineTest,
    ::testing::Values(Case{"Emergency", "URGENCY_EMERGENCY", "2021-07-01T09:24:00Z", "2021-07-01T09:59:59Z",
                           "2021-07-01T10:00:00Z", "2021-07-01T14:00:00Z", "2021-07-02T10:00:00Z"},
                      Case{"Urgent", "URGENCY_URGENT", "2021-07-02T12:00:00Z", "2021-07-02T23:59:59Z",
                           "2021-07-03T00:00:00Z", "2021-07-03T00:00:00Z", "2021-07-06T00:00:00Z"},
                      Case{"Ordinary", "URGENCY_ORDINARY", "2021-07-05T07:12:00Z", "2021-07-06T23:59:59Z",
                           "2021-07-07T00:00:00Z", "2021-07-07T00:00:00Z", "2021-07-08T00:00:00Z"}),
    [](const auto& info) { return info.param.name; });

// A report that was entered for the wrong department.
TEST(WhistleReportDeadlineTest, AMovedReportMakesTheOneOwedAgainAndLiftsTheOthersOverdue) {
  GivenCase()
      .Command(Community(), Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'r' "
                                                            "department_ids: ['gas-company', 'broadcast-company']"))
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .Occurred("2021-07-02")
      .Command(GasCompany(), ReportIn())
      .When(Handler(), Correct("7.1", "department", "broadcast-company"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '6.1' proof_event_id: '8.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("whistle_unanswered { department { organization_id: 'gas-company' } }")
      .ThenNothingIsDue();
}

TEST(WhistleReportDeadlineTest, AReportDatedTooLateLiftsTheOverdueButNeverByComingBeforeTheWhistle) {
  GivenCase()
      .Command(Community(),
               Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'r' department_ids: 'gas-company'"))
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .Command(GasCompany(), ReportIn())
      .When(GasCompany(), Correct("6.1", "occurred_at", "2021-06-30"))
      .ThenRejected(common::v1::REJECTION_KIND_INVALID, "invalid_field")
      .When(GasCompany(), Correct("6.1", "occurred_at", "2021-07-02"))
      .ThenRecorded("coordination_entry_corrected {}", "coordination_overdue_lifted { overdue_event_id: '5.1' }");
}

TEST(WhistleReportDeadlineTest, AWhistleDatedTooEarlyLiftsTheOverdueOfWhoCameInTime) {
  GivenCase()
      .Command(Community(),
               Request<v1::BlowWhistleRequest>("urgency: URGENCY_EMERGENCY reason: 'r' department_ids: 'gas-company'"))
      .At("2021-07-01T02:00:00Z")
      .WhenTheAgendaRuns()
      .At("2021-07-01T03:00:00Z")
      .Command(GasCompany(), ReportIn())
      .When(Community(), Correct("4.1", "occurred_at", "2021-07-01T01:30:00Z"))
      .ThenRecorded("coordination_entry_corrected {}",
                    "coordination_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '7.1' }");
}

TEST(WhistleReportDeadlineTest, WhoCameWasCalled) {
  GivenCase()
      .Command(Community(),
               Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'r' department_ids: 'gas-company'"))
      .Command(GasCompany(), ReportIn())
      .When(Community(), Correct("4.1", "called[0].department", "broadcast-company"))
      .ThenRejected(REJECTION_KIND_ALREADY, "reported_in");
}

}  // namespace
}  // namespace whistle::coordination
