#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/registry/authority.h"
#include "services/escalation/checks.h"
#include "services/escalation/limits.h"
#include "services/escalation/model.h"

namespace whistle::escalation {
namespace {

using domain::Outcome;
using Organizations = google::protobuf::RepeatedPtrField<OrganizationRef>;

const v1::SuggestionLetter* FindLetter(const State& state, const std::string& id) {
  for (const v1::SuggestionLetter& letter : state.letters()) {
    if (letter.letter_id() == id) return &letter;
  }
  return nullptr;
}

const v1::Referral* FindReferral(const State& state, const std::string& id) {
  for (const v1::Referral& referral : state.referrals()) {
    if (referral.referral_id() == id) return &referral;
  }
  return nullptr;
}

const v1::AccountabilityFile* FindFile(const State& state, const std::string& id) {
  for (const v1::AccountabilityFile& file : state.files()) {
    if (file.file_id() == id) return &file;
  }
  return nullptr;
}

template <typename List>
bool Names(const List& organizations, const OrganizationRef& organization) {
  return std::any_of(organizations.begin(), organizations.end(), [&](const OrganizationRef& named) {
    return named.organization_id() == organization.organization_id();
  });
}

// A letter is referred once, when its date passed or a report on it was rejected, and no report waits.
std::optional<Rejection> RequireNotFollowed(const v1::SuggestionLetter& letter, const Context& context) {
  const std::string& id = letter.letter_id();
  if (!letter.referral_id().empty()) return domain::Already("letter_referred", id, letter.referral_id());
  if (auto no = RequireNotBefore(letter.issued_at(), "the letter was issued", context)) return no;
  if (letter.status() == v1::LETTER_STATUS_REPORTED) {
    return domain::Illegal("report_waits", id, "after the issuer judged the report",
                           absl::StrCat("a report waits since event ", letter.rounds().rbegin()->reported_event_id()));
  }
  const absl::Time due = base::FromProto(letter.rectify_by().due_at());
  if (letter.rejected_count() > 0 || context.occurred_at >= due) return std::nullopt;
  return domain::Illegal("letter_not_due", id, "once its date passed or a report was rejected",
                         absl::StrCat("the addressee has until ", base::TimeText(due)));
}

// Only those who judge others for a living.
std::optional<Rejection> CheckReceiver(const OrganizationRef& to, const std::vector<OrganizationRef>& organizations,
                                       const Context& context) {
  if (Names(organizations, to)) {
    return domain::Invalid("to_organization_id", "an organization that is not itself concerned", to.organization_id());
  }
  switch (KindOf(to, context)) {
    case registry::v1::ORGANIZATION_KIND_PARTY_COMMITTEE:
    case registry::v1::ORGANIZATION_KIND_GOVERNMENT:
    case registry::v1::ORGANIZATION_KIND_DISCIPLINE:
      return std::nullopt;
    default:
      return domain::Invalid("to_organization_id", "a party committee, government or discipline body", NameOf(to));
  }
}

// Authority over every one of them that no referral lends it, and not itself one of them.
std::optional<Rejection> RequireMayJudge(const OrganizationRef& acting, const std::vector<OrganizationRef>& whom,
                                         const Organizations& lent, absl::string_view field) {
  for (size_t i = 0; i < whom.size(); ++i) {
    if (auto no = RequireNotOneself(acting, whom[i], "those concerned")) return no;
    if (Names(lent, whom[i])) continue;
    if (auto no = RequireAuthority(acting, whom[i], absl::StrCat(field, "[", i, "]"))) return no;
  }
  return std::nullopt;
}

// The one that opened a file keeps it; who is concerned never does.
std::variant<OrganizationRef, Rejection> RequireKeeper(const v1::AccountabilityFile& file, const Context& context) {
  if (auto no = domain::RequireActingFor(file.opened().opened_by(), "the organization that opened the file", context)) {
    return *std::move(no);
  }
  auto acting = domain::ActingOrganization(context);
  if (std::holds_alternative<Rejection>(acting)) return acting;
  for (const OrganizationRef& concerned : file.opened().organizations()) {
    if (auto no = RequireNotOneself(std::get<OrganizationRef>(acting), concerned, "those concerned")) {
      return *std::move(no);
    }
  }
  return acting;
}

}  // namespace

Outcome Decide(const State& state, const v1::ReferForAccountabilityRequest& request, const Context& context) {
  const bool from_letter = !request.letter_id().empty();
  if (auto no =
          from_letter ? domain::RequireCase(state.header(), context) : RequireNotMerged(state.header(), context)) {
    return *std::move(no);
  }
  if (auto no = domain::CheckText(request.reason(), "reason")) return *std::move(no);
  if (auto no = CheckEvidenceEvents(request.evidence_event_ids(), 0, "evidence_event_ids", context)) {
    return *std::move(no);
  }
  auto resolved =
      ResolveOrganizations(request.organization_ids(), from_letter ? 0 : 1, kConcernedMax, "organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  auto& organizations = std::get<std::vector<OrganizationRef>>(resolved);
  auto to = domain::ResolveOrganization(request.to_organization_id(), "to_organization_id", context);
  if (auto* no = std::get_if<Rejection>(&to)) return std::move(*no);

  const v1::SuggestionLetter* letter = FindLetter(state, request.letter_id());
  if (from_letter && letter == nullptr) {
    return NotOpen(state, request.letter_id(), journal::v1::Event::kSuggestionIssued, "letter", context);
  }
  if (from_letter && organizations.empty()) organizations.push_back(letter->issued().addressee());
  if (auto no = CheckReceiver(std::get<OrganizationRef>(to), organizations, context)) return *std::move(no);
  if (from_letter) {
    if (auto no = RequireNotFollowed(*letter, context)) return *std::move(no);
  }
  if (state.referrals_size() >= kOpenReferralsMax) return domain::OverLimit("open referrals", kOpenReferralsMax);
  if (from_letter) {
    if (auto no = domain::RequireActingFor(letter->issued().issued_by(), "the issuer", context)) return *std::move(no);
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(acting);
  if (auto no = RequireMayJudge(by, organizations, {}, "organization_ids")) return *std::move(no);

  journal::v1::Event event = context.NewEvent();
  v1::ReferredForAccountability& referred = *event.mutable_referred_for_accountability();
  referred.set_letter_id(request.letter_id());
  *referred.mutable_referred_by() = by;
  *referred.mutable_to() = std::get<OrganizationRef>(to);
  for (const OrganizationRef& organization : organizations) *referred.add_organizations() = organization;
  referred.set_reason(request.reason());
  *referred.mutable_evidence_event_ids() = request.evidence_event_ids();
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::OpenAccountabilityRequest& request, const Context& context) {
  const bool referred = !request.referral_id().empty();
  if (auto no = referred ? domain::RequireCase(state.header(), context) : RequireNotMerged(state.header(), context)) {
    return *std::move(no);
  }
  if (auto no = domain::CheckText(request.question(), "question")) return *std::move(no);
  if (auto no = CheckEvidenceEvents(request.evidence_event_ids(), 0, "evidence_event_ids", context)) {
    return *std::move(no);
  }
  auto resolved =
      ResolveOrganizations(request.organization_ids(), referred ? 0 : 1, kConcernedMax, "organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  auto& organizations = std::get<std::vector<OrganizationRef>>(resolved);

  const v1::Referral* referral = FindReferral(state, request.referral_id());
  if (referred && referral == nullptr) {
    return NotOpen(state, request.referral_id(), journal::v1::Event::kReferredForAccountability, "referral", context);
  }
  Organizations lent;
  if (referred) lent = referral->referred().organizations();
  if (organizations.empty()) organizations.assign(lent.begin(), lent.end());
  if (referred) {
    if (auto no = RequireNotBefore(referral->referred_at(), "the referral", context)) return *std::move(no);
  }
  if (state.files_size() >= kOpenFilesMax) return domain::OverLimit("open accountability files", kOpenFilesMax);
  if (referred) {
    if (auto no = domain::RequireActingFor(referral->referred().to(), "the organization it was referred to", context)) {
      return *std::move(no);
    }
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(acting);
  if (auto no = RequireMayJudge(by, organizations, lent, "organization_ids")) return *std::move(no);

  journal::v1::Event event = context.NewEvent();
  v1::AccountabilityOpened& opened = *event.mutable_accountability_opened();
  opened.set_referral_id(request.referral_id());
  *opened.mutable_opened_by() = by;
  opened.set_question(request.question());
  for (const OrganizationRef& organization : organizations) *opened.add_organizations() = organization;
  *opened.mutable_evidence_event_ids() = request.evidence_event_ids();
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::RecordAccountabilityFindingRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.text(), "text", {.bytes_max = 4000})) return *std::move(no);
  auto resolved = ResolveOrganizations(request.responsible_organization_ids(), 0, kConcernedMax,
                                       "responsible_organization_ids", context);
  if (auto* no = std::get_if<Rejection>(&resolved)) return std::move(*no);
  const auto& responsible = std::get<std::vector<OrganizationRef>>(resolved);
  if (auto no = CheckEvidence(request.evidence(), 0, "evidence")) return *std::move(no);
  const v1::AccountabilityFile* file = FindFile(state, request.file_id());
  if (file == nullptr) {
    return NotOpen(state, request.file_id(), journal::v1::Event::kAccountabilityOpened, "file", context);
  }
  if (auto no = RequireNotBefore(file->opened_at(), "the file was opened", context)) return *std::move(no);
  auto keeper = RequireKeeper(*file, context);
  if (auto* no = std::get_if<Rejection>(&keeper)) return std::move(*no);
  const OrganizationRef& by = std::get<OrganizationRef>(keeper);
  if (auto no = RequireMayJudge(by, responsible, file->opened().organizations(), "responsible_organization_ids")) {
    return *std::move(no);
  }

  journal::v1::Event event = context.NewEvent();
  v1::AccountabilityFindingRecorded& recorded = *event.mutable_accountability_finding_recorded();
  recorded.set_file_id(file->file_id());
  *recorded.mutable_recorded_by() = by;
  recorded.set_text(request.text());
  for (const OrganizationRef& organization : responsible) *recorded.add_responsible() = organization;
  *recorded.mutable_evidence() = request.evidence();
  return domain::Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::CloseAccountabilityRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.conclusion(), "conclusion")) return *std::move(no);
  const v1::AccountabilityFile* file = FindFile(state, request.file_id());
  if (file == nullptr) {
    return NotOpen(state, request.file_id(), journal::v1::Event::kAccountabilityOpened, "file", context);
  }
  if (file->findings_count() == 0) {
    return domain::Illegal("not_answered", file->file_id(), "after at least one finding is recorded in it",
                           absl::StrCat("the file is open since ", base::TimeText(base::FromProto(file->opened_at())),
                                        " and its question is not answered"));
  }
  if (auto no = RequireNotBefore(file->opened_at(), "the file was opened", context)) return *std::move(no);
  auto keeper = RequireKeeper(*file, context);
  if (auto* no = std::get_if<Rejection>(&keeper)) return std::move(*no);

  journal::v1::Event event = context.NewEvent();
  v1::AccountabilityClosed& closed = *event.mutable_accountability_closed();
  closed.set_file_id(file->file_id());
  *closed.mutable_closed_by() = std::get<OrganizationRef>(std::move(keeper));
  closed.set_conclusion(request.conclusion());
  return domain::Events{std::move(event)};
}

}  // namespace whistle::escalation
