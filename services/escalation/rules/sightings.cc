#include "services/escalation/rules/sightings.h"

#include <algorithm>
#include <utility>

#include "libs/domain/context.h"

namespace whistle::escalation {
namespace {

const std::string& EnteredBy(const v1::Sighting& seen) {
  return seen.changed_by_event_id().empty() ? seen.event_id() : seen.changed_by_event_id();
}

// In the order of the case's history.
bool IsEarlierEntry(const std::string& a, const std::string& b) {
  const auto x = domain::ParseEventId(a);
  const auto y = domain::ParseEventId(b);
  if (!x || !y) return a < b;
  return x->version != y->version ? x->version < y->version : x->number < y->number;
}

}  // namespace

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
  const v1::Sighting& last = EnteredLast(events);
  Proof proof;
  proof.rule = rule;
  for (const v1::Sighting* event : events) {
    const std::string& id = event->event_id();
    if (std::find(proof.event_ids.begin(), proof.event_ids.end(), id) == proof.event_ids.end()) {
      proof.event_ids.push_back(id);
    }
  }
  proof.completed_by = last.event_id();
  proof.entered_at = last.entered_at();
  return proof;
}

void PutFirst(const std::string& event_id, Proof* proof) {
  proof->event_ids.insert(proof->event_ids.begin(), event_id);
}

Disproof DisprovedBy(const v1::Mark& mark, const v1::Sighting& seen, std::string why) {
  return {mark.finding_id(), EnteredBy(seen), seen.entered_at(), std::move(why)};
}

const v1::Sighting& EnteredLast(const std::vector<const v1::Sighting*>& events) {
  return **std::max_element(events.begin(), events.end(),
                            [](const auto* a, const auto* b) { return IsEarlierEntry(EnteredBy(*a), EnteredBy(*b)); });
}

bool AddDisproof(const v1::Mark& mark, const std::vector<const v1::Sighting*>& events, std::string why,
                 Looked& looked) {
  const v1::Sighting& last = EnteredLast(events);
  if (!IsEarlierEntry(mark.finding_id(), EnteredBy(last))) return false;
  looked.disproofs.push_back(DisprovedBy(mark, last, std::move(why)));
  return true;
}

}  // namespace whistle::escalation
