// An archive, carried into a journal of either kind that is not there yet. Needs no running service, and none may run
// on that journal.
#ifndef WHISTLE_TOOLS_WHISTLECTL_JOURNAL_IMPORT_H_
#define WHISTLE_TOOLS_WHISTLECTL_JOURNAL_IMPORT_H_

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/journal/archive/import.h"

namespace whistle::whistlectl {

struct ImportTarget {
  // "embedded:DIR" or "kafka:HOST:PORT,…".
  std::string journal;
  // For Kafka: the file of the connection's properties, empty for none, and on how many brokers each record is kept.
  std::string properties_file;
  int replication = 1;
};

struct ImportDone {
  journal::CheckedArchive archive;
  // The new journal.
  journal::Identity identity;
  journal::Imported imported;
  absl::Duration took;
};

// Checks the whole archive first, and only then makes the journal. Progress on `err`. Errors as the archive's and the
// journal's; after any, the same again goes on.
absl::StatusOr<ImportDone> ImportJournal(const std::string& file, const ImportTarget& target, std::ostream& err);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JOURNAL_IMPORT_H_
