// A command on its way through the engine, and its answer.
#ifndef WHISTLE_LIBS_ENGINE_COMMAND_H_
#define WHISTLE_LIBS_ENGINE_COMMAND_H_

#include <functional>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/hash.h"
#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/common/v1/types.pb.h"

namespace whistle::engine {

// One of:
//   Receipt: it counts, and the projection has folded it.
//   Rejection: it was refused, and that was true at the journal's end as of the call.
//   Status: UNAVAILABLE (nothing is known; retry with the same request id), ABORTED (the deadline passed while other
//   decisions won; it did
//     not happen), DEADLINE_EXCEEDED (it was never tried).
using Answer = std::variant<common::v1::Receipt, domain::Rejection, absl::Status>;

struct Command {
  std::string case_id;
  // With the case the scope of the request id. Empty for the agenda's own.
  std::string client;
  std::string request_id;
  // The RPC's full name, or "agenda".
  std::string method;
  // SHA-256(method ‖ 0x00 ‖ canonical request bytes).
  base::Digest fingerprint;
  // On the wall clock. The answer comes no later.
  absl::Time deadline;
  // Pure, and may be called several times. Fills context.actor and context.occurred_at from the request before it
  // decides.
  std::function<domain::Outcome(const google::protobuf::Message& state, domain::Context& context)> decide;
  // Called exactly once, on the strand's thread; must not block.
  absl::AnyInvocable<void(Answer) &&> done;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_COMMAND_H_
