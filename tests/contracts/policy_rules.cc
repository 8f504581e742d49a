// The project's dates, their limits, and what is exempt.
#include "tests/contracts/policy_table.h"

namespace whistle::contracts {
namespace {

std::vector<DateRule> Dates() {
  return {
      {"acceptance", "acceptance", "AcceptanceDeadlineTest", ""},
      {"handling", "handling", "HandlingDeadlineTest", ""},
      {"handling_extension_max", "handling_extension_max", "HandlingExtensionTest", ""},
      {"review_request", "review_request", "ReviewRequestTermTest", ""},
      {"review_decision", "review_decision", "ReviewDeadlineTest", ""},
      {"review_decision_again", "review_decision", "ReReviewDeadlineTest", ""},
      {"response", "response", "ResponseDeadlineTest", ""},
      {"response_extension_max", "response_extension_max", "ResponseExtensionTest", ""},
      {"assignment_return", "assignment_return", "ReturnDeadlineTest", ""},
      {"whistle_emergency", "whistle_emergency", "WhistleDeadlineTest", "Emergency"},
      {"whistle_urgent", "whistle_urgent", "WhistleDeadlineTest", "Urgent"},
      {"whistle_ordinary", "whistle_ordinary", "WhistleDeadlineTest", "Ordinary"},
      {"commitment", "", "CommitmentDeadlineTest", ""},
      {"escalation_rung", "escalation_rung", "EscalationRungDeadlineTest", ""},
      {"upgraded_handling", "upgraded_handling", "UpgradedHandlingDeadlineTest", ""},
      {"no_owner", "no_owner", "NoOwnerTest", ""},
      {"rectification", "rectification", "RectificationDeadlineTest", ""},
  };
}

std::vector<LimitRule> Limits() {
  std::vector<std::string> all;
  for (const DateRule& date : Dates()) {
    if (date.parameter.empty() || date.parameter == "Emergency") all.push_back(date.suite);
  }
  return {
      {"handling_extension_max", {"HandlingExtensionTest"}, "Limits"},
      {"handling_extensions_max", {"HandlingExtensionTest"}, "Limits"},
      {"review_request", {"ReviewRequestTermTest"}, "Limits"},
      {"response_extension_max", {"ResponseExtensionTest"}, "Limits"},
      {"response_extensions_max", {"ResponseExtensionTest"}, "Limits"},
      // A share of every term: the warnings are its tests.
      {"warn_percent", all, "WarnsOnce"},
  };
}

std::vector<Exemption> Exemptions() {
  const std::string asking = "a term for asking: when it is over, asking is refused, and nothing fires";
  return {
      {"review_request", "fires once", asking},
      {"review_request", "not a second early", asking},
      {"review_request", "not after it was met", asking},
      {"review_request", "survives restart, rebuild and two instances", asking},
      {"review_request", "warns", asking},
      {"response_extension_max", "follows a correction",
       "counts from the date it puts off, which is written into it and moves no more: "
       "ResponseExtensionTest.ACorrectionOfTheRequestDoesNotMoveTheExtendedDate"},
      {"assignment_return", "warns", "a choice, not a debt: ReturnDeadlineTest.NobodyIsWarnedOfIt"},
      {"commitment", "switched off", "its own date, which whoever promises names: no rule of the policy"},
  };
}

}  // namespace

PolicyRules ProjectRules() {
  return {.dates = Dates(),
          .limits = Limits(),
          .exemptions = Exemptions(),
          .no_dates = {
              {"hollow_meetings", "a finding's threshold: how many meetings, not when"},
              {"persistent_contacts", "a finding's threshold: how many contacts, not when"},
          }};
}

}  // namespace whistle::contracts
