#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tools/whistlectl/commands_testing.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
void Parse(const std::string& text, Message* message) {
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message)) << text;
}

class CasePositionsTest : public CommandsTest {
 protected:
  void AnswerLedger() {
    Parse(R"(statements { response_id: "4.1" department { organization_id: "gas" } occurred_at { seconds: 1625443200 }
                          statement { topic: "owner" unknown: true text: "Nobody knows" }
                          grounds { document: "Gas rules" clause: "3" } }
             statements { response_id: "5.1" department { organization_id: "cable" }
                          statement { topic: "owner" holds: false text: "Not ours" } }
             statements { response_id: "6.1" department { organization_id: "gas" }
                          statement { topic: "occupancy" value { number: "70" unit: "percent" } text: "70 %" } }
             statements { response_id: "7.1" department { organization_id: "gas" }
                          statement { topic: "owner" responsible { organizations { name: "the cable company" } }
                                      text: "Theirs" replaces_event_id: "4.1" replaces_why: "a plan" } }
             positions { topic: TOPIC_CASES partition: 3 offset: 9 })",
          &Answer<response::v1::ListStatementsResponse>("ListStatements"));
    Parse(R"(findings { finding_id: "8.1" raised { organization { organization_id: "gas" } subject: "owner"
                        evidence_event_ids: ["4.1", "7.1"] } lifted_event_id: "9.1" }
             findings { finding_id: "8.2" raised { organization { organization_id: "gas" } subject: "occupancy"
                        evidence_event_ids: ["4.1", "6.1"] } })",
          &Answer<escalation::v1::ListFindingsResponse>("ListFindings"));
  }
};

TEST_F(CasePositionsTest, EveryVersionStandsInOrderByTopicAndOrganization) {
  AnswerLedger();
  EXPECT_EQ(Run({"case", "positions", "case-a"}), 0) << err.str();
  const std::string said = out.str();
  EXPECT_THAT(said, ContainsRegex("owner +gas +2021-07-05 +4.1 +it is not known +Nobody knows +Gas rules 3"));
  EXPECT_THAT(said, ContainsRegex("owner +gas .* 7.1 +responsible: the cable company +Theirs +4.1: a plan"));
  EXPECT_THAT(said, ContainsRegex("owner +cable .* it is not so +Not ours"));
  EXPECT_LT(said.find("occupancy"), said.find("it is not so"));
  EXPECT_LT(said.find("it is not so"), said.find("it is not known"));
  EXPECT_LT(said.find("it is not known"), said.find("Theirs"));
}

TEST_F(CasePositionsTest, AContradictionStandsAtTheStatementsOfItsTopicAlone) {
  AnswerLedger();
  EXPECT_EQ(Run({"case", "positions", "case-a"}), 0) << err.str();
  EXPECT_THAT(out.str(), ContainsRegex("Nobody knows .*finding 8.1, lifted"));
  EXPECT_THAT(out.str(), ContainsRegex("70 % .*finding 8.2"));
  EXPECT_THAT(out.str(), Not(ContainsRegex("Nobody knows [^\n]*8.2")));
  EXPECT_THAT(out.str(), Not(ContainsRegex("Not ours [^\n]*finding")));
}

TEST_F(CasePositionsTest, AsksForOneOrganizationAndTopicAndForFindingsNoOlder) {
  AnswerLedger();
  EXPECT_EQ(Run({"case", "positions", "case-a", "--organization=gas", "--topic=owner", "--output=json"}), 0);
  ASSERT_EQ(services.sent.size(), 2u);
  EXPECT_THAT(services.sent[0], HasSubstr("case_id: \"case-a\" organization_id: \"gas\" topic: \"owner\""));
  EXPECT_THAT(services.sent[1], HasSubstr("min_position { topic: TOPIC_CASES partition: 3 offset: 9 }"));
  EXPECT_THAT(services.sent[1], HasSubstr("rule: FINDING_RULE_CONTRADICTION"));
  EXPECT_THAT(out.str(), HasSubstr("\"position\": \"70 percent\""));
}

}  // namespace
}  // namespace whistle::whistlectl
