// An embedded journal's folder as a source: as it lies, damaged or not, without changing a byte.
#ifndef WHISTLE_LIBS_VERIFY_EMBEDDED_SOURCE_H_
#define WHISTLE_LIBS_VERIFY_EMBEDDED_SOURCE_H_

#include <memory>
#include <string>

#include "libs/journal/embedded/inspection.h"
#include "libs/verify/source.h"

namespace whistle::verify {

class EmbeddedSource final : public Source {
 public:
  // Errors as EmbeddedInspection::Open.
  static absl::StatusOr<std::unique_ptr<EmbeddedSource>> Open(const std::string& dir);

  int partition_count() const override { return looked_->partition_count(); }
  base::Offset End(base::PartitionId partition) const override;
  absl::Status Read(base::PartitionId partition, base::Offset from, Visit visit) const override;
  // What the acknowledged-through mark tells: a partition that ends before it, a mark of another journal, none at all.
  void AddProblems(Problems& problems) const override;

 private:
  EmbeddedSource(std::string dir, std::unique_ptr<journal::EmbeddedInspection> looked)
      : dir_(std::move(dir)), looked_(std::move(looked)) {}

  const std::string dir_;
  const std::unique_ptr<journal::EmbeddedInspection> looked_;
};

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_EMBEDDED_SOURCE_H_
