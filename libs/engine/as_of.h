// Cases as of the past: the fold of a case's decisions up to a version, and a reader that knows nothing later.
//
//   WHISTLE_ASSIGN_OR_RETURN(const Moment moment, ResolveAsOf(reader, as_of, "as_of", case_id, partition, now));
//   WHISTLE_ASSIGN_OR_RETURN(const auto past, AsOfReader::Make(reader, model, case_id, moment.version));
//   GetCase(*past, request, response);      // the service's own query, as of then
//
// Everything of one `reader`, which must be of one moment itself (a store's snapshot). Any thread.
#ifndef WHISTLE_LIBS_ENGINE_AS_OF_H_
#define WHISTLE_LIBS_ENGINE_AS_OF_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/domain/model.h"
#include "libs/projection/store.h"
#include "whistle/common/v1/as_of.pb.h"

namespace whistle::engine {

// The state of the case after its first `version` decisions: what the model's fold makes of them from an empty state,
// byte for byte. From the milestone before it, if there is one. DATA_LOSS: the timeline does not have them all.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> StateAsOf(const projection::Reader& reader,
                                                                     const domain::Model& model,
                                                                     absl::string_view case_id, base::Version version);

// A moment of one case.
struct Moment {
  base::Version version;
  base::Digest head;
  // Of that version's decision.
  absl::Time recorded_at;
  // When clocks are read (AnsweredAsOf.moment).
  absl::Time at;
  // Whether no decision can come any more that belongs to it.
  bool final = false;
};

// Which version of the case is meant. `field` names the request's field in errors; `partition` is the case's; `now` the
// service's clock. Errors: those of AsOf (as_of.proto).
absl::StatusOr<Moment> ResolveAsOf(const projection::Reader& reader, const common::v1::AsOf& as_of,
                                   absl::string_view field, const std::string& case_id, base::PartitionId partition,
                                   absl::Time now);

// Its parts, for requests that have fields of their own for them. As ResolveAsOf.
absl::StatusOr<Moment> AtVersion(const projection::Reader& reader, base::Version version, absl::string_view field,
                                 const std::string& case_id);
absl::StatusOr<Moment> RecordedBy(const projection::Reader& reader, absl::Time time, absl::string_view field,
                                  const std::string& case_id, base::PartitionId partition, absl::Time now);

common::v1::AnsweredAsOf ToProto(const Moment& moment);

// One case as of one version. What is not of this case, or is not kept by version, cannot be read: such a read fails
// with INTERNAL, as a query that needs it must not be asked as of the past, rather than mix present and past.
class AsOfReader final : public projection::Reader {
 public:
  // `reader` outlives it.
  static absl::StatusOr<std::unique_ptr<AsOfReader>> Make(const projection::Reader& reader, const domain::Model& model,
                                                          const std::string& case_id, base::Version version);

  // The case as its row was then (without what milestones need); no other case.
  absl::StatusOr<std::optional<projection::v1::CaseRow>> FindCase(absl::string_view case_id) const override;
  // Of this case, up to the version.
  absl::StatusOr<std::optional<projection::v1::TimelineRow>> FindTimeline(absl::string_view case_id,
                                                                          base::Version version) const override;
  absl::StatusOr<std::vector<std::pair<base::Version, projection::v1::TimelineRow>>> ScanTimeline(
      absl::string_view case_id, base::Version from, size_t limit, size_t bytes_max) const override;
  // Of this case, below the model's dated indexes.
  absl::StatusOr<std::vector<IndexRow>> ScanIndex(absl::string_view prefix, absl::string_view after,
                                                  size_t limit) const override;

  // None of these.
  absl::StatusOr<std::optional<projection::v1::RequestRow>> FindRequest(
      const projection::RequestKey& key) const override;
  absl::StatusOr<std::optional<projection::v1::PartitionRow>> FindPartition(base::PartitionId partition) const override;
  absl::StatusOr<std::vector<std::pair<base::PartitionId, projection::v1::PartitionRow>>> ListPartitions()
      const override;
  absl::StatusOr<std::optional<std::pair<base::Version, projection::v1::MilestoneRow>>> FindMilestone(
      absl::string_view case_id, base::Version at) const override;
  absl::StatusOr<std::vector<AgendaRow>> ScanAgenda(absl::Time until, absl::string_view after,
                                                    size_t limit) const override;
  absl::StatusOr<std::vector<projection::v1::QuarantineRow>> ScanQuarantine(
      std::optional<std::pair<base::PartitionId, base::Offset>> after, size_t limit) const override;

  base::Version version() const { return base::Version{row_.version()}; }
  // Of the version's decision.
  uint64_t registry_version() const { return row_.registry_version(); }

 private:
  AsOfReader(const projection::Reader& reader, const domain::Model& model, const std::string& case_id)
      : reader_(reader), dated_indexes_(model.dated_indexes), case_id_(case_id) {}

  absl::Status NotAsOf(absl::string_view what) const;

  const projection::Reader& reader_;
  const std::vector<std::string> dated_indexes_;
  const std::string case_id_;
  projection::v1::CaseRow row_;
};

}  // namespace whistle::engine

#endif  // WHISTLE_LIBS_ENGINE_AS_OF_H_
