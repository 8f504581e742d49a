#include "libs/verify/diagnosis.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/projection/keys.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::verify {
namespace {

constexpr size_t kRowsAtOnce = 512;
constexpr size_t kBytesAtOnce = 4 * 1024 * 1024;

// A decision as the projection folded it.
struct Folded {
  base::Offset offset;
  base::Digest hash;
  std::string case_id;
  uint64_t version = 0;
};

// A record as the journal holds it now.
struct Held {
  base::Digest hash;
  std::string key;
};

struct Partition {
  std::vector<Folded> folded;
  // By offset from 0; nothing where no record can be read.
  std::vector<std::optional<Held>> held;
  absl::flat_hash_map<base::Digest, base::Offset> by_hash;
};

using Partitions = std::map<base::PartitionId, Partition>;

absl::Status ReadTimeline(const Stand& stand, Partitions& partitions) {
  std::string after;
  while (true) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<projection::StoredRow> rows,
                             stand.store->Rows(projection::Family::kTimeline, after, kRowsAtOnce, kBytesAtOnce));
    if (rows.empty()) break;
    after = rows.back().key;
    for (const projection::StoredRow& stored : rows) {
      projection::v1::TimelineRow row;
      journal::v1::Decision decision;
      const auto version = projection::VersionOfTimelineKey(stored.key);
      if (!version || !row.ParseFromString(stored.value) || !decision.ParseFromString(row.decision())) continue;
      const bool registry = row.position().topic() == common::v1::TOPIC_REGISTRY;
      const auto found = partitions.find(registry ? base::PartitionId::Registry()
                                                  : base::PartitionId::Case(row.position().partition()));
      if (found == partitions.end()) continue;
      found->second.folded.push_back({.offset = base::Offset{row.position().offset()},
                                      .hash = base::Sha256(row.decision()),
                                      .case_id = decision.case_id(),
                                      .version = version->value});
    }
  }
  for (auto& [id, partition] : partitions) {
    std::sort(partition.folded.begin(), partition.folded.end(),
              [](const Folded& a, const Folded& b) { return a.offset < b.offset; });
  }
  return absl::OkStatus();
}

absl::Status ReadJournal(const Source& source, base::PartitionId id, Partition& partition) {
  partition.held.resize(static_cast<size_t>(source.End(id).value));
  return source.Read(id, base::Offset{0},
                     [&](base::Offset offset, const absl::StatusOr<journal::StoredRecord>& record) {
                       if (!record.ok()) return true;
                       const base::Digest hash = base::Sha256(record->record.value);
                       partition.by_hash.try_emplace(hash, offset);
                       partition.held[static_cast<size_t>(offset.value)] = Held{hash, record->record.key};
                       return true;
                     });
}

class Walk {
 public:
  Walk(base::PartitionId id, const Partitions& all, const Checks& checks, Problems& problems)
      : id_(id), all_(all), partition_(all.at(id)), checks_(checks), problems_(problems) {
    for (const Folded& one : partition_.folded) folded_hashes_.insert(one.hash);
  }

  void Run() {
    for (size_t i = 0; i < partition_.folded.size(); ++i) {
      const Folded& one = partition_.folded[i];
      const auto found = partition_.by_hash.find(one.hash);
      if (found == partition_.by_hash.end()) {
        Lost(one);
      } else if (found->second.value != one.offset.value + shift_) {
        Elsewhere(one, found->second, i);
      }
    }
  }

 private:
  v1::Problem About(const char* kind, const Folded& one, base::Offset at) const {
    v1::Problem problem;
    problem.set_kind(kind);
    problem.set_place(PlaceText(id_, at));
    problem.set_case_id(one.case_id);
    problem.set_version(one.version);
    problem.set_expected(absl::StrCat("the decision ", one.hash.ToHex(), ", folded from ", PlaceText(id_, one.offset)));
    return problem;
  }

  const std::optional<Held>& HeldAt(int64_t offset) const {
    static const std::optional<Held> kNothing;
    if (offset < 0 || offset >= static_cast<int64_t>(partition_.held.size())) return kNothing;
    return partition_.held[static_cast<size_t>(offset)];
  }

  // In another partition, as far as that is known.
  std::string PlaceElsewhere(const Folded& one) const {
    for (const auto& [id, partition] : all_) {
      const auto found = partition.by_hash.find(one.hash);
      if (id != id_ && found != partition.by_hash.end()) return PlaceText(id, found->second);
    }
    for (const auto& [id, check] : checks_) {
      for (const v1::Stray& stray : check->strays()) {
        if (stray.hash() == one.hash.bytes()) return PlaceText(id, base::Offset{stray.offset()});
      }
    }
    return "";
  }

  void Lost(const Folded& one) {
    const base::Offset here{one.offset.value + shift_};
    const std::optional<Held>& held = HeldAt(here.value);
    const std::string elsewhere = PlaceElsewhere(one);
    if (elsewhere.empty() && held && held->key == one.case_id && !folded_hashes_.contains(held->hash)) {
      v1::Problem problem = About(kChanged, one, here);
      problem.set_found(absl::StrCat("bytes with hash ", held->hash.ToHex(), " in its place"));
      return problems_.Add(std::move(problem));
    }
    // Something unreadable lies there: that was told, and the place is still taken.
    if (here.value < static_cast<int64_t>(partition_.held.size()) && !held) return;
    v1::Problem problem = About(elsewhere.empty() ? kDropped : kMoved, one, here);
    problem.set_found(elsewhere.empty() ? "no record with these bytes anywhere in the partition"
                                        : absl::StrCat("it at ", elsewhere));
    problems_.Add(std::move(problem));
    // In the place of a moved one there may lie another; after a dropped one all others lie one place lower.
    if (!held || folded_hashes_.contains(held->hash)) --shift_;
  }

  void Elsewhere(const Folded& one, base::Offset found, size_t index) {
    const int64_t moved_by = found.value - one.offset.value;
    // If what follows has moved as far, it is all that follows.
    const bool all = index + 1 < partition_.folded.size() && MovedBy(partition_.folded[index + 1], moved_by) &&
                     (index + 2 >= partition_.folded.size() || MovedBy(partition_.folded[index + 2], moved_by));
    const bool last = index + 1 == partition_.folded.size();
    if (all || (last && moved_by == shift_)) {
      v1::Problem problem = About(moved_by < shift_ ? kDropped : kMoved, one, found);
      problem.set_expected(absl::StrCat("it at ", PlaceText(id_, base::Offset{one.offset.value + shift_})));
      problem.set_found(moved_by < shift_
                            ? "it lower, and all after it: records before it that counted for nobody are gone"
                            : "it higher, and all after it: records that were not folded lie before it");
      shift_ = moved_by;
      return problems_.Add(std::move(problem));
    }
    // Of two that were swapped the first tells of both.
    const base::Offset here{one.offset.value + shift_};
    const std::optional<Held>& held = HeldAt(here.value);
    if (found < here && held) return;
    v1::Problem problem = About(kSwapped, one, here);
    problem.set_found(absl::StrCat("it at ", PlaceText(id_, found), ", and ",
                                   held ? absl::StrCat("a record of case ", held->key) : "nothing", " in its place"));
    problems_.Add(std::move(problem));
  }

  bool MovedBy(const Folded& one, int64_t offsets) const {
    const auto found = partition_.by_hash.find(one.hash);
    return found != partition_.by_hash.end() && found->second.value == one.offset.value + offsets;
  }

  const base::PartitionId id_;
  const Partitions& all_;
  const Partition& partition_;
  const Checks& checks_;
  Problems& problems_;
  absl::flat_hash_set<base::Digest> folded_hashes_;
  // By how many places what was folded lies higher now.
  int64_t shift_ = 0;
};

}  // namespace

absl::Status Diagnose(const Source& source, const Checks& checks, const Stand& stand,
                      const std::set<base::PartitionId>& partitions, Problems& problems) {
  Partitions all;
  for (const base::PartitionId id : partitions) all[id];
  WHISTLE_RETURN_IF_ERROR(ReadTimeline(stand, all));
  for (auto& [id, partition] : all) WHISTLE_RETURN_IF_ERROR(ReadJournal(source, id, partition));
  for (const auto& [id, partition] : all) Walk(id, all, checks, problems).Run();
  return absl::OkStatus();
}

}  // namespace whistle::verify
