#include "libs/journal/archive/format.h"

#include <zstd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/journal/coding.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

// zstd's own default: the journal's bytes are mostly hashes and random ids, and a higher level gains little on them.
constexpr int kZstdLevel = 3;

constexpr size_t kTagBytes = 4;

struct Tag {
  FrameKind kind;
  absl::string_view text;
};
constexpr Tag kTags[] = {
    {FrameKind::kHeader, "HEAD"},
    {FrameKind::kRecords, "RECS"},
    {FrameKind::kFooter, "FOOT"},
};

absl::string_view TagOf(FrameKind kind) {
  for (const Tag& tag : kTags) {
    if (tag.kind == kind) return tag.text;
  }
  return "";
}

void PutTime(std::string& out, absl::Time time) { PutLittleEndian(out, absl::ToUnixMillis(time)); }
absl::Time TakeTime(ByteReader& in) { return absl::FromUnixMillis(in.LittleEndian<int64_t>()); }

base::PartitionId PartitionAt(uint32_t place) {
  return place == 0 ? base::PartitionId::Registry() : base::PartitionId::Case(static_cast<int32_t>(place - 1));
}

std::string Compressed(absl::string_view raw) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), kZstdLevel);
  WHISTLE_CHECK(ZSTD_isError(size) == 0, ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

absl::StatusOr<std::string> Decompressed(absl::string_view compressed, size_t raw_bytes) {
  if (raw_bytes > kBlockBytesMax) {
    return absl::DataLossError(
        absl::StrCat("says that its records take ", raw_bytes, " bytes; at most ", kBlockBytesMax, " expected"));
  }
  std::string out(raw_bytes, '\0');
  const size_t size = ZSTD_decompress(out.data(), out.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(size) != 0) return absl::DataLossError(absl::StrCat("zstd: ", ZSTD_getErrorName(size)));
  if (size != raw_bytes) {
    return absl::DataLossError(absl::StrCat("its records take ", size, " bytes; it says that they take ", raw_bytes));
  }
  return out;
}

void PutRecord(std::string& out, const StoredRecord& stored) {
  PutLittleEndian(out, stored.offset.value);
  PutTime(out, stored.stamp);
  PutBytes(out, stored.record.key);
  PutLittleEndian(out, static_cast<uint32_t>(stored.record.headers.size()));
  for (const auto& [name, value] : stored.record.headers) {
    PutBytes(out, name);
    PutBytes(out, value);
  }
  PutBytes(out, stored.record.value);
}

StoredRecord TakeRecord(ByteReader& in) {
  StoredRecord stored;
  stored.offset = base::Offset{in.LittleEndian<int64_t>()};
  stored.stamp = TakeTime(in);
  stored.record.key = std::string(in.Bytes());
  const uint32_t headers = in.LittleEndian<uint32_t>();
  for (uint32_t i = 0; i < headers && in.ok(); ++i) {
    const absl::string_view name = in.Bytes();
    stored.record.headers.emplace_back(std::string(name), std::string(in.Bytes()));
  }
  stored.record.value = std::string(in.Bytes());
  return stored;
}

absl::Status NoForm(absl::string_view of) { return absl::DataLossError(absl::StrCat("does not have ", of, "'s form")); }

}  // namespace

std::string EncodePreamble() {
  std::string out(kArchiveMagic);
  PutLittleEndian(out, kArchiveVersion);
  return out;
}

absl::Status CheckPreamble(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.Raw(kArchiveMagic.size()) != kArchiveMagic) {
    return absl::InvalidArgumentError("is no archive of a journal: it does not begin with WHSTARCH");
  }
  const uint32_t version = in.LittleEndian<uint32_t>();
  if (!in.ok()) return absl::DataLossError("ends in the middle of its first bytes");
  if (version != kArchiveVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("is an archive of format version ", version, "; this program reads version ", kArchiveVersion));
  }
  return absl::OkStatus();
}

std::string EncodeFrame(FrameKind kind, uint32_t number, absl::string_view body, absl::string_view root) {
  WHISTLE_CHECK(body.size() <= kBlockBytesMax, absl::StrCat("a frame of ", body.size(), " bytes"));
  std::string out(TagOf(kind));
  PutLittleEndian(out, number);
  PutLittleEndian(out, static_cast<uint32_t>(body.size()));
  absl::StrAppend(&out, Checksum({out}));
  const base::Digest checksum = FrameChecksum(out, body, root);
  absl::StrAppend(&out, body, checksum.bytes());
  return out;
}

absl::StatusOr<FrameHead> DecodeFrameHead(absl::string_view bytes) {
  ByteReader in(bytes);
  FrameHead head;
  const absl::string_view tag = in.Raw(kTagBytes);
  head.number = in.LittleEndian<uint32_t>();
  head.body_bytes = in.LittleEndian<uint32_t>();
  const absl::string_view checksum = in.Raw(kChecksumBytes);
  if (!in.ok() || checksum != Checksum({bytes.substr(0, kFrameHeadBytes - kChecksumBytes)})) {
    return absl::DataLossError("its first 20 bytes fail their checksum");
  }
  for (const Tag& known : kTags) {
    if (known.text != tag) continue;
    head.kind = known.kind;
    if (head.body_bytes > kBlockBytesMax) break;
    return head;
  }
  return NoForm("a block");
}

base::Digest FrameChecksum(absl::string_view head, absl::string_view body, absl::string_view root) {
  return base::Sha256({root, head, body});
}

std::string EncodeHeader(const ArchiveHeader& header) {
  std::string out;
  PutBytes(out, header.identity.uuid);
  PutBytes(out, header.journal_kind);
  PutBytes(out, ClockKindText(header.identity.clock_kind));
  PutTime(out, header.identity.created_at);
  PutTime(out, header.exported_at);
  PutLittleEndian(out, static_cast<uint32_t>(header.identity.partition_count));
  for (const base::Offset end : header.ends) PutLittleEndian(out, end.value);
  return out;
}

absl::StatusOr<ArchiveHeader> DecodeHeader(absl::string_view body) {
  ByteReader in(body);
  ArchiveHeader header;
  header.identity.uuid = std::string(in.Bytes());
  header.journal_kind = std::string(in.Bytes());
  const absl::string_view clock = in.Bytes();
  const bool is_virtual = clock == ClockKindText(ClockKind::kVirtual);
  header.identity.clock_kind = is_virtual ? ClockKind::kVirtual : ClockKind::kReal;
  header.identity.created_at = TakeTime(in);
  header.exported_at = TakeTime(in);
  const uint32_t count = in.LittleEndian<uint32_t>();
  if (!in.ok() || count < 1 || count > static_cast<uint32_t>(kPartitionCountMax)) return NoForm("a header");
  header.identity.partition_count = static_cast<int>(count);
  for (uint32_t i = 0; i <= count; ++i) {
    header.ends.push_back(base::Offset{in.LittleEndian<int64_t>()});
    if (header.ends.back() < base::Offset{1}) return NoForm("a header");
  }
  if (!in.ok() || !in.rest().empty() || (!is_virtual && clock != ClockKindText(ClockKind::kReal))) {
    return NoForm("a header");
  }
  if (const absl::Status status = CheckIdentity(header.identity); !status.ok()) {
    return absl::DataLossError(absl::StrCat("its header's ", status.message()));
  }
  return header;
}

std::string EncodeFooter(const ArchiveFooter& footer) {
  std::string out;
  PutTime(out, footer.last_stamp);
  PutLittleEndian(out, static_cast<uint32_t>(footer.partitions.size()));
  for (const PartitionTotal& total : footer.partitions) {
    PutLittleEndian(out, total.end.value);
    absl::StrAppend(&out, total.digest.bytes());
  }
  absl::StrAppend(&out, footer.whole.bytes());
  return out;
}

absl::StatusOr<ArchiveFooter> DecodeFooter(absl::string_view body) {
  ByteReader in(body);
  ArchiveFooter footer;
  footer.last_stamp = TakeTime(in);
  const uint32_t count = in.LittleEndian<uint32_t>();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    PartitionTotal total{.end = base::Offset{in.LittleEndian<int64_t>()}, .digest = {}};
    const auto digest = base::Digest::FromBytes(in.Raw(base::Digest::kSize));
    if (!digest) return NoForm("a footer");
    total.digest = *digest;
    footer.partitions.push_back(total);
  }
  const auto whole = base::Digest::FromBytes(in.Raw(base::Digest::kSize));
  if (!whole || !in.ok() || !in.rest().empty()) return NoForm("a footer");
  footer.whole = *whole;
  return footer;
}

std::string EncodeRecords(base::PartitionId partition, const std::vector<StoredRecord>& records) {
  WHISTLE_CHECK(!records.empty(), "a block of no records");
  std::string raw;
  for (const StoredRecord& stored : records) PutRecord(raw, stored);
  std::string out;
  PutLittleEndian(out, static_cast<uint32_t>(PlaceOf(partition)));
  PutLittleEndian(out, records.front().offset.value);
  PutLittleEndian(out, static_cast<uint32_t>(records.size()));
  PutLittleEndian(out, static_cast<uint32_t>(raw.size()));
  absl::StrAppend(&out, Compressed(raw));
  return out;
}

absl::StatusOr<ArchiveBlock> DecodeRecords(absl::string_view body) {
  ByteReader in(body);
  const uint32_t place = in.LittleEndian<uint32_t>();
  const base::Offset first{in.LittleEndian<int64_t>()};
  const uint32_t count = in.LittleEndian<uint32_t>();
  const uint32_t raw_bytes = in.LittleEndian<uint32_t>();
  if (!in.ok() || count == 0 || place > static_cast<uint32_t>(kPartitionCountMax)) return NoForm("a block of records");
  absl::StatusOr<std::string> raw = Decompressed(in.rest(), raw_bytes);
  if (!raw.ok()) return raw.status();
  ByteReader rest(*raw);
  ArchiveBlock block{.partition = PartitionAt(place), .records = {}};
  for (uint32_t i = 0; i < count && rest.ok(); ++i) block.records.push_back(TakeRecord(rest));
  if (!rest.ok() || !rest.rest().empty() || block.records.front().offset != first) {
    return NoForm("a block of records");
  }
  return block;
}

size_t ArchivedBytes(const Record& record) {
  // Offset, stamp, and the lengths of key and value and the count of headers.
  size_t bytes = 8 + 8 + 4 + 4 + 4 + record.key.size() + record.value.size();
  for (const auto& [name, value] : record.headers) bytes += 4 + 4 + name.size() + value.size();
  return bytes;
}

}  // namespace whistle::journal
