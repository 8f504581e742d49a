// What an operator does about a malformed record: for each reason that the core rule can give, what it means, how it
// comes about, and what to do.
#ifndef WHISTLE_TOOLS_WHISTLECTL_MALFORMED_GUIDE_H_
#define WHISTLE_TOOLS_WHISTLECTL_MALFORMED_GUIDE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/engine/malformed.h"

namespace whistle::whistlectl {

struct MalformedGuide {
  // What it is called on the command line: "wrong-partition".
  absl::string_view word;
  absl::string_view meaning;
  absl::string_view cause;
  absl::string_view remedy;
};

MalformedGuide GuideTo(engine::MalformedReason reason);

// A reason by its word, or by the text that the quarantine list gives. A usage error naming every word.
absl::StatusOr<engine::MalformedReason> ParseMalformedReason(absl::string_view text);

// What holds of every malformed record.
absl::string_view MalformedInGeneral();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_MALFORMED_GUIDE_H_
