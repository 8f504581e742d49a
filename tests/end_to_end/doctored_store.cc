// Makes the store folder of a service what a test wants to find, or says what it is. No process may have it open.
//
//   doctored_store other-fold FINGERPRINT FOLDER     a new, empty store of that fold serves; what was there is deleted
//   doctored_store is-fold FINGERPRINT FOLDER        ends with 1 unless a store of that fold serves; changes nothing
//   doctored_store spoil FINGERPRINT FOLDER CASE     one row of the case is wrong, and one is there that should not be
#include <cstdio>
#include <string>

#include "libs/projection/rocks_store.h"

namespace {

using whistle::projection::RocksStore;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int IsFold(const std::string& fingerprint, const std::string& folder) {
  const auto store = RocksStore::OpenToRead(folder);
  if (!store.ok()) return Fail(store.status());
  if ((*store)->fold_fingerprint() == fingerprint) return 0;
  std::fprintf(stderr, "%s was folded by %s\n", folder.c_str(), (*store)->fold_fingerprint().c_str());
  return 1;
}

int MakeOtherFold(RocksStore& store) {
  if (const absl::Status served = store.Serve(); !served.ok()) return Fail(served);
  if (const absl::Status gone = store.DiscardKept(); !gone.ok()) return Fail(gone);
  return 0;
}

int Spoil(RocksStore& store, const std::string& case_id) {
  const auto row = store.FindCase(case_id);
  if (!row.ok()) return Fail(row.status());
  if (!row->has_value()) return Fail(absl::NotFoundError("there is no case " + case_id));
  whistle::projection::WriteSet set;
  set.cases.emplace_back(case_id, **row);
  set.cases.back().second.set_registry_version((*row)->registry_version() + 1000);
  set.index_puts.push_back({std::string("spoiled\0", 8), case_id});
  const absl::Status committed = store.Commit(set);
  return committed.ok() ? 0 : Fail(committed);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "is-fold" && argc == 4) return IsFold(argv[2], argv[3]);
  if ((mode == "other-fold" && argc == 4) || (mode == "spoil" && argc == 5)) {
    const auto store = RocksStore::Open({.dir = argv[3], .fold_fingerprint = argv[2]});
    if (!store.ok()) return Fail(store.status());
    return mode == "spoil" ? Spoil(**store, argv[4]) : MakeOtherFold(**store);
  }
  std::fprintf(stderr, "usage: doctored_store other-fold|is-fold|spoil FINGERPRINT FOLDER [CASE]\n");
  return 2;
}
