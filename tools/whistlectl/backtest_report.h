// What a backtest prints: a block for each case in which something differs, totals by rule, one last line; or the same
// as one JSON object.
//
//   BacktestReport report(policy.title(), zone, json, with_warnings, session.out);
//   for (each case) report.Add(histories);
//   report.Finish();
//
// Blocks are printed as they come. One thread at a time; the stream outlives it.
#ifndef WHISTLE_TOOLS_WHISTLECTL_BACKTEST_REPORT_H_
#define WHISTLE_TOOLS_WHISTLECTL_BACKTEST_REPORT_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/backtest/backtest.h"
#include "libs/backtest/compare.h"

namespace whistle::whistlectl {

class BacktestReport {
 public:
  // Days and hours are told in `zone`.
  BacktestReport(std::string policy_title, absl::TimeZone zone, bool json, bool with_warnings, std::ostream& out);

  void Add(const backtest::TwoHistories& histories);
  void Finish();

  size_t cases() const { return cases_; }
  size_t differences() const { return differences_; }

 private:
  std::string JsonBegin() const;
  std::string Day(absl::Time time) const;
  std::string Hour(std::optional<absl::Time> time) const;
  std::string FirstSentence(const backtest::Pair& pair) const;
  std::string StoodSentence(const backtest::Stood& stood) const;
  void AddBlock(const backtest::TwoHistories& histories, const std::vector<backtest::Pair>& differing);
  void AddJson(const backtest::TwoHistories& histories, const std::vector<backtest::Pair>& differing);

  const std::string policy_title_;
  const absl::TimeZone zone_;
  const bool json_;
  const bool with_warnings_;
  std::ostream& out_;
  size_t cases_ = 0;
  size_t cases_told_ = 0;
  size_t differences_ = 0;
  backtest::Totals totals_;
};

// "5 days", "1 day", "3 hours", "12 minutes": the largest unit of which there is one, rounded to it.
std::string SpanText(absl::Duration span);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_BACKTEST_REPORT_H_
