// `policy show` and `policy rebind`: what is shown, what is asked, what is sent; the services are a table of replies.
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/rpc/status_table.h"
#include "tools/whistlectl/commands_testing.h"
#include "tools/whistlectl/policy_rows.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

registry::v1::Policy Policy(const std::string& title, int response_days) {
  registry::v1::Policy policy;
  policy.set_title(title);
  policy.mutable_response()->set_count(response_days);
  policy.mutable_response()->set_unit(registry::v1::TERM_UNIT_WORKING_DAYS);
  policy.mutable_response()->set_source("ours");
  policy.set_warn_percent(70);
  auto& silence = *policy.mutable_findings()->mutable_silence();
  silence.mutable_escalates()->set_when(registry::v1::ESCALATE_WHEN_AFTER);
  silence.mutable_escalates()->set_after(2);
  silence.mutable_escalates()->set_source("ours");
  return policy;
}

absl::Status Refusal(const std::string& reason, common::v1::RejectionKind kind) {
  common::v1::RejectionDetail detail;
  detail.set_kind(kind);
  detail.set_reason(reason);
  return rpc::Refused(detail, reason);
}

TEST(PolicyRowsTest, EveryKindOfRuleHasItsWords) {
  registry::v1::Policy policy = Policy("p", 1);
  policy.mutable_response()->set_off(true);
  policy.mutable_findings()->mutable_silence()->set_off(true);
  policy.mutable_open_hazard()->set_when(registry::v1::ESCALATE_WHEN_AT_ONCE);
  policy.mutable_statutory_clock()->set_when(registry::v1::ESCALATE_WHEN_NEVER);
  const std::string text = PolicyTable(policy).ToText();
  EXPECT_THAT(text, ::testing::ContainsRegex("response +off \\(1 working day\\) +ours"));
  EXPECT_THAT(text, ::testing::ContainsRegex("warn_percent +70"));
  EXPECT_THAT(text, ::testing::ContainsRegex("findings.silence +off \\(escalates after 2\\) +ours"));
  EXPECT_THAT(text, ::testing::ContainsRegex("open_hazard +escalates at once"));
  EXPECT_THAT(text, ::testing::ContainsRegex("statutory_clock +never escalates"));
}

TEST(PolicyRowsTest, WhatDiffersIsSaidAndASourceAloneToo) {
  EXPECT_TRUE(PolicyChanges(Policy("a", 5), Policy("b", 5)).empty());
  registry::v1::Policy other = Policy("a", 7);
  other.mutable_findings()->mutable_silence()->mutable_escalates()->set_source("the county's");
  const auto changes = PolicyChanges(Policy("a", 5), other);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].rule, "response");
  EXPECT_EQ(changes[0].now, "5 working days");
  EXPECT_EQ(changes[0].then, "7 working days");
  EXPECT_EQ(changes[1].rule, "findings.silence");
  EXPECT_EQ(changes[1].then, "escalates after 2 (the county's)");
}

class PolicyShowTest : public CommandsTest {};

TEST_F(PolicyShowTest, ShowsEveryRuleOfThePolicyInForceAndSinceWhen) {
  auto& found = Answer<registry::v1::GetPolicyResponse>("GetPolicy");
  *found.mutable_policy() = Policy("ours", 5);
  found.set_policy_version(9);
  EXPECT_EQ(Run({"policy", "show"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("ours, adopted by registry version 9\n"));
  EXPECT_THAT(out.str(), ::testing::ContainsRegex("response +5 working days +ours"));
  EXPECT_THAT(out.str(), ::testing::ContainsRegex("findings.silence +escalates after 2 +ours"));
}

TEST_F(PolicyShowTest, AnOldVersionIsAskedOfTheWholeRegistry) {
  auto& found = Answer<registry::v1::GetRegistryResponse>("GetRegistry");
  *found.mutable_registry()->mutable_policy() = Policy("old", 7);
  found.mutable_registry()->set_policy_version(3);
  EXPECT_EQ(Run({"policy", "show", "--version=5"}), 0) << err.str();
  EXPECT_THAT(services.sent[0], HasSubstr("GetRegistry version: 5"));
  EXPECT_THAT(out.str(), HasSubstr("old, adopted by registry version 3\n"));
  EXPECT_EQ(Run({"policy", "show", "--version=5", "--output=json"}), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\"policy_version\": \"3\""));
}

TEST_F(PolicyShowTest, WithoutAPolicyItSaysHowToGetOne) {
  Answer<registry::v1::GetPolicyResponse>("GetPolicy");
  EXPECT_EQ(Run({"policy", "show"}), 1);
  EXPECT_THAT(err.str(), HasSubstr("whistlectl registry apply deploy/policy/default.yaml"));
}

class PolicyRebindTest : public CommandsTest {
 protected:
  // The policy in force is that of registry version 9; of five cases three are open and bound to an older one.
  PolicyRebindTest() {
    auto& in_force = Answer<registry::v1::GetPolicyResponse>("GetPolicy");
    *in_force.mutable_policy() = Policy("new", 5);
    in_force.set_policy_version(9);
    auto& first = Answer<intake::v1::ListCasesResponse>("ListCases");
    Add(first, "a", intake::v1::CASE_STATUS_ACCEPTED, 3);
    Add(first, "b", intake::v1::CASE_STATUS_CLOSED, 3);
    Add(first, "c", intake::v1::CASE_STATUS_ACCEPTED, 9);
    first.set_next_page_token("more");
    auto& second = Answer<intake::v1::ListCasesResponse>("ListCases");
    Add(second, "d", intake::v1::CASE_STATUS_REGISTERED, 4);
    Add(second, "e", intake::v1::CASE_STATUS_ACCEPTED, 3);
    Answer<intake::v1::RebindPolicyResponse>("RebindPolicy");
  }

  static void Add(intake::v1::ListCasesResponse& response, const std::string& id, intake::v1::CaseStatus status,
                  uint64_t version) {
    auto& added = *response.add_cases();
    added.set_case_id(id);
    added.mutable_header()->set_status(status);
    added.mutable_header()->set_title("Case " + id);
    added.mutable_header()->mutable_handler()->set_organization_id("bureau");
    added.mutable_header()->set_policy_version(version);
    *added.mutable_header()->mutable_policy() = Policy("old", version == 3 ? 7 : 6);
  }
  // The calls come in this order: GetPolicy, ListCases twice, and then the three cases.
  static constexpr size_t kFirstRebind = 4;

  int Rebind(std::vector<std::string> more = {"--yes"}) {
    std::vector<std::string> words = {"policy", "rebind", "--as=province", "--why=shorter terms", "--handler=bureau"};
    words.insert(words.end(), more.begin(), more.end());
    services.sent.clear();
    return Run(words);
  }
};

TEST_F(PolicyRebindTest, BindsTheOpenCasesOfTheFilterThatAreBoundToAnOlderPolicyOneByOne) {
  EXPECT_EQ(Rebind(), 0) << err.str();
  ASSERT_EQ(services.sent.size(), 6u);
  EXPECT_THAT(services.sent[1], HasSubstr("handler_id: \"bureau\""));
  EXPECT_THAT(services.sent[2], HasSubstr("token: \"more\""));
  EXPECT_THAT(services.sent[3], HasSubstr("RebindPolicy context { case_id: \"a\" request_id: \"policy-rebind-9-"));
  EXPECT_THAT(services.sent[3], HasSubstr("actor { kind: ACTOR_KIND_ORGANIZATION organization_id: \"province\" } } "
                                          "why: \"shorter terms\" policy_version: 9"));
  EXPECT_THAT(services.sent[4], HasSubstr("case_id: \"d\""));
  EXPECT_THAT(services.sent[5], HasSubstr("case_id: \"e\""));
  EXPECT_THAT(out.str(), HasSubstr("\nbound 3 cases to \"new\" (registry version 9)\n"));
  EXPECT_EQ(err.str(), "3 of 3 cases\n");
}

TEST_F(PolicyRebindTest, ThePreviewShowsWhichCasesWhatChangesAndThatDatesStay) {
  EXPECT_EQ(Rebind({}), 2);
  EXPECT_EQ(services.sent.size(), 3u);
  EXPECT_THAT(out.str(), HasSubstr("3 open cases are bound to an older policy than \"new\" (registry version 9)\n"));
  EXPECT_THAT(out.str(), ::testing::ContainsRegex("a +accepted +bureau +3 +Case a"));
  EXPECT_THAT(out.str(), Not(HasSubstr("Case b")));
  EXPECT_THAT(out.str(), HasSubstr("2 cases bound to \"old\" (registry version 3):\n"));
  EXPECT_THAT(out.str(), ::testing::ContainsRegex("response +7 working days +5 working days"));
  EXPECT_THAT(out.str(), HasSubstr("1 case bound to \"old\" (registry version 4):\n"));
  EXPECT_THAT(out.str(), ::testing::ContainsRegex("response +6 working days +5 working days"));
  EXPECT_THAT(out.str(), HasSubstr("Every date that is set stays as it is"));
  EXPECT_THAT(err.str(), HasSubstr("nothing was bound: there is nobody to ask here; add --yes"));
}

TEST_F(PolicyRebindTest, APersonIsAskedAndOnlyYesIsYes) {
  for (const char* no : {"", "no\n", "y\n", "Yes please\n"}) {
    std::istringstream answer(no);
    person = &answer;
    EXPECT_EQ(Rebind({}), 1) << no;
    EXPECT_THAT(err.str(), HasSubstr(" cases to \"new\" (registry version 9)? Type yes: nothing was bound\n"));
    for (const std::string& sent : services.sent) EXPECT_THAT(sent, Not(HasSubstr("RebindPolicy"))) << no;
  }
}

TEST_F(PolicyRebindTest, APersonsYesCarriesItOut) {
  std::istringstream answer("yes\n");
  person = &answer;
  EXPECT_EQ(Rebind({}), 0);
  EXPECT_THAT(out.str(), HasSubstr("bound 3 cases"));
}

TEST_F(PolicyRebindTest, TheSameCommandAgainSendsTheSameRequestIdsAndAnotherReasonOthers) {
  const auto id_of = [](const std::string& sent) {
    const size_t from = sent.find("request_id: ");
    return sent.substr(from, sent.find(" actor") - from);
  };
  EXPECT_EQ(Rebind(), 0);
  const std::string id = id_of(services.sent[3]);
  EXPECT_EQ(id_of(services.sent[4]), id);
  services.replies.erase("ListCases");
  Add(Answer<intake::v1::ListCasesResponse>("ListCases"), "a", intake::v1::CASE_STATUS_ACCEPTED, 3);
  EXPECT_EQ(Rebind(), 0);
  EXPECT_EQ(id_of(services.sent[2]), id);
  EXPECT_EQ(Rebind({"--yes", "--why=another"}), 0);
  EXPECT_NE(id_of(services.sent[2]), id);
}

TEST_F(PolicyRebindTest, OneThatIsRefusedIsNamedTheOthersGoOnAndTheStatusSaysSo) {
  services.refusals[kFirstRebind] = Refusal("no_authority", common::v1::REJECTION_KIND_NOT_AUTHORIZED);
  EXPECT_EQ(Rebind(), 1);
  EXPECT_EQ(services.sent.size(), 6u);
  EXPECT_THAT(err.str(), HasSubstr("case a: PERMISSION_DENIED: no_authority"));
  EXPECT_THAT(out.str(), HasSubstr("bound 2 cases to \"new\" (registry version 9), 1 failed; the same command again"));
}

TEST_F(PolicyRebindTest, OneThatAnotherRunBoundIsDone) {
  services.refusals[kFirstRebind + 1] = Refusal("policy_bound", common::v1::REJECTION_KIND_ALREADY);
  EXPECT_EQ(Rebind(), 0);
  EXPECT_THAT(out.str(), HasSubstr("bound 2 cases to \"new\" (registry version 9), 1 bound before\n"));
}

TEST_F(PolicyRebindTest, APolicyAdoptedInBetweenEndsTheRunForNobodyHasSeenIt) {
  services.refusals[kFirstRebind] = Refusal("policy_changed", common::v1::REJECTION_KIND_ILLEGAL);
  EXPECT_EQ(Rebind(), 1);
  EXPECT_EQ(services.sent.size(), 4u);
  EXPECT_THAT(out.str(), HasSubstr("bound 0 cases to \"new\" (registry version 9), 1 failed, 2 not tried"));
}

TEST_F(PolicyRebindTest, AServiceThatAnswersNobodyEndsTheRunAfterThreeCalls) {
  services.replies.erase("ListCases");
  auto& cases = Answer<intake::v1::ListCasesResponse>("ListCases");
  for (const char* id : {"a", "b", "c", "d", "e"}) Add(cases, id, intake::v1::CASE_STATUS_ACCEPTED, 3);
  for (size_t call = 4; call < 8; ++call) services.refusals[call] = absl::UnavailableError("nobody listens");
  EXPECT_EQ(Rebind(), 1);
  EXPECT_THAT(out.str(), HasSubstr("bound 1 case to \"new\" (registry version 9), 3 failed, 1 not tried"));
}

TEST_F(PolicyRebindTest, NothingToBindIsDone) {
  services.replies.erase("ListCases");
  Add(Answer<intake::v1::ListCasesResponse>("ListCases"), "c", intake::v1::CASE_STATUS_ACCEPTED, 9);
  EXPECT_EQ(Rebind({}), 0) << err.str();
  EXPECT_EQ(out.str(),
            "nothing to bind: no open case that was asked for is bound to an older policy than \"new\" (registry "
            "version 9)\n");
}

TEST_F(PolicyRebindTest, AProgramReadsOneAnswer) {
  services.refusals[kFirstRebind] = Refusal("no_authority", common::v1::REJECTION_KIND_NOT_AUTHORIZED);
  EXPECT_EQ(Rebind({"--yes", "--output=json"}), 1);
  EXPECT_THAT(out.str(), HasSubstr("{\"policy_version\": 9, \"title\": \"new\", \"cases\": [\"a\", \"d\", \"e\"], "
                                   "\"from\": [{\"policy_version\": 3, \"title\": \"old\", \"cases\": 2, \"changes\": "
                                   "[{\"rule\": \"response\", \"now\": \"7 working days\", \"then\": \"5 working "
                                   "days\"}]}, {\"policy_version\": 4, "));
  EXPECT_THAT(out.str(), HasSubstr("\"carried_out\": true, \"bound\": 2, \"bound_before\": 0, \"not_tried\": 0, "
                                   "\"failed\": [{\"case_id\": \"a\", \"why\": \"PERMISSION_DENIED: no_authority"));
  EXPECT_EQ(Rebind({"--output=json"}), 2);
  EXPECT_THAT(out.str(), HasSubstr("\"carried_out\": false}"));
}

TEST_F(PolicyRebindTest, AWrongCommandLineSendsNothing) {
  const auto wrong = [&](const std::vector<std::string>& words, const std::string& said) {
    services.sent.clear();
    EXPECT_EQ(Run(words), 2) << said;
    EXPECT_THAT(err.str(), HasSubstr(said));
    EXPECT_TRUE(services.sent.empty());
  };
  wrong({"policy", "rebind", "--why=x", "--all"}, "--as is missing");
  wrong({"policy", "rebind", "--as=province", "--all"}, "--why is missing");
  wrong({"policy", "rebind", "--as=province", "--why=x"}, "which cases?");
  wrong({"policy", "rebind", "--as=province", "--why=x", "--all", "--site=b19"}, "or --all alone");
  wrong({"policy", "rebind", "--as=province", "--why=x", "--status=lost"}, "--status is registered");
  wrong({"policy", "rebind", "--as=province", "--why=x", "--status=closed"}, "only open cases are bound");
}

}  // namespace
}  // namespace whistle::whistlectl
