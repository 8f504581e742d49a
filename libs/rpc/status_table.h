// The one table from Whistle's three kinds of no to gRPC's codes, and back.
//
//   return ToGrpcStatus(detail, "the case is closed; reopen it first");   // a rejection
//   return ToGrpcStatus(journal_status);                                  // the outside world
//   absl::Status status = FromGrpcStatus(stub->CloseCase(…));             // in a client
//   if (auto detail = DetailOf(status)) …
//
// Inside, a refusal with its detail travels as one absl::Status (Refused), so that one type carries both kinds. Pure
// functions.
#ifndef WHISTLE_LIBS_RPC_STATUS_TABLE_H_
#define WHISTLE_LIBS_RPC_STATUS_TABLE_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "whistle/common/v1/errors.pb.h"

namespace whistle::rpc {

// Status text and detail travel in trailers, and a client accepts 8 KiB of those by default; beyond it a client sees a
// transport error in place of our answer. The message goes percent-encoded (up to threefold) and, with the detail, once
// more in base64: with these limits the worst case stays below 8 KiB, which a test shows. What is longer is cut and
// ends in "…".
inline constexpr size_t kMessageBytesMax = 1024;
inline constexpr size_t kDetailFieldBytesMax = 256;

// INTERNAL for the unspecified kind and for a number that this build does not know: both are bugs.
grpc::StatusCode CodeOf(common::v1::RejectionKind kind);

grpc::Status ToGrpcStatus(const common::v1::RejectionDetail& detail, absl::string_view message);

// The code as it is (absl's codes are gRPC's), the detail if the status carries one.
grpc::Status ToGrpcStatus(const absl::Status& status);

// A refusal as an absl::Status that carries its detail.
absl::Status Refused(const common::v1::RejectionDetail& detail, absl::string_view message);

// For clients: code, message and, if the server sent one, the detail.
absl::Status FromGrpcStatus(const grpc::Status& status);

// What Refused or FromGrpcStatus attached.
std::optional<common::v1::RejectionDetail> DetailOf(const absl::Status& status);

// "INVALID_ARGUMENT": for metrics and messages.
absl::string_view CodeText(grpc::StatusCode code);

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_STATUS_TABLE_H_
