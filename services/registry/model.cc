#include "services/registry/model.h"

#include "libs/registry/fold.h"

namespace whistle::registry_chain {

void Evolve(State& state, const journal::v1::Event& event, const domain::EventRef& ref) {
  registry::Fold(state, event, ref.version.value);
}

domain::Model MakeModel() {
  domain::Model model;
  model.service = common::v1::SERVICE_REGISTRY;
  model.name = "registry";
  model.fold_fingerprint = "registry-1";
  model.new_state = [] { return std::make_unique<State>(); };
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef& ref) {
    Evolve(static_cast<State&>(state), event, ref);
  };
  model.indexes = [](const google::protobuf::Message&, const std::string&) { return std::vector<std::string>(); };
  model.footprints = [](const google::protobuf::Message&, const journal::v1::Event&, const domain::EventRef&) {
    return std::vector<std::string>();
  };
  model.agenda = [](const google::protobuf::Message&, const std::string&) {
    return std::vector<common::v1::AgendaItem>();
  };
  model.next_step = [](const common::v1::AgendaItem&, int, const google::protobuf::Message*) {
    return std::optional<domain::AgendaStep>();
  };
  return model;
}

}  // namespace whistle::registry_chain
