// CONTRADICTION: two statements of one organization on one topic that cannot both hold, without saying that the second
// replaces the first and why.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_CONTRADICTION;

// One statement; `position` is what it says.
std::string Statement(const std::string& topic, const std::string& position) {
  return absl::StrCat("statements { topic: '", topic, "' text: 't' ", position, " } ");
}
std::string Says(const std::string& statements, const std::string& department = "gas-company") {
  return Answer(department, absl::StrCat("stance: STANCE_REPORTS_PROGRESS ", statements));
}
std::string Replaces(const std::string& event_id) {
  return absl::StrCat(" replaces_event_id: '", event_id, "' replaces_why: 'measured again'");
}
std::string Holds(const std::string& rest = "") { return Says(Statement("occupancy-rule", "holds: true" + rest)); }
std::string HoldsNot(const std::string& rest = "") { return Says(Statement("occupancy-rule", "holds: false" + rest)); }
std::string Value(const std::string& number, const std::string& unit, const std::string& rest = "") {
  return Says(Statement("occupancy", absl::StrCat("value { number: '", number, "' unit: '", unit, "' }", rest)));
}
std::string Responsible(const std::vector<std::string>& ids) {
  std::string organizations;
  for (const std::string& id : ids) absl::StrAppend(&organizations, "organizations { organization_id: '", id, "' } ");
  return Says(Statement("cable-owner", absl::StrCat("responsible { ", organizations, "}")));
}
std::string KnowsNot() { return Says(Statement("cable-owner", "unknown: true")); }

// What two statements, events 4.1 and 5.1, give.
auto GivenSaid(const std::string& first, const std::string& second) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization("gas-company"), first)
      .At("2021-07-05")
      .Event(Organization("gas-company"), second);
  return scenario;
}

constexpr const char* kFound =
    "finding_raised { rule: FINDING_RULE_CONTRADICTION organization { organization_id: 'gas-company' } "
    "evidence_event_ids: '4.1' evidence_event_ids: '5.1' }";

TEST(ContradictionRuleTest, FiresWhereItIsSoAndThenItIsNot) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_CONTRADICTION organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.1' evidence_event_ids: '5.1' subject: 'occupancy-rule' text: 'the gas company makes "
          "two statements on \"occupancy-rule\" that cannot both hold, without saying that the second replaces the "
          "first.' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(ContradictionRuleTest, ToSayTheSameAgainIsHonest) {
  GivenSaid(Holds(), Holds()).ThenNothingIsDue();
  GivenSaid(HoldsNot(), HoldsNot()).ThenNothingIsDue();
  GivenSaid(Value("70", "percent"), Value("70", "percent")).ThenNothingIsDue();
  GivenSaid(Responsible({"developer"}), Responsible({"developer"})).ThenNothingIsDue();
  GivenSaid(KnowsNot(), KnowsNot()).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, ToReplaceItWithAReasonIsHonest) {
  GivenSaid(Holds(), HoldsNot(Replaces("4.1"))).ThenNothingIsDue();
  GivenSaid(Value("70", "percent"), Value("60", "percent", Replaces("4.1"))).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, FiresOnTwoValuesOfOneUnit) {
  GivenSaid(Value("70", "percent"), Value("60", "percent")).WhenTheAgendaRuns().ThenRecorded(absl::StrCat(kFound));
}

TEST(ContradictionRuleTest, ValuesOfTwoUnitsAreHonest) {
  GivenSaid(Value("70", "percent"), Value("60", "households")).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, FiresWhereOthersAreResponsible) {
  GivenSaid(Responsible({"broadcast-company"}), Responsible({"developer", "lanzhou"}))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(ContradictionRuleTest, ToNameOneMoreOrFewerIsHonest) {
  GivenSaid(Responsible({"developer"}), Responsible({"developer", "lanzhou"})).ThenNothingIsDue();
  GivenSaid(Responsible({"developer", "lanzhou"}), Responsible({"lanzhou"})).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, FiresWhereItKnewAndThenDoesNot) {
  GivenSaid(Responsible({"broadcast-company"}), KnowsNot()).WhenTheAgendaRuns().ThenRecorded(kFound);
}

TEST(ContradictionRuleTest, ToFindOutIsHonest) {
  GivenSaid(KnowsNot(), Responsible({"broadcast-company"})).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, PositionsOfTwoKindsAreHonest) {
  GivenSaid(Says(Statement("occupancy", "holds: true")), Value("70", "percent")).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, AnotherTopicIsHonest) {
  GivenSaid(Holds(), Says(Statement("meter-rule", "holds: false"))).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, TheSameWordsByAnotherOrganizationAreHonest) {
  GivenSaid(Holds(), Says(Statement("occupancy-rule", "holds: false"), "broadcast-company")).ThenNothingIsDue();
}

TEST(ContradictionRuleTest, WhatWasSaidBeforeAReplacedOneIsReplacedToo) {
  GivenSaid(Holds(), Holds())
      .Event(Organization("gas-company"), HoldsNot(Replaces("5.1")))
      .Event(Organization("gas-company"), HoldsNot())
      .ThenNothingIsDue();
}

TEST(ContradictionRuleTest, AReplacementIsContradictedLikeAnyOther) {
  GivenSaid(Holds(), HoldsNot(Replaces("4.1")))
      .Event(Organization("gas-company"), Holds())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '6.1' }");
}

TEST(ContradictionRuleTest, EachStatementCountsOnce) {
  auto scenario = GivenSaid(Holds(), HoldsNot());
  scenario.WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      // What it contradicts is counted already.
      .Event(Organization("gas-company"), Holds())
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Organization("gas-company"), HoldsNot())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '7.1' evidence_event_ids: '8.1' }");
  for (int i = 0; i < 56; ++i) {
    scenario.Event(Organization("gas-company"), i % 2 == 0 ? Holds() : HoldsNot()).WhenTheAgendaRuns();
  }
  // Sixty statements to and fro are thirty findings.
  scenario.ThenState("finding_counts { rule: FINDING_RULE_CONTRADICTION raised: 30 last_finding_id: '93.1' }");
}

TEST(ContradictionRuleTest, TheSameTwoAnswersContradictOnTwoTopicsAndBothAreFound) {
  GivenSaid(Says(Statement("occupancy-rule", "holds: true") + Statement("meter-rule", "holds: true")),
            Says(Statement("occupancy-rule", "holds: false") + Statement("meter-rule", "holds: false")))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: 'meter-rule' evidence_event_ids: '4.1' evidence_event_ids: '5.1' }",
                    "finding_raised { subject: 'occupancy-rule' evidence_event_ids: '4.1' evidence_event_ids: '5.1' }")
      .ThenNothingIsDue();
}

TEST(ContradictionRuleTest, AnAnswerOfSeveralStatementsHidesNone) {
  GivenSaid(Says(Statement("occupancy-rule", "holds: true") + Statement("meter-rule", "holds: true")), HoldsNot())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: 'occupancy-rule' }")
      .Event(Organization("gas-company"), Says(Statement("meter-rule", "holds: false")))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { subject: 'meter-rule' evidence_event_ids: '4.1' evidence_event_ids: '7.1' }");
}

TEST(ContradictionRuleTest, WhatIsEnteredLateContradictsWhatWasSaidAfterIt) {
  GivenRule(kRule)
      .At("2021-07-20")
      .Event(Organization("gas-company"), HoldsNot())
      .At("2021-07-21")
      .Occurred("2021-07-02")
      .Event(Organization("gas-company"), Holds())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '4.1' subject: 'occupancy-rule' }");
}

TEST(ContradictionRuleTest, NotKnowingEnteredLateWasSaidBeforeItKnew) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-20")
      .Event(Organization("gas-company"), Responsible({"broadcast-company"}))
      .At("2021-07-21")
      .Occurred("2021-07-02")
      .Event(Organization("gas-company"), KnowsNot())
      .ThenNothingIsDue()
      .Occurred("2021-07-20T12:00:00Z")
      .Event(Organization("gas-company"), KnowsNot())
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '4.1' evidence_event_ids: '6.1' }");
}

TEST(ContradictionRuleTest, AReplacementEnteredLateDisprovesIt) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization("gas-company"), Holds())
      .At("2021-07-20")
      .Event(Organization("gas-company"), HoldsNot())
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      .At("2021-07-21")
      .Occurred("2021-07-10")
      .Event(Organization("gas-company"), HoldsNot(Replaces("4.1")))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '6.1' proof_event_id: '7.1' why: 'By what is known now, both "
          "statements can hold.' }");
}

TEST(ContradictionRuleTest, AReplacementCoversWhatIsEnteredLateOfTheTimeBefore) {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Event(Organization("gas-company"), Holds())
      .At("2021-07-20")
      .Event(Organization("gas-company"), HoldsNot(Replaces("4.1")))
      .At("2021-07-21")
      .Occurred("2021-07-10")
      .Event(Organization("gas-company"), Holds())
      .ThenNothingIsDue();
}

TEST(ContradictionRuleTest, AReplacementWithAWrongDateIsNoContradiction) {
  GivenSaid(Holds(), HoldsNot(Replaces("4.1")))
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-06-01"))
      .ThenNothingIsDue();
}

TEST(ContradictionRuleTest, StaysWhenItIsAnswered) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Command(Organization("gas-company"), Request<v1::AnswerFindingRequest>("finding_id: '6.1' text: 'We erred.'"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ContradictionRuleTest, StaysWhereAReplacementComesAfterwards) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), Holds(Replaces("5.1")))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ContradictionRuleTest, IsLiftedWhereOneWasSaidByAnotherOrganization) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(ContradictionRuleTest, IsRaisedAnewAboutTheOneThatSaidBoth) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "developer"))
      .Event(Organization("gas-company"), PutRightOrganization("response", "5.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '8.1' }",
                    "finding_raised { organization { organization_id: 'developer' } evidence_event_ids: '4.1' "
                    "evidence_event_ids: '5.1' }");
}

TEST(ContradictionRuleTest, IsLiftedWhereItsOrderWasWrong) {
  GivenSaid(Responsible({"broadcast-company"}), KnowsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-06-01"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }")
      // The correction was wrong: it holds again, and is found again.
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-07-05"))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(ContradictionRuleTest, StaysWhereTheOrderDoesNotMatter) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightTime("response", "5.1", "2021-06-01"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ContradictionRuleTest, IsLiftedWhereTheResponsibleOrTheTopicWasWrong) {
  GivenSaid(Responsible({"developer"}), Responsible({"lanzhou"}))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"),
             PutRightOrganization("response", "5.1", "statements[0].responsible.organizations[0]", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"),
             "response_entry_corrected { event_id: '5.1' why: 'w' fields { path: "
             "'statements[0].topic' is: '\"meter-rule\"' } }")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

TEST(ContradictionRuleTest, WhatIsFreedCountsAgain) {
  GivenSaid(Holds(), HoldsNot())
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), Holds())
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '8.1' }",
                    "finding_raised { organization { organization_id: 'gas-company' } evidence_event_ids: '5.1' "
                    "evidence_event_ids: '7.1' }");
}

TEST(ContradictionRuleTest, OfWhatIsRememberedNoMoreNothingIsLifted) {
  auto scenario = GivenSaid(Holds(), HoldsNot());
  scenario.WhenTheAgendaRuns();
  for (int i = 0; i < kStatementsKept - 1; ++i) scenario.Event(Organization("gas-company"), KnowsNot());
  scenario.Event(Organization("gas-company"), PutRightOrganization("response", "5.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(ContradictionRuleTest, SwitchedOffNothingIsRaisedAndWhatStandsIsLifted) {
  auto scenario = GivenInHandling();
  scenario.Event(Organization("gas-company"), Holds())
      .Event(Organization("gas-company"), HoldsNot())
      .ThenNothingIsDue()
      .Event(testing::Agenda(),
             "finding_raised { rule: FINDING_RULE_CONTRADICTION organization { organization_id: "
             "'gas-company' } evidence_event_ids: '4.1' evidence_event_ids: '5.1' subject: "
             "'occupancy-rule' }")
      .ThenNothingIsDue()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '6.1' proof_event_id: '7.1' }");
}

}  // namespace
}  // namespace whistle::escalation
