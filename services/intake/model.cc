#include "services/intake/model.h"

namespace whistle::intake {
namespace {

using google::protobuf::Message;

const State& As(const Message& state) { return static_cast<const State&>(state); }

}  // namespace

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_INTAKE;
  model.name = "intake";
  model.fold_fingerprint = "intake-2";
  model.new_state = [] { return std::make_unique<State>(); };
  model.evolve = [](Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    Evolve(static_cast<State&>(state), event, ref);
  };
  model.indexes = [](const Message& state, const std::string& case_id) { return Indexes(As(state), case_id); };
  model.footprints = [](const Message&, const journal::v1::Event& event, const domain::EventRef& ref) {
    return Footprints(event, ref);
  };
  model.dated_indexes = {kContactIndex, kEvidenceIndex};
  model.obligations = [](const Message& state, const std::string& case_id) { return Obligations(As(state), case_id); };
  model.agenda = [](const Message& state, const std::string& case_id) { return Agenda(As(state), case_id); };
  model.next_step = [](const common::v1::AgendaItem& item, int step, const Message* answered) {
    return NextStep(item, step, answered == nullptr ? nullptr : &As(*answered));
  };
  return model;
}

}  // namespace whistle::intake
