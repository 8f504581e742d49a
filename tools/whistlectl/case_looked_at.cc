#include "tools/whistlectl/case_looked_at.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/domain/sentence_words.h"
#include "tools/whistlectl/display.h"
#include "tools/whistlectl/words.h"

namespace whistle::whistlectl {
namespace {

namespace v1 = escalation::v1;

std::string OwnerlessText(const v1::Ownerless& ownerless) {
  std::string text = absl::StrCat("  accepted by nobody since ", DayText(true, ownerless.since()), " (event ",
                                  ownerless.since_event_id(), ")");
  if (!ownerless.finding_id().empty()) return absl::StrCat(text, ": finding ", ownerless.finding_id());
  if (!ownerless.due().has_due_at()) return absl::StrCat(text, ", without a date");
  return absl::StrCat(
      text, ", to be accepted by ",
      ownerless.due().last_day().empty() ? DayText(true, ownerless.due().due_at()) : ownerless.due().last_day());
}

std::string FindingsText(const v1::EscalationCase& account) {
  std::vector<std::string> rules;
  for (const v1::FindingsOfRule& of_rule : account.findings()) {
    const uint32_t lifted = of_rule.raised() - of_rule.standing();
    rules.push_back(absl::StrCat(of_rule.standing(), " ", EnumWords(*v1::FindingRule_descriptor(), of_rule.rule()),
                                 lifted == 0 ? "" : absl::StrCat(" (and ", lifted, " lifted)")));
  }
  return absl::StrCat("  findings that stand: ", absl::StrJoin(rules, ", "));
}

std::string ReasonText(const v1::WaitingReason& reason) {
  const std::string what = reason.trigger() == v1::ESCALATION_TRIGGER_FINDING
                               ? EnumWords(*v1::FindingRule_descriptor(), reason.rule())
                               : EnumWords(*v1::EscalationTrigger_descriptor(), reason.trigger());
  return absl::StrCat(
      "  waits to escalate: ", what, " (event ", reason.event_id(), ") since ", DayText(true, reason.entered_at()),
      reason.wanted() == 0
          ? ", which the policy does not count"
          : absl::StrCat(", ", reason.waiting(), " of the ", reason.wanted(), " that the policy wants"));
}

}  // namespace

std::string CaseLookedAt(const v1::EscalationCase& account) {
  std::vector<std::string> lines;
  for (const v1::NeededAction& need : account.needs()) {
    lines.push_back(absl::StrCat("  needs ", domain::NameOf(need.organization()), " since ",
                                 DayText(true, need.since()), ": ", EnumWords(*v1::NeedKind_descriptor(), need.kind()),
                                 " (event ", need.event_id(), ")"));
  }
  if (account.has_ownerless()) lines.push_back(OwnerlessText(account.ownerless()));
  if (!account.findings().empty()) lines.push_back(FindingsText(account));
  for (const v1::WaitingReason& reason : account.waiting_reasons()) lines.push_back(ReasonText(reason));
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, Printable(line), "\n");
  return text;
}

}  // namespace whistle::whistlectl
