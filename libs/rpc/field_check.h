// What every request is checked for before a handler sees it, whatever its type.
//
//   if (absl::Status status = CheckFields(request); !status.ok()) return ToGrpcStatus(status);
#ifndef WHISTLE_LIBS_RPC_FIELD_CHECK_H_
#define WHISTLE_LIBS_RPC_FIELD_CHECK_H_

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace whistle::rpc {

// No text in Whistle is longer than this; domain code sets each field's own, much smaller limit. It bounds what the
// checks before that have to look at.
inline constexpr size_t kAnyTextBytesMax = 64 * 1024;

// OK if every string in `request`, at any depth, is at most kAnyTextBytesMax bytes of UTF-8 without control,
// bidirectional and hidden characters (base::CheckText), and every Timestamp is well-formed and within 1900 to 9999.
// Bytes fields are not looked into. INVALID_ARGUMENT names the first offender by its path ("context.request_id",
// "statements[2].text"), with a RejectionDetail, and never quotes its text. Pure; any thread.
absl::Status CheckFields(const google::protobuf::Message& request);

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_FIELD_CHECK_H_
