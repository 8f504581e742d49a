// Prints the digest of every column family of stores that no process has open, one line each: "intake state <hex>".
//
//   projection_digests <fold fingerprint of intake> var/data/intake <fold fingerprint of response> var/data/response …
//
// The fingerprints are what OperationsService/GetProjectionStatus said of the service that wrote the store; one with
// another ends this with an error. Nothing is changed.
#include <cstdio>
#include <filesystem>
#include <string>

#include "libs/projection/rocks_store.h"

int main(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) {
    std::fprintf(stderr, "usage: projection_digests FINGERPRINT FOLDER [FINGERPRINT FOLDER]…\n");
    return 2;
  }
  for (int i = 1; i < argc; i += 2) {
    const std::filesystem::path dir = argv[i + 1];
    const auto store = whistle::projection::RocksStore::OpenToRead(dir);
    if (!store.ok()) {
      std::fprintf(stderr, "%s\n", std::string(store.status().message()).c_str());
      return 1;
    }
    if ((*store)->fold_fingerprint() != argv[i]) {
      std::fprintf(stderr, "%s: the store was folded by %s, not %s\n", dir.c_str(),
                   (*store)->fold_fingerprint().c_str(), argv[i]);
      return 1;
    }
    for (const char* family : {"state", "timeline", "milestone", "index", "agenda", "request", "meta"}) {
      const auto digest = (*store)->ColumnFamilyDigest(family);
      if (!digest.ok()) {
        std::fprintf(stderr, "%s: %s\n", dir.c_str(), std::string(digest.status().message()).c_str());
        return 1;
      }
      std::printf("%s %s %s\n", dir.filename().c_str(), family, digest->c_str());
    }
  }
  return 0;
}
