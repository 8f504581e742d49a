// A running service's journal, written into an archive (libs/journal/archive).
#ifndef WHISTLE_TOOLS_WHISTLECTL_JOURNAL_EXPORT_H_
#define WHISTLE_TOOLS_WHISTLECTL_JOURNAL_EXPORT_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/journal/archive/format.h"
#include "tools/whistlectl/client.h"

namespace whistle::whistlectl {

struct ExportOptions {
  // FILE.partial while it grows.
  std::string file;
  // In place of a finished FILE, and of a FILE.partial of another journal.
  bool replace = false;
};

struct Exported {
  journal::ArchiveHeader header;
  journal::ArchiveFooter footer;
  uint64_t records = 0;
  // Of records, before compression, and of the file.
  uint64_t bytes = 0;
  int64_t file_bytes = 0;
  // How many an earlier try had written.
  uint64_t records_before = 0;
  absl::Duration took;
};

// Exports up to the ends as of the start, or goes on up to those of the try that FILE.partial is left of. Changes
// nothing at the service. Progress on `err`. ALREADY_EXISTS for a finished FILE, FAILED_PRECONDITION for another
// journal's FILE.partial, both unless `replace`; DATA_LOSS if the journal is not the one that the archive was begun of.
// After any error the same again goes on.
absl::StatusOr<Exported> ExportJournal(Client& client, const ExportOptions& options, std::ostream& err);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JOURNAL_EXPORT_H_
