// The registry's fold: what one of its events makes of the state. Every service folds it alike.
//
// Pure and total: never refuses, reads nothing but its arguments. Organizations stay in the order of their ids.
#ifndef WHISTLE_LIBS_REGISTRY_FOLD_H_
#define WHISTLE_LIBS_REGISTRY_FOLD_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "whistle/journal/v1/journal.pb.h"
#include "whistle/registry/v1/state.pb.h"

namespace whistle::registry {

// `version` is the one that the event's decision makes. Events of other services leave the state as it is.
void Fold(v1::RegistryState& state, const journal::v1::Event& event, uint64_t version);

// The organization's place in the state; -1 if there is none of that id.
int PlaceOf(const v1::RegistryState& state, absl::string_view organization_id);

}  // namespace whistle::registry

#endif  // WHISTLE_LIBS_REGISTRY_FOLD_H_
