// Why a record can be malformed: every reason that the core rule (libs/engine/acceptance.h) can give.
//
// The texts are part of what the quarantine list stores. One of them may be added, none is ever changed. Any thread.
#ifndef WHISTLE_LIBS_ENGINE_MALFORMED_H_
#define WHISTLE_LIBS_ENGINE_MALFORMED_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace whistle::engine {

// In the order in which the rule asks.
enum class MalformedReason {
  kNotADecision,
  kNoCaseId,
  kParentSize,
  kNoRequestId,
  kNoService,
  kNoDecidedAt,
  kNoLevel,
  kKey,
  kPartition,
  kSize,
  kForeignEvent,
};

inline constexpr MalformedReason kMalformedReasons[] = {
    MalformedReason::kNotADecision, MalformedReason::kNoCaseId,    MalformedReason::kParentSize,
    MalformedReason::kNoRequestId,  MalformedReason::kNoService,   MalformedReason::kNoDecidedAt,
    MalformedReason::kNoLevel,      MalformedReason::kKey,         MalformedReason::kPartition,
    MalformedReason::kSize,         MalformedReason::kForeignEvent};

// The text of a reason, up to what differs from record to record: "wrong partition", "event field ". No text begins
// with another.
absl::string_view TextOf(MalformedReason reason);

// The reason that a text of the quarantine list gives; nothing for a text that the rule never gives.
std::optional<MalformedReason> MalformedReasonOf(absl::string_view text);

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_MALFORMED_H_
