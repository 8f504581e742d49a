#include "services/intake/queries.h"

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/testing/scenario_store.h"
#include "services/intake/scenario.h"

namespace whistle::intake {
namespace {

using testing::Ask;
using testing::AskInVain;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Organization;
using testing::Petitioner;
using testing::Project;
using testing::Request;

// Asked on this day, without a calendar.
ClockReading Reading() {
  static const registry::Calendar kNone;
  return {*base::TimeFromText("2021-08-01"), kNone};
}
absl::Status GetCaseNow(const projection::Reader& reader, const v1::GetCaseRequest& request,
                        v1::GetCaseResponse& response) {
  return GetCase(reader, Reading(), request, response);
}
absl::Status ListCasesNow(const projection::Reader& reader, const v1::ListCasesRequest& request,
                          v1::ListCasesResponse& response) {
  return ListCases(reader, Reading(), request, response);
}

v1::RecordContactRequest Visit(const std::string& note) {
  auto request = Request<v1::RecordContactRequest>(R"(channel: CONTACT_CHANNEL_VISIT contacted_id: "gas-company")");
  request.set_note(note);
  return request;
}

// case-1: in handling by Lanzhou's petition office. case-2: closed, linked to case-1. case-3: registered, elsewhere.
auto GivenThreeCases() {
  auto scenario = GivenAccepted();
  scenario.OnCase("case-2").Command(Petitioner(), Register());
  Accept(scenario);
  scenario.Command(Petitioner(), Request<v1::LinkCasesRequest>(R"(other_case_id: "case-1" why: "certificates")"))
      .Command(Petitioner(), Visit("once"))
      .Command(Organization("lanzhou"), Request<v1::CloseCaseRequest>(R"(why: "done")"));
  v1::RegisterCaseRequest elsewhere = Register();
  elsewhere.mutable_site()->set_site_id("building-20");
  elsewhere.set_category("heating");
  scenario.OnCase("case-3").Command(Petitioner(), elsewhere).OnCase("case-1");
  return scenario;
}
const std::vector<std::string> kThree = {"case-1", "case-2", "case-3"};

std::vector<std::string> IdsOf(const v1::ListCasesResponse& response) {
  std::vector<std::string> ids;
  for (const auto& summary : response.cases()) ids.push_back(summary.case_id());
  return ids;
}

TEST(GetCaseTest, ItShowsTheCaseWhole) {
  auto scenario = GivenThreeCases();
  projection::MemoryStore store;
  Project(scenario.world(), kThree, store);
  const auto response = Ask<v1::GetCaseResponse>(store, GetCaseNow, Request<v1::GetCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(testing::Missing(Request<v1::Case>(R"(
                case_id: "case-1" version: 3 demand: "Connect the building to the gas network."
                state { header { status: CASE_STATUS_ACCEPTED handler { organization_id: "lanzhou-petition-office" } } }
                petitioner_count_with_merged: 1 linked_from_case_ids: "case-2")"),
                             response.case_()),
            "");
  EXPECT_EQ(response.case_().petitioner_id().size(), 32u);
  EXPECT_EQ(response.case_().head().size(), 32u);
}

TEST(GetCaseTest, TheDemandIsTheOneThatWasPutRightLast) {
  auto scenario = GivenAccepted();
  const auto correct = [&](const std::string& demand) {
    auto request =
        Request<v1::CorrectEntryRequest>("event_id: '1.1' why: 'better words' corrections { path: 'demand' }");
    request.mutable_corrections(0)->set_value_json(absl::StrCat("\"", demand, "\""));
    scenario.Command(Petitioner(), request);
  };
  correct("Gas.");
  correct("Gas, at last.");
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto response = Ask<v1::GetCaseResponse>(store, GetCaseNow, Request<v1::GetCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(response.case_().demand(), "Gas, at last.");
}

TEST(GetCaseTest, WhatMergedCasesBringIsCountedIn) {
  auto scenario = GivenRegistered();
  scenario.Command(Petitioner(), Visit("a")).OnCase("case-2").Command(Petitioner(), Register());
  scenario.Command(Petitioner(), Visit("b")).Command(Petitioner(), Visit("c"));
  scenario.Command(Petitioner(), v1::JoinPetitionerRequest());
  scenario.OnCase("case-1")
      .Command(Organization("lanzhou"),
               Request<v1::ProposeMergeRequest>(R"(target_case_id: "case-2" why: "the same building")"))
      .WhenTheAgendaRuns();
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1", "case-2"}, store);
  const auto response = Ask<v1::GetCaseResponse>(store, GetCaseNow, Request<v1::GetCaseRequest>("case_id: 'case-2'"));
  EXPECT_EQ(response.case_().contact_count_with_merged(), 3u);
  EXPECT_EQ(response.case_().petitioner_count_with_merged(), 3u);
  EXPECT_EQ(response.case_().state().contact_count(), 2u);
}

TEST(GetCaseTest, AnUnknownCaseAndAWrongIdAreTold) {
  projection::MemoryStore store;
  EXPECT_EQ(AskInVain<v1::GetCaseResponse>(store, GetCaseNow, Request<v1::GetCaseRequest>("case_id: 'nothing'")).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(AskInVain<v1::GetCaseResponse>(store, GetCaseNow, Request<v1::GetCaseRequest>("case_id: 'a b'")).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ListCasesTest, EveryFilterAndSeveralAtOnce) {
  auto scenario = GivenThreeCases();
  projection::MemoryStore store;
  Project(scenario.world(), kThree, store);
  const auto list = [&](const std::string& filter) {
    return IdsOf(Ask<v1::ListCasesResponse>(store, ListCasesNow, Request<v1::ListCasesRequest>(filter)));
  };
  EXPECT_THAT(list(""), ElementsAre("case-1", "case-2", "case-3"));
  EXPECT_THAT(list("status: CASE_STATUS_CLOSED"), ElementsAre("case-2"));
  EXPECT_THAT(list("handler_id: 'lanzhou-petition-office'"), ElementsAre("case-1", "case-2"));
  EXPECT_THAT(list("site_id: 'building-20'"), ElementsAre("case-3"));
  EXPECT_THAT(list("category: 'gas-supply'"), ElementsAre("case-1", "case-2"));
  EXPECT_THAT(list("organization_id: 'gas-company'"), ElementsAre("case-2"));
  EXPECT_THAT(list("linked_to_case_id: 'case-1'"), ElementsAre("case-2"));
  EXPECT_THAT(list("site_id: 'building-19' organization_id: 'gas-company'"), ElementsAre("case-2"));
  EXPECT_THAT(list("site_id: 'building-19' organization_id: 'gas-company' status: CASE_STATUS_ACCEPTED"), IsEmpty());
  EXPECT_THAT(list("category: 'gas-supply' status: CASE_STATUS_ACCEPTED"), ElementsAre("case-1"));
  EXPECT_THAT(list("handler_id: 'gansu'"), IsEmpty());
}

TEST(ListCasesTest, PagesMeetWithoutGapOrOverlap) {
  auto scenario = GivenThreeCases();
  projection::MemoryStore store;
  Project(scenario.world(), kThree, store);
  auto request = Request<v1::ListCasesRequest>("page { size: 2 }");
  const auto first = Ask<v1::ListCasesResponse>(store, ListCasesNow, request);
  EXPECT_THAT(IdsOf(first), ElementsAre("case-1", "case-2"));
  request.mutable_page()->set_token(first.next_page_token());
  const auto second = Ask<v1::ListCasesResponse>(store, ListCasesNow, request);
  EXPECT_THAT(IdsOf(second), ElementsAre("case-3"));
  EXPECT_EQ(second.next_page_token(), "");
  // Another query's token is refused.
  request.set_category("heating");
  EXPECT_EQ(AskInVain<v1::ListCasesResponse>(store, ListCasesNow, request).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ListCasesTest, AWrongFilterIsNamed) {
  projection::MemoryStore store;
  for (const char* filter : {"handler_id: 'a b'", "site_id: 'a b'", "category: '\\n'", "status: 77",
                             "page { size: 501 }", "page { token: 'x' }"}) {
    EXPECT_EQ(AskInVain<v1::ListCasesResponse>(store, ListCasesNow, Request<v1::ListCasesRequest>(filter)).code(),
              absl::StatusCode::kInvalidArgument)
        << filter;
  }
}

TEST(ListContactsTest, ThePagesHoldEveryContactInOrder) {
  auto scenario = GivenAccepted();
  for (int i = 0; i < 12; ++i) {
    scenario.Command(Petitioner(), Visit(absl::StrCat("visit ", i)));
    // What others write lies between.
    scenario.Event(Organization("gas-company"), "response_submitted { stance: STANCE_ACCEPTS }");
  }
  scenario.Command(Organization("lanzhou-petition-office"), Request<v1::CorrectEntryRequest>(R"(event_id: "4.1" why: "x"
      corrections { path: "contacted" value_json: "\"broadcast-company\"" })"));
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  auto request = Request<v1::ListContactsRequest>("case_id: 'case-1' page { size: 5 }");
  std::vector<std::string> notes;
  int pages = 0;
  do {
    const auto response = Ask<v1::ListContactsResponse>(store, ListContacts, request);
    for (const auto& contact : response.contacts()) {
      EXPECT_EQ(contact.corrected(), contact.event_id() == "4.1");
      notes.push_back(contact.contact().note());
    }
    request.mutable_page()->set_token(response.next_page_token());
    ASSERT_LT(++pages, 10);
  } while (!request.page().token().empty());
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(notes.size(), 12u);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(notes[static_cast<size_t>(i)], absl::StrCat("visit ", i));
}

TEST(ListContactsTest, AnUnknownCaseIsTold) {
  projection::MemoryStore store;
  EXPECT_EQ(
      AskInVain<v1::ListContactsResponse>(store, ListContacts, Request<v1::ListContactsRequest>("case_id: 'nothing'"))
          .code(),
      absl::StatusCode::kNotFound);
}

TEST(ListEvidenceTest, ItHoldsWhatWasAttached) {
  auto scenario = GivenAccepted();
  auto request = Request<v1::AttachEvidenceRequest>(
      R"(evidence { size_bytes: 7 media_type: "image/jpeg" title: "the cable" location: "archive:1" })");
  request.mutable_evidence()->set_sha256(std::string(32, 'a'));
  scenario.Command(Petitioner(), Visit("a")).Command(Petitioner(), request);
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto response =
      Ask<v1::ListEvidenceResponse>(store, ListEvidence, Request<v1::ListEvidenceRequest>("case_id: 'case-1'"));
  ASSERT_EQ(response.evidence_size(), 1);
  EXPECT_EQ(response.evidence(0).event_id(), "5.1");
  EXPECT_EQ(response.evidence(0).evidence().evidence().title(), "the cable");
  EXPECT_EQ(response.next_page_token(), "");
}

}  // namespace
}  // namespace whistle::intake
