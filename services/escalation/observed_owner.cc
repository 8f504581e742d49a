#include "services/escalation/observed_owner.h"

#include <algorithm>
#include <utility>

#include "libs/base/time.h"
#include "services/escalation/observed.h"

namespace whistle::escalation {

using journal::v1::Event;
using v1::Observed;
using v1::Sighting;

namespace {

bool Owns(const v1::ObservedResponse& response) {
  return response.stance() == v1::OBSERVED_STANCE_ACCEPTS || response.stance() == v1::OBSERVED_STANCE_CLAIMS_RESOLVED;
}

bool IsAccepted(const Observed& observed) {
  return std::any_of(observed.responses().begin(), observed.responses().end(), [&](const v1::ObservedResponse& r) {
    return Owns(r) && StanceOf(observed, r.department_id()) == &r;
  });
}

// Since the case is in handling somebody claimed that the matter is solved, and nobody disputed it.
bool IsClaimedSolved(const v1::EscalationState& state) {
  const auto& claims = state.observed().claims();
  return std::any_of(claims.begin(), claims.end(), [&](const v1::ObservedClaim& claim) {
    return !claim.closes() && !claim.has_disputed() &&
           base::FromProto(claim.seen().occurred_at()) >= base::FromProto(state.header().status_since());
  });
}

// A case in handling wants an organization that accepts it; upgraded handling is one that has taken it.
bool IsOwnerless(const v1::EscalationState& state) {
  return state.header().status() == intake::v1::CASE_STATUS_ACCEPTED && !state.has_handling() &&
         !IsAccepted(state.observed()) && !IsClaimedSolved(state);
}

void EndOwnerless(Observed& observed, const Sighting& by) {
  *observed.mutable_last_ownerless() = std::move(*observed.mutable_ownerless());
  observed.clear_ownerless();
  *observed.mutable_last_ownerless()->mutable_ended() = by;
}

// An acceptance that was entered only after it had been taken back ended the stretch all the same, and another one
// began.
void ApplyTakenBack(Observed& observed) {
  const v1::ObservedResponse* accepted = nullptr;
  const v1::ObservedResponse* taken_back = nullptr;
  for (const v1::ObservedResponse& owner : observed.responses()) {
    if (!Owns(owner)) continue;
    const v1::ObservedResponse* next = nullptr;
    for (const v1::ObservedResponse& other : observed.responses()) {
      if (other.department_id() != owner.department_id() || other.stance() == v1::OBSERVED_STANCE_UNSPECIFIED) continue;
      if (Before(owner.seen(), other.seen()) && (next == nullptr || Before(other.seen(), next->seen()))) next = &other;
    }
    if (next == nullptr || Owns(*next)) continue;
    if (taken_back != nullptr && !Before(taken_back->seen(), next->seen())) continue;
    accepted = &owner;
    taken_back = next;
  }
  if (taken_back == nullptr || !Before(observed.ownerless().since(), taken_back->seen())) return;
  EndOwnerless(observed, accepted->seen());
  *observed.mutable_ownerless()->mutable_since() = taken_back->seen();
}

}  // namespace

void UpdateOwnerless(v1::EscalationState& state, const Event& event, const Sighting& seen) {
  Observed& observed = *state.mutable_observed();
  const bool ownerless = IsOwnerless(state);
  if (ownerless && !observed.has_ownerless()) {
    *observed.mutable_ownerless()->mutable_since() = seen;
  } else if (!ownerless && observed.has_ownerless()) {
    EndOwnerless(observed, seen);
  } else if (ownerless && (event.has_response_submitted() || event.has_response_entry_corrected())) {
    ApplyTakenBack(observed);
  }
}

void OnAwaited(Observed& observed, const v1::OwnerAwaited& awaited, const Sighting& seen) {
  if (!observed.has_ownerless() || observed.ownerless().since().event_id() != awaited.since_event_id()) return;
  observed.mutable_ownerless()->set_awaited_event_id(seen.event_id());
  *observed.mutable_ownerless()->mutable_due() = awaited.due();
}

void OnOwnerWarned(Observed& observed, const std::string& since_event_id, const std::string& warned_event_id) {
  if (!observed.has_ownerless() || observed.ownerless().since().event_id() != since_event_id) return;
  observed.mutable_ownerless()->set_warned_event_id(warned_event_id);
}

void OnSinceCorrected(Observed& observed, const std::string& event_id) {
  if (!observed.has_ownerless() || observed.ownerless().since().event_id() != event_id) return;
  observed.mutable_ownerless()->clear_awaited_event_id();
  observed.mutable_ownerless()->clear_due();
  observed.mutable_ownerless()->clear_warned_event_id();
}

}  // namespace whistle::escalation
