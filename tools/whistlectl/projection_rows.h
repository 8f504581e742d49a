// A projection to be compared, wherever it is: a service's running one, a store at rest, a checkpoint.
//
//   WHISTLE_ASSIGN_OR_RETURN(auto side, OpenSide("/backup/intake-1", …));
//   for each family, in the store's order: side->Rows(family)
//
// One thread.
#ifndef WHISTLE_TOOLS_WHISTLECTL_PROJECTION_ROWS_H_
#define WHISTLE_TOOLS_WHISTLECTL_PROJECTION_ROWS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/projection/comparison.h"
#include "tools/whistlectl/client.h"
#include "whistle/projection/v1/checkpoint.pb.h"

namespace whistle::whistlectl {

class ProjectionSide {
 public:
  virtual ~ProjectionSide() = default;

  // Empty where nothing says it.
  const std::string& service() const { return service_; }
  const std::string& fold_fingerprint() const { return fold_fingerprint_; }
  const std::vector<projection::v1::CheckpointPartition>& partitions() const { return partitions_; }

  // The rows of one family. Families are asked for in the store's order, each once, and each is read to its end before
  // the next. The side outlives the cursor.
  virtual std::unique_ptr<projection::RowCursor> Rows(projection::Family family) = 0;

 protected:
  std::string service_;
  std::string fold_fingerprint_;
  std::vector<projection::v1::CheckpointPartition> partitions_;
};

// A folder: a service's store that no process has open, or a checkpoint.
absl::StatusOr<std::unique_ptr<ProjectionSide>> OpenFolderSide(const std::string& dir);

// The projection that `service` serves from, through a client of its own.
absl::StatusOr<std::unique_ptr<ProjectionSide>> OpenRunningSide(std::unique_ptr<Client> client,
                                                                const std::string& service);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_PROJECTION_ROWS_H_
