#include "libs/rpc/identity.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {
namespace {

absl::Status Wrong(absl::string_view why, absl::string_view actual) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_INVALID);
  detail.set_reason("bad_client_name");
  detail.set_subject(kClientMetadataKey);
  detail.set_expected(absl::StrCat("1 to ", kClientNameBytesMax, " characters of [A-Za-z0-9._-]"));
  detail.set_actual(std::string(actual));
  return Refused(detail,
                 absl::StrCat("metadata key \"", kClientMetadataKey, "\": ", why, "; expected ", detail.expected(),
                              ", for example \"", kClientMetadataKey, ": lanzhou-hotline\""));
}

bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

absl::StatusOr<std::string> ClientName(const std::vector<absl::string_view>& values) {
  if (values.empty()) return Wrong("missing: every call says which client it comes from", "");
  if (values.size() > 1) return Wrong(absl::StrCat("given ", values.size(), " times"), "");
  const absl::string_view name = values.front();
  if (name.empty()) return Wrong("empty", "");
  if (name.size() > kClientNameBytesMax) return Wrong(absl::StrCat("too long, ", name.size(), " bytes"), "");
  if (!std::all_of(name.begin(), name.end(), IsNameCharacter))
    return Wrong("has a character that is not allowed", absl::CHexEscape(name));
  return std::string(name);
}

}  // namespace whistle::rpc
