#include "services/escalation/queries.h"

#include "libs/base/proto.h"
#include "libs/projection/memory_store.h"
#include "services/escalation/given.h"

namespace whistle::escalation {
namespace {

using ::testing::HasSubstr;

// A projection of the scenario's cases, as the engine's fold would leave it.
projection::MemoryStore& Project(testing::World& world, const std::vector<std::string>& case_ids,
                                 projection::MemoryStore& store) {
  projection::WriteSet set;
  for (const std::string& case_id : case_ids) {
    projection::v1::CaseRow row;
    const auto decisions = world.Decisions(case_id);
    row.set_version(decisions.size());
    row.set_state(base::SerializeDeterministically(world.State(case_id)));
    set.cases.emplace_back(case_id, row);
    for (size_t i = 0; i < decisions.size(); ++i) {
      projection::v1::TimelineRow timeline;
      timeline.set_decision(base::SerializeDeterministically(decisions[i]));
      set.timeline.push_back({case_id, base::Version{i + 1}, timeline});
    }
    for (const std::string& key : world.Keys(case_id)) set.index_puts.push_back({key, case_id});
  }
  EXPECT_EQ(store.Commit(set), absl::OkStatus());
  return store;
}

template <typename Response, typename Query, typename Req>
Response Ask(const projection::Reader& reader, Query query, const Req& request) {
  Response response;
  const absl::Status status = query(reader, request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

// A letter, a file and a hazard; the case is closed, the letter settled.
auto GivenClosedWithOpenAccount() {
  auto scenario = GivenInHandling();
  scenario.At("2021-08-01")
      .Command(Organization("gansu"), Request<v1::IssueSuggestionRequest>(R"(kind: SUGGESTION_KIND_IMPROVE_WORK
                   addressee_id: "broadcast-company" text: "Publish the conditions.")"))
      .Command(Organization("gansu"), Request<v1::OpenAccountabilityRequest>(R"(question: "Whose cable is it?"
                   organization_ids: "gas-company" organization_ids: "broadcast-company")"))
      .Command(Organization("gas-company"),
               Request<v1::IdentifyHazardRequest>("source: 'a cable' severity: HAZARD_SEVERITY_MAJOR"))
      .Command(Organization("broadcast-company"),
               Request<v1::ReportRectificationRequest>("letter_id: '4.1' text: 'Published.'"))
      .Command(Organization("gansu"), Request<v1::AcceptRectificationRequest>("letter_id: '4.1' reason: 'good'"))
      .Event(Organization("lanzhou"), kCaseClosed);
  return scenario;
}

TEST(GetEscalationCaseTest, AClosedCaseShowsItsOpenAccountInFull) {
  auto scenario = GivenClosedWithOpenAccount();
  projection::MemoryStore store;
  const auto response =
      Ask<v1::GetEscalationCaseResponse>(Project(scenario.world(), {"case-1"}, store), GetEscalationCase,
                                         Request<v1::GetEscalationCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(testing::Missing(Request<v1::EscalationCase>(R"(
                case_id: "case-1" version: 9 header { status: CASE_STATUS_CLOSED }
                account_status: ACCOUNT_STATUS_CLOSED_WITH_OPEN_ACCOUNT
                files { case_id: "case-1" file_id: "5.1" opened { question: "Whose cable is it?" } }
                hazards { hazard_id: "6.1" identified { source: "a cable" } }
                letters_issued: 1 files_opened: 1 hazards_identified: 1)"),
                             response.escalation_case()),
            "");
  EXPECT_EQ(response.escalation_case().letters_size(), 0);
}

TEST(GetEscalationCaseTest, AnOpenCaseWithoutAnythingHasNoAccount) {
  auto scenario = GivenInHandling();
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto response = Ask<v1::GetEscalationCaseResponse>(store, GetEscalationCase,
                                                           Request<v1::GetEscalationCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(response.escalation_case().account_status(), v1::ACCOUNT_STATUS_NONE);
  v1::GetEscalationCaseResponse unknown;
  EXPECT_EQ(GetEscalationCase(store, Request<v1::GetEscalationCaseRequest>("case_id: 'case-9'"), unknown).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(GetEscalationCase(store, Request<v1::GetEscalationCaseRequest>("case_id: 'no id'"), unknown).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(GetEscalationCaseTest, ShowsEscalationAndHandlingWithTheirTexts) {
  auto scenario = GivenInHandling();
  scenario
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>(
                                 "reason: 'why' evidence_event_ids: '1.1' needed_organization_ids: 'gas-company'"))
      .Command(Organization("gansu"), Request<v1::UpgradeHandlingRequest>(
                                          "leader_office: 'vice governor' bound_organization_ids: 'gas-company'"))
      .Command(Organization("gansu"),
               Request<v1::CompleteHandlingRequest>("handling_id: '5.1' measures { text: 'Gas was lit.' }"))
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 'again' evidence_event_ids: '1.1'"))
      .Command(Petitioner(), Request<v1::AddEscalationEvidenceRequest>(
                                 "escalation_id: '7.1' reason: 'and again' evidence_event_ids: '6.1'"));
  projection::MemoryStore store;
  const auto response =
      Ask<v1::GetEscalationCaseResponse>(Project(scenario.world(), {"case-1"}, store), GetEscalationCase,
                                         Request<v1::GetEscalationCaseRequest>("case_id: 'case-1'"));
  EXPECT_EQ(testing::Missing(Request<v1::EscalationCase>(R"(
                escalation { escalation_id: "7.1" raised { reason: "again" } further { event_id: "8.1"
                             added { reason: "and again" } } evidence_event_ids: ["1.1", "6.1"] }
                last_escalation { escalation_id: "4.1" status: ESCALATION_STATUS_UPGRADED raised { reason: "why" } }
                last_handling { handling_id: "5.1" status: UPGRADED_HANDLING_STATUS_COMPLETED
                                upgraded { bound { organization_id: "gas-company" } }
                                completed { measures { text: "Gas was lit." } } })"),
                             response.escalation_case()),
            "");
}

TEST(ListSuggestionLettersTest, FindsSettledOnesWithTheirWholeStory) {
  auto scenario = GivenClosedWithOpenAccount();
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto all = Ask<v1::ListSuggestionLettersResponse>(
      store, ListSuggestionLetters, Request<v1::ListSuggestionLettersRequest>("organization_id: 'broadcast-company'"));
  ASSERT_EQ(all.letters_size(), 1);
  EXPECT_EQ(testing::Missing(Request<v1::SuggestionLetter>(R"(
                case_id: "case-1" letter_id: "4.1" status: LETTER_STATUS_ACCEPTED
                issued { text: "Publish the conditions." }
                rounds { reported_event_id: "7.1" reported { text: "Published." } judged_event_id: "8.1"
                         accepted { reason: "good" } })"),
                             all.letters(0)),
            "");
  EXPECT_EQ(Ask<v1::ListSuggestionLettersResponse>(store, ListSuggestionLetters,
                                                   Request<v1::ListSuggestionLettersRequest>("open_only: true"))
                .letters_size(),
            0);
  EXPECT_EQ(Ask<v1::ListSuggestionLettersResponse>(store, ListSuggestionLetters,
                                                   Request<v1::ListSuggestionLettersRequest>("case_id: 'case-2'"))
                .letters_size(),
            0);
}

TEST(ListAccountabilityFilesTest, FindsOpenOnesAcrossCases) {
  auto scenario = GivenClosedWithOpenAccount();
  const std::string registered =
      absl::StrCat("case_registered { title: 'b' policy { ", testing::DefaultPolicy().ShortDebugString(), " } }");
  scenario.OnCase("case-2")
      .Event(Petitioner(), registered)
      .Command(Organization("gansu"),
               Request<v1::OpenAccountabilityRequest>("question: 'who?' organization_ids: 'gas-company'"))
      .Command(Organization("gansu"), Request<v1::RecordAccountabilityFindingRequest>("file_id: '2.1' text: 'nobody'"))
      .Command(Organization("gansu"), Request<v1::CloseAccountabilityRequest>("file_id: '2.1' conclusion: 'none'"))
      .Command(Organization("gansu"),
               Request<v1::OpenAccountabilityRequest>("question: 'who, then?' organization_ids: 'gas-company'"));
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1", "case-2"}, store);
  const auto open = Ask<v1::ListAccountabilityFilesResponse>(
      store, ListAccountabilityFiles,
      Request<v1::ListAccountabilityFilesRequest>("open_only: true organization_id: 'gas-company'"));
  ASSERT_EQ(open.files_size(), 2);
  EXPECT_EQ(open.files(0).case_id(), "case-1");
  EXPECT_EQ(open.files(1).case_id(), "case-2");
  EXPECT_EQ(open.files(1).opened().question(), "who, then?");
  const auto ever = Ask<v1::ListAccountabilityFilesResponse>(
      store, ListAccountabilityFiles, Request<v1::ListAccountabilityFilesRequest>("case_id: 'case-2'"));
  ASSERT_EQ(ever.files_size(), 2);
  EXPECT_EQ(ever.files(0).status(), v1::ACCOUNTABILITY_STATUS_CLOSED);
  EXPECT_EQ(ever.files(0).findings(0).recorded().text(), "nobody");
}

TEST(ListHazardsTest, FindsThemBySiteAndByWhoIsResponsible) {
  auto scenario = GivenClosedWithOpenAccount();
  scenario
      .Command(Organization("gas-company"),
               Request<v1::ReportHazardRequest>("hazard_id: '6.1' to_organization_id: 'gansu' text: 'found'"))
      .Command(Organization("gansu"), Request<v1::AssessHazardRequest>(R"(hazard_id: "6.1" text: "live"
                   severity: HAZARD_SEVERITY_SERIOUS responsible_id: "broadcast-company")"));
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  for (const char* query : {"site_id: 'building-19' open_only: true", "organization_id: 'broadcast-company'",
                            "site_id: 'building-19' organization_id: 'broadcast-company' case_id: 'case-1'"}) {
    const auto found = Ask<v1::ListHazardsResponse>(store, ListHazards, Request<v1::ListHazardsRequest>(query));
    ASSERT_EQ(found.hazards_size(), 1) << query;
    EXPECT_EQ(found.hazards(0).severity(), v1::HAZARD_SEVERITY_SERIOUS);
    EXPECT_EQ(found.hazards(0).assessed().text(), "live");
  }
  for (const char* query : {"site_id: 'building-20'", "organization_id: 'gas-company'",
                            "site_id: 'building-19' organization_id: 'gas-company'"}) {
    EXPECT_EQ(Ask<v1::ListHazardsResponse>(store, ListHazards, Request<v1::ListHazardsRequest>(query)).hazards_size(),
              0)
        << query;
  }
}

TEST(ListFindingsTest, FindsThemByOrganizationAndRuleWithTheirAnswers) {
  auto scenario = GivenInHandling();
  scenario
      .Event(testing::Agenda(), R"(finding_raised { rule: FINDING_RULE_UNGROUNDED text: "no grounds"
                                     organization { organization_id: "gas-company" } })")
      .Event(testing::Agenda(), "finding_raised { rule: FINDING_RULE_NO_OWNER text: 'nobody' }")
      .Command(Organization("gas-company"), Request<v1::AnswerFindingRequest>("finding_id: '4.1' text: 'we have them'"))
      .Event(testing::Agenda(), "finding_lifted { finding_id: '4.1' proof_event_id: '6.1' why: 'shown' }");
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto about = Ask<v1::ListFindingsResponse>(store, ListFindings,
                                                   Request<v1::ListFindingsRequest>("organization_id: 'gas-company'"));
  ASSERT_EQ(about.findings_size(), 1);
  EXPECT_EQ(about.findings(0).answers(0).answered().text(), "we have them");
  EXPECT_EQ(about.findings(0).lifted_event_id(), "7.1");
  const auto by_rule = Ask<v1::ListFindingsResponse>(store, ListFindings,
                                                     Request<v1::ListFindingsRequest>("rule: FINDING_RULE_NO_OWNER"));
  ASSERT_EQ(by_rule.findings_size(), 1);
  EXPECT_EQ(by_rule.findings(0).finding_id(), "5.1");
  EXPECT_EQ(Ask<v1::ListFindingsResponse>(store, ListFindings, Request<v1::ListFindingsRequest>("")).findings_size(),
            2);
}

TEST(ListEscalationsTest, FindsThemByWhomTheyAreBeforeOpenOrEver) {
  auto scenario = GivenInHandling();
  scenario.Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 'r' evidence_event_ids: '1.1'"))
      .Command(Organization("lanzhou"), Request<v1::DeclineEscalationRequest>("escalation_id: '4.1' reason: 'no'"))
      .Command(Petitioner(), Request<v1::RaiseEscalationRequest>("reason: 's' evidence_event_ids: '1.1'"));
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto ids = [&](const char* query) {
    std::vector<std::string> out;
    const auto found =
        Ask<v1::ListEscalationsResponse>(store, ListEscalations, Request<v1::ListEscalationsRequest>(query));
    for (const auto& escalation : found.escalations()) {
      out.push_back(escalation.escalation_id());
    }
    return out;
  };
  EXPECT_EQ(ids("case_id: 'case-1'"), (std::vector<std::string>{"4.1", "6.1"}));
  EXPECT_EQ(ids("organization_id: 'lanzhou'"), (std::vector<std::string>{"4.1"}));
  EXPECT_EQ(ids("organization_id: 'gansu' open_only: true"), (std::vector<std::string>{"6.1"}));
  EXPECT_EQ(ids("organization_id: 'lanzhou' open_only: true"), (std::vector<std::string>{}));
}

TEST(ListsTest, GoPageByPageAndATokenFitsItsQueryAlone) {
  auto scenario = GivenInHandling();
  for (int i = 0; i < 5; ++i) {
    scenario.Command(Organization("gas-company"),
                     Request<v1::IdentifyHazardRequest>("source: 's' severity: HAZARD_SEVERITY_MAJOR"));
  }
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  auto request = Request<v1::ListHazardsRequest>("page { size: 2 } case_id: 'case-1'");
  std::vector<std::string> seen;
  for (int page = 0; page < 3; ++page) {
    const auto response = Ask<v1::ListHazardsResponse>(store, ListHazards, request);
    for (const auto& hazard : response.hazards()) seen.push_back(hazard.hazard_id());
    EXPECT_EQ(response.next_page_token().empty(), page == 2);
    request.mutable_page()->set_token(response.next_page_token());
    if (page != 0) continue;
    v1::ListHazardsResponse other;
    auto another = request;
    another.set_open_only(true);
    EXPECT_EQ(ListHazards(store, another, other).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"4.1", "5.1", "6.1", "7.1", "8.1"}));
}

TEST(ListsTest, ShowWhatWasCorrectedAndFindItUnderItsNewName) {
  auto scenario = GivenClosedWithOpenAccount();
  v1::CorrectEntryRequest correct;
  correct.set_event_id("5.1");
  correct.set_why("another company");
  auto* correction = correct.add_corrections();
  correction->set_path("organizations[0]");
  correction->set_value_json("\"lanzhou\"");
  scenario.Command(Organization("gansu"), correct);
  projection::MemoryStore store;
  Project(scenario.world(), {"case-1"}, store);
  const auto count = [&](const char* organization_id) {
    v1::ListAccountabilityFilesRequest request;
    request.set_organization_id(organization_id);
    return Ask<v1::ListAccountabilityFilesResponse>(store, ListAccountabilityFiles, request).files_size();
  };
  EXPECT_EQ(count("lanzhou"), 1);
  EXPECT_EQ(count("broadcast-company"), 1);
  EXPECT_EQ(count("gas-company"), 0);
}

TEST(ListsTest, RefuseWhatIsNoIdNoRuleAndNoPageSize) {
  projection::MemoryStore store;
  v1::ListFindingsResponse response;
  for (const char* query :
       {"case_id: 'no id'", "organization_id: '\\n'", "rule: 99", "page { size: 501 }", "page { token: 'made up' }"}) {
    EXPECT_EQ(ListFindings(store, Request<v1::ListFindingsRequest>(query), response).code(),
              absl::StatusCode::kInvalidArgument)
        << query;
  }
}

}  // namespace
}  // namespace whistle::escalation
