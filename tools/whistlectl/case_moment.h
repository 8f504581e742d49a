// As of when a command about a case is meant: its flags, and what answers say of themselves.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_MOMENT_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_MOMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/whistlectl/arguments.h"
#include "tools/whistlectl/client.h"
#include "whistle/common/v1/as_of.pb.h"

namespace whistle::whistlectl {

// --at-version and --recorded-by.
std::vector<FlagSpec> AsOfFlags();

// What they ask for; nothing if neither is given. A usage error for both, or for one that cannot be.
absl::StatusOr<std::optional<common::v1::AsOf>> ReadAsOf(const Arguments& arguments);

// A moment as one word: a version ("7"), a time by which it was recorded, or "head". A usage error names the flag; the
// services' own where they are asked for the head.
absl::StatusOr<common::v1::AsOf> ReadMoment(Client& client, const std::string& case_id, absl::string_view flag,
                                            absl::string_view word);

// "version 7, recorded 2021-07-01T08:00:00Z": "…, final" or "…, provisional: …".
std::string MomentText(const common::v1::AnsweredAsOf& as_of);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_MOMENT_H_
