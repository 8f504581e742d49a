#include "libs/backtest/rewrite.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "libs/backtest/event_ids.h"
#include "libs/testing/scenario.h"

namespace whistle::backtest {
namespace {

using common::v1::DueDate;
using journal::v1::Event;
using testing::Missing;
using testing::Request;

// `event` under a policy whose response is 2 days, handling 10 days, warning at 50 percent; with no calendar.
Event Rewritten(const std::string& event, const std::optional<DueDate>& held = std::nullopt) {
  registry::v1::Policy policy = testing::DefaultPolicy();
  policy.set_title("another policy");
  policy.mutable_response()->set_count(2);
  policy.mutable_handling()->set_count(10);
  policy.set_warn_percent(50);
  const registry::Calendar calendar;
  Event rewritten = Request<Event>(event);
  Rewrite({policy, calendar, [&](absl::string_view, absl::string_view) { return held; }}, &rewritten);
  return rewritten;
}

void Expect(const Event& event, const std::string& expected) {
  EXPECT_EQ(Missing(Request<Event>(expected), event), "");
}

TEST(RewriteTest, BindsTheCaseToTheOtherPolicyAndKeepsTheVersionItWasTakenFrom) {
  Expect(Rewritten("case_registered { policy { title: 'then' } policy_version: 4 }"),
         "case_registered { policy { title: 'another policy' response { count: 2 } } policy_version: 4 }");
  Expect(Rewritten("policy_rebound { policy { title: 'then' } policy_version: 5 }"),
         "policy_rebound { policy { title: 'another policy' } policy_version: 5 }");
}

TEST(RewriteTest, CountsARulesDateAgainFromWhereItCounted) {
  Expect(Rewritten(R"(occurred_at: @2021-07-01
                      response_requested { due { rule: 'response' days: 5 due_at: @2021-07-07 counted_from: @2021-07-01
                                                 registry_version: 4 last_day: '2021-07-06' } })"),
         R"(response_requested { due { rule: 'response' days: 2 due_at: @2021-07-04 counted_from: @2021-07-01
                                       registry_version: 4 last_day: '2021-07-03' warn_at: @2021-07-02T12:00:00Z } })");
}

TEST(RewriteTest, GivesADateWhereTheRuleWasSwitchedOffThen) {
  Expect(Rewritten("occurred_at: @2021-07-01 response_requested { due { rule: 'response' registry_version: 4 } }"),
         "response_requested { due { due_at: @2021-07-04 } }");
}

TEST(RewriteTest, LeavesAGivenDateAndWarnsOfItByTheOtherPolicy) {
  Expect(Rewritten(R"(response_requested { due { rule: 'given' due_at: @2021-07-11 counted_from: @2021-07-01
                                                 warn_at: @2021-07-08 } })"),
         R"(response_requested { due { rule: 'given' due_at: @2021-07-11 warn_at: @2021-07-06 } })");
}

TEST(RewriteTest, AddsAnExtensionToTheDateThatIsHeld) {
  const DueDate held = Request<DueDate>("rule: 'handling' days: 10 due_at: @2021-07-12 last_day: '2021-07-11'");
  Expect(Rewritten(R"(handling_extended { due { rule: 'handling_extension_max' days: 30 due_at: @2021-09-30 }
                                          from { rule: 'handling' days: 60 due_at: @2021-08-31 } })",
                   held),
         R"(handling_extended { due { rule: 'handling_extension_max' days: 30 due_at: @2021-08-11 }
                                from { rule: 'handling' days: 10 due_at: @2021-07-12 } })");
}

TEST(RewriteTest, AReopenedCaseKeepsTheDateThatIsHeld) {
  const std::string reopened =
      "case_reopened { handling_due { rule: 'handling' days: 60 due_at: @2021-08-31 counted_from: @2021-07-02 } }";
  Expect(Rewritten(reopened, Request<DueDate>("rule: 'handling' days: 10 due_at: @2021-07-09")),
         "case_reopened { handling_due { days: 10 due_at: @2021-07-09 } }");
  Expect(Rewritten(reopened), "case_reopened { handling_due { days: 10 due_at: @2021-07-13 } }");
}

TEST(RewriteTest, CountsADateThatFollowsFromACorrectionAgain) {
  const Event corrected = Rewritten(R"(
    occurred_at: @2021-07-05
    response_entry_corrected {
      event_id: '4.1'
      fields { path: 'occurred_at' was: '"2021-07-02T00:00:00Z"' is: '"2021-07-01T00:00:00Z"' }
      fields { path: 'due'
               was: '{"due_at":"2021-07-08T00:00:00Z","rule":"response","days":5,"counted_from":"2021-07-02T00:00:00Z"}'
               is: '{"due_at":"2021-07-07T00:00:00Z","rule":"response","days":5,"counted_from":"2021-07-01T00:00:00Z"}' }
    })");
  const auto& fields = corrected.response_entry_corrected().fields();
  EXPECT_EQ(fields[0].is(), "\"2021-07-01T00:00:00Z\"");
  EXPECT_EQ(fields[1].was().find("{\"due_at\":\"2021-07-05T00:00:00Z\",\"rule\":\"response\",\"days\":2"), 0u);
  EXPECT_EQ(fields[1].is().find("{\"due_at\":\"2021-07-04T00:00:00Z\",\"rule\":\"response\",\"days\":2"), 0u);
}

TEST(EventIdsTest, SaysEveryEventOfTheCaseByTheOtherWorldsIdAndNothingElse) {
  const Translate later = [](const std::string& id) { return absl::StrCat("1", id); };
  Event event = Request<Event>(R"(
    escalation_raised { reason: 'See 4.1.' evidence_event_ids: '4.1' evidence_event_ids: '5.2' finding_ids: '6.1'
                        previous_escalation_id: '' to { organization_id: '7.1' superior_ids: '8.1' } })");
  TranslateEvent(later, &event);
  Expect(event, R"(escalation_raised { reason: 'See 4.1.' evidence_event_ids: '14.1' evidence_event_ids: '15.2'
                                       finding_ids: '16.1' to { organization_id: '7.1' superior_ids: '8.1' } })");
  EXPECT_EQ(event.escalation_raised().previous_escalation_id(), "");

  event = Request<Event>("merge_accepted { source_case_id: '3.1' proposal_event_id: '4.1' }");
  TranslateEvent(later, &event);
  Expect(event, "merge_accepted { source_case_id: '3.1' proposal_event_id: '4.1' }");

  event = Request<Event>("coordination_deadline_approaching { subject: '4.1/gas-company' }");
  TranslateEvent(later, &event);
  Expect(event, "coordination_deadline_approaching { subject: '14.1/gas-company' }");

  EXPECT_EQ(TranslateSubject(later, "SILENCE/gas-company/4.1"), "SILENCE/gas-company/14.1");
  EXPECT_EQ(TranslateSubject(later, "handling"), "handling");
}

}  // namespace
}  // namespace whistle::backtest
