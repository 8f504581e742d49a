#include "tools/scenarios/hindsight.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "libs/base/time.h"
#include "libs/domain/sentence.h"

namespace whistle::scenarios {
namespace {

using common::v1::DeadlineApproaching;
using common::v1::OrganizationRef;
using escalation::v1::FindingRule;
using journal::v1::Decision;
using journal::v1::Event;

absl::Time At(const Event& event) { return base::FromProto(event.occurred_at()); }

bool ByItself(const Decision& decision) { return decision.actor().kind() == common::v1::ACTOR_KIND_AGENDA; }

// Calls visit(decision, event, event id), oldest first.
template <typename Visit>
void VisitEvents(const CaseHistory& history, Visit visit) {
  for (const timeline::v1::TimelineEntry& entry : history.entries) {
    const Decision& decision = entry.decision();
    for (int i = 0; i < decision.events_size(); ++i) {
      visit(decision, decision.events(i), absl::StrCat(entry.version(), ".", i + 1));
    }
  }
}

// An overdue as its event tells it: the clock and what is due name the warning that came before.
struct Passed {
  std::string rule;
  std::string subject;
  google::protobuf::Timestamp due_at;
  OrganizationRef owed_by;
};

// Until when somebody was to accept the case, by the event from which on nobody did.
using Awaited = std::map<std::string, escalation::v1::OwnerAwaited>;

std::optional<Passed> PassedOf(const Event& event, bool by_itself, const Awaited& awaited) {
  switch (event.body_case()) {
    case Event::kAcceptanceOverdue: {
      const auto& body = event.acceptance_overdue();
      return Passed{"acceptance", "acceptance", body.due().due_at(), body.organization()};
    }
    case Event::kHandlingOverdue: {
      const auto& body = event.handling_overdue();
      return Passed{"handling", "handling", body.due().due_at(), body.organization()};
    }
    case Event::kReviewOverdue: {
      const auto& body = event.review_overdue();
      return Passed{"review_decision", body.review_event_id(), body.due().due_at(), body.reviewer()};
    }
    case Event::kResponseOverdue: {
      const auto& body = event.response_overdue();
      return Passed{"response", body.assignment_id(), body.due().due_at(), body.department()};
    }
    case Event::kWhistleUnanswered: {
      const auto& body = event.whistle_unanswered();
      const std::string& called = body.department().organization_id();
      return Passed{"whistle", absl::StrCat(body.whistle_id(), "/", called), body.due().due_at(), body.department()};
    }
    case Event::kCommitmentBroken: {
      // Persons say as well that one is broken, and before its date.
      if (!by_itself) return std::nullopt;
      const auto& body = event.commitment_broken();
      return Passed{"commitment", body.commitment_id(), body.due().due_at(), body.organization()};
    }
    case Event::kEscalationUnanswered: {
      const auto& body = event.escalation_unanswered();
      return Passed{"escalation_rung", body.escalation_id(), body.due().due_at(), body.to()};
    }
    case Event::kUpgradedHandlingOverdue: {
      const auto& body = event.upgraded_handling_overdue();
      return Passed{"upgraded_handling", body.handling_id(), body.due_at(), body.lead()};
    }
    case Event::kRectificationOverdue: {
      const auto& body = event.rectification_overdue();
      return Passed{"rectification", body.letter_id(), body.due_at(), body.addressee()};
    }
    case Event::kFindingRaised: {
      // The one finding that is a date's.
      const auto found = awaited.find(event.finding_raised().subject());
      if (event.finding_raised().rule() != escalation::v1::FINDING_RULE_NO_OWNER || found == awaited.end()) {
        return std::nullopt;
      }
      return Passed{"no_owner", found->first, found->second.due().due_at(), found->second.holder()};
    }
    default:
      return std::nullopt;
  }
}

const DeadlineApproaching* WarningOf(const Event& event) {
  if (event.has_intake_deadline_approaching()) return &event.intake_deadline_approaching();
  if (event.has_response_deadline_approaching()) return &event.response_deadline_approaching();
  if (event.has_coordination_deadline_approaching()) return &event.coordination_deadline_approaching();
  return event.has_escalation_deadline_approaching() ? &event.escalation_deadline_approaching() : nullptr;
}

// The overdue or finding that the event lifts; empty for none.
std::string LiftedBy(const Event& event) {
  if (event.has_intake_overdue_lifted()) return event.intake_overdue_lifted().overdue_event_id();
  if (event.has_response_overdue_lifted()) return event.response_overdue_lifted().overdue_event_id();
  if (event.has_coordination_overdue_lifted()) return event.coordination_overdue_lifted().overdue_event_id();
  if (event.has_escalation_overdue_lifted()) return event.escalation_overdue_lifted().overdue_event_id();
  return event.finding_lifted().finding_id();
}

std::optional<Reality> RealityBefore(const CaseHistory& history, absl::Time day, absl::string_view scenario_id) {
  std::optional<Reality> last;
  VisitEvents(history, [&](const Decision& decision, const Event& event, const std::string&) {
    if (ByItself(decision) || At(event) >= day || (last && At(event) < last->at)) return;
    absl::string_view step = decision.request().request_id();
    if (!absl::ConsumePrefix(&step, absl::StrCat(scenario_id, ":"))) step = "";
    last = Reality{At(event), std::string(step), domain::Sentence(event)};
  });
  return last;
}

void AddFinding(const CaseHistory& history, const Event& event, const std::string& id, Safeguard& safeguard) {
  ++safeguard.times;
  if (safeguard.times > 1 && safeguard.fired_at <= At(event)) return;
  const auto& raised = event.finding_raised();
  safeguard.case_name = history.name;
  safeguard.finding_id = id;
  safeguard.fired_at = At(event);
  safeguard.evidence_event_ids.assign(raised.evidence_event_ids().begin(), raised.evidence_event_ids().end());
  safeguard.text = raised.text();
}

}  // namespace

std::vector<FiredDate> FiredDates(const CaseHistory& history) {
  std::vector<FiredDate> fired;
  Awaited awaited;
  // By rule, subject and date: a date that was put off is warned of again.
  std::map<std::string, absl::Time> warned;
  const auto key = [](const std::string& rule, const std::string& subject, const google::protobuf::Timestamp& due_at) {
    return absl::StrCat(rule, " ", subject, " ", base::TimeText(base::FromProto(due_at)));
  };
  VisitEvents(history, [&](const Decision& decision, const Event& event, const std::string& id) {
    if (event.has_owner_awaited()) awaited[event.owner_awaited().since_event_id()] = event.owner_awaited();
    if (const DeadlineApproaching* near = WarningOf(event)) {
      warned[key(near->rule(), near->subject(), near->due_at())] = At(event);
    }
    const std::string lifted = LiftedBy(event);
    for (FiredDate& date : fired) {
      if (!lifted.empty() && date.event_id == lifted) date.lifted_at = At(event);
    }
    const std::optional<Passed> passed = PassedOf(event, ByItself(decision), awaited);
    if (!passed) return;
    FiredDate& date = fired.emplace_back();
    date.case_name = history.name;
    date.event_id = id;
    date.rule = passed->rule;
    date.due_at = base::FromProto(passed->due_at);
    date.fired_at = At(event);
    date.owed_by = passed->owed_by;
    const auto warning = warned.find(key(passed->rule, passed->subject, passed->due_at));
    if (warning != warned.end()) date.warned_at = warning->second;
  });
  return fired;
}

std::vector<Safeguard> Safeguards(const std::vector<CaseHistory>& histories, absl::string_view scenario_id,
                                  absl::TimeZone zone) {
  std::vector<Safeguard> safeguards;
  const auto* rules = google::protobuf::GetEnumDescriptor<FindingRule>();
  for (int i = 0; i < rules->value_count(); ++i) {
    const auto rule = static_cast<FindingRule>(rules->value(i)->number());
    if (rule != escalation::v1::FINDING_RULE_UNSPECIFIED) safeguards.emplace_back().rule = rule;
  }
  for (const CaseHistory& history : histories) {
    std::map<std::string, Safeguard*> found_by;
    VisitEvents(history, [&](const Decision&, const Event& event, const std::string& id) {
      if (const auto lifted = found_by.find(event.finding_lifted().finding_id()); lifted != found_by.end()) {
        ++lifted->second->lifted;
      }
      if (!event.has_finding_raised()) return;
      const auto safeguard = std::find_if(safeguards.begin(), safeguards.end(), [&](const Safeguard& each) {
        return each.rule == event.finding_raised().rule();
      });
      if (safeguard == safeguards.end()) return;
      found_by[id] = &*safeguard;
      AddFinding(history, event, id, *safeguard);
    });
  }
  for (Safeguard& safeguard : safeguards) {
    for (const CaseHistory& history : histories) {
      if (safeguard.times == 0 || history.name != safeguard.case_name) continue;
      const absl::Time day = absl::FromCivil(absl::ToCivilDay(safeguard.fired_at, zone), zone);
      safeguard.reality = RealityBefore(history, day, scenario_id);
    }
  }
  return safeguards;
}

std::optional<StoodBefore> HighestStoodBefore(const CaseHistory& history) {
  std::optional<StoodBefore> highest;
  VisitEvents(history, [&](const Decision& decision, const Event& event, const std::string& id) {
    if (!event.has_escalation_raised() || !ByItself(decision)) return;
    const OrganizationRef& to = event.escalation_raised().to();
    if (highest && highest->organization.superior_ids_size() <= to.superior_ids_size()) return;
    highest = StoodBefore{history.name, id, to, At(event), std::nullopt};
  });
  if (!highest) return std::nullopt;
  VisitEvents(history, [&](const Decision& decision, const Event& event, const std::string&) {
    if (!event.has_handling_upgraded() || ByItself(decision) || highest->taken_at) return;
    if (event.handling_upgraded().lead().organization_id() != highest->organization.organization_id()) return;
    highest->taken_at = At(event);
  });
  return highest;
}

int DaysBetween(absl::Time from, absl::Time to, absl::TimeZone zone) {
  return static_cast<int>(absl::ToCivilDay(to, zone) - absl::ToCivilDay(from, zone));
}

}  // namespace whistle::scenarios
