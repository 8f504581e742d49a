#include "services/coordination/queries.h"

#include "libs/base/time.h"
#include "libs/entries/scenario_store_testing.h"
#include "services/coordination/coordination_testing.h"

namespace whistle::coordination {
namespace {

using entries::AnswerOf;
using ::testing::ElementsAre;
using testing::Organization;
using testing::Request;

// 4.1 a whistle that the gas company answers and the broadcast company does not; 7.1 a meeting convened, held (8.1)
// with a commitment (8.2) that is broken (9.1) and kept (10.1); 11.1 an item, cleared (12.1); 13.1 an item, open.
auto GivenStory() {
  auto scenario = GivenCase();
  scenario
      .Command(Community(), Request<v1::BlowWhistleRequest>("urgency: URGENCY_URGENT reason: 'A cable' "
                                                            "department_ids: ['gas-company', 'broadcast-company']"))
      .Command(GasCompany(), Request<v1::ReportInRequest>("whistle_id: '4.1'"))
      .At("2021-07-03")
      .WhenTheAgendaRuns()
      .Command(Community(), Request<v1::ConveneMeetingRequest>(
                                "invited_ids: ['gas-company', 'broadcast-company', 'developer'] meets_at @2021-07-03 "
                                "place: 'Here' topics: 'The cable' whistle_id: '4.1'"))
      .At("2021-07-03")
      .Command(Community(), Request<v1::HoldMeetingRequest>(
                                "meeting_id: '7.1' outcome: MEETING_OUTCOME_PARTLY attended_ids: 'broadcast-company' "
                                "minutes: 'm' commitments { organization_id: 'broadcast-company' what: 'Move it' "
                                "due_at @2021-07-10 }"))
      .At("2021-07-11")
      .Command(Community(), Request<v1::BreakCommitmentRequest>("commitment_id: '8.2' why: 'w'"))
      .Command(Community(), Request<v1::KeepCommitmentRequest>("commitment_id: '8.2' text: 'gone'"))
      .Command(Community(), Request<v1::ListItemRequest>("responsible_id: 'gas-company' problem: 'No meters'"))
      .Command(Community(), Request<v1::ClearItemRequest>("item_id: '11.1' how: 'New meters'"))
      .Command(Community(), Request<v1::ListItemRequest>("responsible_id: 'gas-company' problem: 'No gas'"));
  return scenario;
}

TEST(ListWhistlesTest, TellsWhoCameAndWhoDidNot) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  for (const char* request : {"case_id: 'case-1'", "organization_id: 'station-community'",
                              "organization_id: 'gas-company'", "case_id: 'case-1' organization_id: 'gas-company'"}) {
    const auto response =
        AnswerOf<v1::ListWhistlesResponse>(store, ListWhistles, Request<v1::ListWhistlesRequest>(request));
    ASSERT_EQ(response.whistles_size(), 1) << request;
    const auto& whistle = response.whistles(0);
    EXPECT_EQ(whistle.whistle_id(), "4.1");
    ASSERT_EQ(whistle.answers_size(), 2);
    EXPECT_EQ(whistle.answers(0).reported_event_id(), "5.1");
    EXPECT_EQ(whistle.answers(1).unanswered_event_id(), "6.1");
  }
  const auto none = AnswerOf<v1::ListWhistlesResponse>(
      store, ListWhistles, Request<v1::ListWhistlesRequest>("organization_id: 'developer'"));
  EXPECT_EQ(none.whistles_size(), 0);
}

TEST(ListWhistlesTest, ShowsTheDateAsCorrectedAndWhatFiredBeforeAndAfter) {
  auto scenario = GivenCase();
  scenario.Command(Community(), Request<v1::BlowWhistleRequest>("urgency: URGENCY_EMERGENCY reason: 'A cable' "
                                                                "department_ids: 'gas-company'"));
  scenario.At("2021-07-01T01:30:00Z").WhenTheAgendaRuns();
  scenario.At("2021-07-01T02:00:00Z").WhenTheAgendaRuns();
  scenario.Command(Community(),
                   Request<v1::CorrectEntryRequest>("event_id: '4.1' why: 'w' corrections { path: 'occurred_at' "
                                                    "value_json: '\"2021-07-01T01:00:00Z\"' }"));
  scenario.At("2021-07-01T03:00:00Z").WhenTheAgendaRuns();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::ListWhistlesResponse>(
      store, ListWhistles, Request<v1::ListWhistlesRequest>("organization_id: 'gas-company'"));
  ASSERT_EQ(response.whistles_size(), 1);
  // Warned, overdue, and overdue again by the date put right.
  EXPECT_EQ(testing::Missing(Request<v1::WhistleView>(R"(event_ids: ["4.1", "5.1", "6.1", "8.1"] answers {
                                 department { organization_id: "gas-company" name: "the gas company" superior_ids: "gansu" }
                                 due { due_at @2021-07-01T03:00:00Z rule: "whistle_emergency" hours: 2
                                       registry_version: 1 counted_from @2021-07-01T01:00:00Z
                                       warn_at @2021-07-01T02:24:00Z }
                                 unanswered_event_id: "8.1" lifted_event_id: "" })"),
                             response.whistles(0)),
            "");
}

TEST(ListMeetingsTest, TellsOneMeetingFromConveningToCommitments) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  for (const char* request :
       {"case_id: 'case-1'", "organization_id: 'developer'", "organization_id: 'station-community'"}) {
    const auto response =
        AnswerOf<v1::ListMeetingsResponse>(store, ListMeetings, Request<v1::ListMeetingsRequest>(request));
    ASSERT_EQ(response.meetings_size(), 1) << request;
    EXPECT_EQ(testing::Missing(Request<v1::Meeting>(R"(meeting_id: "7.1" held_event_id: "8.1" held_at @2021-07-03
                                   convened { place: "Here" } held { outcome: MEETING_OUTCOME_PARTLY }
                                   commitment_ids: "8.2" event_ids: ["7.1", "8.1", "8.2"])"),
                               response.meetings(0)),
              "");
  }
}

TEST(ListMeetingsTest, AnOrganizationThatWasCorrectedIsFoundUnderTheRightOneAlone) {
  auto scenario = GivenStory();
  scenario.Command(Community(),
                   Request<v1::CorrectEntryRequest>("event_id: '8.1' why: 'w' corrections { path: 'attended[0]' "
                                                    "value_json: '\"broadcast-company-lanzhou\"' }"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::ListMeetingsResponse>(
      store, ListMeetings, Request<v1::ListMeetingsRequest>("organization_id: 'broadcast-company-lanzhou'"));
  ASSERT_EQ(response.meetings_size(), 1);
  EXPECT_EQ(response.meetings(0).held().attended(0).organization_id(), "broadcast-company-lanzhou");
}

TEST(ListCommitmentsTest, TellsACommitmentWithItsBreach) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto list = [&](const char* request) {
    return AnswerOf<v1::ListCommitmentsResponse>(store, ListCommitments, Request<v1::ListCommitmentsRequest>(request));
  };
  ASSERT_EQ(list("organization_id: 'broadcast-company'").commitments_size(), 1);
  EXPECT_EQ(testing::Missing(Request<v1::Commitment>(R"(commitment_id: "8.2" status: COMMITMENT_STATUS_KEPT
                                 made { what: "Move it" meeting_id: "7.1" } kept_event_id: "10.1" broken_event_id: "9.1"
                                 event_ids: ["8.2", "9.1", "10.1"])"),
                             list("case_id: 'case-1'").commitments(0)),
            "");
  EXPECT_EQ(list("organization_id: 'broadcast-company' status: COMMITMENT_STATUS_OPEN").commitments_size(), 0);
  EXPECT_EQ(list("organization_id: 'broadcast-company' status: COMMITMENT_STATUS_KEPT").commitments_size(), 1);
  EXPECT_EQ(list("organization_id: 'gas-company'").commitments_size(), 0);
}

TEST(ListCommitmentsTest, ABrokenOneIsStillOwed) {
  auto scenario = GivenCase();
  scenario.Command(Broadcast(), Request<v1::MakeCommitmentRequest>("what: 'Move it' due_at @2021-07-10"))
      .Command(Broadcast(), Request<v1::BreakCommitmentRequest>("commitment_id: '4.1' why: 'Too expensive'"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::ListCommitmentsResponse>(
      store, ListCommitments,
      Request<v1::ListCommitmentsRequest>("organization_id: 'broadcast-company' status: COMMITMENT_STATUS_BROKEN"));
  ASSERT_EQ(response.commitments_size(), 1);
  EXPECT_EQ(response.commitments(0).kept_event_id(), "");
}

// The one list as it is read on that day.
v1::ListItemsResponse Items(const projection::Reader& reader, absl::string_view day, const char* request) {
  const registry::Calendar calendar;
  const ItemReading reading = {*base::TimeFromText(day), calendar};
  v1::ListItemsResponse response;
  EXPECT_EQ(ListItems(reader, reading, Request<v1::ListItemsRequest>(request), response), absl::OkStatus());
  return response;
}

TEST(ListItemsTest, IsTheOneListOverAllCases) {
  auto scenario = GivenStory();
  scenario.OnCase("case-2")
      .Event(Handler(), "case_registered { title: 'No lift' }")
      .Command(Community(), Request<v1::ListItemRequest>("responsible_id: 'developer' problem: 'No lift'"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1", "case-2"}, store);
  const auto list = [&](const char* request) {
    std::vector<std::string> found;
    const auto response = Items(store, "2021-07-20", request);
    for (const auto& item : response.items())
      found.push_back(absl::StrCat(item.case_id(), ": ", item.listed().problem()));
    return found;
  };
  EXPECT_THAT(list("organization_id: 'station-community'"),
              ElementsAre("case-1: No meters", "case-1: No gas", "case-2: No lift"));
  EXPECT_THAT(list("organization_id: 'station-community' status: ITEM_STATUS_OPEN"),
              ElementsAre("case-1: No gas", "case-2: No lift"));
  EXPECT_THAT(list("organization_id: 'station-community' status: ITEM_STATUS_CLEARED"),
              ElementsAre("case-1: No meters"));
  EXPECT_THAT(list("case_id: 'case-2'"), ElementsAre("case-2: No lift"));
  EXPECT_THAT(list("organization_id: 'gas-company'"), ElementsAre());
}

TEST(ListItemsTest, TellsAgeWhoIsToSolveItByWhenAndHowItWasCleared) {
  auto scenario = GivenCase();
  const auto list = [](const char* text) { return Request<v1::ListItemRequest>(text); };
  scenario.At("2021-07-05")
      .Command(Community(), list("responsible_id: 'gas-company' problem: 'No gas' due_at @2021-07-15"))
      .Command(Community(), list("responsible_id: 'developer' problem: 'No lift' due_at @2021-07-12"))
      .Command(Community(), list("responsible_id: 'developer' problem: 'No ramp'"))
      .At("2021-07-10")
      .Command(Community(), Request<v1::ClearItemRequest>("item_id: '5.1' how: 'It runs'"));
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto read_on = [&](absl::string_view day) { return Items(store, day, "organization_id: 'station-community'"); };
  const auto early = read_on("2021-07-14T23:59:59Z");
  ASSERT_EQ(early.items_size(), 3);
  // A day is over at midnight: the tenth one is not.
  EXPECT_EQ(testing::Missing(Request<v1::Item>(R"(case_id: "case-1" item_id: "4.1" status: ITEM_STATUS_OPEN
                 title: "No gas" age_days: 8 listed { responsible { organization_id: "gas-company" }
                 due { due_at @2021-07-15 } })"),
                             early.items(0)),
            "");
  EXPECT_FALSE(early.items(0).overdue());
  EXPECT_EQ(testing::Missing(Request<v1::Item>(R"(item_id: "5.1" status: ITEM_STATUS_CLEARED age_days: 4
                 cleared { how: "It runs" } cleared_event_id: "7.1" cleared_at @2021-07-10)"),
                             early.items(1)),
            "");
  const auto late = read_on("2021-08-05");
  EXPECT_EQ(late.items(0).age_days(), 30);
  EXPECT_TRUE(late.items(0).overdue());
  // Cleared before its date, and without a date.
  EXPECT_EQ(late.items(1).age_days(), 4);
  EXPECT_FALSE(late.items(1).overdue());
  EXPECT_FALSE(late.items(2).overdue());
}

TEST(GetCoordinationCaseTest, ShowsTheState) {
  auto scenario = GivenStory();
  projection::MemoryStore store;
  entries::Project(scenario.world(), {"case-1"}, store);
  const auto response = AnswerOf<v1::GetCoordinationCaseResponse>(
      store, GetCoordinationCase, Request<v1::GetCoordinationCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(testing::Missing(Request<v1::CoordinationCase>(R"(case_id: "case-1" version: 13 head: "head"
                                 state { whistle_count: 1 meeting_count: 1 commitment_count: 1 item_count: 2 })"),
                             response.coordination_case()),
            "");
  v1::GetCoordinationCaseResponse unused;
  EXPECT_EQ(GetCoordinationCase(store, Request<v1::GetCoordinationCaseRequest>("case_id: 'case-9'"), unused).code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace whistle::coordination
