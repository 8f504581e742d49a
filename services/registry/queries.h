// The registry's queries: pure functions of one moment of the projection. Any thread.
//
// Errors: INVALID_ARGUMENT names the field; NOT_FOUND names what there is not; the store's own.
#ifndef WHISTLE_SERVICES_REGISTRY_QUERIES_H_
#define WHISTLE_SERVICES_REGISTRY_QUERIES_H_

#include "absl/status/status.h"
#include "libs/projection/store.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::registry_chain {

namespace v1 = registry::v1;

absl::Status GetOrganization(const projection::Reader& reader, const v1::GetOrganizationRequest& request,
                             v1::GetOrganizationResponse& response);
absl::Status ListOrganizations(const projection::Reader& reader, const v1::ListOrganizationsRequest& request,
                               v1::ListOrganizationsResponse& response);
absl::Status GetPolicy(const projection::Reader& reader, const v1::GetPolicyRequest& request,
                       v1::GetPolicyResponse& response);
// An old version is folded again from the chain's decisions.
absl::Status GetCalendar(const projection::Reader& reader, const v1::GetCalendarRequest& request,
                         v1::GetCalendarResponse& response);
absl::Status GetRegistry(const projection::Reader& reader, const v1::GetRegistryRequest& request,
                         v1::GetRegistryResponse& response);

}  // namespace whistle::registry_chain

#endif  // WHISTLE_SERVICES_REGISTRY_QUERIES_H_
