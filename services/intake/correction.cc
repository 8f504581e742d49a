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

// What the service concluded, a person did not say; and what a clock starts from is never reset.
std::optional<Rejection> CheckPath(const Event& event, const common::v1::FieldCorrection& correction,
                                   const std::string& at) {
  const bool starts_a_clock = event.has_case_registered() || event.has_case_accepted();
  if (correction.path() == "occurred_at" && starts_a_clock) {
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
std::optional<google::protobuf::Timestamp> RestsOn(const State& state, const Event& entry) {
  if (entry.has_case_declined()) return state.header().registered_at();
  if (entry.has_case_closed() || entry.has_handling_extended()) return state.acceptance_decided_at();
  if (!entry.has_review_decided()) return std::nullopt;
  for (const v1::Review* review : {&state.review(), &state.re_review()}) {
    if (review->review_event_id() == entry.review_decided().review_event_id()) return review->requested_at();
  }
  return std::nullopt;
}

// What a corrected time may prove (an overdue is lifted by it) it proves only within what the act itself had to be.
std::optional<Rejection> CheckOccurred(const State& state, const Event& entry,
                                       const common::v1::EntryCorrected& corrected) {
  Event read;
  *read.mutable_occurred_at() = entry.occurred_at();
  if (!domain::ApplyCorrection(corrected, &read)) return std::nullopt;
  const absl::Time occurred_at = base::FromProto(read.occurred_at());
  if (const auto since = RestsOn(state, entry); since && occurred_at < base::FromProto(*since)) {
    return domain::Invalid(
        "corrections", absl::StrCat("not before what the act rests on (", base::TimeText(base::FromProto(*since)), ")"),
        base::TimeText(occurred_at));
  }
  if (entry.has_handling_extended() && domain::HasPassed(entry.handling_extended().from(), occurred_at)) {
    return domain::Invalid(
        "corrections",
        absl::StrCat("before the date that was put off (",
                     base::TimeText(base::FromProto(entry.handling_extended().from().due_at())), ")"),
        base::TimeText(occurred_at));
  }
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::CorrectEntryRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state, context)) return *std::move(no);
  const auto entry = context.history->FindEvent(request.event_id());
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
  if (auto no = CheckOccurred(state, *entry, events->front().intake_entry_corrected())) return *std::move(no);
  const bool petitioner = context.actor.kind() == common::v1::ACTOR_KIND_PETITIONER;
  if (petitioner && EnteredByPetitioner(*entry)) return outcome;
  if (auto no = RequireKeeper(state, context)) return *std::move(no);
  AddLifted(state, context, events);
  return outcome;
}

}  // namespace whistle::intake
