#include "libs/verify/compare_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"
#include "whistle/common/v1/agenda.pb.h"

namespace whistle::verify {

using projection::Family;
using projection::StoredRow;

namespace {

constexpr size_t kRowsAtOnce = 512;
constexpr size_t kBytesAtOnce = 4 * 1024 * 1024;
// Of a key that is no text, so much is shown.
constexpr size_t kKeyBytesShown = 48;

// One store's rows of a family, one after the other, and their digest.
template <typename Store>
class Cursor {
 public:
  Cursor(const Store& store, Family family) : store_(store), family_(family) {}

  // Null after the last.
  absl::StatusOr<const StoredRow*> Next() {
    if (++at_ >= rows_.size()) {
      const std::string after = rows_.empty() ? std::string() : rows_.back().key;
      WHISTLE_ASSIGN_OR_RETURN(rows_, store_.Rows(family_, after, kRowsAtOnce, kBytesAtOnce));
      at_ = 0;
    }
    if (rows_.empty()) return nullptr;
    digest_.Add(rows_[at_].key, rows_[at_].value);
    ++count_;
    return &rows_[at_];
  }
  std::string digest() const { return digest_.digest().ToHex(); }
  uint64_t count() const { return count_; }

 private:
  const Store& store_;
  const Family family_;
  std::vector<StoredRow> rows_;
  size_t at_ = 0;
  uint64_t count_ = 0;
  projection::RowDigest digest_;
};

// What a key says, for people; the case it is about, and its version, where it names them.
void Describe(Family family, const StoredRow& row, v1::Problem& problem, std::string& name) {
  name = absl::StrCat(projection::FamilyName(family), " row ",
                      absl::BytesToHexString(absl::string_view(row.key).substr(0, kKeyBytesShown)));
  switch (family) {
    case Family::kState:
      problem.set_case_id(row.key);
      name = "state row";
      return;
    case Family::kTimeline:
    case Family::kMilestone:
    case Family::kRequest: {
      // A case id holds no zero byte, and one ends it.
      problem.set_case_id(row.key.substr(0, row.key.find('\0')));
      if (const auto version = projection::VersionOfTimelineKey(row.key); version && family != Family::kRequest) {
        problem.set_version(version->value);
      }
      return;
    }
    case Family::kIndex:
      if (const auto entry = projection::ParseIndexRowKey(row.key)) problem.set_case_id(entry->case_id);
      return;
    case Family::kAgenda: {
      common::v1::AgendaItem item;
      if (item.ParseFromString(row.value)) problem.set_case_id(item.case_id());
      return;
    }
    case Family::kMeta:
      if (const auto partition = projection::ParsePartitionKey(row.key)) {
        name = absl::StrCat("meta row of partition ", partition->ToString());
      }
      return;
  }
}

std::string ValueText(const StoredRow* row) {
  if (row == nullptr) return "no such row";
  return absl::StrCat(row->value.size(), " bytes with SHA-256 ", base::Sha256(row->value).ToHex());
}

void Tell(const Stand& stand, Family family, const StoredRow* fresh, const StoredRow* stored, Problems& problems) {
  v1::Problem problem;
  problem.set_kind(kRow);
  problem.set_service(stand.service);
  std::string name;
  Describe(family, fresh != nullptr ? *fresh : *stored, problem, name);
  problem.set_expected(absl::StrCat(name, ": ", ValueText(fresh), ", as a fresh fold makes it"));
  problem.set_found(ValueText(stored));
  problems.Add(std::move(problem));
}

}  // namespace

absl::StatusOr<FamilyDigest> CompareFamily(const projection::RocksStore& fresh, const Stand& stand, Family family,
                                           Problems& problems, const std::function<void(size_t)>& compared) {
  Cursor<projection::RocksStore> expected(fresh, family);
  Cursor<projection::RocksView> found(*stand.view, family);
  WHISTLE_ASSIGN_OR_RETURN(const StoredRow* a, expected.Next());
  WHISTLE_ASSIGN_OR_RETURN(const StoredRow* b, found.Next());
  while (a != nullptr || b != nullptr) {
    const int order = a == nullptr ? 1 : b == nullptr ? -1 : a->key.compare(b->key);
    if (order < 0) {
      Tell(stand, family, a, nullptr, problems);
    } else if (order > 0) {
      Tell(stand, family, nullptr, b, problems);
    } else if (a->value != b->value) {
      Tell(stand, family, a, b, problems);
    }
    compared(1);
    if (order <= 0) {
      WHISTLE_ASSIGN_OR_RETURN(a, expected.Next());
    }
    if (order >= 0) {
      WHISTLE_ASSIGN_OR_RETURN(b, found.Next());
    }
  }
  return FamilyDigest{.service = stand.service,
                      .family = std::string(projection::FamilyName(family)),
                      .rows = found.count(),
                      .fresh = expected.digest(),
                      .stored = found.digest()};
}

}  // namespace whistle::verify
