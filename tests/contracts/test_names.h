// The names of the project's tests, as ctest knows them: what the tables of tests are made of.
#ifndef WHISTLE_TESTS_CONTRACTS_TEST_NAMES_H_
#define WHISTLE_TESTS_CONTRACTS_TEST_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace whistle::contracts {

// One entry of ctest: "<program>.<suite>.<case>". Of one for several parameters the suite is bare and the case ends
// with the parameter's name: "FiresOnce/Emergency".
struct TestName {
  std::string program;
  std::string suite;
  std::string name;
};

// Every test of the project. An error says what ctest answered.
absl::StatusOr<std::vector<TestName>> AskTestNames();

// Reads what `ctest --show-only=json-v1` printed. Tests that are switched off, and entries that are not GoogleTest
// cases, are left out.
absl::StatusOr<std::vector<TestName>> ReadTestNames(const std::string& ctest_json);

}  // namespace whistle::contracts

#endif  // WHISTLE_TESTS_CONTRACTS_TEST_NAMES_H_
