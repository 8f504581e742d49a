#include "libs/projection/checkpoint.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/projection/files.h"
#include "libs/projection/store_folder.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kManifest = "MANIFEST";
constexpr absl::string_view kChecksum = "sha256 ";
// Some hundred bytes a partition; a thousand partitions stay far below.
constexpr size_t kManifestBytesMax = size_t{4} << 20;
// What is read of a column family at a time: a millisecond's work.
constexpr size_t kStretchRows = 256;

// A projection's own folder is swept at each start: whatever it does not know under names of its own goes.
absl::Status CheckOutsideStores(const std::string& dir) {
  std::error_code error;
  fs::path place = fs::weakly_canonical(dir, error);
  if (error) return FromErrno(error.value(), "folder: looking for", dir);
  // "/backup/intake/" is "/backup/intake".
  if (!place.has_filename()) place = place.parent_path();
  fs::path parent = place.parent_path();
  if (!fs::is_directory(parent, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("folder: there is no folder ", parent.string(), " to make ", dir, " in; make it first"));
  }
  for (; parent != parent.root_path(); parent = parent.parent_path()) {
    if (!StoreFolder::IsOne(parent.string())) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("folder: ", dir, " lies in ", parent.string(),
                     ", a projection's own folder, where it may be deleted when the service starts; name one outside"));
  }
  return absl::OkStatus();
}

absl::Status CheckEmpty(const std::string& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return absl::OkStatus();
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(dir));
  if (names.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("folder: ", dir, " holds something (", names.front(), "); name an empty folder or a new one"));
}

absl::StatusOr<std::vector<v1::ColumnFamilyDigest>> DigestsOf(const RowReader<Reader>& rows, OnFamily on_family,
                                                              absl::FunctionRef<absl::Status()> between) {
  std::vector<v1::ColumnFamilyDigest> digests;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    WHISTLE_RETURN_IF_ERROR(on_family(kFamilyNames[i]));
    DigestReader reader(rows, static_cast<Family>(i));
    for (bool more = true; more;) {
      WHISTLE_RETURN_IF_ERROR(between());
      WHISTLE_ASSIGN_OR_RETURN(more, reader.ReadOn());
    }
    digests.push_back(reader.digest());
  }
  return digests;
}

absl::Status Fill(const RocksStore& store, const std::string& dir, v1::CheckpointManifest& manifest, OnFamily on_family,
                  absl::FunctionRef<absl::Status()> between) {
  WHISTLE_RETURN_IF_ERROR(store.CopyTo(dir + "/db"));
  // What is on the disk is read, not what was copied.
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<RocksStore> copy, RocksStore::OpenToRead(dir));
  const auto rows = copy->SnapshotRows();
  WHISTLE_ASSIGN_OR_RETURN(auto partitions, PartitionsOf(*rows));
  WHISTLE_ASSIGN_OR_RETURN(auto digests, DigestsOf(*rows, on_family, between));
  if (!partitions.empty()) manifest.set_journal_uuid(partitions.front().row().journal_uuid());
  for (auto& partition : partitions) *manifest.add_partitions() = std::move(partition);
  for (auto& digest : digests) *manifest.add_column_families() = std::move(digest);
  WHISTLE_RETURN_IF_ERROR(WriteSynced(absl::StrCat(dir, "/", kManifest, ".new"), ManifestText(manifest)));
  return Rename(dir, absl::StrCat(kManifest, ".new"), std::string(kManifest));
}

absl::Status CheckOne(absl::string_view what, absl::string_view expected, absl::string_view found) {
  if (expected.empty() || expected == found) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the checkpoint is of ", what, " ", found.empty() ? "(none)" : found, ", expected ", expected));
}

// Refuses a store folder in which the copy would go under or put something out of place.
absl::Status CheckPlace(const StoreFolder& folder, bool replace) {
  std::error_code error;
  const std::string there = folder.PathOf(folder.serving());
  if (replace || !fs::exists(there, error)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      there, " is a store already; --replace puts the checkpoint in its place and keeps it as the old one"));
}

absl::Status CopyDatabase(const std::string& from, const std::string& to) {
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(from));
  for (const std::string& name : names) {
    // RocksDB makes these two anew.
    if (name == "LOCK" || name == "LOG") continue;
    WHISTLE_RETURN_IF_ERROR(CopySynced(absl::StrCat(from, "/", name), absl::StrCat(to, "/", name)));
  }
  return SyncFolder(to);
}

absl::Status CheckDigests(const RowReader<Reader>& rows, const v1::CheckpointManifest& manifest, OnFamily on_family) {
  WHISTLE_ASSIGN_OR_RETURN(const auto found, DigestsOf(rows, on_family, [] { return absl::OkStatus(); }));
  for (const v1::ColumnFamilyDigest& digest : found) {
    const v1::ColumnFamilyDigest* expected = nullptr;
    for (const auto& one : manifest.column_families()) {
      if (one.column_family() == digest.column_family()) expected = &one;
    }
    if (expected != nullptr && expected->digest() == digest.digest()) continue;
    return absl::DataLossError(
        absl::StrCat("the checkpoint is damaged: column family ", digest.column_family(), " has ", digest.rows(),
                     " rows with digest ", digest.digest(), ", and its MANIFEST says ",
                     expected == nullptr ? "nothing of it"
                                         : absl::StrCat(expected->rows(), " rows with digest ", expected->digest()),
                     "; take another checkpoint, or start the service without: the journal fills a new store"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> DigestReader::ReadOn() {
  for (size_t i = 0; i < kStretchRows; ++i) {
    WHISTLE_ASSIGN_OR_RETURN(const std::optional<Row> row, rows_.Next());
    if (!row.has_value()) return false;
    if (IsPhysical(family_, row->key)) continue;
    digest_.Add(row->key, row->value);
    ++count_;
  }
  return true;
}

v1::ColumnFamilyDigest DigestReader::digest() const {
  v1::ColumnFamilyDigest result;
  result.set_column_family(std::string(FamilyName(family_)));
  result.set_digest(digest_.digest().ToHex());
  result.set_rows(count_);
  return result;
}

absl::StatusOr<std::vector<v1::CheckpointPartition>> PartitionsOf(const Reader& rows) {
  WHISTLE_ASSIGN_OR_RETURN(const auto found, rows.ListPartitions());
  std::vector<v1::CheckpointPartition> partitions;
  for (const auto& [id, row] : found) {
    v1::CheckpointPartition& partition = partitions.emplace_back();
    partition.set_topic(id.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
    partition.set_partition(id.index());
    *partition.mutable_row() = row;
  }
  return partitions;
}

absl::StatusOr<v1::CheckpointManifest> MakeCheckpoint(const RocksStore& store, absl::string_view service,
                                                      absl::Time made_at, const std::string& dir, OnFamily on_family,
                                                      absl::FunctionRef<absl::Status()> between) {
  WHISTLE_RETURN_IF_ERROR(CheckOutsideStores(dir));
  WHISTLE_RETURN_IF_ERROR(CheckEmpty(dir));
  std::error_code error;
  const bool made = fs::create_directory(dir, error);
  if (error) return FromErrno(error.value(), "making folder", dir);
  v1::CheckpointManifest manifest;
  manifest.set_service(std::string(service));
  manifest.set_fold_fingerprint(store.fold_fingerprint());
  manifest.set_store_format(kStoreFormat);
  *manifest.mutable_made_at() = base::ToProto(made_at);
  if (absl::Status status = Fill(store, dir, manifest, on_family, between); !status.ok()) {
    // Only what this call put there.
    for (const char* name : {"db", "db.tmp", "MANIFEST.new", "MANIFEST"}) {
      if (const absl::Status removed = Remove(absl::StrCat(dir, "/", name)); !removed.ok()) {
        return absl::Status(status.code(), absl::StrCat(status.message(), "; and ", removed.message()));
      }
    }
    if (made) fs::remove(dir, error);
    return status;
  }
  // A backup that is told of outlives a power failure.
  WHISTLE_RETURN_IF_ERROR(SyncFolder(dir));
  const fs::path place = fs::absolute(dir, error);
  WHISTLE_RETURN_IF_ERROR(SyncFolder((place.has_filename() ? place : place.parent_path()).parent_path().string()));
  return manifest;
}

std::string ManifestText(const v1::CheckpointManifest& manifest) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(manifest, &text, options).ok()) return "";
  return absl::StrCat(text, kChecksum, base::Sha256(text).ToHex(), "\n");
}

absl::StatusOr<v1::CheckpointManifest> ReadManifest(const std::string& dir) {
  const std::string path = absl::StrCat(dir, "/", kManifest);
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadFile(path, kManifestBytesMax));
  if (!text.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " is not a finished checkpoint: there is no ", path,
                                                      "; make one with \"whistlectl projection checkpoint\""));
  }
  const size_t at = absl::string_view(*text).rfind(kChecksum);
  const absl::string_view body = absl::string_view(*text).substr(0, at);
  const std::string expected = absl::StrCat(kChecksum, base::Sha256(body).ToHex(), "\n");
  if (at == std::string::npos || text->substr(at) != expected) {
    return absl::DataLossError(absl::StrCat(path, " is damaged: its text hashes to ", base::Sha256(body).ToHex(),
                                            ", and its last line does not say so; take another checkpoint"));
  }
  v1::CheckpointManifest manifest;
  google::protobuf::util::JsonParseOptions options;
  // What a later program says more does not change what this one must know: format and fold are compared.
  options.ignore_unknown_fields = true;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(body), &manifest, options);
  if (!parsed.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " cannot be read: ", parsed.ToString()));
  }
  return manifest;
}

absl::Status CheckManifest(const v1::CheckpointManifest& manifest, const CheckpointExpected& expected) {
  WHISTLE_RETURN_IF_ERROR(CheckOne("service", expected.service, manifest.service()));
  WHISTLE_RETURN_IF_ERROR(CheckOne("store format", absl::StrCat(kStoreFormat), absl::StrCat(manifest.store_format())));
  WHISTLE_RETURN_IF_ERROR(CheckOne("fold", expected.fold_fingerprint, manifest.fold_fingerprint()));
  return CheckOne("journal", expected.journal_uuid, manifest.journal_uuid());
}

absl::StatusOr<Restored> RestoreCheckpoint(const std::string& dir, const std::string& store_dir,
                                           const CheckpointExpected& expected, bool replace, OnFamily on_family) {
  Restored restored;
  WHISTLE_ASSIGN_OR_RETURN(restored.manifest, ReadManifest(dir));
  WHISTLE_RETURN_IF_ERROR(CheckManifest(restored.manifest, expected));
  WHISTLE_ASSIGN_OR_RETURN(const std::shared_ptr<StoreFolder> folder, StoreFolder::Enter(store_dir));
  WHISTLE_RETURN_IF_ERROR(CheckPlace(*folder, replace));
  WHISTLE_ASSIGN_OR_RETURN(const std::string copy, folder->BeginCopy());
  absl::Status status = CopyDatabase(dir + "/db", copy);
  if (status.ok()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<RocksStore> store, RocksStore::OpenCopy(folder, copy));
    status = CheckDigests(*store->SnapshotRows(), restored.manifest, on_family);
  }
  if (!status.ok()) {
    status.Update(Remove(copy));
    return status;
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::string name, folder->FinishCopy());
  WHISTLE_RETURN_IF_ERROR(folder->Serve(name));
  for (const std::string& kept : folder->kept()) restored.kept.push_back(folder->PathOf(kept));
  return restored;
}

}  // namespace whistle::projection
