#include "services/escalation/rules/sightings.h"

#include <algorithm>
#include <utility>

#include "libs/base/time.h"

namespace whistle::escalation {

const v1::Mark* MarkOf(const v1::Sighting& seen, v1::FindingRule rule, absl::string_view subject) {
  for (const v1::Mark& mark : seen.marks()) {
    if (mark.rule() == rule && (subject.empty() || mark.subject() == subject)) return &mark;
  }
  return nullptr;
}

const v1::Mark* MarkAgainst(const v1::Sighting& seen, v1::FindingRule rule, absl::string_view organization_id) {
  for (const v1::Mark& mark : seen.marks()) {
    if (mark.rule() == rule && mark.organization_id() == organization_id) return &mark;
  }
  return nullptr;
}

Proof ProofBy(v1::FindingRule rule, std::vector<const v1::Sighting*> events) {
  std::sort(events.begin(), events.end(), [](const auto* a, const auto* b) { return Before(*a, *b); });
  const auto* last = *std::max_element(events.begin(), events.end(), [](const auto* a, const auto* b) {
    const absl::Time x = base::FromProto(a->entered_at());
    const absl::Time y = base::FromProto(b->entered_at());
    return x != y ? x < y : Before(*a, *b);
  });
  Proof proof;
  proof.rule = rule;
  for (const v1::Sighting* event : events) {
    const std::string& id = event->event_id();
    if (std::find(proof.event_ids.begin(), proof.event_ids.end(), id) == proof.event_ids.end()) {
      proof.event_ids.push_back(id);
    }
  }
  proof.completed_by = last->event_id();
  proof.entered_at = last->entered_at();
  return proof;
}

void PutFirst(const std::string& event_id, Proof* proof) {
  proof->event_ids.insert(proof->event_ids.begin(), event_id);
}

Disproof DisprovedBy(const v1::Mark& mark, const v1::Sighting& seen, std::string why) {
  const std::string& by = seen.changed_by_event_id().empty() ? seen.event_id() : seen.changed_by_event_id();
  return {mark.finding_id(), by, seen.entered_at(), std::move(why)};
}

}  // namespace whistle::escalation
