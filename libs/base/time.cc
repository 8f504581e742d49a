#include "libs/base/time.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace whistle::base {

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Time EarliestTime() { return absl::FromUnixSeconds(-2208988800); }

absl::Time LatestTime() { return absl::FromUnixMillis(253402300799999); }

absl::Status CheckTimestamp(const google::protobuf::Timestamp& time, absl::string_view field) {
  if (time.nanos() < 0 || time.nanos() > 999'999'999) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": nanos must be 0 to 999999999, found ", time.nanos()));
  }
  if (time.seconds() < absl::ToUnixSeconds(EarliestTime()) || time.seconds() > absl::ToUnixSeconds(LatestTime())) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": must be from 1900-01-01 to 9999-12-31, found ", time.seconds(), " seconds since 1970"));
  }
  return absl::OkStatus();
}

std::string TimeText(absl::Time time) {
  const bool whole = time == absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  return absl::FormatTime(whole ? "%Y-%m-%d%ET%H:%M:%SZ" : "%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> TimeFromText(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  if (absl::ParseTime("%Y-%m-%d", text, absl::UTCTimeZone(), &time, &error)) return time;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a time: expected 2021-07-14T09:30:00Z, with an offset, or 2021-07-14"));
}

}  // namespace whistle::base
