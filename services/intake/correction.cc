#include "libs/domain/correction.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/struct.pb.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "services/intake/checks.h"
#include "services/intake/deadlines.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using domain::Context;
using domain::Outcome;
using domain::Rejection;
using journal::v1::Event;

// The byte limits of the commands that made the events, where they are not 2000.
const domain::CorrectionLimits& Limits() {
  static const auto* const kLimits = new domain::CorrectionLimits({{"title", 200},
                                                                   {"demand", 8000},
                                                                   {"category", 64},
                                                                   {"site.name", 300},
                                                                   {"evidence.media_type", 100},
                                                                   {"evidence.title", 500},
                                                                   {"evidence.location", 1000},
                                                                   {"grounds.document", 500},
                                                                   {"grounds.clause", 200}});
  return *kLimits;
}

// What the agenda concludes: it follows from entries, and is lifted when they are put right.
bool IsConcluded(const Event& event) {
  return event.has_acceptance_overdue() || event.has_handling_overdue() || event.has_review_overdue() ||
         event.has_intake_deadline_approaching() || event.has_intake_overdue_lifted();
}

// The date for handling counts from it.
bool StartsHandling(const Event& event) {
  if (event.has_case_accepted()) return true;
  const common::v1::DueDate& due = event.case_reopened().handling_due();
  return due.has_counted_from() && base::FromProto(due.counted_from()) == base::FromProto(event.occurred_at());
}

// What the service concluded, a person did not say; and what a clock starts from is never reset.
std::optional<Rejection> CheckPath(const Event& event, const common::v1::FieldCorrection& correction,
                                   const std::string& at) {
  if (correction.path() == "occurred_at" && (event.has_case_registered() || StartsHandling(event))) {
    return domain::Illegal("clock_not_reset", at, "another field: a clock starts from this date, and nothing resets it",
                           "the start of a clock");
  }
  for (const absl::string_view concluded : {"from", "claimed_by", "reviewer", "accepted_by", "declined_by",
                                            "assigned_by", "proposed_by", "decided_by", "approved_by", "closed_by"}) {
    if (correction.path() != concluded) continue;
    return domain::Illegal("field_not_corrected", at, "a field that a person filled in",
                           absl::StrCat(concluded, " follows from who acted, or from the case"));
  }
  return std::nullopt;
}

// The petitioner's side may put right what it entered itself.
bool EnteredByPetitioner(const Event& event) {
  switch (event.body_case()) {
    case Event::kCaseRegistered:
      return !event.case_registered().has_registered_by();
    case Event::kContactRecorded:
      return !event.contact_recorded().has_recorded_by();
    case Event::kEvidenceAttached:
      return !event.evidence_attached().has_attached_by();
    case Event::kCasesLinked:
      return !event.cases_linked().has_linked_by();
    case Event::kCaseReopened:
      return !event.case_reopened().has_reopened_by();
    case Event::kResolutionConfirmed:
    case Event::kResolutionDisputed:
    case Event::kReviewRequested:
    case Event::kReReviewRequested:
      return true;
    default:
      return false;
  }
}

// What an act rests on, which it cannot have come before; nothing for what may have happened at any time.
std::optional<google::protobuf::Timestamp> RestsOn(const State& state, const Event& act) {
  if (act.has_case_declined()) return state.header().registered_at();
  if (act.has_case_closed() || act.has_handling_extended()) return state.acceptance_decided_at();
  const v1::Reviewable& reviewable = state.reviewable();
  if (act.has_review_requested() && act.review_requested().about_event_id() == reviewable.event_id()) {
    return reviewable.decided_at();
  }
  const v1::Review& review = state.review();
  if (act.has_re_review_requested() && act.re_review_requested().about_event_id() == review.decided_event_id()) {
    return review.decided_at();
  }
  if (!act.has_review_decided()) return std::nullopt;
  for (const v1::Review* one : {&review, &state.re_review()}) {
    if (one->review_event_id() == act.review_decided().review_event_id()) return one->requested_at();
  }
  return std::nullopt;
}

// An act with its time put right must be one that could have been entered: dates follow from it, and overdues are
// lifted by it.
std::optional<Rejection> CheckOccurred(const State& state, const Event& act) {
  const absl::Time occurred_at = base::FromProto(act.occurred_at());
  const auto refuse = [&](absl::string_view expected, const google::protobuf::Timestamp& limit) {
    return domain::Invalid("corrections", absl::StrCat(expected, " (", base::TimeText(base::FromProto(limit)), ")"),
                           base::TimeText(occurred_at));
  };
  if (const auto since = RestsOn(state, act); since && occurred_at < base::FromProto(*since)) {
    return refuse("not before what the act rests on", *since);
  }
  const common::v1::DueDate& put_off = act.handling_extended().from();
  if (domain::HasPassed(put_off, occurred_at)) return refuse("before the date that was put off", put_off.due_at());
  return std::nullopt;
}

// The date for deciding a review counts from when it was asked for.
void AddReviewDate(const State& state, const Event& asked, const Context& context,
                   common::v1::EntryCorrected* corrected) {
  if (!asked.has_review_requested() && !asked.has_re_review_requested()) return;
  const common::v1::DueDate& due =
      asked.has_review_requested() ? asked.review_requested().due() : asked.re_review_requested().due();
  if (!due.has_due_at()) return;
  domain::AddFollowingDate(
      "due", due,
      domain::CountedAgain(due, base::FromProto(asked.occurred_at()), domain::BasisOf(state.header(), context)),
      corrected);
}

}  // namespace

Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  const auto entry = context.history->FindEvent(request.event_id());
  if (entry && IsConcluded(*entry)) {
    return domain::Illegal("not_an_act", "event_id", "a correction of the entry that it follows from",
                           absl::StrCat("event ", request.event_id(), " was concluded, not entered"));
  }
  for (int i = 0; entry && i < request.corrections_size(); ++i) {
    if (auto no = CheckPath(*entry, request.corrections(i), absl::StrCat("corrections[", i, "].path"))) {
      return *std::move(no);
    }
  }
  Outcome outcome = domain::DecideCorrection(common::v1::SERVICE_INTAKE, request.event_id(), request.corrections(),
                                             request.why(), state.corrections(), Limits(), context);
  auto* events = std::get_if<domain::Events>(&outcome);
  if (events == nullptr) return outcome;
  for (const auto& field : events->front().intake_entry_corrected().fields()) {
    if (field.path() != "category") continue;
    if (auto no = domain::CheckIdentifier(absl::StripPrefix(absl::StripSuffix(field.is(), "\""), "\""), "category")) {
      return *std::move(no);
    }
  }
  const bool own = context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER && EnteredByPetitioner(*entry);
  if (!own) {
    if (auto no = RequireKeeper(state, context)) return *std::move(no);
  }
  common::v1::EntryCorrected& corrected = *events->front().mutable_intake_entry_corrected();
  Event act = domain::AsCorrected(request.event_id(), *entry, state.corrections(), context);
  if (domain::ApplyCorrection(corrected, &act)) {
    if (auto no = CheckOccurred(state, act)) return *std::move(no);
    AddReviewDate(state, act, context, &corrected);
  }
  AddLifted(state, context, events);
  return outcome;
}

}  // namespace whistle::intake
