#include "libs/rpc/call_runner.h"

#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/identity.h"

namespace whistle::rpc {
namespace {

// gRPC says "no deadline" by the largest time point.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture() : absl::FromChrono(deadline);
}

}  // namespace

std::string MethodOf(const google::protobuf::Descriptor& request) {
  return std::string(absl::StripSuffix(request.full_name(), "Request"));
}

CallRunner::Method CallRunner::MakeMethod(const google::protobuf::Descriptor& request) {
  return {MethodOf(request), std::string(absl::StripSuffix(request.name(), "Request"))};
}

absl::StatusOr<Ticket> CallRunner::Admit(const grpc::CallbackServerContext& context, const Method& method,
                                         const google::protobuf::Message& request, bool stream) {
  CallFacts facts{.client = {}, .method = method.name, .deadline = DeadlineOf(context), .now = absl::Now()};
  const auto [first, last] = context.client_metadata().equal_range(kClientMetadataKey);
  for (auto it = first; it != last; ++it) facts.client.emplace_back(it->second.data(), it->second.size());
  WHISTLE_ASSIGN_OR_RETURN(Ticket ticket, stream ? admission_->AdmitStream(facts) : admission_->AdmitCall(facts));
  WHISTLE_RETURN_IF_ERROR(CheckFields(request));
  return ticket;
}

grpc::Status CallRunner::CountRefused(const Method& method, const absl::Status& status) {
  grpc::Status out = ToGrpcStatus(status);
  metrics_->Call(method.label, CodeText(out.error_code())).Add();
  return out;
}

}  // namespace whistle::rpc
