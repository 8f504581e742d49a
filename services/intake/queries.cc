#include "services/intake/queries.h"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/domain/model.h"
#include "libs/projection/paging.h"
#include "services/intake/limits.h"
#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using domain::IndexKey;
using projection::Reader;

// Rows that one call looks at when a filter lets few through: some 20 ms of reading. The page is then shorter.
constexpr size_t kRowsScannedMax = 2000;
constexpr size_t kRowsAtATime = 200;
// A page ends where it reaches this many bytes, well below the 4 MiB that gRPC takes in one message.
constexpr size_t kPageBytesMax = 1 << 20;
// The cases that a case took in, and those that these took in: whose counts are added up.
constexpr size_t kMergedCasesMax = 256;

absl::Status DataLoss(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, " cannot be read; rebuild the projection"));
}

struct Row {
  projection::v1::CaseRow row;
  State state;
};

absl::StatusOr<std::optional<Row>> FindRow(const Reader& reader, const std::string& case_id) {
  WHISTLE_ASSIGN_OR_RETURN(std::optional<projection::v1::CaseRow> found, reader.FindCase(case_id));
  if (!found) return std::nullopt;
  Row row{*std::move(found), {}};
  if (!row.state.ParseFromString(row.row.state())) return DataLoss(absl::StrCat("the state of case ", case_id));
  if (!row.state.header().has_registered_at()) return std::nullopt;
  return row;
}

absl::StatusOr<Row> RequireRow(const Reader& reader, const std::string& case_id) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(case_id, "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(reader, case_id));
  if (!row) return absl::NotFoundError(absl::StrCat("there is no case ", case_id));
  return *std::move(row);
}

absl::StatusOr<journal::v1::Event> ReadEvent(const Reader& reader, const std::string& case_id,
                                             const domain::EventIdParts& id) {
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindTimeline(case_id, id.version));
  journal::v1::Decision decision;
  if (!row || !decision.ParseFromString(row->decision()) || decision.events_size() < id.number) {
    return DataLoss(absl::StrCat("event ", domain::MakeEventId(id.version, id.number), " of case ", case_id));
  }
  return decision.events(id.number - 1);
}

// The registration's demand, as it was put right last.
absl::StatusOr<std::string> DemandOf(const Reader& reader, const std::string& case_id, const State& state,
                                     const journal::v1::Event& registration) {
  for (const auto& entry : state.corrections().entries()) {
    if (entry.event_id() != domain::MakeEventId(base::Version{1}, 1) || entry.path() != "demand") continue;
    const auto by = domain::ParseEventId(entry.by_event_id());
    if (!by) break;
    WHISTLE_ASSIGN_OR_RETURN(const journal::v1::Event corrected, ReadEvent(reader, case_id, *by));
    for (const auto& field : corrected.intake_entry_corrected().fields()) {
      google::protobuf::Value value;
      if (field.path() == "demand" && google::protobuf::util::JsonStringToMessage(field.is(), &value).ok()) {
        return value.string_value();
      }
    }
  }
  return registration.case_registered().demand();
}

absl::Status AddMergedCounts(const Reader& reader, const State& state, v1::Case& answer) {
  uint64_t contacts = state.contact_count();
  uint64_t petitioners = state.petitioner_count();
  std::set<std::string> seen = {answer.case_id()};
  std::deque<std::string> next;
  const auto add_sources = [&](const State& of) {
    for (const v1::MergedSource& source : of.merged_sources()) {
      if (seen.size() < kMergedCasesMax && seen.insert(source.source_case_id()).second) {
        next.push_back(source.source_case_id());
      }
    }
  };
  for (add_sources(state); !next.empty(); next.pop_front()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<Row> source, FindRow(reader, next.front()));
    if (!source) continue;
    contacts += source->state.contact_count();
    petitioners += source->state.petitioner_count();
    add_sources(source->state);
  }
  answer.set_contact_count_with_merged(contacts);
  answer.set_petitioner_count_with_merged(petitioners);
  return absl::OkStatus();
}

// What GetCase tells of other cases, which no version of this one fixes: by their paths in the answer.
constexpr const char* kOfOtherCases[] = {"case.contact_count_with_merged", "case.petitioner_count_with_merged",
                                         "case.linked_from_case_ids"};

absl::Status AddOtherCases(const Reader& reader, const State& state, v1::Case& answer) {
  WHISTLE_RETURN_IF_ERROR(AddMergedCounts(reader, state, answer));
  WHISTLE_ASSIGN_OR_RETURN(const auto linked,
                           reader.ScanIndex(IndexKey({kLinkedIndex, answer.case_id()}), "", kLinksMax));
  for (const auto& link : linked) answer.add_linked_from_case_ids(link.case_id);
  return absl::OkStatus();
}

// The filter that narrows most is walked, the others are looked at row by row.
std::string PrefixOf(const v1::ListCasesRequest& request) {
  if (!request.linked_to_case_id().empty()) return IndexKey({kLinkedIndex, request.linked_to_case_id()});
  if (!request.site_id().empty()) return IndexKey({kSiteIndex, request.site_id()});
  if (!request.organization_id().empty()) return IndexKey({kOrganizationIndex, request.organization_id()});
  if (!request.handler_id().empty()) return IndexKey({kHandlerIndex, request.handler_id()});
  if (!request.category().empty()) return IndexKey({kCategoryIndex, request.category()});
  if (request.status() != v1::CASE_STATUS_UNSPECIFIED) {
    return IndexKey({kStatusIndex, v1::CaseStatus_Name(request.status())});
  }
  return IndexKey({kCaseIndex});
}

absl::StatusOr<bool> Names(const Reader& reader, const std::string& organization_id, const std::string& case_id) {
  WHISTLE_ASSIGN_OR_RETURN(const auto rows,
                           reader.ScanIndex(IndexKey({kOrganizationIndex, organization_id, case_id}), "", 1));
  return !rows.empty();
}

bool Matches(const v1::ListCasesRequest& request, const State& state) {
  const v1::CaseHeader& header = state.header();
  if (request.status() != v1::CASE_STATUS_UNSPECIFIED && header.status() != request.status()) return false;
  if (!request.handler_id().empty() && header.handler().organization_id() != request.handler_id()) return false;
  if (!request.site_id().empty() && header.site().site_id() != request.site_id()) return false;
  if (!request.category().empty() && header.category() != request.category()) return false;
  if (!request.linked_to_case_id().empty()) {
    bool linked = false;
    for (const std::string& other : state.linked_case_ids()) linked |= other == request.linked_to_case_id();
    if (!linked) return false;
  }
  return true;
}

absl::Status CheckFilter(const v1::ListCasesRequest& request) {
  const std::pair<const std::string*, const char*> ids[] = {{&request.handler_id(), "handler_id"},
                                                            {&request.site_id(), "site_id"},
                                                            {&request.category(), "category"},
                                                            {&request.organization_id(), "organization_id"},
                                                            {&request.linked_to_case_id(), "linked_to_case_id"}};
  for (const auto& [id, field] : ids) {
    if (!id->empty()) WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(*id, field, 64));
  }
  if (!v1::CaseStatus_IsValid(request.status())) {
    return absl::InvalidArgumentError(absl::StrCat("status: expected one of CaseStatus, found ", request.status()));
  }
  return absl::OkStatus();
}

// The query without its page: what a token is bound to.
template <typename Request>
std::string QueryBytes(Request request) {
  request.clear_page();
  request.clear_options();
  return base::SerializeDeterministically(request);
}

bool IsCorrected(const State& state, const std::string& event_id) {
  for (const auto& entry : state.corrections().entries()) {
    if (entry.event_id() == event_id) return true;
  }
  return false;
}

// The events that left a footprint of `index` on the case, in their order: `add` is called with id and event.
template <typename Request, typename Add>
absl::StatusOr<std::string> ListEvents(const Reader& reader, const Request& request, const char* index, Add add) {
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  const std::string query = QueryBytes(request);
  WHISTLE_ASSIGN_OR_RETURN(const std::string after, projection::DecodeToken(query, request.page().token()));
  const std::string prefix = IndexKey({index, request.case_id()});
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, static_cast<size_t>(size) + 1));
  size_t bytes = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == static_cast<size_t>(size) || (i > 0 && bytes > kPageBytesMax)) {
      return projection::EncodeToken(query, rows[i - 1].cursor);
    }
    // The key ends with the event's place and a zero byte.
    const auto id = ParsePlace(rows[i].key.substr(prefix.size(), rows[i].key.size() - prefix.size() - 1));
    if (!id) return DataLoss("an index row");
    WHISTLE_ASSIGN_OR_RETURN(const journal::v1::Event event, ReadEvent(reader, request.case_id(), *id));
    bytes += event.ByteSizeLong();
    add(domain::MakeEventId(id->version, id->number), event);
  }
  return std::string();
}

}  // namespace

absl::Status GetCase(const Reader& reader, const ClockReading& reading, const v1::GetCaseRequest& request,
                     v1::GetCaseResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(Row row, RequireRow(reader, request.case_id()));
  WHISTLE_ASSIGN_OR_RETURN(const journal::v1::Event registration,
                           ReadEvent(reader, request.case_id(), {base::Version{1}, 1}));
  v1::Case& answer = *response.mutable_case_();
  answer.set_case_id(request.case_id());
  answer.set_version(row.row.version());
  answer.set_head(row.row.head());
  WHISTLE_ASSIGN_OR_RETURN(const std::string demand, DemandOf(reader, request.case_id(), row.state, registration));
  answer.set_demand(demand);
  answer.set_petitioner_id(registration.case_registered().petitioner_id());
  if (request.has_as_of()) {
    for (const char* path : kOfOtherCases) response.mutable_as_of()->add_left_out(path);
  } else {
    WHISTLE_RETURN_IF_ERROR(AddOtherCases(reader, row.state, answer));
  }
  *answer.mutable_clocks() = ClocksOf(row.state, reading, Owners::kAll);
  *answer.mutable_state() = std::move(row.state);
  return absl::OkStatus();
}

absl::Status ListCases(const Reader& reader, const ClockReading& reading, const v1::ListCasesRequest& request,
                       v1::ListCasesResponse& response) {
  WHISTLE_RETURN_IF_ERROR(CheckFilter(request));
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  const std::string query = QueryBytes(request);
  WHISTLE_ASSIGN_OR_RETURN(std::string after, projection::DecodeToken(query, request.page().token()));
  const std::string prefix = PrefixOf(request);
  const bool by_organization = prefix == IndexKey({kOrganizationIndex, request.organization_id()});
  size_t scanned = 0;
  size_t bytes = 0;
  for (;;) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, kRowsAtATime));
    for (const auto& row : rows) {
      const bool full = response.cases_size() >= size || bytes > kPageBytesMax;
      if (full || scanned >= kRowsScannedMax) {
        response.set_next_page_token(projection::EncodeToken(query, after));
        return absl::OkStatus();
      }
      ++scanned;
      after = row.cursor;
      WHISTLE_ASSIGN_OR_RETURN(std::optional<Row> found, FindRow(reader, row.case_id));
      if (!found || !Matches(request, found->state)) continue;
      if (!request.organization_id().empty() && !by_organization) {
        WHISTLE_ASSIGN_OR_RETURN(const bool names, Names(reader, request.organization_id(), row.case_id));
        if (!names) continue;
      }
      v1::CaseSummary& summary = *response.add_cases();
      summary.set_case_id(row.case_id);
      summary.set_version(found->row.version());
      *summary.mutable_header() = found->state.header();
      summary.set_contact_count(found->state.contact_count());
      summary.set_petitioner_count(found->state.petitioner_count());
      *summary.mutable_clocks() = ClocksOf(found->state, reading, Owners::kPresent);
      bytes += summary.ByteSizeLong();
    }
    if (rows.size() < kRowsAtATime) return absl::OkStatus();
  }
}

absl::Status ListContacts(const Reader& reader, const v1::ListContactsRequest& request,
                          v1::ListContactsResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(const Row row, RequireRow(reader, request.case_id()));
  WHISTLE_ASSIGN_OR_RETURN(
      const std::string token,
      ListEvents(reader, request, kContactIndex, [&](const std::string& event_id, const journal::v1::Event& event) {
        v1::Contact& contact = *response.add_contacts();
        contact.set_event_id(event_id);
        *contact.mutable_occurred_at() = event.occurred_at();
        *contact.mutable_contact() = event.contact_recorded();
        contact.set_corrected(IsCorrected(row.state, event_id));
      }));
  response.set_next_page_token(token);
  return absl::OkStatus();
}

absl::Status ListEvidence(const Reader& reader, const v1::ListEvidenceRequest& request,
                          v1::ListEvidenceResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(const Row row, RequireRow(reader, request.case_id()));
  WHISTLE_ASSIGN_OR_RETURN(
      const std::string token,
      ListEvents(reader, request, kEvidenceIndex, [&](const std::string& event_id, const journal::v1::Event& event) {
        v1::AttachedEvidence& evidence = *response.add_evidence();
        evidence.set_event_id(event_id);
        *evidence.mutable_occurred_at() = event.occurred_at();
        *evidence.mutable_evidence() = event.evidence_attached();
        evidence.set_corrected(IsCorrected(row.state, event_id));
      }));
  response.set_next_page_token(token);
  return absl::OkStatus();
}

}  // namespace whistle::intake
