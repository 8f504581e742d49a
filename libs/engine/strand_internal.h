// What a strand keeps of the commands and decisions that are under way. For the strand's own files only.
#ifndef WHISTLE_LIBS_ENGINE_STRAND_INTERNAL_H_
#define WHISTLE_LIBS_ENGINE_STRAND_INTERNAL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/domain/outcome.h"
#include "libs/engine/command.h"
#include "libs/engine/fold.h"
#include "libs/engine/strand.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::engine {

// A command that has not been answered.
struct Strand::Pending {
  uint64_t number = 0;
  Command command;
  absl::Time submitted_at;
  bool answered = false;
  // How often an attempt of it was superseded.
  int superseded = 0;
  // A superseded attempt of it was built on one that did not count because of its time: of both, a second copy may
  // count yet, should the journal have been given one.
  bool may_count_yet = false;
  bool in_flight = false;

  // Rule 4. The journal's end, and the registry's, at some moment after the call.
  bool fences_requested = false;
  std::optional<base::Offset> fence;
  std::optional<base::Offset> registry_fence;
  // The refusal it is parked with, the head it rests on, and the registry version it was decided under.
  std::optional<domain::Rejection> rejection;
  std::optional<base::Digest> rests_on;
  uint64_t registry_version = 0;

  // With no attempt under way: it did not happen.
  bool KnownSuperseded() const { return superseded > 0 && !may_count_yet; }
};

// A decision that was sent to the journal and whose verdict is awaited.
struct Strand::Attempt {
  base::Digest hash;
  std::optional<base::Digest> parent;
  journal::v1::Decision decision;
  // It is in its case's overlay, not doomed.
  bool in_overlay = true;
  absl::Time sent_at;
  // The case with it applied.
  std::shared_ptr<const CaseSnapshot> after;
  // The command it carries out, and later ones with the same request id.
  std::vector<PendingPtr> waiters;
};

// What is under way on one case.
struct Strand::CaseWork {
  // Rule 1: pending decisions, each the parent of the next.
  std::deque<AttemptPtr> overlay;
  // Of the overlay: (client, request id) to attempt.
  absl::flat_hash_map<std::pair<std::string, std::string>, AttemptPtr> by_request;
  std::vector<PendingPtr> parked;

  // Another instance's decision lost to ours: what is pending runs dry, later commands are held, and then, until the
  // time is over, nothing is sent.
  bool gives_way = false;
  std::vector<PendingPtr> held;
  // How long our last decision took from being sent to being read.
  absl::Duration round_trip;
  absl::Time quiet_until = absl::InfinitePast();
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_STRAND_INTERNAL_H_
