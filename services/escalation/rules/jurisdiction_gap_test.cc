// JURISDICTION_GAP: the handler has no authority over an organization whose action the case needs. A city's petition
// office has authority over itself alone.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_JURISDICTION_GAP;

std::string Asked(const std::string& department) {
  return absl::StrCat("response_requested { department { organization_id: '", department, "' } }");
}
std::string Assigned(const std::string& handler) {
  return absl::StrCat("handler_assigned { handler { organization_id: '", handler, "' } }");
}
std::string Deferred(const std::string& department, const std::string& to) {
  return Answer(department, absl::StrCat("stance: STANCE_DEFERS defers_to { organization_id: '", to, "' }"));
}
// A correction that says whose action it is, with the path by which authority is judged.
std::string PutRight(const std::string& service, const std::string& event_id, const std::string& path,
                     const std::string& was, const std::string& is, const std::string& superior) {
  return absl::StrCat(service, "_entry_corrected { event_id: '", event_id, "' why: 'w' fields { path: '", path,
                      "' was: '{\"organization_id\":\"", was, "\"}' is: '{\"organization_id\":\"", is,
                      "\",\"superior_ids\":[\"", superior, "\"]}' } }");
}

constexpr const char* kWhistle =
    "whistle_blown { called { department { organization_id: 'gas-company' } } called { department { organization_id: "
    "'broadcast-company' } } }";
constexpr const char* kCommitment = "commitment_made { organization { organization_id: 'gas-company' } what: 'w' }";
constexpr const char* kItem = "item_listed { responsible { organization_id: 'gas-company' } problem: 'p' }";

TEST(JurisdictionGapRuleTest, FiresOnceForAnAssignmentAcrossAuthority) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_JURISDICTION_GAP organization { organization_id: 'gas-company' } "
          "others { organization_id: 'lanzhou-petition-office' } subject: '4.1' evidence_event_ids: '2.1' "
          "evidence_event_ids: '4.1' text: 'The case needs the gas company to act, and its handler the Municipal "
          "Bureau "
          "of Letters and Calls has no authority over it.' }")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, NotWithinItsAuthority) {
  GivenRule(kRule, "gansu")
      .Event(Organization("gansu"), Asked("gas-company"))
      .Event(Organization("gansu"), kWhistle)
      .Event(Organization("gansu"), kCommitment)
      .Event(Organization("gansu"), kItem)
      .Event(Organization("gas-company"), Deferred("gas-company", "broadcast-company-lanzhou"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, ItselfIsWithinItsAuthority) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("lanzhou-petition-office"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, ItsOwnSuperiorIsNot) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("lanzhou"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'lanzhou' } }");
}

TEST(JurisdictionGapRuleTest, AWhistleACommitmentAnItemAndADeferralNeedThemToo) {
  for (const std::string& event :
       {std::string(kCommitment), std::string(kItem), Deferred("chengguan-housing-bureau", "gas-company")}) {
    GivenRule(kRule)
        .Event(Organization("lanzhou"), event)
        .WhenTheAgendaRuns()
        .ThenRecorded(
            "finding_raised { organization { organization_id: 'gas-company' } subject: '4.1' evidence_event_ids: '2.1' "
            "evidence_event_ids: '4.1' }");
  }
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kWhistle)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'gas-company' } subject: '4.1' }",
                    "finding_raised { organization { organization_id: 'broadcast-company' } subject: '4.1' }");
}

TEST(JurisdictionGapRuleTest, OnlyTheLastOneDeferredToIsNeeded) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Deferred("gas-company", "broadcast-company"))
      .Event(Organization("broadcast-company"), Deferred("broadcast-company", "lanzhou-petition-office"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, NotOfWhatIsSettledWhenItIsLookedAt) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_ACCEPTS assignment_id: '4.1'"))
      .Event(Organization("lanzhou"), kCommitment)
      .Event(Organization("lanzhou"), "commitment_kept { commitment_id: '6.1' }")
      .Event(Organization("lanzhou"), kItem)
      .Event(Organization("lanzhou"), "item_cleared { item_id: '8.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, NotOfOneOutsideTheTree) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("developer"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, NotWhileNobodyHandlesTheCase) {
  GivenRegistered(PolicyWith({kRule}))
      .Event(Organization("lanzhou"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), Assigned("lanzhou"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '3.1' evidence_event_ids: '2.1' }");
}

TEST(JurisdictionGapRuleTest, NotWhileOneWhoHasAuthorityLeadsUpgradedHandling) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the vice governor'"))
      .Event(Organization("gansu"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, ALeadWithoutAuthorityClosesNoGap) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Command(Organization("lanzhou"), Request<v1::UpgradeHandlingRequest>("leader_office: 'the mayor'"))
      .Event(Organization("lanzhou"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'gas-company' } }");
}

TEST(JurisdictionGapRuleTest, AnotherHandlerWithoutAuthorityIsFoundByWhatIsNeededFromThenOn) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-06")
      .Event(Organization("lanzhou"), Assigned("lanzhou"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { others { organization_id: 'lanzhou' } evidence_event_ids: '6.1' evidence_event_ids: '7.1' "
          "}");
}

TEST(JurisdictionGapRuleTest, AnotherHandlerWithAuthorityLeavesWhatWasFound) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-06")
      .Event(Organization("lanzhou"), Assigned("gansu"))
      .Event(Organization("gansu"), Asked("broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, AHandlerWithAuthorityEnteredLateLiftsIt) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-06")
      .Occurred("2021-07-04")
      .Event(Organization("lanzhou"), Assigned("gansu"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, AHandlerWithoutAuthorityEnteredLateLeavesIt) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .At("2021-07-06")
      .Occurred("2021-07-04")
      .Event(Organization("lanzhou"), Assigned("lanzhou"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, FollowsACorrectionOfWhoseActionItIs) {
  GivenRule(kRule, "chengguan")
      .Event(Organization("chengguan"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .Event(Organization("chengguan"),
             PutRight("response", "4.1", "department", "gas-company", "chengguan-housing-bureau", "chengguan"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }")
      .Event(Organization("chengguan"),
             PutRight("response", "4.1", "department", "chengguan-housing-bureau", "broadcast-company", "gansu"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'broadcast-company' } subject: '4.1' }");
}

TEST(JurisdictionGapRuleTest, FollowsACorrectionOfWhomAWhistleCalled) {
  GivenRule(kRule, "chengguan")
      .Event(Organization("chengguan"), kWhistle)
      .WhenTheAgendaRuns()
      .Event(Organization("chengguan"), PutRight("coordination", "4.1", "called[0].department", "gas-company",
                                                 "chengguan-housing-bureau", "chengguan"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '7.1' }");
}

TEST(JurisdictionGapRuleTest, WhoCameOnAWhistleWasNeededAllTheSame) {
  // Another of its fields is put right after one of the two called has come.
  GivenRule(kRule, "chengguan")
      .Event(Organization("chengguan"), kWhistle)
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"),
             "department_reported_in { whistle_id: '4.1' department { organization_id: 'gas-company' } }")
      .Event(Organization("chengguan"),
             R"(coordination_entry_corrected { event_id: '4.1' why: 'w' fields { path: 'reason' is: '"r"' } })")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, FollowsACorrectionOfTheHandler) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou"), PutRightOrganization("intake", "2.1", "handler", "gansu"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }")
      .Event(Organization("lanzhou"), PutRightOrganization("intake", "2.1", "handler", "lanzhou"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { others { organization_id: 'lanzhou' } evidence_event_ids: '2.1' evidence_event_ids: '4.1' "
          "}");
}

TEST(JurisdictionGapRuleTest, AnotherDateOfTheAskingLeavesIt) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .Event(Organization("lanzhou-petition-office"), PutRightTime("response", "4.1", "2021-06-30"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(JurisdictionGapRuleTest, RestsWhileTheCaseIsMergedOrClosed) {
  GivenRule(kRule)
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .Event(Organization("lanzhou"), kCaseMerged)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .Event(Organization("lanzhou"), kCaseClosed)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_reopened { why: 'w' }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { organization { organization_id: 'gas-company' } }");
}

TEST(JurisdictionGapRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Event(Organization("lanzhou-petition-office"), Asked("gas-company"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
