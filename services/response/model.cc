#include "services/response/model.h"

#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"

namespace whistle::response {
namespace {

using common::v1::AgendaItem;
using domain::EventRef;
using domain::IndexKey;
using domain::SortableEventId;
using journal::v1::Event;

// The two keys under which a thing is found for ever: by case, and by the organization it is about.
void AddThing(const std::string& kind, const std::string& organization_id, const EventRef& ref,
              std::vector<std::string>* keys) {
  const std::string id = SortableEventId(ref.id);
  keys->push_back(IndexKey({kind + "_of_case", ref.case_id, id}));
  keys->push_back(IndexKey({kind + "_of", organization_id, ref.case_id, id}));
}

// An entry whose department was put right is found under the right one too; a query leaves out what is not of its kind.
void AddCorrected(const common::v1::EntryCorrected& e, const EventRef& ref, std::vector<std::string>* keys) {
  keys->push_back(domain::BesideKey(ref.case_id, e.event_id(), ref.id));
  v1::Standing read;
  if (!domain::ApplyCorrection(e, &read) || !read.has_department()) return;
  const std::string& organization_id = read.department().organization_id();
  const std::string id = SortableEventId(e.event_id());
  for (const std::string kind : {"assignment", "response", "condition"}) {
    keys->push_back(IndexKey({kind + "_of", organization_id, ref.case_id, id}));
  }
}

}  // namespace

std::vector<std::string> Indexes(const State& state, const std::string& case_id) {
  std::vector<std::string> keys;
  for (const auto& open : state.open_assignments()) {
    keys.push_back(IndexKey(
        {"open_assignment", open.department().organization_id(), case_id, SortableEventId(open.assignment_id())}));
  }
  for (const auto& open : state.open_conditions()) {
    keys.push_back(IndexKey(
        {"open_condition", open.department().organization_id(), case_id, SortableEventId(open.condition_id())}));
  }
  return keys;
}

std::vector<std::string> Footprints(const State&, const Event& event, const EventRef& ref) {
  std::vector<std::string> keys;
  const auto about = [&](const std::string& thing_id) {
    if (!thing_id.empty()) keys.push_back(domain::ThingKey(ref.case_id, thing_id, ref.id));
  };
  if (event.has_response_requested()) {
    AddThing("assignment", event.response_requested().department().organization_id(), ref, &keys);
    about(ref.id);
  } else if (event.has_assignment_returned()) {
    about(event.assignment_returned().assignment_id());
  } else if (event.has_response_submitted()) {
    AddThing("response", event.response_submitted().department().organization_id(), ref, &keys);
    about(event.response_submitted().assignment_id());
  } else if (event.has_condition_imposed()) {
    AddThing("condition", event.condition_imposed().department().organization_id(), ref, &keys);
    about(ref.id);
  } else if (event.has_condition_met()) {
    about(event.condition_met().condition_id());
  } else if (event.has_condition_waived()) {
    about(event.condition_waived().condition_id());
  } else if (event.has_extension_granted()) {
    about(event.extension_granted().assignment_id());
  } else if (event.has_response_overdue()) {
    about(event.response_overdue().assignment_id());
  } else if (event.has_response_overdue_lifted()) {
    keys.push_back(domain::BesideKey(ref.case_id, event.response_overdue_lifted().overdue_event_id(), ref.id));
  } else if (event.has_response_entry_corrected()) {
    AddCorrected(event.response_entry_corrected(), ref, &keys);
  }
  return keys;
}

std::vector<AgendaItem> Agenda(const State& state, const std::string& case_id) {
  std::vector<AgendaItem> items;
  const auto status = state.header().status();
  if (status != intake::v1::CASE_STATUS_REGISTERED && status != intake::v1::CASE_STATUS_ACCEPTED) return items;
  for (const auto& open : state.open_assignments()) {
    if (!open.overdue_event_id().empty()) continue;
    AgendaItem& item = items.emplace_back();
    item.set_case_id(case_id);
    *item.mutable_due_at() = open.due().due_at();
    item.set_kind(common::v1::AGENDA_KIND_RESPONSE_OVERDUE);
    item.set_subject(open.assignment_id());
    item.set_created_by_event_id(open.due_event_id());
  }
  return items;
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_RESPONSE;
  model.name = "response";
  model.fold_fingerprint = "response-1";
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
  model.agenda = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Agenda(static_cast<const State&>(state), case_id);
  };
  model.next_step = [](const AgendaItem& item, int step,
                       const google::protobuf::Message*) -> std::optional<domain::AgendaStep> {
    if (step > 0) return std::nullopt;
    return domain::AgendaStep{item.case_id(),
                              [id = item.subject()](const google::protobuf::Message& state, const auto& context) {
                                return DecideOverdue(static_cast<const State&>(state), id, context);
                              }};
  };
  return model;
}

}  // namespace whistle::response
