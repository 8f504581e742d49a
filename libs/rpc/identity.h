// Who calls: a name the client gives itself, until callers are authenticated. It scopes request ids and limits, and
// nothing is permitted because of it.
#ifndef WHISTLE_LIBS_RPC_IDENTITY_H_
#define WHISTLE_LIBS_RPC_IDENTITY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace whistle::rpc {

// The metadata key every call must carry once.
inline constexpr char kClientMetadataKey[] = "whistle-client";
inline constexpr size_t kClientNameBytesMax = 64;

// The name from what the call carried under kClientMetadataKey: 1 to 64 characters of [A-Za-z0-9._-]. Otherwise
// INVALID_ARGUMENT, which names the key and gives an example.
absl::StatusOr<std::string> ClientName(const std::vector<absl::string_view>& values);

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_IDENTITY_H_
