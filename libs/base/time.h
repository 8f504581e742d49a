// absl::Time to and from protobuf's Timestamp, and the range of times that Whistle records.
#ifndef WHISTLE_LIBS_BASE_TIME_H_
#define WHISTLE_LIBS_BASE_TIME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace whistle::base {

// Exact to the nanosecond.
google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

// 1900-01-01T00:00:00Z: nothing a living petitioner can report is older.
absl::Time EarliestTime();
// 9999-12-31T23:59:59.999Z, protobuf's own last year.
absl::Time LatestTime();

// OK if the timestamp is well-formed and within [EarliestTime, LatestTime]; otherwise INVALID_ARGUMENT naming `field`.
absl::Status CheckTimestamp(const google::protobuf::Timestamp& time, absl::string_view field);

// "2021-07-14T09:30:00Z", UTC, milliseconds only where there are any.
std::string TimeText(absl::Time time);
// RFC 3339 with an offset, or a date alone ("2021-07-14", its midnight UTC). INVALID_ARGUMENT says what was expected.
absl::StatusOr<absl::Time> TimeFromText(absl::string_view text);

}  // namespace whistle::base

#endif  // WHISTLE_LIBS_BASE_TIME_H_
