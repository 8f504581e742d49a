// What every RPC goes through, in one place, so that a service's adapter has one line for each:
//
//   grpc::ServerUnaryReactor* CloseCase(grpc::CallbackServerContext* c, const CloseCaseRequest* q, CloseCaseResponse*
//   r) override {
//     return runner_.Run(c, q, r, [this](CallInfo info, CloseCaseRequest request, Completion<CloseCaseResponse> done) {
//     … });
//   }
//
// Run and Stream admit the call (admission.h), check its fields (field_check.h), hand request and completion to the
// handler, and count what came of it. Handlers run on gRPC's few threads and must not block; they answer later, from
// any thread.
//
// Owned by the host of a service; must outlive the gRPC server. Any thread.
#ifndef WHISTLE_LIBS_RPC_CALL_RUNNER_H_
#define WHISTLE_LIBS_RPC_CALL_RUNNER_H_

#include <grpcpp/server_context.h>

#include <memory>
#include <string>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/field_check.h"
#include "libs/rpc/status_table.h"
#include "libs/rpc/stream_writer.h"
#include "libs/rpc/unary_call.h"

namespace whistle::rpc {

// "whistle.intake.v1.CloseCase" for CloseCaseRequest: a request type belongs to one method, so it names it.
std::string MethodOf(const google::protobuf::Descriptor& request);

class CallRunner {
 public:
  // Both must outlive the runner, `metrics` also every completion.
  CallRunner(Admission* admission, telemetry::ServiceMetrics* metrics) : admission_(admission), metrics_(metrics) {}

  // `handler` is called with (CallInfo, Request, Completion<Response>), before Run returns, unless the call is refused.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                Handler handler) {
    const Method& method = MethodFor<Request>();
    absl::StatusOr<Ticket> ticket = Admit(*context, method, *request, /*stream=*/false);
    if (!ticket.ok()) {
      grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
      reactor->Finish(CountRefused(method, ticket.status()));
      return reactor;
    }
    auto* reactor = new internal::UnaryReactor();
    auto state = std::make_shared<internal::UnaryState>(reactor, *std::move(ticket), metrics_, method.label);
    reactor->Bind(state);
    state->RegisterForShutdown();
    // A copy each: the call may end, and take its request with it, while the handler still works.
    CallInfo info = state->info();
    handler(std::move(info), Request(*request), Completion<Response>(std::move(state), response));
    return reactor;
  }

  // `handler` is called with (CallInfo, Request, StreamWriter<Response>), before Stream returns, unless the call is
  // refused.
  template <typename Response, typename Request, typename Handler>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context, const Request* request,
                                             const StreamLimits& limits, Handler handler) {
    const Method& method = MethodFor<Request>();
    absl::StatusOr<Ticket> ticket = Admit(*context, method, *request, /*stream=*/true);
    auto* reactor = new internal::StreamReactor<Response>();
    if (!ticket.ok()) {
      reactor->Finish(CountRefused(method, ticket.status()));
      return reactor;
    }
    auto state =
        std::make_shared<internal::StreamState<Response>>(reactor, *std::move(ticket), limits, metrics_, method.label);
    reactor->Bind(state);
    state->RegisterForShutdown();
    CallInfo info = state->info();
    handler(std::move(info), Request(*request), StreamWriter<Response>(std::move(state)));
    return reactor;
  }

 private:
  struct Method {
    // "whistle.intake.v1.CloseCase".
    std::string name;
    // "CloseCase", for metrics.
    std::string label;
  };

  static Method MakeMethod(const google::protobuf::Descriptor& request);

  template <typename Request>
  static const Method& MethodFor() {
    static const Method method = MakeMethod(*Request::descriptor());
    return method;
  }

  absl::StatusOr<Ticket> Admit(const grpc::CallbackServerContext& context, const Method& method,
                               const google::protobuf::Message& request, bool stream);
  grpc::Status CountRefused(const Method& method, const absl::Status& status);

  Admission* const admission_;
  telemetry::ServiceMetrics* const metrics_;
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_CALL_RUNNER_H_
