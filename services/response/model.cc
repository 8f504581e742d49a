#include "services/response/model.h"

#include "libs/domain/correction.h"
#include "libs/domain/entry_keys.h"
#include "libs/domain/obligation.h"

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
  domain::AddDueKeys(Obligations(state, case_id), &keys);
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
  } else if (event.has_return_term_passed()) {
    about(event.return_term_passed().assignment_id());
  } else if (event.has_response_overdue_lifted()) {
    keys.push_back(domain::BesideKey(ref.case_id, event.response_overdue_lifted().overdue_event_id(), ref.id));
  } else if (event.has_response_entry_corrected()) {
    AddCorrected(event.response_entry_corrected(), ref, &keys);
  }
  return keys;
}

std::vector<AgendaItem> Agenda(const State& state, const std::string& case_id) {
  std::vector<AgendaItem> items;
  domain::AddDates(Obligations(state, case_id), &items);
  return items;
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_RESPONSE;
  model.name = "response";
  model.fold_fingerprint = "response-2";
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

}  // namespace whistle::response
