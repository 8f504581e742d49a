// The dates of assignments: the answer's (with its extensions) and the return's; each row of the policy table a suite.
#include <string>

#include "libs/domain/obligation.h"
#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

using common::v1::REJECTION_KIND_ALREADY;
using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using ::testing::HasSubstr;
using testing::Petitioner;
using testing::Request;

constexpr char kAsked[] = "2021-07-01";
constexpr char kReturnBy[] = "2021-07-03";
constexpr char kWarn[] = "2021-07-05T04:48:00Z";
constexpr char kSecondBefore[] = "2021-07-06T23:59:59Z";
constexpr char kDue[] = "2021-07-07";

auto Accept() { return Answer("assignment_id: '4.1' stance: STANCE_ACCEPTS text: 'Ours'"); }
auto Progress() { return Answer("assignment_id: '4.1' stance: STANCE_REPORTS_PROGRESS text: 'We are looking'"); }
auto Return() {
  return Request<v1::ReturnAssignmentRequest>(
      "assignment_id: '4.1' why: 'Not ours' proposed_owner_id: 'broadcast-company' grounds { document: 'Register' }");
}
auto Extend(int count = 3) {
  return Request<v1::GrantExtensionRequest>(absl::StrCat("assignment_id: '4.1' why: 'A survey' count: ", count));
}
auto Correct(const std::string& event_id, const std::string& path, const std::string& value) {
  return Request<v1::CorrectEntryRequest>(absl::StrCat("event_id: '", event_id, "' why: 'Entered wrongly' ",
                                                       "corrections { path: '", path, "' value_json: '\"", value,
                                                       "\"' }"));
}

// The return's date has fired (5.1) and the warning too (6.1).
auto GivenWarned() {
  auto scenario = GivenAssignment();
  scenario.At(kReturnBy).WhenTheAgendaRuns().At(kWarn).WhenTheAgendaRuns();
  return scenario;
}
// And then the answer's (7.1).
auto GivenOverdue() {
  auto scenario = GivenWarned();
  scenario.At(kDue).WhenTheAgendaRuns();
  return scenario;
}

// Five working days, as DOMAIN's table has it. 2021-07-01 was a Thursday.
TEST(ResponseDeadlineTest, FiveWorkingDaysEndWithTheFifthOfThem) {
  auto policy = testing::DefaultPolicy();
  policy.mutable_response()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  policy.mutable_assignment_return()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  GivenCaseUnder(policy)
      .At("2021-07-02T23:00:00Z")
      .When(Handler(), Ask("gas-company"))
      .ThenRecorded(
          "response_requested { due { due_at @2021-07-10 last_day: '2021-07-09' days: 5 working_days: true } "
          "return_by { due_at @2021-07-06 last_day: '2021-07-05' working_days: true } }");
}

TEST(ResponseDeadlineTest, FiresOnce) {
  GivenWarned()
      .At(kDue)
      .WhenTheAgendaRuns()
      .ThenRecorded(R"(occurred_at @2021-07-07 response_overdue { assignment_id: "4.1"
          department { organization_id: "gas-company" superior_ids: "gansu" name: "the gas company" } due { due_at @2021-07-07 } })")
      .ThenNothingIsDue()
      .ThenState("overdue_count: 1 open_assignments { assignment_id: '4.1' overdue_event_id: '7.1' }")
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ResponseDeadlineTest, NotASecondEarly) {
  GivenWarned()
      .At(kSecondBefore)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_RESPONSE_OVERDUE due_at @2021-07-07");
}

TEST(ResponseDeadlineTest, NotAfterItWasMet) {
  for (const auto& when : {kAsked, kSecondBefore}) {
    GivenAssignment()
        .At(when)
        .WhenTheAgendaRuns()
        .Command(GasCompany(), Accept())
        .ThenNothingIsDue()
        .At("2022-07-01")
        .WhenTheAgendaRuns()
        .ThenNothingWasRecorded();
  }
}

TEST(ResponseDeadlineTest, ProgressDoesNotMeetItAndIsNamed) {
  GivenWarned()
      .Command(GasCompany(), Progress())
      .At(kDue)
      .WhenTheAgendaRuns()
      .ThenRecorded("response_overdue { progress_event_id: '7.1' progress_at @2021-07-05T04:48:00Z }");
}

TEST(ResponseDeadlineTest, WarnsOnceAtTheShare) {
  GivenAssignment()
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .At("2021-07-05T04:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At(kWarn)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "response_deadline_approaching { subject: '4.1' rule: 'response' due_at @2021-07-07 "
          "organization { organization_id: 'gas-company' superior_ids: 'gansu' } }")
      .ThenState("open_assignments { warned_event_id: '6.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_RESPONSE_OVERDUE");
}

TEST(ResponseDeadlineTest, AWarningAfterTheDateIsTheOverdue) {
  GivenAssignment()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenRecorded("return_term_passed {}", "response_overdue { due { due_at @2021-07-07 } }")
      .ThenNothingIsDue();
}

TEST(ResponseDeadlineTest, FollowsACorrectionOfWhenItWasAsked) {
  GivenWarned()
      .When(Handler(), Correct("4.1", "occurred_at", "2021-07-03T09:00:00Z"))
      .ThenEvents([](const domain::Events& events) {
        // Beside the time that was wrong stand the dates that follow from it: as they were, and as they are.
        ASSERT_EQ(events.size(), 1u);
        const auto& corrected = events[0].response_entry_corrected();
        ASSERT_EQ(corrected.fields_size(), 3);
        EXPECT_EQ(corrected.fields(1).path(), "due");
        EXPECT_THAT(corrected.fields(1).was(), HasSubstr("2021-07-07T00:00:00Z"));
        EXPECT_THAT(corrected.fields(1).is(), HasSubstr("2021-07-09T00:00:00Z"));
        EXPECT_EQ(corrected.fields(2).path(), "return_by");
        EXPECT_THAT(corrected.fields(2).is(), HasSubstr("2021-07-05T00:00:00Z"));
      })
      // Whoever was warned of the old date is warned of the new one.
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING created_by_event_id: '7.1'",
               "kind: AGENDA_KIND_RESPONSE_OVERDUE created_by_event_id: '7.1' due_at @2021-07-09");
}

TEST(ResponseDeadlineTest, FollowsACorrectionThatLiftsTheOverdueAndFiresOnTheNewDate) {
  GivenOverdue()
      .When(Handler(), Correct("4.1", "occurred_at", "2021-07-04"))
      .ThenRecorded("response_entry_corrected { event_id: '4.1' }",
                    "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '8.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.overdue_count(), 0u); })
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_overdue { due { due_at @2021-07-10 } }")
      .ThenNothingIsDue();
}

TEST(ResponseDeadlineTest, FollowsACorrectionOfWhoWasAsked) {
  GivenOverdue()
      .When(Handler(), Correct("4.1", "department", "broadcast-company"))
      .ThenRecorded("response_entry_corrected {}",
                    "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '8.1' }",
                    "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '8.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("return_term_passed { department { organization_id: 'broadcast-company' } }",
                    "response_overdue { department { organization_id: 'broadcast-company' } }")
      // Put back, it is the first one's again, which is told again.
      .When(Handler(), Correct("4.1", "department", "gas-company"))
      .ThenRecorded("response_entry_corrected {}", "response_overdue_lifted { overdue_event_id: '9.1' }",
                    "response_overdue_lifted { overdue_event_id: '10.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("return_term_passed { department { organization_id: 'gas-company' } }",
                    "response_overdue { department { organization_id: 'gas-company' } }")
      .ThenState("overdue_count: 1")
      .ThenNothingIsDue();
}

TEST(ResponseDeadlineTest, ACorrectionOfWhenItWasAskedLiftsTheOverdueOfWhoAnsweredInTime) {
  GivenOverdue()
      .At("2021-07-08")
      .Command(GasCompany(), Accept())
      .When(Handler(), Correct("4.1", "occurred_at", "2021-07-03"))
      .ThenRecorded("response_entry_corrected {}",
                    "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '9.1' }")
      .ThenState("settled_assignments { due { due_at @2021-07-09 } }");
}

TEST(ResponseDeadlineTest, ACorrectionThatProvesNothingLiftsNothing) {
  GivenOverdue()
      .At("2021-08-01")
      .When(Handler(), Correct("4.1", "occurred_at", "2021-07-04"))
      .ThenRecorded("response_entry_corrected {}")
      .ThenNothingIsDue();
}

TEST(ResponseDeadlineTest, WhatTheAgendaConcludedIsNobodysToCorrect) {
  for (const std::string event_id : {"5.1", "6.1", "7.1"}) {
    GivenOverdue()
        .When(Handler(), Correct(event_id, "occurred_at", "2021-07-02"))
        .ThenRejected(REJECTION_KIND_ILLEGAL, "not_an_act");
  }
}

TEST(ResponseDeadlineTest, ALateEntryLiftsIt) {
  GivenOverdue()
      .At("2021-07-20")
      .Occurred(kSecondBefore)
      .When(GasCompany(), Accept())
      .ThenRecorded("response_submitted {}",
                    "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '8.1' }")
      .ThenNothingIsDue();
  GivenOverdue().Occurred(kDue).When(GasCompany(), Accept()).ThenRecorded("response_submitted {}");
}

TEST(ResponseDeadlineTest, SwitchedOffNothingFires) {
  auto policy = testing::DefaultPolicy();
  policy.mutable_response()->set_off(true);
  policy.mutable_assignment_return()->set_off(true);
  GivenCaseUnder(policy)
      .Command(Handler(), Ask("gas-company"))
      .ThenNothingIsDue()
      .At("2023-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .When(Handler(), Extend())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "no_date")
      // Nothing comes too late for a date that there is not.
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}");
}

TEST(ResponseDeadlineTest, ANewPolicyMovesNoDateThatIsSet) {
  auto longer = testing::DefaultPolicy();
  longer.mutable_response()->set_count(99);
  longer.mutable_assignment_return()->set_count(99);
  GivenAssignment()
      .Event(Handler(), absl::StrCat("policy_rebound { policy_version: 9 policy {", longer.ShortDebugString(), "} }"))
      .ThenDue("due_at @2021-07-03", "due_at @2021-07-05T04:48:00Z", "due_at @2021-07-07")
      .At(kReturnBy)
      .Command(Handler(), Correct("4.1", "occurred_at", "2021-07-02"))
      .ThenDue("due_at @2021-07-04", "kind: AGENDA_KIND_DEADLINE_APPROACHING", "due_at @2021-07-08");
}

TEST(ResponseDeadlineTest, RestsWithTheCaseAndTheOldDateHolds) {
  for (const std::string ended : {"case_closed {}", "case_declined {}"}) {
    GivenAssignment()
        .Event(Handler(), ended)
        .ThenNothingIsDue()
        .At("2021-08-01")
        .WhenTheAgendaRuns()
        .ThenNothingWasRecorded()
        .Event(Petitioner(), "case_reopened {}")
        .WhenTheAgendaRuns()
        .ThenRecorded("return_term_passed {}", "response_overdue { due { due_at @2021-07-07 } }");
  }
  GivenAssignment()
      .Event(Handler(), "merge_completed { target_case_id: 'case-2' }")
      .ThenNothingIsDue()
      .Event(Handler(), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .ThenDue("due_at @2021-07-03", "due_at @2021-07-05T04:48:00Z", "due_at @2021-07-07");
}

TEST(ResponseDeadlineTest, TheDeskFindsItByItsDateAndAsOverdueUntilItIsAnswered) {
  const auto date = domain::SortableTime(*base::TimeFromText(kDue));
  GivenWarned()
      .ThenFoundUnder({"due", date, "case-1", "response", "4.1"})
      .ThenFoundUnder({"due_of", "gas-company", date, "case-1", "response", "4.1"})
      .ThenNotFoundUnder({"overdue", "response", "gas-company", "case-1", "4.1"})
      .At(kDue)
      .WhenTheAgendaRuns()
      .ThenFoundUnder({"overdue", "response", "gas-company", "case-1", "4.1"})
      .ThenFoundUnder({"due", date, "case-1", "response", "4.1"})
      .Command(GasCompany(), Accept())
      .ThenNotFoundUnder({"overdue", "response", "gas-company", "case-1", "4.1"})
      .ThenNotFoundUnder({"due", date, "case-1", "response", "4.1"});
}

TEST(ResponseDeadlineTest, AnItemIsRefusedBeforeItsTimeAndASecondTime) {
  const auto run = [](auto& scenario, const common::v1::AgendaItem& item) {
    domain::Context context;
    context.case_id = "case-1";
    context.now = context.occurred_at = scenario.world().now();
    context.registry = &scenario.world().registry();
    const auto outcome = DecideDate(scenario.state(), item, context);
    return std::holds_alternative<domain::Rejection>(outcome) ? std::get<domain::Rejection>(outcome).detail.reason()
                                                              : std::string("recorded");
  };
  auto scenario = GivenWarned();
  const common::v1::AgendaItem item = scenario.world().Agenda("case-1").at(0);
  EXPECT_EQ(run(scenario, item), "not_yet_due");
  scenario.At(kDue);
  EXPECT_EQ(run(scenario, item), "recorded");
  scenario.WhenTheAgendaRuns();
  EXPECT_EQ(run(scenario, item), "overdue");
  scenario.Command(GasCompany(), Accept());
  EXPECT_EQ(run(scenario, item), "not_owed");
}

// --- Extensions: at most 3 of at most 3 days.

TEST(ResponseExtensionTest, FiresOnceOnTheNewDateWhichCountsFromTheOldOne) {
  GivenWarned()
      .When(Handler(), Extend())
      .ThenRecorded(
          "extension_granted { old_due { due_at @2021-07-07 } new_due { due_at @2021-07-10 last_day: "
          "'2021-07-09' } number: 1 number_max: 3 why: 'A survey' }")
      // Whoever was warned of the old date is warned of the new one.
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at @2021-07-09T02:24:00Z",
               "kind: AGENDA_KIND_RESPONSE_OVERDUE due_at @2021-07-10")
      .At("2021-07-09T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_deadline_approaching { due_at @2021-07-10 }")
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_overdue { due { due_at @2021-07-10 rule: 'response_extension' } }")
      .ThenNothingIsDue();
}

TEST(ResponseExtensionTest, NotASecondEarly) {
  GivenWarned()
      .Command(Handler(), Extend())
      .At("2021-07-09T02:24:00Z")
      .WhenTheAgendaRuns()
      .At("2021-07-09T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_RESPONSE_OVERDUE due_at @2021-07-10");
}

TEST(ResponseExtensionTest, NotAfterItWasMet) {
  GivenWarned()
      .Command(Handler(), Extend())
      .At("2021-07-08")
      .Command(GasCompany(), Accept())
      .ThenNothingIsDue()
      .At("2022-07-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ResponseExtensionTest, WarnsOnceAtTheShareOfTheNewTime) {
  GivenWarned()
      .Command(Handler(), Extend())
      .At("2021-07-09T02:23:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-09T02:24:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_deadline_approaching { subject: '4.1' rule: 'response' due_at @2021-07-10 }")
      .At("2021-07-09T23:00:00Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ResponseExtensionTest, LimitsThemToThreeOfAtMostThreeDays) {
  GivenAssignment()
      .When(Handler(), Extend(4))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .Command(Handler(), Extend(1))
      .Command(Handler(), Extend(2))
      .When(Handler(), Extend(3))
      .ThenRecorded("extension_granted { number: 3 new_due { due_at @2021-07-13 } }")
      .When(Handler(), Extend(1))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "extensions_used_up");
}

TEST(ResponseExtensionTest, AfterTheDateIsTooLate) {
  GivenWarned().At(kSecondBefore).When(Handler(), Extend()).ThenRecorded("extension_granted {}");
  GivenWarned().At(kDue).When(Handler(), Extend()).ThenRejected(REJECTION_KIND_ILLEGAL, "deadline_passed");
}

TEST(ResponseExtensionTest, ALateEntryLiftsItAndTheNewDateFires) {
  GivenOverdue()
      .Occurred("2021-07-05T05:00:00Z")
      .When(Handler(), Extend())
      .ThenRecorded("extension_granted {}", "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '8.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.overdue_count(), 0u); })
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .ThenRecorded("response_overdue { due { due_at @2021-07-10 } }");
}

TEST(ResponseExtensionTest, ACorrectionOfTheRequestDoesNotMoveTheExtendedDate) {
  GivenWarned()
      .Command(Handler(), Extend())
      .Command(Handler(), Correct("4.1", "occurred_at", "2021-07-02"))
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING created_by_event_id: '7.1'",
               "kind: AGENDA_KIND_RESPONSE_OVERDUE created_by_event_id: '7.1' due_at @2021-07-10");
}

TEST(ResponseExtensionTest, SwitchedOffNoneIsGranted) {
  auto policy = testing::DefaultPolicy();
  policy.mutable_response_extension_max()->set_off(true);
  GivenCaseUnder(policy)
      .Command(Handler(), Ask("gas-company"))
      .When(Handler(), Extend())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "extension_off");
}

// --- Returns: one day, then the department is the first handler responsible.

TEST(ReturnDeadlineTest, FiresOnceAndTheDepartmentIsTheFirstHandlerResponsible) {
  GivenAssignment()
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "return_term_passed { assignment_id: '4.1' return_by { due_at @2021-07-03 } "
          "department { organization_id: 'gas-company' superior_ids: 'gansu' } }")
      .ThenState("open_assignments { first_responsible_event_id: '5.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.overdue_count(), 0u); })
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .When(GasCompany(), Return())
      .ThenRejected(REJECTION_KIND_ILLEGAL, "return_too_late")
      .ThenMessage(HasSubstr("by event 5.1"));
}

TEST(ReturnDeadlineTest, NotASecondEarly) {
  GivenAssignment()
      .At("2021-07-02T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}");
}

TEST(ReturnDeadlineTest, NotAfterItWasReturnedOrAnswered) {
  GivenAssignment().Command(GasCompany(), Return()).At(kDue).WhenTheAgendaRuns().ThenNothingWasRecorded();
  GivenAssignment().Command(GasCompany(), Accept()).At(kDue).WhenTheAgendaRuns().ThenNothingWasRecorded();
  GivenAssignment()
      .Command(GasCompany(), Progress())
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .ThenRecorded("return_term_passed {}");
}

TEST(ReturnDeadlineTest, NobodyIsWarnedOfIt) {
  GivenAssignment().ThenDue("kind: AGENDA_KIND_RETURN_TERM_PASSED due_at @2021-07-03",
                            "kind: AGENDA_KIND_DEADLINE_APPROACHING due_at @2021-07-05T04:48:00Z",
                            "kind: AGENDA_KIND_RESPONSE_OVERDUE due_at @2021-07-07");
}

TEST(ReturnDeadlineTest, FollowsACorrectionOfWhenItWasAsked) {
  GivenAssignment()
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .When(Handler(), Correct("4.1", "occurred_at", "2021-07-02"))
      .ThenRecorded("response_entry_corrected {}",
                    "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState([](const State& state) {
        EXPECT_EQ(state.open_assignments(0).first_responsible_event_id(), "");
        EXPECT_EQ(state.overdue_count(), 0u);
      })
      .At("2021-07-04")
      .WhenTheAgendaRuns()
      .ThenRecorded("return_term_passed { return_by { due_at @2021-07-04 } }");
}

TEST(ReturnDeadlineTest, ALateEntryLiftsIt) {
  GivenAssignment()
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .Occurred("2021-07-02T23:59:59Z")
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}",
                    "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenNothingIsDue();
  // An answer that was given in time disproves it too.
  GivenAssignment()
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .Occurred("2021-07-02T23:59:59Z")
      .When(GasCompany(), Accept())
      .ThenRecorded("response_submitted {}",
                    "response_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }");
  // After the answer's date both are disproved.
  GivenOverdue()
      .Occurred("2021-07-02T23:59:59Z")
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}", "response_overdue_lifted { overdue_event_id: '5.1' }",
                    "response_overdue_lifted { overdue_event_id: '7.1' }")
      .ThenState([](const State& state) { EXPECT_EQ(state.overdue_count(), 0u); });
}

TEST(ReturnDeadlineTest, AReturnIsNotPutRightToATimeThatWasTooLate) {
  GivenAssignment()
      .Command(GasCompany(), Return())
      .At("2021-07-04")
      .When(GasCompany(), Correct("5.1", "occurred_at", kReturnBy))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(ReturnDeadlineTest, SwitchedOffNothingFiresAndNoReturnIsTooLate) {
  auto policy = testing::DefaultPolicy();
  policy.mutable_assignment_return()->set_off(true);
  GivenCaseUnder(policy)
      .Command(Handler(), Ask("gas-company"))
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING", "kind: AGENDA_KIND_RESPONSE_OVERDUE")
      .At("2021-07-30")
      .When(GasCompany(), Return())
      .ThenRecorded("assignment_returned {}");
}

TEST(ReturnDeadlineTest, TheDeskListsItUntilItFiresAndNeverAsOverdue) {
  const auto date = domain::SortableTime(*base::TimeFromText(kReturnBy));
  GivenAssignment()
      .ThenFoundUnder({"due", date, "case-1", "assignment_return", "4.1"})
      .ThenFoundUnder({"due_of", "gas-company", date, "case-1", "assignment_return", "4.1"})
      .At(kReturnBy)
      .WhenTheAgendaRuns()
      .ThenNotFoundUnder({"due", date, "case-1", "assignment_return", "4.1"})
      .ThenNotFoundUnder({"overdue", "assignment_return", "gas-company", "case-1", "4.1"});
}

}  // namespace
}  // namespace whistle::response
