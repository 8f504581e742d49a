// A journal for each of several instances, made of one: what they append waits until every one of them has appended
// something, so that they are sure to decide on the same state.
//
//   Meeting meeting(&journal, 2);
//   Start(meeting.journal(0)); Start(meeting.journal(1));
//   meeting.Begin();             // the next appends wait for one another
//
// Any thread. The journal outlives the meeting, the meeting its journals' users.
#ifndef WHISTLE_TESTS_DEADLINES_MEETING_H_
#define WHISTLE_TESTS_DEADLINES_MEETING_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/journal/journal.h"

namespace whistle::deadlines {

class Meeting {
 public:
  Meeting(journal::Journal* journal, size_t instances);
  ~Meeting();

  // Number `instance`'s own journal, from 0.
  journal::Journal* journal(size_t instance);

  void Begin();

 private:
  class OwnJournal;
  struct Waiting {
    base::PartitionId partition;
    journal::Record record;
    journal::Journal::AppendDone done;
  };

  void Append(size_t instance, Waiting append);
  // The first that waits; nothing ends the handing on.
  std::optional<Waiting> Next();

  journal::Journal* const journal_;
  std::vector<std::unique_ptr<OwnJournal>> own_;
  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = true;
  // One thread at a time hands on, so that the order is kept.
  bool handing_on_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<size_t> met_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whistle::deadlines

#endif  // WHISTLE_TESTS_DEADLINES_MEETING_H_
