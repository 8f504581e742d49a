// What fired then, beside what would have fired: pairs, what differs in a case, and totals by rule.
//
// Pure; any thread may call.
#ifndef WHISTLE_LIBS_BACKTEST_COMPARE_H_
#define WHISTLE_LIBS_BACKTEST_COMPARE_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/backtest/backtest.h"
#include "libs/backtest/fired.h"

namespace whistle::backtest {

// What is closer than this came at the same time: on a real clock an item fires some seconds after it is due
// (libs/engine/agenda.h: grace and spread), in the other world, if it is its own, when it is due. Less than any term.
inline constexpr absl::Duration kSameTime = absl::Seconds(60);

// One thing in both worlds, or in one of them.
struct Pair {
  std::optional<Fired> then;
  std::optional<Fired> would;

  // The one that there is; the recorded one if there are both.
  const Fired& any() const { return then ? *then : *would; }
  // When it first fired in either.
  absl::Time first_at() const;
  // How much earlier it would have fired; negative: later. Nothing unless both did.
  std::optional<absl::Duration> earlier() const;
  // Both have it, at different times.
  bool moved() const;
  // One world alone has it, or it moved, or came for another reason.
  bool differs() const;
};

// Things of one key are paired in the order in which they fired; what is left over, by kind, rule and organization. In
// the order of first_at().
std::vector<Pair> PairUp(const TwoHistories& histories, bool with_warnings);

// When the case would have stood before the highest organization that it reaches, in either world.
struct Stood {
  common::v1::OrganizationRef organization;
  std::optional<absl::Time> then;
  std::optional<absl::Time> would;
};
std::optional<Stood> StoodBeforeHighest(const TwoHistories& histories);

// One rule's row over all cases.
struct RuleTotal {
  size_t then = 0;
  size_t would = 0;
  size_t earlier = 0;
  size_t later = 0;
  // How much earlier, of each that moved.
  std::vector<absl::Duration> moved;

  // Of `moved`; nothing if it is empty.
  std::optional<absl::Duration> Median() const;
};

// By kind and rule.
using Totals = std::map<std::pair<FiredKind, std::string>, RuleTotal>;
void AddTo(const std::vector<Pair>& pairs, Totals* totals);

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_COMPARE_H_
