// Carries an archive into a journal that was made for it, and goes on where an earlier try stopped.
//
//   WHISTLE_ASSIGN_OR_RETURN(const CheckedArchive archive, CheckArchive(path, nullptr));
//   auto journal = EmbeddedJournal::Open({…, .importing = OriginOf(archive)});
//   WHISTLE_ASSIGN_OR_RETURN(const Imported imported, ImportArchive(path, archive, *journal, {}));
//
// Every record gets the offset that it had. What the journal holds already is compared with the archive, byte for byte,
// and never written again. Blocks; nobody else may append to the journal meanwhile.
#ifndef WHISTLE_LIBS_JOURNAL_ARCHIVE_IMPORT_H_
#define WHISTLE_LIBS_JOURNAL_ARCHIVE_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/journal/archive/reader.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

// What the genesis of a journal that `archive` is imported into says.
ImportedFrom OriginOf(const CheckedArchive& archive);

// FAILED_PRECONDITION if the archive's last stamp is after `now`, the time of the real clock that the journal would go
// on with: what is decided next would be recorded before what was decided last.
absl::Status CheckNotAfter(const CheckedArchive& archive, absl::Time now);

struct ImportOptions {
  // How much may be under way: well below what a journal refuses.
  size_t under_way_records_max = 4096;
  size_t under_way_bytes_max = 16 * 1024 * 1024;
  // Before anything is added to a journal that an earlier try has written to, its ends must not move for so long: on
  // Kafka what that try sent last may still be on its way.
  absl::Duration settle = absl::ZeroDuration();
  // Hears, on the caller's thread, how many records were carried over or found there, and their bytes. May be null.
  std::function<void(uint64_t records, uint64_t bytes)> on_progress = nullptr;
  // Hears, there too, every kStallTold in which the journal has taken nothing, how many records wait. May be null.
  std::function<void(size_t under_way)> on_stall = nullptr;
  static constexpr absl::Duration kStallTold = absl::Seconds(5);
};

struct Imported {
  // Records after genesis that were there already, and that were written now.
  uint64_t found = 0;
  uint64_t written = 0;
};

// FAILED_PRECONDITION if the journal is not the beginning of this import: another archive's, or its records differ (the
// first that does is named). UNAVAILABLE if an append's outcome is unknown or the journal is out of reach: again, it
// goes on. DATA_LOSS if a record came to lie where another should: somebody else appended, and the journal must be made
// anew.
absl::StatusOr<Imported> ImportArchive(const std::string& path, const CheckedArchive& archive, Journal& journal,
                                       const ImportOptions& options);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_ARCHIVE_IMPORT_H_
