#include "services/escalation/queries_case.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/model.h"
#include "services/escalation/keys.h"
#include "services/escalation/looking.h"
#include "services/escalation/queries_history.h"

namespace whistle::escalation {
namespace {

constexpr size_t kRowsAtATime = 100;

}  // namespace

void AddLookedAt(const v1::EscalationState& state, v1::EscalationCase& out) {
  const v1::Observed& observed = state.observed();
  for (const v1::Need& need : observed.needs()) {
    v1::NeededAction& action = *out.add_needs();
    *action.mutable_organization() = need.organization();
    action.set_kind(need.kind());
    *action.mutable_since() = need.seen().occurred_at();
    action.set_event_id(need.seen().event_id());
  }
  for (const v1::Reason& reason : observed.reasons()) {
    v1::WaitingReason& waits = *out.add_waiting_reasons();
    waits.set_event_id(reason.event_id());
    waits.set_trigger(reason.trigger());
    waits.set_rule(reason.rule());
    *waits.mutable_entered_at() = reason.entered_at();
    waits.set_waiting(static_cast<uint32_t>(
        std::count_if(observed.reasons().begin(), observed.reasons().end(), [&](const v1::Reason& other) {
          return other.trigger() == reason.trigger() && other.rule() == reason.rule();
        })));
    waits.set_wanted(static_cast<uint32_t>(CountsAfter(reason, state.header().policy())));
  }
  if (!observed.has_ownerless()) return;
  v1::Ownerless& ownerless = *out.mutable_ownerless();
  *ownerless.mutable_since() = observed.ownerless().since().occurred_at();
  ownerless.set_since_event_id(observed.ownerless().since().event_id());
  if (observed.ownerless().has_due()) *ownerless.mutable_due() = observed.ownerless().due();
  ownerless.set_finding_id(observed.ownerless().finding_id());
}

absl::Status AddFindingsByRule(const projection::Reader& reader, const std::string& case_id,
                               const v1::EscalationState& state, v1::EscalationCase& out) {
  std::map<v1::FindingRule, uint32_t> lifted;
  std::string after;
  bool more = state.findings_lifted() > 0;
  while (more) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows,
                             reader.ScanIndex(domain::IndexKey({"finding.lifted", case_id}), after, kRowsAtATime));
    for (const projection::Reader::IndexRow& row : rows) {
      const std::vector<std::string> parts = KeyParts(row.key);
      const auto id = parts.size() != 4 ? std::nullopt : UnpadId(parts[2]);
      if (!id) return absl::DataLossError(absl::StrCat("a key of a lifted finding of case ", case_id, " names none"));
      WHISTLE_ASSIGN_OR_RETURN(const auto finding, Load<v1::Finding>(reader, case_id, *id));
      ++lifted[finding.raised().rule()];
    }
    more = rows.size() == kRowsAtATime;
    if (more) after = rows.back().cursor;
  }
  for (const v1::FindingCount& count : state.finding_counts()) {
    v1::FindingsOfRule& of_rule = *out.add_findings();
    of_rule.set_rule(count.rule());
    of_rule.set_raised(count.raised());
    of_rule.set_standing(count.raised() - std::min(count.raised(), lifted[count.rule()]));
  }
  return absl::OkStatus();
}

}  // namespace whistle::escalation
