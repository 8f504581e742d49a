// How an embedded journal is made, and what is checked before one is opened.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_OPEN_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "libs/journal/embedded/folder.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/store.h"
#include "libs/journal/journal.h"

namespace whistle::journal {

struct EmbeddedOptions;

// A journal's folder, taken, checked and ready. The mark says where the store ends.
struct OpenedFolder {
  // Released last.
  std::unique_ptr<Folder> folder;
  std::unique_ptr<MarkFile> mark;
  std::unique_ptr<Store> store;
  Identity identity;
};

// Errors as EmbeddedJournal::Open says.
absl::StatusOr<OpenedFolder> OpenFolder(const EmbeddedOptions& options);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_OPEN_H_
