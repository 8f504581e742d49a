// Scores: what each number counts, and that it names what it counted.
#include <map>

#include "libs/base/time.h"
#include "libs/entries/scenario_store_testing.h"
#include "libs/projection/memory_store.h"
#include "services/escalation/given.h"
#include "services/escalation/queries.h"

namespace whistle::escalation {
namespace {

using ::testing::ElementsAre;

constexpr char kGas[] = "gas-company";
constexpr char kSummer[] = "organization_id: 'gas-company' from @2021-07-01 until @2021-10-01";

absl::Time Day(absl::string_view text) { return *base::TimeFromText(text); }

template <typename Response, typename Query, typename Req>
Response Ask(const projection::Reader& reader, Query query, const Req& request) {
  Response response;
  const absl::Status status = query(reader, Day("2021-12-31"), request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

// The numbers that are not 0, without their prefix; and that each is as long as the list that names its cases.
std::map<std::string, int> CountsOf(const projection::Reader& reader, const std::string& period = kSummer) {
  std::map<std::string, int> counts;
  const auto scores = Ask<v1::GetScoresResponse>(reader, GetScores, Request<v1::GetScoresRequest>(period)).scores();
  EXPECT_EQ(scores.counts_size(), v1::ScoreMeasure_descriptor()->value_count() - 1);
  for (const v1::ScoreCount& count : scores.counts()) {
    const std::string name = v1::ScoreMeasure_Name(count.measure());
    const auto listed = Ask<v1::ListScoreCasesResponse>(
        reader, ListScoreCases, Request<v1::ListScoreCasesRequest>(absl::StrCat(period, " measure: ", name)));
    EXPECT_EQ(listed.cases_size(), static_cast<int>(count.count())) << name;
    if (count.count() > 0) counts[name.substr(std::string("SCORE_MEASURE_").size())] = static_cast<int>(count.count());
  }
  return counts;
}

v1::Scores ScoresOf(const projection::Reader& reader, const std::string& period = kSummer) {
  return Ask<v1::GetScoresResponse>(reader, GetScores, Request<v1::GetScoresRequest>(period)).scores();
}

// "3 of 4".
std::string RateOf(const v1::Scores& scores, v1::ScoreRateKind kind) {
  for (const v1::ScoreRate& rate : scores.rates()) {
    if (rate.kind() == kind) return absl::StrCat(rate.part(), " of ", rate.whole());
  }
  return "none";
}

// "case-1/4.1" of each thing that the measure counts.
std::vector<std::string> Named(const projection::Reader& reader, const std::string& measure,
                               const std::string& period = kSummer) {
  std::vector<std::string> named;
  const auto listed = Ask<v1::ListScoreCasesResponse>(
      reader, ListScoreCases,
      Request<v1::ListScoreCasesRequest>(absl::StrCat(period, " measure: SCORE_MEASURE_", measure)));
  for (const v1::ScoreCase& one : listed.cases()) named.push_back(absl::StrCat(one.case_id(), "/", one.event_id()));
  return named;
}

// The handler asks `department` on `asked`; the answer is due at the beginning of `due`.
std::string Asked(const std::string& asked, const std::string& due, const std::string& department = kGas) {
  return absl::StrCat("occurred_at @", asked, " response_requested { department { organization_id: '", department,
                      "' } question: 'why?' due { due_at @", due, " } }");
}

std::string Answered(const std::string& at, const std::string& assignment_id, const std::string& stance = "ACCEPTS") {
  return absl::StrCat("occurred_at @", at, " response_submitted { assignment_id: '", assignment_id,
                      "' department { organization_id: 'gas-company' } stance: STANCE_", stance, " text: 't' }");
}

std::string Overdue(const std::string& assignment_id) {
  return absl::StrCat("response_overdue { assignment_id: '", assignment_id,
                      "' department { organization_id: 'gas-company' } }");
}

std::string Corrected(const std::string& service, const std::string& event_id, const std::string& path,
                      const std::string& json) {
  return absl::StrCat(service, "_entry_corrected { event_id: '", event_id, "' why: 'w' fields { path: '", path,
                      "' was: '\"\"' is: '", json, "' } }");
}

auto Office() { return Organization("lanzhou-petition-office"); }
auto Gas() { return Organization(kGas); }

TEST(GetScoresTest, CountsAssignmentsByWhatBecameOfThem) {
  auto scenario = GivenInHandling();
  scenario.At("2021-09-01")
      .Event(Office(), Asked("2021-07-01", "2021-07-08"))  // 4.1, answered in time, after 3 days
      .Event(Office(), Asked("2021-07-02", "2021-07-09"))  // 5.1, answered late, after 8 days
      .Event(Office(), Asked("2021-07-03", "2021-07-10"))  // 6.1, never answered: progress is no answer
      .Event(Office(), Asked("2021-08-31", "2021-09-07"))  // 7.1, its date has not passed
      .Event(Office(), Asked("2021-07-05", "2021-07-12"))  // 8.1, returned
      .Event(Gas(), Answered("2021-07-04", "4.1"))
      .Event(Gas(), Answered("2021-07-10", "5.1", "REFUSES"))
      .Event(Gas(), Answered("2021-07-06", "6.1", "REPORTS_PROGRESS"))
      .Event(testing::Agenda(), Overdue("6.1"))
      .Event(Gas(), "assignment_returned { assignment_id: '8.1' department { organization_id: 'gas-company' } }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"ASKED", 5},
                                                         {"ANSWERED_IN_TIME", 1},
                                                         {"ANSWERED_LATE", 1},
                                                         {"UNANSWERED", 1},
                                                         {"AWAITED", 1},
                                                         {"RETURNED", 1},
                                                         {"CASES", 1}}));
  const v1::Scores scores = ScoresOf(store);
  EXPECT_EQ(RateOf(scores, v1::SCORE_RATE_KIND_RESPONSE), "1 of 3");
  EXPECT_EQ(RateOf(scores, v1::SCORE_RATE_KIND_RETURN), "1 of 5");
  EXPECT_EQ(testing::Missing(Request<v1::ScoreSpread>("count: 2 median { seconds: 259200 } "
                                                      "percentile_90 { seconds: 691200 } total { seconds: 950400 }"),
                             scores.answer_time()),
            "");
  EXPECT_THAT(Named(store, "UNANSWERED"), ElementsAre("case-1/6.1"));
  const auto late = Ask<v1::ListScoreCasesResponse>(
      store, ListScoreCases,
      Request<v1::ListScoreCasesRequest>(absl::StrCat(kSummer, " measure: SCORE_MEASURE_ANSWERED_LATE")));
  EXPECT_EQ(testing::Missing(Request<v1::ScoreCase>("case_id: 'case-1' event_id: '5.1' began_at @2021-07-02 "
                                                    "outcome_event_id: '10.1' outcome_at @2021-07-10"),
                             late.cases(0)),
            "");
}

TEST(GetScoresTest, WhatBeganOutsideThePeriodOrIsAnothersIsNotCounted) {
  auto scenario = GivenInHandling();
  scenario.At("2021-12-01")
      .Event(Office(), Asked("2021-06-30", "2021-07-08"))
      .Event(Office(), Asked("2021-07-01", "2021-07-08"))
      .Event(Office(), Asked("2021-09-30", "2021-10-08"))
      .Event(Office(), Asked("2021-10-01", "2021-10-08"))
      .Event(Office(), Asked("2021-08-01", "2021-08-08", "broadcast-company"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_THAT(Named(store, "ASKED"), ElementsAre("case-1/5.1", "case-1/6.1"));
  EXPECT_THAT(Named(store, "ASKED", "organization_id: 'gas-company' from @2020-01-01 until @2022-01-01"),
              ElementsAre("case-1/4.1", "case-1/5.1", "case-1/6.1", "case-1/7.1"));
}

TEST(GetScoresTest, AnExtensionMovesTheDateThatAnAnswerIsJudgedBy) {
  auto scenario = GivenInHandling();
  scenario.At("2021-09-01")
      .Event(Office(), Asked("2021-07-01", "2021-07-08"))
      .Event(testing::Agenda(), Overdue("4.1"))
      .Event(Office(), "extension_granted { assignment_id: '4.1' new_due { due_at @2021-07-15 } }");
  projection::MemoryStore waiting;
  entries::Project(scenario.world(), {"case-1"}, waiting);
  EXPECT_THAT(Named(waiting, "AWAITED"), ElementsAre("case-1/4.1"));
  scenario.Event(Gas(), Answered("2021-07-14", "4.1"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_THAT(Named(store, "ANSWERED_IN_TIME"), ElementsAre("case-1/4.1"));
}

TEST(GetScoresTest, AnOverdueThatWasLiftedIsNoneAnyMore) {
  auto scenario = GivenInHandling();
  scenario.At("2021-09-01")
      .Event(Office(), Asked("2021-07-01", "2021-07-08"))
      .Event(Office(), Asked("2021-07-02", "2021-07-09"))
      .Event(testing::Agenda(), Overdue("4.1"))
      .Event(testing::Agenda(), Overdue("5.1"))
      // Given in time, entered late.
      .Event(Gas(), Answered("2021-07-07", "4.1"))
      .Event(Gas(), "response_overdue_lifted { overdue_event_id: '6.1' proof_event_id: '8.1' }")
      .Event(Office(), "response_overdue_lifted { overdue_event_id: '7.1' proof_event_id: '5.1' }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store),
            (std::map<std::string, int>{{"ASKED", 2}, {"ANSWERED_IN_TIME", 1}, {"AWAITED", 1}, {"CASES", 1}}));
}

TEST(GetScoresTest, ACorrectedDepartmentTakesTheAssignmentToTheRightScore) {
  auto scenario = GivenInHandling();
  scenario.At("2021-09-01")
      .Event(Office(), Asked("2021-07-01", "2021-07-08", "broadcast-company"))
      .Event(Office(), Asked("2021-07-02", "2021-07-09"))
      .Event(Office(), Corrected("response", "4.1", "department", R"({"organizationId":"gas-company"})"))
      .Event(Office(), Corrected("response", "5.1", "department", R"({"organizationId":"broadcast-company"})"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_THAT(Named(store, "ASKED"), ElementsAre("case-1/4.1"));
  EXPECT_THAT(Named(store, "ASKED", "organization_id: 'broadcast-company' from @2021-07-01 until @2021-10-01"),
              ElementsAre("case-1/5.1"));
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"ASKED", 1}, {"AWAITED", 1}, {"CASES", 1}}));
}

TEST(GetScoresTest, ACorrectedTimeTakesThingsIntoThePeriodAndOutOfIt) {
  auto scenario = GivenInHandling();
  scenario.At("2021-12-01")
      .Event(Office(), Asked("2021-06-01", "2021-07-08"))
      .Event(Office(), Asked("2021-07-02", "2021-07-09"))
      .Event(Gas(), Answered("2021-07-20", "5.1"))
      .Event(Office(), Corrected("response", "4.1", "occurred_at", R"("2021-07-03T00:00:00Z")"))
      // In the year before: found there.
      .Event(Office(), Corrected("response", "5.1", "occurred_at", R"("2020-12-02T00:00:00Z")"))
      .Event(Gas(), Corrected("response", "6.1", "occurred_at", R"("2021-07-08T00:00:00Z")"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_THAT(Named(store, "ASKED"), ElementsAre("case-1/4.1"));
  const char* const kYearBefore = "organization_id: 'gas-company' from @2020-01-01 until @2021-01-01";
  EXPECT_THAT(Named(store, "ANSWERED_IN_TIME", kYearBefore), ElementsAre("case-1/5.1"));
  EXPECT_THAT(Named(store, "ANSWERED_LATE", kYearBefore), ElementsAre());
}

TEST(GetScoresTest, ClaimedAndConfirmedAreNeverMixed) {
  auto scenario = GivenInHandling();
  const std::string confirmed = "resolution_confirmed { claim_event_id: '";
  scenario.At("2021-09-01")
      .Event(Office(), Asked("2021-07-01", "2021-07-08"))
      .Event(Gas(), Answered("2021-07-05", "4.1", "CLAIMS_RESOLVED"))
      .Event(Petitioner(), "resolution_disputed { claim_event_id: '5.1' why: 'no gas' }")
      .Event(Gas(), Answered("2021-07-10", "", "CLAIMS_RESOLVED"))
      .Event(Petitioner(), confirmed + "7.1' satisfaction: SATISFACTION_PARTLY_SATISFIED }");
  for (const char* other : {"case-2", "case-3"}) {
    scenario.OnCase(other)
        .Event(Petitioner(), "case_registered { title: 'b' }")
        .Event(Office(), Asked("2021-07-20", "2021-07-28"))
        .Event(Gas(), Answered("2021-07-22", "2.1", "CLAIMS_RESOLVED"));
  }
  scenario.OnCase("case-3").Event(Petitioner(), confirmed + "3.1' satisfaction: SATISFACTION_DISSATISFIED }");
  scenario.OnCase("case-4")
      .Event(Petitioner(), "case_registered { title: 'c' }")
      .Event(Office(), Asked("2021-08-20", "2021-08-28"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1", "case-2", "case-3", "case-4"}, store);
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"ASKED", 4},
                                                         {"ANSWERED_IN_TIME", 3},
                                                         {"AWAITED", 1},
                                                         {"CASES", 4},
                                                         {"CASES_CLAIMED", 3},
                                                         {"CASES_CONFIRMED", 2},
                                                         {"CLAIMED", 4},
                                                         {"CONFIRMED", 2},
                                                         {"DISPUTED", 1},
                                                         {"CLAIM_UNANSWERED", 1},
                                                         {"PARTLY_SATISFIED", 1},
                                                         {"DISSATISFIED", 1}}));
  const v1::Scores scores = ScoresOf(store);
  EXPECT_EQ(RateOf(scores, v1::SCORE_RATE_KIND_RESOLUTION_CLAIMED), "3 of 4");
  EXPECT_EQ(RateOf(scores, v1::SCORE_RATE_KIND_RESOLUTION_CONFIRMED), "2 of 4");
  EXPECT_EQ(RateOf(scores, v1::SCORE_RATE_KIND_SATISFACTION), "1 of 2");
  EXPECT_THAT(Named(store, "CASES_CONFIRMED"), ElementsAre("case-1/4.1", "case-3/2.1"));
  EXPECT_THAT(Named(store, "DISPUTED"), ElementsAre("case-1/5.1"));
}

TEST(GetScoresTest, UpgradedHandlingCompletedIsAClaimOfWhoLedIt) {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-20")
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>("leader_office: 'vice governor'"))
      .Command(Organization("gansu"),
               Request<v1::CompleteHandlingRequest>("handling_id: '4.1' measures { text: 'Gas was lit.' }"))
      .Event(Petitioner(), "resolution_confirmed { claim_event_id: '5.1' satisfaction: SATISFACTION_SATISFIED }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store, "organization_id: 'gansu' from @2021-07-01 until @2021-10-01"),
            (std::map<std::string, int>{{"CASES", 1},
                                        {"CASES_CLAIMED", 1},
                                        {"CASES_CONFIRMED", 1},
                                        {"CLAIMED", 1},
                                        {"CONFIRMED", 1},
                                        {"SATISFIED", 1}}));
}

TEST(GetScoresTest, ACaseThatWasReturnedIsNotTheOrganizations) {
  auto scenario = GivenInHandling();
  scenario.At("2021-07-20")
      .Event(Office(), Asked("2021-07-05", "2021-07-12"))
      .Event(Gas(), "assignment_returned { assignment_id: '4.1' department { organization_id: 'gas-company' } }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"ASKED", 1}, {"RETURNED", 1}}));
  EXPECT_EQ(RateOf(ScoresOf(store), v1::SCORE_RATE_KIND_RESPONSE), "0 of 0");
}

TEST(GetScoresTest, CountsCommitmentsByWhatBecameOfThem) {
  auto scenario = GivenInHandling();
  const std::string promised = "commitment_made { organization { organization_id: 'gas-company' } what: 'w' due ";
  scenario.At("2021-07-05");
  for (int i = 0; i < 5; ++i) scenario.Event(Gas(), promised + "{ due_at @2021-07-10 } }");
  scenario.At("2021-08-01")
      .Event(Gas(), "occurred_at @2021-07-09 commitment_kept { commitment_id: '4.1' }")
      .Event(testing::Agenda(), "commitment_broken { commitment_id: '5.1' }")
      .Event(Gas(), "occurred_at @2021-07-12 commitment_kept { commitment_id: '5.1' }")
      .Event(testing::Agenda(), "commitment_broken { commitment_id: '6.1' }")
      .Event(testing::Agenda(), "commitment_broken { commitment_id: '7.1' }")
      .Event(Gas(), "coordination_overdue_lifted { overdue_event_id: '13.1' proof_event_id: '7.1' }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store),
            (std::map<std::string, int>{
                {"COMMITTED", 5}, {"KEPT_IN_TIME", 1}, {"KEPT_LATE", 1}, {"BROKEN", 1}, {"COMMITMENT_OPEN", 2}}));
  EXPECT_EQ(RateOf(ScoresOf(store), v1::SCORE_RATE_KIND_COMMITMENTS_KEPT), "1 of 3");
  EXPECT_THAT(Named(store, "BROKEN"), ElementsAre("case-1/6.1"));
}

TEST(GetScoresTest, ShowsStandingAndLiftedFindingsApart) {
  auto scenario = GivenInHandling();
  const std::string about_gas = " organization { organization_id: 'gas-company' } }";
  scenario.At("2021-07-05")
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_SILENCE" + about_gas)
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_SILENCE" + about_gas)
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_UNGROUNDED" + about_gas)
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_NO_OWNER }")
      .Event(testing::Agenda(), "finding_lifted { finding_id: '4.1' proof_event_id: '3.1' why: 'w' }");
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"FINDINGS_STANDING", 2}, {"FINDINGS_LIFTED", 1}}));
  const v1::Scores scores = ScoresOf(store);
  ASSERT_EQ(scores.findings_size(), 2);
  EXPECT_EQ(
      testing::Missing(Request<v1::ScoreFindings>("rule: FINDING_RULE_UNGROUNDED standing: 1"), scores.findings(0)),
      "");
  EXPECT_EQ(testing::Missing(Request<v1::ScoreFindings>("rule: FINDING_RULE_SILENCE standing: 1 lifted: 1"),
                             scores.findings(1)),
            "");
  const auto of_rule = Ask<v1::ListScoreCasesResponse>(
      store, ListScoreCases,
      Request<v1::ListScoreCasesRequest>(
          absl::StrCat(kSummer, " measure: SCORE_MEASURE_FINDINGS_STANDING rule: FINDING_RULE_SILENCE")));
  ASSERT_EQ(of_rule.cases_size(), 1);
  EXPECT_EQ(of_rule.cases(0).event_id(), "5.1");
}

TEST(GetScoresTest, DwellIsFromBeingHandedTheCaseToTheNextHandlerTheClosingOrNow) {
  auto scenario = GivenRegistered();
  const auto hand_to = [](const char* handler) {
    return absl::StrCat("handler_assigned { handler { organization_id: '", handler, "' } }");
  };
  scenario
      .Event(Office(), hand_to(kGas))  // 2.1, 10 days
      .At("2021-07-11")
      .Event(Office(), hand_to("lanzhou"))
      .At("2021-07-21")
      .Event(Office(), hand_to(kGas))  // 4.1, 1 day, until it is closed
      .At("2021-07-22")
      .Event(Office(), kCaseClosed)
      .At("2021-08-01")
      .Event(Petitioner(), "case_reopened { why: 'no gas' }");  // 6.1, goes on
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_EQ(CountsOf(store), (std::map<std::string, int>{{"DWELLS", 3}, {"CASES", 1}}));
  EXPECT_THAT(Named(store, "DWELLS"), ElementsAre("case-1/2.1", "case-1/4.1", "case-1/6.1"));
  EXPECT_THAT(Named(store, "CASES"), ElementsAre("case-1/2.1"));
  // From 2021-08-01 to 2021-12-31, which is now, are 152 days.
  EXPECT_EQ(
      testing::Missing(Request<v1::ScoreSpread>("count: 3 median { seconds: 864000 } "
                                                "percentile_90 { seconds: 13132800 } total { seconds: 14083200 }"),
                       ScoresOf(store).dwell()),
      "");
}

TEST(GetScoresTest, AHandlerWhoWasEnteredWronglyHadNotOwnedTheCase) {
  auto scenario = GivenRegistered();
  scenario.Event(Office(), "handler_assigned { handler { organization_id: 'lanzhou' } }")
      .Event(Office(), kCaseClosed)
      .At("2021-07-05")
      .Event(Petitioner(), "case_reopened { why: 'no gas' }")
      .Event(Office(), Corrected("intake", "2.1", "handler", R"({"organizationId":"gas-company"})"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  EXPECT_THAT(Named(store, "DWELLS"), ElementsAre("case-1/2.1", "case-1/4.1"));
  EXPECT_THAT(Named(store, "DWELLS", "organization_id: 'lanzhou' from @2021-07-01 until @2021-10-01"), ElementsAre());
}

TEST(ListScoreCasesTest, GoesPageByPageAndATokenFitsItsQueryAlone) {
  auto scenario = GivenInHandling();
  scenario.At("2021-09-01");
  for (const char* day : {"2021-07-05", "2021-07-03", "2021-07-04", "2021-07-04", "2021-07-01"}) {
    scenario.Event(Office(), Asked(day, "2021-08-01"));
  }
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  auto request =
      Request<v1::ListScoreCasesRequest>(absl::StrCat(kSummer, " measure: SCORE_MEASURE_ASKED page { size: 2 }"));
  std::vector<std::string> seen;
  for (int page = 0; page < 3; ++page) {
    const auto response = Ask<v1::ListScoreCasesResponse>(store, ListScoreCases, request);
    for (const v1::ScoreCase& one : response.cases()) seen.push_back(one.event_id());
    EXPECT_EQ(response.next_page_token().empty(), page == 2);
    request.mutable_page()->set_token(response.next_page_token());
    if (page != 0) continue;
    auto another = request;
    another.set_measure(v1::SCORE_MEASURE_AWAITED);
    v1::ListScoreCasesResponse unused;
    EXPECT_EQ(ListScoreCases(store, Day("2021-12-31"), another, unused).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_THAT(seen, ElementsAre("8.1", "5.1", "6.1", "7.1", "4.1"));
}

TEST(ListScoreCasesTest, SaysWhatIsWrongWithTheQuery) {
  projection::MemoryStore store;
  const auto code = [&](const std::string& query) {
    v1::ListScoreCasesResponse response;
    return ListScoreCases(store, Day("2021-12-31"), Request<v1::ListScoreCasesRequest>(query), response).code();
  };
  for (const char* query :
       {"from @2021-07-01 until @2021-10-01 measure: SCORE_MEASURE_ASKED",
        "organization_id: 'gas-company' from @2021-07-01 measure: SCORE_MEASURE_ASKED",
        "organization_id: 'gas-company' until @2021-07-01 measure: SCORE_MEASURE_ASKED",
        "organization_id: 'gas-company' from @2021-07-01 until @2021-07-01 measure: SCORE_MEASURE_ASKED",
        "organization_id: 'gas-company' from @2021-07-01 until @2021-10-01",
        "organization_id: 'gas-company' from @2021-07-01 until @2021-10-01 measure: 99",
        "organization_id: 'gas-company' from @2021-07-01 until @2021-10-01 measure: SCORE_MEASURE_ASKED rule: 99"}) {
    EXPECT_EQ(code(query), absl::StatusCode::kInvalidArgument) << query;
  }
  EXPECT_EQ(code(absl::StrCat(kSummer, " measure: SCORE_MEASURE_ASKED")), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace whistle::escalation
