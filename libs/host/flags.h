// The flags that every Whistle program takes (Abseil's; --flagfile included), as ProcessOptions.
#ifndef WHISTLE_LIBS_HOST_FLAGS_H_
#define WHISTLE_LIBS_HOST_FLAGS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/host/process.h"

namespace whistle::host {

// Parses the command line. INVALID_ARGUMENT names the flag, what was expected and what was found. --help and unknown
// flags are Abseil's to answer, and end the process. Once, from main; `defaults` supplies what no flag says.
absl::StatusOr<ProcessOptions> ParseFlags(int argc, char** argv, absl::string_view usage, ProcessOptions defaults);

}  // namespace whistle::host

#endif  // WHISTLE_LIBS_HOST_FLAGS_H_
