#include "libs/verify/compare.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/journal.h"

namespace whistle::verify {

using engine::HeadAt;
using projection::v1::PartitionRow;

namespace {

// A stretch of a store that is read at once.
constexpr size_t kRowsAtOnce = 512;
constexpr size_t kBytesAtOnce = 4 * 1024 * 1024;

v1::Problem About(const Stand& stand, const char* kind) {
  v1::Problem problem;
  problem.set_kind(kind);
  problem.set_service(stand.service);
  return problem;
}

std::string HexOf(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

std::string CountsText(const PartitionRow& row) {
  return absl::StrCat(row.accepted(), " accepted, ", row.superseded(), " superseded, ", row.malformed(),
                      " malformed, last recorded ",
                      row.has_recorded_at() ? base::TimeText(base::FromProto(row.recorded_at())) : "never");
}

std::string HeadText(const std::optional<HeadAt>& head) {
  if (!head) return "no decision";
  return absl::StrCat("version ", head->version.value, " with head ", head->hash.ToHex());
}

void CompareRow(const Stand& stand, const PartitionCheck& check, const PartitionRow& row, Problems& problems,
                Vouched& vouched) {
  const base::Offset at{row.offset()};
  v1::Problem problem = About(stand, kPosition);
  problem.set_place(PlaceText(check.id(), at));
  if (at >= check.next_offset()) {
    problem.set_expected(
        absl::StrCat("the record with hash ", HexOf(row.record_hash()), ", up to which it has folded"));
    problem.set_found(absl::StrCat("the journal's end at offset ", check.next_offset().value));
    return problems.Add(std::move(problem));
  }
  const std::optional<PartitionRow> expected = check.RowAt(at);
  // What made it unknown was told at its place.
  if (!expected) return;
  problem.set_kind(kDigest);
  if (expected->digest() != row.digest()) {
    problem.set_expected(absl::StrCat("partition digest ", HexOf(expected->digest()), ", last record ",
                                      HexOf(expected->record_hash()), ", as the journal comes to"));
    problem.set_found(absl::StrCat("partition digest ", HexOf(row.digest()), ", last record ", HexOf(row.record_hash()),
                                   ": what it folded is not what the journal holds"));
    return problems.Add(std::move(problem));
  }
  base::Offset& so_far = vouched[check.id()];
  so_far = std::max(so_far, at);
  if (CountsText(*expected) == CountsText(row) && expected->record_hash() == row.record_hash()) return;
  problem.set_expected(CountsText(*expected));
  problem.set_found(CountsText(row));
  problems.Add(std::move(problem));
}

}  // namespace

base::PartitionId PartitionOfCase(const std::string& case_id, int partition_count) {
  return case_id == journal::kRegistryCaseId ? base::PartitionId::Registry()
                                             : journal::PartitionForCase(case_id, partition_count);
}

void CompareStand(const Stand& stand, const std::string& journal_uuid, const Checks& checks, Problems& problems,
                  Vouched& vouched) {
  for (const auto& [partition, row] : stand.rows) {
    const auto check = checks.find(partition);
    v1::Problem problem = About(stand, kProjection);
    problem.set_place(PlaceText(partition, base::Offset{row.offset()}));
    if (row.journal_uuid() != journal_uuid || check == checks.end()) {
      problem.set_expected(absl::StrCat("a partition of journal ", journal_uuid));
      problem.set_found(absl::StrCat("partition ", partition.ToString(), " of journal ", row.journal_uuid()));
      problems.Add(std::move(problem));
      continue;
    }
    CompareRow(stand, *check->second, row, problems, vouched);
  }
}

absl::Status CompareHeads(const Stand& stand, int partition_count, const Checks& checks, Problems& problems) {
  const auto cut_of = [&](base::PartitionId partition) {
    const auto row = stand.rows.find(partition);
    // A partition that was not begun has no case.
    return row == stand.rows.end() ? base::Offset{-1} : base::Offset{row->second.offset()};
  };
  const auto tell = [&](const std::string& case_id, const std::optional<HeadAt>& expected,
                        const std::optional<HeadAt>& found) {
    v1::Problem problem = About(stand, kHead);
    if (expected) problem.set_place(PlaceText(PartitionOfCase(case_id, partition_count), expected->offset));
    problem.set_case_id(case_id);
    problem.set_version(found ? found->version.value : expected->version.value);
    problem.set_expected(absl::StrCat(HeadText(expected), ", as the journal comes to"));
    problem.set_found(HeadText(found));
    problems.Add(std::move(problem));
  };
  std::map<base::PartitionId, size_t> seen;
  std::string after;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<projection::StoredRow> rows,
                             stand.store->Rows(projection::Family::kState, after, kRowsAtOnce, kBytesAtOnce));
    if (rows.empty()) break;
    after = rows.back().key;
    for (const projection::StoredRow& stored : rows) {
      const std::string& case_id = stored.key;
      const base::PartitionId partition = PartitionOfCase(case_id, partition_count);
      const auto check = checks.find(partition);
      if (check == checks.end()) continue;
      ++seen[partition];
      projection::v1::CaseRow row;
      std::optional<HeadAt> found;
      if (row.ParseFromString(stored.value)) {
        if (const auto hash = base::Digest::FromBytes(row.head())) {
          found = HeadAt{.hash = *hash, .version = base::Version{row.version()}, .offset = {}};
        }
      }
      const std::optional<HeadAt> expected = check->second->HeadAtCut(cut_of(partition), case_id);
      const bool same = expected && found && expected->hash == found->hash && expected->version == found->version;
      if (!same) tell(case_id, expected, found);
    }
  }
  // Only where a case is missing is every one looked up.
  for (const auto& [partition, check] : checks) {
    const base::Offset cut = cut_of(partition);
    if (cut.value < 0 || check->CasesAtCut(cut) <= seen[partition]) continue;
    for (const auto& [case_id, unused] : check->heads()) {
      const std::optional<HeadAt> expected = check->HeadAtCut(cut, case_id);
      if (!expected) continue;
      WHISTLE_ASSIGN_OR_RETURN(const auto row, stand.store->FindCase(case_id));
      if (!row) tell(case_id, expected, std::nullopt);
    }
  }
  return absl::OkStatus();
}

}  // namespace whistle::verify
