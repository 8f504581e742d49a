// What `journal verify` prints: every problem with its place, what is worth knowing, digests, and one last line.
#ifndef WHISTLE_TOOLS_WHISTLECTL_VERIFY_REPORT_H_
#define WHISTLE_TOOLS_WHISTLECTL_VERIFY_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/verify/verify.h"

namespace whistle::whistlectl {

// "verify: OK: 1000000 decisions, 50000 cases, …", "verify: FAILED: 3 problems (2 chain, 1 digest); …".
std::string VerifyLine(const verify::Report& report, absl::Duration took);
// For a check that came to no end: "verify: FAILED: not verified: …".
std::string VerifyLine(const absl::Status& error);

// Everything before the last line, one line each; empty or with a line feed at the end.
std::string VerifyText(const verify::Report& report);

// All of it as one JSON object.
std::string VerifyJson(const verify::Report& report, absl::Duration took);
std::string VerifyJson(const absl::Status& error);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_VERIFY_REPORT_H_
