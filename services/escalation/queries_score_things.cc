#include "services/escalation/queries_score_things.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/terms.h"
#include "libs/entries/entries.h"
#include "services/escalation/queries_score_places.h"
#include "services/escalation/score_keys.h"

namespace whistle::escalation {
namespace {

using common::v1::OrganizationRef;
using entries::Entry;
using journal::v1::Event;
using projection::Reader;

void Decided(const Entry& by, v1::ScoreCase& row) {
  row.set_outcome_event_id(by.event_id);
  *row.mutable_outcome_at() = by.event.occurred_at();
}

class Collector {
 public:
  Collector(const Reader& reader, const ScorePeriod& period) : reader_(reader), period_(period) {}

  absl::StatusOr<std::vector<ScoreThing>> Collect() {
    WHISTLE_ASSIGN_OR_RETURN(beginnings_, FindBeginnings(reader_, period_));
    WHISTLE_RETURN_IF_ERROR(EachOf(kAsked, [&](const Place& place) { return AddAssignment(place); }));
    WHISTLE_RETURN_IF_ERROR(EachOf(kClaim, [&](const Place& place) { return AddClaim(place); }));
    WHISTLE_RETURN_IF_ERROR(EachOf(kCommitment, [&](const Place& place) { return AddCommitment(place); }));
    WHISTLE_RETURN_IF_ERROR(EachOf(kFinding, [&](const Place& place) { return AddFinding(place); }));
    WHISTLE_RETURN_IF_ERROR(EachOf(kLed, [&](const Place& place) { return AddLed(place); }));
    std::set<std::string> owned;
    for (const Place& place : beginnings_[kDwell]) owned.insert(place.case_id);
    for (const std::string& case_id : owned) WHISTLE_RETURN_IF_ERROR(AddDwells(case_id));
    for (const auto& [case_id, first] : cases_) WHISTLE_RETURN_IF_ERROR(AddCase(case_id, first));
    std::sort(things_.begin(), things_.end(),
              [](const ScoreThing& a, const ScoreThing& b) { return Order(a) < Order(b); });
    return std::move(things_);
  }

 private:
  static std::tuple<absl::Time, std::string, std::string> Order(const ScoreThing& thing) {
    return {base::FromProto(thing.row.began_at()), thing.row.case_id(), domain::SortableEventId(thing.row.event_id())};
  }

  absl::Status EachOf(const char* kind, absl::FunctionRef<absl::Status(const Place&)> visit) {
    for (const Place& place : beginnings_[kind]) WHISTLE_RETURN_IF_ERROR(visit(place));
    return absl::OkStatus();
  }

  bool InPeriod(const google::protobuf::Timestamp& at) const {
    const absl::Time time = base::FromProto(at);
    return period_.from <= time && time < period_.until;
  }

  // As corrected, it may be another's, or of another time.
  bool IsCounted(const Event& event) const {
    return BeginningOf(event).second.organization_id() == period_.organization_id && InPeriod(event.occurred_at());
  }

  // Everything that happened to it, the beginning first; nothing if the score does not count it.
  absl::StatusOr<std::vector<Entry>> Load(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<Entry> all, entries::ListEntries(reader_, place.case_id, place.EventId()));
    if (all.empty()) return NotInTimeline(place);
    if (!IsCounted(all.front().event)) all.clear();
    return all;
  }

  static ScoreThing Began(const Place& place, const google::protobuf::Timestamp& at) {
    ScoreThing thing;
    thing.row.set_case_id(place.case_id);
    thing.row.set_event_id(place.EventId());
    *thing.row.mutable_began_at() = at;
    return thing;
  }

  void MakesItsCase(const ScoreThing& thing) {
    const auto [known, is_new] = cases_.try_emplace(thing.row.case_id(), thing.row);
    const auto order = [](const v1::ScoreCase& row) {
      return std::make_pair(base::FromProto(row.began_at()), domain::SortableEventId(row.event_id()));
    };
    if (!is_new && order(thing.row) < order(known->second)) known->second = thing.row;
  }

  absl::Status AddAssignment(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Entry> all, Load(place));
    if (all.empty()) return absl::OkStatus();
    ScoreThing thing = Began(place, all.front().event.occurred_at());
    common::v1::DueDate due = all.front().event.response_requested().due();
    const Entry* overdue = nullptr;
    const Entry* settled = nullptr;
    for (const Entry& entry : all) {
      if (entry.event.has_extension_granted()) {
        due = entry.event.extension_granted().new_due();
        overdue = nullptr;
      } else if (entry.event.has_response_overdue() && entry.lifted_event_ids.empty()) {
        overdue = &entry;
      } else if (settled == nullptr &&
                 (entry.event.has_assignment_returned() ||
                  (entry.event.has_response_submitted() &&
                   entry.event.response_submitted().stance() != response::v1::STANCE_REPORTS_PROGRESS))) {
        settled = &entry;
      }
    }
    v1::ScoreMeasure outcome = overdue == nullptr ? v1::SCORE_MEASURE_AWAITED : v1::SCORE_MEASURE_UNANSWERED;
    if (settled != nullptr && settled->event.has_assignment_returned()) {
      outcome = v1::SCORE_MEASURE_RETURNED;
    } else if (settled != nullptr) {
      const absl::Time answered_at = base::FromProto(settled->event.occurred_at());
      outcome =
          domain::HasPassed(due, answered_at) ? v1::SCORE_MEASURE_ANSWERED_LATE : v1::SCORE_MEASURE_ANSWERED_IN_TIME;
      thing.took = answered_at - base::FromProto(thing.row.began_at());
    }
    if (const Entry* by = settled == nullptr ? overdue : settled) Decided(*by, thing.row);
    thing.measures = {v1::SCORE_MEASURE_ASKED, outcome};
    if (outcome != v1::SCORE_MEASURE_RETURNED) MakesItsCase(thing);
    things_.push_back(std::move(thing));
    return absl::OkStatus();
  }

  absl::Status AddClaim(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Entry> all, Load(place));
    if (all.empty()) return absl::OkStatus();
    ScoreThing thing = Began(place, all.front().event.occurred_at());
    thing.measures = {v1::SCORE_MEASURE_CLAIMED};
    for (const Entry& entry : all) {
      if (!entry.event.has_resolution_confirmed() && !entry.event.has_resolution_disputed()) continue;
      Decided(entry, thing.row);
      thing.measures = {v1::SCORE_MEASURE_CLAIMED};
      if (entry.event.has_resolution_disputed()) {
        thing.measures.push_back(v1::SCORE_MEASURE_DISPUTED);
        continue;
      }
      thing.measures.push_back(v1::SCORE_MEASURE_CONFIRMED);
      switch (entry.event.resolution_confirmed().satisfaction()) {
        case intake::v1::SATISFACTION_SATISFIED:
          thing.measures.push_back(v1::SCORE_MEASURE_SATISFIED);
          break;
        case intake::v1::SATISFACTION_PARTLY_SATISFIED:
          thing.measures.push_back(v1::SCORE_MEASURE_PARTLY_SATISFIED);
          break;
        case intake::v1::SATISFACTION_DISSATISFIED:
          thing.measures.push_back(v1::SCORE_MEASURE_DISSATISFIED);
          break;
        default:
          break;
      }
    }
    if (thing.measures.size() == 1) thing.measures.push_back(v1::SCORE_MEASURE_CLAIM_UNANSWERED);
    things_.push_back(std::move(thing));
    return absl::OkStatus();
  }

  absl::Status AddCommitment(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Entry> all, Load(place));
    if (all.empty()) return absl::OkStatus();
    ScoreThing thing = Began(place, all.front().event.occurred_at());
    const common::v1::DueDate& due = all.front().event.commitment_made().due();
    v1::ScoreMeasure outcome = v1::SCORE_MEASURE_COMMITMENT_OPEN;
    for (const Entry& entry : all) {
      if (entry.event.has_commitment_kept()) {
        outcome = domain::HasPassed(due, base::FromProto(entry.event.occurred_at())) ? v1::SCORE_MEASURE_KEPT_LATE
                                                                                     : v1::SCORE_MEASURE_KEPT_IN_TIME;
        Decided(entry, thing.row);
        break;
      }
      if (!entry.event.has_commitment_broken() || !entry.lifted_event_ids.empty()) continue;
      outcome = v1::SCORE_MEASURE_BROKEN;
      Decided(entry, thing.row);
    }
    thing.measures = {v1::SCORE_MEASURE_COMMITTED, outcome};
    things_.push_back(std::move(thing));
    return absl::OkStatus();
  }

  absl::Status AddFinding(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Entry> all, Load(place));
    if (all.empty()) return absl::OkStatus();
    const Entry& raised = all.front();
    ScoreThing thing = Began(place, raised.event.occurred_at());
    thing.row.set_rule(raised.event.finding_raised().rule());
    thing.measures = {v1::SCORE_MEASURE_FINDINGS_STANDING};
    if (!raised.lifted_event_ids.empty()) {
      thing.measures = {v1::SCORE_MEASURE_FINDINGS_LIFTED};
      WHISTLE_ASSIGN_OR_RETURN(const auto lifted,
                               entries::FindEntry(reader_, place.case_id, raised.lifted_event_ids.front()));
      if (lifted) Decided(*lifted, thing.row);
    }
    things_.push_back(std::move(thing));
    return absl::OkStatus();
  }

  absl::Status AddLed(const Place& place) {
    WHISTLE_ASSIGN_OR_RETURN(const auto entry, entries::FindEntry(reader_, place.case_id, place.EventId()));
    if (!entry) return NotInTimeline(place);
    if (IsCounted(entry->event)) MakesItsCase(Began(place, entry->event.occurred_at()));
    return absl::OkStatus();
  }

  // The stretches of time for which the organization owned the case and that began in the period. (As intake's dwells.)
  absl::Status AddDwells(const std::string& case_id) {
    std::vector<Entry> all;
    WHISTLE_RETURN_IF_ERROR(
        WalkKeys(reader_, {"thing", case_id, kClockThing}, [&](const std::vector<std::string>& parts) -> absl::Status {
          const Place place = {case_id, parts.back()};
          WHISTLE_ASSIGN_OR_RETURN(auto entry, entries::FindEntry(reader_, case_id, place.EventId()));
          if (!entry) return NotInTimeline(place);
          all.push_back(*std::move(entry));
          return absl::OkStatus();
        }));
    OrganizationRef handler;
    bool open = true;
    bool open_before_merge = true;
    const Entry* since = nullptr;
    OrganizationRef owner;
    for (const Entry& entry : all) {
      const Event& event = entry.event;
      const bool takes_over = event.has_handler_assigned();
      if (takes_over || event.has_case_closed() || event.has_case_declined() || event.has_merge_completed()) {
        if (since != nullptr) AddDwell(case_id, owner, *since, &entry);
        since = nullptr;
      }
      if (takes_over) handler = event.handler_assigned().handler();
      if (event.has_case_closed() || event.has_case_declined()) open = false;
      if (event.has_case_reopened()) open = true;
      if (event.has_merge_completed()) open_before_merge = std::exchange(open, false);
      if (event.has_case_unmerged() && event.case_unmerged().side() == intake::v1::MERGE_SIDE_SOURCE &&
          !event.case_unmerged().completed()) {
        open = open_before_merge;
      }
      const bool begins = takes_over || event.has_case_reopened() || event.has_case_unmerged();
      if (!begins || !open || since != nullptr || handler.organization_id().empty()) continue;
      since = &entry;
      owner = handler;
    }
    if (since != nullptr) AddDwell(case_id, owner, *since, nullptr);
    return absl::OkStatus();
  }

  // `end` is null while it goes on.
  void AddDwell(const std::string& case_id, const OrganizationRef& owner, const Entry& since, const Entry* end) {
    if (owner.organization_id() != period_.organization_id || !InPeriod(since.event.occurred_at())) return;
    ScoreThing thing = Began({case_id, domain::SortableEventId(since.event_id)}, since.event.occurred_at());
    thing.measures = {v1::SCORE_MEASURE_DWELLS};
    if (end != nullptr) Decided(*end, thing.row);
    thing.took = (end == nullptr ? period_.now : base::FromProto(end->event.occurred_at())) -
                 base::FromProto(thing.row.began_at());
    MakesItsCase(thing);
    things_.push_back(std::move(thing));
  }

  // One case that was the organization's, `first` what made it that first.
  absl::Status AddCase(const std::string& case_id, const v1::ScoreCase& first) {
    Places places;
    const auto add = [&](const std::vector<std::string>& parts) {
      places.insert({case_id, parts.back()});
      return absl::OkStatus();
    };
    WHISTLE_RETURN_IF_ERROR(WalkKeys(reader_, {"claim", period_.organization_id, case_id}, add));
    WHISTLE_RETURN_IF_ERROR(WalkKeys(reader_, {"score.moved", period_.organization_id, case_id}, add));
    ScoreThing thing;
    thing.row.set_case_id(case_id);
    thing.row.set_event_id(first.event_id());
    *thing.row.mutable_began_at() = first.began_at();
    thing.measures = {v1::SCORE_MEASURE_CASES};
    for (const Place& place : places) {
      WHISTLE_ASSIGN_OR_RETURN(const auto claim, entries::FindEntry(reader_, case_id, place.EventId()));
      if (!claim) return NotInTimeline(place);
      const auto [kind, by] = BeginningOf(claim->event);
      if (kind != kClaim || by.organization_id() != period_.organization_id) continue;
      if (thing.measures.size() == 1) {
        thing.measures.push_back(v1::SCORE_MEASURE_CASES_CLAIMED);
        Decided(*claim, thing.row);
      }
      WHISTLE_ASSIGN_OR_RETURN(const auto said, entries::ListEntries(reader_, case_id, place.EventId()));
      const auto confirmed = std::find_if(said.begin(), said.end(),
                                          [](const Entry& entry) { return entry.event.has_resolution_confirmed(); });
      if (confirmed == said.end()) continue;
      thing.measures.push_back(v1::SCORE_MEASURE_CASES_CONFIRMED);
      Decided(*confirmed, thing.row);
      break;
    }
    things_.push_back(std::move(thing));
    return absl::OkStatus();
  }

  const Reader& reader_;
  const ScorePeriod& period_;
  Beginnings beginnings_;
  // By case: what made it the organization's first.
  std::map<std::string, v1::ScoreCase> cases_;
  std::vector<ScoreThing> things_;
};

}  // namespace

absl::StatusOr<std::vector<ScoreThing>> ScoreThings(const Reader& reader, const ScorePeriod& period) {
  return Collector(reader, period).Collect();
}

}  // namespace whistle::escalation
