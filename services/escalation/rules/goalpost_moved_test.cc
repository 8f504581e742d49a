// GOALPOST_MOVED: an organization imposes a new condition after one of its earlier conditions on this case was met.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_GOALPOST_MOVED;

// An answer with conditions on these topics, as the decision of that version.
std::vector<std::string> Imposes(int version, const std::vector<std::string>& topics,
                                 const std::string& department = "gas-company") {
  std::vector<std::string> events = {Answer(department, "stance: STANCE_CONDITIONAL")};
  for (const std::string& topic : topics) {
    events.push_back(Condition(department, topic, absl::StrCat(version, ".1")));
  }
  return events;
}
std::string Met(const std::string& condition_id) {
  return absl::StrCat("condition_met { condition_id: '", condition_id, "' }");
}

// The condition is event 4.2, imposed on 2021-07-02; that it is met, event 5.1, on 2021-07-05. It is 2021-07-10.
auto GivenMet() {
  auto scenario = GivenRule(kRule);
  scenario.At("2021-07-02")
      .Events(Organization("gas-company"), Imposes(4, {"occupancy"}))
      .At("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .At("2021-07-10");
  return scenario;
}

constexpr const char* kFound =
    "finding_raised { rule: FINDING_RULE_GOALPOST_MOVED organization { organization_id: 'gas-company' } "
    "evidence_event_ids: '5.1' evidence_event_ids: '6.2' subject: '6.2' text: 'the gas company imposes the condition "
    "\"meters\" after its condition \"occupancy\" was met.' }";

TEST(GoalpostMovedRuleTest, FiresOnANewConditionAfterOneWasMet) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, ToAcceptOnceItIsMetIsHonest) {
  GivenMet().Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_ACCEPTS")).ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, FiresOnTheSameConditionAgain) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"occupancy"}))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '6.2' }");
}

TEST(GoalpostMovedRuleTest, SeveralConditionsFromTheStartAreHonest) {
  GivenRule(kRule)
      .Events(Organization("gas-company"), Imposes(4, {"occupancy", "meters", "permit"}))
      .At("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .At("2021-07-06")
      .Event(Petitioner(), Met("4.3"))
      // It waits for the third.
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_CONDITIONAL"))
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, ANewConditionBeforeAnyWasMetIsHonest) {
  GivenRule(kRule)
      .At("2021-07-02")
      .Events(Organization("gas-company"), Imposes(4, {"occupancy"}))
      .At("2021-07-03")
      .Events(Organization("gas-company"), Imposes(5, {"meters"}))
      .At("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, ANewConditionAfterOneWasWaivedIsHonest) {
  GivenRule(kRule)
      .Events(Organization("gas-company"), Imposes(4, {"occupancy"}))
      .At("2021-07-05")
      .Event(Organization("gas-company"), "condition_waived { condition_id: '4.2' why: 'w' }")
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, AConditionOfAnotherOrganizationIsHonest) {
  GivenMet().Events(Organization("broadcast-company"), Imposes(6, {"meters"}, "broadcast-company")).ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, ConditionsOfOneAnswerAreOneDemand) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters", "permit"}))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '6.2' evidence_event_ids: '6.3' "
          "subject: '6.2' }")
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, EachMetConditionCountsOnce) {
  auto scenario = GivenMet();
  scenario.Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound)
      // None was met since.
      .Events(Organization("gas-company"), Imposes(8, {"permit"}))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .Event(Petitioner(), Met("6.2"))
      .Events(Organization("gas-company"), Imposes(10, {"survey"}))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { evidence_event_ids: '9.1' evidence_event_ids: '10.2' text: 'the gas company "
          "imposes the condition \"survey\" after its condition \"meters\" was met.' }");
}

TEST(GoalpostMovedRuleTest, TwoMetConditionsProveTwoNewOnes) {
  GivenRule(kRule)
      .Events(Organization("gas-company"), Imposes(4, {"occupancy", "meters"}))
      .At("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .At("2021-07-06")
      .Event(Petitioner(), Met("4.3"))
      .At("2021-07-10")
      .Events(Organization("gas-company"), Imposes(7, {"permit"}))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '6.1' evidence_event_ids: '7.2' }")
      .Events(Organization("gas-company"), Imposes(9, {"survey"}))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '9.2' }")
      .Events(Organization("gas-company"), Imposes(11, {"fee"}))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(GoalpostMovedRuleTest, AGoalpostMovedEveryYearIsFoundEveryYear) {
  auto scenario = GivenRule(kRule);
  int version = 4;
  scenario.Events(Organization("gas-company"), Imposes(version, {"condition-0"}));
  for (int year = 1; year <= 12; ++year) {
    scenario.Later(absl::Hours(24 * 180))
        .Event(Petitioner(), Met(absl::StrCat(version, ".2")))
        .WhenTheAgendaRuns()
        .ThenNothingWasRecorded();
    version += year == 1 ? 2 : 3;
    scenario.Later(absl::Hours(24 * 180))
        .Events(Organization("gas-company"), Imposes(version, {absl::StrCat("condition-", year)}))
        .WhenTheAgendaRuns()
        .ThenRecorded(absl::StrCat("finding_raised { subject: '", version, ".2' }"));
  }
  scenario.ThenState([](const State& state) { EXPECT_EQ(state.finding_counts(0).raised(), 12u); });
}

TEST(GoalpostMovedRuleTest, ThatItWasMetIsEnteredLate) {
  GivenRule(kRule)
      .At("2021-07-02")
      .Events(Organization("gas-company"), Imposes(4, {"occupancy"}))
      .At("2021-07-10")
      .Events(Organization("gas-company"), Imposes(5, {"meters"}))
      .ThenNothingIsDue()
      .At("2021-07-20")
      .Occurred("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { evidence_event_ids: '6.1' evidence_event_ids: '5.2' subject: '5.2' }");
}

TEST(GoalpostMovedRuleTest, ANewConditionEnteredLateOfTheTimeBeforeIsHonest) {
  GivenMet().Occurred("2021-07-04").Events(Organization("gas-company"), Imposes(6, {"meters"})).ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, StaysWhenItIsAnsweredAndWhenTheNewOneIsMetOrWaived) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .Command(Organization("gas-company"), Request<v1::AnswerFindingRequest>("finding_id: '7.1' text: 'New rules.'"))
      .Event(Organization("gas-company"), "condition_waived { condition_id: '6.2' why: 'w' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(GoalpostMovedRuleTest, IsLiftedWhereItWasMetAfterwards) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .At("2021-07-20")
      .Event(Petitioner(), PutRightTime("response", "5.1", "2021-07-15"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '7.1' proof_event_id: '8.1' why: 'By what is known now, none of its "
          "conditions had been met when it imposed this one.' }")
      .Event(Petitioner(), PutRightTime("response", "5.1", "2021-07-05"))
      .WhenTheAgendaRuns()
      .ThenRecorded(kFound);
}

TEST(GoalpostMovedRuleTest, IsLiftedWhereTheNewOneWasImposedBefore) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightTime("response", "6.2", "2021-07-03"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }");
}

TEST(GoalpostMovedRuleTest, IsLiftedWhereOneWasAnotherOrganizations) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.2", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '8.1' }");
}

TEST(GoalpostMovedRuleTest, IsRaisedAnewAboutTheOneThatImposedBoth) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.2", "department", "developer"))
      .Event(Organization("gas-company"), PutRightOrganization("response", "6.2", "department", "developer"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '9.1' }",
                    "finding_raised { organization { organization_id: 'developer' } evidence_event_ids: '5.1' "
                    "evidence_event_ids: '6.2' }");
}

TEST(GoalpostMovedRuleTest, WhatIsFreedCountsAgain) {
  GivenMet()
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .WhenTheAgendaRuns()
      .At("2021-07-12")
      .Events(Organization("gas-company"), Imposes(8, {"permit"}))
      .Event(Organization("gas-company"), PutRightTime("response", "6.2", "2021-07-03"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '7.1' proof_event_id: '9.1' }",
                    "finding_raised { evidence_event_ids: '5.1' evidence_event_ids: '8.2' }");
}

TEST(GoalpostMovedRuleTest, ConditionsOfOneAnswerWithTwoDatesAreStillOneDemand) {
  GivenRule(kRule)
      .At("2021-07-02")
      .Events(Organization("gas-company"), Imposes(4, {"occupancy", "meters"}))
      .At("2021-07-05")
      .Event(Petitioner(), Met("4.2"))
      .At("2021-07-10")
      .Event(Organization("gas-company"), PutRightTime("response", "4.3", "2021-07-08"))
      .ThenNothingIsDue();
}

TEST(GoalpostMovedRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Events(Organization("gas-company"), Imposes(4, {"occupancy"}))
      .Event(Petitioner(), Met("4.2"))
      .Events(Organization("gas-company"), Imposes(6, {"meters"}))
      .ThenNothingIsDue();
}

}  // namespace
}  // namespace whistle::escalation
