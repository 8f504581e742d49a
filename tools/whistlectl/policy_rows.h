// A policy as rows for people, by the descriptor: what `policy show`, `registry show` and the preview of `policy
// rebind` print, so that a rule added to the policy is shown too.
#ifndef WHISTLE_TOOLS_WHISTLECTL_POLICY_ROWS_H_
#define WHISTLE_TOOLS_WHISTLECTL_POLICY_ROWS_H_

#include <string>
#include <vector>

#include "tools/whistlectl/display.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::whistlectl {

struct PolicyRow {
  // The field's path: "response", "findings.silence".
  std::string rule;
  // "5 working days", "off (5 working days)", "70", "after 2", "at once".
  std::string value;
  // Empty for what has none.
  std::string source;
};

// In the order of the policy's fields; the title is no rule.
std::vector<PolicyRow> PolicyRows(const registry::v1::Policy& policy);

Table PolicyTable(const registry::v1::Policy& policy);

struct PolicyChange {
  std::string rule;
  std::string now;
  std::string then;
};

// The rules that differ. Where the source alone does, it is shown with the value.
std::vector<PolicyChange> PolicyChanges(const registry::v1::Policy& now, const registry::v1::Policy& then);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_POLICY_ROWS_H_
