#include "tools/whistlectl/case_moment.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/words.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

std::string TimeOf(const google::protobuf::Timestamp& time) { return base::TimeText(base::FromProto(time)); }

absl::StatusOr<uint64_t> ParseVersion(absl::string_view flag, absl::string_view text) {
  uint64_t version = 0;
  if (!absl::SimpleAtoi(text, &version) || version == 0) {
    return UsageError(
        absl::StrCat("--", flag, " is a version of the case, from 1 (its first decision); found \"", text, "\""));
  }
  return version;
}

}  // namespace

std::vector<FlagSpec> AsOfFlags() {
  return {
      {"at-version", "N", "", "as of the case's decision of this number"},
      {"recorded-by", "TIME", "", "as the records stood at this time (RFC 3339, or a date: its first moment, UTC)"}};
}

absl::StatusOr<std::optional<common::v1::AsOf>> ReadAsOf(const Arguments& arguments) {
  if (arguments.Has("at-version") && arguments.Has("recorded-by")) {
    return UsageError("--at-version and --recorded-by: give one of them");
  }
  common::v1::AsOf as_of;
  if (arguments.Has("at-version")) {
    WHISTLE_ASSIGN_OR_RETURN(const uint64_t version, ParseVersion("at-version", arguments.Get("at-version")));
    as_of.set_at_version(version);
    return as_of;
  }
  if (!arguments.Has("recorded-by")) return std::nullopt;
  WHISTLE_ASSIGN_OR_RETURN(*as_of.mutable_recorded_by(), ParseTime("recorded-by", arguments.Get("recorded-by")));
  return as_of;
}

absl::StatusOr<common::v1::AsOf> ReadMoment(Client& client, const std::string& case_id, absl::string_view flag,
                                            absl::string_view word) {
  common::v1::AsOf as_of;
  if (word == "head") {
    const auto method = FindMethod("timeline.GetHead");
    WHISTLE_CHECK(method.ok(), method.status().message());
    timeline::v1::GetHeadRequest request;
    request.set_case_id(case_id);
    timeline::v1::GetHeadResponse response;
    WHISTLE_RETURN_IF_ERROR(client.Call(**method, request, "", response));
    as_of.set_at_version(response.version());
    return as_of;
  }
  uint64_t version = 0;
  // A time never is digits alone.
  if (absl::SimpleAtoi(word, &version)) {
    WHISTLE_ASSIGN_OR_RETURN(version, ParseVersion(flag, word));
    as_of.set_at_version(version);
    return as_of;
  }
  const auto time = base::TimeFromText(word);
  if (!time.ok()) {
    return UsageError(absl::StrCat("--", flag,
                                   " is a version from 1, a time (2021-07-01T08:00:00Z, 2021-07-01) or head; "
                                   "found \"",
                                   word, "\""));
  }
  *as_of.mutable_recorded_by() = base::ToProto(*time);
  return as_of;
}

std::string MomentText(const common::v1::AnsweredAsOf& as_of) {
  std::string text = absl::StrCat("version ", as_of.version(), ", recorded ", TimeOf(as_of.recorded_at()));
  if (base::FromProto(as_of.moment()) != base::FromProto(as_of.recorded_at())) {
    absl::StrAppend(&text, ", as the records stood at ", TimeOf(as_of.moment()));
  }
  absl::StrAppend(&text, as_of.final() ? ": final" : ": provisional, more may still be recorded by then");
  return text;
}

}  // namespace whistle::whistlectl
