// TimelineService, served alike by every service from its own projection (proto/whistle/timeline/v1/service.proto).
#ifndef WHISTLE_LIBS_HOST_TIMELINE_SERVICE_H_
#define WHISTLE_LIBS_HOST_TIMELINE_SERVICE_H_

#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/host/directory.h"
#include "libs/host/pump.h"
#include "libs/rpc/call_runner.h"
#include "whistle/timeline/v1/service.grpc.pb.h"

namespace whistle::host {

class TimelineService final : public timeline::v1::TimelineService::CallbackService {
 public:
  // All outlive the gRPC server.
  TimelineService(const Directory* directory, rpc::CallRunner* runner, Pumps* pumps);

  grpc::ServerUnaryReactor* GetTimeline(grpc::CallbackServerContext* context,
                                        const timeline::v1::GetTimelineRequest* request,
                                        timeline::v1::GetTimelineResponse* response) override;
  grpc::ServerUnaryReactor* GetHead(grpc::CallbackServerContext* context, const timeline::v1::GetHeadRequest* request,
                                    timeline::v1::GetHeadResponse* response) override;
  grpc::ServerWriteReactor<timeline::v1::WatchTimelineResponse>* WatchTimeline(
      grpc::CallbackServerContext* context, const timeline::v1::WatchTimelineRequest* request) override;

 private:
  class Watch;
  // Shared with the services' fold listeners, which outlive this.
  struct Watches {
    absl::Mutex mutex;
    std::map<HostedService*, std::vector<std::weak_ptr<Watch>>> of ABSL_GUARDED_BY(mutex);
  };

  const Directory* const directory_;
  rpc::CallRunner* const runner_;
  Pumps* const pumps_;
  const std::shared_ptr<Watches> watches_;
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_TIMELINE_SERVICE_H_
