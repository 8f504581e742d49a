// The models of this build: one for each service, and the registry's.
#ifndef WHISTLE_TESTS_COMPATIBILITY_MODELS_H_
#define WHISTLE_TESTS_COMPATIBILITY_MODELS_H_

#include <vector>

#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/registry/model.h"
#include "services/response/model.h"

namespace whistle::compatibility {

inline std::vector<domain::Model> AllModels() {
  return {intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel(),
          registry_chain::MakeModel()};
}

}  // namespace whistle::compatibility

#endif  // WHISTLE_TESTS_COMPATIBILITY_MODELS_H_
