#include "libs/host/virtual_time.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"

namespace whistle::host {
namespace {

using operations::v1::AdvanceClockResponse;

// Coming to rest takes milliseconds; a service that takes this long is not going to.
constexpr absl::Duration kRestMax = absl::Seconds(30);
// How many fired items a reply names.
constexpr int kFiredNamedMax = 1000;

}  // namespace

VirtualTime::VirtualTime(base::VirtualClock* clock, std::vector<HostedService*> services)
    : clock_(clock), services_(std::move(services)), thread_([this] { Run(); }) {}

VirtualTime::~VirtualTime() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void VirtualTime::AdvanceTo(Advance advance, Done done) {
  absl::MutexLock lock(&mutex_);
  tasks_.push_back({advance, std::move(done)});
}

void VirtualTime::Nudge() {
  absl::MutexLock lock(&mutex_);
  nudged_ = true;
}

void VirtualTime::Run() {
  while (true) {
    std::deque<Task> tasks;
    bool stopping = false;
    {
      absl::MutexLock lock(&mutex_);
      const auto awake = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || nudged_ || !tasks_.empty(); };
      mutex_.Await(absl::Condition(&awake));
      tasks.swap(tasks_);
      nudged_ = false;
      stopping = stopping_;
    }
    if (stopping) {
      for (Task& task : tasks) std::move(task.done)(absl::UnavailableError("this instance is shutting down"));
      return;
    }
    for (Task& task : tasks) std::move(task.done)(Carry(task.advance));
    const auto due = FirstDue(clock_->Now());
    if (!due.ok() || !*due) continue;
    AdvanceClockResponse fired;
    // An item that cannot be carried out is backed off and reported by its service; the next nudge tries the others
    // again.
    FireUpTo(clock_->Now(), fired).IgnoreError();
  }
}

absl::Status VirtualTime::Rest() {
  for (HostedService* service : services_) {
    absl::Status result;
    absl::Notification done;
    service->engine().AwaitEnd(absl::Now() + kRestMax, [&](absl::Status status) {
      result = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    WHISTLE_RETURN_IF_ERROR(result);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<VirtualTime::Next>> VirtualTime::FirstDue(absl::Time until) {
  std::optional<Next> first;
  const auto order = [](const Next& next) {
    return std::make_tuple(base::FromProto(next.item.due_at()), next.item.case_id(), next.service->name(),
                           base::SerializeDeterministically(next.item));
  };
  for (HostedService* service : services_) {
    if (service->engine().agenda_paused()) continue;
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<common::v1::AgendaItem> item, service->engine().FirstDue(until));
    if (!item) continue;
    Next next{service, *item};
    if (!first || order(next) < order(*first)) first = std::move(next);
  }
  return first;
}

absl::Status VirtualTime::FireUpTo(absl::Time until, AdvanceClockResponse& response) {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return absl::UnavailableError("this instance is shutting down");
    }
    WHISTLE_RETURN_IF_ERROR(Rest());
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<Next> next, FirstDue(until));
    if (!next) return absl::OkStatus();
    clock_->AdvanceTo(base::FromProto(next->item.due_at()));
    absl::Status result;
    absl::Notification done;
    next->service->engine().Fire(next->item, [&](absl::Status status) {
      result = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    if (!result.ok()) continue;  // Backed off: the others go on, and FirstDue passes it over.
    operations::v1::FiredItem fired;
    fired.set_service(next->service->name());
    *fired.mutable_item() = next->item;
    *fired.mutable_fired_at() = base::ToProto(clock_->Now());
    if (response.fired_size() == kFiredNamedMax) response.mutable_fired()->DeleteSubrange(0, 1);
    *response.add_fired() = std::move(fired);
    response.set_fired_count(response.fired_count() + 1);
  }
}

absl::StatusOr<AdvanceClockResponse> VirtualTime::Carry(const Advance& advance) {
  if (advance.to < clock_->Now()) {
    return absl::FailedPreconditionError(absl::StrCat("the clock stands at ", base::TimeText(clock_->Now()),
                                                      " and never goes back to ", base::TimeText(advance.to)));
  }
  AdvanceClockResponse response;
  if (advance.without_firing) clock_->AdvanceTo(advance.to);
  WHISTLE_RETURN_IF_ERROR(FireUpTo(advance.to, response));
  clock_->AdvanceTo(advance.to);
  *response.mutable_now() = base::ToProto(clock_->Now());
  return response;
}

}  // namespace whistle::host
