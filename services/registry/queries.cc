#include "services/registry/queries.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/projection/paging.h"
#include "libs/registry/fold.h"
#include "libs/registry/registry.h"
#include "services/registry/actors.h"
#include "services/registry/model.h"

namespace whistle::registry_chain {
namespace {

using projection::Reader;

// Decisions read from the chain at once.
constexpr size_t kDecisionsAtATime = 1000;
constexpr size_t kBytesAtATime = 4 << 20;

struct Present {
  uint64_t version = 0;
  State state;
};

// Version 0 and an empty state before the first decision.
absl::StatusOr<Present> Read(const Reader& reader) {
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(kCaseId));
  Present present;
  if (!row) return present;
  present.version = row->version();
  if (!present.state.ParseFromString(row->state())) {
    return absl::DataLossError("the registry's state cannot be read; rebuild the projection");
  }
  return present;
}

absl::StatusOr<State> ReadAsOf(const Reader& reader, uint64_t version) {
  State state;
  uint64_t next = 1;
  while (next <= version) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows,
                             reader.ScanTimeline(kCaseId, base::Version{next}, kDecisionsAtATime, kBytesAtATime));
    for (const auto& [at, row] : rows) {
      if (at.value > version) return state;
      journal::v1::Decision decision;
      if (at.value != next || !decision.ParseFromString(row.decision())) {
        return absl::DataLossError(absl::StrCat("the registry's decision ", next, " cannot be read"));
      }
      for (const journal::v1::Event& event : decision.events()) registry::Fold(state, event, at.value);
      ++next;
    }
    if (rows.empty()) return absl::DataLossError(absl::StrCat("the registry's decision ", next, " is missing"));
  }
  return state;
}

}  // namespace

absl::Status GetOrganization(const Reader& reader, const v1::GetOrganizationRequest& request,
                             v1::GetOrganizationResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.organization_id(), "organization_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(Present present, Read(reader));
  const registry::Registry registry(present.version, std::move(present.state));
  const v1::Organization* organization = registry.Find(request.organization_id());
  if (organization == nullptr) {
    return absl::NotFoundError(absl::StrCat("the registry knows no organization \"", request.organization_id(),
                                            "\" at version ", present.version));
  }
  *response.mutable_organization() = *organization;
  *response.mutable_ref() = registry.Ref(*organization);
  return absl::OkStatus();
}

absl::Status ListOrganizations(const Reader& reader, const v1::ListOrganizationsRequest& request,
                               v1::ListOrganizationsResponse& response) {
  if (!request.superior_id().empty()) {
    WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.superior_id(), "superior_id", 64));
  }
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  v1::ListOrganizationsRequest query = request;
  query.clear_page();
  query.clear_options();
  const std::string bytes = base::SerializeDeterministically(query);
  // The cursor is the last organization's id.
  WHISTLE_ASSIGN_OR_RETURN(const std::string after, projection::DecodeToken(bytes, request.page().token()));
  WHISTLE_ASSIGN_OR_RETURN(const Present present, Read(reader));
  for (const v1::Organization& organization : present.state.organizations()) {
    if (!after.empty() && organization.organization_id() <= after) continue;
    if (!request.include_retired() && organization.retired()) continue;
    if (!request.superior_id().empty() && organization.superior_id() != request.superior_id()) continue;
    if (response.organizations_size() == size) {
      const int last = response.organizations_size() - 1;
      response.set_next_page_token(projection::EncodeToken(bytes, response.organizations(last).organization_id()));
      break;
    }
    *response.add_organizations() = organization;
  }
  return absl::OkStatus();
}

absl::Status GetPolicy(const Reader& reader, const v1::GetPolicyRequest&, v1::GetPolicyResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(Present present, Read(reader));
  if (!present.state.has_policy()) return absl::OkStatus();
  *response.mutable_policy() = std::move(*present.state.mutable_policy());
  response.set_policy_version(present.state.policy_version());
  return absl::OkStatus();
}

absl::Status GetCalendar(const Reader& reader, const v1::GetCalendarRequest&, v1::GetCalendarResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(Present present, Read(reader));
  if (!present.state.has_calendar()) return absl::OkStatus();
  *response.mutable_calendar() = std::move(*present.state.mutable_calendar());
  response.set_calendar_version(present.state.calendar_version());
  return absl::OkStatus();
}

absl::Status GetRegistry(const Reader& reader, const v1::GetRegistryRequest& request,
                         v1::GetRegistryResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(Present present, Read(reader));
  if (request.version() > present.version) {
    return absl::NotFoundError(absl::StrCat("the registry is at version ", present.version, ", there is no version ",
                                            request.version(), " yet"));
  }
  if (request.version() == 0 || request.version() == present.version) {
    *response.mutable_registry() = std::move(present.state);
    response.set_version(present.version);
    return absl::OkStatus();
  }
  WHISTLE_ASSIGN_OR_RETURN(*response.mutable_registry(), ReadAsOf(reader, request.version()));
  response.set_version(request.version());
  return absl::OkStatus();
}

}  // namespace whistle::registry_chain
