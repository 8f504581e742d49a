// How many obligations are overdue and open in the cases that a service keeps: what the metric whistle_overdue says.
#ifndef WHISTLE_LIBS_HOST_OVERDUE_COUNT_H_
#define WHISTLE_LIBS_HOST_OVERDUE_COUNT_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "libs/registry/registry.h"
#include "libs/telemetry/service_metrics.h"

namespace whistle::host {

// By rule and level. The level is the organization's in `registry` ("city"), "outside" for one outside the tree, "none"
// where nobody in particular owes, "unknown" for an organization that the registry does not have.
using OverdueCounts = std::map<std::pair<std::string, std::string>, int64_t>;

// Those whose overdue is on record and neither settled, lifted nor resting. Reads the whole index of them: a row for
// each, so not for every scrape. DATA_LOSS if the index cannot be read as one. Any thread.
absl::StatusOr<OverdueCounts> CountOverdue(const projection::Reader& reader, const registry::Registry& registry);

// How often what is overdue is counted at the most: whoever is told acts within minutes, not seconds.
inline constexpr absl::Duration kOverdueInterval = absl::Seconds(10);

// The gauges of one service. Any thread.
class OverdueGauges {
 public:
  // `metrics` outlives the object.
  explicit OverdueGauges(telemetry::ServiceMetrics* metrics) : metrics_(metrics) {}

  // Counts anew unless that was done less than kOverdueInterval before `now`, a time of the machine's clock. What was
  // overdue and is no more is set to 0. After an error the gauges stay as they were until the next interval.
  absl::Status Refresh(const projection::Reader& reader, const registry::Registry& registry, absl::Time now);

 private:
  telemetry::ServiceMetrics* const metrics_;
  absl::Mutex mutex_;
  absl::Time counted_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  OverdueCounts last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_OVERDUE_COUNT_H_
