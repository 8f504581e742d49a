#include "libs/rpc/unary_call.h"

namespace whistle::rpc::internal {

UnaryState::UnaryState(grpc::ServerUnaryReactor* reactor, Ticket ticket, telemetry::ServiceMetrics* metrics,
                       std::string label)
    : began_at_(absl::Now()),
      metrics_(metrics),
      label_(std::move(label)),
      ticket_(std::move(ticket)),
      reactor_(reactor) {}

void UnaryState::RegisterForShutdown() {
  ticket_.OnStopping([weak = weak_from_this()] {
    const auto state = weak.lock();
    if (state == nullptr) return;
    grpc::ServerUnaryReactor* reactor = state->TakeReactor();
    if (reactor == nullptr) return;
    const grpc::Status status = ToGrpcStatus(Stopping());
    state->CountEnd(status);
    reactor->Finish(status);
  });
}

grpc::ServerUnaryReactor* UnaryState::TakeReactor() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(reactor_, nullptr);
}

bool UnaryState::ended() const {
  absl::MutexLock lock(&mutex_);
  return reactor_ == nullptr;
}

void UnaryState::CountEnd(const grpc::Status& status) {
  metrics_->Call(label_, CodeText(status.error_code())).Add();
  metrics_->CallSeconds(label_).Observe(absl::Now() - began_at_);
}

void UnaryReactor::OnCancel() {
  if (state_->TakeReactor() == nullptr) return;
  const grpc::Status status(grpc::StatusCode::CANCELLED, "the caller no longer waits");
  state_->CountEnd(status);
  Finish(status);
}

}  // namespace whistle::rpc::internal
