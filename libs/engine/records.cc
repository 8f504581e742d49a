#include "libs/engine/records.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/context.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;
using journal::v1::Event;

// "whistle.intake.v1.CaseRegistered"; "whistle.journal.v1.Decision" where there is no event.
std::string FirstEventType(const Decision& decision) {
  if (decision.events().empty()) return Decision::descriptor()->full_name();
  const Event& event = decision.events(0);
  const google::protobuf::FieldDescriptor* field =
      Event::GetReflection()->GetOneofFieldDescriptor(event, Event::descriptor()->FindOneofByName("body"));
  return field == nullptr ? Decision::descriptor()->full_name() : field->message_type()->full_name();
}

std::string SourceOf(common::v1::Service service) {
  switch (service) {
    case common::v1::SERVICE_INTAKE:
      return "/whistle/intake";
    case common::v1::SERVICE_RESPONSE:
      return "/whistle/response";
    case common::v1::SERVICE_COORDINATION:
      return "/whistle/coordination";
    case common::v1::SERVICE_ESCALATION:
      return "/whistle/escalation";
    case common::v1::SERVICE_REGISTRY:
      return "/whistle/registry";
    default:
      return "/whistle";
  }
}

}  // namespace

journal::Record MakeRecord(const Decision& decision, const base::Digest& hash, std::string bytes) {
  journal::Record record;
  record.key = decision.case_id();
  record.value = std::move(bytes);
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", hash.ToHex()},
                    {"ce_type", FirstEventType(decision)},
                    {"ce_source", SourceOf(decision.service())},
                    {"ce_subject", decision.case_id()},
                    {"ce_time", base::TimeText(base::FromProto(decision.decided_at()))},
                    {"content-type", "application/protobuf"}};
  return record;
}

common::v1::Position MakePosition(base::PartitionId partition, base::Offset offset) {
  common::v1::Position position;
  position.set_topic(partition.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
  position.set_partition(partition.index());
  position.set_offset(offset.value);
  return position;
}

common::v1::Receipt MakeReceipt(const std::string& case_id, base::Version version, const base::Digest& head,
                                base::PartitionId partition, base::Offset offset, int event_count,
                                absl::Time recorded_at) {
  common::v1::Receipt receipt;
  receipt.set_case_id(case_id);
  receipt.set_version(version.value);
  receipt.set_head(head.ToBytes());
  *receipt.mutable_position() = MakePosition(partition, offset);
  for (int i = 1; i <= event_count; ++i) receipt.add_event_ids(domain::MakeEventId(version, i));
  *receipt.mutable_recorded_at() = base::ToProto(recorded_at);
  return receipt;
}

absl::StatusOr<common::v1::Receipt> ReadReceipt(const projection::Reader& reader, const std::string& case_id,
                                                base::Version version) {
  WHISTLE_ASSIGN_OR_RETURN(const auto row, reader.FindTimeline(case_id, version));
  Decision decision;
  if (!row || !decision.ParseFromString(row->decision())) {
    return absl::DataLossError(absl::StrCat("case ", case_id, " has no readable timeline row at version ",
                                            version.value, "; rebuild the projection"));
  }
  const common::v1::Position& at = row->position();
  const base::PartitionId partition = at.topic() == common::v1::TOPIC_REGISTRY
                                          ? base::PartitionId::Registry()
                                          : base::PartitionId::Case(at.partition());
  common::v1::Receipt receipt =
      MakeReceipt(case_id, version, base::Sha256(row->decision()), partition, base::Offset{at.offset()},
                  decision.events_size(), base::FromProto(row->recorded_at()));
  receipt.set_replayed(true);
  return receipt;
}

}  // namespace whistle::engine
