#include "libs/projection/live_store.h"

namespace whistle::projection {

class LiveStore::HeldSnapshot final : public RowReader<Reader> {
 public:
  explicit HeldSnapshot(std::shared_ptr<RowStore> store) : store_(std::move(store)), rows_(store_->SnapshotRows()) {}

  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override {
    return rows_->Lookup(family, key, found);
  }
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override {
    return rows_->LookupLast(family, from, end, found);
  }
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override {
    return rows_->Scan(family, from, end, visit);
  }

 private:
  // In this order: the snapshot goes before its store.
  const std::shared_ptr<RowStore> store_;
  const std::unique_ptr<RowReader<Reader>> rows_;
};

std::shared_ptr<RowStore> LiveStore::Exchange(std::shared_ptr<RowStore> next) {
  absl::MutexLock no_commit(&commit_mutex_);
  absl::MutexLock lock(&mutex_);
  return std::exchange(store_, std::move(next));
}

absl::Status LiveStore::Commit(const WriteSet& set) {
  absl::ReaderMutexLock lock(&commit_mutex_);
  return current()->Commit(set);
}

std::unique_ptr<RowReader<Reader>> LiveStore::SnapshotRows() const { return std::make_unique<HeldSnapshot>(current()); }

absl::StatusOr<uint64_t> LiveStore::CountAgenda() const { return current()->CountAgenda(); }

absl::Status LiveStore::Lookup(Family family, absl::string_view key,
                               absl::FunctionRef<absl::Status(absl::string_view value)> found) const {
  return current()->Lookup(family, key, found);
}

absl::Status LiveStore::LookupLast(
    Family family, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const {
  return current()->LookupLast(family, from, end, found);
}

absl::Status LiveStore::Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const {
  return current()->Scan(family, from, end, visit);
}

}  // namespace whistle::projection
