// The stored bytes of every event type ever shipped, and what every service's fold makes of them.
//
// golden/manifest.txt lists the decisions in the order in which they are folded, one event type each;
// golden/decisions/NNN-<event>.bin holds the bytes as stored in a journal; golden/folds/<service>/<fold
// fingerprint>.txt holds, for each of them, the digest of what that fold has made of the history so far: state,
// indexes, footprints, agenda. Files are added, never changed: old bytes must decode, and fold to the same, for ever.
#ifndef WHISTLE_TESTS_COMPATIBILITY_GOLDEN_H_
#define WHISTLE_TESTS_COMPATIBILITY_GOLDEN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/domain/model.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::compatibility {

struct GoldenDecision {
  // The event's field name in journal.v1.Event.
  std::string event;
  // As stored.
  std::string bytes;
};

// The names of all event types of this build, by field number.
std::vector<std::string> EventNames();

// Every field of every message filled in, the same on every call; references name the event that made what they refer
// to, by its place in `order`.
journal::v1::Decision MakeDecision(const std::string& event, const std::vector<std::string>& order);

absl::StatusOr<std::vector<GoldenDecision>> ReadDecisions(const std::string& dir);

// For each decision, the hex digest of what the model has made of the history up to it. An error names bytes that do
// not decode.
absl::StatusOr<std::vector<std::string>> FoldDigests(const domain::Model& model,
                                                     const std::vector<GoldenDecision>& decisions);

// Adds what is missing; changes nothing that is there.
absl::Status WriteMissing(const std::string& dir, const std::vector<domain::Model>& models);

// "registry" folds the registry's chain, which holds no other events.
bool Folds(const domain::Model& model, const GoldenDecision& decision);

std::string FoldFile(const std::string& dir, const domain::Model& model);

}  // namespace whistle::compatibility

#endif  // WHISTLE_TESTS_COMPATIBILITY_GOLDEN_H_
