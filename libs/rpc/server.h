// A gRPC server as Whistle runs one: loopback only, with limits, health, reflection, and a shutdown that finishes what
// was accepted and tells everybody else to retry.
//
//   auto server = Server::Start({.listen_address = "127.0.0.1:7101", .admissions = {&admission}}, {&intake_service});
//   (*server)->SetServing("whistle.intake.v1.IntakeService", true);
//   …
//   (*server)->Shutdown(absl::Now() + absl::Seconds(10));
#ifndef WHISTLE_LIBS_RPC_SERVER_H_
#define WHISTLE_LIBS_RPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/door.h"

namespace whistle::rpc {

// The largest request. A record is at most 256 KiB and a command is smaller than what it records; a larger message is
// RESOURCE_EXHAUSTED.
inline constexpr int kReceivedMessageBytesMax = 1024 * 1024;
// The largest reply: a page of a timeline, or 32 records of the largest size with room to spare.
inline constexpr int kSentMessageBytesMax = 16 * 1024 * 1024;
// Calls on one connection: as many as are let in at all (AdmissionLimits::calls_in_flight_max), so that a client over
// its limit is told so and does not queue unseen.
inline constexpr int kStreamsPerConnectionMax = 4096;
// A client that vanished without closing is noticed within keepalive time + timeout.
inline constexpr absl::Duration kKeepaliveTime = absl::Seconds(60);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Clients may ping this often themselves; more is answered with GOAWAY "too_many_pings".
inline constexpr absl::Duration kClientPingIntervalMin = absl::Seconds(10);
// How long Shutdown goes on, after the last admitted call was answered: for the answers' bytes to leave, and for
// clients that only watch.
inline constexpr absl::Duration kShutdownFlush = absl::Seconds(1);
// Calls that passed the door before it was shut may still be on their way to their handler, which refuses them. The
// last of them is thought to have come when none came for so long: a thread that a busy machine puts aside is back by
// then. At most half of kShutdownFlush is spent on it.
inline constexpr absl::Duration kShutdownQuiet = absl::Milliseconds(50);
static_assert(kShutdownQuiet < kShutdownFlush);

struct ServerOptions {
  // 127.0.0.0/8, [::1] or localhost, with a port; port 0 lets the system choose. Callers are not authenticated yet, so
  // nothing else.
  std::string listen_address = "127.0.0.1:0";
  // Closed when Shutdown begins, waited for, and dismissed. Must outlive the server.
  std::vector<Admission*> admissions;
};

// Owns gRPC's threads. Start, Shutdown and destruction from one thread; the rest from any.
class Server {
 public:
  // Listens and serves. `services` must outlive the server. INVALID_ARGUMENT for an address that is not loopback;
  // UNAVAILABLE, naming the address and the reason, when nobody can listen there, a port in use above all.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<grpc::Service*>& services);

  // Shuts down at once if Shutdown was not called.
  ~Server();

  int bound_port() const { return bound_port_; }
  // "127.0.0.1:40123": what a client connects to.
  const std::string& address() const { return address_; }

  // What grpc.health.v1 answers for `service` (its full name; "" for the server as a whole). Until set, a service is
  // unknown to the health check; the whole is serving from the start.
  void SetServing(absl::string_view service, bool serving);

  // Says not-serving; answers whoever comes from now on, and every stream, with UNAVAILABLE; waits until `deadline` for
  // the accepted calls; answers those that still wait with UNAVAILABLE; then tears the server down. Over by `deadline`
  // + kShutdownFlush. Harmless when repeated.
  void Shutdown(absl::Time deadline);

 private:
  Server(std::unique_ptr<grpc::Server> server, std::shared_ptr<Door> door, std::string address, int bound_port,
         std::vector<Admission*> admissions);

  std::unique_ptr<grpc::Server> server_;
  const std::shared_ptr<Door> door_;
  const std::string address_;
  const int bound_port_;
  const std::vector<Admission*> admissions_;
  bool shut_down_ = false;
};

}  // namespace whistle::rpc

#endif  // WHISTLE_LIBS_RPC_SERVER_H_
