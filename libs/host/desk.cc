#include "libs/host/desk.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_table.h"

namespace whistle::host {

std::string CaseIdFor(absl::string_view client, absl::string_view request_id) {
  const absl::string_view zero("\0", 1);
  return base::Sha256({"case", zero, client, zero, request_id}).ToHex().substr(0, 24);
}

base::Digest FingerprintOf(absl::string_view method, const google::protobuf::Message& request) {
  return base::Sha256({method, absl::string_view("\0", 1), base::SerializeDeterministically(request)});
}

absl::StatusOr<common::v1::Receipt> ReceiptOrStatus(engine::Answer answer) {
  if (auto* receipt = std::get_if<common::v1::Receipt>(&answer)) return std::move(*receipt);
  if (auto* rejection = std::get_if<domain::Rejection>(&answer))
    return rpc::Refused(rejection->detail, rejection->message);
  return std::get<absl::Status>(std::move(answer));
}

absl::StatusOr<base::PartitionId> PartitionOf(const common::v1::Position& position, int partition_count) {
  if (position.offset() < 0 || position.offset() == std::numeric_limits<int64_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat("offset: from 0 up to a record's, found ", position.offset()));
  }
  switch (position.topic()) {
    case common::v1::TOPIC_REGISTRY:
      if (position.partition() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("partition: the registry has partition 0 only, found ", position.partition()));
      }
      return base::PartitionId::Registry();
    case common::v1::TOPIC_CASES:
      if (position.partition() < 0 || position.partition() >= partition_count) {
        return absl::InvalidArgumentError(
            absl::StrCat("partition: this journal has 0 to ", partition_count - 1, ", found ", position.partition()));
      }
      return base::PartitionId::Case(position.partition());
    default:
      return absl::InvalidArgumentError("topic: expected TOPIC_CASES or TOPIC_REGISTRY");
  }
}

absl::StatusOr<std::shared_ptr<const registry::Registry>> QueryMoment::registry() const {
  std::shared_ptr<const registry::Registry> now = service_.engine().registry();
  if (!registry_version_ || registry_version_->value == now->version()) return now;
  WHISTLE_ASSIGN_OR_RETURN(const auto state, engine::StateAsOf(store_, service_.registry_model(),
                                                               journal::kRegistryCaseId, *registry_version_));
  return std::make_shared<const registry::Registry>(registry_version_->value,
                                                    static_cast<const registry::v1::RegistryState&>(*state));
}

base::PartitionId PartitionOfCase(absl::string_view case_id, int partition_count) {
  return case_id == journal::kRegistryCaseId ? base::PartitionId::Registry()
                                             : journal::PartitionForCase(case_id, partition_count);
}

absl::StatusOr<std::vector<common::v1::Position>> PositionsOf(const projection::Reader& reader,
                                                              absl::string_view case_id, int partition_count) {
  std::vector<common::v1::Position> out;
  if (!case_id.empty()) {
    const base::PartitionId partition = journal::PartitionForCase(case_id, partition_count);
    WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindPartition(partition));
    if (row) out.push_back(engine::MakePosition(partition, base::Offset{row->offset()}));
    return out;
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto rows, reader.ListPartitions());
  for (const auto& [partition, row] : rows) {
    out.push_back(engine::MakePosition(partition, base::Offset{row.offset()}));
  }
  return out;
}

void AwaitOptions(HostedService& service, const common::v1::ReadOptions& options, absl::Time deadline,
                  absl::AnyInvocable<void(absl::Status) &&> then) {
  if (!options.has_min_position()) return std::move(then)(absl::OkStatus());
  const auto partition = PartitionOf(options.min_position(), service.journal().identity().partition_count);
  if (!partition.ok()) {
    return std::move(then)(
        absl::InvalidArgumentError(absl::StrCat("options.min_position.", partition.status().message())));
  }
  service.engine().AwaitPosition(*partition, base::Offset{options.min_position().offset()}.Next(), deadline,
                                 std::move(then));
}

}  // namespace whistle::host
