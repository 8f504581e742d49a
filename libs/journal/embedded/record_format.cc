#include "libs/journal/embedded/record_format.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/journal/coding.h"

namespace whistle::journal {

std::string DbKey(base::PartitionId partition, base::Offset offset) {
  std::string key;
  key.reserve(kDbKeyBytes);
  PutBigEndian(key, static_cast<uint32_t>(PlaceOf(partition)));
  PutBigEndian(key, offset.value);
  return key;
}

absl::StatusOr<base::Offset> OffsetOfDbKey(absl::string_view db_key, base::PartitionId partition) {
  ByteReader in(db_key);
  const uint32_t place = in.BigEndian<uint32_t>();
  const int64_t offset = in.BigEndian<int64_t>();
  if (db_key.size() != kDbKeyBytes || place != PlaceOf(partition) || offset < 0) {
    return absl::DataLossError(
        absl::StrCat("partition ", partition.ToString(), " holds the impossible key ", absl::BytesToHexString(db_key)));
  }
  return base::Offset{offset};
}

std::string EncodeRecord(absl::string_view db_key, absl::Time stamp, const Record& record) {
  std::string body;
  body.reserve(RecordBytes(record) + 64);
  PutLittleEndian(body, absl::ToUnixMillis(stamp));
  PutBytes(body, record.key);
  PutLittleEndian(body, static_cast<uint32_t>(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    PutBytes(body, name);
    PutBytes(body, value);
  }
  PutBytes(body, record.value);
  return absl::StrCat(Checksum({db_key, body}), body);
}

absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view db_key, base::Offset offset, absl::string_view db_value) {
  ByteReader in(db_value);
  const absl::string_view checksum = in.Raw(kChecksumBytes);
  if (!in.ok() || checksum != Checksum({db_key, in.rest()})) {
    return absl::DataLossError(absl::StrCat("the record at offset ", offset.value, " fails its checksum"));
  }
  StoredRecord stored;
  stored.offset = offset;
  stored.stamp = absl::FromUnixMillis(in.LittleEndian<int64_t>());
  stored.record.key = std::string(in.Bytes());
  const uint32_t headers = in.LittleEndian<uint32_t>();
  for (uint32_t i = 0; i < headers && in.ok(); ++i) {
    const absl::string_view name = in.Bytes();
    stored.record.headers.emplace_back(std::string(name), std::string(in.Bytes()));
  }
  stored.record.value = std::string(in.Bytes());
  if (!in.ok() || !in.rest().empty()) {
    return absl::DataLossError(absl::StrCat("the record at offset ", offset.value, " does not have a record's form"));
  }
  return stored;
}

size_t RecordBytes(const Record& record) {
  size_t bytes = record.key.size() + record.value.size();
  for (const auto& [name, value] : record.headers) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace whistle::journal
