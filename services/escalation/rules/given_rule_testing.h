// What the rules' tests begin with: the case of given.h, in handling, with one rule alone on and nothing that
// escalates, so that each further event is the test's own or a finding of that rule.
//
//   GivenRule(kRule)                                                     // versions 1 to 3, as in given.h
//       .Event(Organization("gas-company"), Answer("gas-company", "stance: STANCE_REFUSES"))  // version 4
//       .WhenTheAgendaRuns()
//       .ThenRecorded("finding_raised { rule: FINDING_RULE_UNGROUNDED evidence_event_ids: '4.1' }");
#ifndef WHISTLE_SERVICES_ESCALATION_RULES_GIVEN_RULE_TESTING_H_
#define WHISTLE_SERVICES_ESCALATION_RULES_GIVEN_RULE_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "services/escalation/given.h"
#include "services/escalation/rules/rules.h"

namespace whistle::escalation {

// QuietPolicy() with these rules on; what they find stays a finding.
inline registry::v1::Policy PolicyWith(const std::vector<v1::FindingRule>& rules) {
  registry::v1::Policy policy = QuietPolicy();
  registry::v1::FindingPolicies& findings = *policy.mutable_findings();
  for (const v1::FindingRule rule : rules) {
    // A rule's policy is called like the rule.
    const auto* field = findings.GetDescriptor()->FindFieldByName(absl::AsciiStrToLower(NameOf(rule)));
    WHISTLE_CHECK(field != nullptr, absl::StrCat("the policy has no rule ", NameOf(rule)));
    auto* on = static_cast<registry::v1::FindingPolicy*>(findings.GetReflection()->MutableMessage(&findings, field));
    on->set_off(false);
    on->mutable_escalates()->set_when(registry::v1::ESCALATE_WHEN_NEVER);
    on->mutable_escalates()->clear_after();
  }
  return policy;
}

inline auto GivenRule(v1::FindingRule rule, const std::string& handler = "lanzhou-petition-office") {
  return GivenInHandling(handler, PolicyWith({rule}));
}

// A department's answer; `rest` is its stance and what else it says.
inline std::string Answer(const std::string& department, const std::string& rest) {
  return absl::StrCat("response_submitted { department { organization_id: '", department, "' } text: 't' ", rest, " }");
}

// A condition that came with the answer of that id.
inline std::string Condition(const std::string& department, const std::string& topic, const std::string& response_id,
                             const std::string& rest = "") {
  return absl::StrCat("condition_imposed { department { organization_id: '", department, "' } topic: '", topic,
                      "' response_event_id: '", response_id, "' ", rest, " }");
}

// Corrections of an entry of that service ("response"): another time, and another organization in a field.
inline std::string PutRightTime(const std::string& service, const std::string& event_id, const std::string& date) {
  return absl::StrCat(service, "_entry_corrected { event_id: '", event_id,
                      "' why: 'w' fields { path: 'occurred_at' is: '\"", date, "T00:00:00Z\"' } }");
}
inline std::string PutRightOrganization(const std::string& service, const std::string& event_id,
                                        const std::string& path, const std::string& organization_id) {
  return absl::StrCat(service, "_entry_corrected { event_id: '", event_id, "' why: 'w' fields { path: '", path,
                      "' is: '{\"organization_id\":\"", organization_id, "\"}' } }");
}

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_RULES_GIVEN_RULE_TESTING_H_
