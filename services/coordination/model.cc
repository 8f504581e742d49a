#include "services/coordination/model.h"

#include <set>

#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/obligation.h"

namespace whistle::coordination {
namespace {

using common::v1::AgendaItem;
using common::v1::OrganizationRef;
using domain::EventRef;
using domain::IndexKey;
using domain::SortableEventId;
using journal::v1::Event;

// The keys of one event, in the making.
class Keys {
 public:
  explicit Keys(const EventRef& ref) : ref_(ref) {}

  // The thing is found by its case; for the event that created it.
  void Case(const std::string& kind, const std::string& thing_id) {
    keys_.insert(IndexKey({kind + "_of_case", ref_.case_id, SortableEventId(thing_id)}));
  }
  // The thing is found by this organization.
  void Of(const std::string& kind, const OrganizationRef& organization, const std::string& thing_id) {
    keys_.insert(IndexKey({kind + "_of", organization.organization_id(), ref_.case_id, SortableEventId(thing_id)}));
  }
  // The event happened to the thing.
  void About(const std::string& thing_id) { keys_.insert(domain::ThingKey(ref_.case_id, thing_id, ref_.id)); }
  // The event stands beside an older one.
  void Beside(const std::string& event_id) { keys_.insert(domain::BesideKey(ref_.case_id, event_id, ref_.id)); }

  std::vector<std::string> Take() { return {keys_.begin(), keys_.end()}; }

 private:
  const EventRef& ref_;
  std::set<std::string> keys_;
};

void AddMeetingHeld(const v1::MeetingHeld& e, const EventRef& ref, Keys& keys) {
  const std::string& id = e.meeting_id().empty() ? ref.id : e.meeting_id();
  keys.Case("meeting", id);
  keys.Of("meeting", e.held_by(), id);
  for (const auto& organization : e.attended()) keys.Of("meeting", organization, id);
  for (const auto& organization : e.absent()) keys.Of("meeting", organization, id);
  keys.About(id);
}

// An entry whose organization was put right is found under the right one too; a query leaves out what is not of its
// kind.
void AddCorrected(const State& state, const common::v1::EntryCorrected& e, Keys& keys) {
  keys.Beside(e.event_id());
  std::string thing_id = e.event_id();
  for (const auto& past : state.past_meetings()) {
    if (past.held_event_id() == e.event_id()) thing_id = past.meeting_id();
  }
  for (const auto& field : e.fields()) {
    common::v1::EntryCorrected one;
    one.add_fields()->CopyFrom(field);
    one.mutable_fields(0)->set_path("department");
    v1::Call read;
    if (!domain::ApplyCorrection(one, &read) || read.department().organization_id().empty()) continue;
    for (const std::string kind : {"whistle", "meeting", "commitment", "item"}) {
      keys.Of(kind, read.department(), thing_id);
    }
  }
}

}  // namespace

std::vector<std::string> Indexes(const State& state, const std::string& case_id) {
  std::vector<std::string> keys;
  for (const auto& open : state.open_commitments()) {
    keys.push_back(IndexKey(
        {"open_commitment", open.organization().organization_id(), case_id, SortableEventId(open.commitment_id())}));
  }
  for (const auto& open : state.open_items()) {
    keys.push_back(
        IndexKey({"open_item", open.listed_by().organization_id(), case_id, SortableEventId(open.item_id())}));
  }
  domain::AddDueKeys(Obligations(state, case_id), &keys);
  return keys;
}

std::vector<std::string> Footprints(const State& state, const Event& event, const EventRef& ref) {
  Keys keys(ref);
  if (event.has_whistle_blown()) {
    keys.Case("whistle", ref.id);
    keys.Of("whistle", event.whistle_blown().blown_by(), ref.id);
    for (const auto& called : event.whistle_blown().called()) keys.Of("whistle", called.department(), ref.id);
    keys.About(ref.id);
  } else if (event.has_department_reported_in()) {
    keys.About(event.department_reported_in().whistle_id());
  } else if (event.has_whistle_unanswered()) {
    keys.About(event.whistle_unanswered().whistle_id());
  } else if (event.has_meeting_convened()) {
    keys.Case("meeting", ref.id);
    keys.Of("meeting", event.meeting_convened().convened_by(), ref.id);
    for (const auto& invited : event.meeting_convened().invited()) keys.Of("meeting", invited, ref.id);
    keys.About(ref.id);
  } else if (event.has_meeting_held()) {
    AddMeetingHeld(event.meeting_held(), ref, keys);
  } else if (event.has_commitment_made()) {
    keys.Case("commitment", ref.id);
    keys.Of("commitment", event.commitment_made().organization(), ref.id);
    keys.About(ref.id);
    if (!event.commitment_made().meeting_id().empty()) keys.About(event.commitment_made().meeting_id());
  } else if (event.has_commitment_kept()) {
    keys.About(event.commitment_kept().commitment_id());
  } else if (event.has_commitment_broken()) {
    keys.About(event.commitment_broken().commitment_id());
  } else if (event.has_item_listed()) {
    keys.Case("item", ref.id);
    keys.Of("item", event.item_listed().listed_by(), ref.id);
    keys.About(ref.id);
  } else if (event.has_item_cleared()) {
    keys.About(event.item_cleared().item_id());
  } else if (event.has_coordination_deadline_approaching()) {
    const auto& near = event.coordination_deadline_approaching();
    keys.About(near.rule() == "whistle" ? ParseCallSubject(near.subject()).whistle_id : near.subject());
  } else if (event.has_coordination_overdue_lifted()) {
    keys.Beside(event.coordination_overdue_lifted().overdue_event_id());
  } else if (event.has_coordination_entry_corrected()) {
    AddCorrected(state, event.coordination_entry_corrected(), keys);
  }
  return keys.Take();
}

std::vector<AgendaItem> Agenda(const State& state, const std::string& case_id) {
  std::vector<AgendaItem> items;
  domain::AddDates(Obligations(state, case_id), &items);
  return items;
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_COORDINATION;
  model.name = "coordination";
  model.fold_fingerprint = "coordination-2";
  model.new_state = [] { return std::make_unique<State>(); };
  model.evolve = [](google::protobuf::Message& state, const Event& event, const EventRef& ref) {
    Evolve(static_cast<State&>(state), event, ref);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Indexes(static_cast<const State&>(state), case_id);
  };
  model.footprints = [](const google::protobuf::Message& state, const Event& event, const EventRef& ref) {
    return Footprints(static_cast<const State&>(state), event, ref);
  };
  model.dated_indexes = {"thing", "beside"};
  model.obligations = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Obligations(static_cast<const State&>(state), case_id);
  };
  model.agenda = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Agenda(static_cast<const State&>(state), case_id);
  };
  model.next_step = [](const AgendaItem& item, int step,
                       const google::protobuf::Message*) -> std::optional<domain::AgendaStep> {
    if (step > 0) return std::nullopt;
    return domain::AgendaStep{item.case_id(),
                              [item](const google::protobuf::Message& state, const domain::Context& context) {
                                return DecideDate(static_cast<const State&>(state), item, context);
                              }};
  };
  return model;
}

}  // namespace whistle::coordination
