#include "libs/host/due_list.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/obligation.h"
#include "libs/domain/terms.h"
#include "libs/projection/paging.h"
#include "whistle/intake/v1/case.pb.h"

namespace whistle::host {
namespace {

using common::v1::Obligation;
using operations::v1::DueRow;
using operations::v1::ListDueRequest;
using operations::v1::ListDueResponse;

// As long as a policy's term may be.
constexpr int kWithinMax = 3650;

// Up to when what is due is asked for.
absl::StatusOr<absl::Time> LastDate(const ListDueRequest& request, const registry::Registry& registry, absl::Time now) {
  // What is due at this very moment is overdue.
  if (request.overdue_only()) return now;
  if (!request.has_within()) return absl::InfiniteFuture();
  const registry::v1::Term& within = request.within();
  if (within.count() < 1 || within.count() > kWithinMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("within.count: expected 1 to ", kWithinMax, ", found ", within.count()));
  }
  if (within.unit() == registry::v1::TERM_UNIT_UNSPECIFIED || !registry::v1::TermUnit_IsValid(within.unit())) {
    return absl::InvalidArgumentError("within.unit: expected hours, calendar_days or working_days");
  }
  return domain::EndOfTerm(now, within, registry.calendar());
}

// One row of the index: "due | date | case | rule | subject", or with the organization in front.
struct Place {
  std::string date;
  std::string case_id;
  std::string rule;
  std::string subject;
};

Place Parse(const std::string& key, bool of_organization) {
  // Every part is followed by 0x00, so the last piece is empty.
  const std::vector<std::string> parts = absl::StrSplit(key, '\0');
  const size_t first = of_organization ? 2 : 1;
  return {parts.at(first), parts.at(first + 1), parts.at(first + 2), parts.at(first + 3)};
}

// The title, which every service's state has in its header.
std::string TitleOf(const google::protobuf::Message& state) {
  const auto* field = state.GetDescriptor()->FindFieldByName("header");
  if (field == nullptr || field->message_type() != intake::v1::CaseHeader::descriptor()) return "";
  return static_cast<const intake::v1::CaseHeader&>(state.GetReflection()->GetMessage(state, field)).title();
}

absl::StatusOr<DueRow> ReadRow(const projection::Reader& reader, const domain::Model& model, const Place& place,
                               absl::Time now) {
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(place.case_id));
  const std::unique_ptr<google::protobuf::Message> state = model.new_state();
  if (!row || !state->ParseFromString(row->state())) {
    return absl::DataLossError(
        absl::StrCat("case ", place.case_id, " is in the list of what is due, and has no state"));
  }
  for (Obligation& obligation : model.obligations(*state, place.case_id)) {
    if (obligation.rule() != place.rule || obligation.subject() != place.subject) continue;
    DueRow due;
    due.set_title(TitleOf(*state));
    due.set_overdue(domain::HasPassed(obligation.due(), now));
    *due.mutable_obligation() = std::move(obligation);
    return due;
  }
  return absl::DataLossError(absl::StrCat("case ", place.case_id, " is in the list of what is due, and owes no ",
                                          place.rule, " ", place.subject));
}

}  // namespace

absl::Status ListDue(const projection::Reader& reader, const domain::Model& model, const registry::Registry& registry,
                     absl::Time now, const ListDueRequest& request, ListDueResponse& response) {
  const bool of_organization = !request.organization_id().empty();
  if (of_organization) {
    WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.organization_id(), "organization_id", 64));
  }
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  WHISTLE_ASSIGN_OR_RETURN(const absl::Time last, LastDate(request, registry, now));
  ListDueRequest query = request;
  query.clear_page();
  query.clear_options();
  const std::string query_bytes = base::SerializeDeterministically(query);
  WHISTLE_ASSIGN_OR_RETURN(const std::string after, projection::DecodeToken(query_bytes, request.page().token()));

  *response.mutable_now() = base::ToProto(now);
  const std::string prefix = of_organization ? domain::IndexKey({"due_of", request.organization_id()})  //
                                             : domain::IndexKey({"due"});
  // One more than fits says whether there is more.
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(prefix, after, size + 1));
  const std::string last_date = domain::SortableTime(std::min(last, base::LatestTime()));
  std::string cursor;
  for (const auto& row : rows) {
    const Place place = Parse(row.key, of_organization);
    if (place.date > last_date) break;
    if (response.rows_size() == size) {
      response.set_next_page_token(projection::EncodeToken(query_bytes, cursor));
      break;
    }
    WHISTLE_ASSIGN_OR_RETURN(*response.add_rows(), ReadRow(reader, model, place, now));
    cursor = row.cursor;
  }
  return absl::OkStatus();
}

}  // namespace whistle::host
