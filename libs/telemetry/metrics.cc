#include "libs/telemetry/metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libs/base/check.h"

namespace whistle::telemetry {
namespace {

bool IsName(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
  });
}

std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // 15 digits are exact for every offset and every bound, and do not show binary fractions.
  return absl::StrFormat("%.15g", value);
}

std::string EscapeHelp(absl::string_view text) { return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\n", "\\n"}}); }

std::string EscapeLabel(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\"", "\\\""}});
}

// {service="intake",partition="3"}, or nothing without labels. `extra` is a label of the format's own ("le").
std::string Labels(const std::vector<std::string>& names, const std::vector<std::string>& values,
                   absl::string_view extra = "") {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&out, out.empty() ? "" : ",", names[i], "=\"", EscapeLabel(values[i]), "\"");
  }
  if (!extra.empty()) absl::StrAppend(&out, out.empty() ? "" : ",", extra);
  return out.empty() ? out : absl::StrCat("{", out, "}");
}

absl::string_view TypeName(const Counter*) { return "counter"; }
absl::string_view TypeName(const Gauge*) { return "gauge"; }
absl::string_view TypeName(const Histogram*) { return "histogram"; }

using Names = std::vector<std::string>;

void RenderChild(const Counter& counter, const std::string& name, const Names& names, const Names& values,
                 std::string* out) {
  absl::StrAppend(out, name, Labels(names, values), " ", counter.value(), "\n");
}

void RenderChild(const Gauge& gauge, const std::string& name, const Names& names, const Names& values,
                 std::string* out) {
  absl::StrAppend(out, name, Labels(names, values), " ", Number(gauge.value()), "\n");
}

void RenderChild(const Histogram& histogram, const std::string& name, const Names& names, const Names& values,
                 std::string* out) {
  const auto counts = histogram.counts();
  // `_count` is computed from the same reading as the buckets, so the two never disagree within a scrape.
  uint64_t cumulative = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    const std::string bound = i < kLatencyBucketsSeconds.size() ? Number(kLatencyBucketsSeconds[i]) : "+Inf";
    absl::StrAppend(out, name, "_bucket", Labels(names, values, absl::StrCat("le=\"", bound, "\"")), " ", cumulative,
                    "\n");
  }
  absl::StrAppend(out, name, "_sum", Labels(names, values), " ", Number(histogram.sum_seconds()), "\n");
  absl::StrAppend(out, name, "_count", Labels(names, values), " ", cumulative, "\n");
}

}  // namespace

Gauge::Reading& Gauge::Reading::operator=(Reading&& other) noexcept {
  if (this != &other) {
    Stop();
    gauge_ = std::exchange(other.gauge_, nullptr);
  }
  return *this;
}

void Gauge::Reading::Stop() {
  if (gauge_ == nullptr) return;
  absl::MutexLock lock(&gauge_->mutex_);
  gauge_->Set(gauge_->read_());
  gauge_->read_ = nullptr;
  gauge_ = nullptr;
}

Gauge::Reading Gauge::ReadFrom(std::function<double()> read) {
  WHISTLE_CHECK(read != nullptr, "a gauge needs something to read");
  absl::MutexLock lock(&mutex_);
  WHISTLE_CHECK(read_ == nullptr, "a gauge is read from one place at a time");
  read_ = std::move(read);
  return Reading(this);
}

double Gauge::value() const {
  absl::MutexLock lock(&mutex_);
  return read_ != nullptr ? read_() : value_.load(std::memory_order_relaxed);
}

void Histogram::Observe(absl::Duration took) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(took));
  const auto bucket = std::lower_bound(kLatencyBucketsSeconds.begin(), kLatencyBucketsSeconds.end(), seconds);
  counts_[static_cast<size_t>(bucket - kLatencyBucketsSeconds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_seconds_.fetch_add(seconds, std::memory_order_relaxed);
}

std::array<uint64_t, kLatencyBucketsSeconds.size() + 1> Histogram::counts() const {
  std::array<uint64_t, kLatencyBucketsSeconds.size() + 1> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = counts_[i].load(std::memory_order_relaxed);
  return out;
}

uint64_t Histogram::count() const {
  uint64_t out = 0;
  for (const uint64_t count : counts()) out += count;
  return out;
}

template <typename Metric>
Family<Metric>::Family(std::string name, std::string help, std::vector<std::string> label_names)
    : name_(std::move(name)), help_(std::move(help)), label_names_(std::move(label_names)) {}

template <typename Metric>
Metric& Family<Metric>::With(std::initializer_list<absl::string_view> label_values) {
  WHISTLE_CHECK(label_values.size() == label_names_.size(), absl::StrCat(name_, " needs one value for each label"));
  std::vector<std::string> key(label_values.begin(), label_values.end());
  absl::MutexLock lock(&mutex_);
  auto found = children_.find(key);
  if (found != children_.end()) return *found->second;
  if (children_.size() >= kChildrenMax) key.assign(label_names_.size(), "other");
  std::unique_ptr<Metric>& child = children_[std::move(key)];
  if (child == nullptr) child = std::make_unique<Metric>();
  return *child;
}

template <typename Metric>
void Family<Metric>::RenderTo(std::string* out) const {
  absl::StrAppend(out, "# HELP ", name_, " ", EscapeHelp(help_), "\n");
  absl::StrAppend(out, "# TYPE ", name_, " ", TypeName(static_cast<const Metric*>(nullptr)), "\n");
  // Children are rendered outside the lock: a gauge's callback may take its time, and increments must not wait for it.
  std::vector<std::pair<std::vector<std::string>, const Metric*>> children;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [values, child] : children_) children.emplace_back(values, child.get());
  }
  for (const auto& [values, child] : children) RenderChild(*child, name_, label_names_, values, out);
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

template <typename Metric>
Family<Metric>& Registry::FindOrAdd(absl::string_view name, absl::string_view help,
                                    std::vector<std::string> label_names) {
  WHISTLE_CHECK(IsName(name), absl::StrCat("not a metric's name: ", name));
  for (const std::string& label : label_names)
    WHISTLE_CHECK(IsName(label), absl::StrCat("not a label's name: ", label));
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<internal::FamilyBase>& slot = families_[std::string(name)];
  if (slot == nullptr) slot = std::make_unique<Family<Metric>>(std::string(name), std::string(help), label_names);
  auto* family = dynamic_cast<Family<Metric>*>(slot.get());
  WHISTLE_CHECK(family != nullptr, absl::StrCat(name, " is registered with another type"));
  WHISTLE_CHECK(family->label_names() == label_names, absl::StrCat(name, " is registered with other labels"));
  return *family;
}

Family<Counter>& Registry::Counters(absl::string_view name, absl::string_view help,
                                    std::vector<std::string> label_names) {
  return FindOrAdd<Counter>(name, help, std::move(label_names));
}

Family<Gauge>& Registry::Gauges(absl::string_view name, absl::string_view help, std::vector<std::string> label_names) {
  return FindOrAdd<Gauge>(name, help, std::move(label_names));
}

Family<Histogram>& Registry::Histograms(absl::string_view name, absl::string_view help,
                                        std::vector<std::string> label_names) {
  return FindOrAdd<Histogram>(name, help, std::move(label_names));
}

std::string Registry::Render() const {
  std::vector<const internal::FamilyBase*> families;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, family] : families_) families.push_back(family.get());
  }
  std::string out;
  for (const internal::FamilyBase* family : families) family->RenderTo(&out);
  return out;
}

}  // namespace whistle::telemetry
