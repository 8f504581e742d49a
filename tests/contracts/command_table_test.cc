// Every command is shown to be done right, done twice, done too late, and done by the wrong one. Writes the table of
// which test shows what to build/command-tests.md.
#include "tests/contracts/command_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_join.h"

namespace whistle::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(CommandTableTest, EveryCommandIsDoneRightTwiceTooLateAndByTheWrongOne) {
  const auto tests = AskTestNames();
  ASSERT_TRUE(tests.ok()) << tests.status();
  ASSERT_THAT(*tests, Not(IsEmpty()));
  const Contracts contracts;
  const std::vector<Row> table = MakeTable(contracts.Commands(), *tests);
  ASSERT_THAT(table, Not(IsEmpty()));
  std::ofstream(WHISTLE_TABLE) << "# Every command and its tests\n\n" << Markdown(table);
  const std::vector<std::string> gaps = Gaps(table);
  EXPECT_TRUE(gaps.empty()) << gaps.size() << " gaps:\n" << absl::StrJoin(gaps, "\n");
}

const Command kRecordContact = {"intake", "whistle.intake.v1.IntakeService", "RecordContact"};
const Command kCorrectAtIntake = {"intake", "whistle.intake.v1.IntakeService", "CorrectEntry"};
const Command kCorrectAtResponse = {"response", "whistle.response.v1.ResponseService", "CorrectEntry"};

TEST(CommandTableTest, AGapIsNamed) {
  const std::vector<TestName> tests = {{"intake_test", "RecordContactTest", "DoneRightCountsTheContact"},
                                       {"intake_test", "RecordContactTest", "DoneTwiceCountsTwo"},
                                       {"intake_test", "RecordContactTest", "DoneTooLateIsRefused"},
                                       {"intake_test", "MergeTest", "DoneByTheWrongOneIsRefused"}};
  EXPECT_THAT(Gaps(MakeTable({kRecordContact}, tests)),
              ElementsAre(HasSubstr("IntakeService/RecordContact has no test RecordContactTest.DoneByTheWrongOne")));
  EXPECT_THAT(Gaps(MakeTable({kRecordContact}, {})), SizeIs(4));
}

TEST(CommandTableTest, ACommandThatSeveralServicesHaveNeedsTestsInEach) {
  std::vector<TestName> tests;
  for (const auto way : kWays) tests.push_back({"intake_corrections_test", "CorrectEntryTest", std::string(way)});
  const std::vector<Command> commands = {kCorrectAtIntake, kCorrectAtResponse};
  EXPECT_THAT(Gaps(MakeTable(commands, tests)), SizeIs(4));
  for (const auto way : kWays) tests.push_back({"corrections_test", "ResponseCorrectEntryTest", std::string(way)});
  EXPECT_THAT(Gaps(MakeTable(commands, tests)), IsEmpty());
}

TEST(CommandTableTest, TheTableNamesEveryTest) {
  const std::vector<TestName> tests = {{"intake_test", "RecordContactTest", "DoneRightOnce"},
                                       {"intake_test", "RecordContactTest", "DoneRightAgain"}};
  EXPECT_THAT(
      Markdown(MakeTable({kRecordContact}, tests)),
      HasSubstr("| `whistle.intake.v1.IntakeService/RecordContact` | DoneRightOnce<br>DoneRightAgain | **none** |"));
}

}  // namespace
}  // namespace whistle::contracts
