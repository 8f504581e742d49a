// PERSISTENT_DEMAND: the policy's number of contacts without a substantive response among them.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_PERSISTENT_DEMAND;

constexpr const char* kVisit = "contact_recorded { channel: CONTACT_CHANNEL_VISIT }";

std::string Stance(const std::string& stance) { return Answer("gas-company", absl::StrCat("stance: STANCE_", stance)); }

// Visits on these days, one version each.
template <typename S>
S& Visits(S& scenario, const std::vector<std::string>& days) {
  for (const std::string& day : days) scenario.At(day).Event(Petitioner(), kVisit);
  return scenario;
}

TEST(PersistentDemandRuleTest, FiresOnceAtTheThirdContact) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-06"}).WhenTheAgendaRuns().ThenNothingWasRecorded();
  Visits(scenario, {"2021-07-07"})
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_PERSISTENT_DEMAND count: 3 threshold: 3 counted_from @2021-07-05 "
          "evidence_event_ids: '4.1' evidence_event_ids: '5.1' evidence_event_ids: '6.1' "
          "text: 'The petitioner\\'s side got in touch 3 times without a substantive response.' }")
      .ThenEvents([](const auto& events) { EXPECT_FALSE(events[0].finding_raised().has_organization()); })
      .At("2031-01-01")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(PersistentDemandRuleTest, SixtyVisitsAreTwentyFindings) {
  auto scenario = GivenRule(kRule);
  int findings = 0;
  for (int i = 0; i < 60; ++i) {
    scenario.Later(absl::Hours(24)).Event(Petitioner(), kVisit).WhenTheAgendaRuns();
    findings += static_cast<int>(scenario.Recorded().size());
  }
  EXPECT_EQ(findings, 20);
}

TEST(PersistentDemandRuleTest, SixtyVisitsEnteredAtOnceAreTwentyFindingsToo) {
  auto scenario = GivenRule(kRule);
  for (int i = 0; i < 60; ++i) scenario.Later(absl::Hours(24)).Event(Petitioner(), kVisit);
  scenario.WhenTheAgendaRuns();
  EXPECT_EQ(scenario.Recorded().size(), 20u);
}

TEST(PersistentDemandRuleTest, ASubstantiveResponseBeginsTheCountAnew) {
  for (const char* stance : {"ACCEPTS", "REFUSES", "CONDITIONAL", "CLAIMS_RESOLVED"}) {
    auto scenario = GivenRule(kRule);
    Visits(scenario, {"2021-07-05", "2021-07-06"}).Event(Organization("gas-company"), Stance(stance));
    Visits(scenario, {"2021-07-07", "2021-07-08"}).WhenTheAgendaRuns().ThenNothingWasRecorded();
    Visits(scenario, {"2021-07-09"})
        .WhenTheAgendaRuns()
        .ThenRecorded(
            "finding_raised { evidence_event_ids: '7.1' evidence_event_ids: '8.1' evidence_event_ids: '9.1' "
            "counted_from @2021-07-07 }");
  }
}

TEST(PersistentDemandRuleTest, ToDeferOrToReportProgressIsNotSubstantive) {
  for (const char* stance :
       {"DEFERS defers_to { organization_id: 'broadcast-company' }", "REPORTS_PROGRESS", "UNSPECIFIED"}) {
    auto scenario = GivenRule(kRule);
    Visits(scenario, {"2021-07-05", "2021-07-06"}).Event(Organization("gas-company"), Stance(stance));
    Visits(scenario, {"2021-07-07"})
        .WhenTheAgendaRuns()
        .ThenRecorded(
            "finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '5.1' evidence_event_ids: '7.1' }");
  }
}

TEST(PersistentDemandRuleTest, EveryThirdContactAnsweredInTimeIsHonest) {
  auto scenario = GivenRule(kRule);
  for (int i = 0; i < 40; ++i) {
    scenario.Later(absl::Hours(24)).Event(Petitioner(), kVisit);
    scenario.Later(absl::Hours(24)).Event(Petitioner(), kVisit);
    scenario.Later(absl::Hours(1)).Event(Organization("gas-company"), Stance("REFUSES"));
    scenario.WhenTheAgendaRuns().ThenNothingWasRecorded();
  }
}

TEST(PersistentDemandRuleTest, AnAnswerStaysOneWhenItHasLeftTheState) {
  auto scenario = GivenRule(kRule);
  for (const char* day : {"2021-07-05", "2021-07-07", "2021-07-09"}) {
    Visits(scenario, {day}).Event(Organization("gas-company"), Stance("REFUSES"));
  }
  for (int i = 0; i < 2 * kResponsesKept; ++i) {
    scenario.Later(absl::Hours(1)).Event(Organization("gas-company"), Stance("REFUSES"));
    scenario.WhenTheAgendaRuns().ThenNothingWasRecorded();
  }
  // Nor is a contact that is entered long after it was answered.
  for (const char* day : {"2021-07-05", "2021-07-07", "2021-07-09"}) {
    scenario.Occurred(day).Event(Petitioner(), kVisit);
  }
  scenario.WhenTheAgendaRuns().ThenNothingWasRecorded();
}

TEST(PersistentDemandRuleTest, AnAnswerEnteredLateAmongThemLiftsItAndFreesThem) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07", "2021-07-08"})
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Occurred("2021-07-06")
      .Event(Organization("gas-company"), Stance("REFUSES"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '7.1' proof_event_id: '8.1' "
          "why: 'There was a substantive response among these contacts.' }");
  Visits(scenario, {"2021-07-10"})
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '6.1' evidence_event_ids: '10.1' }");
}

TEST(PersistentDemandRuleTest, AnAnswerBeforeOrAfterThemLeavesIt) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07", "2021-07-08"})
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Event(Organization("gas-company"), Stance("REFUSES"))
      .Occurred("2021-07-04")
      .Event(Organization("gas-company"), Stance("REFUSES"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(PersistentDemandRuleTest, AContactEnteredLateCountsWhereItHappened) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07"})
      .At("2021-07-08")
      .Event(Organization("gas-company"), Stance("REFUSES"))
      .At("2021-07-20")
      .Occurred("2021-07-06")
      .Event(Petitioner(), kVisit)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '7.1' evidence_event_ids: '5.1' "
          "counted_from @2021-07-05 }");
}

TEST(PersistentDemandRuleTest, FollowsACorrectionOfWhenTheAnswerWas) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07", "2021-07-09"}).Event(Organization("gas-company"), Stance("REFUSES"));
  scenario.WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { count: 3 }")
      .Event(Organization("gas-company"), PutRightTime("response", "7.1", "2021-07-06"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }")
      // What the same contacts prove again is found again.
      .Event(Organization("gas-company"), PutRightTime("response", "7.1", "2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '5.1' evidence_event_ids: '6.1' }");
}

TEST(PersistentDemandRuleTest, FollowsACorrectionOfWhenAContactWas) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07", "2021-07-09"}).Event(Organization("gas-company"), Stance("REFUSES"));
  scenario.WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { count: 3 }")
      .At("2021-07-20")
      .Event(Petitioner(), PutRightTime("intake", "6.1", "2021-07-10"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }");
}

TEST(PersistentDemandRuleTest, ALateAnswerIsTheProofEvenIfAContactWasCorrectedBefore) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-07", "2021-07-09"})
      .Event(Petitioner(), PutRightTime("intake", "6.1", "2021-07-08"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { count: 3 }")
      .At("2021-07-20")
      .Occurred("2021-07-06")
      .Event(Organization("gas-company"), Stance("REFUSES"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }");
}

TEST(PersistentDemandRuleTest, TheNumberIsThePolicys) {
  registry::v1::Policy policy = PolicyWith({kRule});
  policy.set_persistent_contacts(2);
  auto scenario = GivenInHandling("lanzhou-petition-office", policy);
  Visits(scenario, {"2021-07-05"}).WhenTheAgendaRuns().ThenNothingWasRecorded();
  Visits(scenario, {"2021-07-06"})
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '5.1' count: 2 threshold: 2 }");
}

TEST(PersistentDemandRuleTest, AnotherHandlerChangesNothing) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-06"})
      .Event(Organization("lanzhou"), "handler_assigned { handler { organization_id: 'lanzhou' } }");
  Visits(scenario, {"2021-07-07"}).WhenTheAgendaRuns().ThenRecorded("finding_raised { count: 3 }");
}

TEST(PersistentDemandRuleTest, RestsWhileTheCaseIsMerged) {
  auto scenario = GivenRule(kRule);
  Visits(scenario, {"2021-07-05", "2021-07-06", "2021-07-07"})
      .Event(Organization("lanzhou"), kCaseMerged)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("lanzhou"), "case_unmerged { side: MERGE_SIDE_SOURCE }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { count: 3 }");
}

TEST(PersistentDemandRuleTest, SwitchedOffNothingIsRaised) {
  auto scenario = GivenInHandling();
  Visits(scenario, {"2021-07-05", "2021-07-06", "2021-07-07"}).WhenTheAgendaRuns().ThenNothingWasRecorded();
}

}  // namespace
}  // namespace whistle::escalation
