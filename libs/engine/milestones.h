// Milestones: states of a case as of some of its versions, kept by the fold so that a state as of any version is folded
// from near by (as_of.h) and not from the first decision. Derived, never truth.
//
// When one is due depends on the case's accepted decisions alone, their bytes and those of the last milestone, never on
// batches: whoever folds the journal, at whatever pace, keeps the same ones.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_ENGINE_MILESTONES_H_
#define WHISTLE_LIBS_ENGINE_MILESTONES_H_

#include <cstdint>

#include "google/protobuf/message.h"
#include "libs/base/ids.h"
#include "libs/domain/model.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {

// What the rule counts, of one case.
struct MilestoneCount {
  // Of the decisions accepted since the last milestone, as stored.
  uint64_t bytes = 0;
  // Of the state in the last milestone; 0 before the first.
  uint64_t last_bytes = 0;
};

// So many bytes of decisions (some 40 of them) are folded in less than a millisecond: most cases never need a
// milestone.
inline constexpr uint64_t kMilestoneBytesMin = 16 * 1024;
// A milestone follows when the decisions since the last one take as many bytes as the state did in it, over this: so
// all milestones together take about so many times the bytes of the timeline at the most, as a state grows more slowly
// than its timeline. The larger it is the fewer decisions are folded for an answer. tests/bench/README.md has the
// figures that this was chosen by.
inline constexpr uint64_t kMilestoneBytesFactor = 2;

bool IsMilestoneDue(const MilestoneCount& count);

// Folds the events of the decision that made `version` into `state`, in place.
void EvolveState(const domain::Model& model, const journal::v1::Decision& decision, base::Version version,
                 google::protobuf::Message& state);

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_MILESTONES_H_
