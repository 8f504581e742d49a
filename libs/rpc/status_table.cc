#include "libs/rpc/status_table.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/text.h"
#include "libs/rpc/status_details.pb.h"

namespace whistle::rpc {
namespace {

using common::v1::RejectionDetail;

// What Any::PackFrom writes, so that payload and trailer name the type alike.
constexpr absl::string_view kDetailUrl = "type.googleapis.com/whistle.common.v1.RejectionDetail";

// At most `bytes_max` bytes of clean UTF-8: a detail that is not UTF-8 could not be parsed by the client, and nothing
// in an answer may steer the terminal it is shown on.
std::string Bounded(absl::string_view text, size_t bytes_max) {
  std::string clean = base::CheckText(text, "", {0, text.size()}).ok() ? std::string(text) : absl::CHexEscape(text);
  if (clean.size() <= bytes_max) return clean;
  constexpr absl::string_view kCut = "…";
  size_t end = bytes_max - kCut.size();
  while (end > 0 && (static_cast<uint8_t>(clean[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(absl::string_view(clean).substr(0, end), kCut);
}

RejectionDetail Bounded(const RejectionDetail& detail) {
  RejectionDetail out;
  out.set_kind(detail.kind());
  out.set_reason(Bounded(detail.reason(), kDetailFieldBytesMax));
  out.set_subject(Bounded(detail.subject(), kDetailFieldBytesMax));
  out.set_expected(Bounded(detail.expected(), kDetailFieldBytesMax));
  out.set_actual(Bounded(detail.actual(), kDetailFieldBytesMax));
  return out;
}

grpc::Status WithDetail(grpc::StatusCode code, absl::string_view message, const RejectionDetail& detail) {
  StatusDetails details;
  details.set_code(code);
  details.set_message(Bounded(message, kMessageBytesMax));
  details.add_details()->PackFrom(Bounded(detail));
  return grpc::Status(code, details.message(), details.SerializeAsString());
}

}  // namespace

grpc::StatusCode CodeOf(common::v1::RejectionKind kind) {
  switch (kind) {
    case common::v1::REJECTION_KIND_INVALID:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case common::v1::REJECTION_KIND_NOT_FOUND:
      return grpc::StatusCode::NOT_FOUND;
    case common::v1::REJECTION_KIND_ILLEGAL:
    case common::v1::REJECTION_KIND_ALREADY:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case common::v1::REJECTION_KIND_NOT_AUTHORIZED:
      return grpc::StatusCode::PERMISSION_DENIED;
    case common::v1::REJECTION_KIND_LIMIT:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case common::v1::REJECTION_KIND_REQUEST_ID_REUSED:
      return grpc::StatusCode::ALREADY_EXISTS;
    case common::v1::REJECTION_KIND_UNSPECIFIED:
    case common::v1::RejectionKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case common::v1::RejectionKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status ToGrpcStatus(const RejectionDetail& detail, absl::string_view message) {
  return WithDetail(CodeOf(detail.kind()), message, detail);
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  if (const auto detail = DetailOf(status)) return WithDetail(code, status.message(), *detail);
  return grpc::Status(code, Bounded(status.message(), kMessageBytesMax));
}

absl::Status Refused(const RejectionDetail& detail, absl::string_view message) {
  absl::Status status(static_cast<absl::StatusCode>(CodeOf(detail.kind())), message);
  status.SetPayload(kDetailUrl, absl::Cord(detail.SerializeAsString()));
  return status;
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  StatusDetails details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const auto& any : details.details()) {
    if (any.Is<RejectionDetail>()) out.SetPayload(kDetailUrl, absl::Cord(any.value()));
  }
  return out;
}

std::optional<RejectionDetail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kDetailUrl);
  RejectionDetail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

absl::string_view CodeText(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::UNKNOWN:
      return "UNKNOWN";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::ABORTED:
      return "ABORTED";
    case grpc::StatusCode::OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS:
      return "DATA_LOSS";
    case grpc::StatusCode::DO_NOT_USE:
      break;
  }
  return "UNKNOWN";
}

}  // namespace whistle::rpc
