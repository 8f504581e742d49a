// What GetEscalationCase tells of what the service looks at.
#include "libs/entries/scenario_store_testing.h"
#include "services/escalation/given.h"
#include "services/escalation/queries.h"

namespace whistle::escalation {
namespace {

template <typename Scenario>
v1::EscalationCase Shown(Scenario& scenario) {
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  return entries::AnswerOf<v1::GetEscalationCaseResponse>(store, GetEscalationCase,
                                                          Request<v1::GetEscalationCaseRequest>("case_id: 'case-1'"))
      .escalation_case();
}

TEST(GetEscalationCaseTest, TellsWhoseActionItNeedsSinceWhenAndWhy) {
  auto scenario = GivenInHandling("lanzhou");
  scenario.At("2021-07-05")
      .Event(Organization("lanzhou"), "response_requested { department { organization_id: 'gas-company' } }")
      .Event(Organization("lanzhou"), "commitment_made { organization { organization_id: 'broadcast-company' } }")
      .At("2021-07-06")
      .Event(Organization("gas-company"),
             "response_submitted { assignment_id: '4.1' department { organization_id: 'gas-company' } "
             "stance: STANCE_DEFERS text: 't' defers_to { organization_id: 'developer' } }");
  const v1::EscalationCase shown = Shown(scenario);
  ASSERT_EQ(shown.needs_size(), 2);
  EXPECT_EQ(testing::Missing(Request<v1::NeededAction>("organization { organization_id: 'broadcast-company' } "
                                                       "kind: NEED_KIND_COMMITMENT since @2021-07-05 event_id: '5.1'"),
                             shown.needs(0)),
            "");
  EXPECT_EQ(testing::Missing(Request<v1::NeededAction>("organization { organization_id: 'developer' } "
                                                       "kind: NEED_KIND_DEFERRAL since @2021-07-06 event_id: '6.1'"),
                             shown.needs(1)),
            "");
}

TEST(GetEscalationCaseTest, TellsWhatWaitsToEscalateAndHowManyThePolicyWants) {
  auto scenario = GivenLookedAt("lanzhou");
  scenario
      .Event(Organization("lanzhou"),
             "response_submitted { department { organization_id: 'lanzhou' } stance: STANCE_ACCEPTS text: 't' }")
      .Event(Organization("lanzhou"),
             "response_requested { department { organization_id: 'chengguan-housing-bureau' } }")
      .At("2021-07-10")
      .Event(testing::Agenda(),
             "response_overdue { assignment_id: '5.1' department { organization_id: 'chengguan-housing-bureau' } }")
      .WhenTheAgendaRuns();
  const v1::EscalationCase shown = Shown(scenario);
  ASSERT_EQ(shown.waiting_reasons_size(), 1);
  EXPECT_EQ(testing::Missing(
                Request<v1::WaitingReason>("event_id: '7.1' trigger: ESCALATION_TRIGGER_FINDING "
                                           "rule: FINDING_RULE_SILENCE entered_at @2021-07-10 waiting: 1 wanted: 2"),
                shown.waiting_reasons(0)),
            "");
}

TEST(GetEscalationCaseTest, TellsSinceWhenNobodyAcceptsAndByWhenSomebodyIsTo) {
  auto scenario = GivenLookedAt();
  scenario.WhenTheAgendaRuns();
  const v1::Ownerless awaited = Shown(scenario).ownerless();
  EXPECT_EQ(testing::Missing(
                Request<v1::Ownerless>("since @2021-07-01 since_event_id: '3.1' due { due_at @2021-07-12 }"), awaited),
            "");
  EXPECT_EQ(awaited.finding_id(), "");
  scenario.At("2021-07-12").WhenTheAgendaRuns();
  EXPECT_NE(Shown(scenario).ownerless().finding_id(), "");
  scenario.Event(Organization("gas-company"),
                 "response_submitted { department { organization_id: 'gas-company' } stance: STANCE_ACCEPTS }");
  EXPECT_FALSE(Shown(scenario).has_ownerless());
}

TEST(GetEscalationCaseTest, CountsFindingsByRuleRaisedAndStanding) {
  auto scenario = GivenInHandling();
  scenario.Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_SILENCE }")
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_UNGROUNDED }")
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_SILENCE }");
  const v1::EscalationCase before = Shown(scenario);
  ASSERT_EQ(before.findings_size(), 2);
  EXPECT_EQ(before.findings(1).standing(), 2u);
  scenario.Event(testing::Agenda(), "finding_lifted { finding_id: '4.1' proof_event_id: '3.1' why: 'w' }");
  const v1::EscalationCase after = Shown(scenario);
  EXPECT_EQ(testing::Missing(Request<v1::FindingsOfRule>("rule: FINDING_RULE_UNGROUNDED raised: 1 standing: 1"),
                             after.findings(0)),
            "");
  EXPECT_EQ(testing::Missing(Request<v1::FindingsOfRule>("rule: FINDING_RULE_SILENCE raised: 2 standing: 1"),
                             after.findings(1)),
            "");
}

TEST(ListFindingsTest, FindsThoseRaisedInAStretchOfTimeAndThoseThatStand) {
  auto scenario = GivenInHandling();
  const char* const raised = "finding_raised { rule: FINDING_RULE_SILENCE }";
  scenario.At("2021-07-05")
      .Event(testing::Agenda(), raised)
      .At("2021-07-06")
      .Event(testing::Agenda(), raised)
      .At("2021-07-07")
      .Event(testing::Agenda(), raised)
      .Event(testing::Agenda(), "finding_lifted { finding_id: '5.1' proof_event_id: '3.1' why: 'w' }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto ids = [&](const char* query) {
    std::vector<std::string> found;
    const auto response =
        entries::AnswerOf<v1::ListFindingsResponse>(store, ListFindings, Request<v1::ListFindingsRequest>(query));
    for (const v1::Finding& finding : response.findings()) found.push_back(finding.finding_id());
    return found;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids("raised_from @2021-07-06"), (Ids{"5.1", "6.1"}));
  EXPECT_EQ(ids("raised_until @2021-07-06"), (Ids{"4.1"}));
  EXPECT_EQ(ids("raised_from @2021-07-06 raised_until @2021-07-07"), (Ids{"5.1"}));
  EXPECT_EQ(ids("standing_only: true"), (Ids{"4.1", "6.1"}));
  EXPECT_EQ(ids("case_id: 'case-1' standing_only: true raised_from @2021-07-06"), (Ids{"6.1"}));
  v1::ListFindingsResponse unused;
  EXPECT_EQ(
      ListFindings(store, Request<v1::ListFindingsRequest>("raised_from @2021-07-06 raised_until @2021-07-06"), unused)
          .code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace whistle::escalation
