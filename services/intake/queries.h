// Intake's queries: pure functions of one moment of the projection. Any thread.
//
// Errors: INVALID_ARGUMENT names the field; NOT_FOUND names the case; the store's own.
#ifndef WHISTLE_SERVICES_INTAKE_QUERIES_H_
#define WHISTLE_SERVICES_INTAKE_QUERIES_H_

#include "absl/status/status.h"
#include "libs/projection/store.h"
#include "services/intake/clocks.h"
#include "whistle/intake/v1/service.pb.h"

namespace whistle::intake {

// Both tell the case's two clocks as of `reading`.
absl::Status GetCase(const projection::Reader& reader, const ClockReading& reading, const v1::GetCaseRequest& request,
                     v1::GetCaseResponse& response);
absl::Status ListCases(const projection::Reader& reader, const ClockReading& reading,
                       const v1::ListCasesRequest& request, v1::ListCasesResponse& response);
absl::Status ListContacts(const projection::Reader& reader, const v1::ListContactsRequest& request,
                          v1::ListContactsResponse& response);
absl::Status ListEvidence(const projection::Reader& reader, const v1::ListEvidenceRequest& request,
                          v1::ListEvidenceResponse& response);

}  // namespace whistle::intake

#endif  // WHISTLE_SERVICES_INTAKE_QUERIES_H_
