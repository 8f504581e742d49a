// For every command, which tests show that it is done right, done twice, done too late, and done by the wrong one.
#ifndef WHISTLE_TESTS_CONTRACTS_COMMAND_TABLE_H_
#define WHISTLE_TESTS_CONTRACTS_COMMAND_TABLE_H_

#include <array>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/contracts/contracts.h"
#include "tests/contracts/test_names.h"

namespace whistle::contracts {

// What every command must be shown to do. A test's name begins with one of these: `TEST(RecordContactTest,
// DoneTwice…)`.
inline constexpr std::array<absl::string_view, 4> kWays = {"DoneRight", "DoneTwice", "DoneTooLate",
                                                           "DoneByTheWrongOne"};

struct Row {
  Command command;
  // The names of the tests, for each way of kWays.
  std::array<std::vector<std::string>, kWays.size()> tests;
};

// A test belongs to a command if its suite is called <Command>Test. Where several services have a command of that name,
// the test's program must begin with the area ("intake_merge_test") or its suite be called <Area><Command>Test.
std::vector<Row> MakeTable(const std::vector<Command>& commands, const std::vector<TestName>& tests);

// "whistle.intake.v1.IntakeService/RecordContact has no test DoneTwice…", one for each empty cell.
std::vector<std::string> Gaps(const std::vector<Row>& table);

std::string Markdown(const std::vector<Row>& table);

}  // namespace whistle::contracts

#endif  // WHISTLE_TESTS_CONTRACTS_COMMAND_TABLE_H_
