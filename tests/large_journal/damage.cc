// damage_journal: a copy of an embedded journal with one thing changed, and everything else as it must be: frames,
// checksums, mark. So only what the records say can show it.
//
//   damage_journal journal FROM TO drop-last [SEED]
//   damage_journal row DATA/intake state [SEED]
//
// Says what it did in one line: "drop-last 3:812 - case ab…, version 7 -": what, place, other place, case, version,
// other case. README.md lists what it can do.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/engine/judged.h"
#include "libs/journal/embedded/inspection.h"
#include "libs/journal/embedded/record_format.h"
#include "libs/journal/genesis.h"
#include "libs/projection/rocks_store.h"
#include "tests/large_journal/chance.h"
#include "tests/large_journal/journal_writer.h"

namespace whistle::large_journal {
namespace {

using journal::StoredRecord;

// One decision that counts.
struct Counted {
  base::Offset offset;
  std::string case_id;
  uint64_t version = 0;
};

// What is done to a copy. Offsets are the original's.
struct Damage {
  std::string what;
  base::PartitionId partition = base::PartitionId::Case(0);
  base::Offset at{};
  base::Offset other{};
  // For a record that goes to another partition.
  base::PartitionId to = base::PartitionId::Case(0);
  Counted victim;
  std::string other_case;

  std::string Text() const {
    const bool two = what == "swap-within" || what == "swap-between";
    const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
    return absl::StrCat(what, " ", partition.ToString(), ":", at.value, " ",
                        two              ? absl::StrCat(partition.ToString(), ":", other.value)
                        : what == "move" ? to.ToString()
                                         : "-",
                        " ", or_dash(victim.case_id), " ", victim.version, " ", or_dash(other_case), "\n");
  }
};

class Journal {
 public:
  static absl::StatusOr<Journal> Open(const std::string& dir) {
    Journal journal;
    WHISTLE_ASSIGN_OR_RETURN(journal.looked_, journal::EmbeddedInspection::Open(dir));
    return journal;
  }

  int partition_count() const { return looked_->partition_count(); }

  absl::StatusOr<std::vector<StoredRecord>> RecordsOf(base::PartitionId partition) const {
    std::vector<StoredRecord> records;
    absl::Status bad;
    WHISTLE_RETURN_IF_ERROR(
        looked_->Read(partition, base::Offset{0}, [&](base::Offset, absl::StatusOr<StoredRecord> record) {
          if (!record.ok()) {
            bad = record.status();
            return false;
          }
          records.push_back(*std::move(record));
          return true;
        }));
    WHISTLE_RETURN_IF_ERROR(bad);
    return records;
  }

  absl::StatusOr<std::vector<Counted>> CountedIn(base::PartitionId partition,
                                                 const std::vector<StoredRecord>& records) const {
    std::vector<Counted> counted;
    engine::JudgedPartition judge(partition, partition_count());
    for (const StoredRecord& record : records) {
      WHISTLE_ASSIGN_OR_RETURN(const engine::Judged judged, judge.Judge(record));
      if (judged.kind != engine::Judged::Kind::kAccepted) continue;
      counted.push_back({record.offset, judged.decision.case_id(), judged.version.value});
    }
    return counted;
  }

 private:
  std::unique_ptr<journal::EmbeddedInspection> looked_;
};

std::map<std::string, std::vector<Counted>> ByCase(const std::vector<Counted>& counted) {
  std::map<std::string, std::vector<Counted>> by_case;
  for (const Counted& one : counted) by_case[one.case_id].push_back(one);
  return by_case;
}

// Chooses by chance what is damaged; nothing if the partition has nothing that fits.
std::optional<Damage> Choose(const std::string& what, base::PartitionId partition, int partition_count,
                             const std::vector<Counted>& counted, Chance& chance) {
  Damage damage{.what = what, .partition = partition, .victim = {}, .other_case = ""};
  if (what == "none") return damage;
  if (what == "genesis") return damage;
  if (what == "swap-between") {
    for (size_t tries = 0; tries < counted.size(); ++tries) {
      const size_t i = chance.Below(counted.size() - 1);
      const Counted& a = counted[i];
      const Counted& b = counted[i + 1];
      if (a.case_id == b.case_id || b.offset != a.offset.Next()) continue;
      damage.at = a.offset;
      damage.other = b.offset;
      damage.victim = a;
      damage.other_case = b.case_id;
      return damage;
    }
    return std::nullopt;
  }
  const auto by_case = ByCase(counted);
  std::vector<const std::vector<Counted>*> long_ones;
  for (const auto& [case_id, decisions] : by_case) {
    if (decisions.size() >= 6) long_ones.push_back(&decisions);
  }
  if (long_ones.empty()) return std::nullopt;
  const std::vector<Counted>& decisions = *long_ones[chance.Below(long_ones.size())];
  // In the middle: neither the first nor one of the last two.
  const size_t middle = 1 + chance.Below(decisions.size() - 3);
  damage.victim = decisions[what == "drop-last" ? decisions.size() - 1 : middle];
  damage.at = damage.victim.offset;
  if (what == "swap-within") damage.other = decisions[middle + 1].offset;
  if (what == "move") damage.to = base::PartitionId::Case((partition.index() + 1) % partition_count);
  return damage;
}

// Flips a bit of the attempt's random bytes: it is still a decision, of the same case, and another one.
absl::Status ChangeByte(StoredRecord& record) {
  journal::v1::Decision decision;
  if (!decision.ParseFromString(record.record.value)) return absl::InternalError("a decision that cannot be read");
  const size_t at = record.record.value.find(decision.request().attempt());
  if (at == std::string::npos || decision.request().attempt().empty()) {
    return absl::InternalError("a decision without an attempt");
  }
  record.record.value[at] = static_cast<char>(record.record.value[at] ^ 0x01);
  return absl::OkStatus();
}

absl::Status Apply(const Damage& damage, base::PartitionId partition, std::vector<StoredRecord>& records,
                   std::optional<StoredRecord>& moved) {
  const auto at = static_cast<size_t>(damage.at.value);
  if (partition == damage.partition) {
    if (damage.what == "byte") return ChangeByte(records[at]);
    if (damage.what == "swap-within" || damage.what == "swap-between") {
      std::swap(records[at], records[static_cast<size_t>(damage.other.value)]);
    }
    if (damage.what == "move") moved = records[at];
    if (damage.what == "drop" || damage.what == "drop-last" || damage.what == "move") {
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return absl::OkStatus();
}

absl::Status DamageJournal(const std::string& from, const std::string& to, const std::string& what, uint64_t seed) {
  WHISTLE_ASSIGN_OR_RETURN(const Journal original, Journal::Open(from));
  const int count = original.partition_count();
  Chance chance(seed);
  std::optional<Damage> damage;
  for (int tries = 0; !damage && tries < 4 * count; ++tries) {
    const auto partition = base::PartitionId::Case(static_cast<int32_t>(chance.Below(static_cast<uint64_t>(count))));
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, original.RecordsOf(partition));
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<Counted> counted, original.CountedIn(partition, records));
    if (counted.size() > 2) damage = Choose(what, partition, count, counted, chance);
  }
  if (!damage) return absl::NotFoundError("the journal has nothing that fits");

  std::vector<StoredRecord> genesis;
  for (const base::PartitionId partition : journal::AllPartitions(count)) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<StoredRecord> records, original.RecordsOf(partition));
    genesis.push_back(records.front());
  }
  WHISTLE_ASSIGN_OR_RETURN(const journal::Genesis own, journal::ParseGenesis(genesis.back().record));
  if (what == "genesis") {
    journal::Identity other = own.identity;
    other.uuid = "00000000-0000-4000-8000-000000000000";
    genesis[journal::PlaceOf(damage->partition)].record = journal::GenesisRecord(other, damage->partition);
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto writer, JournalWriter::Create(to, own.identity.uuid, std::move(genesis)));
  std::optional<StoredRecord> moved;
  for (const base::PartitionId partition : journal::AllPartitions(count)) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<StoredRecord> records, original.RecordsOf(partition));
    WHISTLE_RETURN_IF_ERROR(Apply(*damage, partition, records, moved));
    for (size_t i = 1; i < records.size(); ++i) {
      WHISTLE_RETURN_IF_ERROR(writer->Append(partition, records[i].stamp, std::move(records[i].record)).status());
    }
  }
  if (moved) WHISTLE_RETURN_IF_ERROR(writer->Append(damage->to, moved->stamp, std::move(moved->record)).status());
  WHISTLE_RETURN_IF_ERROR(writer->Finish());
  std::cout << damage->Text();
  return absl::OkStatus();
}

// Changes one row of a store, through the store's own code.
absl::Status DamageRow(const std::string& dir, const std::string& what, uint64_t seed) {
  std::string fingerprint;
  std::vector<projection::StoredRow> rows;
  {
    WHISTLE_ASSIGN_OR_RETURN(const auto looked_at, projection::RocksStore::OpenToRead(dir));
    fingerprint = looked_at->fold_fingerprint();
    WHISTLE_ASSIGN_OR_RETURN(rows, looked_at->Rows(projection::Family::kState, "", 1 << 20, size_t{1} << 30));
  }
  const std::string case_id = rows[Chance(seed).Below(rows.size() - 1)].key;
  WHISTLE_ASSIGN_OR_RETURN(const auto store,
                           projection::RocksStore::Open({.dir = dir, .fold_fingerprint = fingerprint}));
  WHISTLE_ASSIGN_OR_RETURN(auto row, store->FindCase(case_id));
  projection::WriteSet set;
  if (what == "state" || what == "head") {
    if (what == "head") {
      row->mutable_head()->at(0) = static_cast<char>(row->head()[0] ^ 0x01);
    } else {
      *row->mutable_decided_at() = base::ToProto(base::FromProto(row->decided_at()) + absl::Milliseconds(1));
    }
    set.cases.emplace_back(case_id, *row);
  } else if (what == "timeline") {
    WHISTLE_ASSIGN_OR_RETURN(auto entry, store->FindTimeline(case_id, base::Version{row->version()}));
    *entry->mutable_recorded_at() = base::ToProto(base::FromProto(entry->recorded_at()) + absl::Milliseconds(1));
    set.timeline.push_back({case_id, base::Version{row->version()}, *entry});
    set.cases.emplace_back(case_id, *row);
  } else if (what == "index") {
    set.index_puts.push_back({std::string("made-up\0", 8), case_id});
    set.cases.emplace_back(case_id, *row);
  } else {
    return absl::InvalidArgumentError("a row of: state, head, timeline, index");
  }
  WHISTLE_RETURN_IF_ERROR(store->Commit(set));
  std::cout << what << " - - " << case_id << " " << row->version() << " -\n";
  return absl::OkStatus();
}

// Leaves the store as a build of another fold does that has begun its own and not folded anything yet.
absl::Status BeginOtherFold(const std::string& dir, const std::string& fold_fingerprint) {
  WHISTLE_ASSIGN_OR_RETURN(const auto store,
                           projection::RocksStore::Open({.dir = dir, .fold_fingerprint = fold_fingerprint}));
  return store->Serve();
}

absl::Status Damage(const std::vector<std::string>& words, uint64_t seed) {
  if (words[0] == "journal") return DamageJournal(words[1], words[2], words[3], seed);
  if (words[0] == "row") return DamageRow(words[1], words[2], seed);
  return BeginOtherFold(words[1], words[2]);
}

int Main(const std::vector<std::string>& words) {
  uint64_t seed = 1;
  const bool of_journal = words.size() >= 4 && words[0] == "journal";
  const bool of_row = words.size() >= 3 && (words[0] == "row" || words[0] == "fold");
  const size_t seed_at = of_journal ? 4 : 3;
  if ((!of_journal && !of_row) || (words.size() > seed_at && !absl::SimpleAtoi(words[seed_at], &seed))) {
    std::fprintf(stderr,
                 "usage: damage_journal journal FROM TO "
                 "none|byte|drop|drop-last|swap-within|swap-between|move|genesis [SEED]\n"
                 "       damage_journal row STORE state|head|timeline|index [SEED]\n"
                 "       damage_journal fold STORE FINGERPRINT\n");
    return 2;
  }
  const absl::Status done = Damage(words, seed);
  if (done.ok()) return 0;
  std::cerr << "damage_journal: " << done.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace whistle::large_journal

int main(int argc, char** argv) {
  return whistle::large_journal::Main(std::vector<std::string>(argv + 1, argv + argc));
}
