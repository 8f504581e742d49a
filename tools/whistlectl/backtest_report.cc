#include "tools/whistlectl/backtest_report.h"

#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/base/time.h"
#include "tools/whistlectl/display.h"

namespace whistle::whistlectl {
namespace {

using backtest::Fired;
using backtest::Pair;
using backtest::RestsOn;
using backtest::Stood;

std::string Plural(int64_t count, absl::string_view one) {
  return absl::StrCat(count, " ", one, count == 1 ? "" : "s");
}

std::string Moved(absl::Duration earlier) {
  return absl::StrCat(SpanText(absl::AbsDuration(earlier)), earlier < absl::ZeroDuration() ? " later" : " earlier");
}

std::string NameOf(const common::v1::OrganizationRef& organization) {
  return organization.name().empty() ? organization.organization_id() : organization.name();
}

// "finding silence about Gas Company", "escalation to Gansu (jurisdiction_gap)".
std::string What(const Fired& fired) {
  const std::string who = NameOf(fired.organization);
  if (fired.kind == backtest::FiredKind::kEscalation) return absl::StrCat("escalation to ", who, " (", fired.rule, ")");
  std::string what = absl::StrCat(backtest::NameOf(fired.kind), " ", fired.rule);
  if (!who.empty()) absl::StrAppend(&what, fired.kind == backtest::FiredKind::kReferral ? " to " : " of ", who);
  return what;
}

std::string RuleOf(const Pair& pair) {
  if (pair.then && pair.would && pair.then->rule != pair.would->rule) {
    return absl::StrCat(pair.then->rule, " → ", pair.would->rule);
  }
  return pair.any().rule;
}

std::string MovedText(const Pair& pair) {
  if (!pair.would) return "would not fire";
  if (!pair.then) return "did not fire";
  return pair.moved() ? Moved(*pair.earlier()) : "another reason";
}

std::string JsonTime(std::optional<absl::Time> time) { return time ? JsonString(base::TimeText(*time)) : "null"; }

std::optional<absl::Time> AtOf(const std::optional<Fired>& fired) {
  return fired ? std::make_optional(fired->at) : std::nullopt;
}

std::string JsonDays(std::optional<absl::Duration> span) {
  return span ? absl::StrFormat("%.3f", absl::FDivDuration(*span, absl::Hours(24))) : "null";
}

std::string JsonRule(const std::optional<Fired>& fired) { return fired ? JsonString(fired->rule) : "null"; }

std::string JsonOf(const Pair& pair) {
  const Fired& any = pair.any();
  return absl::StrCat("{\"kind\": ", JsonString(backtest::NameOf(any.kind)), ", \"rule_then\": ", JsonRule(pair.then),
                      ", \"rule_would\": ", JsonRule(pair.would), ", \"subject\": ", JsonString(any.subject),
                      ", \"organization_id\": ", JsonString(any.organization.organization_id()),
                      ", \"then\": ", JsonTime(AtOf(pair.then)), ", \"would\": ", JsonTime(AtOf(pair.would)),
                      ", \"earlier_days\": ", JsonDays(pair.earlier()), "}");
}

std::string JsonOf(const Stood& stood) {
  return absl::StrCat("{\"organization_id\": ", JsonString(stood.organization.organization_id()),
                      ", \"then\": ", JsonTime(stood.then), ", \"would\": ", JsonTime(stood.would), "}");
}

std::string JsonOf(const RestsOn& act) {
  return absl::StrCat("{\"event_id\": ", JsonString(act.event_id), ", \"what\": ", JsonString(act.what),
                      ", \"missing_event_id\": ", JsonString(act.missing_event_id), "}");
}

template <typename T>
std::string JsonList(const std::vector<T>& all) {
  return absl::StrCat(
      "[", absl::StrJoin(all, ", ", [](std::string* out, const T& each) { absl::StrAppend(out, JsonOf(each)); }), "]");
}

}  // namespace

std::string SpanText(absl::Duration span) {
  const auto whole = [&](absl::Duration unit) {
    return static_cast<int64_t>(std::llround(absl::FDivDuration(span, unit)));
  };
  if (span >= absl::Hours(24)) return Plural(whole(absl::Hours(24)), "day");
  if (span >= absl::Hours(1)) return Plural(whole(absl::Hours(1)), "hour");
  return Plural(whole(absl::Minutes(1)), "minute");
}

BacktestReport::BacktestReport(std::string policy_title, absl::TimeZone zone, bool json, bool with_warnings,
                               std::ostream& out)
    : policy_title_(std::move(policy_title)), zone_(zone), json_(json), with_warnings_(with_warnings), out_(out) {}

// Not before there is something to tell: a backtest that fails leaves no half an object behind.
std::string BacktestReport::JsonBegin() const {
  return absl::StrCat("{\"policy\": ", JsonString(policy_title_), ", \"cases_that_differ\": [");
}

std::string BacktestReport::Day(absl::Time time) const { return absl::FormatTime("%Y-%m-%d", time, zone_); }

std::string BacktestReport::Hour(std::optional<absl::Time> time) const {
  return time ? absl::FormatTime("%Y-%m-%d %H:%M", *time, zone_) : "-";
}

std::string BacktestReport::FirstSentence(const Pair& pair) const {
  if (!pair.then)
    return absl::StrCat(What(*pair.would), " would have fired on ", Day(pair.would->at), ", and never did");
  if (!pair.would) return absl::StrCat(What(*pair.then), " fired on ", Day(pair.then->at), ", and would not have");
  if (!pair.moved()) {
    return absl::StrCat(What(*pair.would), " would have fired on ", Day(pair.would->at), " in place of ",
                        What(*pair.then));
  }
  return absl::StrCat(What(*pair.would), " would have fired on ", Day(pair.would->at), " and did on ",
                      Day(pair.then->at), ": ", Moved(*pair.earlier()));
}

std::string BacktestReport::StoodSentence(const Stood& stood) const {
  const std::string name = NameOf(stood.organization);
  if (!stood.would) return absl::StrCat("would not have stood before ", name, ", and did on ", Day(*stood.then));
  std::string said = absl::StrCat("would have stood before ", name, " on ", Day(*stood.would));
  if (!stood.then) return absl::StrCat(said, ", and never did");
  const absl::Duration earlier = *stood.then - *stood.would;
  return absl::StrCat(said, ", ", absl::AbsDuration(earlier) <= backtest::kSameTime ? "as it did" : Moved(earlier));
}

void BacktestReport::Add(const backtest::TwoHistories& histories) {
  const std::vector<Pair> pairs = backtest::PairUp(histories, with_warnings_);
  backtest::AddTo(pairs, &totals_);
  std::vector<Pair> differing;
  for (const Pair& pair : pairs) {
    if (pair.differs()) differing.push_back(pair);
  }
  ++cases_;
  differences_ += differing.size();
  if (differing.empty()) return;
  if (json_) {
    AddJson(histories, differing);
  } else {
    AddBlock(histories, differing);
  }
  ++cases_told_;
}

void BacktestReport::AddBlock(const backtest::TwoHistories& histories, const std::vector<Pair>& differing) {
  out_ << "case " << Printable(histories.case_id) << " " << Printable(histories.title) << ": "
       << Plural(static_cast<int64_t>(differing.size()), "difference") << "\n";
  out_ << "first: " << Printable(FirstSentence(differing.front())) << "\n";
  if (const auto stood = backtest::StoodBeforeHighest(histories)) out_ << Printable(StoodSentence(*stood)) << "\n";
  Table table({"what", "rule", "subject", "organization", "then", "would", "moved"});
  for (const Pair& pair : differing) {
    table.AddRow({backtest::NameOf(pair.any().kind), RuleOf(pair), pair.any().subject,
                  pair.any().organization.organization_id(), Hour(AtOf(pair.then)), Hour(AtOf(pair.would)),
                  MovedText(pair)});
  }
  out_ << table.ToText();
  std::set<std::string> acts;
  for (const RestsOn& act : histories.rests_on) acts.insert(absl::StrCat(act.event_id, " ", act.what));
  if (!acts.empty()) {
    out_ << Plural(static_cast<int64_t>(acts.size()), "act")
         << " of persons, replayed, on what would not have happened by then: " << Printable(absl::StrJoin(acts, ", "))
         << "\n";
  }
  out_ << "\n";
}

void BacktestReport::AddJson(const backtest::TwoHistories& histories, const std::vector<Pair>& differing) {
  const auto stood = backtest::StoodBeforeHighest(histories);
  out_ << (cases_told_ == 0 ? JsonBegin() : ", ") << "{\"case_id\": " << JsonString(histories.case_id)
       << ", \"title\": " << JsonString(histories.title) << ", \"differences\": " << JsonList(differing)
       << ", \"stood\": " << (stood ? JsonOf(*stood) : "null") << ", \"rests_on\": " << JsonList(histories.rests_on)
       << "}";
}

void BacktestReport::Finish() {
  if (json_) {
    out_ << (cases_told_ == 0 ? JsonBegin() : "") << "], \"totals\": [";
    bool first = true;
    for (const auto& [of, total] : totals_) {
      out_ << (first ? "" : ", ") << "{\"kind\": " << JsonString(backtest::NameOf(of.first))
           << ", \"rule\": " << JsonString(of.second) << ", \"then\": " << total.then << ", \"would\": " << total.would
           << ", \"earlier\": " << total.earlier << ", \"later\": " << total.later
           << ", \"median_earlier_days\": " << JsonDays(total.Median()) << "}";
      first = false;
    }
    out_ << "], \"cases\": " << cases_ << ", \"differences\": " << differences_ << "}\n";
    return;
  }
  if (!totals_.empty()) {
    Table table({"what", "rule", "fired_then", "would_fire", "earlier", "later", "median"});
    for (const auto& [of, total] : totals_) {
      const auto median = total.Median();
      table.AddRow({backtest::NameOf(of.first), of.second, absl::StrCat(total.then), absl::StrCat(total.would),
                    absl::StrCat(total.earlier), absl::StrCat(total.later), median ? Moved(*median) : "-"});
    }
    out_ << "under " << Printable(absl::StrCat("\"", policy_title_, "\"")) << ":\n" << table.ToText() << "\n";
  }
  out_ << "cases " << cases_ << " · differences " << differences_ << "\n";
}

}  // namespace whistle::whistlectl
