#include "services/escalation/model.h"

#include <memory>

namespace whistle::escalation {
namespace {

const State& AsState(const google::protobuf::Message& state) { return static_cast<const State&>(state); }

}  // namespace

std::vector<common::v1::AgendaItem> Agenda(const State&, const std::string&) { return {}; }

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_ESCALATION;
  model.name = "escalation";
  model.fold_fingerprint = "escalation-1";
  model.new_state = [] { return std::make_unique<State>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    Evolve(static_cast<State&>(state), event, ref);
  };
  model.indexes = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Indexes(AsState(state), case_id);
  };
  model.footprints = [](const google::protobuf::Message& state, const journal::v1::Event& event,
                        const domain::EventRef& ref) { return Footprints(AsState(state), event, ref); };
  model.agenda = [](const google::protobuf::Message& state, const std::string& case_id) {
    return Agenda(AsState(state), case_id);
  };
  model.next_step = [](const common::v1::AgendaItem&, int,
                       const google::protobuf::Message*) -> std::optional<domain::AgendaStep> { return std::nullopt; };
  return model;
}

}  // namespace whistle::escalation
