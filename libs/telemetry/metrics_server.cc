#include "libs/telemetry/metrics_server.h"

#include <httplib.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/loopback.h"
#include "libs/base/status_macros.h"

namespace whistle::telemetry {
namespace {

// One scraper and one person looking; a third waits its turn.
constexpr size_t kThreads = 2;
// A connection holds a thread while it is kept alive, so it is not kept long.
constexpr time_t kKeepAliveSeconds = 1;
constexpr time_t kIoTimeoutSeconds = 5;
// Neither path takes a body.
constexpr size_t kBodyBytesMax = 1024;

constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

class MetricsServer::Impl {
 public:
  Impl(const Registry* registry, Health health) {
    http_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    http_.set_keep_alive_timeout(kKeepAliveSeconds);
    http_.set_read_timeout(kIoTimeoutSeconds);
    http_.set_write_timeout(kIoTimeoutSeconds);
    http_.set_payload_max_length(kBodyBytesMax);
    // The library's default is SO_REUSEPORT, with which a second process would silently take half of the scrapes.
    http_.set_socket_options([](socket_t fd) {
      const int yes = 1;
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    http_.Get("/metrics", [registry](const httplib::Request&, httplib::Response& response) {
      response.set_content(registry->Render(), kTextFormat);
    });
    http_.Get("/healthz", [health = std::move(health)](const httplib::Request&, httplib::Response& response) {
      const absl::Status status = health == nullptr ? absl::OkStatus() : health();
      response.status = status.ok() ? 200 : 503;
      response.set_content(status.ok() ? "ok\n" : absl::StrCat(status.ToString(), "\n"), "text/plain; charset=utf-8");
    });
  }

  ~Impl() { Stop(); }

  absl::Status Listen(const base::LoopbackAddress& address) {
    const bool bound = address.port == 0 ? (port_ = http_.bind_to_any_port(address.host)) > 0
                                         : http_.bind_to_port(address.host, address.port);
    if (!bound) {
      return absl::UnavailableError(
          absl::StrCat("metrics: cannot listen on ", address.ToString(), ": ", base::WhyNotBindable(address)));
    }
    if (address.port != 0) port_ = address.port;
    thread_ = std::thread([this] {
      http_.listen_after_bind();
      ended_ = true;
    });
    // The library ignores a stop that comes before its loop has begun.
    while (!http_.is_running() && !ended_) std::this_thread::yield();
    return absl::OkStatus();
  }

  void Stop() {
    if (!thread_.joinable()) return;
    http_.stop();
    thread_.join();
  }

  int port() const { return port_; }

 private:
  httplib::Server http_;
  std::thread thread_;
  std::atomic<bool> ended_{false};
  int port_ = 0;
};

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(absl::string_view address, const Registry* registry,
                                                                    Health health) {
  WHISTLE_ASSIGN_OR_RETURN(const base::LoopbackAddress parsed, base::ParseLoopbackAddress(address));
  auto impl = std::make_unique<Impl>(registry, std::move(health));
  WHISTLE_RETURN_IF_ERROR(impl->Listen(parsed));
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

int MetricsServer::bound_port() const { return impl_->port(); }

void MetricsServer::Stop() { impl_->Stop(); }

}  // namespace whistle::telemetry
