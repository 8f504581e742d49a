// GetScores and ListScoreCases: numbers of the things that queries_score_things.h finds, and the things themselves.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/obligation.h"
#include "libs/projection/paging.h"
#include "services/escalation/queries.h"
#include "services/escalation/queries_score_things.h"

namespace whistle::escalation {
namespace {

using projection::Reader;

template <typename Request>
absl::StatusOr<ScorePeriod> PeriodOf(const Request& request, absl::Time now) {
  WHISTLE_RETURN_IF_ERROR(base::CheckIdentifier(request.organization_id(), "organization_id", 64));
  if (!request.has_from()) return absl::InvalidArgumentError("from: expected a time, found none");
  if (!request.has_until()) return absl::InvalidArgumentError("until: expected a time, found none");
  WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(request.from(), "from"));
  WHISTLE_RETURN_IF_ERROR(base::CheckTimestamp(request.until(), "until"));
  ScorePeriod period = {request.organization_id(), base::FromProto(request.from()), base::FromProto(request.until()),
                        now};
  if (period.from < period.until) return period;
  return absl::InvalidArgumentError(absl::StrCat("until: expected a time after ", base::TimeText(period.from),
                                                 ", found ", base::TimeText(period.until)));
}

bool CountedBy(v1::ScoreMeasure measure, const ScoreThing& thing) {
  return std::find(thing.measures.begin(), thing.measures.end(), measure) != thing.measures.end();
}

google::protobuf::Duration ToProto(absl::Duration span) {
  google::protobuf::Duration proto;
  absl::Duration rest;
  proto.set_seconds(absl::IDivDuration(span, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int32_t>(rest / absl::Nanoseconds(1)));
  return proto;
}

void Spread(std::vector<absl::Duration> spans, v1::ScoreSpread& spread) {
  spread.set_count(static_cast<uint32_t>(spans.size()));
  if (spans.empty()) return;
  std::sort(spans.begin(), spans.end());
  // The nearest rank: of n values the ⌈n·p⌉th.
  *spread.mutable_median() = ToProto(spans[(spans.size() + 1) / 2 - 1]);
  *spread.mutable_percentile_90() = ToProto(spans[(9 * spans.size() + 9) / 10 - 1]);
  absl::Duration total;
  for (const absl::Duration span : spans) total += span;
  *spread.mutable_total() = ToProto(total);
}

class Counts {
 public:
  void Add(const ScoreThing& thing) {
    for (const v1::ScoreMeasure measure : thing.measures) ++counts_[measure];
  }
  uint32_t Of(v1::ScoreMeasure measure) const {
    const auto found = counts_.find(measure);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::map<v1::ScoreMeasure, uint32_t> counts_;
};

void AddRates(const Counts& counts, v1::Scores& scores) {
  const auto add = [&](v1::ScoreRateKind kind, uint32_t part, uint32_t whole) {
    v1::ScoreRate& rate = *scores.add_rates();
    rate.set_kind(kind);
    rate.set_part(part);
    rate.set_whole(whole);
  };
  const uint32_t in_time = counts.Of(v1::SCORE_MEASURE_ANSWERED_IN_TIME);
  add(v1::SCORE_RATE_KIND_RESPONSE, in_time,
      in_time + counts.Of(v1::SCORE_MEASURE_ANSWERED_LATE) + counts.Of(v1::SCORE_MEASURE_UNANSWERED));
  add(v1::SCORE_RATE_KIND_RETURN, counts.Of(v1::SCORE_MEASURE_RETURNED), counts.Of(v1::SCORE_MEASURE_ASKED));
  const uint32_t cases = counts.Of(v1::SCORE_MEASURE_CASES);
  add(v1::SCORE_RATE_KIND_RESOLUTION_CLAIMED, counts.Of(v1::SCORE_MEASURE_CASES_CLAIMED), cases);
  add(v1::SCORE_RATE_KIND_RESOLUTION_CONFIRMED, counts.Of(v1::SCORE_MEASURE_CASES_CONFIRMED), cases);
  add(v1::SCORE_RATE_KIND_SATISFACTION,
      counts.Of(v1::SCORE_MEASURE_SATISFIED) + counts.Of(v1::SCORE_MEASURE_PARTLY_SATISFIED),
      counts.Of(v1::SCORE_MEASURE_CONFIRMED));
  const uint32_t kept = counts.Of(v1::SCORE_MEASURE_KEPT_IN_TIME);
  add(v1::SCORE_RATE_KIND_COMMITMENTS_KEPT, kept,
      kept + counts.Of(v1::SCORE_MEASURE_KEPT_LATE) + counts.Of(v1::SCORE_MEASURE_BROKEN));
}

void AddFindings(const std::vector<ScoreThing>& things, v1::Scores& scores) {
  std::map<v1::FindingRule, v1::ScoreFindings> by_rule;
  for (const ScoreThing& thing : things) {
    const bool standing = CountedBy(v1::SCORE_MEASURE_FINDINGS_STANDING, thing);
    if (!standing && !CountedBy(v1::SCORE_MEASURE_FINDINGS_LIFTED, thing)) continue;
    v1::ScoreFindings& of_rule = by_rule[thing.row.rule()];
    of_rule.set_rule(thing.row.rule());
    of_rule.set_standing(of_rule.standing() + (standing ? 1 : 0));
    of_rule.set_lifted(of_rule.lifted() + (standing ? 0 : 1));
  }
  for (const auto& [rule, findings] : by_rule) *scores.add_findings() = findings;
}

// Where a thing stands in the list: what page tokens are made of.
std::string CursorOf(const v1::ScoreCase& row) {
  return absl::StrCat(domain::SortableTime(base::FromProto(row.began_at())), "/", row.case_id(), "/",
                      domain::SortableEventId(row.event_id()));
}

}  // namespace

absl::Status GetScores(const Reader& reader, absl::Time now, const v1::GetScoresRequest& request,
                       v1::GetScoresResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(const ScorePeriod period, PeriodOf(request, now));
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<ScoreThing> things, ScoreThings(reader, period));
  v1::Scores& scores = *response.mutable_scores();
  scores.set_organization_id(request.organization_id());
  *scores.mutable_from() = request.from();
  *scores.mutable_until() = request.until();
  *scores.mutable_now() = base::ToProto(now);
  Counts counts;
  std::vector<absl::Duration> answers;
  std::vector<absl::Duration> dwells;
  for (const ScoreThing& thing : things) {
    counts.Add(thing);
    if (thing.took) (CountedBy(v1::SCORE_MEASURE_DWELLS, thing) ? dwells : answers).push_back(*thing.took);
  }
  const auto* measures = v1::ScoreMeasure_descriptor();
  for (int i = 0; i < measures->value_count(); ++i) {
    const auto measure = static_cast<v1::ScoreMeasure>(measures->value(i)->number());
    if (measure == v1::SCORE_MEASURE_UNSPECIFIED) continue;
    v1::ScoreCount& count = *scores.add_counts();
    count.set_measure(measure);
    count.set_count(counts.Of(measure));
  }
  AddRates(counts, scores);
  Spread(std::move(answers), *scores.mutable_answer_time());
  Spread(std::move(dwells), *scores.mutable_dwell());
  AddFindings(things, scores);
  return absl::OkStatus();
}

absl::Status ListScoreCases(const Reader& reader, absl::Time now, const v1::ListScoreCasesRequest& request,
                            v1::ListScoreCasesResponse& response) {
  WHISTLE_ASSIGN_OR_RETURN(const ScorePeriod period, PeriodOf(request, now));
  if (!v1::ScoreMeasure_IsValid(request.measure()) || request.measure() == v1::SCORE_MEASURE_UNSPECIFIED) {
    return absl::InvalidArgumentError("measure: expected a ScoreMeasure");
  }
  if (!v1::FindingRule_IsValid(request.rule())) return absl::InvalidArgumentError("rule: expected a FindingRule");
  WHISTLE_ASSIGN_OR_RETURN(const int size, projection::PageSize(request.page()));
  v1::ListScoreCasesRequest query = request;
  query.clear_page();
  query.clear_options();
  const std::string query_bytes = base::SerializeDeterministically(query);
  WHISTLE_ASSIGN_OR_RETURN(const std::string after, projection::DecodeToken(query_bytes, request.page().token()));

  WHISTLE_ASSIGN_OR_RETURN(const std::vector<ScoreThing> things, ScoreThings(reader, period));
  std::string cursor;
  for (const ScoreThing& thing : things) {
    if (!CountedBy(request.measure(), thing)) continue;
    if (request.rule() != v1::FINDING_RULE_UNSPECIFIED && request.rule() != thing.row.rule()) continue;
    const std::string here = CursorOf(thing.row);
    if (!after.empty() && here <= after) continue;
    if (response.cases_size() == size) {
      response.set_next_page_token(projection::EncodeToken(query_bytes, cursor));
      break;
    }
    *response.add_cases() = thing.row;
    cursor = here;
  }
  return absl::OkStatus();
}

}  // namespace whistle::escalation
