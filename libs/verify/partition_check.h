// One partition gone through from its first record: what counts, the chain of every case, d(n), and everything that is
// not as it must be.
//
//   PartitionCheck check(partition, 16, {Offset{41}}, &problems);
//   source.Read(partition, check.next_offset(), [&](auto offset, auto record) { check.Take(offset, record); … });
//   check.Finish(source.End(partition));
//
// What counts is the engine's own rule (libs/engine/judged.h). Can be put down as a message and taken up again. One
// thread at a time.
#ifndef WHISTLE_LIBS_VERIFY_PARTITION_CHECK_H_
#define WHISTLE_LIBS_VERIFY_PARTITION_CHECK_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/engine/judged.h"
#include "libs/journal/journal.h"
#include "libs/verify/problems.h"
#include "whistle/projection/v1/rows.pb.h"
#include "whistle/verify/v1/progress.pb.h"

namespace whistle::verify {

// A parent is looked for among so many records before it as it is read, and in the whole partition afterwards if it is
// not among them: a decision that comes late comes seconds late.
inline constexpr size_t kRecentMax = 65'536;

class PartitionCheck {
 public:
  // `cuts`: the offsets that projections stand at. `problems` outlives this.
  PartitionCheck(base::PartitionId partition, int partition_count, const std::vector<base::Offset>& cuts,
                 Problems* problems);
  // Goes on from where it was put down.
  PartitionCheck(base::PartitionId partition, int partition_count, const v1::PartitionProgress& progress,
                 Problems* problems);

  // What lies at `offset`, at or after next_offset().
  void Take(base::Offset offset, absl::StatusOr<journal::StoredRecord> record);
  // The partition ends at `end`: what lies before and was not there is missing.
  void Finish(base::Offset end);

  v1::PartitionProgress Progress() const;

  base::PartitionId id() const { return judged_.id(); }
  base::Offset next_offset() const { return next_offset_; }
  // Of the last record that could be read.
  const base::Digest& last_hash() const { return last_hash_; }
  uint64_t accepted() const { return accepted_; }
  uint64_t superseded() const { return superseded_; }
  uint64_t malformed() const { return malformed_; }
  uint64_t bytes() const { return bytes_; }
  // Nothing where damage makes it unknown.
  const std::optional<base::Digest>& digest() const { return digest_; }
  // Where each case stands at the end.
  const absl::flat_hash_map<std::string, engine::HeadAt>& heads() const { return judged_.heads(); }

  // What a projection that stands at `offset` must say; nothing if the partition ends before it, or damage makes it
  // unknown. The uuid is left out.
  std::optional<projection::v1::PartitionRow> RowAt(base::Offset offset) const;
  // Where the case stood there; nothing if it had no decision.
  std::optional<engine::HeadAt> HeadAtCut(base::Offset offset, const std::string& case_id) const;
  // How many cases there were.
  size_t CasesAtCut(base::Offset offset) const;

  const std::vector<v1::Orphan>& orphans() const { return orphans_; }
  const std::vector<v1::Stray>& strays() const { return strays_; }

 private:
  struct Cut {
    std::optional<projection::v1::PartitionRow> row;
    // As they were at the cut, of the cases that went on after it: nothing for one that began after it.
    absl::flat_hash_map<std::string, std::optional<engine::HeadAt>> heads;
  };

  void TakeWhole(const journal::StoredRecord& record);
  void TakeJudged(const journal::StoredRecord& record, const engine::Judged& judged);
  // Something lies there, or should, that says nothing: the verdicts after it stand on what is left.
  void PassOver(base::Offset offset);
  void TakeAccepted(const engine::Judged& judged);
  void TakeSuperseded(const engine::Judged& judged);
  void Remember(const base::Digest& hash);
  void ReachCut(base::Offset offset);
  void Tell(const char* kind, base::Offset offset, std::string expected, std::string found);

  engine::JudgedPartition judged_;
  Problems* const problems_;
  base::Offset next_offset_;
  bool halted_ = false;
  absl::Time recorded_at_ = absl::InfinitePast();
  base::Digest last_hash_;
  std::optional<base::Digest> digest_ = base::Digest();
  uint64_t accepted_ = 0;
  uint64_t superseded_ = 0;
  uint64_t malformed_ = 0;
  uint64_t bytes_ = 0;
  std::map<base::Offset, Cut> cuts_;
  std::vector<v1::Orphan> orphans_;
  std::vector<v1::Stray> strays_;
  // The first eight bytes of the last hashes: enough to look for one, and eight of them are a chance of nothing.
  std::deque<uint64_t> recent_;
  absl::flat_hash_set<uint64_t> recent_set_;
};

// The first eight bytes of a hash.
uint64_t ShortHash(absl::string_view hash_bytes);

v1::Head HeadMessage(const std::string& case_id, const std::optional<engine::HeadAt>& head);
std::optional<engine::HeadAt> HeadOf(const v1::Head& head);

}  // namespace whistle::verify

#endif  // WHISTLE_LIBS_VERIFY_PARTITION_CHECK_H_
