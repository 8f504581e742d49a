// What `journal verify` sees of running services: their journal's records, what their projections say, and heads.
#ifndef WHISTLE_TOOLS_WHISTLECTL_VERIFY_RUNNING_H_
#define WHISTLE_TOOLS_WHISTLECTL_VERIFY_RUNNING_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/verify/compare.h"
#include "libs/verify/problems.h"
#include "libs/verify/source.h"
#include "libs/verify/stand.h"
#include "tools/whistlectl/client.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {

// A client of one's own: a client does one call at a time.
using NewClient = std::function<absl::StatusOr<std::unique_ptr<Client>>()>;

// The journal as OperationsService gives it, up to the ends as of Open.
class RunningSource final : public verify::Source {
 public:
  static absl::StatusOr<std::unique_ptr<RunningSource>> Open(NewClient new_client);

  const std::string& uuid() const { return status_.journal_uuid(); }
  int partition_count() const override { return status_.partition_count(); }
  base::Offset End(base::PartitionId partition) const override;
  absl::Status Read(base::PartitionId partition, base::Offset from, Visit visit) const override;

 private:
  explicit RunningSource(NewClient new_client) : new_client_(std::move(new_client)) {}

  const NewClient new_client_;
  operations::v1::GetJournalStatusResponse status_;
  std::map<base::PartitionId, base::Offset> ends_;
};

// What the projections of all four services say, each asked where it listens. One that stands still is a problem.
absl::StatusOr<std::vector<verify::Stand>> AskStands(const NewClient& new_client, verify::Problems& problems);

// What everything in a stand's projection comes to, and where it stood by then: replaces its rows. A service that
// cannot tell yet leaves it without digests.
absl::Status AskDigests(const NewClient& new_client, verify::Stand& stand);

// Asks `services` for the head of every case, `jobs` at a time, once each has folded what was read. A head further on
// than what was read must lie in the journal after it.
absl::Status AskHeads(const NewClient& new_client, const RunningSource& source,
                      const std::vector<std::string>& services, int jobs, const verify::Checks& checks,
                      verify::Problems& problems);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_VERIFY_RUNNING_H_
