// What the commands send and how they show the answers; the services are a table of prepared replies.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/operations/v1/service.pb.h"
#include "whistle/registry/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(CommandsTest, FlagsMayStandBeforeTheCommand) {
  Answer<intake::v1::ListCasesResponse>("ListCases");
  EXPECT_EQ(Run({"--target=127.0.0.1:9", "--client=desk", "case", "list"}), 0) << err.str();
  EXPECT_EQ(services.endpoints.target, "127.0.0.1:9");
  EXPECT_EQ(services.client, "desk");
}

TEST_F(CommandsTest, EachServiceMayHaveItsOwnAddress) {
  Answer<intake::v1::ListCasesResponse>("ListCases");
  EXPECT_EQ(Run({"case", "list", "--response=127.0.0.1:7102"}), 0);
  EXPECT_THAT(services.endpoints.by_service, ElementsAre(std::pair("response", "127.0.0.1:7102")));
}

TEST_F(CommandsTest, RegisterSendsTheCaseAndPrintsItsIdVersionAndHead) {
  auto& receipt = *Answer<intake::v1::RegisterCaseResponse>("RegisterCase").mutable_receipt();
  receipt.set_case_id("0123");
  receipt.set_version(1);
  receipt.set_head("\x01\xAB");
  EXPECT_EQ(Run({"case", "register", "--title=Gas", "--demand=Connect it", "--category=gas-supply", "--site-id=b19",
                 "--site-name=Building 19", "--as=city", "--occurred-at=2009-09-01", "--request-id=r1"}),
            0)
      << err.str();
  EXPECT_EQ(out.str(), "case 0123 version 1 head 01ab\n");
  EXPECT_THAT(services.sent[0], HasSubstr("request_id: \"r1\" actor { kind: ACTOR_KIND_ORGANIZATION organization_id: "
                                          "\"city\" }"));
  EXPECT_EQ(Run({"case", "register", "--title=Gas"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--demand is missing"));
}

TEST_F(CommandsTest, ListReadsPageAfterPageAndKeepsItsFilters) {
  auto& first = Answer<intake::v1::ListCasesResponse>("ListCases");
  first.add_cases()->set_case_id("a");
  first.set_next_page_token("more");
  Answer<intake::v1::ListCasesResponse>("ListCases").add_cases()->set_case_id("b");
  EXPECT_EQ(Run({"case", "list", "--status=accepted", "--handler=city"}), 0);
  ASSERT_EQ(services.sent.size(), 2u);
  EXPECT_THAT(services.sent[1], HasSubstr("token: \"more\""));
  EXPECT_THAT(services.sent[1], HasSubstr("handler_id: \"city\" status: CASE_STATUS_ACCEPTED"));
  EXPECT_THAT(out.str(), HasSubstr("\nb "));
  EXPECT_EQ(Run({"case", "list", "--status=lost"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--status is registered, accepted, declined, closed or merged; found \"lost\""));
}

TEST_F(CommandsTest, ShowPutsTogetherWhatFourServicesHaveOpen) {
  auto& found = *Answer<intake::v1::GetCaseResponse>("GetCase").mutable_case_();
  found.mutable_state()->mutable_header()->set_title("Gas for Building 19");
  found.mutable_state()->mutable_header()->set_status(intake::v1::CASE_STATUS_CLOSED);
  found.set_demand("Gas\x1b[31m");
  Answer<response::v1::GetResponseCaseResponse>("GetResponseCase")
      .mutable_response_case()
      ->mutable_state()
      ->add_open_conditions();
  Answer<coordination::v1::GetCoordinationCaseResponse>("GetCoordinationCase");
  auto& account = *Answer<escalation::v1::GetEscalationCaseResponse>("GetEscalationCase").mutable_escalation_case();
  account.set_account_status(escalation::v1::ACCOUNT_STATUS_CLOSED_WITH_OPEN_ACCOUNT);
  account.add_hazards();
  EXPECT_EQ(Run({"case", "show", "0123"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("case 0123: Gas for Building 19\n  closed, with open account since "));
  EXPECT_THAT(out.str(), HasSubstr("demand: Gas\\u{001B}[31m\n"));
  EXPECT_THAT(out.str(), HasSubstr("open conditions: 1\n"));
  EXPECT_THAT(out.str(), HasSubstr("open hazards: 1\n"));
}

TEST_F(CommandsTest, RegistryShowDrawsTheTree) {
  auto& response = Answer<registry::v1::GetRegistryResponse>("GetRegistry");
  response.set_version(3);
  const auto add = [&](const char* id, const char* superior) {
    auto& organization = *response.mutable_registry()->add_organizations();
    organization.set_organization_id(id);
    organization.set_superior_id(superior);
    organization.set_level(registry::v1::ORGANIZATION_LEVEL_CITY);
  };
  add("branch", "network");
  add("gansu", "");
  add("network", "gansu");
  EXPECT_EQ(Run({"registry", "show"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("registry version 3, level 1, policy none yet\ncalendar none yet: weekends alone"));
  EXPECT_THAT(out.str(), HasSubstr("\ngansu "));
  EXPECT_THAT(out.str(), HasSubstr("\n  network "));
  EXPECT_THAT(out.str(), HasSubstr("\n    branch "));
}

TEST_F(CommandsTest, RegistryShowNamesTheCalendarAndTheStretchesOfItsYears) {
  auto& response = Answer<registry::v1::GetRegistryResponse>("GetRegistry");
  auto& calendar = *response.mutable_registry()->mutable_calendar();
  calendar.set_title("China");
  calendar.set_utc_offset("+08:00");
  for (const int year : {2019, 2020, 2021, 2023}) calendar.add_years()->set_year(year);
  response.mutable_registry()->set_calendar_version(4);
  EXPECT_EQ(Run({"registry", "show"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\ncalendar China (since version 4), UTC+08:00, years 2019 to 2021, 2023\n"));
}

TEST_F(CommandsTest, ProjectionStatusShowsAWhistledsFourServicesOnce) {
  auto& response = Answer<operations::v1::GetProjectionStatusResponse>("GetProjectionStatus");
  for (const char* service : kServiceNames) response.add_projections()->set_service(service);
  EXPECT_EQ(Run({"projection", "status"}), 0) << err.str();
  EXPECT_EQ(services.sent.size(), 1u);
}

TEST_F(CommandsTest, ProjectionStatusAsksFourProcessesOneByOne) {
  for (const std::string service : kServiceNames) {
    Answer<operations::v1::GetProjectionStatusResponse>("GetProjectionStatus@" + service)
        .add_projections()
        ->set_service(service);
  }
  EXPECT_EQ(Run({"projection", "status"}), 0) << err.str();
  EXPECT_EQ(services.sent.size(), 4u);
  EXPECT_THAT(out.str(), HasSubstr("escalation"));
}

TEST_F(CommandsTest, TheAgendaIsPausedInOneServiceOrInAll) {
  Answer<operations::v1::PauseAgendaResponse>("PauseAgenda").add_paused_services("response");
  EXPECT_EQ(Run({"agenda", "pause", "--service=response"}), 0) << err.str();
  EXPECT_THAT(services.sent, ElementsAre("PauseAgenda@response service: \"response\""));
  EXPECT_EQ(out.str(), "SERVICE   AGENDA\nresponse  paused\n");
  EXPECT_EQ(Run({"agenda", "pause"}), 0);
  EXPECT_EQ(services.sent.size(), 5u);
}

TEST_F(CommandsTest, TheClockIsAdvancedToATimeOrByALength) {
  Answer<operations::v1::AdvanceClockResponse>("AdvanceClock").mutable_now()->set_seconds(0);
  EXPECT_EQ(Run({"clock", "advance", "--by=36h", "--without-firing"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("by_ms: 129600000 without_firing: true"));
  EXPECT_THAT(out.str(), HasSubstr("now 1970-01-01T00:00:00Z, fired 0"));
  EXPECT_EQ(Run({"clock", "advance"}), 2);
  EXPECT_EQ(Run({"clock", "advance", "--to=tomorrow"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--to: \"tomorrow\" is not a time"));
}

}  // namespace
}  // namespace whistle::whistlectl
