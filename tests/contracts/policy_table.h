// For every date that a policy sets, which tests show what must hold of it, and for every number that limits dates,
// which tests show the limit.
//
// The policy's own descriptor says which rows there must be, so that a rule added to it is asked for its tests.
#ifndef WHISTLE_TESTS_CONTRACTS_POLICY_TABLE_H_
#define WHISTLE_TESTS_CONTRACTS_POLICY_TABLE_H_

#include <google/protobuf/descriptor.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/contracts/test_names.h"

namespace whistle::contracts {

// What must hold of a date. A test's name begins with one of these: `TEST(ResponseDeadlineTest, FiresOnce…)`.
struct Column {
  absl::string_view title;
  absl::string_view prefix;
};
inline constexpr std::array<Column, 7> kColumns = {{
    {"fires once", "FiresOnce"},
    {"not a second early", "NotASecondEarly"},
    {"not after it was met", "NotAfter"},
    {"survives restart, rebuild and two instances", "Survives"},
    {"follows a correction", "FollowsACorrection"},
    {"warns", "WarnsOnce"},
    {"switched off", "SwitchedOff"},
}};
// The one column whose tests stand in one suite for all rows: `Kinds/SurvivingDeadlineTest.Survives…/response`.
inline constexpr absl::string_view kSurvivingSuite = "SurvivingDeadlineTest";

// One kind of date.
struct DateRule {
  // Of the row; the policy's field, unless a field sets dates of several kinds.
  std::string row;
  // The policy's field that sets it; empty for a date that a person names.
  std::string field;
  std::string suite;
  // Where the suite is of several rows, the parameter that is this one's.
  std::string parameter;
};

// A number or a term that limits dates and sets none by itself, and the tests that show the limit: of these suites
// those whose names begin with the prefix.
struct LimitRule {
  std::string field;
  std::vector<std::string> suites;
  std::string prefix;
};

// A cell that needs no test, and why.
struct Exemption {
  std::string row;
  std::string column;
  std::string reason;
};

// A number of the policy that neither sets a date nor limits one.
struct NoDate {
  std::string field;
  std::string reason;
};

struct PolicyRules {
  std::vector<DateRule> dates = {};
  std::vector<LimitRule> limits = {};
  std::vector<Exemption> exemptions = {};
  std::vector<NoDate> no_dates = {};
};

// The project's own.
PolicyRules ProjectRules();

struct DateRow {
  DateRule rule;
  // "Suite.Name" of the tests, for each of kColumns.
  std::array<std::vector<std::string>, kColumns.size()> tests;
};
struct LimitRow {
  LimitRule rule;
  std::vector<std::string> tests;
};
struct PolicyTable {
  std::vector<DateRow> dates;
  std::vector<LimitRow> limits;
};

PolicyTable MakeTable(const PolicyRules& rules, const std::vector<TestName>& tests);

// Cells without a test that are not exempt, exemptions that are not needed or of nothing, fields of the policy that the
// rules leave out, fields that the policy does not have: one line for each.
std::vector<std::string> Gaps(const PolicyRules& rules, const PolicyTable& table,
                              const google::protobuf::Descriptor& policy);

std::string Markdown(const PolicyRules& rules, const PolicyTable& table);

}  // namespace whistle::contracts

#endif  // WHISTLE_TESTS_CONTRACTS_POLICY_TABLE_H_
