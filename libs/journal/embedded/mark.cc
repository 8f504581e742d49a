#include "libs/journal/embedded/mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/journal/coding.h"
#include "libs/journal/embedded/folder.h"
#include "libs/journal/genesis.h"

namespace whistle::journal {
namespace {

constexpr absl::string_view kMagic = "WHSTMARK";

// magic, format version, length of the body; uuid, last stamp, number of ends, ends; checksum.
constexpr size_t SlotBytes(size_t partitions) {
  return 8 + 2 * sizeof(uint32_t) + sizeof(uint64_t) + kUuidBytes + sizeof(int64_t) + sizeof(uint32_t) +
         partitions * sizeof(int64_t) + kChecksumBytes;
}
static_assert(SlotBytes(1 + kPartitionCountMax) <= kMarkSlotBytes, "the ends of all partitions must fit in a slot");

struct Slot {
  uint32_t format_version = 0;
  uint64_t sequence = 0;
  Mark mark;
};

// Nothing if the slot is not whole. Magic, version, length and checksum are where they are in every format; the body is
// understood only in ours.
std::optional<Slot> DecodeSlot(absl::string_view bytes) {
  ByteReader in(bytes);
  Slot slot;
  if (in.Raw(kMagic.size()) != kMagic) return std::nullopt;
  slot.format_version = in.LittleEndian<uint32_t>();
  ByteReader body(in.Bytes());
  const absl::string_view covered = bytes.substr(0, bytes.size() - in.rest().size());
  if (!in.ok() || in.Raw(kChecksumBytes) != Checksum({covered})) return std::nullopt;
  if (slot.format_version != kFormatVersion) return slot;

  slot.sequence = body.LittleEndian<uint64_t>();
  slot.mark.uuid = std::string(body.Raw(kUuidBytes));
  slot.mark.last_stamp = absl::FromUnixMillis(body.LittleEndian<int64_t>());
  const uint32_t partitions = body.LittleEndian<uint32_t>();
  for (uint32_t i = 0; i < partitions && body.ok(); ++i) slot.mark.ends.push_back({body.LittleEndian<int64_t>()});
  if (!body.ok() || !body.rest().empty()) return std::nullopt;
  return slot;
}

absl::Status Unreadable(const std::string& path, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("the acknowledged-through mark ", path, " ", why,
                                          ", so it cannot be proved that the journal is whole. Restore the journal's "
                                          "folder from a backup. Only if there is none, "
                                          "compare the journal's end with every projection's position and with the "
                                          "clients' last receipts, then open it once with "
                                          "recreate_mark"));
}

}  // namespace

std::string EncodeMarkSlot(const Mark& mark, uint64_t sequence, uint32_t format_version) {
  WHISTLE_CHECK(mark.uuid.size() == kUuidBytes, mark.uuid);
  std::string body;
  PutLittleEndian(body, sequence);
  body += mark.uuid;
  PutLittleEndian(body, absl::ToUnixMillis(mark.last_stamp));
  PutLittleEndian(body, static_cast<uint32_t>(mark.ends.size()));
  for (base::Offset end : mark.ends) PutLittleEndian(body, end.value);

  std::string out(kMagic);
  PutLittleEndian(out, format_version);
  PutBytes(out, body);
  out += Checksum({out});
  WHISTLE_CHECK(out.size() <= kMarkSlotBytes, absl::StrCat(mark.ends.size(), " partitions"));
  out.resize(kMarkSlotBytes);
  return out;
}

absl::StatusOr<std::unique_ptr<MarkFile>> MarkFile::Create(const std::string& path, const Mark& mark) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return SystemError(errno, absl::StrCat("making ", path));
  auto file = std::unique_ptr<MarkFile>(new MarkFile(path, fd));
  WHISTLE_RETURN_IF_ERROR(file->Write(mark));
  WHISTLE_RETURN_IF_ERROR(file->Write(mark));
  WHISTLE_RETURN_IF_ERROR(file->Sync());
  return file;
}

absl::StatusOr<std::unique_ptr<MarkFile>> MarkFile::Open(const std::string& path, Access access) {
  const int fd = open(path.c_str(), (access == Access::kReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return Unreadable(path, "is missing");
  if (fd < 0) return SystemError(errno, absl::StrCat("opening ", path));
  auto file = std::unique_ptr<MarkFile>(new MarkFile(path, fd));

  std::optional<Slot> latest;
  for (int i = 0; i < 2; ++i) {
    std::string bytes(kMarkSlotBytes, '\0');
    const ssize_t got = pread(fd, bytes.data(), bytes.size(), i * static_cast<off_t>(kMarkSlotBytes));
    if (got < 0) return SystemError(errno, absl::StrCat("reading ", path));
    bytes.resize(got);
    std::optional<Slot> slot = DecodeSlot(bytes);
    if (slot && (!latest || slot->sequence > latest->sequence)) latest = std::move(slot);
  }
  if (!latest) return Unreadable(path, "is damaged in both its slots");
  if (latest->format_version != kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is of format version ", latest->format_version,
                                                      "; this program reads and writes version ", kFormatVersion,
                                                      ". Use the program that made it, or export and import"));
  }
  file->mark_ = std::move(latest->mark);
  file->sequence_ = latest->sequence;
  return file;
}

absl::StatusOr<Mark> ReadMark(const std::string& path) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<MarkFile> file, MarkFile::Open(path, MarkFile::Access::kReadOnly));
  return file->mark();
}

MarkFile::~MarkFile() { close(fd_); }

absl::Status MarkFile::Write(Mark mark) {
  const uint64_t sequence = sequence_ + 1;
  WHISTLE_RETURN_IF_ERROR(WriteSlot(static_cast<int>(sequence % 2), EncodeMarkSlot(mark, sequence)));
  mark_ = std::move(mark);
  sequence_ = sequence;
  return absl::OkStatus();
}

absl::Status MarkFile::WriteSlot(int slot, absl::string_view bytes) {
  off_t at = slot * static_cast<off_t>(kMarkSlotBytes);
  while (!bytes.empty()) {
    const ssize_t wrote = pwrite(fd_, bytes.data(), bytes.size(), at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return SystemError(errno, absl::StrCat("writing ", path_));
    bytes.remove_prefix(wrote);
    at += wrote;
  }
  return absl::OkStatus();
}

absl::Status MarkFile::Sync() {
  if (fdatasync(fd_) != 0) return SystemError(errno, absl::StrCat("syncing ", path_));
  return absl::OkStatus();
}

}  // namespace whistle::journal
