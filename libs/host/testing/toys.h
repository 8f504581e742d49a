// Models small enough to hold in the head, for tests of what hosts a service (see libs/engine/testing/toy.h).
#ifndef WHISTLE_LIBS_HOST_TESTING_TOYS_H_
#define WHISTLE_LIBS_HOST_TESTING_TOYS_H_

#include <memory>
#include <string>
#include <vector>

#include "libs/domain/model.h"
#include "libs/engine/testing/toy.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::host::testing {

// A registry in which nothing ever happens.
inline domain::Model ToyRegistry() {
  domain::Model model = engine::testing::ToyModel();
  model.service = common::v1::SERVICE_REGISTRY;
  model.name = "registry";
  model.new_state = [] { return std::make_unique<registry::v1::RegistryState>(); };
  model.evolve = [](google::protobuf::Message&, const journal::v1::Event&, const domain::EventRef&) {};
  model.indexes = [](const google::protobuf::Message&, const std::string&) { return std::vector<std::string>(); };
  return model;
}

// The engine's toy under the name of a real service.
inline domain::Model ToyIntake() {
  domain::Model model = engine::testing::ToyModel();
  model.name = "intake";
  return model;
}

}  // namespace whistle::host::testing

#endif  // WHISTLE_LIBS_HOST_TESTING_TOYS_H_
