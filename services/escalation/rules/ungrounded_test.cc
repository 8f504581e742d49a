// UNGROUNDED: a refusal or a condition cites no grounds.
#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

constexpr auto kRule = v1::FINDING_RULE_UNGROUNDED;
constexpr const char* kGrounds = " grounds { document: 'Gas supply rules' clause: '7' }";

const std::string kRefusal = Answer("gas-company", "stance: STANCE_REFUSES");
const std::string kConditional = Answer("gas-company", "stance: STANCE_CONDITIONAL");

TEST(UngroundedRuleTest, FiresOnARefusalWithoutGrounds) {
  GivenRule(kRule)
      .At("2021-07-05")
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_UNGROUNDED organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.1' subject: '' text: 'the gas company refuses and cites no grounds.' }")
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, ARefusalThatCitesGroundsIsHonest) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Answer("gas-company", absl::StrCat("stance: STANCE_REFUSES", kGrounds)))
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, FiresOnEachConditionWithoutGrounds) {
  GivenRule(kRule)
      .Events(Organization("gas-company"),
              {kConditional, Condition("gas-company", "meters", "4.1"),
               Condition("gas-company", "permit", "4.1", kGrounds), Condition("gas-company", "occupancy", "4.1")})
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_raised { rule: FINDING_RULE_UNGROUNDED organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.2' subject: '4.2' "
          "text: 'the gas company imposes the condition \"meters\" and cites no grounds.' }",
          "finding_raised { rule: FINDING_RULE_UNGROUNDED organization { organization_id: 'gas-company' } "
          "evidence_event_ids: '4.4' subject: '4.4' "
          "text: 'the gas company imposes the condition \"occupancy\" and cites no grounds.' }")
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, AConditionThatCitesGroundsIsHonest) {
  GivenRule(kRule)
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "permit", "4.1", kGrounds)})
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, OtherAnswersNeedNoGrounds) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_ACCEPTS"))
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_REPORTS_PROGRESS"))
      .Event(Organization("gas-company"),
             Answer("gas-company", "stance: STANCE_DEFERS defers_to { organization_id: 'broadcast-company' }"))
      .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_CLAIMS_RESOLVED"))
      // Its conditions are as they were.
      .Event(Organization("gas-company"), kConditional)
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, EveryRefusalIsFoundOnceHoweverLongTheHistory) {
  auto scenario = GivenRule(kRule);
  for (int year = 0; year < 12; ++year) {
    scenario.Later(absl::Hours(24 * 365))
        .Event(Organization("gas-company"), kRefusal)
        .WhenTheAgendaRuns()
        .ThenRecorded(absl::StrCat("finding_raised { rule: FINDING_RULE_UNGROUNDED evidence_event_ids: '", 4 + 2 * year,
                                   ".1' }"));
  }
  scenario.ThenState("finding_counts { rule: FINDING_RULE_UNGROUNDED raised: 12 last_finding_id: '27.1' }");
}

TEST(UngroundedRuleTest, OneEnteredLateIsFoundWhenItIsEntered) {
  GivenRule(kRule)
      .At("2021-08-01")
      .Occurred("2021-07-02")
      .Event(Organization("gas-company"), kRefusal)
      .ThenDue("kind: AGENDA_KIND_FINDING due_at @2021-08-01 created_by_event_id: '4.1'")
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_UNGROUNDED evidence_event_ids: '4.1' }");
}

TEST(UngroundedRuleTest, StaysWhenItIsAnswered) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .Command(
          Organization("gas-company"),
          Request<v1::AnswerFindingRequest>("finding_id: '5.1' text: 'It is in the rules.' grounds { document: 'd' }"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded()
      .ThenState("findings_lifted: 0");
}

TEST(UngroundedRuleTest, IsLiftedWhereItWasAnotherOrganizationAndRaisedAboutThatOne) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .At("2021-07-09")
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '5.1' proof_event_id: '6.1' why: \"It was another organization\\'s answer.\" }",
          "finding_raised { rule: FINDING_RULE_UNGROUNDED organization { organization_id: 'broadcast-company' } "
          "evidence_event_ids: '4.1' text: 'the broadcast network company refuses and cites no grounds.' }");
}

TEST(UngroundedRuleTest, IsRaisedAgainWhereTheCorrectionWasWrong) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "broadcast-company"))
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.1", "department", "gas-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_lifted { finding_id: '8.1' proof_event_id: '9.1' }",
                    "finding_raised { organization { organization_id: 'gas-company' } evidence_event_ids: '4.1' }");
}

TEST(UngroundedRuleTest, AConditionOfAnotherOrganizationIsRaisedAboutThatOne) {
  GivenRule(kRule)
      .Events(Organization("gas-company"), {kConditional, Condition("gas-company", "meters", "4.1")})
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightOrganization("response", "4.2", "department", "broadcast-company"))
      .WhenTheAgendaRuns()
      .ThenRecorded(
          "finding_lifted { finding_id: '5.1' proof_event_id: '6.1' }",
          "finding_raised { organization { organization_id: 'broadcast-company' } evidence_event_ids: '4.2' }");
}

TEST(UngroundedRuleTest, AnotherTimeChangesNothing) {
  GivenRule(kRule)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .Event(Organization("gas-company"), PutRightTime("response", "4.1", "2021-06-01"))
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
}

TEST(UngroundedRuleTest, SwitchedOffNothingIsRaised) {
  GivenInHandling()
      .Events(Organization("gas-company"), {kRefusal, Condition("gas-company", "meters", "4.1")})
      .ThenNothingIsDue();
}

TEST(UngroundedRuleTest, OnAMergedCaseNothingIsRaisedAndOnAClosedOneItIs) {
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kCaseMerged)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .ThenNothingWasRecorded();
  GivenRule(kRule)
      .Event(Organization("lanzhou"), kCaseClosed)
      .Event(Organization("gas-company"), kRefusal)
      .WhenTheAgendaRuns()
      .ThenRecorded("finding_raised { rule: FINDING_RULE_UNGROUNDED }");
}

}  // namespace
}  // namespace whistle::escalation
