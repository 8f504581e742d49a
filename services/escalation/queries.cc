#include "services/escalation/queries.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/model.h"
#include "libs/projection/paging.h"
#include "services/escalation/keys.h"
#include "services/escalation/queries_case.h"
#include "services/escalation/queries_history.h"
#include "whistle/escalation/v1/state.pb.h"

namespace whistle::escalation {
namespace {

using projection::Reader;

// A page ends where it reaches this many bytes, well below the 4 MiB that gRPC takes in one message.
constexpr size_t kPageBytesMax = 1 << 20;
// Rows that one call looks at when a filter lets few through; the page is then shorter and has a token.
constexpr size_t kRowsScannedMax = 2000;
constexpr size_t kRowsAtATime = 100;

// Which keys to walk: kind, open or ever, and the way that narrows most.
struct Walk {
  std::string kind;
  bool open_only = false;
  // Both empty: all of the kind.
  std::string way;
  std::string value;
  // Empty: of any case.
  std::string case_id;
};

std::string PrefixOf(const Walk& walk) {
  const std::string name = absl::StrCat(walk.kind, walk.open_only ? ".open" : "", walk.value.empty() ? "" : ".",
                                        walk.value.empty() ? "" : walk.way);
  std::vector<std::string> parts = {name};
  if (!walk.value.empty()) parts.push_back(walk.value);
  if (!walk.case_id.empty()) parts.push_back(walk.case_id);
  return domain::IndexKey(parts);
}

absl::Status CheckOptional(absl::string_view id, absl::string_view field) {
  return id.empty() ? absl::OkStatus() : base::CheckIdentifier(id, field, 64);
}

// Walks the keys, loads each thing, keeps those that match. `things` is the response's list.
template <typename Thing, typename Request>
absl::StatusOr<std::string> List(const Reader& reader, const Request& request, const Walk& walk,
                                 absl::FunctionRef<bool(const Thing&)> matches,
                                 google::protobuf::RepeatedPtrField<Thing>& things) {
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  Request query = request;
  query.clear_page();
  query.clear_options();
  const std::string query_bytes = base::SerializeDeterministically(query);
  WHISTLE_ASSIGN_OR_RETURN(std::string after, projection::DecodeToken(query_bytes, request.page().token()));
  const std::string prefix = PrefixOf(walk);
  size_t bytes = 0;
  for (size_t scanned = 0; scanned < kRowsScannedMax;) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, kRowsAtATime));
    for (const Reader::IndexRow& row : rows) {
      if (things.size() >= size || bytes >= kPageBytesMax) return projection::EncodeToken(query_bytes, after);
      const std::vector<std::string> parts = KeyParts(row.key);
      const auto id = parts.empty() ? std::nullopt : UnpadId(parts.back());
      if (!id) return absl::DataLossError(absl::StrCat("a key of ", walk.kind, " does not end with an id"));
      WHISTLE_ASSIGN_OR_RETURN(Thing thing, Load<Thing>(reader, row.case_id, *id));
      after = row.cursor;
      if (!matches(thing)) continue;
      bytes += thing.ByteSizeLong();
      *things.Add() = std::move(thing);
    }
    if (rows.size() < kRowsAtATime) return std::string();
    scanned += rows.size();
  }
  return projection::EncodeToken(query_bytes, after);
}

absl::StatusOr<absl::Time> TimeOr(bool given, const google::protobuf::Timestamp& time, absl::string_view field,
                                  absl::Time otherwise) {
  if (!given) return otherwise;
  WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(time, std::string(field)));
  return base::FromProto(time);
}

// True for an empty filter.
bool Is(const std::string& wanted, const common::v1::OrganizationRef& organization) {
  return wanted.empty() || wanted == organization.organization_id();
}

template <typename Thing>
absl::Status LoadAll(const Reader& reader, const std::string& case_id,
                     const google::protobuf::RepeatedPtrField<Thing>& stored,
                     absl::FunctionRef<const std::string&(const Thing&)> id_of,
                     google::protobuf::RepeatedPtrField<Thing>& full) {
  for (const Thing& thing : stored) {
    WHISTLE_ASSIGN_OR_RETURN(*full.Add(), Load<Thing>(reader, case_id, id_of(thing)));
  }
  return absl::OkStatus();
}

v1::AccountStatus AccountStatusOf(const v1::EscalationState& state) {
  if (state.letters().empty() && state.referrals().empty() && state.files().empty() && state.hazards().empty()) {
    return v1::ACCOUNT_STATUS_NONE;
  }
  switch (state.header().status()) {
    case intake::v1::CASE_STATUS_CLOSED:
    case intake::v1::CASE_STATUS_DECLINED:
    case intake::v1::CASE_STATUS_MERGED:
      return v1::ACCOUNT_STATUS_CLOSED_WITH_OPEN_ACCOUNT;
    default:
      return v1::ACCOUNT_STATUS_OPEN;
  }
}

}  // namespace

absl::Status GetEscalationCase(const Reader& reader, const v1::GetEscalationCaseRequest& request,
                               v1::GetEscalationCaseResponse& response) {
  const std::string& case_id = request.case_id();
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(case_id, "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(case_id));
  if (!row) return absl::NotFoundError(absl::StrCat("there is no case ", case_id));
  v1::EscalationState state;
  if (!state.ParseFromString(row->state())) {
    return absl::DataLossError(absl::StrCat("the stored state of case ", case_id, " cannot be read"));
  }
  v1::EscalationCase& out = *response.mutable_escalation_case();
  out.set_case_id(case_id);
  out.set_version(row->version());
  *out.mutable_header() = state.header();
  out.set_account_status(AccountStatusOf(state));
  if (state.has_escalation()) {
    WHISTLE_ASSIGN_OR_RETURN(*out.mutable_escalation(),
                             Load<v1::Escalation>(reader, case_id, state.escalation().escalation_id()));
  }
  if (state.has_last_escalation()) {
    WHISTLE_ASSIGN_OR_RETURN(*out.mutable_last_escalation(),
                             Load<v1::Escalation>(reader, case_id, state.last_escalation().escalation_id()));
  }
  if (state.has_handling()) {
    WHISTLE_ASSIGN_OR_RETURN(*out.mutable_handling(),
                             Load<v1::UpgradedHandling>(reader, case_id, state.handling().handling_id()));
  }
  if (state.has_last_handling()) {
    WHISTLE_ASSIGN_OR_RETURN(*out.mutable_last_handling(),
                             Load<v1::UpgradedHandling>(reader, case_id, state.last_handling().handling_id()));
  }
  WHISTLE_RETURN_IF_ERROR(LoadAll<v1::SuggestionLetter>(
      reader, case_id, state.letters(),
      [](const v1::SuggestionLetter& letter) -> const std::string& { return letter.letter_id(); },
      *out.mutable_letters()));
  WHISTLE_RETURN_IF_ERROR(LoadAll<v1::Referral>(
      reader, case_id, state.referrals(),
      [](const v1::Referral& referral) -> const std::string& { return referral.referral_id(); },
      *out.mutable_referrals()));
  WHISTLE_RETURN_IF_ERROR(LoadAll<v1::AccountabilityFile>(
      reader, case_id, state.files(),
      [](const v1::AccountabilityFile& file) -> const std::string& { return file.file_id(); }, *out.mutable_files()));
  WHISTLE_RETURN_IF_ERROR(LoadAll<v1::Hazard>(
      reader, case_id, state.hazards(),
      [](const v1::Hazard& hazard) -> const std::string& { return hazard.hazard_id(); }, *out.mutable_hazards()));
  *out.mutable_finding_counts() = state.finding_counts();
  out.set_findings_lifted(state.findings_lifted());
  out.set_escalations_raised(state.escalations_raised());
  out.set_handlings_upgraded(state.handlings_upgraded());
  out.set_letters_issued(state.letters_issued());
  out.set_files_opened(state.files_opened());
  out.set_hazards_identified(state.hazards_identified());
  AddLookedAt(state, out);
  return AddFindingsByRule(reader, case_id, state, out);
}

absl::Status ListEscalations(const Reader& reader, const v1::ListEscalationsRequest& request,
                             v1::ListEscalationsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.case_id(), "case_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.organization_id(), "organization_id"));
  const Walk walk = {"escalation", request.open_only(), "before", request.organization_id(), request.case_id()};
  WHISTLE_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      List<v1::Escalation>(
          reader, request, walk,
          [&](const v1::Escalation& escalation) { return Is(request.organization_id(), escalation.raised().to()); },
          *response.mutable_escalations()));
  return absl::OkStatus();
}

absl::Status ListFindings(const Reader& reader, const v1::ListFindingsRequest& request,
                          v1::ListFindingsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.case_id(), "case_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.organization_id(), "organization_id"));
  if (!v1::FindingRule_IsValid(request.rule())) return absl::InvalidArgumentError("rule: expected a FindingRule");
  WHISTLE_ASSIGN_OR_RETURN(const absl::Time from, TimeOr(request.has_raised_from(), request.raised_from(),
                                                         "raised_from", base::EarliestTime()));
  WHISTLE_ASSIGN_OR_RETURN(const absl::Time until, TimeOr(request.has_raised_until(), request.raised_until(),
                                                          "raised_until", absl::InfiniteFuture()));
  if (from >= until) {
    return absl::InvalidArgumentError(
        absl::StrCat("raised_until: expected a time after ", base::TimeText(from), ", found ", base::TimeText(until)));
  }
  const bool any_rule = request.rule() == v1::FINDING_RULE_UNSPECIFIED;
  Walk walk = {"finding", false, "about", request.organization_id(), request.case_id()};
  if (request.organization_id().empty() && !any_rule) {
    walk.way = "rule";
    walk.value = v1::FindingRule_Name(request.rule());
  }
  WHISTLE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                           List<v1::Finding>(
                               reader, request, walk,
                               [&](const v1::Finding& finding) {
                                 const absl::Time raised_at = base::FromProto(finding.raised_at());
                                 return Is(request.organization_id(), finding.raised().organization()) &&
                                        (any_rule || finding.raised().rule() == request.rule()) && from <= raised_at &&
                                        raised_at < until &&
                                        (!request.standing_only() || finding.lifted_event_id().empty());
                               },
                               *response.mutable_findings()));
  return absl::OkStatus();
}

absl::Status ListSuggestionLetters(const Reader& reader, const v1::ListSuggestionLettersRequest& request,
                                   v1::ListSuggestionLettersResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.case_id(), "case_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.organization_id(), "organization_id"));
  const Walk walk = {"letter", request.open_only(), "to", request.organization_id(), request.case_id()};
  WHISTLE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), List<v1::SuggestionLetter>(
                                                                    reader, request, walk,
                                                                    [&](const v1::SuggestionLetter& letter) {
                                                                      return Is(request.organization_id(),
                                                                                letter.issued().addressee());
                                                                    },
                                                                    *response.mutable_letters()));
  return absl::OkStatus();
}

absl::Status ListAccountabilityFiles(const Reader& reader, const v1::ListAccountabilityFilesRequest& request,
                                     v1::ListAccountabilityFilesResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.case_id(), "case_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.organization_id(), "organization_id"));
  const Walk walk = {"file", request.open_only(), "about", request.organization_id(), request.case_id()};
  WHISTLE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                           List<v1::AccountabilityFile>(
                               reader, request, walk,
                               [&](const v1::AccountabilityFile& file) {
                                 const auto& concerned = file.opened().organizations();
                                 return request.organization_id().empty() ||
                                        std::any_of(concerned.begin(), concerned.end(),
                                                    [&](const common::v1::OrganizationRef& organization) {
                                                      return Is(request.organization_id(), organization);
                                                    });
                               },
                               *response.mutable_files()));
  return absl::OkStatus();
}

absl::Status ListHazards(const Reader& reader, const v1::ListHazardsRequest& request,
                         v1::ListHazardsResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.case_id(), "case_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.site_id(), "site_id"));
  WHISTLE_RETURN_IF_ERROR(CheckOptional(request.organization_id(), "organization_id"));
  Walk walk = {"hazard", request.open_only(), "at", request.site_id(), request.case_id()};
  if (request.site_id().empty()) {
    walk.way = "by";
    walk.value = request.organization_id();
  }
  WHISTLE_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      List<v1::Hazard>(
          reader, request, walk,
          [&](const v1::Hazard& hazard) {
            return Is(request.organization_id(), hazard.responsible()) &&
                   (request.site_id().empty() || request.site_id() == hazard.identified().site().site_id());
          },
          *response.mutable_hazards()));
  return absl::OkStatus();
}

}  // namespace whistle::escalation
