// GET /metrics (Prometheus text) and GET /healthz over plain HTTP on loopback.
//
//   auto server = MetricsServer::Start("127.0.0.1:9101", &registry, [] { return absl::OkStatus(); });
//   (*server)->bound_port();
#ifndef WHISTLE_LIBS_TELEMETRY_METRICS_SERVER_H_
#define WHISTLE_LIBS_TELEMETRY_METRICS_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/telemetry/metrics.h"

namespace whistle::telemetry {

// Owns its threads. Start, Stop and destruction from one thread.
class MetricsServer {
 public:
  // OK: 200. Otherwise: 503 with the status in words. Called from the server's threads; must not block.
  using Health = std::function<absl::Status()>;

  // Listens on `address`, which must be loopback (INVALID_ARGUMENT); port 0 lets the system choose. UNAVAILABLE names
  // the address and the reason when nobody can listen there, a port in use above all. `registry` must outlive the
  // server.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(absl::string_view address, const Registry* registry,
                                                              Health health);

  // Stops.
  ~MetricsServer();

  int bound_port() const;

  // Returns when no request is being answered any more. Harmless when repeated.
  void Stop();

 private:
  class Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace whistle::telemetry

#endif  // WHISTLE_LIBS_TELEMETRY_METRICS_SERVER_H_
