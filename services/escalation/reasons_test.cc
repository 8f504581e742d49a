// What puts a case before a higher organization by itself. The handler is a city's petition office: it has authority
// over itself alone, and the lowest common superior with a provincial company is the province.
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;

// Accepted by somebody, so that NO_OWNER is silent.
auto GivenOwned() {
  auto scenario = GivenLookedAt();
  scenario.Event(Organization("lanzhou-petition-office"),
                 "response_submitted { department { organization_id: 'lanzhou-petition-office' } stance: "
                 "STANCE_ACCEPTS text: 't' }");
  return scenario;
}

std::string Asked(const std::string& department) {
  return absl::StrCat("response_requested { department { organization_id: '", department, "' } }");
}
std::string Silent(const std::string& assignment_id, const std::string& department) {
  return absl::StrCat("response_overdue { assignment_id: '", assignment_id, "' department { organization_id: '",
                      department, "' } }");
}

TEST(ReasonTest, AGapPutsTheCaseBeforeTheLowestCommonSuperiorAtOnce) {
  GivenOwned()
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_JURISDICTION_GAP organization { organization_id: 'gas-company' } }",
          "escalation_raised { trigger: ESCALATION_TRIGGER_FINDING rule: FINDING_RULE_JURISDICTION_GAP "
          "finding_ids: '6.1' evidence_event_ids: '2.1' evidence_event_ids: '5.1' computed: true "
          "from { organization_id: 'lanzhou-petition-office' } to { organization_id: 'gansu' } "
          "needed { organization_id: 'gas-company' } due { rule: 'escalation_rung' due_at @2021-07-11 } "
          "reason: 'JURISDICTION_GAP.' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReasonTest, WithinItsAuthorityNothingHappens) {
  auto scenario = GivenLookedAt("lanzhou");
  scenario
      .Event(Organization("lanzhou"),
             "response_submitted { department { organization_id: 'lanzhou' } stance: STANCE_ACCEPTS text: 't' }")
      .Event(Organization("lanzhou"), Asked("chengguan-housing-bureau"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReasonTest, OneSilenceIsNotEnoughAndTwoAre) {
  auto scenario = GivenLookedAt("lanzhou");
  scenario
      .Event(Organization("lanzhou"),
             "response_submitted { department { organization_id: 'lanzhou' } stance: STANCE_ACCEPTS text: 't' }")
      .Event(Organization("lanzhou"), Asked("chengguan-housing-bureau"))
      .At("2021-07-10")
      .Event(testing::Agenda(), Silent("5.1", "chengguan-housing-bureau"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE }")
      .Event(Organization("lanzhou"), Asked("chengguan-housing-bureau"))
      .At("2021-07-20")
      .Event(testing::Agenda(), Silent("8.1", "chengguan-housing-bureau"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE }",
                    "escalation_raised { rule: FINDING_RULE_SILENCE finding_ids: '7.1' finding_ids: '10.1' "
                    "to { organization_id: 'gansu' } reason: '2 × SILENCE.' }");
}

TEST(ReasonTest, AFurtherOneJoinsTheOpenEscalation) {
  GivenOwned()
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-03")
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_evidence_added { escalation_id: '7.1' trigger: ESCALATION_TRIGGER_OPEN_HAZARD "
          "evidence_event_ids: '8.1' reason: 'an open hazard.' }");
}

TEST(ReasonTest, WaitsUntilThereIsSomebodyAbove) {
  auto scenario = GivenRegistered(testing::DefaultPolicy());
  // Nobody handles the case and nobody's action is asked for.
  scenario
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-08-01")
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou-petition-office' } }")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_raised { trigger: ESCALATION_TRIGGER_OPEN_HAZARD to { organization_id: 'lanzhou' } }");
}

TEST(ReasonTest, TheTopOfTheTreeHasNobodyAbove) {
  GivenLookedAt("gansu")
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .WhenTheAgendaRuns()
      .ThenRecorded("owner_awaited {}");
}

TEST(ReasonTest, ACancelledHazardIsNoReasonAnyMore) {
  auto scenario = GivenRegistered(testing::DefaultPolicy());
  scenario
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .Event(Organization("gansu"), "hazard_cancelled { hazard_id: '2.1' }")
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou-petition-office' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReasonTest, TheStatutoryClockIsOneOnceItRanOut) {
  GivenOwned()
      .At("2021-09-01")
      .Event(testing::Agenda(), "handling_overdue { organization { organization_id: 'lanzhou-petition-office' } }")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_raised { trigger: ESCALATION_TRIGGER_STATUTORY_CLOCK to { organization_id: 'lanzhou' } "
          "reason: 'the time for handling ran out.' evidence_event_ids: '5.1' }");
}

TEST(ReasonTest, AnOverdueThatWasLiftedIsNone) {
  auto scenario = GivenRegistered(testing::DefaultPolicy());
  scenario.Event(testing::Agenda(), "handling_overdue {}")
      .Event(Organization("lanzhou"), "intake_overdue_lifted { overdue_event_id: '2.1' proof_event_id: '1.1' }")
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou-petition-office' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReasonTest, AFindingThatWasLiftedIsNone) {
  auto scenario = GivenLookedAt("lanzhou");
  scenario
      .Event(Organization("lanzhou"),
             "response_submitted { department { organization_id: 'lanzhou' } stance: STANCE_ACCEPTS text: 't' }")
      .Event(Organization("lanzhou"), Asked("chengguan-housing-bureau"))
      .At("2021-07-10")
      .Event(testing::Agenda(), Silent("5.1", "chengguan-housing-bureau"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), "response_overdue_lifted { overdue_event_id: '6.1' proof_event_id: '6.1' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }")
      .Event(Organization("lanzhou"), Asked("chengguan-housing-bureau"))
      .At("2021-07-20")
      .Event(testing::Agenda(), Silent("10.1", "chengguan-housing-bureau"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_SILENCE }");
}

TEST(ReasonTest, AfterADeclineTheNextGoesARungAboveTheOneThatDeclined) {
  GivenOwned()
      .At("2021-09-01")
      .Event(testing::Agenda(), "handling_overdue {}")
      .WhenTheAgendaRuns()
      .At("2021-09-02")
      .Command(Organization("lanzhou"), Request<v1::DeclineEscalationRequest>("escalation_id: '6.1' reason: 'r'"))
      .At("2021-09-03")
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "escalation_raised { trigger: ESCALATION_TRIGGER_OPEN_HAZARD to { organization_id: 'gansu' } "
          "previous_escalation_id: '6.1' }");
}

TEST(ReasonTest, UpgradedHandlingThatRunsOutGoesAboveWhoLeadsIt) {
  GivenOwned()
      .At("2021-07-05")
      .Command(Organization("lanzhou"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the mayor'"))
      .At("2021-07-11")
      .WhenTheAgendaRuns()
      .ThenRecorded("upgraded_handling_overdue { handling_id: '5.1' }",
                    "escalation_raised { trigger: ESCALATION_TRIGGER_UPGRADED_HANDLING_OVERDUE from { organization_id: "
                    "'lanzhou' } to { organization_id: 'gansu' } evidence_event_ids: '6.1' }");
}

TEST(ReasonTest, UpgradedHandlingThatWasCompletedAfterAllIsNone) {
  GivenLookedAt("gansu-petition-office")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the governor'"))
      .At("2021-07-07")
      .WhenTheAgendaRuns()
      .ThenRecorded("upgraded_handling_overdue { handling_id: '4.1' }")
      .Command(Organization("gansu"),
               Request<v1::CompleteHandlingRequest>("handling_id: '4.1' measures { text: 'gas is lit' }"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ReasonTest, RestsWhileTheCaseIsClosedAndGoesOnWhenItIsReopened) {
  auto scenario = GivenRegistered(testing::DefaultPolicy());
  scenario.Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou-petition-office' } }")
      .Event(Organization("lanzhou"), kCaseClosed)
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_reopened { why: 'w' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("escalation_raised { trigger: ESCALATION_TRIGGER_OPEN_HAZARD }", "owner_awaited {}");
}

TEST(ReasonTest, WhatAPersonPutBeforeItCountsInNoOther) {
  auto scenario = GivenRegistered(testing::DefaultPolicy());
  scenario
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable in the well' severity: HAZARD_SEVERITY_SERIOUS"))
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>(
                                 "reason: 'r' evidence_event_ids: '2.1' needed_organization_ids: 'gas-company'"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(LetterReferralTest, ALetterThatIsNotFollowedGoesToTheIssuersSuperior) {
  GivenInHandling()
      .Command(Organization("lanzhou"),
               Request<v1::IssueSuggestionRequest>("kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: "
                                                   "'chengguan-housing-bureau' text: 't'"))
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "rectification_overdue { letter_id: '4.1' }",
          "referred_for_accountability { letter_id: '4.1' to { organization_id: 'gansu' } organizations { "
          "organization_id: 'chengguan-housing-bureau' } evidence_event_ids: '4.1' evidence_event_ids: '5.1' }")
      .Command(Organization("gansu"),
               Request<v1::OpenAccountabilityRequest>(
                   "referral_id: '5.2' question: 'q' organization_ids: 'chengguan-housing-bureau'"))
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(LetterReferralTest, OnceForEachLetter) {
  GivenInHandling()
      .Command(Organization("gansu"), Request<v1::IssueSuggestionRequest>(
                                          "kind: SUGGESTION_KIND_IMPROVE_WORK addressee_id: 'gas-company' text: 't'"))
      .At("2021-08-01")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue {}", "referred_for_accountability { to { organization_id: 'gansu' } }")
      .Command(Organization("gas-company"), Request<v1::ReportRectificationRequest>("letter_id: '4.1' text: 'done'"))
      .Command(Organization("gansu"), Request<v1::RejectRectificationRequest>("letter_id: '4.1' reason: 'not so'"))
      .At("2021-10-01")
      .WhenTheAgendaRuns()
      .ThenRecorded("rectification_overdue {}");
}

}  // namespace
}  // namespace whistle::escalation
