#include "services/response/queries.h"

#include "libs/entries/scenario_store_testing.h"
#include "services/response/response_testing.h"

namespace whistle::response {
namespace {

using entries::AnswerOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Organization;
using testing::Petitioner;
using testing::Request;

// case-1: 4.1 asked of the gas company, extended, not returned (6.1), overdue, answered late with a condition that is
// then met; 10.1 asked of the bureau, open; case-2: 4.1 asked of the gas company, returned. Both handled by Lanzhou
// city.
auto GivenStory() {
  auto scenario = GivenCase();
  scenario.Command(Handler(), Ask("gas-company"))
      .Command(Handler(), Request<v1::GrantExtensionRequest>("assignment_id: '4.1' why: 'w' count: 3"))
      .At("2021-07-10")
      .WhenTheAgendaRuns()
      .Command(GasCompany(), Answer("assignment_id: '4.1' stance: STANCE_CONDITIONAL text: 'Once it is full' "
                                    "conditions { topic: 'occupancy' text: '70 %' }"))
      .Command(GasCompany(), Request<v1::MarkConditionMetRequest>("condition_id: '8.2' text: 'It is'"))
      .Command(Handler(), Ask("chengguan-housing-bureau"));
  const auto city = Organization("lanzhou");
  scenario.OnCase("case-2")
      .Event(Petitioner(), absl::StrCat("case_registered { title: 'No gas' policy_version: 1 policy {",
                                        testing::DefaultPolicy().ShortDebugString(), "} }"))
      .Event(city, "case_accepted {}")
      .Event(city, "handler_assigned { handler { organization_id: 'lanzhou' } }")
      .Command(Handler(), Ask("gas-company"))
      .Command(GasCompany(), Request<v1::ReturnAssignmentRequest>("assignment_id: '4.1' proposed_owner_id: 'developer' "
                                                                  "why: 'w' grounds { document: 'd' }"));
  return scenario;
}

std::string Missing(const char* expected, const v1::Assignment& actual) {
  return testing::Missing(Request<v1::Assignment>(expected), actual);
}

TEST(ListAssignmentsTest, TellsACasesAssignmentsOpenAndPast) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1", "case-2"}, store);
  const auto response = AnswerOf<v1::ListAssignmentsResponse>(store, ListAssignments,
                                                              Request<v1::ListAssignmentsRequest>("case_id: 'case-1'"));
  ASSERT_EQ(response.assignments_size(), 2);
  EXPECT_EQ(Missing(R"(case_id: "case-1" assignment_id: "4.1" status: ASSIGNMENT_STATUS_ANSWERED extensions: 1
                       requested { question: "Why is there no gas?" due { due_at @2021-07-07 } } due { due_at @2021-07-10 }
                       overdue_event_ids: "7.1" settled_event_id: "8.1" settled_at @2021-07-10
                       event_ids: ["4.1", "5.1", "6.1", "7.1", "8.1"])",
                    response.assignments(0)),
            "");
  EXPECT_EQ(Missing("assignment_id: '10.1' status: ASSIGNMENT_STATUS_OPEN", response.assignments(1)), "");
  EXPECT_EQ(response.next_page_token(), "");
}

TEST(ListAssignmentsTest, TellsADepartmentsOverAllCasesAndByStatus) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1", "case-2"}, store);
  const auto list = [&](const char* request) {
    std::vector<std::string> found;
    const auto response =
        AnswerOf<v1::ListAssignmentsResponse>(store, ListAssignments, Request<v1::ListAssignmentsRequest>(request));
    for (const auto& assignment : response.assignments()) {
      found.push_back(absl::StrCat(assignment.case_id(), "/", assignment.assignment_id()));
    }
    return found;
  };
  EXPECT_THAT(list("organization_id: 'gas-company'"), ElementsAre("case-1/4.1", "case-2/4.1"));
  EXPECT_THAT(list("organization_id: 'gas-company' status: ASSIGNMENT_STATUS_RETURNED"), ElementsAre("case-2/4.1"));
  EXPECT_THAT(list("organization_id: 'gas-company' status: ASSIGNMENT_STATUS_OPEN"), ElementsAre());
  EXPECT_THAT(list("organization_id: 'chengguan-housing-bureau' status: ASSIGNMENT_STATUS_OPEN"),
              ElementsAre("case-1/10.1"));
  EXPECT_THAT(list("organization_id: 'gas-company' case_id: 'case-2'"), ElementsAre("case-2/4.1"));
  EXPECT_THAT(list("organization_id: 'gas'"), ElementsAre());
}

TEST(ListAssignmentsTest, ACorrectedDepartmentIsFoundUnderTheRightOneAlone) {
  auto scenario = GivenAssignment();
  scenario.Command(Handler(),
                   Request<v1::CorrectEntryRequest>(
                       "event_id: '4.1' why: 'w' corrections { path: 'department' value_json: '\"developer\"' }"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto list = [&](const char* request) {
    return AnswerOf<v1::ListAssignmentsResponse>(store, ListAssignments, Request<v1::ListAssignmentsRequest>(request));
  };
  EXPECT_EQ(list("organization_id: 'gas-company'").assignments_size(), 0);
  ASSERT_EQ(list("organization_id: 'developer'").assignments_size(), 1);
  EXPECT_EQ(list("organization_id: 'developer' status: ASSIGNMENT_STATUS_OPEN").assignments_size(), 1);
  EXPECT_EQ(list("organization_id: 'developer'").assignments(0).requested().department().name(), "the developer");
}

TEST(ListAssignmentsTest, PagesThroughAllOfThemOnce) {
  auto scenario = GivenCase();
  for (int i = 0; i < 7; ++i) scenario.Command(Handler(), Ask("gas-company", absl::StrCat("question ", i)));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  auto request = Request<v1::ListAssignmentsRequest>("case_id: 'case-1' page { size: 3 }");
  std::vector<std::string> questions;
  int pages = 0;
  do {
    const auto response = AnswerOf<v1::ListAssignmentsResponse>(store, ListAssignments, request);
    for (const auto& assignment : response.assignments()) questions.push_back(assignment.requested().question());
    request.mutable_page()->set_token(response.next_page_token());
    ++pages;
  } while (!request.page().token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(questions, ElementsAre("question 0", "question 1", "question 2", "question 3", "question 4", "question 5",
                                     "question 6"));
}

TEST(ListAssignmentsTest, SaysWhatIsWrongWithTheQuery) {
  auto scenario = GivenAssignment();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto status = [&](const char* request) {
    v1::ListAssignmentsResponse response;
    return ListAssignments(store, Request<v1::ListAssignmentsRequest>(request), response);
  };
  EXPECT_EQ(status("").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status("case_id: 'case-9'").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status("organization_id: 'not an id'").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status("case_id: 'case-1' page { size: 501 }").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status("case_id: 'case-1' page { token: 'made up' }").code(), absl::StatusCode::kInvalidArgument);
}

TEST(ListResponsesTest, TellsAnswersByCaseAndByDepartmentWithTheirCorrections) {
  auto scenario = GivenStory();
  scenario.OnCase("case-1").Command(
      GasCompany(),
      Request<v1::CorrectEntryRequest>(
          "event_id: '8.1' why: 'w' corrections { path: 'text' value_json: '\"Once occupancy reaches 70 %\"' }"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1", "case-2"}, store);
  for (const char* request : {"case_id: 'case-1'", "organization_id: 'gas-company'"}) {
    const auto response =
        AnswerOf<v1::ListResponsesResponse>(store, ListResponses, Request<v1::ListResponsesRequest>(request));
    ASSERT_EQ(response.responses_size(), 1) << request;
    EXPECT_EQ(testing::Missing(Request<v1::Response>(R"(case_id: "case-1" response_id: "8.1" occurred_at @2021-07-10
        response { text: "Once occupancy reaches 70 %" } correction_event_ids: "11.1")"),
                               response.responses(0)),
              "");
  }
  EXPECT_EQ(
      AnswerOf<v1::ListResponsesResponse>(store, ListResponses, Request<v1::ListResponsesRequest>("case_id: 'case-2'"))
          .responses_size(),
      0);
}

TEST(ListConditionsTest, TellsConditionsByCaseByDepartmentAndByStatus) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto list = [&](const char* request) {
    return AnswerOf<v1::ListConditionsResponse>(store, ListConditions, Request<v1::ListConditionsRequest>(request));
  };
  ASSERT_EQ(list("case_id: 'case-1'").conditions_size(), 1);
  EXPECT_EQ(testing::Missing(
                Request<v1::Condition>(R"(condition_id: "8.2" status: CONDITION_STATUS_MET settled_event_id: "9.1"
                                 imposed { topic: "occupancy" } event_ids: ["8.2", "9.1"])"),
                list("case_id: 'case-1'").conditions(0)),
            "");
  EXPECT_EQ(list("organization_id: 'gas-company' status: CONDITION_STATUS_OPEN").conditions_size(), 0);
  EXPECT_EQ(list("organization_id: 'gas-company' status: CONDITION_STATUS_MET").conditions_size(), 1);
}

// 4.1 the gas company on two topics, 5.1 the bureau on one of them, 6.1 the gas company again, replacing what it had
// said.
auto GivenLedger() {
  auto scenario = GivenCase();
  scenario
      .Command(GasCompany(), Answer("stance: STANCE_REFUSES text: 'No' grounds { document: 'Gas rules' clause: '3' } "
                                    "statements { topic: 'occupancy-rule' holds: true text: 'There is such a rule' } "
                                    "statements { topic: 'cable-owner' unknown: true text: 'Nobody knows' }"))
      .Command(
          Bureau(),
          Answer("stance: STANCE_REPORTS_PROGRESS text: 'We look' "
                 "statements { topic: 'cable-owner' responsible { organization_ids: 'broadcast-company' } text: 't' }"))
      .At("2021-07-04")
      .Command(GasCompany(),
               Answer("stance: STANCE_REPORTS_PROGRESS text: 'Hm' statements { topic: 'cable-owner' "
                      "responsible { organization_ids: 'broadcast-company' } text: 'Theirs' replaces_event_id: '4.1' "
                      "replaces_why: 'We found the plan' }"));
  return scenario;
}

TEST(ListStatementsTest, TellsEveryVersionInOrderWithItsGrounds) {
  auto scenario = GivenLedger();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto list = [&](const char* request) {
    return AnswerOf<v1::ListStatementsResponse>(store, ListStatements, Request<v1::ListStatementsRequest>(request));
  };
  EXPECT_EQ(list("case_id: 'case-1'").statements_size(), 4);
  const auto of_gas = list("case_id: 'case-1' organization_id: 'gas-company' topic: 'cable-owner'");
  ASSERT_EQ(of_gas.statements_size(), 2);
  EXPECT_EQ(testing::Missing(Request<v1::StatementEntry>(R"(case_id: "case-1" response_id: "4.1"
                 department { organization_id: "gas-company" } occurred_at @2021-07-01 stance: STANCE_REFUSES
                 statement { topic: "cable-owner" unknown: true text: "Nobody knows" }
                 grounds { document: "Gas rules" clause: "3" })"),
                             of_gas.statements(0)),
            "");
  EXPECT_EQ(testing::Missing(Request<v1::StatementEntry>(R"(response_id: "6.1" occurred_at @2021-07-04
                 statement { responsible { organizations { organization_id: "broadcast-company" } }
                             replaces_event_id: "4.1" replaces_why: "We found the plan" })"),
                             of_gas.statements(1)),
            "");
  EXPECT_EQ(list("case_id: 'case-1' topic: 'cable-owner'").statements_size(), 3);
  EXPECT_EQ(list("case_id: 'case-1' topic: 'meters'").statements_size(), 0);
}

TEST(ListStatementsTest, ShowsTextsAsCorrected) {
  auto scenario = GivenLedger();
  scenario.Command(GasCompany(),
                   Request<v1::CorrectEntryRequest>("event_id: '4.1' why: 'w' corrections { path: 'statements[1].text' "
                                                    "value_json: '\"It is not clear\"' }"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::ListStatementsResponse>(
      store, ListStatements, Request<v1::ListStatementsRequest>("case_id: 'case-1' topic: 'cable-owner'"));
  EXPECT_EQ(response.statements(0).statement().text(), "It is not clear");
  EXPECT_THAT(response.statements(0).correction_event_ids(), ElementsAre("7.1"));
}

TEST(ListStatementsTest, IsCutBetweenAnswersAndRefusesWhatIsNoCaseOrTopic) {
  auto scenario = GivenLedger();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  auto request = Request<v1::ListStatementsRequest>("case_id: 'case-1' page { size: 1 }");
  std::vector<int> sizes;
  do {
    const auto response = AnswerOf<v1::ListStatementsResponse>(store, ListStatements, request);
    sizes.push_back(response.statements_size());
    request.mutable_page()->set_token(response.next_page_token());
  } while (!request.page().token().empty());
  EXPECT_THAT(sizes, ElementsAre(2, 1, 1));
  const auto code = [&](const char* query) {
    v1::ListStatementsResponse unused;
    return ListStatements(store, Request<v1::ListStatementsRequest>(query), unused).code();
  };
  EXPECT_EQ(code("organization_id: 'gas-company'"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("case_id: 'case-1' topic: 'no topic'"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("case_id: 'case-9'"), absl::StatusCode::kNotFound);
}

TEST(GetResponseCaseTest, ShowsTheState) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::GetResponseCaseResponse>(store, GetResponseCase,
                                                              Request<v1::GetResponseCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(testing::Missing(Request<v1::ResponseCase>(R"(case_id: "case-1" version: 10 head: "head"
                                 state { assignment_count: 2 response_count: 1 overdue_count: 1 })"),
                             response.response_case()),
            "");
  v1::GetResponseCaseResponse unused;
  const auto status = GetResponseCase(store, Request<v1::GetResponseCaseRequest>("case_id: 'case-9'"), unused);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("case-9"));
}

}  // namespace
}  // namespace whistle::response
