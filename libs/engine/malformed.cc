#include "libs/engine/malformed.h"

#include "absl/strings/match.h"

namespace whistle::engine {

absl::string_view TextOf(MalformedReason reason) {
  switch (reason) {
    case MalformedReason::kNotADecision:
      return "envelope: not a decision";
    case MalformedReason::kNoCaseId:
      return "envelope: no case id";
    case MalformedReason::kParentSize:
      return "envelope: parent has ";
    case MalformedReason::kNoRequestId:
      return "envelope: no request id";
    case MalformedReason::kNoService:
      return "envelope: no service";
    case MalformedReason::kNoDecidedAt:
      return "envelope: no plausible decided_at";
    case MalformedReason::kNoLevel:
      return "envelope: no level";
    case MalformedReason::kKey:
      return "key is not the case id";
    case MalformedReason::kPartition:
      return "wrong partition";
    case MalformedReason::kSize:
      return "size: ";
    case MalformedReason::kForeignEvent:
      return "event field ";
  }
  return "";
}

std::optional<MalformedReason> MalformedReasonOf(absl::string_view text) {
  for (const MalformedReason reason : kMalformedReasons) {
    if (absl::StartsWith(text, TextOf(reason))) return reason;
  }
  return std::nullopt;
}

}  // namespace whistle::engine
