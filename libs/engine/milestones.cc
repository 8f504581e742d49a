#include "libs/engine/milestones.h"

#include <algorithm>

#include "libs/domain/context.h"

namespace whistle::engine {

bool IsMilestoneDue(const MilestoneCount& count) {
  return count.bytes >= std::max(kMilestoneBytesMin, count.last_bytes / kMilestoneBytesFactor);
}

void EvolveState(const domain::Model& model, const journal::v1::Decision& decision, base::Version version,
                 google::protobuf::Message& state) {
  domain::EventRef ref{.case_id = decision.case_id(), .id = "", .version = version, .decision = &decision};
  for (int i = 0; i < decision.events_size(); ++i) {
    ref.id = domain::MakeEventId(version, i + 1);
    model.evolve(state, decision.events(i), ref);
  }
}

}  // namespace whistle::engine
