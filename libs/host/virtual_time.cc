#include "libs/host/virtual_time.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
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
// How many items are carried out together: the journal's syncs and the coming to rest are shared by so many.
constexpr size_t kTogetherMax = 256;

// When an item is due on the clock, which says whole milliseconds: the first that is not before its time.
absl::Time DueMoment(const common::v1::AgendaItem& item) {
  const absl::Time due_at = base::FromProto(item.due_at());
  const absl::Time whole = absl::FromUnixMillis(absl::ToUnixMillis(due_at));
  return whole < due_at ? whole + absl::Milliseconds(1) : whole;
}

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
    // Looks once commands are answered, not at each that is folded: looking takes the services' time. An item that
    // cannot be carried out is reported by its service; the next nudge tries it again.
    FireUpTo(clock_->Now(), fired_since_).IgnoreError();
  }
}

bool VirtualTime::stopping() {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status VirtualTime::Rest() {
  const absl::Time give_up_at = absl::Now() + kUnansweredMax;
  const auto unanswered = [this] {
    return std::any_of(services_.begin(), services_.end(),
                       [](HostedService* service) { return service->engine().unanswered() > 0; });
  };
  while (unanswered() && absl::Now() < give_up_at && !stopping()) absl::SleepFor(absl::Milliseconds(1));
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

absl::StatusOr<std::vector<VirtualTime::Next>> VirtualTime::NextDue(absl::Time until,
                                                                    const absl::flat_hash_set<std::string>& skip) {
  // Due time, case id, service, and the place among the service's own.
  using Order = std::tuple<absl::Time, std::string, std::string, size_t>;
  std::map<Order, Next> due;
  // Past the end of a full page nothing is known.
  std::optional<Order> known_to;
  for (HostedService* service : services_) {
    if (service->engine().agenda_paused()) continue;
    WHISTLE_ASSIGN_OR_RETURN(std::vector<common::v1::AgendaItem> items,
                             service->engine().Due(until, skip, kTogetherMax));
    for (size_t i = 0; i < items.size(); ++i) {
      Order order(base::FromProto(items[i].due_at()), items[i].case_id(), service->name(), i);
      if (i + 1 == kTogetherMax && (!known_to || order < *known_to)) known_to = order;
      due.emplace(std::move(order), Next{service, std::move(items[i])});
    }
  }
  std::vector<Next> together;
  absl::flat_hash_set<std::string> cases;
  absl::Time moment;
  for (auto& [order, next] : due) {
    if (cases.empty()) moment = std::max(DueMoment(next.item), clock_->Now());
    if (DueMoment(next.item) > moment || (known_to && order > *known_to) || together.size() == kTogetherMax) break;
    const bool concerns_two = !next.item.other_case_id().empty();
    if (concerns_two && !cases.empty()) break;
    if (cases.insert(next.item.case_id()).second) together.push_back(std::move(next));
    if (concerns_two) break;
  }
  return together;
}

std::vector<absl::Status> VirtualTime::Fire(const std::vector<Next>& items) {
  std::vector<absl::Status> results(items.size());
  absl::BlockingCounter left(static_cast<int>(items.size()));
  for (size_t i = 0; i < items.size(); ++i) {
    items[i].service->engine().Fire(items[i].item, [&left, result = &results[i]](absl::Status status) {
      *result = std::move(status);
      left.DecrementCount();
    });
  }
  left.Wait();
  return results;
}

absl::Status VirtualTime::FireUpTo(absl::Time until, AdvanceClockResponse& response) {
  absl::flat_hash_map<std::string, int> tries;
  absl::flat_hash_set<std::string> given_up;
  absl::Status first_failure;
  while (true) {
    if (stopping()) return absl::UnavailableError("this instance is shutting down");
    WHISTLE_RETURN_IF_ERROR(Rest());
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Next> together, NextDue(until, given_up));
    if (together.empty()) return first_failure;
    clock_->AdvanceTo(DueMoment(together.front().item));
    const std::vector<absl::Status> results = Fire(together);
    for (size_t i = 0; i < together.size(); ++i) {
      const common::v1::AgendaItem& item = together[i].item;
      if (results[i].ok()) {
        operations::v1::FiredItem fired;
        fired.set_service(together[i].service->name());
        *fired.mutable_item() = item;
        *fired.mutable_fired_at() = base::ToProto(clock_->Now());
        if (response.fired_size() == kFiredNamedMax) response.mutable_fired()->DeleteSubrange(0, 1);
        *response.add_fired() = std::move(fired);
        response.set_fired_count(response.fired_count() + 1);
        continue;
      }
      const std::string id = projection::AgendaRequestId(item);
      if (++tries[id] < kTriesMax) continue;
      given_up.insert(id);
      first_failure.Update(absl::InternalError(
          absl::StrCat("the agenda item ", common::v1::AgendaKind_Name(item.kind()), " ", item.subject(), " of case ",
                       item.case_id(), " could not be carried out: ", results[i].message())));
    }
  }
}

absl::StatusOr<AdvanceClockResponse> VirtualTime::Carry(const Advance& advance) {
  const absl::Time to = advance.by ? clock_->Now() + *advance.by : advance.to;
  if (to < clock_->Now()) {
    return absl::FailedPreconditionError(absl::StrCat("the clock stands at ", base::TimeText(clock_->Now()),
                                                      " and never goes back to ", base::TimeText(to)));
  }
  if (to > base::LatestTime()) return absl::InvalidArgumentError("by_ms: beyond the year 9999");
  if (advance.without_firing) clock_->AdvanceTo(to);
  WHISTLE_RETURN_IF_ERROR(FireUpTo(to, fired_since_));
  clock_->AdvanceTo(to);
  AdvanceClockResponse response;
  response.Swap(&fired_since_);
  *response.mutable_now() = base::ToProto(clock_->Now());
  return response;
}

}  // namespace whistle::host
