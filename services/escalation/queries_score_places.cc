#include "services/escalation/queries_score_places.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/model.h"
#include "libs/domain/obligation.h"
#include "libs/entries/entries.h"
#include "services/escalation/score_keys.h"

namespace whistle::escalation {
namespace {

using common::v1::OrganizationRef;
using domain::IndexKey;
using journal::v1::Event;
using projection::Reader;

constexpr size_t kRowsAtATime = 500;

class Finder {
 public:
  Finder(const Reader& reader, const ScorePeriod& period) : reader_(reader), period_(period) {}

  absl::StatusOr<Beginnings> Find() {
    for (const char* kind : kScoreKinds) {
      WHISTLE_RETURN_IF_ERROR(
          WalkPeriod({"score", period_.organization_id, kind}, [&](const Place& place) { return Add(kind, place); }));
    }
    const auto add_corrected = [&](const Place& place) { return AddCorrected(place); };
    WHISTLE_RETURN_IF_ERROR(
        WalkKeys(reader_, {"score.moved", period_.organization_id}, [&](const std::vector<std::string>& parts) {
          return AddCorrected({parts[parts.size() - 2], parts.back()});
        }));
    WHISTLE_RETURN_IF_ERROR(WalkPeriod({"score.redated"}, add_corrected));
    return std::move(found_);
  }

 private:
  // Walks keys that end with year, time, case and event, over the years of the period.
  absl::Status WalkPeriod(const std::vector<std::string>& prefix, absl::FunctionRef<absl::Status(const Place&)> visit) {
    // Keys hold milliseconds, so the last one may hold more than the period: what is found is looked at again.
    const std::string first = domain::SortableTime(std::max(period_.from, base::EarliestTime()));
    const std::string last = domain::SortableTime(std::min(period_.until, base::LatestTime()));
    const absl::TimeZone utc = absl::UTCTimeZone();
    // Nothing happened after now.
    const auto last_year = absl::ToCivilYear(std::min(period_.until, period_.now), utc);
    for (auto year = absl::ToCivilYear(std::max(period_.from, base::EarliestTime()), utc); year <= last_year; ++year) {
      std::vector<std::string> of_year = prefix;
      of_year.push_back(absl::StrCat(year.year()));
      WHISTLE_RETURN_IF_ERROR(WalkKeys(reader_, of_year, [&](const std::vector<std::string>& parts) {
        const std::string& at = parts[parts.size() - 3];
        if (at < first || at > last) return absl::OkStatus();
        return visit({parts[parts.size() - 2], parts.back()});
      }));
    }
    return absl::OkStatus();
  }

  absl::Status Add(const std::string& kind, const Place& place) {
    count_ += found_[kind].insert(place).second ? 1 : 0;
    if (count_ <= kScoreThingsMax) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("more than ", kScoreThingsMax, " things began for ",
                                                     period_.organization_id, "; ask for a shorter period"));
  }

  // Of what kind it is, the key of a correction does not say.
  absl::Status AddCorrected(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const auto entry, entries::FindEntry(reader_, place.case_id, place.EventId()));
    if (!entry) return NotInTimeline(place);
    const std::string kind = BeginningOf(entry->event).first;
    return kind.empty() ? absl::OkStatus() : Add(kind, place);
  }

  const Reader& reader_;
  const ScorePeriod& period_;
  Beginnings found_;
  size_t count_ = 0;
};

}  // namespace

std::string Place::EventId() const { return domain::EventIdFromSortable(sortable_id).value_or(""); }

std::pair<std::string, OrganizationRef> BeginningOf(const Event& event) {
  switch (event.body_case()) {
    case Event::kResponseRequested:
      return {kAsked, event.response_requested().department()};
    case Event::kResponseSubmitted:
      if (event.response_submitted().stance() != response::v1::STANCE_CLAIMS_RESOLVED) return {};
      return {kClaim, event.response_submitted().department()};
    case Event::kHandlingCompleted:
      return {kClaim, event.handling_completed().completed_by()};
    case Event::kCommitmentMade:
      return {kCommitment, event.commitment_made().organization()};
    case Event::kFindingRaised:
      return {kFinding, event.finding_raised().organization()};
    case Event::kHandlingUpgraded:
      return {kLed, event.handling_upgraded().lead()};
    case Event::kHandlerAssigned:
    case Event::kCaseReopened:
    case Event::kCaseUnmerged:
      return {kDwell, event.handler_assigned().handler()};
    default:
      return {};
  }
}

absl::StatusOr<Beginnings> FindBeginnings(const Reader& reader, const ScorePeriod& period) {
  return Finder(reader, period).Find();
}

absl::Status WalkKeys(const Reader& reader, const std::vector<std::string>& prefix,
                      absl::FunctionRef<absl::Status(const std::vector<std::string>& parts)> visit) {
  std::string after;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ScanIndex(IndexKey(prefix), after, kRowsAtATime));
    for (const Reader::IndexRow& row : rows) {
      const std::vector<std::string> parts = domain::KeyParts(row.key);
      if (parts.size() < 3) return absl::DataLossError(absl::StrCat("a key of ", prefix.front(), " has too few parts"));
      WHISTLE_RETURN_IF_ERROR(visit(parts));
    }
    if (rows.size() < kRowsAtATime) return absl::OkStatus();
    after = rows.back().cursor;
  }
}

absl::Status NotInTimeline(const Place& place) {
  return absl::DataLossError(absl::StrCat("a score counts event ", place.EventId(), " of case ", place.case_id,
                                          ", which its timeline does not hold"));
}

}  // namespace whistle::escalation
