// CLOSED_WITHOUT_RESULT: a claim of resolution or a closing while something is open, or that is disputed.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_CLOSED_WITHOUT_RESULT;

constexpr const char* kCondition =
    "condition_imposed { department { organization_id: 'gas-company' } topic: 'a contract' text: 't' "
    "grounds { document: 'd' } }";
constexpr const char* kCommitment = "commitment_made { organization { organization_id: 'gas-company' } what: 'w' }";
constexpr const char* kItem = "item_listed { responsible { organization_id: 'gas-company' } problem: 'p' }";
constexpr const char* kReopened = "case_reopened { why: 'w' }";

std::string Claimed() { return Answer("gas-company", "stance: STANCE_CLAIMS_RESOLVED"); }
std::string Met(const std::string& id) { return absl::StrCat("condition_met { condition_id: '", id, "' }"); }
std::string Waived(const std::string& id) { return absl::StrCat("condition_waived { condition_id: '", id, "' }"); }
std::string Kept(const std::string& id) { return absl::StrCat("commitment_kept { commitment_id: '", id, "' }"); }
std::string Cleared(const std::string& id) { return absl::StrCat("item_cleared { item_id: '", id, "' }"); }
std::string Disputed(const std::string& claim_id) {
  return absl::StrCat("resolution_disputed { claim_event_id: '", claim_id, "' why: 'no gas' }");
}

// --- A claim

TEST(ClosedWithoutResultRuleTest, FiresOnceOnAClaimWhileAConditionIsOpen) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-06")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_CLOSED_WITHOUT_RESULT organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.1' evidence_event_ids: '5.1' subject: '5.1' count: 1 text: 'the gas company claims "
          "that the matter is resolved while conditions, commitments or items are open (1).' }")
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, FiresOnAClaimWhileACommitmentOrAnItemIsOpen) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kCommitment)
      .Event(Organization("lanzhou"), kItem)
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '5.1' evidence_event_ids: '6.1' count: 2 }");
}

TEST(ClosedWithoutResultRuleTest, NotWhereAllIsSettledBefore) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Met("4.1"))
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Waived("6.1"))
      .Event(Organization("lanzhou"), kCommitment)
      .Event(Organization("lanzhou"), Kept("8.1"))
      .Event(Organization("lanzhou"), kItem)
      .Event(Organization("lanzhou"), Cleared("10.1"))
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), "resolution_confirmed { claim_event_id: '12.1' satisfaction: SATISFACTION_SATISFIED }")
      .Event(Organization("lanzhou"), kCaseClosed)
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, NotForWhatIsImposedAfterIt) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), Claimed())
      .At("2021-07-06")
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("lanzhou"), kItem)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, FiresWhenThePetitionersSideDisputesTheClaim) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .At("2021-07-06")
      .Event(Petitioner(), Disputed("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'gas-company' } evidence_event_ids: '4.1' "
          "evidence_event_ids: '5.1' subject: '4.1' count: 0 "
          "text: 'the gas company claims that the matter is resolved, the petitioner\\'s side disputes it.' }");
}

TEST(ClosedWithoutResultRuleTest, NotWhenItIsConfirmed) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), "resolution_confirmed { claim_event_id: '4.1' satisfaction: SATISFACTION_SATISFIED }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, CompletedHandlingIsAClaim) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"))
      .Command(Organization("gansu"), Request<v1::CompleteHandlingRequest>("handling_id: '5.1' measures { text: 'w' }"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'gansu' } subject: '6.1' "
          "evidence_event_ids: '4.1' evidence_event_ids: '6.1' }");
}

TEST(ClosedWithoutResultRuleTest, AFurtherClaimIsAFindingOfItsOwn) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Claimed())
      .At("2021-07-06")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '5.1' }", "finding_raised { subject: '6.1' }");
}

// --- A closing

TEST(ClosedWithoutResultRuleTest, FiresOnAClosingWhileAnythingIsOpen) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kCommitment)
      .At("2021-07-06")
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'lanzhou' } evidence_event_ids: '4.1' evidence_event_ids: "
          "'5.1' subject: '5.1' count: 1 "
          "text: 'Lanzhou city closes the case while conditions, commitments or items are open (1).' }");
}

TEST(ClosedWithoutResultRuleTest, NotWhereACommitmentWasKeptBefore) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou"), kCommitment)
      .At("2021-07-06")
      .Events(Organization("lanzhou"), {Kept("4.1")})
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, FiresOnAClosingOverADispute) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), Disputed("4.1"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { organization { organization_id: 'lanzhou' } subject: '7.1' evidence_event_ids: "
          "'5.1' evidence_event_ids: '7.1' "
          "text: 'Lanzhou city closes the case, the petitioner\\'s side disputes it.' }");
}

TEST(ClosedWithoutResultRuleTest, NotWhereALaterClaimAnsweredTheDispute) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), Disputed("4.1"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), "resolution_confirmed { claim_event_id: '7.1' satisfaction: SATISFACTION_SATISFIED }")
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, ADisputeThatNothingAnsweredStandsThroughAReopening) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), Disputed("4.1"))
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), kReopened)
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'lanzhou' } subject: '10.1' }");
}

TEST(ClosedWithoutResultRuleTest, ADisputeAfterTheClosingIsTheClaims) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), Claimed())
      .Event(Organization("lanzhou"), kCaseClosed)
      .At("2021-07-06")
      .Event(Petitioner(), Disputed("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'gas-company' } subject: '4.1' }");
}

// --- Late entries and corrections

TEST(ClosedWithoutResultRuleTest, ASettlingBeforeItEnteredLateLiftsIt) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-08")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .At("2021-07-10")
      .Occurred("2021-07-07")
      .Event(Organization("gas-company"), Met("4.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'Nothing was open any more.' }");
}

TEST(ClosedWithoutResultRuleTest, ASettlingAfterItLeavesIt) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-08")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Event(Organization("gas-company"), Met("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, OfTwoThatWereOpenBothMustHaveBeenSettled) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("lanzhou"), kCommitment)
      .At("2021-07-08")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .At("2021-07-10")
      .Occurred("2021-07-07")
      .Event(Organization("gas-company"), Met("4.1"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Occurred("2021-07-07")
      .Event(Organization("lanzhou"), Kept("5.1"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '9.1' }");
}

TEST(ClosedWithoutResultRuleTest, WhatWasSettledLongAgoIsNotHowItIsLifted) {
  // When what it rests on has left the state, the finding stays.
  auto scenario = GivenRule(kRule);
  scenario.Event(Organization("gas-company"), kCondition)
      .Event(Organization("lanzhou"), kItem)
      .Event(Organization("gas-company"), Claimed())
      .Event(Petitioner(), Disputed("6.1"))
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '8.1' }", "finding_raised { subject: '6.1' }")
      .Event(Organization("gas-company"), Met("4.1"))
      .Event(Organization("lanzhou"), Cleared("5.1"));
  int version = 12;
  for (int i = 0; i <= kConditionsSettledKept; ++i, version += 4) {
    scenario.Later(absl::Hours(1))
        .Event(Organization("gas-company"), kCondition)
        .Event(Organization("gas-company"), Met(absl::StrCat(version + 1, ".1")))
        .Event(Organization("lanzhou"), kItem)
        .Event(Organization("lanzhou"), Cleared(absl::StrCat(version + 3, ".1")))
        .WhenTheAgendaRuns()
        .ThenNothingWasRecorded();
  }
  for (int i = 0; i <= kClaimsKept; ++i) {
    scenario.Later(absl::Hours(1)).Event(Organization("gas-company"), Claimed());
    scenario.WhenTheAgendaRuns().ThenNothingWasRecorded();
  }
}

TEST(ClosedWithoutResultRuleTest, FollowsACorrectionOfWhenItWasSettled) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-08")
      .Event(Organization("gas-company"), Met("4.1"))
      .At("2021-07-09")
      .Event(Organization("gas-company"), Claimed())
      .At("2021-07-20")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '6.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-08"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-11"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '6.1' evidence_event_ids: '4.1' evidence_event_ids: '6.1' }");
}

TEST(ClosedWithoutResultRuleTest, FollowsACorrectionOfWhenItWasImposed) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-09")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Event(Organization("gas-company"), PutRightTime("response", "4.1", "2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(ClosedWithoutResultRuleTest, FollowsACorrectionOfWhenItWasClaimed) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kCondition)
      .At("2021-07-09")
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-04"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(ClosedWithoutResultRuleTest, FollowsACorrectionOfWhoClaimedIt) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "5.1", "department", "broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'It was another organization\\'s.' }",
          "finding_raised { organization { organization_id: 'broadcast-company' } subject: '5.1' }");
}

TEST(ClosedWithoutResultRuleTest, AnotherHandlerChangesNothing) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou' } }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ClosedWithoutResultRuleTest, RestsWhileTheCaseIsMerged) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Claimed())
      .Event(Organization("lanzhou"), kCaseMerged)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: '5.1' }");
}

TEST(ClosedWithoutResultRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Event(Organization("gas-company"), kCondition)
      .Event(Organization("gas-company"), Claimed())
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
