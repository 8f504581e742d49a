#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;
using v1::AssessHazardRequest;
using v1::CorrectEntryRequest;
using v1::IdentifyHazardRequest;
using v1::IssueSuggestionRequest;
using v1::ReferForAccountabilityRequest;
using v1::ReportHazardRequest;
using v1::ReportRectificationRequest;
using v1::UpgradeHandlingRequest;

CorrectEntryRequest Correct(const std::string& event_id, const std::string& path, const std::string& value) {
  CorrectEntryRequest request;
  request.set_event_id(event_id);
  request.set_why("entered wrongly");
  auto* correction = request.add_corrections();
  correction->set_path(path);
  correction->set_value_json(absl::StrCat("\"", value, "\""));
  return request;
}

auto GivenIssued() {
  auto scenario = GivenInHandling();
  scenario.At("2021-08-01")
      .Command(Organization("gansu"), Request<IssueSuggestionRequest>(R"(kind: SUGGESTION_KIND_IMPROVE_WORK
                                        addressee_id: "broadcast-company" text: "Say whose cable it is."
                                        rectify_by @2021-08-20)"));
  return scenario;
}

TEST(CorrectEntryTest, DoneRightMovesTheLetterToItsTrueAddressee) {
  GivenIssued()
      .When(Organization("gansu"), Correct("4.1", "addressee", "gas-company"))
      .ThenRecorded(
          "escalation_entry_corrected { event_id: '4.1' fields { path: 'addressee' } why: 'entered wrongly' }")
      .ThenState(R"(letters { letter_id: "4.1" issued { addressee { organization_id: "gas-company"
                                                                    superior_ids: "gansu" } } })")
      .ThenFoundUnder({"letter.to", "gas-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"letter.open.to", "gas-company", "case-1", "000000000004.0001"})
      .ThenNotFoundUnder({"letter.open.to", "broadcast-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"correction", "case-1", "000000000004.0001", "000000000005.0001"})
      .When(Organization("gas-company"), Request<ReportRectificationRequest>("letter_id: '4.1' text: 'done'"))
      .ThenRecorded("rectification_reported {}");
}

TEST(CorrectEntryTest, DoneRightPutsAGivenDateAndATimeRight) {
  GivenIssued()
      .Command(Organization("gansu"), Correct("4.1", "rectify_by.due_at", "2021-08-25"))
      .ThenState("letters { rectify_by { due_at @2021-08-25 rule: 'given' } }")
      .Command(Organization("gansu"), Correct("4.1", "occurred_at", "2021-07-30"))
      .ThenState("letters { issued_at @2021-07-30 }");
}

TEST(CorrectEntryTest, DoneTwiceIsRefused) {
  GivenIssued()
      .Command(Organization("gansu"), Correct("4.1", "addressee", "gas-company"))
      .When(Organization("gansu"), Correct("4.1", "addressee", "gas-company"))
      .ThenRejected(REJECTION_KIND_ALREADY, "entry_says_so")
      .ThenMessage(HasSubstr("5.1"));
}

TEST(CorrectEntryTest, DoneTooLateAfterTheCaseWasClosedIsStillRecorded) {
  GivenIssued()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gansu"), Correct("4.1", "addressee", "gas-company"))
      .ThenRecorded("escalation_entry_corrected {}");
}

TEST(CorrectEntryTest, DoneByTheWrongOneIsRefused) {
  GivenIssued()
      .When(Organization("broadcast-company"), Correct("4.1", "addressee", "gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou-petition-office"), Correct("4.1", "text", "nothing"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou"), Correct("1.1", "title", "another"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "not_own_event");
}

TEST(CorrectEntryTest, BindsNobodyThatTheEntryCouldNotHaveBound) {
  GivenIssued()
      .When(Organization("gansu"), Correct("4.1", "addressee", "developer"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("gansu"), Correct("4.1", "issued_by", "lanzhou"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority");
  GivenInHandling()
      .Command(Organization("lanzhou"),
               Request<UpgradeHandlingRequest>("leader_office: 'the mayor' bound_organization_ids: 'chengguan'"))
      .When(Organization("lanzhou"), Correct("4.1", "bound[0]", "gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      // Nobody puts an act in the name of one that stands above it.
      .When(Organization("lanzhou"), Correct("4.1", "upgraded_by", "gansu"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou"), Correct("4.1", "leader_office", "the deputy mayor"))
      .ThenRecorded("escalation_entry_corrected {}")
      .ThenState("handling { upgraded { leader_office: 'the deputy mayor' } }");
  GivenInHandling()
      .Command(Organization("lanzhou"),
               Request<ReferForAccountabilityRequest>(
                   "to_organization_id: 'gansu-discipline' reason: 'r' organization_ids: 'chengguan'"))
      .When(Organization("lanzhou"), Correct("4.1", "organizations[0]", "gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority");
}

TEST(CorrectEntryTest, AHazardFollowsItsCorrectedOwner) {
  GivenInHandling()
      .Command(Organization("gas-company"),
               Request<IdentifyHazardRequest>("source: 's' severity: HAZARD_SEVERITY_MAJOR"))
      .Command(Organization("gas-company"),
               Request<ReportHazardRequest>("hazard_id: '4.1' to_organization_id: 'gansu' text: 't'"))
      .Command(Organization("gansu"), Request<AssessHazardRequest>(R"(hazard_id: "4.1" text: "t"
                                          severity: HAZARD_SEVERITY_MAJOR responsible_id: "gas-company")"))
      .When(Organization("gansu"), Correct("6.1", "responsible", "broadcast-company"))
      .ThenRecorded("escalation_entry_corrected {}")
      .ThenState("hazards { responsible { organization_id: 'broadcast-company' } }")
      .ThenFoundUnder({"hazard.by", "broadcast-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"hazard.open.by", "broadcast-company", "case-1", "000000000004.0001"});
}

TEST(CorrectEntryTest, WhatTheServiceFoundByItselfIsNotPutRightByHand) {
  GivenInHandling()
      .Event(testing::Agenda(), R"(finding_raised { rule: FINDING_RULE_UNGROUNDED text: "no grounds"
                                     organization { organization_id: "gas-company" } })")
      .When(Organization("gansu"), Correct("4.1", "organization", "broadcast-company"))
      .ThenRejected(REJECTION_KIND_ILLEGAL, "services_own_entry");
}

TEST(CorrectEntryTest, ATextIsAsLongAsInItsCommand) {
  GivenIssued()
      .When(Organization("gansu"), Correct("4.1", "text", std::string(8000, 'x')))
      .ThenRecorded("escalation_entry_corrected {}")
      .When(Organization("gansu"), Correct("4.1", "text", std::string(8001, 'x')))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(CorrectEntryTest, WhatThePetitionersSideEnteredIsTheHandlersToCorrect) {
  const auto raise = Request<v1::RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1'");
  GivenInHandling()
      .Command(Petitioner(), raise)
      .When(Organization("gas-company"), Correct("4.1", "reason", "another"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou-petition-office"), Correct("4.1", "reason", "another"))
      .ThenRecorded("escalation_entry_corrected {}")
      .When(Organization("lanzhou-petition-office"), Correct("4.1", "to", "gas-company"))
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "no_authority")
      .When(Organization("lanzhou-petition-office"), Correct("4.1", "to", "gansu"))
      .ThenRecorded("escalation_entry_corrected {}")
      .ThenState("escalation { raised { to { organization_id: 'gansu' } } }")
      .ThenFoundUnder({"escalation.before", "gansu", "case-1", "000000000004.0001"});
}

}  // namespace
}  // namespace whistle::escalation
