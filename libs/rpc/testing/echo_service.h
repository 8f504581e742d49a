// EchoService behind a CallRunner, with handlers that each test supplies, and a client of it.
#ifndef WHISTLE_LIBS_RPC_TESTING_ECHO_SERVICE_H_
#define WHISTLE_LIBS_RPC_TESTING_ECHO_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "libs/rpc/call_runner.h"
#include "libs/rpc/identity.h"
#include "libs/rpc/server.h"
#include "libs/rpc/testing/echo.grpc.pb.h"

namespace whistle::rpc::testing {

class EchoServiceForTest final : public EchoService::CallbackService {
 public:
  using EchoHandler = std::function<void(CallInfo, EchoRequest, Completion<EchoResponse>)>;
  using CountHandler = std::function<void(CallInfo, CountRequest, StreamWriter<CountResponse>)>;

  explicit EchoServiceForTest(CallRunner* runner) : runner_(runner) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* c, const EchoRequest* q, EchoResponse* r) override {
    return runner_->Run(c, q, r, on_echo);
  }
  grpc::ServerWriteReactor<CountResponse>* Count(grpc::CallbackServerContext* c, const CountRequest* q) override {
    return runner_->Stream<CountResponse>(c, q, stream_limits, on_count);
  }

  // Set before the server starts.
  EchoHandler on_echo = [](CallInfo, EchoRequest request, Completion<EchoResponse> done) {
    EchoResponse response;
    response.set_text(request.text());
    std::move(done)(std::move(response));
  };
  CountHandler on_count;
  StreamLimits stream_limits;

 private:
  CallRunner* const runner_;
};

// A whole server on a port of its own. Handlers go into `service` before Start.
struct EchoServer {
  explicit EchoServer(AdmissionLimits limits = {}) : admission(limits, &metrics) {}

  absl::Status Start() {
    auto started = Server::Start({.listen_address = "127.0.0.1:0", .admissions = {&admission}}, {&service});
    if (started.ok()) server = *std::move(started);
    return started.status();
  }

  // A connection of its own for each.
  std::shared_ptr<grpc::Channel> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server->address(), grpc::InsecureChannelCredentials(), arguments);
  }

  telemetry::Registry registry;
  telemetry::ServiceMetrics metrics{registry, "echo"};
  Admission admission;
  CallRunner runner{&admission, &metrics};
  EchoServiceForTest service{&runner};
  std::unique_ptr<Server> server;
};

// A client's context that says who it is.
inline std::unique_ptr<grpc::ClientContext> ContextOf(const std::string& client) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata(kClientMetadataKey, client);
  return context;
}

}  // namespace whistle::rpc::testing

#endif  // WHISTLE_LIBS_RPC_TESTING_ECHO_SERVICE_H_
