// Every date of the policy is shown to fire once, at its time and not after it was met, to survive what comes over a
// service, to follow corrections, to be warned of, and to be switched off. Writes the table of which test shows what to
// build/policy-tests.md.
#include "tests/contracts/policy_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/contracts/contracts.h"

namespace whistle::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

const google::protobuf::Descriptor& PolicyOf(const Contracts& contracts) {
  const google::protobuf::Descriptor* policy = nullptr;
  for (const auto* message : contracts.Messages()) {
    if (message->full_name() == "whistle.registry.v1.Policy") policy = message;
  }
  EXPECT_NE(policy, nullptr);
  return *policy;
}

TEST(PolicyTableTest, EveryDateOfThePolicyHasItsTests) {
  const auto tests = AskTestNames();
  ASSERT_TRUE(tests.ok()) << tests.status();
  ASSERT_THAT(*tests, Not(IsEmpty()));
  const PolicyRules rules = ProjectRules();
  const PolicyTable table = MakeTable(rules, *tests);
  std::ofstream(WHISTLE_POLICY_TABLE) << "# Every date of the policy and its tests\n\n" << Markdown(rules, table);
  const Contracts contracts;
  const std::vector<std::string> gaps = Gaps(rules, table, PolicyOf(contracts));
  EXPECT_TRUE(gaps.empty()) << gaps.size() << " gaps:\n" << absl::StrJoin(gaps, "\n");
}

// A policy of one rule, and every test that it needs.
PolicyRules OneRule() { return {.dates = {{"response", "response", "ResponseDeadlineTest", ""}}}; }
std::vector<TestName> AllTests() {
  return {{"a", "ResponseDeadlineTest", "FiresOnce"},
          {"a", "ResponseDeadlineTest", "NotASecondEarly"},
          {"a", "ResponseDeadlineTest", "NotAfterItWasMet"},
          {"a", "SurvivingDeadlineTest", "SurvivesAll/response"},
          {"a", "ResponseDeadlineTest", "FollowsACorrection"},
          {"a", "ResponseDeadlineTest", "WarnsOnceAtTheShare"},
          {"a", "ResponseDeadlineTest", "SwitchedOffNothingFires"}};
}
std::vector<std::string> GapsOf(const PolicyRules& rules, const std::vector<TestName>& tests) {
  const Contracts contracts;
  std::vector<std::string> gaps = Gaps(rules, MakeTable(rules, tests), PolicyOf(contracts));
  // Of the real policy's other fields there is nothing here.
  std::erase_if(gaps, [](const std::string& gap) { return gap.find("and the table does not") != std::string::npos; });
  return gaps;
}

TEST(PolicyTableTest, AGapIsNamed) {
  EXPECT_THAT(GapsOf(OneRule(), AllTests()), IsEmpty());
  for (size_t i = 0; i < kColumns.size(); ++i) {
    std::vector<TestName> tests = AllTests();
    tests.erase(tests.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(GapsOf(OneRule(), tests), ElementsAre(HasSubstr(absl::StrCat("response, ", kColumns[i].title))));
  }
}

TEST(PolicyTableTest, AnothersParameterShowsNothing) {
  std::vector<TestName> tests = AllTests();
  tests[3].name = "SurvivesAll/response_extension_max";
  EXPECT_THAT(GapsOf(OneRule(), tests), ElementsAre(HasSubstr("response, survives")));
  PolicyRules rules = OneRule();
  rules.dates[0].parameter = "Urgent";
  tests = AllTests();
  tests[0].name = "FiresOnce/Urgent";
  tests[1].name = "NotASecondEarly/Ordinary";
  EXPECT_THAT(GapsOf(rules, tests), Not(::testing::Contains(HasSubstr("fires once"))));
  EXPECT_THAT(GapsOf(rules, tests), ::testing::Contains(HasSubstr("not a second early")));
}

TEST(PolicyTableTest, AnExemptionHoldsWhileItIsNeeded) {
  PolicyRules rules = OneRule();
  rules.exemptions = {{"response", "warns", "why"}};
  std::vector<TestName> tests = AllTests();
  EXPECT_THAT(GapsOf(rules, tests), ElementsAre(HasSubstr("exempt, and there is ResponseDeadlineTest.WarnsOnce")));
  std::erase_if(tests, [](const TestName& test) { return test.name == "WarnsOnceAtTheShare"; });
  EXPECT_THAT(GapsOf(rules, tests), IsEmpty());
  rules.exemptions.push_back({"response", "no such column", "why"});
  EXPECT_THAT(GapsOf(rules, tests), ElementsAre(HasSubstr("no cell: response, no such column")));
}

TEST(PolicyTableTest, ALimitNeedsATest) {
  PolicyRules rules = OneRule();
  rules.limits = {{"response_extensions_max", {"ResponseExtensionTest"}, "Limits"}};
  std::vector<TestName> tests = AllTests();
  EXPECT_THAT(GapsOf(rules, tests), ElementsAre(HasSubstr("response_extensions_max: no test Limits")));
  tests.push_back({"a", "ResponseExtensionTest", "LimitsThem"});
  EXPECT_THAT(GapsOf(rules, tests), IsEmpty());
}

TEST(PolicyTableTest, TheRowsAreThePolicysFields) {
  const Contracts contracts;
  const PolicyRules rules = OneRule();
  EXPECT_THAT(Gaps(rules, MakeTable(rules, AllTests()), PolicyOf(contracts)),
              IsSupersetOf({HasSubstr("acceptance: the policy has it"), HasSubstr("warn_percent: the policy has it")}));
  PolicyRules more = OneRule();
  more.no_dates = {{"no_such_field", "why"}};
  EXPECT_THAT(GapsOf(more, AllTests()), ElementsAre(HasSubstr("no_such_field: the table has it")));
}

TEST(PolicyTableTest, TheTableNamesEveryTest) {
  PolicyRules rules = OneRule();
  rules.exemptions = {{"response", "warns", "nobody cares"}};
  const std::string text = Markdown(rules, MakeTable(rules, {{"a", "ResponseDeadlineTest", "FiresOnce"},
                                                             {"a", "ResponseDeadlineTest", "FiresOnceMore"}}));
  EXPECT_THAT(text, HasSubstr("| `response` | ResponseDeadlineTest.FiresOnce<br>ResponseDeadlineTest.FiresOnceMore | "
                              "**none** | **none** | **none** | **none** | *nobody cares* | **none** |"));
}

}  // namespace
}  // namespace whistle::contracts
