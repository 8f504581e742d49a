// One unary call under gRPC's callback API, and the completion its handler answers through.
//
// The call ends exactly once: by its handler's answer, by the client's cancelling, by the service's stopping, or, if
// the handler forgot it, by an INTERNAL of our own. What comes later finds nothing to end. Used through CallRunner
// (call_runner.h).
#ifndef WHISTLE_LIBS_RPC_UNARY_CALL_H_
#define WHISTLE_LIBS_RPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {

namespace internal {

// What reactor and completion share. The reactor may be gone while the handler still works.
class UnaryState : public std::enable_shared_from_this<UnaryState> {
 public:
  UnaryState(grpc::ServerUnaryReactor* reactor, Ticket ticket, telemetry::ServiceMetrics* metrics, std::string label);

  // Not in the constructor: what is registered refers to this object weakly, and may be called at once.
  void RegisterForShutdown();

  // Null if the call has ended; otherwise the caller must call Finish on it, and nobody else will.
  grpc::ServerUnaryReactor* TakeReactor();
  bool ended() const;
  const CallInfo& info() const { return ticket_.info(); }

  // Gives the place back. To be called before the client can know that the call is over: a client that sends one call
  // after another must never meet its own last one.
  void HandlerDone() { ticket_.Release(); }
  void CountEnd(const grpc::Status& status);

 private:
  const absl::Time began_at_;
  telemetry::ServiceMetrics* const metrics_;
  const std::string label_;
  Ticket ticket_;
  mutable absl::Mutex mutex_;
  grpc::ServerUnaryReactor* reactor_ ABSL_GUARDED_BY(mutex_);
};

// Deletes itself when gRPC is done with it.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  void Bind(std::shared_ptr<UnaryState> state) { state_ = std::move(state); }

  void OnCancel() override;
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<UnaryState> state_;
};

}  // namespace internal

// How a handler answers. Move-only; any thread; may outlive the call and the server. Destroyed without an answer it
// answers INTERNAL.
template <typename Response>
class Completion {
 public:
  Completion(std::shared_ptr<internal::UnaryState> state, Response* response)
      : state_(std::move(state)), response_(response) {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&&) = delete;
  ~Completion() {
    if (state_ != nullptr) std::move (*this)(absl::InternalError("no answer was given; the outcome is unknown"));
  }

  // True once nobody waits for the answer any more. What the handler does is then its own affair: a command goes on, a
  // query stops.
  bool abandoned() const { return state_->ended(); }

  // At most once. A status that is not OK goes through the status table, its detail with it.
  void operator()(absl::StatusOr<Response> answer) && {
    const std::shared_ptr<internal::UnaryState> state = std::move(state_);
    state->HandlerDone();
    grpc::ServerUnaryReactor* reactor = state->TakeReactor();
    if (reactor == nullptr) return;
    // Taken, the reactor cannot end, and the response it points to stays, until the Finish below.
    const grpc::Status status = ToGrpcStatus(answer.status());
    if (answer.ok()) *response_ = *std::move(answer);
    state->CountEnd(status);
    reactor->Finish(status);
  }

 private:
  std::shared_ptr<internal::UnaryState> state_;
  Response* response_;
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_UNARY_CALL_H_
