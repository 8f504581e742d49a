// Checkpoints: a projection carried away as it was at one moment, and brought back.
//
//   DIR/db/        the RocksDB
//   DIR/MANIFEST   whose it is and what is in it (whistle.projection.v1.CheckpointManifest as JSON), then a line
//                  "sha256 " and the SHA-256 of all before it; written last: without it the checkpoint is not finished
//
//   WHISTLE_RETURN_IF_ERROR(MakeCheckpoint(store, "intake", now, "/backup/intake-1", on_step).status());
//   WHISTLE_RETURN_IF_ERROR(RestoreCheckpoint("/backup/intake-1", "var/data/intake", expected, false).status());
//
// Any thread; two must not be at one folder.
#ifndef WHISTLE_LIBS_PROJECTION_CHECKPOINT_H_
#define WHISTLE_LIBS_PROJECTION_CHECKPOINT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/projection/comparison.h"
#include "libs/projection/rocks_store.h"
#include "whistle/projection/v1/checkpoint.pb.h"

namespace whistle::projection {

// Told before each column family is read; an error ends the work with it.
using OnFamily = absl::FunctionRef<absl::Status(absl::string_view column_family)>;

// What one column family comes to, read in stretches of some hundred rows: a family may be the whole disk, and whoever
// reads it must be able to stop, and to do something else in between.
class DigestReader {
 public:
  // `rows` outlive it, and do not change meanwhile.
  DigestReader(const RowReader<Reader>& rows, Family family) : family_(family), rows_(rows, family) {}

  // One stretch. False once there is no more.
  absl::StatusOr<bool> ReadOn();
  // Of what was read so far.
  v1::ColumnFamilyDigest digest() const;

 private:
  const Family family_;
  PagedRows rows_;
  RowDigest digest_;
  uint64_t count_ = 0;
};

absl::StatusOr<std::vector<v1::CheckpointPartition>> PartitionsOf(const Reader& rows);

// Copies `store` into `dir`, which is made and must be empty or not there, and reads the copy to say what is in it.
// `between` is called after every stretch of rows; an error ends the work with it. What is left after an error has no
// MANIFEST; `dir` is emptied where it can be.
absl::StatusOr<v1::CheckpointManifest> MakeCheckpoint(const RocksStore& store, absl::string_view service,
                                                      absl::Time made_at, const std::string& dir, OnFamily on_family,
                                                      absl::FunctionRef<absl::Status()> between);

// FAILED_PRECONDITION: there is none, the checkpoint was not finished, or it is of another program's format. DATA_LOSS:
// its checksum is wrong.
absl::StatusOr<v1::CheckpointManifest> ReadManifest(const std::string& dir);
std::string ManifestText(const v1::CheckpointManifest& manifest);

// What a checkpoint must be, to be put in place. Empty: whatever it says.
struct CheckpointExpected {
  std::string service;
  std::string fold_fingerprint;
  std::string journal_uuid;
};
// FAILED_PRECONDITION says what was expected and what was found.
absl::Status CheckManifest(const v1::CheckpointManifest& manifest, const CheckpointExpected& expected);

struct Restored {
  v1::CheckpointManifest manifest;
  // The databases that were there and are kept.
  std::vector<std::string> kept;
};
// Copies the checkpoint into the store folder `store_dir`, which no process may have open, reads the copy, compares its
// digests with the manifest, and lets it serve. Killed at any moment, what served before serves, or the checkpoint
// does. FAILED_PRECONDITION: not what is expected; a store is there and `replace` is false; the folder is in use or
// something else's. DATA_LOSS: the checkpoint is damaged. RESOURCE_EXHAUSTED: the disk is full.
absl::StatusOr<Restored> RestoreCheckpoint(const std::string& dir, const std::string& store_dir,
                                           const CheckpointExpected& expected, bool replace, OnFamily on_family);

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_CHECKPOINT_H_
