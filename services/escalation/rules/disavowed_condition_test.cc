// DISAVOWED_CONDITION: an organization states that a rule or condition it had imposed does not exist.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_DISAVOWED_CONDITION;

const std::string kConditional = Answer("gas-company", "stance: STANCE_CONDITIONAL");

// That what it is about is so, or is not; of the condition of that id, or of the topic alone.
std::string Says(bool holds, const std::string& topic, const std::string& rest = "",
                 const std::string& department = "gas-company") {
  return Answer(department, absl::StrCat("stance: STANCE_REPORTS_PROGRESS statements { topic: '", topic,
                                         "' text: 't' holds: ", holds ? "true" : "false", " ", rest, " }"));
}
std::string Denies(const std::string& topic, const std::string& rest = "",
                   const std::string& department = "gas-company") {
  return Says(false, topic, rest, department);
}
std::string OfCondition(const std::string& id) { return absl::StrCat("condition_id: '", id, "'"); }

// The condition is event 4.2, imposed on 2021-07-02. It is 2021-07-10.
auto GivenImposed() {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "4.1")})
      .At("2021-07-10");
  return scenario;
}

constexpr const char* kFound =
    "finding_raised { rule: FINDING_RULE_DISAVOWED_CONDITION organization { organization_id: 'gas-company' } "
    "evidence_event_ids: '4.2' evidence_event_ids: '5.1' subject: '4.2' text: 'the gas company states that what it had "
    "imposed, \"occupancy-rule\", does not exist.' }";

TEST(DisavowedConditionRuleTest, FiresWhereTheTopicIsDenied) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, FiresWhereTheConditionIsDeniedByItsId) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("company-rules", OfCondition("4.2")))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(DisavowedConditionRuleTest, FiresYearsAfterItWasMet) {
  GivenImposed()
      .Event(Petitioner(), "condition_met { condition_id: '4.2' }")
      .At("2031-07-10")
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.2' evidence_event_ids: '6.1' }");
}

TEST(DisavowedConditionRuleTest, ToStandByItIsHonest) {
  GivenImposed().Event(Organization("gas-company"), Says(true, "occupancy-rule")).ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, NotToKnowIsNoDenial) {
  GivenImposed()
      .Event(Organization("gas-company"),
             Answer("gas-company",
                    "stance: STANCE_REPORTS_PROGRESS statements { topic: 'occupancy-rule' text: 't' unknown: true }"))
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, ToDenyItAfterItWasWaivedIsHonest) {
  GivenImposed()
      .Event(Organization("gas-company"), "condition_waived { condition_id: '4.2' why: 'not needed' }")
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, ToWaiveItAfterItWasDeniedMendsNothing) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .Event(Organization("gas-company"), "condition_waived { condition_id: '4.2' why: 'not needed' }")
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(DisavowedConditionRuleTest, ToReplaceItsOwnWordsWithAReasonIsHonest) {
  GivenImposed()
      .Event(Organization("gas-company"), Says(true, "occupancy-rule"))
      .Event(Organization("gas-company"),
             Denies("occupancy-rule", "replaces_event_id: '5.1' replaces_why: 'the rule was repealed'"))
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, TheSameWordsByAnotherOrganizationAreHonest) {
  GivenImposed()
      .Event(Organization("broadcast-company"), Denies("occupancy-rule", "", "broadcast-company"))
      .Event(Organization("gansu"), Denies("occupancy-rule", OfCondition("4.2"), "gansu"))
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, AnotherTopicIsHonest) {
  GivenImposed().Event(Organization("gas-company"), Denies("meter-rule")).ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, AnotherConditionOnTheSameTopicIsHonest) {
  GivenImposed()
      // It names one that somebody else imposed.
      .Events(Organization("broadcast-company"), {Answer("broadcast-company", "stance: STANCE_CONDITIONAL"),
                                                  Condition("broadcast-company", "occupancy-rule", "5.1")})
      .Event(Organization("gas-company"), Denies("occupancy-rule", OfCondition("5.2")))
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, WhatIsImposedAfterwardsWasNotDenied) {
  auto scenario = GivenRule(kRule);
  scenario.Event(Organization("gas-company"), Denies("occupancy-rule"))
      .At("2021-07-10")
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "5.1")})
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, EachConditionCountsOnceHoweverOftenItIsDenied) {
  auto scenario = GivenImposed();
  for (int i = 0; i < 10; ++i)
    scenario.Event(Organization("gas-company"), Denies("occupancy-rule")).WhenTheAgendaRuns();
  scenario.ThenState("finding_counts { rule: FINDING_RULE_DISAVOWED_CONDITION raised: 1 last_finding_id: '6.1' }");
}

TEST(DisavowedConditionRuleTest, OneDenialCountsOnceTheLastImposedFirst) {
  GivenImposed()
      .Event(Petitioner(), "condition_met { condition_id: '4.2' }")
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "6.1")})
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '6.2' evidence_event_ids: '7.1' subject: '6.2' }")
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.2' evidence_event_ids: '9.1' subject: '4.2' }")
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(DisavowedConditionRuleTest, AnAnswerThatDeniesTwoHidesNeither) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "4.1"),
                                            Condition("gas-company", "meter-rule", "4.1")})
      .At("2021-07-10")
      .Event(Organization("gas-company"), Answer("gas-company",
                                                 "stance: STANCE_REPORTS_PROGRESS "
                                                 "statements { topic: 'occupancy-rule' text: 't' holds: false } "
                                                 "statements { topic: 'meter-rule' text: 't' holds: false }"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.2' evidence_event_ids: '5.1' subject: '4.2' }",
                    "finding_raised { evidence_event_ids: '4.3' evidence_event_ids: '5.1' subject: '4.3' }")
      .ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, AConditionEnteredLateWasDeniedAfterIt) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-10")
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .At("2021-07-11")
      .Occurred("2021-07-02")
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "5.1")})
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.2' evidence_event_ids: '4.1' subject: '5.2' }");
}

TEST(DisavowedConditionRuleTest, ADenialEnteredLateOfTheTimeBeforeIsHonest) {
  GivenImposed().Occurred("2021-07-01").Event(Organization("gas-company"), Denies("occupancy-rule")).ThenNothingIsDue();
}

TEST(DisavowedConditionRuleTest, AWaiverEnteredLateDisprovesItUntilItsTimeIsPutRight) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Organization("gas-company"), "condition_waived { condition_id: '4.2' why: 'not needed' }")
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'By what is known now, it did not "
          "deny what it had imposed.' }")
      .Event(Organization("gas-company"), PutRightTime("response", "7.1", "2021-07-15"))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(DisavowedConditionRuleTest, StaysWhenItIsAnswered) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Command(Organization("gas-company"), Request<v1::AnswerFindingRequest>("finding_id: '6.1' text: 'We erred.'"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(DisavowedConditionRuleTest, IsLiftedWhereAnotherOrganizationDeniedIt) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "5.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(DisavowedConditionRuleTest, IsRaisedAnewAboutTheOneThatImposedAndDeniedIt) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.2", "department", "developer"))
      .Event(Organization("gas-company"), PutRightOrganization("response", "5.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '8.1' }",
                    "finding_raised { organization { organization_id: 'developer' } evidence_event_ids: '4.2' "
                    "evidence_event_ids: '5.1' }");
}

TEST(DisavowedConditionRuleTest, IsLiftedWhereItWasDeniedBeforeItWasImposed) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-06-01"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(DisavowedConditionRuleTest, IsLiftedWhereTheTopicWasAnother) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"),
             "response_entry_corrected { event_id: '4.2' why: 'w' fields { path: 'topic' is: '\"meter-rule\"' } }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(DisavowedConditionRuleTest, WhatIsFreedCountsAgain) {
  GivenImposed()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-06-01"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '8.1' }",
                    "finding_raised { evidence_event_ids: '4.2' evidence_event_ids: '7.1' }");
}

TEST(DisavowedConditionRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "occupancy-rule", "4.1")})
      .Later(absl::Hours(1))
      .Event(Organization("gas-company"), Denies("occupancy-rule"))
      .ThenNothingIsDue();
}

}  // namespace
}  // namespace whistle::escalation
