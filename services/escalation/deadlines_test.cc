// The dates of escalations, which are answered or climb, and of upgraded handling, which is completed.
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

// Of a city's petition office, put before the city on 2021-07-10 as event 4.1: by 2021-07-16, warned on the 14th.
auto GivenRung() {
  auto scenario = GivenInHandling("lanzhou-petition-office");
  scenario.At("2021-07-10")
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1'"));
  return scenario;
}
constexpr const char* kRungWarn = "2021-07-14T04:48:00Z";
constexpr const char* kRungDue = "2021-07-16";

auto Correct(const std::string& path, const std::string& value) {
  return Request<v1::CorrectEntryRequest>(
      absl::StrCat("event_id: '4.1' why: 'misread' corrections { path: '", path, "' value_json: '\"", value, "\"' }"));
}
auto Decline(const std::string& id) {
  return Request<v1::DeclineEscalationRequest>(absl::StrCat("escalation_id: '", id, "' reason: 'not ours'"));
}

TEST(EscalationRungDeadlineTest, FiresOnceAndClimbsOneRungAtATimeUpToTheTop) {
  GivenRung()
      .ThenState("escalation { raised { to { organization_id: 'lanzhou' } due { due_at @2021-07-16 } } }")
      .At(kRungDue)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_unanswered { escalation_id: '4.1' to { organization_id: 'lanzhou' } "
          "next { organization_id: 'gansu' } due { due_at @2021-07-16 } }",
          "escalation_raised { trigger: ESCALATION_TRIGGER_RUNG_UNANSWERED from { organization_id: "
          "'lanzhou-petition-office' } to { organization_id: 'gansu' } previous_escalation_id: '4.1' computed: true "
          "evidence_event_ids: '5.1' evidence_event_ids: '1.1' due { due_at @2021-07-22 } }")
      .ThenState(
          "last_escalation { escalation_id: '4.1' status: ESCALATION_STATUS_REPLACED unanswered_event_id: '5.1' "
          "settled_by_event_id: '5.2' } escalation { escalation_id: '5.2' }")
      .At("2021-07-22")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_unanswered { escalation_id: '5.2' to { organization_id: 'gansu' } }")
      // At the top it stays open, and nothing fires any more.
      .ThenState("escalation { escalation_id: '5.2' status: ESCALATION_STATUS_OPEN unanswered_event_id: '6.1' }")
      .ThenNothingIsDue()
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, AfterAnOutageItClimbsOneRungAndTheNextCountsFromThere) {
  GivenRung()
      .At("2021-08-20")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_unanswered { escalation_id: '4.1' }",
                    "escalation_raised { to { organization_id: 'gansu' } due { due_at @2021-08-26 } }")
      .At("2021-08-21")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, NotASecondEarly) {
  GivenRung().At(kRungWarn).WhenTheAgendaRuns().At("2021-07-15T23:59:59Z").WhenTheAgendaRuns().ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, NotAfterItWasMet) {
  GivenRung()
      .At("2021-07-12")
      .Command(Organization("lanzhou"), Decline("4.1"))
      .ThenNothingIsDue()
      .At("2022-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, WarnsOnceAtTheShare) {
  GivenRung()
      .At("2021-07-14T04:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At(kRungWarn)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_deadline_approaching { subject: '4.1' rule: 'escalation_rung' due_at @2021-07-16 "
          "organization { organization_id: 'lanzhou' } }")
      .ThenState("escalation { warned_event_id: '5.1' }")
      .At("2021-07-15")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, RestsWhileTheCaseIsClosed) {
  GivenRung()
      .At("2021-07-12")
      .Event(Organization("lanzhou"), kCaseClosed)
      .ThenNothingIsDue()
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(EscalationRungDeadlineTest, ALateEntryLiftsItAndTheFurtherRungStays) {
  GivenRung()
      .At("2021-07-16")
      .WhenTheAgendaRuns()
      .At("2021-07-17")
      .Occurred("2021-07-15")
      .When(Organization("lanzhou"), Decline("4.1"))
      .ThenRecorded("escalation_declined { escalation_id: '4.1' }",
                    "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState(
          "last_escalation { escalation_id: '4.1' status: ESCALATION_STATUS_DECLINED unanswered_event_id: '' } "
          "escalation { escalation_id: '5.2' status: ESCALATION_STATUS_OPEN }");
}

TEST(EscalationRungDeadlineTest, FollowsACorrection) {
  GivenRung()
      .At("2021-07-14T04:48:00Z")
      .WhenTheAgendaRuns()
      .When(Organization("lanzhou-petition-office"), Correct("occurred_at", "2021-07-13"))
      .ThenRecorded(
          "escalation_entry_corrected { event_id: '4.1' fields { path: 'occurred_at' } fields { path: 'due' } }")
      // Whoever was warned of the old date is warned of the new one.
      .ThenDue("kind: AGENDA_KIND_DEADLINE_APPROACHING due_at @2021-07-17T04:48:00Z created_by_event_id: '6.1'",
               "kind: AGENDA_KIND_ESCALATION_UNANSWERED due_at @2021-07-19 created_by_event_id: '6.1'")
      .At("2021-07-18T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { due_at @2021-07-19 }")
      .At("2021-07-19")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_unanswered { escalation_id: '4.1' due { due_at @2021-07-19 } }",
                    "escalation_raised { previous_escalation_id: '4.1' }");
}

TEST(EscalationRungDeadlineTest, FollowsACorrectionThatLiftsTheOverdueAndTheFurtherRungStays) {
  GivenRung()
      .At("2021-07-16")
      .WhenTheAgendaRuns()
      .When(Organization("lanzhou-petition-office"), Correct("occurred_at", "2021-07-13"))
      .ThenRecorded("escalation_entry_corrected { event_id: '4.1' }",
                    "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState(
          "last_escalation { escalation_id: '4.1' unanswered_event_id: '' } "
          "escalation { escalation_id: '5.2' status: ESCALATION_STATUS_OPEN }");
}

TEST(EscalationRungDeadlineTest, WhatWasAnsweredTooLateIsRefused) {
  GivenRung()
      .At("2021-07-16")
      .WhenTheAgendaRuns()
      .At("2021-07-17")
      .When(Organization("lanzhou"), Decline("4.1"))
      .ThenRejected(REJECTION_KIND_ALREADY, "escalation_settled");
}

TEST(EscalationRungDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = QuietPolicy();
  policy.mutable_escalation_rung()->set_off(true);
  GivenInHandling("lanzhou-petition-office", policy)
      .At("2021-07-10")
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1'"))
      .ThenNothingIsDue()
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

// Led by the province from 2021-07-12 on as event 4.1: by 2021-07-18.
auto GivenUpgraded() {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-12")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"));
  return scenario;
}
auto Complete() {
  return Request<v1::CompleteHandlingRequest>("handling_id: '4.1' measures { text: 'The gas is lit.' }");
}

TEST(UpgradedHandlingDeadlineTest, FiresOnce) {
  GivenUpgraded()
      .At("2021-07-18")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "upgraded_handling_overdue { handling_id: '4.1' lead { organization_id: 'gansu' } due_at @2021-07-18 }")
      .ThenState("handling { overdue_event_id: '5.1' }")
      .ThenNothingIsDue()
      .At("2022-07-18")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(UpgradedHandlingDeadlineTest, NotASecondEarly) {
  GivenUpgraded()
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_deadline_approaching { subject: '4.1' rule: 'upgraded_handling' }")
      .At("2021-07-17T23:59:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(UpgradedHandlingDeadlineTest, NotAfterItWasMet) {
  GivenUpgraded()
      .At("2021-07-14")
      .Command(Organization("gansu"), Complete())
      .ThenNothingIsDue()
      .At("2022-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(UpgradedHandlingDeadlineTest, ALateEntryLiftsIt) {
  GivenUpgraded()
      .At("2021-07-18")
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Occurred("2021-07-17T20:00:00Z")
      .When(Organization("gansu"), Complete())
      .ThenRecorded("handling_completed {}",
                    "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState("last_handling { handling_id: '4.1' overdue_event_id: '' }");
}

TEST(UpgradedHandlingDeadlineTest, ALateCompletionLiftsNothing) {
  GivenUpgraded()
      .At("2021-07-18")
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .When(Organization("gansu"), Complete())
      .ThenRecorded("handling_completed {}")
      .ThenState("last_handling { handling_id: '4.1' overdue_event_id: '5.1' }");
}

TEST(UpgradedHandlingDeadlineTest, WarnsOnceAtTheShare) {
  GivenUpgraded()
      .At("2021-07-16T04:47:59Z")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-16T04:48:00Z")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_deadline_approaching { subject: '4.1' rule: 'upgraded_handling' due_at @2021-07-18 "
          "organization { organization_id: 'gansu' } }")
      .At("2021-07-17")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(UpgradedHandlingDeadlineTest, FollowsACorrection) {
  GivenUpgraded()
      .At("2021-07-18")
      .WhenTheAgendaRuns()
      .When(Organization("gansu"), Correct("occurred_at", "2021-07-14"))
      .ThenRecorded(
          "escalation_entry_corrected { event_id: '4.1' fields { path: 'occurred_at' } fields { path: 'due' } }",
          "escalation_overdue_lifted { overdue_event_id: '5.1' proof_event_id: '6.1' }")
      .ThenState("handling { overdue_event_id: '' upgraded { due { due_at @2021-07-20 } } }")
      .At("2021-07-20")
      .WhenTheAgendaRuns()
      .ThenRecorded("upgraded_handling_overdue { handling_id: '4.1' due_at @2021-07-20 }");
}

TEST(UpgradedHandlingDeadlineTest, FollowsACorrectionThereAndBack) {
  GivenUpgraded()
      .At("2021-07-18")
      .WhenTheAgendaRuns()
      .ThenRecorded("upgraded_handling_overdue { due_at @2021-07-18 }")
      .Command(Organization("gansu"), Correct("occurred_at", "2021-07-14"))
      .Command(Organization("gansu"), Correct("occurred_at", "2021-07-12"))
      .WhenTheAgendaRuns()
      .ThenRecorded("upgraded_handling_overdue { due_at @2021-07-18 }")
      .ThenNothingIsDue();
}

TEST(UpgradedHandlingDeadlineTest, SwitchedOffNothingFires) {
  registry::v1::Policy policy = QuietPolicy();
  policy.mutable_upgraded_handling()->set_off(true);
  GivenInHandling("lanzhou-petition-office", policy)
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"))
      .ThenNothingIsDue()
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
