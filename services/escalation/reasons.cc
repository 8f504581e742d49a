// What puts a case before a higher organization by itself: findings, an open hazard, a clock that ran out. One
// escalation is open at a time; further reasons join it. (DOMAIN: Findings; Policy.)
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/time.h"
#include "services/escalation/checks.h"
#include "services/escalation/limits.h"
#include "services/escalation/looking.h"
#include "services/escalation/rules/rules.h"
#include "services/escalation/target.h"

namespace whistle::escalation {

using common::v1::AgendaItem;
using domain::Outcome;

namespace {

using Reason = const v1::Reason*;

// Those that the policy counts, in the order in which they came; of a kind that counts after so many, whole numbers of
// that.
std::vector<Reason> CountingReasons(const State& state) {
  const auto& all = state.observed().reasons();
  std::map<std::pair<int, int>, std::vector<int>> by_kind;
  for (int i = 0; i < all.size(); ++i) by_kind[{all[i].trigger(), all[i].rule()}].push_back(i);
  std::vector<int> places;
  for (auto& [kind, of_kind] : by_kind) {
    const int after = CountsAfter(all[of_kind.front()], state.header().policy());
    if (after == 0) continue;
    of_kind.resize(of_kind.size() - of_kind.size() % static_cast<size_t>(after));
    places.insert(places.end(), of_kind.begin(), of_kind.end());
  }
  std::sort(places.begin(), places.end());
  std::vector<Reason> counting;
  for (const int place : places) counting.push_back(&all[place]);
  return counting;
}

bool MayEscalate(const State& state) {
  const auto status = state.header().status();
  if (status != intake::v1::CASE_STATUS_REGISTERED && status != intake::v1::CASE_STATUS_ACCEPTED) return false;
  return state.has_escalation() || !TargetOf(state, NeededOf(state)).organization_id.empty();
}

std::string WordOf(const v1::Reason& reason) {
  switch (reason.trigger()) {
    case v1::ESCALATION_TRIGGER_OPEN_HAZARD:
      return "an open hazard";
    case v1::ESCALATION_TRIGGER_STATUTORY_CLOCK:
      return "the time for handling ran out";
    case v1::ESCALATION_TRIGGER_UPGRADED_HANDLING_OVERDUE:
      return "upgraded handling was not completed in time";
    default:
      return NameOf(reason.rule());
  }
}

// "2 × SILENCE, an open hazard", each kind where it came first.
std::string TextOf(const std::vector<Reason>& reasons) {
  std::vector<std::pair<std::string, int>> counted;
  for (const Reason reason : reasons) {
    const std::string word = WordOf(*reason);
    const auto known = std::find_if(counted.begin(), counted.end(), [&](const auto& one) { return one.first == word; });
    if (known == counted.end()) {
      counted.emplace_back(word, 1);
    } else {
      ++known->second;
    }
  }
  return absl::StrJoin(counted, ", ", [](std::string* out, const auto& one) {
    absl::StrAppend(out, one.second > 1 ? absl::StrCat(one.second, " × ") : "", one.first);
  });
}

// What the reasons rest on: hazards and overdues themselves, then what proves the findings, as far as there is room.
template <typename Raised>
void SetProofs(const std::vector<Reason>& reasons, const Context& context, Raised& raised) {
  Texts& evidence = *raised.mutable_evidence_event_ids();
  const auto add = [&](const std::string& id) {
    const bool known = std::find(evidence.begin(), evidence.end(), id) != evidence.end();
    if (!known && evidence.size() < kEvidenceEventsMax) *evidence.Add() = id;
  };
  for (const Reason reason : reasons) {
    if (reason->trigger() != v1::ESCALATION_TRIGGER_FINDING) add(reason->event_id());
  }
  for (const Reason reason : reasons) {
    if (reason->trigger() != v1::ESCALATION_TRIGGER_FINDING) continue;
    *raised.add_finding_ids() = reason->event_id();
    const auto finding = context.history->FindEvent(reason->event_id());
    if (!finding) continue;
    for (const std::string& id : finding->finding_raised().evidence_event_ids()) add(id);
  }
  raised.set_trigger(reasons.front()->trigger());
  raised.set_rule(reasons.front()->rule());
  raised.set_reason(absl::StrCat(TextOf(reasons), "."));
}

}  // namespace

int CountsAfter(const v1::Reason& reason, const registry::v1::Policy& policy) {
  registry::v1::Escalates escalates;
  switch (reason.trigger()) {
    case v1::ESCALATION_TRIGGER_FINDING:
      escalates = PolicyOf(reason.rule(), policy).escalates();
      break;
    case v1::ESCALATION_TRIGGER_OPEN_HAZARD:
      escalates = policy.open_hazard();
      break;
    case v1::ESCALATION_TRIGGER_STATUTORY_CLOCK:
      escalates = policy.statutory_clock();
      break;
    case v1::ESCALATION_TRIGGER_UPGRADED_HANDLING_OVERDUE:
      return 1;
    default:
      return 0;
  }
  if (escalates.when() == registry::v1::ESCALATE_WHEN_AT_ONCE) return 1;
  return escalates.when() == registry::v1::ESCALATE_WHEN_AFTER ? escalates.after() : 0;
}

void AddReasons(const State& state, const std::string& case_id, std::vector<AgendaItem>* items) {
  if (state.observed().reasons().empty()) return;
  const std::vector<Reason> reasons = CountingReasons(state);
  if (reasons.empty() || !MayEscalate(state)) return;
  AgendaItem& item = items->emplace_back();
  item.set_case_id(case_id);
  *item.mutable_due_at() = reasons.front()->entered_at();
  item.set_kind(common::v1::AGENDA_KIND_ESCALATION_REASON);
  item.set_subject(reasons.front()->event_id());
  item.set_created_by_event_id(reasons.front()->event_id());
}

Outcome DecideReasons(const State& state, const AgendaItem& item, const Context& context) {
  const std::vector<Reason> reasons = CountingReasons(state);
  if (reasons.empty() || !MayEscalate(state)) {
    return domain::Illegal("no_reason", item.subject(), "a reason that the policy counts, and somebody above",
                           "there is none");
  }
  journal::v1::Event event = context.NewEvent();
  if (state.has_escalation()) {
    v1::EscalationEvidenceAdded& added = *event.mutable_escalation_evidence_added();
    added.set_escalation_id(state.escalation().escalation_id());
    SetProofs(reasons, context, added);
    return domain::Events{std::move(event)};
  }
  v1::EscalationRaised& raised = *event.mutable_escalation_raised();
  SetProofs(reasons, context, raised);
  const std::vector<OrganizationRef> needed = NeededOf(state);
  *raised.mutable_to() = RefInForce(TargetOf(state, needed).organization_id, context);
  if (const OrganizationRef* holder = Holder(state)) *raised.mutable_from() = *holder;
  for (const OrganizationRef& organization : needed) {
    if (raised.needed_size() >= kNeededMax) break;
    *raised.add_needed() = organization;
    if (organization.outside_tree()) raised.add_left_out_organization_ids(organization.organization_id());
  }
  raised.set_computed(true);
  *raised.mutable_due() =
      Due(nullptr, state.header().policy().escalation_rung(), "escalation_rung", state.header(), context);
  if (state.last_escalation().status() == v1::ESCALATION_STATUS_DECLINED) {
    raised.set_previous_escalation_id(state.last_escalation().escalation_id());
  }
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
