// Counters, gauges and histograms, and their text for Prometheus.
//
//   Registry registry;                                              // one per process, owned by main, passed down
//   auto& refused = registry.Counters("whistle_calls_refused_total", "Calls refused by a limit.", {"service",
//   "limit"}); Counter& in_flight = refused.With({"intake", "calls_in_flight"});  // keep the reference, not the lookup
//   in_flight.Add();
//
// Families and what With() returns live as long as the Registry. Every method may be called from any thread; increments
// are single atomic operations. What Whistle's services export is declared in service_metrics.h and nowhere else.
#ifndef WHISTLE_LIBS_TELEMETRY_METRICS_H_
#define WHISTLE_LIBS_TELEMETRY_METRICS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace whistle::telemetry {

// Children a family may have. Label values come from a known few (methods, outcomes, partitions); a thousand means that
// somebody labels by something unbounded. From then on new combinations are counted together, under the value "other".
inline constexpr size_t kChildrenMax = 1000;

// Upper bounds, in seconds, of every latency histogram: from a cache hit to the longest deadline a call can have.
inline constexpr std::array<double, 16> kLatencyBucketsSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                                  0.25,   0.5,   1,      2.5,   5,    10,    30,   60};

// Only grows.
class Counter {
 public:
  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A value that goes up and down, set by its owner or read from a callback at each scrape.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double delta) { value_.fetch_add(delta, std::memory_order_relaxed); }

  // Ends the reading when destroyed, after a running callback has returned; the gauge then keeps the last value read.
  // Must not outlive the Registry.
  class Reading {
   public:
    Reading() = default;
    explicit Reading(Gauge* gauge) : gauge_(gauge) {}
    Reading(Reading&& other) noexcept : gauge_(other.gauge_) { other.gauge_ = nullptr; }
    Reading& operator=(Reading&& other) noexcept;
    ~Reading() { Stop(); }

   private:
    void Stop();

    Gauge* gauge_ = nullptr;
  };

  // From now on each scrape calls `read`, from the metrics server's thread. It must not block, nor touch this gauge.
  // One at a time.
  [[nodiscard]] Reading ReadFrom(std::function<double()> read);

  double value() const;

 private:
  std::atomic<double> value_{0};
  mutable absl::Mutex mutex_;
  std::function<double()> read_ ABSL_GUARDED_BY(mutex_);
};

// How long things took, in kLatencyBucketsSeconds.
class Histogram {
 public:
  // A negative duration (a clock that was set back) counts as zero.
  void Observe(absl::Duration took);

  // Observations per bucket, not cumulative; the last is what exceeded the last bound.
  std::array<uint64_t, kLatencyBucketsSeconds.size() + 1> counts() const;
  uint64_t count() const;
  double sum_seconds() const { return sum_seconds_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<uint64_t>, kLatencyBucketsSeconds.size() + 1> counts_{};
  std::atomic<double> sum_seconds_{0};
};

namespace internal {

class FamilyBase {
 public:
  virtual ~FamilyBase() = default;
  virtual void RenderTo(std::string* out) const = 0;
};

}  // namespace internal

// One metric name with its labels. `Metric` is Counter, Gauge or Histogram.
template <typename Metric>
class Family final : public internal::FamilyBase {
 public:
  Family(std::string name, std::string help, std::vector<std::string> label_names);

  // The child with these label values, one for each label name, made at first use. Values may be any text; they are
  // escaped.
  Metric& With(std::initializer_list<absl::string_view> label_values);

  void RenderTo(std::string* out) const override;
  const std::vector<std::string>& label_names() const { return label_names_; }

 private:
  const std::string name_;
  const std::string help_;
  const std::vector<std::string> label_names_;
  mutable absl::Mutex mutex_;
  // Ordered, so that two scrapes list the children alike. Null-free; a child is never removed.
  std::map<std::vector<std::string>, std::unique_ptr<Metric>> children_ ABSL_GUARDED_BY(mutex_);
};

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The family of that name, made at first use: the services of one process share it. A name of another type or with
  // other labels is a bug and fails a check, and so is a name or label that Prometheus does not allow.
  Family<Counter>& Counters(absl::string_view name, absl::string_view help, std::vector<std::string> label_names = {});
  Family<Gauge>& Gauges(absl::string_view name, absl::string_view help, std::vector<std::string> label_names = {});
  Family<Histogram>& Histograms(absl::string_view name, absl::string_view help,
                                std::vector<std::string> label_names = {});

  // Everything, in Prometheus' text format 0.0.4, ordered by name.
  std::string Render() const;

 private:
  template <typename Metric>
  Family<Metric>& FindOrAdd(absl::string_view name, absl::string_view help, std::vector<std::string> label_names);

  mutable absl::Mutex mutex_;
  std::map<std::string, std::unique_ptr<internal::FamilyBase>> families_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::telemetry

#endif  // WHISTLE_LIBS_TELEMETRY_METRICS_H_
