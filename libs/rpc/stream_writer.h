// One server stream under gRPC's callback API, with a queue that is bounded for good.
//
//   stream.OnRoom(…), stream.OnClosed(…);          // once, before the first message
//   stream.Offer(message, "3@118")  → kNoRoom      // catching up from the journal: wait for OnRoom
//   stream.Push(message, "3@119")                  // live: a consumer that lets the queue fill up is cut off
//
// `resume_from` names the place from which a consumer that has everything before this message goes on. A stream that is
// cut off ends with RESOURCE_EXHAUSTED and says the place of the first message that it did not deliver. Used through
// CallRunner (call_runner.h).
#ifndef WHISTLE_LIBS_RPC_STREAM_WRITER_H_
#define WHISTLE_LIBS_RPC_STREAM_WRITER_H_

#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {

// How much may wait for one consumer; whichever is reached first. A single message is let in whatever its size.
struct StreamLimits {
  // Some seconds of a busy journal.
  size_t queued_messages_max = 1024;
  // 32 records of the largest size.
  size_t queued_bytes_max = 8 * 1024 * 1024;
};

enum class PushResult {
  kQueued,
  // Offer only: the message was not taken; OnRoom will be called.
  kNoRoom,
  // The stream is over, or was cut off by this very message.
  kClosed,
};

namespace internal {

// RESOURCE_EXHAUSTED "slow consumer: resume from <resume_from>".
absl::Status SlowConsumer(absl::string_view resume_from);
// UNAVAILABLE "resume after the last message received": what was queued is dropped.
absl::Status StreamStopping();

template <typename Message>
class StreamReactor;

// What producer and reactor share. gRPC allows one write at a time: `busy_` marks the write, or the end, that is with
// gRPC. Whoever sets it calls gRPC outside the lock; nobody else does until it is cleared, so the reactor is alive
// then.
template <typename Message>
class StreamState : public std::enable_shared_from_this<StreamState<Message>> {
 public:
  StreamState(grpc::ServerWriteReactor<Message>* reactor, Ticket ticket, const StreamLimits& limits,
              telemetry::ServiceMetrics* metrics, std::string label)
      : limits_(limits),
        metrics_(metrics),
        label_(std::move(label)),
        began_at_(absl::Now()),
        reactor_(reactor),
        ticket_(std::move(ticket)) {}

  // Not in the constructor: what is registered refers to this object weakly, and may be called at once.
  void RegisterForShutdown() {
    std::weak_ptr<StreamState> weak = this->weak_from_this();
    ticket_.OnStopping([weak] {
      if (const auto state = weak.lock()) state->ShutDown();
    });
  }

  void OnRoom(std::function<void()> on_room) {
    absl::MutexLock lock(&mutex_);
    on_room_ = std::make_shared<std::function<void()>>(std::move(on_room));
  }

  void OnClosed(std::function<void()> on_closed) {
    {
      absl::MutexLock lock(&mutex_);
      if (!closed_) {
        on_closed_ = std::move(on_closed);
        return;
      }
    }
    on_closed();
  }

  PushResult Add(Message message, std::string resume_from, bool cut_off_if_full) {
    const size_t bytes = message.ByteSizeLong();
    PushResult result = PushResult::kQueued;
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) return PushResult::kClosed;
      const bool full = !queue_.empty() && (queue_.size() >= limits_.queued_messages_max ||
                                            queued_bytes_ + bytes > limits_.queued_bytes_max);
      if (full && !cut_off_if_full) {
        wants_room_ = true;
        return PushResult::kNoRoom;
      }
      if (full) {
        metrics_->streams_cut_off.Add();
        EndLocked(ToGrpcStatus(SlowConsumer(queue_.front().resume_from)), /*deliver_queued=*/false);
        result = PushResult::kClosed;
      } else {
        queued_bytes_ += bytes;
        queue_.push_back({std::move(message), std::move(resume_from), bytes});
      }
    }
    Pump();
    return result;
  }

  // The producer's end: what is queued is delivered first.
  void Finish(grpc::Status status) {
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) return;
      EndLocked(std::move(status), /*deliver_queued=*/true);
    }
    Pump();
  }

  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }
  const CallInfo& info() const { return info_; }

 private:
  friend class StreamReactor<Message>;

  struct Item {
    Message message;
    std::string resume_from;
    size_t bytes;
  };

  void ShutDown() {
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) return;
      EndLocked(ToGrpcStatus(StreamStopping()), /*deliver_queued=*/false);
    }
    Pump();
  }

  void Cancelled() {
    {
      absl::MutexLock lock(&mutex_);
      // Also a stream that is closed but still delivering: nobody takes it any more.
      EndLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller no longer reads"), /*deliver_queued=*/false);
    }
    Pump();
  }

  void WriteDone(bool ok) {
    std::shared_ptr<std::function<void()>> on_room;
    {
      absl::MutexLock lock(&mutex_);
      busy_ = false;
      writing_.reset();
      if (!ok)
        EndLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller no longer reads"), /*deliver_queued=*/false);
      // Half, so that a producer is not woken for each message.
      if (!closed_ && wants_room_ && queue_.size() <= limits_.queued_messages_max / 2 &&
          queued_bytes_ <= limits_.queued_bytes_max / 2) {
        wants_room_ = false;
        on_room = on_room_;
      }
    }
    Pump();
    if (on_room != nullptr && *on_room != nullptr) (*on_room)();
  }

  void EndLocked(grpc::Status status, bool deliver_queued) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!deliver_queued) {
      queue_.clear();
      queued_bytes_ = 0;
    }
    if (closed_) return;
    closed_ = true;
    end_ = std::move(status);
  }

  // Gives gRPC what is next, if it has nothing of ours now, and tells the producer of the end.
  void Pump() {
    const Message* write = nullptr;
    bool finish = false;
    std::function<void()> on_closed;
    std::shared_ptr<std::function<void()>> dropped;
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) {
        // Both hold what the producer captured, often this stream: dropped here, they break the circle.
        on_closed.swap(on_closed_);
        dropped.swap(on_room_);
      }
      if (!busy_ && !queue_.empty()) {
        busy_ = true;
        writing_.emplace(std::move(queue_.front()));
        queue_.pop_front();
        queued_bytes_ -= writing_->bytes;
        write = &writing_->message;
      } else if (!busy_ && closed_) {
        busy_ = true;
        finish = true;
      }
    }
    if (write != nullptr) reactor_->StartWrite(write);
    if (finish) {
      metrics_->Call(label_, CodeText(end_.error_code())).Add();
      metrics_->CallSeconds(label_).Observe(absl::Now() - began_at_);
      ticket_.Release();
      reactor_->Finish(end_);
    }
    if (on_closed != nullptr) on_closed();
  }

  const StreamLimits limits_;
  telemetry::ServiceMetrics* const metrics_;
  const std::string label_;
  const absl::Time began_at_;
  grpc::ServerWriteReactor<Message>* const reactor_;
  Ticket ticket_;
  const CallInfo info_ = ticket_.info();
  mutable absl::Mutex mutex_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Item> writing_ ABSL_GUARDED_BY(mutex_);
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool wants_room_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Written once, before `closed_`; read by the one who finishes.
  grpc::Status end_;
  std::shared_ptr<std::function<void()>> on_room_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_closed_ ABSL_GUARDED_BY(mutex_);
};

// Deletes itself when gRPC is done with it.
template <typename Message>
class StreamReactor final : public grpc::ServerWriteReactor<Message> {
 public:
  void Bind(std::shared_ptr<StreamState<Message>> state) { state_ = std::move(state); }

  void OnWriteDone(bool ok) override { state_->WriteDone(ok); }
  void OnCancel() override { state_->Cancelled(); }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<StreamState<Message>> state_;
};

}  // namespace internal

// The producer's end of a stream. Move-only, methods from any thread; may outlive the call and the server. Destroyed
// before Finish it ends the stream with INTERNAL.
template <typename Message>
class StreamWriter {
 public:
  explicit StreamWriter(std::shared_ptr<internal::StreamState<Message>> state) : state_(std::move(state)) {}
  StreamWriter(StreamWriter&&) noexcept = default;
  StreamWriter& operator=(StreamWriter&&) = delete;
  ~StreamWriter() {
    if (state_ != nullptr) state_->Finish(grpc::Status(grpc::StatusCode::INTERNAL, "the stream lost its producer"));
  }

  // Called from gRPC's threads when half of the queue is free again after an Offer had no room; must not block. Can
  // come once more after OnClosed.
  void OnRoom(std::function<void()> on_room) { state_->OnRoom(std::move(on_room)); }

  // Called once when the stream takes nothing more, whoever ended it: the consumer went away, was cut off, the service
  // shuts down, or Finish. At once if that has happened. Any thread; must not block.
  void OnClosed(std::function<void()> on_closed) { state_->OnClosed(std::move(on_closed)); }

  // Queues the message if there is room.
  PushResult Offer(Message message, std::string resume_from) {
    return state_->Add(std::move(message), std::move(resume_from), /*cut_off_if_full=*/false);
  }

  // Queues the message; if there is no room the consumer is cut off.
  PushResult Push(Message message, std::string resume_from) {
    return state_->Add(std::move(message), std::move(resume_from), /*cut_off_if_full=*/true);
  }

  // Ends the stream after what is queued. No effect on a closed one.
  void Finish(const absl::Status& status) { state_->Finish(ToGrpcStatus(status)); }

  bool closed() const { return state_->closed(); }

 private:
  std::shared_ptr<internal::StreamState<Message>> state_;
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_STREAM_WRITER_H_
