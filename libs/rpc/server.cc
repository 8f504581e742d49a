#include "libs/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/strings/str_cat.h"
#include "libs/base/loopback.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/grpc_runtime.h"
#include "libs/rpc/malformed_request.h"

namespace whistle::rpc {
namespace {

static_assert(kStreamsPerConnectionMax >= AdmissionLimits{}.calls_in_flight_max);

// gRPC keeps these switches per process and reads them when a server is built.
void EnablePluginsOnce() {
  static absl::once_flag once;
  absl::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

int Millis(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kReceivedMessageBytesMax);
  builder.SetMaxSendMessageSize(kSentMessageBytesMax);
  // With SO_REUSEPORT a second process on the same port would start without complaint and take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(kKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Millis(kClientPingIntervalMin));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Only reflection uses gRPC's synchronous threads; one is enough.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<grpc::Service*>& services) {
  WHISTLE_ASSIGN_OR_RETURN(base::LoopbackAddress address, base::ParseLoopbackAddress(options.listen_address));
  KeepGrpcRunning();
  EnablePluginsOnce();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(MakeMalformedRequestInterceptorFactory());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  for (grpc::Service* service : services) builder.RegisterService(service);
  int bound_port = 0;
  // On the wire nothing but plain HTTP/2, as with insecure credentials; but these refuse a peer that is not on this
  // machine, and have a door.
  const auto door = std::make_shared<Door>();
  const std::shared_ptr<grpc::ServerCredentials> local = grpc::experimental::LocalServerCredentials(LOCAL_TCP);
  local->SetAuthMetadataProcessor(door);
  builder.AddListeningPort(address.ToString(), local, &bound_port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || bound_port <= 0) {
    const std::string why = base::WhyNotBindable(address);
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(), ": ",
                     why.empty() ? "gRPC could not start (a service registered twice?)" : why));
  }
  address.port = bound_port;
  return std::unique_ptr<Server>(
      new Server(std::move(server), door, address.ToString(), bound_port, options.admissions));
}

Server::Server(std::unique_ptr<grpc::Server> server, std::shared_ptr<Door> door, std::string address, int bound_port,
               std::vector<Admission*> admissions)
    : server_(std::move(server)),
      door_(std::move(door)),
      address_(std::move(address)),
      bound_port_(bound_port),
      admissions_(std::move(admissions)) {}

Server::~Server() { Shutdown(absl::Now()); }

void Server::SetServing(absl::string_view service, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(std::string(service), serving);
}

void Server::Shutdown(absl::Time deadline) {
  if (std::exchange(shut_down_, true)) return;
  // For good: a later SetServing cannot undo it.
  server_->GetHealthCheckService()->Shutdown();
  for (Admission* admission : admissions_) admission->Close();
  for (Admission* admission : admissions_) admission->WaitForCalls(deadline);
  for (Admission* admission : admissions_) admission->Dismiss();
  // From here on every call of ours has its answer. Health watchers, idle reflection streams and clients that do not
  // read their stream never end by themselves: nobody need wait for them longer.
  const absl::Time answered_at = absl::Now();
  door_->Shut();
  for (Admission* admission : admissions_) admission->WaitUntilQuiet(kShutdownQuiet, answered_at + kShutdownFlush / 2);
  server_->Shutdown(absl::ToChronoTime(answered_at + kShutdownFlush));
}

}  // namespace whistle::rpc
