// A case's timeline as tools read it: whole, from one service, and checked against the others.
#ifndef WHISTLE_TOOLS_WHISTLECTL_TIMELINE_H_
#define WHISTLE_TOOLS_WHISTLECTL_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/whistlectl/client.h"
#include "whistle/common/v1/as_of.pb.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::whistlectl {

// Every decision of the case up to `at_version` (0: the head), oldest first, page after page. `min_position` may be
// null. `service` empty: intake's projection.
absl::StatusOr<std::vector<timeline::v1::TimelineEntry>> ReadTimeline(Client& client, const std::string& service,
                                                                      const std::string& case_id, uint64_t at_version,
                                                                      const common::v1::Position* min_position);

// As much of a timeline as a request asks for.
struct Timeline {
  std::vector<timeline::v1::TimelineEntry> entries;
  // As of when it is, by the last page; absent if all was asked for.
  std::optional<common::v1::AnsweredAsOf> as_of;
};

// Page after page; the request's own page is not looked at.
absl::StatusOr<Timeline> ReadTimeline(Client& client, const std::string& service,
                                      timeline::v1::GetTimelineRequest request);

// What comparing the four services came to.
struct Verdict {
  bool agree = false;
  uint64_t version = 0;
  // 64 hexadecimal digits, of the first service that answered.
  std::string head;
  // What is wrong, one line each: which service, which version, what was expected and what was found.
  std::vector<std::string> differences;

  // "4 projections agree: case ID version N head HEX", or how many differences.
  std::string LastLine(const std::string& case_id) const;
};

// Reads the case from all four services up to the same version, recomputes each chain of hashes from the stored bytes,
// and compares them byte for byte. NOT_FOUND if no service knows the case; UNAVAILABLE names the service that cannot be
// asked.
absl::StatusOr<Verdict> VerifyCase(Client& client, const std::string& case_id);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_TIMELINE_H_
