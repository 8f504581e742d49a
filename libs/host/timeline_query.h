// TimelineService.GetTimeline as a function of one moment of a projection: all of a case's timeline, or as of a moment,
// page by page.
//
// Any thread. Errors are those that proto/whistle/timeline/v1/service.proto names at the RPC.
#ifndef WHISTLE_LIBS_HOST_TIMELINE_QUERY_H_
#define WHISTLE_LIBS_HOST_TIMELINE_QUERY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "libs/projection/store.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::host {

// The row as an entry. DATA_LOSS: it does not hold a decision.
absl::StatusOr<timeline::v1::TimelineEntry> MakeTimelineEntry(const std::string& case_id, base::Version version,
                                                              const projection::v1::TimelineRow& row);

// `now` is the service's clock; partitions of cases are counted by `partition_count`.
absl::Status GetTimeline(const projection::Reader& reader, absl::Time now, int partition_count,
                         const timeline::v1::GetTimelineRequest& request, timeline::v1::GetTimelineResponse& response);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_TIMELINE_QUERY_H_
