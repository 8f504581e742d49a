#include "libs/journal/genesis.h"

#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::journal {
namespace {

absl::Status NotGenesis(absl::string_view why) {
  return absl::DataLossError(absl::StrCat("the first record of the partition is no genesis record: ", why));
}

v1::ClockKind ToProto(ClockKind kind) {
  switch (kind) {
    case ClockKind::kReal:
      return v1::CLOCK_KIND_REAL;
    case ClockKind::kVirtual:
      return v1::CLOCK_KIND_VIRTUAL;
  }
  return v1::CLOCK_KIND_UNSPECIFIED;
}

}  // namespace

bool SameIdentity(const Identity& a, const Identity& b) {
  const auto imported = [](const Identity& i) {
    return i.imported_from ? std::make_optional(i.imported_from->journal_uuid) : std::nullopt;
  };
  return a.uuid == b.uuid && a.partition_count == b.partition_count && a.created_at == b.created_at &&
         a.clock_kind == b.clock_kind && imported(a) == imported(b);
}

absl::Status AddGenesis(const Genesis& genesis, Identity* identity) {
  if (!SameIdentity(genesis.identity, *identity)) {
    return absl::DataLossError(absl::StrCat("partition ", genesis.partition.ToString(), " belongs to journal ",
                                            genesis.identity.uuid, ", not to ", identity->uuid));
  }
  if (identity->imported_from)
    identity->imported_from->through.merge(std::map(genesis.identity.imported_from->through));
  return absl::OkStatus();
}

std::string NewJournalUuid() {
  std::array<uint8_t, 16> bytes;
  WHISTLE_CHECK(RAND_bytes(bytes.data(), bytes.size()) == 1, "OpenSSL has no random bytes");
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // RFC 4122: version 4,
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // its own variant.
  const std::string hex =
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                      hex.substr(20));
}

absl::Status CheckIdentity(const Identity& identity) {
  if (identity.uuid.size() != kUuidBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("journal uuid: ", kUuidBytes, " characters expected, found \"", identity.uuid, "\""));
  }
  if (identity.partition_count < 1 || identity.partition_count > kPartitionCountMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("partition count: 1 to ", kPartitionCountMax, " expected, found ", identity.partition_count));
  }
  if (identity.imported_from && identity.imported_from->journal_uuid.size() != kUuidBytes) {
    return absl::InvalidArgumentError(absl::StrCat("uuid of the imported journal: ", kUuidBytes,
                                                   " characters expected, found \"",
                                                   identity.imported_from->journal_uuid, "\""));
  }
  if (identity.imported_from && identity.imported_from->journal_uuid == identity.uuid) {
    return absl::InvalidArgumentError(absl::StrCat("journal ", identity.uuid, " cannot be imported from itself"));
  }
  return base::CheckTimestamp(base::ToProto(identity.created_at), "journal created_at");
}

Record GenesisRecord(const Identity& identity, base::PartitionId partition) {
  v1::Genesis genesis;
  genesis.set_journal_uuid(identity.uuid);
  genesis.set_topic(partition.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
  genesis.set_partition(partition.index());
  genesis.set_partition_count(identity.partition_count);
  *genesis.mutable_created_at() = base::ToProto(identity.created_at);
  genesis.set_clock_kind(ToProto(identity.clock_kind));
  if (identity.imported_from) {
    const auto through = identity.imported_from->through.find(partition);
    WHISTLE_CHECK(through != identity.imported_from->through.end(), "a partition that was not imported");
    genesis.mutable_imported_from()->set_journal_uuid(identity.imported_from->journal_uuid);
    genesis.mutable_imported_from()->set_through_offset(through->second.value);
  }
  return Record{std::string(kGenesisKey), base::SerializeDeterministically(genesis), {}};
}

absl::StatusOr<Genesis> ParseGenesis(const Record& record) {
  if (record.key != kGenesisKey) {
    return NotGenesis(absl::StrCat("its key is \"", absl::CHexEscape(record.key), "\""));
  }
  v1::Genesis proto;
  if (!proto.ParseFromString(record.value)) return NotGenesis("its value cannot be parsed");

  Genesis genesis;
  genesis.identity.uuid = proto.journal_uuid();
  genesis.identity.partition_count = proto.partition_count();
  genesis.identity.created_at = base::FromProto(proto.created_at());
  switch (proto.clock_kind()) {
    case v1::CLOCK_KIND_REAL:
      genesis.identity.clock_kind = ClockKind::kReal;
      break;
    case v1::CLOCK_KIND_VIRTUAL:
      genesis.identity.clock_kind = ClockKind::kVirtual;
      break;
    default:
      return NotGenesis(absl::StrCat("clock kind ", proto.clock_kind(), " is unknown"));
  }
  if (proto.has_imported_from())
    genesis.identity.imported_from.emplace().journal_uuid = proto.imported_from().journal_uuid();
  if (absl::Status status = CheckIdentity(genesis.identity); !status.ok()) return NotGenesis(status.message());

  switch (proto.topic()) {
    case common::v1::TOPIC_REGISTRY:
      if (proto.partition() != 0) {
        return NotGenesis(absl::StrCat("the registry has partition 0 only, found ", proto.partition()));
      }
      genesis.partition = base::PartitionId::Registry();
      break;
    case common::v1::TOPIC_CASES:
      if (proto.partition() < 0 || proto.partition() >= proto.partition_count()) {
        return NotGenesis(absl::StrCat("partition ", proto.partition(), " of ", proto.partition_count()));
      }
      genesis.partition = base::PartitionId::Case(proto.partition());
      break;
    default:
      return NotGenesis(absl::StrCat("topic ", proto.topic(), " is unknown"));
  }
  if (proto.has_imported_from()) {
    const base::Offset through{proto.imported_from().through_offset()};
    if (through < base::Offset{1}) {
      return NotGenesis(absl::StrCat("imported through offset ", through.value, ", and there is no less than 1"));
    }
    genesis.identity.imported_from->through[genesis.partition] = through;
  }
  return genesis;
}

absl::string_view ClockKindText(ClockKind kind) {
  switch (kind) {
    case ClockKind::kReal:
      return "real";
    case ClockKind::kVirtual:
      return "virtual";
  }
  return "unknown";
}

}  // namespace whistle::journal
