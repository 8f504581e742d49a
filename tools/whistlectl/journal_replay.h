// What `journal replay` does: it tells a journal's events one line each, in the order in which they were recorded.
//
//   Replay replay(reader, filter, out);
//   absl::Status told = replay.TellToEnd();
//
// It only reads: nothing is folded, so nothing can fall due.
#ifndef WHISTLE_TOOLS_WHISTLECTL_JOURNAL_REPLAY_H_
#define WHISTLE_TOOLS_WHISTLECTL_JOURNAL_REPLAY_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/ids.h"
#include "tools/whistlectl/journal_reader.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::whistlectl {

// Which events are told.
struct ReplayFilter {
  // In the order in which the journal counts them: the registry's first.
  std::vector<base::PartitionId> partitions{};
  // From the first to before the second.
  base::Offset from{};
  base::Offset to{std::numeric_limits<int64_t>::max()};
  // Empty: every one.
  std::string case_id{};
  // Whom the event names or who gave the command; those above them do not count.
  std::string organization_id{};
  // The name of a message of an event, as MatchEventType gives it.
  std::string event_type{};
  // Also what does not count: superseded and malformed records, and those that open a partition.
  bool all = false;
};

// True if the event names the organization itself, not only as a superior of another.
bool NamesOrganization(const google::protobuf::Message& message, absl::string_view organization_id);

// "contact-recorded", "ContactRecorded", "contact_recorded" → "ContactRecorded". A usage error names what is near.
absl::StatusOr<std::string> MatchEventType(absl::string_view text);

class Replay {
 public:
  // `wait` passes the time until the next line is due; a test gives one that does not wait. `reader` and `out` outlive
  // this.
  Replay(JournalReader& reader, ReplayFilter filter, std::ostream& out, bool json);

  // At most this many lines a second, by calling `wait` in between.
  void SlowDown(double lines_per_second, std::function<void(absl::Duration)> wait);

  // Tells what there is from where it stands to the ends that the reader knows, partitions merged by recorded time,
  // then partition, then offset; a record that does not count stands after the last one of its partition that does.
  absl::Status TellToEnd();

  uint64_t lines() const { return lines_; }

 private:
  struct Ahead {
    base::PartitionId partition;
    std::deque<ReadRecord> records{};
    // The offset that is read next.
    base::Offset next{};
  };

  absl::Status Fill(Ahead& ahead);
  absl::Status Tell(const ReadRecord& record);
  absl::Status TellDecision(const ReadRecord& record);
  // One line of text or of JSON; `event` is null for a record without one.
  absl::Status Line(const ReadRecord& record, const journal::v1::Event* event, int number, const std::string& said);
  bool Wanted(const journal::v1::Decision& decision, const journal::v1::Event& event) const;

  JournalReader& reader_;
  const ReplayFilter filter_;
  std::ostream& out_;
  const bool json_;
  double lines_per_second_ = 0;
  std::function<void(absl::Duration)> wait_;
  std::vector<Ahead> ahead_;
  uint64_t lines_ = 0;
};

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_JOURNAL_REPLAY_H_
