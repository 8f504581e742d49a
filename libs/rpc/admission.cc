#include "libs/rpc/admission.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/identity.h"
#include "libs/rpc/status_table.h"

namespace whistle::rpc {
namespace {

enum class Kind { kCall, kStream };

absl::Status OverLimit(absl::string_view limit, int number, absl::string_view what) {
  common::v1::RejectionDetail detail;
  detail.set_kind(common::v1::REJECTION_KIND_LIMIT);
  detail.set_reason(std::string(limit));
  detail.set_expected(absl::StrCat("at most ", number));
  return Refused(detail, absl::StrCat("over the limit of ", number, " ", what, "; wait for one to end, then retry"));
}

}  // namespace

struct Ticket::Place {
  std::shared_ptr<Admission::Core> core;
  Kind kind;
};

class Admission::Core {
 public:
  Core(const AdmissionLimits& limits, telemetry::ServiceMetrics* metrics) : limits_(limits), metrics_(metrics) {}

  const AdmissionLimits& limits() const { return limits_; }

  // Empty if there is a place, which is taken by then; otherwise the limit that refused.
  absl::Status Enter(Kind kind, const std::string& client) {
    absl::MutexLock lock(&mutex_);
    if (closed_) {
      refused_at_ = absl::Now();
      return Stopping();
    }
    const Counts of_client = clients_.contains(client) ? clients_[client] : Counts{};
    if (kind == Kind::kCall) {
      if (all_.calls >= limits_.calls_in_flight_max) {
        return Refuse("calls_in_flight", limits_.calls_in_flight_max, "calls at once");
      }
      if (of_client.calls >= limits_.calls_per_client_max) {
        return Refuse("calls_per_client", limits_.calls_per_client_max, "calls at once from one client");
      }
    } else {
      if (all_.streams >= limits_.streams_max) return Refuse("streams", limits_.streams_max, "streams at once");
      if (of_client.streams >= limits_.streams_per_client_max) {
        return Refuse("streams_per_client", limits_.streams_per_client_max, "streams at once from one client");
      }
    }
    Count(kind, clients_[client], 1);
    return absl::OkStatus();
  }

  void Leave(const Ticket::Place& place, const std::string& client) {
    absl::MutexLock lock(&mutex_);
    EndsOf(place.kind).erase(&place);
    const auto found = clients_.find(client);
    Count(place.kind, found->second, -1);
    // Names are the clients' own invention: what is not in use must not be kept.
    if (found->second.calls == 0 && found->second.streams == 0) clients_.erase(found);
  }

  // False if places of this kind have been ended: the caller ends its own at once.
  bool AddEnd(const Ticket::Place& place, absl::AnyInvocable<void() &&>& end) {
    absl::MutexLock lock(&mutex_);
    if (place.kind == Kind::kCall ? dismissed_ : closed_) return false;
    WHISTLE_CHECK(EndsOf(place.kind).emplace(&place, std::move(end)).second, "a ticket is ended in one way");
    return true;
  }

  void Close() {
    Ends ends;
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      ends.swap(stream_ends_);
    }
    for (auto& [place, end] : ends) std::move(end)();
  }

  void Dismiss() {
    Close();
    Ends ends;
    {
      absl::MutexLock lock(&mutex_);
      dismissed_ = true;
      ends.swap(call_ends_);
    }
    for (auto& [place, end] : ends) std::move(end)();
  }

  bool WaitForCalls(absl::Time deadline) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithDeadline(absl::Condition(this, &Core::NoCalls), deadline);
  }

  bool WaitUntilQuiet(absl::Duration quiet, absl::Time deadline) {
    absl::MutexLock lock(&mutex_);
    absl::Time since = absl::Now();
    while (since + quiet <= deadline) {
      const auto disturbed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return refused_at_ > since; };
      if (!mutex_.AwaitWithDeadline(absl::Condition(&disturbed), since + quiet)) return true;
      since = refused_at_;
    }
    return false;
  }

  int calls() const {
    absl::MutexLock lock(&mutex_);
    return all_.calls;
  }
  int streams() const {
    absl::MutexLock lock(&mutex_);
    return all_.streams;
  }
  void CountRefusal(absl::string_view limit) { metrics_->CallRefused(limit).Add(); }

 private:
  struct Counts {
    int calls = 0;
    int streams = 0;
  };

  using Ends = absl::flat_hash_map<const Ticket::Place*, absl::AnyInvocable<void() &&>>;

  bool NoCalls() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return all_.calls == 0; }

  Ends& EndsOf(Kind kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return kind == Kind::kCall ? call_ends_ : stream_ends_;
  }

  absl::Status Refuse(absl::string_view limit, int number, absl::string_view what) {
    CountRefusal(limit);
    return OverLimit(limit, number, what);
  }

  void Count(Kind kind, Counts& of_client, int delta) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (kind == Kind::kCall) {
      of_client.calls += delta;
      all_.calls += delta;
      metrics_->calls_in_flight.Add(delta);
    } else {
      of_client.streams += delta;
      all_.streams += delta;
      metrics_->streams_open.Add(delta);
    }
  }

  const AdmissionLimits limits_;
  telemetry::ServiceMetrics* const metrics_;
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool dismissed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time refused_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Counts all_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Counts> clients_ ABSL_GUARDED_BY(mutex_);
  Ends stream_ends_ ABSL_GUARDED_BY(mutex_);
  Ends call_ends_ ABSL_GUARDED_BY(mutex_);
};

namespace {

absl::Status TooLate(const AdmissionLimits& limits) {
  return absl::DeadlineExceededError(absl::StrCat("less than ", absl::FormatDuration(limits.answer_margin),
                                                  " left until the call's deadline; nothing was done"));
}

}  // namespace

absl::Status Stopping() {
  return absl::UnavailableError("this service is stopping; retry with the same request id, at another instance");
}

absl::Status AdmissionLimits::Check() const {
  const auto positive = [](int number, absl::string_view name) {
    return number > 0 ? absl::OkStatus()
                      : absl::InvalidArgumentError(absl::StrCat(name, " must be positive, found ", number));
  };
  WHISTLE_RETURN_IF_ERROR(positive(calls_in_flight_max, "calls_in_flight_max"));
  WHISTLE_RETURN_IF_ERROR(positive(calls_per_client_max, "calls_per_client_max"));
  WHISTLE_RETURN_IF_ERROR(positive(streams_max, "streams_max"));
  WHISTLE_RETURN_IF_ERROR(positive(streams_per_client_max, "streams_per_client_max"));
  if (answer_margin < absl::ZeroDuration() || deadline_default <= answer_margin || deadline_max < deadline_default) {
    return absl::InvalidArgumentError("deadlines must satisfy 0 <= answer_margin < deadline_default <= deadline_max");
  }
  return absl::OkStatus();
}

Ticket::Ticket(CallInfo info, std::unique_ptr<Place> place) : info_(std::move(info)), place_(std::move(place)) {}

Ticket::Ticket(Ticket&& other) noexcept = default;

Ticket::~Ticket() { Release(); }

Ticket& Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    Release();
    info_ = std::move(other.info_);
    place_ = std::move(other.place_);
  }
  return *this;
}

void Ticket::Release() {
  if (place_ == nullptr) return;
  place_->core->Leave(*place_, info_.client);
  place_ = nullptr;
}

void Ticket::OnStopping(absl::AnyInvocable<void() &&> end) {
  // From here on `end` may run, on another thread, and release this ticket: nothing of it is touched afterwards.
  if (!place_->core->AddEnd(*place_, end)) std::move(end)();
}

Admission::Admission(const AdmissionLimits& limits, telemetry::ServiceMetrics* metrics)
    : core_(std::make_shared<Core>(limits, metrics)) {
  WHISTLE_CHECK(limits.Check().ok(), std::string(limits.Check().message()));
}

Admission::~Admission() = default;

absl::StatusOr<Ticket> Admission::AdmitCall(const CallFacts& facts) {
  const AdmissionLimits& limits = core_->limits();
  WHISTLE_ASSIGN_OR_RETURN(std::string client, ClientName(facts.client));
  absl::Duration left = facts.deadline == absl::InfiniteFuture()
                            ? limits.deadline_default
                            : (facts.deadline - facts.now) * (1 - kTimeoutRounding);
  left = std::min(left, limits.deadline_max) - limits.answer_margin;
  if (left <= absl::ZeroDuration()) {
    core_->CountRefusal("deadline");
    return TooLate(limits);
  }
  WHISTLE_RETURN_IF_ERROR(core_->Enter(Kind::kCall, client));
  return Ticket({std::move(client), std::string(facts.method), facts.now + left},
                std::make_unique<Ticket::Place>(Ticket::Place{core_, Kind::kCall}));
}

absl::StatusOr<Ticket> Admission::AdmitStream(const CallFacts& facts) {
  WHISTLE_ASSIGN_OR_RETURN(std::string client, ClientName(facts.client));
  WHISTLE_RETURN_IF_ERROR(core_->Enter(Kind::kStream, client));
  return Ticket({std::move(client), std::string(facts.method), facts.deadline},
                std::make_unique<Ticket::Place>(Ticket::Place{core_, Kind::kStream}));
}

void Admission::Close() { core_->Close(); }

void Admission::Dismiss() { core_->Dismiss(); }

bool Admission::WaitForCalls(absl::Time deadline) { return core_->WaitForCalls(deadline); }

bool Admission::WaitUntilQuiet(absl::Duration quiet, absl::Time deadline) {
  return core_->WaitUntilQuiet(quiet, deadline);
}

int Admission::calls_in_flight() const { return core_->calls(); }

int Admission::streams_open() const { return core_->streams(); }

}  // namespace whistle::rpc
