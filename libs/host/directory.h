// The services of a process, by name. Where several share one address (whistled), the metadata key `whistle-service`
// says whose projection is to answer a TimelineService or OperationsService call; without it the first does.
#ifndef WHISTLE_LIBS_HOST_DIRECTORY_H_
#define WHISTLE_LIBS_HOST_DIRECTORY_H_

#include <grpcpp/server_context.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "libs/host/hosted_service.h"

namespace whistle::host {

inline constexpr char kServiceMetadataKey[] = "whistle-service";

// Immutable; any thread.
class Directory {
 public:
  // At least one; they outlive the directory.
  explicit Directory(std::vector<HostedService*> services) : services_(std::move(services)) {}

  const std::vector<HostedService*>& services() const { return services_; }

  // INVALID_ARGUMENT names the services that are here.
  absl::StatusOr<HostedService*> Find(absl::string_view name) const {
    for (HostedService* service : services_) {
      if (service->name() == name) return service;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("service \"", name, "\" is not in this process; here are: ",
                     absl::StrJoin(services_, ", ",
                                   [](std::string* out, const HostedService* s) { absl::StrAppend(out, s->name()); })));
  }

  absl::StatusOr<HostedService*> For(const grpc::CallbackServerContext& context) const {
    const auto found = context.client_metadata().find(kServiceMetadataKey);
    if (found == context.client_metadata().end()) return services_.front();
    return Find(absl::string_view(found->second.data(), found->second.size()));
  }

 private:
  const std::vector<HostedService*> services_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_DIRECTORY_H_
