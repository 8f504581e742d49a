#include "libs/backtest/compare.h"

#include <algorithm>

namespace whistle::backtest {
namespace {

using KeyFunction = std::string (*)(const Fired&);

// Pairs what has the same key, in order; what has no partner stays in `then` and `would`, in order.
void PairBy(KeyFunction key_of, std::vector<Fired>* then, std::vector<Fired>* would, std::vector<Pair>* pairs) {
  std::map<std::string, std::vector<const Fired*>> partners;
  for (const Fired& fired : *would) partners[key_of(fired)].push_back(&fired);
  std::map<std::string, size_t> taken;
  std::vector<Fired> alone;
  for (Fired& fired : *then) {
    const std::string key = key_of(fired);
    const auto found = partners.find(key);
    size_t& at = taken[key];
    if (found == partners.end() || at >= found->second.size()) {
      alone.push_back(std::move(fired));
      continue;
    }
    pairs->push_back({std::move(fired), *found->second[at++]});
  }
  *then = std::move(alone);
  std::vector<Fired> left;
  std::map<std::string, size_t> seen;
  for (const Fired& fired : *would) {
    const std::string key = key_of(fired);
    if (seen[key]++ >= taken[key]) left.push_back(fired);
  }
  *would = std::move(left);
}

std::vector<Fired> Wanted(const std::vector<Fired>& all, bool with_warnings) {
  std::vector<Fired> wanted;
  for (const Fired& fired : all) {
    if (with_warnings || fired.kind != FiredKind::kWarning) wanted.push_back(fired);
  }
  return wanted;
}

std::optional<absl::Time> FirstBefore(const std::vector<Fired>& stood, const std::string& organization_id) {
  for (const Fired& fired : stood) {
    if (fired.organization.organization_id() == organization_id) return fired.at;
  }
  return std::nullopt;
}

}  // namespace

absl::Time Pair::first_at() const {
  if (!then) return would->at;
  return would ? std::min(then->at, would->at) : then->at;
}

std::optional<absl::Duration> Pair::earlier() const {
  if (!then || !would) return std::nullopt;
  return then->at - would->at;
}

bool Pair::moved() const {
  const auto by = earlier();
  return by && absl::AbsDuration(*by) > kSameTime;
}

bool Pair::differs() const { return !then || !would || moved() || then->rule != would->rule; }

std::vector<Pair> PairUp(const TwoHistories& histories, bool with_warnings) {
  std::vector<Fired> then = Wanted(histories.then, with_warnings);
  std::vector<Fired> would = Wanted(histories.would, with_warnings);
  std::vector<Pair> pairs;
  PairBy(KeyOf, &then, &would, &pairs);
  PairBy(WideKeyOf, &then, &would, &pairs);
  for (Fired& fired : then) pairs.push_back({std::move(fired), std::nullopt});
  for (Fired& fired : would) pairs.push_back({std::nullopt, std::move(fired)});
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.first_at() < b.first_at(); });
  return pairs;
}

std::optional<Stood> StoodBeforeHighest(const TwoHistories& histories) {
  const Fired* highest = nullptr;
  for (const auto* stood : {&histories.stood_would, &histories.stood_then}) {
    for (const Fired& fired : *stood) {
      if (highest == nullptr || fired.organization.superior_ids_size() < highest->organization.superior_ids_size()) {
        highest = &fired;
      }
    }
  }
  if (highest == nullptr) return std::nullopt;
  const std::string& id = highest->organization.organization_id();
  return Stood{highest->organization, FirstBefore(histories.stood_then, id), FirstBefore(histories.stood_would, id)};
}

std::optional<absl::Duration> RuleTotal::Median() const {
  if (moved.empty()) return std::nullopt;
  std::vector<absl::Duration> sorted = moved;
  std::sort(sorted.begin(), sorted.end());
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

void AddTo(const std::vector<Pair>& pairs, Totals* totals) {
  for (const Pair& pair : pairs) {
    if (pair.then) ++(*totals)[{pair.then->kind, pair.then->rule}].then;
    if (pair.would) ++(*totals)[{pair.would->kind, pair.would->rule}].would;
    if (!pair.moved()) continue;
    RuleTotal& total = (*totals)[{pair.would->kind, pair.would->rule}];
    const absl::Duration earlier = *pair.earlier();
    ++(earlier > absl::ZeroDuration() ? total.earlier : total.later);
    total.moved.push_back(earlier);
  }
}

}  // namespace whistle::backtest
