// Who may come in: the limits on calls and streams, with their numbers, and the deadline that each call is given.
//
//   auto ticket = admission.AdmitCall({.client = {"hotline"}, .method = "whistle.intake.v1.CloseCase", .deadline = …,
//   .now = …}); if (!ticket.ok()) return ToGrpcStatus(ticket.status()); … the ticket's place is given back when it is
//   destroyed.
//
// Owned by the host of a service. Any thread. Times are the machine's clock, never a journal's virtual one: deadlines
// are gRPC's.
#ifndef WHISTLE_LIBS_RPC_ADMISSION_H_
#define WHISTLE_LIBS_RPC_ADMISSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/telemetry/service_metrics.h"

namespace whistle::rpc {

// gRPC sends a deadline as a timeout and rounds it up, to three digits at most: what a server sees may be this part
// later than what the client meant (100 ms of 10 s). It is taken off again, besides the margin.
inline constexpr double kTimeoutRounding = 0.01;

struct AdmissionLimits {
  // Calls being worked on, all clients together: at 1 MiB a request the most that can wait is 4 GiB, in practice some
  // MiB.
  int calls_in_flight_max = 4096;
  // A quarter of it, so that one client cannot lock the others out.
  int calls_per_client_max = 1024;
  // Each may hold a full queue (StreamLimits): 256 × 8 MiB = 2 GiB at the very worst.
  int streams_max = 256;
  int streams_per_client_max = 32;
  // What a call gets that names no deadline.
  absl::Duration deadline_default = absl::Seconds(10);
  // A longer one is cut to this; no command takes so long unless something is wrong.
  absl::Duration deadline_max = absl::Seconds(60);
  // The handler's deadline lies this much before the client's, so that an answer given at the last moment still arrives
  // in time. A call with less time than this left is refused with DEADLINE_EXCEEDED before it could do anything.
  absl::Duration answer_margin = absl::Milliseconds(20);

  // INVALID_ARGUMENT unless every number is positive and the limits fit together.
  absl::Status Check() const;
};

// What a call is told that is not let in, or not finished, because the service stops: UNAVAILABLE, so that its client
// retries. What became of an unfinished command is not known; the request id makes the retry safe.
absl::Status Stopping();

// What is known of a call at the door.
struct CallFacts {
  // The values of the metadata key whistle-client.
  std::vector<absl::string_view> client;
  // "whistle.intake.v1.CloseCase".
  absl::string_view method;
  // As the client set it; InfiniteFuture if it set none.
  absl::Time deadline = absl::InfiniteFuture();
  absl::Time now;
};

// What a handler is told of the call.
struct CallInfo {
  std::string client;
  std::string method;
  // The answer must be given by then. Streams have the client's own deadline, which may be InfiniteFuture.
  absl::Time deadline;
};

// A place inside. Move-only; gives the place back when destroyed or released. May outlive the Admission, not the
// metrics.
class Ticket {
 public:
  Ticket(Ticket&& other) noexcept;
  Ticket& operator=(Ticket&& other) noexcept;
  ~Ticket();

  const CallInfo& info() const { return info_; }

  // Harmless when repeated.
  void Release();

  // How the call or stream is ended when the service stops: `end` is called at most once, for a stream from
  // Admission::Close, for a call from Admission::Dismiss, or at once if that was before. It must not call back into
  // either.
  void OnStopping(absl::AnyInvocable<void() &&> end);

 private:
  friend class Admission;
  struct Place;

  Ticket(CallInfo info, std::unique_ptr<Place> place);

  CallInfo info_;
  std::unique_ptr<Place> place_;
};

class Admission {
 public:
  // `limits` must pass Check(). `metrics` must outlive the Admission and all its tickets.
  Admission(const AdmissionLimits& limits, telemetry::ServiceMetrics* metrics);
  ~Admission();

  // INVALID_ARGUMENT without a proper client name; RESOURCE_EXHAUSTED naming the limit and its number;
  // DEADLINE_EXCEEDED when too little time is left; UNAVAILABLE after Close.
  absl::StatusOr<Ticket> AdmitCall(const CallFacts& facts);
  absl::StatusOr<Ticket> AdmitStream(const CallFacts& facts);

  // Lets nobody in any more and ends every open stream, which would not end by itself. Harmless when repeated.
  void Close();
  // Close, and ends every call that is still inside. Its place is held until its handler is done. Harmless when
  // repeated.
  void Dismiss();

  // True once all calls are over; false if that is not so by `deadline`.
  bool WaitForCalls(absl::Time deadline);
  // True once `quiet` passed without anybody being refused because of Close; false if that is not so by `deadline`.
  bool WaitUntilQuiet(absl::Duration quiet, absl::Time deadline);

  int calls_in_flight() const;
  int streams_open() const;

 private:
  friend class Ticket;
  class Core;

  std::shared_ptr<Core> core_;
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_ADMISSION_H_
