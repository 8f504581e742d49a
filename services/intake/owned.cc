#include "services/intake/owned.h"

#include "libs/domain/correction.h"
#include "services/intake/limits.h"

namespace whistle::intake {
namespace {

using common::v1::EntryCorrected;
using domain::EventRef;
using google::protobuf::Timestamp;
using journal::v1::Event;

bool IsOpen(const State& state) {
  const v1::CaseStatus status = state.header().status();
  return status == v1::CASE_STATUS_REGISTERED || status == v1::CASE_STATUS_ACCEPTED;
}

bool GoesOn(const State& state) { return !state.owned().empty() && !state.owned().rbegin()->has_until(); }

void End(State& state, const Event& event, const EventRef& ref) {
  if (!GoesOn(state)) return;
  v1::OwnedStretch& last = *state.mutable_owned()->rbegin();
  *last.mutable_until() = event.occurred_at();
  last.set_until_event_id(ref.id);
}

void Begin(State& state, const Event& event, const EventRef& ref) {
  if (!IsOpen(state) || !state.header().has_handler() || GoesOn(state)) return;
  if (state.owned_size() >= kOwnedKept) state.mutable_owned()->DeleteSubrange(0, 1);
  v1::OwnedStretch& stretch = *state.add_owned();
  *stretch.mutable_owner() = state.header().handler();
  *stretch.mutable_from() = event.occurred_at();
  stretch.set_from_event_id(ref.id);
}

void Correct(State& state, const EntryCorrected& corrected) {
  const auto put_right = [&](Timestamp* time) {
    Event event;
    *event.mutable_occurred_at() = *time;
    if (domain::ApplyCorrection(corrected, &event)) *time = event.occurred_at();
  };
  v1::HandlerAssigned assigned;
  for (v1::OwnedStretch& stretch : *state.mutable_owned()) {
    if (stretch.until_event_id() == corrected.event_id()) put_right(stretch.mutable_until());
    if (stretch.from_event_id() != corrected.event_id()) continue;
    put_right(stretch.mutable_from());
    *assigned.mutable_handler() = stretch.owner();
    if (domain::ApplyCorrection(corrected, &assigned)) *stretch.mutable_owner() = assigned.handler();
  }
}

}  // namespace

void EvolveOwned(State& state, const Event& event, const EventRef& ref) {
  if (event.has_handler_assigned() || event.has_case_closed() || event.has_case_declined() ||
      event.has_merge_completed()) {
    End(state, event, ref);
  }
  if (event.has_handler_assigned() || event.has_case_reopened() || event.has_case_unmerged()) Begin(state, event, ref);
  if (event.has_intake_entry_corrected()) Correct(state, event.intake_entry_corrected());
}

}  // namespace whistle::intake
