#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using v1::AnswerFindingRequest;

const char* const kMovedGoalpost = R"(finding_raised { rule: FINDING_RULE_GOALPOST_MOVED
    organization { organization_id: "gas-company" } evidence_event_ids: "1.1"
    text: "a new condition after the first" })";

auto GivenFinding() {
  auto scenario = GivenInHandling();
  scenario.Event(testing::Agenda(), kMovedGoalpost);
  return scenario;
}

AnswerFindingRequest Answer(const std::string& finding_id = "4.1") {
  return Request<AnswerFindingRequest>(absl::StrCat(
      "finding_id: '", finding_id, "' text: 'The meters had expired.' grounds { document: 'Meter rules' }"));
}

TEST(AnswerFindingTest, DoneRightStandsBesideTheFinding) {
  GivenFinding()
      .When(Organization("gas-company"), Answer())
      .ThenRecorded(R"(finding_answered { finding_id: "4.1" answered_by { organization_id: "gas-company" }
                         text: "The meters had expired." grounds { document: "Meter rules" } })")
      .ThenState("finding_counts { rule: FINDING_RULE_GOALPOST_MOVED raised: 1 last_finding_id: '4.1' }")
      .ThenFoundUnder({"finding.about", "gas-company", "case-1", "000000000004.0001"})
      .ThenFoundUnder({"event", "case-1", "000000000004.0001", "000000000005.0001"});
}

TEST(AnswerFindingTest, DoneTwiceStandsBesideTheFirstAnswer) {
  GivenFinding()
      .Command(Organization("gas-company"), Answer())
      .When(Organization("gas-company"), Answer())
      .ThenRecorded("finding_answered { finding_id: '4.1' }")
      .ThenFoundUnder({"event", "case-1", "000000000004.0001", "000000000005.0001"})
      .ThenFoundUnder({"event", "case-1", "000000000004.0001", "000000000006.0001"});
}

TEST(AnswerFindingTest, DoneTooLateOnAClosedCaseIsStillRecorded) {
  GivenFinding()
      .Event(Organization("lanzhou"), kCaseClosed)
      .When(Organization("gas-company"), Answer())
      .ThenRecorded("finding_answered { finding_id: '4.1' }");
}

TEST(AnswerFindingTest, DoneByTheWrongOneIsRefused) {
  GivenFinding()
      .When(Organization("broadcast-company"), Answer())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one");
}

TEST(AnswerFindingTest, ASuperiorMayAnswer) {
  GivenFinding().When(Organization("gansu"), Answer()).ThenRecorded("finding_answered { finding_id: '4.1' }");
}

TEST(AnswerFindingTest, OneAboutTheCaseAsAWholeIsTheHandlersToAnswer) {
  const char* no_owner = R"(finding_raised { rule: FINDING_RULE_NO_OWNER evidence_event_ids: "3.1" text: "nobody" })";
  GivenInHandling()
      .Event(testing::Agenda(), no_owner)
      .When(Organization("gas-company"), Answer())
      .ThenRejected(REJECTION_KIND_NOT_AUTHORIZED, "not_the_one")
      .When(Organization("lanzhou-petition-office"), Answer())
      .ThenRecorded("finding_answered { finding_id: '4.1' }");
}

TEST(AnswerFindingTest, WhatIsNotAFindingIsUnknown) {
  GivenFinding()
      .When(Organization("gas-company"), Answer("9.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_finding")
      .When(Organization("gas-company"), Answer("3.1"))
      .ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_finding")
      .When(Organization("gas-company"), Answer("4 1"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field");
}

TEST(AnswerFindingTest, NeedsACaseAndAText) {
  GivenEscalation().When(Organization("gas-company"), Answer()).ThenRejected(REJECTION_KIND_NOT_FOUND, "unknown_case");
  GivenFinding()
      .When(Organization("gas-company"), Request<AnswerFindingRequest>("finding_id: '4.1' text: ' '"))
      .ThenRejected(REJECTION_KIND_INVALID, "invalid_field")
      .ThenSubject("text");
}

TEST(FindingsTest, AreCountedByRuleInOrderOfRule) {
  GivenFinding()
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_UNGROUNDED }")
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_GOALPOST_MOVED }")
      .Event(testing::Agenda(), "finding_lifted { finding_id: '4.1' proof_event_id: '3.1' }")
      .ThenState(R"(finding_counts { rule: FINDING_RULE_UNGROUNDED raised: 1 last_finding_id: "5.1" }
                    finding_counts { rule: FINDING_RULE_GOALPOST_MOVED raised: 2 last_finding_id: "6.1" }
                    findings_lifted: 1)");
}

}  // namespace
}  // namespace whistle::escalation
