#include "libs/host/timeline_service.h"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/engine/acceptance.h"
#include "libs/host/desk.h"
#include "libs/host/timeline_query.h"

namespace whistle::host {
namespace {

using timeline::v1::GetHeadRequest;
using timeline::v1::GetHeadResponse;
using timeline::v1::GetTimelineRequest;
using timeline::v1::GetTimelineResponse;
using timeline::v1::TimelineEntry;
using timeline::v1::WatchTimelineRequest;
using timeline::v1::WatchTimelineResponse;

// A watcher whose queue stays full for this long is cut off when the next decision is folded.
constexpr absl::Duration kNoRoomMax = absl::Seconds(10);

absl::Status Timeline(HostedService& service, const projection::Reader& reader, const GetTimelineRequest& request,
                      GetTimelineResponse& response) {
  return GetTimeline(reader, service.clock().Now(), service.journal().identity().partition_count, request, response);
}

absl::Status Head(HostedService&, const projection::Reader& reader, const GetHeadRequest& request,
                  GetHeadResponse& response) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.case_id(), "case_id", 64));
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindCase(request.case_id()));
  if (!row) return absl::NotFoundError(absl::StrCat("there is no case ", request.case_id(), " in this projection"));
  response.set_version(row->version());
  response.set_head(row->head());
  return absl::OkStatus();
}

// `answer` as Desk::Query's, with the service before the rest.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* RunQuery(const Directory& directory, rpc::CallRunner* runner,
                                   grpc::CallbackServerContext* context, const Request* request, Response* response,
                                   absl::Status (*answer)(HostedService&, const projection::Reader&, const Request&,
                                                          Response&)) {
  const absl::StatusOr<HostedService*> service = directory.For(*context);
  if (!service.ok()) {
    return runner->Run(context, request, response,
                       [status = service.status()](rpc::CallInfo, Request, rpc::Completion<Response> done) {
                         std::move(done)(status);
                       });
  }
  struct NoDecider {};
  return Desk<NoDecider>(*service, runner)
      .Query(context, request, response,
             [service = *service, answer](const projection::Reader& reader, const Request& r, Response& reply) {
               return answer(*service, reader, r, reply);
             });
}

}  // namespace

// One watcher: a pump for each partition, all into one stream. Made, used and ended on the Pumps thread; the stream
// keeps it alive until it is closed.
class TimelineService::Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(HostedService* service, Pumps* pumps, WatchTimelineRequest request,
        rpc::StreamWriter<WatchTimelineResponse> stream)
      : service_(service), pumps_(pumps), request_(std::move(request)), stream_(std::move(stream)) {}

  void Start() {
    stream_.OnRoom([weak = weak_from_this()] {
      if (const auto watch = weak.lock()) watch->WakeAll();
    });
    stream_.OnClosed([self = shared_from_this()] { self->pumps_->Post([self] { self->StopPumps(); }); });
    if (const absl::Status status = StartPumps(); !status.ok()) stream_.Finish(status);
  }

  // Any thread.
  void OnFolded(base::PartitionId partition) {
    pumps_->Post([weak = weak_from_this(), partition] {
      const auto watch = weak.lock();
      if (!watch) return;
      const auto found = watch->by_partition_.find(partition);
      if (found != watch->by_partition_.end()) found->second->Wake();
    });
  }

 private:
  absl::Status StartPumps() {
    const int count = service_->journal().identity().partition_count;
    std::vector<base::PartitionId> partitions;
    if (!request_.case_id().empty()) {
      WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request_.case_id(), "case_id", 64));
      partitions.push_back(journal::PartitionForCase(request_.case_id(), count));
    } else {
      for (int i = 0; i < count; ++i) partitions.push_back(base::PartitionId::Case(i));
    }
    std::map<base::PartitionId, base::Offset> after;
    for (const common::v1::Position& position : request_.after()) {
      const auto partition = PartitionOf(position, count);
      if (!partition.ok()) return absl::InvalidArgumentError(absl::StrCat("after.", partition.status().message()));
      after[*partition] = base::Offset{position.offset()};
    }
    if (!after.empty() && after.size() < partitions.size() && !request_.from_beginning()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "after: names ", after.size(), " of ", partitions.size(),
          " partitions; the others would start at the present and leave a gap. Name them all, or set from_beginning"));
    }
    for (const base::PartitionId partition : partitions) {
      WHISTLE_ASSIGN_OR_RETURN(const base::Offset folded, FoldedEnd(partition));
      base::Offset from = request_.from_beginning() ? base::Offset{0} : folded;
      if (const auto resume = after.find(partition); resume != after.end()) from = resume->second.Next();
      if (from > folded) {
        return absl::OutOfRangeError(absl::StrCat("after: partition ", partition.ToString(), " is folded up to offset ",
                                                  folded.value - 1, ", not yet to ", from.value - 1));
      }
      Pump::Sink sink;
      sink.take = [this, partition](const journal::StoredRecord& record) { return Take(partition, record); };
      sink.limit = [this, partition] {
        const auto end = FoldedEnd(partition);
        return end.ok() ? *end : base::Offset{0};
      };
      sink.done = [this](absl::Status status) { stream_.Finish(status); };
      WHISTLE_ASSIGN_OR_RETURN(by_partition_[partition],
                               Pump::Start(pumps_, &service_->journal(), partition, from,
                                           base::Offset{std::numeric_limits<int64_t>::max()}, std::move(sink)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<base::Offset> FoldedEnd(base::PartitionId partition) const {
    WHISTLE_ASSIGN_OR_RETURN(const auto row, service_->store().FindPartition(partition));
    return row ? base::Offset{row->offset() + 1} : base::Offset{0};
  }

  Pump::Taken Take(base::PartitionId partition, const journal::StoredRecord& record) {
    auto entry = AcceptedAt(partition, record);
    if (!entry.ok()) {
      stream_.Finish(entry.status());
      return Pump::Taken::kEnough;
    }
    if (!*entry) return Pump::Taken::kYes;
    WatchTimelineResponse response;
    *response.mutable_entry() = **std::move(entry);
    std::string place = absl::StrCat("partition ", partition.ToString(), " after offset ", record.offset.value - 1);
    // The journal keeps what the consumer has not taken, so it may lag; but not stand still while others write.
    const bool too_slow = absl::Now() - no_room_since_ >= kNoRoomMax;
    const rpc::PushResult result = too_slow ? stream_.Push(std::move(response), std::move(place))
                                            : stream_.Offer(std::move(response), std::move(place));
    switch (result) {
      case rpc::PushResult::kQueued:
        no_room_since_ = absl::InfiniteFuture();
        return Pump::Taken::kYes;
      case rpc::PushResult::kNoRoom:
        no_room_since_ = std::min(no_room_since_, absl::Now());
        return Pump::Taken::kNoRoom;
      case rpc::PushResult::kClosed:
        break;
    }
    return Pump::Taken::kEnough;
  }

  // The timeline's entry for a record; nothing where the record does not count, or is of another case than the one
  // watched.
  absl::StatusOr<std::optional<TimelineEntry>> AcceptedAt(base::PartitionId partition,
                                                          const journal::StoredRecord& record) const {
    const auto& identity = service_->journal().identity();
    const auto read = engine::ReadDecision(record, partition, identity.partition_count);
    const auto* decision = std::get_if<journal::v1::Decision>(&read);
    if (decision == nullptr) return std::nullopt;
    if (!request_.case_id().empty() && decision->case_id() != request_.case_id()) return std::nullopt;
    const projection::RequestKey key{decision->case_id(), decision->request().client(),
                                     decision->request().request_id()};
    WHISTLE_ASSIGN_OR_RETURN(const auto request, service_->store().FindRequest(key));
    if (!request) return std::nullopt;
    const base::Version version{request->version()};
    WHISTLE_ASSIGN_OR_RETURN(const auto row, service_->store().FindTimeline(decision->case_id(), version));
    // The request id was carried out by another record: this one did not count.
    if (!row || row->position().offset() != record.offset.value) return std::nullopt;
    WHISTLE_ASSIGN_OR_RETURN(TimelineEntry entry, MakeTimelineEntry(decision->case_id(), version, *row));
    return entry;
  }

  void WakeAll() {
    pumps_->Post([weak = weak_from_this()] {
      const auto watch = weak.lock();
      if (!watch) return;
      for (const auto& [partition, pump] : watch->by_partition_) pump->Wake();
    });
  }

  void StopPumps() {
    for (const auto& [partition, pump] : by_partition_) pump->Stop();
    by_partition_.clear();
  }

  HostedService* const service_;
  Pumps* const pumps_;
  const WatchTimelineRequest request_;
  rpc::StreamWriter<WatchTimelineResponse> stream_;
  std::map<base::PartitionId, std::shared_ptr<Pump>> by_partition_;
  // Since when the consumer has taken nothing though something was there.
  absl::Time no_room_since_ = absl::InfiniteFuture();
};

TimelineService::TimelineService(const Directory* directory, rpc::CallRunner* runner, Pumps* pumps)
    : directory_(directory), runner_(runner), pumps_(pumps), watches_(std::make_shared<Watches>()) {
  for (HostedService* service : directory_->services()) {
    service->AddFoldListener([watches = watches_, service](base::PartitionId partition) {
      absl::MutexLock lock(&watches->mutex);
      std::erase_if(watches->of[service], [&](const std::weak_ptr<Watch>& weak) {
        const auto watch = weak.lock();
        if (watch) watch->OnFolded(partition);
        return watch == nullptr;
      });
    });
  }
}

grpc::ServerUnaryReactor* TimelineService::GetTimeline(grpc::CallbackServerContext* context,
                                                       const GetTimelineRequest* request,
                                                       GetTimelineResponse* response) {
  return RunQuery(*directory_, runner_, context, request, response, &Timeline);
}

grpc::ServerUnaryReactor* TimelineService::GetHead(grpc::CallbackServerContext* context, const GetHeadRequest* request,
                                                   GetHeadResponse* response) {
  return RunQuery(*directory_, runner_, context, request, response, &Head);
}

grpc::ServerWriteReactor<WatchTimelineResponse>* TimelineService::WatchTimeline(grpc::CallbackServerContext* context,
                                                                                const WatchTimelineRequest* request) {
  const absl::StatusOr<HostedService*> service = directory_->For(*context);
  return runner_->Stream<WatchTimelineResponse>(
      context, request, rpc::StreamLimits(),
      [this, service](rpc::CallInfo, WatchTimelineRequest wanted, rpc::StreamWriter<WatchTimelineResponse> stream) {
        if (!service.ok()) return stream.Finish(service.status());
        auto watch = std::make_shared<Watch>(*service, pumps_, std::move(wanted), std::move(stream));
        {
          absl::MutexLock lock(&watches_->mutex);
          watches_->of[*service].push_back(watch);
        }
        pumps_->Post([watch] { watch->Start(); });
      });
}

}  // namespace whistle::host
