// What readers may ask of the response service. Functions of one moment of the projection; the host waits for
// min_position and fills in `positions`. Any thread may call.
//
// Things are told from their events (libs/entries), corrections applied; the state holds only what is open.
#ifndef WHISTLE_SERVICES_RESPONSE_QUERIES_H_
#define WHISTLE_SERVICES_RESPONSE_QUERIES_H_

#include "absl/status/status.h"
#include "libs/projection/store.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::response {

absl::Status ListAssignments(const projection::Reader& reader, const v1::ListAssignmentsRequest& request,
                             v1::ListAssignmentsResponse& response);
absl::Status ListResponses(const projection::Reader& reader, const v1::ListResponsesRequest& request,
                           v1::ListResponsesResponse& response);
absl::Status ListConditions(const projection::Reader& reader, const v1::ListConditionsRequest& request,
                            v1::ListConditionsResponse& response);
absl::Status ListStatements(const projection::Reader& reader, const v1::ListStatementsRequest& request,
                            v1::ListStatementsResponse& response);
absl::Status GetResponseCase(const projection::Reader& reader, const v1::GetResponseCaseRequest& request,
                             v1::GetResponseCaseResponse& response);

}  // namespace whistle::response

#endif  // WHISTLE_SERVICES_RESPONSE_QUERIES_H_
