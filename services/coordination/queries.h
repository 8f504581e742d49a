// What readers may ask of the coordination service. Functions of one moment of the projection; the host waits for
// min_position and fills in `positions`. Any thread may call.
//
// Things are told from their events (libs/entries), corrections applied; the state holds only what is open.
#ifndef WHISTLE_SERVICES_COORDINATION_QUERIES_H_
#define WHISTLE_SERVICES_COORDINATION_QUERIES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "libs/registry/calendar.h"
#include "whistle/coordination/v1/service.pb.h"

namespace whistle::coordination {

// When the one list is read, and by which calendar days count. Refers to the calendar: use it at once.
struct ItemReading {
  absl::Time now;
  const registry::Calendar& calendar;
};

absl::Status ListWhistles(const projection::Reader& reader, const v1::ListWhistlesRequest& request,
                          v1::ListWhistlesResponse& response);
absl::Status ListMeetings(const projection::Reader& reader, const v1::ListMeetingsRequest& request,
                          v1::ListMeetingsResponse& response);
absl::Status ListCommitments(const projection::Reader& reader, const v1::ListCommitmentsRequest& request,
                             v1::ListCommitmentsResponse& response);
// Items tell their age, and whether they are overdue, as of `reading`.
absl::Status ListItems(const projection::Reader& reader, const ItemReading& reading,
                       const v1::ListItemsRequest& request, v1::ListItemsResponse& response);
absl::Status GetCoordinationCase(const projection::Reader& reader, const v1::GetCoordinationCaseRequest& request,
                                 v1::GetCoordinationCaseResponse& response);

}  // namespace whistle::coordination

#endif  // WHISTLE_SERVICES_COORDINATION_QUERIES_H_
