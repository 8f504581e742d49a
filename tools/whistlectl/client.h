// How the tools speak to running services: any method of any service, by its descriptor.
//
//   GrpcClient client(Endpoints{.target = "127.0.0.1:7100"}, "whistlectl", absl::Seconds(30));
//   absl::Status status = client.Call(*method, request, "intake", response);
//   if (auto detail = rpc::DetailOf(status)) …
#ifndef WHISTLE_TOOLS_WHISTLECTL_CLIENT_H_
#define WHISTLE_TOOLS_WHISTLECTL_CLIENT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"

namespace whistle::whistlectl {

// The four services, in the order in which they are always named.
inline constexpr const char* kServiceNames[] = {"intake", "response", "coordination", "escalation"};

// One call at a time; a caller that wants more makes more clients.
class Client {
 public:
  virtual ~Client() = default;

  // Calls a unary method. `service` names the service whose projection answers, for the methods that every service
  // serves; empty: the one the method's package belongs to. A refusal carries its RejectionDetail (rpc::DetailOf).
  virtual absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                            absl::string_view service, google::protobuf::Message& response) = 0;

  // Calls a server-streaming method; `on_response` returns false to stop.
  virtual absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                              const google::protobuf::Message& request, absl::string_view service,
                              google::protobuf::Message& response, const std::function<bool()>& on_response) = 0;
};

// Where the services listen.
struct Endpoints {
  // HOST:PORT of every service that `by_service` does not name: a whistled.
  std::string target = "127.0.0.1:7100";
  // "intake" … "escalation" → HOST:PORT, for services that run as processes of their own.
  std::map<std::string, std::string> by_service;
};

class GrpcClient final : public Client {
 public:
  // `name` is sent as the calling client's name: request ids are scoped by it.
  GrpcClient(Endpoints endpoints, std::string name, absl::Duration timeout);

  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    absl::string_view service, google::protobuf::Message& response) override;
  absl::Status Stream(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                      absl::string_view service, google::protobuf::Message& response,
                      const std::function<bool()>& on_response) override;

 private:
  const std::string& AddressOf(const std::string& service) const;
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& service);

  const Endpoints endpoints_;
  const std::string name_;
  const absl::Duration timeout_;
  // By address.
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

// The service that a method's package belongs to: the registry is intake's, what every service serves is intake's too
// unless the caller says otherwise.
std::string HomeService(const google::protobuf::MethodDescriptor& method);

// "FAILED_PRECONDITION: the case is closed (reason case_closed, subject …; expected …; found …)".
std::string DescribeStatus(const absl::Status& status);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CLIENT_H_
