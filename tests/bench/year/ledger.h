// What had to fire in a year, and what did: derived from the events of the journal alone, by code that shares nothing
// with the services.
//
// Every date that an event sets is written down as a debt: what is owed by when, when a warning is due. Every event
// that settles it, puts it off or lays the case to rest is held against it, and so is everything that fired. What does
// not fit is a fault.
//
//   Ledger ledger(outages);
//   ledger.Add("case-1", 1, recorded_at, decision);   // every decision that counts, of a case in its order
//   Verdict verdict = ledger.Close(clock);
//
// Knows what a year's plots hold (plot.h): no corrections, late entries or merges; those are faults too, so that
// nothing goes unlooked at. The time in which nobody accepts a case is no date that a person's act sets: it is left
// out.
#ifndef WHISTLE_TESTS_BENCH_YEAR_LEDGER_H_
#define WHISTLE_TESTS_BENCH_YEAR_LEDGER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::year {

// A time that passed without firing: what was due in it fires at its end.
struct Outage {
  absl::Time from;
  absl::Time to;
};

enum class Fault {
  // It had to fire and did not.
  kMissing,
  kTwice,
  kEarly,
  // More than a second after its time, or after the end of the outage that its time lies in.
  kLate,
  // Nothing was owed, or it was settled.
  kForNothing,
  // An escalation climbed further than to the next superior, or two rungs at one moment.
  kTwoRungs,
  // An event that no plot leads to.
  kUnforeseen,
};
absl::string_view FaultName(Fault fault);

// One kind of date.
struct RuleCount {
  // How often such a date was set or put off.
  int64_t set = 0;
  // What was owed was done before the date.
  int64_t met = 0;
  int64_t warned = 0;
  int64_t passed = 0;
};

struct Verdict {
  std::map<Fault, int64_t> faults;
  // Of the first few, in words.
  std::vector<std::string> examples;
  std::map<std::string, RuleCount> rules;
  // Warnings and passed dates that had to fire by the clock, and those that did.
  int64_t had_to_fire = 0;
  int64_t fired = 0;
  // What else the agenda decided: findings, and escalations that nobody raised.
  int64_t other_agenda_decisions = 0;
  // Of all that fired, how long after their own time, in milliseconds; of a case that was reopened, from then on.
  // Sorted.
  std::vector<int64_t> lateness_ms;
  // By day since 1970 (UTC), how many fired.
  std::map<int64_t, int64_t> fired_by_day;
  int64_t cases = 0;
  int64_t cases_open = 0;

  bool ok() const { return faults.empty(); }
};

class Ledger {
 public:
  explicit Ledger(std::vector<Outage> outages) : outages_(std::move(outages)) {}

  // `version` is the decision's place in its case, from 1 on.
  void Add(const std::string& case_id, uint64_t version, absl::Time recorded_at, const journal::v1::Decision& decision);

  // What still had to fire by `clock` is missing now. Once, at the end.
  Verdict Close(absl::Time clock);

 private:
  // Something owed by a date. Times in milliseconds since 1970.
  struct Debt {
    // "response"; with the subject, which of a case's debts it is.
    std::string rule;
    std::string subject;
    int64_t due = 0;
    // Never: kNever.
    int64_t warn = 0;
    // Since when nothing hinders it from firing.
    int64_t since = 0;
    bool warned = false;
    bool passed = false;
    bool settled = false;
    // Of its present date, whether the warning and the passing that had to fire were counted.
    bool warning_counted = false;
    bool passing_counted = false;
    // Fires only while the case is open; and whether the case is not.
    bool rests_with_case = false;
    bool resting = false;
  };
  struct Case {
    bool open = true;
    std::vector<Debt> debts;
    // Of the last rung that passed, when, and where it goes.
    int64_t climbed_at = 0;
    std::string next_rung;
  };
  // One event with what stands around it.
  struct Entry {
    const std::string& case_id;
    Case& book;
    std::string id;
    int64_t at;
    const journal::v1::Event& event;
  };

  void AddEvent(const Entry& entry);
  void AddIntake(const Entry& entry);
  void AddResponse(const Entry& entry);
  void AddCoordination(const Entry& entry);
  void AddEscalation(const Entry& entry);

  void Owe(const Entry& entry, absl::string_view rule, const std::string& subject, const common::v1::DueDate& due,
           bool rests_with_case = true);
  void PutOff(const Entry& entry, absl::string_view rule, const std::string& subject, const common::v1::DueDate& due);
  void Settle(const Entry& entry, absl::string_view rule, const std::string& subject);
  void Warned(const Entry& entry, const common::v1::DeadlineApproaching& approaching);
  void Passed(const Entry& entry, absl::string_view rule, const std::string& subject);
  void Rest(const Entry& entry, bool open);
  void Climbed(const Entry& entry);
  void Raised(const Entry& entry);

  // What of it had to fire by `at`, and did not, is missing.
  void Check(const std::string& case_id, Debt& debt, int64_t at, bool settling = false);
  void NoteFired(const Entry& entry, const Debt& debt, absl::string_view what, int64_t date);
  // When something fires that is due at `date` and was free to since `since`.
  int64_t FiresAt(int64_t date, int64_t since) const;
  void Blame(Fault fault, const std::string& case_id, const std::string& why);

  const std::vector<Outage> outages_;
  absl::flat_hash_map<std::string, Case> cases_;
  Verdict verdict_;
};

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_LEDGER_H_
