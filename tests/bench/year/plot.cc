#include "tests/bench/year/plot.h"

#include <algorithm>
#include <random>

namespace whistle::year {
namespace {

// Cases are registered over this many days, so that they are open for most of the year.
constexpr int kRegisteredOverDays = 90;

class Writer {
 public:
  Writer(const YearPlan& plan, uint32_t case_number)
      : random_(plan.seed * 1'000'003 + case_number), closed_on_(plan.days) {
    registered_on_ = Between(0, std::min(kRegisteredOverDays, std::max(1, plan.days / 4)) - 1);
    Do(registered_on_, Act::kRegister);
  }

  std::vector<PlannedAct> Write() {
    const int acceptance = Between(0, 99);
    // Nobody decides on it.
    if (acceptance < 10) {
      if (Chance(50)) Whistle(registered_on_ + Between(0, 300));
      return Finish();
    }
    accepted_on_ = registered_on_ + (acceptance < 30 ? Between(16, 40) : Between(1, 14));
    Do(accepted_on_, Act::kAssignHandler);
    Do(accepted_on_, Act::kAccept);
    Closing();
    if (Chance(25)) WhileOpen(accepted_on_ + Between(10, 50), Act::kExtendHandling);
    Assignments();
    if (Chance(50)) Whistle(accepted_on_ + Between(0, 300));
    if (Chance(30)) Promise();
    const int above = Between(0, 99);
    if (above < 12) Escalation();
    if (above >= 12 && above < 18) Upgrade(accepted_on_ + Between(5, 300), /*escalated=*/0);
    if (Chance(8)) Letter();
    return Finish();
  }

 private:
  // The standard library's distributions differ from one to another.
  int Between(int low, int high) { return low + static_cast<int>(random_() % static_cast<uint64_t>(high - low + 1)); }
  bool Chance(int percent) { return Between(0, 99) < percent; }

  void Do(int day, Act act, int number = 0) { acts_.push_back({day, act, number}); }
  // False if the case is closed by then: it is not done.
  bool WhileOpen(int day, Act act, int number = 0) {
    if (day >= closed_on_) return false;
    Do(day, act, number);
    return true;
  }

  void Closing() {
    const int closing = Between(0, 99);
    if (closing >= 17) return;
    closed_on_ = accepted_on_ + (closing < 12 ? Between(20, 55) : Between(62, 120));
    Do(closed_on_, Act::kClose);
    if (!Chance(60)) {
      if (Chance(50)) Do(closed_on_ + Between(10, 60), Act::kReopen);
      return;
    }
    const int asked = closed_on_ + Between(1, 25);
    Do(asked, Act::kRequestReview);
    const int decision = Between(0, 99);
    if (decision >= 70) return;
    const int decided = asked + (decision < 40 ? Between(3, 25) : Between(32, 60));
    Do(decided, Act::kDecideReview);
    if (!Chance(40)) return;
    const int asked_again = decided + Between(1, 25);
    Do(asked_again, Act::kRequestReReview);
    if (Chance(50)) Do(asked_again + Between(3, 50), Act::kDecideReview);
  }

  void Assignments() {
    int asked = accepted_on_ + Between(1, 150);
    for (int left = Between(0, 2); left > 0; --left) {
      if (!WhileOpen(asked, Act::kAsk)) return;
      const int answer = Between(0, 99);
      if (answer < 15) {
        WhileOpen(asked, Act::kReturn);
      } else if (answer < 45) {
        WhileOpen(asked + Between(1, 4), Act::kAnswer);
      } else {
        if (Chance(30)) WhileOpen(asked + Between(1, 3), Act::kGrantExtension);
        if (answer < 65) WhileOpen(asked + Between(9, 25), Act::kAnswer);
      }
      // Not before the one before is over.
      asked += Between(45, 150);
    }
  }

  void Whistle(int blown) {
    constexpr Act kUrgencies[] = {Act::kBlowEmergency, Act::kBlowUrgent, Act::kBlowOrdinary};
    if (!WhileOpen(blown, kUrgencies[Between(0, 2)], Between(1, 2))) return;
    const int answer = Between(0, 99);
    if (answer < 30) Do(blown, Act::kReportIn);
    if (answer >= 75) Do(blown + Between(6, 20), Act::kReportIn);
  }

  void Promise() {
    const int promised = accepted_on_ + Between(1, 300);
    const int days = Between(5, 60);
    if (!WhileOpen(promised, Act::kPromise, days)) return;
    const int kept = Between(0, 99);
    if (kept < 35) Do(promised + Between(1, days - 1), Act::kKeep);
    if (kept >= 85) Do(promised + days + Between(1, 20), Act::kKeep);
  }

  void Escalation() {
    const int raised = accepted_on_ + Between(5, 250);
    if (!WhileOpen(raised, Act::kEscalate)) return;
    const int answer = Between(0, 99);
    if (answer < 25) {
      WhileOpen(raised + Between(1, 3), Act::kDecline);
    } else if (answer < 60) {
      Upgrade(raised + Between(1, 20), /*escalated=*/1);
    }
  }

  void Upgrade(int day, int escalated) {
    if (!WhileOpen(day, Act::kUpgrade, escalated)) return;
    const int completed = Between(0, 99);
    if (completed < 40) WhileOpen(day + Between(1, 3), Act::kComplete);
    if (completed >= 80) WhileOpen(day + Between(9, 20), Act::kComplete);
  }

  void Letter() {
    const int issued = accepted_on_ + Between(10, 300);
    if (!WhileOpen(issued, Act::kIssueLetter)) return;
    const int report = Between(0, 99);
    if (report < 30) {
      const int reported = issued + Between(3, 25);
      Do(reported, Act::kReportLetter);
      Do(reported + Between(1, 5), Chance(50) ? Act::kAcceptReport : Act::kRejectReport);
    } else if (report < 40) {
      Do(issued + Between(35, 60), Act::kReportLetter);
    }
  }

  std::vector<PlannedAct> Finish() {
    std::stable_sort(acts_.begin(), acts_.end(),
                     [](const PlannedAct& a, const PlannedAct& b) { return a.day < b.day; });
    return std::move(acts_);
  }

  std::mt19937_64 random_;
  int registered_on_ = 0;
  int accepted_on_ = 0;
  int closed_on_;
  std::vector<PlannedAct> acts_;
};

// Can be done before a date only.
bool IsInTimeOnly(Act act) {
  switch (act) {
    case Act::kExtendHandling:
    case Act::kGrantExtension:
    case Act::kRequestReview:
    case Act::kRequestReReview:
    // Afterwards the case is before the next one.
    case Act::kDecline:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::vector<PlannedAct> PlotOf(const YearPlan& plan, uint32_t case_number) {
  std::vector<PlannedAct> acts = Writer(plan, case_number).Write();
  if (plan.outage_from_day) {
    const bool begun = acts.front().day < *plan.outage_from_day;
    std::vector<PlannedAct> later;
    for (PlannedAct& act : acts) {
      if (act.day < *plan.outage_from_day) {
        later.push_back(act);
      } else if (!begun || !IsInTimeOnly(act.act)) {
        act.day += plan.outage_days;
        later.push_back(act);
      }
    }
    acts = std::move(later);
  }
  acts.erase(std::find_if(acts.begin(), acts.end(), [&](const PlannedAct& act) { return act.day >= plan.days; }),
             acts.end());
  return acts;
}

}  // namespace whistle::year
