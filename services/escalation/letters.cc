#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "services/escalation/checks.h"
#include "services/escalation/deadlines.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;

const v1::SuggestionLetter* FindLetter(const State& state, const std::string& id) {
  for (const v1::SuggestionLetter& letter : state.letters()) {
    if (letter.letter_id() == id) return &letter;
  }
  return nullptr;
}

// A party organization's letter comes from one that leads: a committee, a government as a whole, a discipline body.
std::optional<Rejection> CheckKind(v1::SuggestionKind kind, const OrganizationRef& issuer, const Context& context) {
  if (kind != v1::SUGGESTION_KIND_PARTY_ORGANIZATION) return std::nullopt;
  switch (KindOf(issuer, context)) {
    case registry::v1::ORGANIZATION_KIND_PARTY_COMMITTEE:
    case registry::v1::ORGANIZATION_KIND_GOVERNMENT:
    case registry::v1::ORGANIZATION_KIND_DISCIPLINE:
      return std::nullopt;
    default:
      return domain::NotAuthorized("not_a_party_organization", "kind",
                                   "a party committee, government or discipline body", NameOf(issuer));
  }
}

// Each step of a letter follows the step before it.
std::optional<Rejection> RequireAfterLastStep(const v1::SuggestionLetter& letter, const Context& context) {
  if (letter.rounds().empty()) return RequireNotBefore(letter.issued_at(), "the letter was issued", context);
  const v1::RectificationRound& last = *letter.rounds().rbegin();
  if (last.judged_event_id().empty()) return RequireNotBefore(last.reported_at(), "the report", context);
  return RequireNotBefore(last.judged_at(), "the report was judged", context);
}

// Illegal unless a report waits for the issuer's judgement.
std::optional<Rejection> RequireReport(const v1::SuggestionLetter& letter) {
  if (letter.status() == v1::LETTER_STATUS_REPORTED) return std::nullopt;
  const std::string until = base::TimeText(base::FromProto(letter.rectify_by().due_at()));
  return domain::Illegal("no_report", letter.letter_id(), "after the addressee reported what it has put right",
                         letter.status() == v1::LETTER_STATUS_REJECTED
                             ? absl::StrCat("its last report was rejected by event ",
                                            letter.rounds().rbegin()->judged_event_id(), "; the next is due by ", until)
                             : absl::StrCat("the addressee has until ", until, " and has not reported"));
}

}  // namespace

Outcome Decide(const State& state, const v1::IssueSuggestionRequest& request, const Context& context) {
  if (auto no = RequireNotMerged(state.header(), context)) return *std::move(no);
  if (!v1::SuggestionKind_IsValid(request.kind()) || request.kind() == v1::SUGGESTION_KIND_UNSPECIFIED) {
    return domain::Invalid("kind", "a SuggestionKind", absl::StrCat(static_cast<int>(request.kind())));
  }
  auto resolved = domain::ResolveOrganization(request.addressee_id(), "addressee_id", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  const OrganizationRef& addressee = std::get<OrganizationRef>(resolved);
  if (auto no = domain::CheckText(request.text(), "text", {.bytes_max = 8000})) return *std::move(no);
  if (request.has_rectify_by()) {
    if (auto no = CheckDueGiven(request.rectify_by(), "rectify_by", context)) return *std::move(no);
  }
  if (auto no = CheckEvidenceEvents(request.evidence_event_ids(), 0, "evidence_event_ids", context)) {
    return *std::move(no);
  }
  if (state.letters_size() >= kOpenLettersMax) return domain::OverLimit("open letters", kOpenLettersMax);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& issuer = std::get<OrganizationRef>(acting);
  if (issuer.organization_id() == addressee.organization_id()) {
    return domain::Invalid("addressee_id", "another organization than the issuer", addressee.organization_id());
  }
  if (auto no = RequireAuthority(issuer, addressee, "addressee_id")) return *std::move(no);
  if (auto no = CheckKind(request.kind(), issuer, context)) return *std::move(no);

  journal::v1::Event event = context.NewEvent();
  v1::SuggestionIssued& issued = *event.mutable_suggestion_issued();
  issued.set_kind(request.kind());
  *issued.mutable_issued_by() = issuer;
  *issued.mutable_addressee() = addressee;
  issued.set_text(request.text());
  *issued.mutable_rectify_by() = Due(request.has_rectify_by() ? &request.rectify_by() : nullptr,
                                     state.header().policy().rectification(), "rectification", state.header(), context);
  *issued.mutable_evidence_event_ids() = request.evidence_event_ids();
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::ReportRectificationRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text", {.bytes_max = 4000})) return *std::move(no);
  if (auto no = CheckEvidence(request.evidence(), 0, "evidence")) return *std::move(no);
  const v1::SuggestionLetter* letter = FindLetter(state, request.letter_id());
  if (letter == nullptr) {
    return NotOpen(state, request.letter_id(), journal::v1::Event::kSuggestionIssued, "letter", context);
  }
  if (letter->status() == v1::LETTER_STATUS_REPORTED) {
    return domain::Already("report_waits", letter->letter_id(), letter->rounds().rbegin()->reported_event_id());
  }
  if (auto no = RequireAfterLastStep(*letter, context)) return *std::move(no);
  if (auto no = domain::RequireActingFor(letter->issued().addressee(), "the addressee", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::RectificationReported& reported = *event.mutable_rectification_reported();
  reported.set_letter_id(letter->letter_id());
  *reported.mutable_reported_by() = std::get<OrganizationRef>(acting);
  reported.set_text(request.text());
  *reported.mutable_evidence() = request.evidence();
  domain::Events events{std::move(event)};
  AddLifted(state, context, &events);
  return events;
}

Outcome Decide(const State& state, const v1::AcceptRectificationRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  const v1::SuggestionLetter* letter = FindLetter(state, request.letter_id());
  if (letter == nullptr) {
    return NotOpen(state, request.letter_id(), journal::v1::Event::kSuggestionIssued, "letter", context);
  }
  if (auto no = RequireReport(*letter)) return *std::move(no);
  if (auto no = RequireAfterLastStep(*letter, context)) return *std::move(no);
  if (auto no = domain::RequireActingFor(letter->issued().issued_by(), "the issuer", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::RectificationAccepted& accepted = *event.mutable_rectification_accepted();
  accepted.set_letter_id(letter->letter_id());
  *accepted.mutable_accepted_by() = std::get<OrganizationRef>(acting);
  accepted.set_reason(request.reason());
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::RejectRectificationRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  if (request.has_rectify_by()) {
    if (auto no = CheckDueGiven(request.rectify_by(), "rectify_by", context)) return *std::move(no);
  }
  const v1::SuggestionLetter* letter = FindLetter(state, request.letter_id());
  if (letter == nullptr) {
    return NotOpen(state, request.letter_id(), journal::v1::Event::kSuggestionIssued, "letter", context);
  }
  if (letter->status() == v1::LETTER_STATUS_REJECTED) {
    return domain::Already("report_rejected", letter->letter_id(), letter->rounds().rbegin()->judged_event_id());
  }
  if (auto no = RequireReport(*letter)) return *std::move(no);
  if (auto no = RequireAfterLastStep(*letter, context)) return *std::move(no);
  if (auto no = domain::RequireActingFor(letter->issued().issued_by(), "the issuer", context)) return *std::move(no);
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::RectificationRejected& rejected = *event.mutable_rectification_rejected();
  rejected.set_letter_id(letter->letter_id());
  *rejected.mutable_rejected_by() = std::get<OrganizationRef>(acting);
  rejected.set_reason(request.reason());
  *rejected.mutable_rectify_by() =
      Due(request.has_rectify_by() ? &request.rectify_by() : nullptr, state.header().policy().rectification(),
          "rectification", state.header(), context);
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
