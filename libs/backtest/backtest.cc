#include "libs/backtest/backtest.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/backtest/event_ids.h"
#include "libs/backtest/rewrite.h"
#include "libs/backtest/world.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"
#include "libs/projection/keys.h"
#include "whistle/common/v1/corrections.pb.h"

namespace whistle::backtest {
namespace {

using common::v1::AgendaItem;
using journal::v1::Decision;
using journal::v1::Event;

// What only one world has is called so in the other: a version that no case reaches, and a mark that no id has.
constexpr uint64_t kMissingVersions = uint64_t{1} << 48;
constexpr absl::string_view kOtherWorlds = "~";

bool IsMergeConversation(const Event& event) {
  return event.has_merge_accepted() || event.has_merge_refused() || event.has_merge_completed() ||
         event.has_merge_withdrawn() || event.has_case_unmerged();
}

// The agenda's own, to be decided anew.
bool IsDecidedAnew(const Decision& decision) {
  return decision.actor().kind() == common::v1::ACTOR_KIND_AGENDA &&
         std::none_of(decision.events().begin(), decision.events().end(), IsMergeConversation);
}

std::string BodyName(const Event& event) {
  const google::protobuf::Message* body = domain::BodyOf(event);
  return body == nullptr ? "" : body->GetDescriptor()->name();
}

bool IsOverdueLifted(const Event& event) {
  const google::protobuf::Message* body = domain::BodyOf(event);
  return body != nullptr && body->GetDescriptor() == common::v1::OverdueLifted::descriptor();
}

// When an item fires that is on time. A virtual clock says whole milliseconds: the first that is not before.
absl::Time FiresAt(const DueItem& due) {
  const absl::Time due_at = base::FromProto(due.item.due_at());
  const absl::Time whole = absl::FromUnixMillis(absl::ToUnixMillis(due_at));
  return whole < due_at ? whole + absl::Milliseconds(1) : whole;
}

class TwoWorlds {
 public:
  TwoWorlds(const std::string& case_id, const Options& options)
      : options_(options), recorded_(options.models, case_id), other_(options.models, case_id) {
    result_.case_id = case_id;
  }

  TwoHistories Run(const Decisions& decisions) && {
    const Decision& first = decisions.front();
    if (first.events_size() > 0) result_.title = first.events(0).case_registered().title();
    for (const Decision& decision : decisions) {
      const bool anew = IsDecidedAnew(decision);
      FireOwnUpTo(base::FromProto(decision.decided_at()), anew ? decision.request().request_id() : "");
      if (anew) {
        FireTogether(decision);
      } else {
        Replay(decision);
      }
      Record(decision);
    }
    FireOwnUpTo(options_.until, "");
    return std::move(result_);
  }

 private:
  // Fires what is due by then in the other world and not on the recorded one's agenda. `next`: the request id of what
  // the recorded agenda fires at that moment; what comes after it in the order of one moment waits for it.
  void FireOwnUpTo(absl::Time until, const std::string& next) {
    while (const std::optional<DueItem> due = FirstOwn(until, next)) {
      const absl::Time now = std::max(FiresAt(*due), other_.decided_at());
      const uint64_t version = std::max(options_.registry->VersionBy(now), other_.registry_version());
      Fire(*due, now, version, nullptr);
    }
  }

  std::optional<DueItem> FirstOwn(absl::Time until, const std::string& next) const {
    bool after_next = false;
    for (const DueItem& due : other_.Agenda()) {
      if (base::FromProto(due.item.due_at()) > until || (after_next && FiresAt(due) >= until)) break;
      if (given_up_.contains(projection::AgendaRequestId(due.item))) continue;
      const std::string recorded_id = RecordedRequestId(due.item);
      if (recorded_id == next) after_next = true;
      if (!recorded_agenda_.contains(recorded_id)) return due;
    }
    return std::nullopt;
  }

  // The agenda's decision, if the other world has the same item.
  void FireTogether(const Decision& decision) {
    const std::vector<DueItem>& agenda = other_.Agenda();
    const auto same = std::find_if(agenda.begin(), agenda.end(), [&](const DueItem& due) {
      return RecordedRequestId(due.item) == decision.request().request_id();
    });
    if (same == agenda.end()) return;
    Fire(DueItem(*same), base::FromProto(decision.decided_at()), decision.registry_version(), &decision);
  }

  // `together`: the recorded decision that carried out the same item; null if there is none.
  void Fire(const DueItem& due, absl::Time now, uint64_t registry_version, const Decision* together) {
    const auto registry = options_.registry->At(registry_version);
    domain::Outcome outcome = other_.Decide(due, now, *registry);
    if (auto* rejection = std::get_if<domain::Rejection>(&outcome)) {
      given_up_.insert(projection::AgendaRequestId(due.item));
      result_.stuck.push_back({due.item, rejection->message});
      return;
    }
    Decision decision;
    decision.set_case_id(result_.case_id);
    decision.set_service(due.model->service);
    *decision.mutable_decided_at() = base::ToProto(now);
    decision.set_level(together != nullptr ? together->level() : registry->level());
    decision.mutable_actor()->set_kind(common::v1::ACTOR_KIND_AGENDA);
    decision.set_registry_version(registry_version);
    for (Event& event : std::get<domain::Events>(outcome)) *decision.add_events() = std::move(event);
    FoldOther(std::move(decision));
    const Decision& folded = result_.other.back();
    for (int i = 0; together != nullptr && i < folded.events_size() && i < together->events_size(); ++i) {
      if (together->events(i).body_case() != folded.events(i).body_case()) continue;
      Link(domain::MakeEventId(recorded_.version().Next(), i + 1), domain::MakeEventId(other_.version(), i + 1));
    }
    for (int i = 0; i < folded.events_size(); ++i) {
      Note(folded.events(i), domain::MakeEventId(other_.version(), i + 1), now, &result_.would, &fired_other_);
    }
  }

  // A person's decision, or a merge's, in the other world.
  void Replay(const Decision& recorded) {
    Decision decision = recorded;
    const auto registry = options_.registry->At(recorded.registry_version());
    for (int i = 0; i < decision.events_size(); ++i) {
      Event& event = *decision.mutable_events(i);
      const std::string recorded_id = domain::MakeEventId(recorded_.version().Next(), i + 1);
      const std::string id = domain::MakeEventId(other_.version().Next(), i + 1);
      Link(recorded_id, id);
      // A lifting is a consequence, not an act.
      const bool act = !IsOverdueLifted(event);
      TranslateEvent([&](const std::string& named) { return OtherId(named, recorded_id, event, act); }, &event);
      Rewrite({*options_.policy, registry->calendar(),
               [this](absl::string_view rule, absl::string_view subject) { return other_.DateOf(rule, subject); }},
              &event);
    }
    FoldOther(std::move(decision));
  }

  void FoldOther(Decision decision) {
    NoteStanding(decision, &result_.stood_would);
    result_.other.push_back(decision);
    other_.Fold(std::move(decision));
  }

  void Record(const Decision& decision) {
    recorded_.Fold(decision);
    NoteStanding(decision, &result_.stood_then);
    if (IsDecidedAnew(decision)) {
      for (int i = 0; i < decision.events_size(); ++i) {
        Note(decision.events(i), domain::MakeEventId(recorded_.version(), i + 1),
             base::FromProto(decision.decided_at()), &result_.then, &fired_recorded_);
      }
    }
    recorded_agenda_.clear();
    for (const DueItem& due : recorded_.Agenda()) recorded_agenda_.insert(projection::AgendaRequestId(due.item));
  }

  // By key, the ids of what fired, in order.
  using FiredIds = std::map<std::string, std::vector<std::string>>;

  // Adds what fired to its world's history, and ties it to the same thing in the other world if that has fired there.
  void Note(const Event& event, const std::string& id, absl::Time at, std::vector<Fired>* history, FiredIds* ids) {
    const bool recorded = ids == &fired_recorded_;
    Event said = event;
    if (!recorded) TranslateEvent([this](const std::string& named) { return RecordedId(named); }, &said);
    std::string key = absl::StrCat("owner|", said.owner_awaited().since_event_id());
    if (auto fired = FiredBy(said)) {
      fired->at = at;
      key = KeyOf(*fired);
      history->push_back(*std::move(fired));
    } else if (!said.has_owner_awaited()) {
      return;
    }
    std::vector<std::string>& here = (*ids)[key];
    here.push_back(id);
    const std::vector<std::string>& there = (recorded ? fired_other_ : fired_recorded_)[key];
    if (there.size() < here.size()) return;
    const std::string& twin = there[here.size() - 1];
    const std::string& recorded_id = recorded ? id : twin;
    const std::string& other_id = recorded ? twin : id;
    if (!to_other_.contains(recorded_id) && !to_recorded_.contains(other_id)) Link(recorded_id, other_id);
  }

  static void NoteStanding(const Decision& decision, std::vector<Fired>* stood) {
    for (const Event& event : decision.events()) {
      if (!event.has_escalation_raised()) continue;
      stood->push_back(*FiredBy(event));
      stood->back().at = base::FromProto(decision.decided_at());
    }
  }

  void Link(const std::string& recorded_id, const std::string& other_id) {
    to_other_[recorded_id] = other_id;
    to_recorded_[other_id] = recorded_id;
  }

  std::string OtherId(const std::string& named, const std::string& by_id, const Event& by, bool act) {
    if (const auto found = to_other_.find(named); found != to_other_.end()) return found->second;
    const auto parts = domain::ParseEventId(named);
    // A decision may name events of its own that come after the one that names them.
    if (parts->version == recorded_.version().Next())
      return domain::MakeEventId(other_.version().Next(), parts->number);
    if (act && parts->version <= recorded_.version()) result_.rests_on.push_back({by_id, BodyName(by), named});
    return domain::MakeEventId(base::Version{kMissingVersions + parts->version.value}, parts->number);
  }

  std::string RecordedId(const std::string& named) const {
    const auto found = to_recorded_.find(named);
    return found == to_recorded_.end() ? absl::StrCat(kOtherWorlds, named) : found->second;
  }

  // The request id that the item has, or would have, in the journal.
  std::string RecordedRequestId(AgendaItem item) const {
    TranslateItem([this](const std::string& named) { return RecordedId(named); }, &item);
    return projection::AgendaRequestId(item);
  }

  const Options& options_;
  World recorded_;
  World other_;
  // The request ids of what is on the recorded world's agenda.
  std::set<std::string> recorded_agenda_;
  std::map<std::string, std::string> to_other_;
  std::map<std::string, std::string> to_recorded_;
  FiredIds fired_recorded_;
  FiredIds fired_other_;
  std::set<std::string> given_up_;
  TwoHistories result_;
};

}  // namespace

TwoHistories Backtest(const std::string& case_id, const Decisions& decisions, const Options& options) {
  return TwoWorlds(case_id, options).Run(decisions);
}

}  // namespace whistle::backtest
