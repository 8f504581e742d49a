#include "libs/host/virtual_time.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
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
// How long a command that was decided at one moment may hold up the clock, so that it is stamped at that moment.
constexpr absl::Duration kUnansweredMax = absl::Seconds(1);
// How often an item is tried at one moment before the clock goes on without it.
constexpr int kTriesMax = 3;
// How many fired items a reply names.
constexpr int kFiredNamedMax = 1000;

}  // namespace

VirtualTime::VirtualTime(base::VirtualClock* clock, std::vector<HostedService*> services)
    : clock_(clock), services_(std::move(services)), thread_([this] { Run(); }) {}

VirtualTime::~VirtualTime() { Stop(); }

void VirtualTime::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void VirtualTime::AdvanceTo(Advance advance, Done done) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) return tasks_.push_back({advance, std::move(done)});
  }
  std::move(done)(absl::UnavailableError("this instance is shutting down"));
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
    const auto due = FirstDue(clock_->Now(), {});
    if (!due.ok() || !*due) continue;
    AdvanceClockResponse fired;
    // An item that cannot be carried out is reported by its service; the next nudge tries it again.
    FireUpTo(clock_->Now(), fired).IgnoreError();
  }
}

absl::Status VirtualTime::Rest() {
  const absl::Time give_up_at = absl::Now() + kUnansweredMax;
  const auto unanswered = [this] {
    return std::any_of(services_.begin(), services_.end(),
                       [](HostedService* service) { return service->engine().unanswered() > 0; });
  };
  while (unanswered() && absl::Now() < give_up_at) absl::SleepFor(absl::Milliseconds(1));
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

absl::StatusOr<std::optional<VirtualTime::Next>> VirtualTime::FirstDue(absl::Time until,
                                                                       const absl::flat_hash_set<std::string>& skip) {
  std::optional<Next> first;
  const auto order = [](const Next& next) {
    return std::make_tuple(base::FromProto(next.item.due_at()), next.item.case_id(), next.service->name(),
                           base::SerializeDeterministically(next.item));
  };
  for (HostedService* service : services_) {
    if (service->engine().agenda_paused()) continue;
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<common::v1::AgendaItem> item, service->engine().FirstDue(until, skip));
    if (!item) continue;
    Next next{service, *item};
    if (!first || order(next) < order(*first)) first = std::move(next);
  }
  return first;
}

absl::Status VirtualTime::FireUpTo(absl::Time until, AdvanceClockResponse& response) {
  absl::flat_hash_map<std::string, int> tries;
  absl::flat_hash_set<std::string> given_up;
  absl::Status first_failure;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return absl::UnavailableError("this instance is shutting down");
    }
    WHISTLE_RETURN_IF_ERROR(Rest());
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<Next> next, FirstDue(until, given_up));
    if (!next) return first_failure;
    // The clock says whole milliseconds: the first that is not before the due time.
    const absl::Time due_at = base::FromProto(next->item.due_at());
    const absl::Time whole = absl::FromUnixMillis(absl::ToUnixMillis(due_at));
    clock_->AdvanceTo(whole < due_at ? whole + absl::Milliseconds(1) : whole);
    absl::Status result;
    absl::Notification done;
    next->service->engine().Fire(next->item, [&](absl::Status status) {
      result = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    if (!result.ok()) {
      const std::string id = projection::AgendaRequestId(next->item);
      if (++tries[id] < kTriesMax) continue;
      given_up.insert(id);
      first_failure.Update(absl::InternalError(
          absl::StrCat("the agenda item ", common::v1::AgendaKind_Name(next->item.kind()), " ", next->item.subject(),
                       " of case ", next->item.case_id(), " could not be carried out: ", result.message())));
      continue;
    }
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
  const absl::Time to = advance.by ? clock_->Now() + *advance.by : advance.to;
  if (to < clock_->Now()) {
    return absl::FailedPreconditionError(absl::StrCat("the clock stands at ", base::TimeText(clock_->Now()),
                                                      " and never goes back to ", base::TimeText(to)));
  }
  if (to > base::LatestTime()) return absl::InvalidArgumentError("by_ms: beyond the year 9999");
  AdvanceClockResponse response;
  if (advance.without_firing) clock_->AdvanceTo(to);
  WHISTLE_RETURN_IF_ERROR(FireUpTo(to, response));
  clock_->AdvanceTo(to);
  *response.mutable_now() = base::ToProto(clock_->Now());
  return response;
}

}  // namespace whistle::host
