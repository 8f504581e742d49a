#include "libs/projection/memory_store.h"

#include <iterator>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"

namespace whistle::projection {

// Reads without a lock: while it holds a family, the store never changes that family's rows.
class MemoryStore::SnapshotReader final : public RowReader<Reader> {
 public:
  SnapshotReader(absl::Mutex& mutex, Families families) : mutex_(mutex), families_(std::move(families)) {}

  // Lets go under the store's mutex, so that a commit that finds itself the only owner also sees our reads finished.
  ~SnapshotReader() override {
    absl::MutexLock lock(&mutex_);
    families_ = {};
  }

 private:
  absl::Status Lookup(Family family, absl::string_view key,
                      absl::FunctionRef<absl::Status(absl::string_view value)> found) const override {
    return LookupIn(*families_[static_cast<size_t>(family)], key, found);
  }
  absl::Status LookupLast(
      Family family, absl::string_view from, absl::string_view end,
      absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const override {
    return LookupLastIn(*families_[static_cast<size_t>(family)], from, end, found);
  }
  absl::Status Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const override {
    return ScanIn(*families_[static_cast<size_t>(family)], from, end, visit);
  }

  absl::Mutex& mutex_;
  Families families_;
};

MemoryStore::MemoryStore() {
  for (std::shared_ptr<Rows>& rows : families_) rows = std::make_shared<Rows>();
}

absl::Status MemoryStore::Commit(const WriteSet& set) {
  WHISTLE_ASSIGN_OR_RETURN(std::vector<RowWrite> writes, EncodeWrites(set));
  absl::MutexLock lock(&mutex_);
  for (RowWrite& write : writes) {
    std::shared_ptr<Rows>& rows = families_[static_cast<size_t>(write.family)];
    if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
    if (write.value.has_value()) {
      rows->insert_or_assign(std::move(write.key), *std::move(write.value));
    } else {
      rows->erase(write.key);
    }
  }
  return absl::OkStatus();
}

std::unique_ptr<RowReader<Reader>> MemoryStore::SnapshotRows() const {
  absl::MutexLock lock(&mutex_);
  return std::make_unique<SnapshotReader>(mutex_, families_);
}

absl::StatusOr<uint64_t> MemoryStore::CountAgenda() const {
  absl::MutexLock lock(&mutex_);
  return families_[static_cast<size_t>(Family::kAgenda)]->size();
}

absl::Status MemoryStore::LookupIn(const Rows& rows, absl::string_view key,
                                   absl::FunctionRef<absl::Status(absl::string_view value)> found) {
  const auto row = rows.find(key);
  return row == rows.end() ? absl::OkStatus() : found(row->second);
}

absl::Status MemoryStore::LookupLastIn(
    const Rows& rows, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) {
  const auto after = rows.lower_bound(end);
  if (after == rows.begin()) return absl::OkStatus();
  const auto last = std::prev(after);
  return last->first < from ? absl::OkStatus() : found(last->first, last->second);
}

absl::Status MemoryStore::ScanIn(const Rows& rows, absl::string_view from, absl::string_view end, Visitor visit) {
  for (auto row = rows.lower_bound(from); row != rows.end() && (end.empty() || row->first < end); ++row) {
    WHISTLE_ASSIGN_OR_RETURN(const bool more, visit(row->first, row->second));
    if (!more) break;
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Lookup(Family family, absl::string_view key,
                                 absl::FunctionRef<absl::Status(absl::string_view value)> found) const {
  absl::MutexLock lock(&mutex_);
  return LookupIn(*families_[static_cast<size_t>(family)], key, found);
}

absl::Status MemoryStore::LookupLast(
    Family family, absl::string_view from, absl::string_view end,
    absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> found) const {
  absl::MutexLock lock(&mutex_);
  return LookupLastIn(*families_[static_cast<size_t>(family)], from, end, found);
}

absl::Status MemoryStore::Scan(Family family, absl::string_view from, absl::string_view end, Visitor visit) const {
  absl::MutexLock lock(&mutex_);
  return ScanIn(*families_[static_cast<size_t>(family)], from, end, visit);
}

}  // namespace whistle::projection
