#include "libs/rpc/malformed_request.h"

#include "libs/rpc/status_table.h"

namespace whistle::rpc {
namespace {

grpc::Status Malformed() {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_INVALID);
  detail.set_reason("malformed_request");
  detail.set_expected("a protobuf message of the method's request type, every string in UTF-8");
  return ToGrpcStatus(detail,
                      "the request cannot be parsed: not a protobuf message of the method's request type, or a string "
                      "in it is not UTF-8");
}

// One for each call; gRPC calls it for one hook at a time.
class MalformedRequestInterceptor final : public grpc::experimental::Interceptor {
 public:
  using Hook = grpc::experimental::InterceptionHookPoints;

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    // A request that could not be parsed is received as null.
    if (methods->QueryInterceptionHookPoint(Hook::POST_RECV_MESSAGE) && methods->GetRecvMessage() == nullptr)
      malformed_ = true;
    if (malformed_ && methods->QueryInterceptionHookPoint(Hook::PRE_SEND_STATUS))
      methods->ModifySendStatus(Malformed());
    methods->Proceed();
  }

 private:
  bool malformed_ = false;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    // Streams from clients (reflection alone) end with a null message in the ordinary course.
    using Type = grpc::experimental::ServerRpcInfo::Type;
    const bool one_request = info->type() == Type::UNARY || info->type() == Type::SERVER_STREAMING;
    return one_request ? new MalformedRequestInterceptor() : nullptr;
  }
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeMalformedRequestInterceptorFactory() {
  return std::make_unique<Factory>();
}

}  // namespace whistle::rpc
