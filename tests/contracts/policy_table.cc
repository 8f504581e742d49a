#include "tests/contracts/policy_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace whistle::contracts {
namespace {

using google::protobuf::FieldDescriptor;

std::string FullName(const TestName& test) { return absl::StrCat(test.suite, ".", test.name); }

bool IsOf(const TestName& test, const std::string& suite, const std::string& parameter) {
  return test.suite == suite && (parameter.empty() || absl::EndsWith(test.name, absl::StrCat("/", parameter)));
}

bool Shows(const TestName& test, const DateRule& rule, const Column& column) {
  if (!absl::StartsWith(test.name, column.prefix)) return false;
  return column.prefix == "Survives" ? IsOf(test, std::string(kSurvivingSuite), rule.row)
                                     : IsOf(test, rule.suite, rule.parameter);
}

const Exemption* FindExemption(const PolicyRules& rules, const std::string& row, absl::string_view column) {
  for (const Exemption& exemption : rules.exemptions) {
    if (exemption.row == row && exemption.column == column) return &exemption;
  }
  return nullptr;
}

// The fields that set or limit dates: terms and numbers.
std::set<std::string> FieldsOf(const google::protobuf::Descriptor& policy) {
  std::set<std::string> fields;
  for (int i = 0; i < policy.field_count(); ++i) {
    const FieldDescriptor& field = *policy.field(i);
    const bool term = field.message_type() != nullptr && field.message_type()->name() == "Term";
    if (term || field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) fields.insert(field.name());
  }
  return fields;
}

std::set<std::string> FieldsOf(const PolicyRules& rules) {
  std::set<std::string> fields;
  for (const DateRule& date : rules.dates) fields.insert(date.field);
  for (const LimitRule& limit : rules.limits) fields.insert(limit.field);
  for (const NoDate& no_date : rules.no_dates) fields.insert(no_date.field);
  fields.erase("");
  return fields;
}

void AddCellGaps(const PolicyRules& rules, const PolicyTable& table, std::vector<std::string>* gaps) {
  std::set<const Exemption*> used;
  for (const DateRow& row : table.dates) {
    for (size_t i = 0; i < kColumns.size(); ++i) {
      const Exemption* exemption = FindExemption(rules, row.rule.row, kColumns[i].title);
      used.insert(exemption);
      if (exemption != nullptr && !row.tests[i].empty()) {
        gaps->push_back(
            absl::StrCat(row.rule.row, ", ", kColumns[i].title, ": exempt, and there is ", row.tests[i][0]));
      } else if (exemption == nullptr && row.tests[i].empty()) {
        gaps->push_back(absl::StrCat(row.rule.row, ", ", kColumns[i].title, ": no test ", row.rule.suite, ".",
                                     kColumns[i].prefix, "…"));
      }
    }
  }
  for (const Exemption& exemption : rules.exemptions) {
    if (used.contains(&exemption)) continue;
    gaps->push_back(absl::StrCat("exempt, and no cell: ", exemption.row, ", ", exemption.column));
  }
}

std::string Cell(const std::vector<std::string>& tests) {
  return tests.empty() ? "**none**" : absl::StrJoin(tests, "<br>");
}

}  // namespace

PolicyTable MakeTable(const PolicyRules& rules, const std::vector<TestName>& tests) {
  PolicyTable table;
  for (const DateRule& rule : rules.dates) {
    DateRow& row = table.dates.emplace_back(DateRow{rule, {}});
    for (const TestName& test : tests) {
      for (size_t i = 0; i < kColumns.size(); ++i) {
        if (Shows(test, rule, kColumns[i])) row.tests[i].push_back(FullName(test));
      }
    }
  }
  for (const LimitRule& rule : rules.limits) {
    LimitRow& row = table.limits.emplace_back(LimitRow{rule, {}});
    for (const TestName& test : tests) {
      const bool of_suite = std::find(rule.suites.begin(), rule.suites.end(), test.suite) != rule.suites.end();
      if (of_suite && absl::StartsWith(test.name, rule.prefix)) row.tests.push_back(FullName(test));
    }
  }
  return table;
}

std::vector<std::string> Gaps(const PolicyRules& rules, const PolicyTable& table,
                              const google::protobuf::Descriptor& policy) {
  std::vector<std::string> gaps;
  AddCellGaps(rules, table, &gaps);
  for (const LimitRow& row : table.limits) {
    if (row.tests.empty()) gaps.push_back(absl::StrCat(row.rule.field, ": no test ", row.rule.prefix, "…"));
  }
  const std::set<std::string> in_policy = FieldsOf(policy);
  const std::set<std::string> in_rules = FieldsOf(rules);
  for (const std::string& field : in_policy) {
    if (!in_rules.contains(field)) gaps.push_back(absl::StrCat(field, ": the policy has it, and the table does not"));
  }
  for (const std::string& field : in_rules) {
    if (!in_policy.contains(field)) gaps.push_back(absl::StrCat(field, ": the table has it, and the policy does not"));
  }
  return gaps;
}

std::string Markdown(const PolicyRules& rules, const PolicyTable& table) {
  std::string text = "| rule |";
  for (const Column& column : kColumns) absl::StrAppend(&text, " ", column.title, " |");
  absl::StrAppend(&text, "\n|---|");
  for (size_t i = 0; i < kColumns.size(); ++i) absl::StrAppend(&text, "---|");
  absl::StrAppend(&text, "\n");
  for (const DateRow& row : table.dates) {
    absl::StrAppend(&text, "| `", row.rule.row, "` |");
    for (size_t i = 0; i < kColumns.size(); ++i) {
      const Exemption* exemption = FindExemption(rules, row.rule.row, kColumns[i].title);
      absl::StrAppend(&text, " ", exemption == nullptr ? Cell(row.tests[i]) : absl::StrCat("*", exemption->reason, "*"),
                      " |");
    }
    absl::StrAppend(&text, "\n");
  }
  absl::StrAppend(&text, "\n| number or term that limits | the limit holds |\n|---|---|\n");
  for (const LimitRow& row : table.limits) {
    absl::StrAppend(&text, "| `", row.rule.field, "` | ", Cell(row.tests), " |\n");
  }
  absl::StrAppend(&text, "\n| number that sets no date | why |\n|---|---|\n");
  for (const NoDate& no_date : rules.no_dates) {
    absl::StrAppend(&text, "| `", no_date.field, "` | ", no_date.reason, " |\n");
  }
  return text;
}

}  // namespace whistle::contracts
