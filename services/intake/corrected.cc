#include "services/intake/corrected.h"

#include "google/protobuf/util/json_util.h"
#include "libs/domain/correction.h"
#include "services/intake/deadlines.h"
#include "services/intake/limits.h"
#include "whistle/escalation/v1/events.pb.h"
#include "whistle/response/v1/events.pb.h"

namespace whistle::intake {
namespace {

using common::v1::OrganizationRef;
using domain::EventRef;
using journal::v1::Event;

// The date that counts from when the review was asked for: nobody was warned of the new one.
void EvolveReviewDate(v1::Review& review, const common::v1::EntryCorrected& corrected, const EventRef& ref) {
  for (const auto& field : corrected.fields()) {
    if (field.path() != "due") continue;
    domain::ApplyCorrection(corrected, &review);
    review.set_due_event_id(ref.id);
    review.clear_warned_event_id();
  }
}

}  // namespace

void Tally(State& state, const std::string& organization_id, int by) {
  for (v1::ContactTally& tally : *state.mutable_contact_tallies()) {
    if (tally.organization_id() != organization_id) continue;
    tally.set_count(tally.count() + static_cast<uint64_t>(by));
    return;
  }
  if (by > 0 && state.contact_tallies_size() < kContactTalliesMax) {
    v1::ContactTally* tally = state.add_contact_tallies();
    tally->set_organization_id(organization_id);
    tally->set_count(1);
    return;
  }
  if (by > 0 || state.other_contact_count() > 0) {
    state.set_other_contact_count(state.other_contact_count() + static_cast<uint64_t>(by));
  }
}

void EvolveCorrection(State& state, const common::v1::EntryCorrected& corrected, const EventRef& ref) {
  domain::EvolveCorrections(corrected, ref, *state.mutable_corrections());
  for (const auto& field : corrected.fields()) {
    // Only a contact has this field: one organization's count goes down, another's up.
    if (field.path() != "contacted") continue;
    OrganizationRef was;
    OrganizationRef is;
    if (!google::protobuf::util::JsonStringToMessage(field.was(), &was).ok()) continue;
    if (!google::protobuf::util::JsonStringToMessage(field.is(), &is).ok()) continue;
    Tally(state, was.organization_id(), -1);
    Tally(state, is.organization_id(), 1);
  }
  if (corrected.event_id() == domain::MakeEventId(base::Version{1}, 1)) {
    v1::CaseRegistered registered;
    domain::ApplyCorrection(corrected, &registered);
    if (registered.has_registered_by()) *state.mutable_registered_by() = registered.registered_by();
  }
  for (const std::string& review_event_id : {state.review().review_event_id(), state.re_review().review_event_id()}) {
    if (review_event_id != corrected.event_id()) continue;
    if (v1::Review* review = FindReview(state, review_event_id)) EvolveReviewDate(*review, corrected, ref);
  }
  // The dates of acts.
  const auto put_right = [&](const std::string& event_id, const auto& date_of) {
    if (event_id.empty() || corrected.event_id() != event_id) return;
    Event entry;
    *entry.mutable_occurred_at() = *date_of();
    if (domain::ApplyCorrection(corrected, &entry)) *date_of() = entry.occurred_at();
  };
  put_right(state.last_contact_event_id(), [&] { return state.mutable_last_contact_at(); });
  put_right(state.acceptance_decided_event_id(), [&] { return state.mutable_acceptance_decided_at(); });
  put_right(state.reviewable().event_id(), [&] { return state.mutable_reviewable()->mutable_decided_at(); });
  put_right(state.review().review_event_id(), [&] { return state.mutable_review()->mutable_requested_at(); });
  put_right(state.review().decided_event_id(), [&] { return state.mutable_review()->mutable_decided_at(); });
  put_right(state.re_review().review_event_id(), [&] { return state.mutable_re_review()->mutable_requested_at(); });
  put_right(state.re_review().decided_event_id(), [&] { return state.mutable_re_review()->mutable_decided_at(); });
}

void EvolveClaimCorrection(State& state, const common::v1::EntryCorrected& corrected) {
  const auto correct = [&](const std::string& event_id, OrganizationRef& organization,
                           google::protobuf::Timestamp& occurred_at) {
    if (event_id != corrected.event_id()) return;
    Event entry;
    *entry.mutable_occurred_at() = occurred_at;
    domain::ApplyCorrection(corrected, &entry);
    occurred_at = entry.occurred_at();
    response::v1::ResponseSubmitted response;
    *response.mutable_department() = organization;
    if (domain::ApplyCorrection(corrected, &response)) organization = response.department();
    escalation::v1::HandlingCompleted handling;
    *handling.mutable_completed_by() = organization;
    if (domain::ApplyCorrection(corrected, &handling)) organization = handling.completed_by();
  };
  for (v1::Claim& claim : *state.mutable_open_claims()) {
    correct(claim.event_id(), *claim.mutable_claimed_by(), *claim.mutable_claimed_at());
  }
  if (!state.has_reviewable()) return;
  v1::Reviewable* reviewable = state.mutable_reviewable();
  correct(reviewable->event_id(), *reviewable->mutable_decided_by(), *reviewable->mutable_decided_at());
}

}  // namespace whistle::intake
