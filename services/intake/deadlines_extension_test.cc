// The one extension of the time for handling.
#include "services/intake/deadlines_testing.h"

namespace whistle::intake {
namespace {

using common::v1::REJECTION_KIND_ILLEGAL;
using common::v1::REJECTION_KIND_INVALID;
using common::v1::REJECTION_KIND_NOT_AUTHORIZED;
using testing::DefaultPolicy;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::RegistryBuilder;
using testing::Request;

TEST(HandlingExtensionTest, CountsFromTheLastDayOfTheOldDateAndSaysWhoAndWhy) {
  GivenAccepted()
      .At("2021-08-13")
      .WhenTheAgendaRuns()
      .When(Organization("lanzhou"), Extend(30))
      .ThenRecorded(R"(handling_extended {
          due { due_at: @2021-09-30 last_day: "2021-09-29" rule: "handling_extension_max" days: 30
                counted_from: @2021-08-31 warn_at: @2021-09-21 }
          from { due_at: @2021-08-31 rule: "handling" } approved_by { organization_id: "lanzhou" }
          reason_told: "The cable's owner is being found out." })")
      .ThenState(R"(handling_due_event_id: "5.1")")
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at: @2021-09-21 created_by_event_id: '5.1'",
               "kind: AGENDA_KIND_HANDLING_OVERDUE due_at: @2021-09-30 created_by_event_id: '5.1'");
}

TEST(HandlingExtensionTest, FiresOnceByTheNewDate) {
  GivenAccepted()
      .Command(kOffice, Extend(30))
      .At("2021-08-31")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-09-29T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("intake_deadline_approaching { due_at: @2021-09-30 }")
      .At("2021-09-30")
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue { due { due_at: @2021-09-30 } }")
      .At("2022-09-30")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HandlingExtensionTest, NotASecondEarly) {
  GivenAccepted()
      .Command(kOffice, Extend(30))
      .At("2021-09-21")
      .WhenTheAgendaRuns()
      .At("2021-09-29T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenDue("kind: AGENDA_KIND_HANDLING_OVERDUE due_at: @2021-09-30");
}

TEST(HandlingExtensionTest, NotAfterItWasMet) {
  GivenAccepted()
      .Command(kOffice, Extend(30))
      .At("2021-09-29")
      .WhenTheAgendaRuns()
      .Command(kOffice, Request<v1::CloseCaseRequest>("why: 'Gas is lit.'"))
      .ThenNothingIsDue()
      .At("2022-09-30")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

// Of the old date on 2021-08-12, and once more of the new one.
TEST(HandlingExtensionTest, WarnsOnceAtTheShareOfTheNewTime) {
  GivenAccepted()
      .At("2021-08-13")
      .WhenTheAgendaRuns()
      .ThenRecorded("intake_deadline_approaching { rule: 'handling' due_at: @2021-08-31 }")
      .Command(kOffice, Extend(30))
      .At("2021-09-20T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-09-21")
      .WhenTheAgendaRuns()
      .ThenRecorded("intake_deadline_approaching { rule: 'handling' due_at: @2021-09-30 }")
      .At("2021-09-29")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(HandlingExtensionTest, LimitsThemToThePolicysNumberAndLength) {
  GivenAccepted()
      .When(kOffice, Extend(31))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("30 calendar days"))
      .Command(kOffice, Extend(30))
      .When(kOffice, Extend(1))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "extensions_used");
}

TEST(HandlingExtensionTest, DoneTooLateOrByTheWrongOneItIsRefused) {
  GivenHandlingOverdue().When(kOffice, Extend(10)).ThenRejected(REJECTION_KIND_ILLEGAL, "handling_date_passed");
  GivenAccepted()
      .When(Organization("gas-company"), Extend(10))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(HandlingExtensionTest, ALateEntryLiftsTheOverdueAndTheNewDateHolds) {
  GivenHandlingOverdue()
      .At("2021-09-05")
      .Occurred("2021-08-30T23:59:59Z")
      .When(kOffice, Extend(30))
      .ThenRecorded("handling_extended { due { due_at: @2021-09-30 } from { due_at: @2021-08-31 } }",
                    R"(intake_overdue_lifted { overdue_event_id: "4.1" proof_event_id: "5.1" })")
      .ThenState([](const State& state) { EXPECT_EQ(state.handling_overdue_event_id(), ""); })
      .At("2021-09-30")
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue { due { due_at: @2021-09-30 } }");
}

TEST(HandlingExtensionTest, EnteredAfterTheNewDateTooThatOneFiresInItsPlace) {
  GivenHandlingOverdue()
      .At("2021-12-01")
      .Occurred("2021-08-20")
      .Command(kOffice, Extend(30))
      .WhenTheAgendaRuns()
      .ThenRecorded("handling_overdue { due { due_at: @2021-09-30 } }")
      .ThenNothingIsDue();
}

TEST(HandlingExtensionTest, FollowsACorrectionOnlyToATimeItCouldHaveHad) {
  GivenAccepted()
      .At("2021-09-05")
      .Occurred("2021-08-20")
      .Command(kOffice, Extend(30))
      .When(kOffice, Correct("4.1", "occurred_at", "2021-08-31"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenMessage(HasSubstr("before the date that was put off"))
      .When(kOffice, Correct("4.1", "occurred_at", "2021-06-30"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(kOffice, Correct("4.1", "due.due_at", "2031-01-01"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .When(kOffice, Correct("4.1", "approved_by", "gansu"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "field_not_corrected")
      .When(kOffice, Correct("4.1", "occurred_at", "2021-08-30"))
      .ThenRecorded("intake_entry_corrected {}")
      .ThenState("handling_due { due_at: @2021-09-30 }");
}

TEST(HandlingExtensionTest, SwitchedOffItIsRefused) {
  registry::v1::Policy policy = DefaultPolicy();
  policy.mutable_handling_extension_max()->set_off(true);
  auto scenario = GivenIntake();
  scenario.With(RegistryBuilder().WithPolicy(policy)).Command(Petitioner(), Register()).Do([](auto& s) { Accept(s); });
  scenario.When(kOffice, Extend(10)).ThenRejected(REJECTION_KIND_ILLEGAL, "extension_off");
}

}  // namespace
}  // namespace whistle::intake
