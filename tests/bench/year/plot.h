// What persons do about one case in a year, and on which days: some of it in time, most of it not.
//
// A pure function of the seed and the case's number: the same year again, whatever the machine.
#ifndef WHISTLE_TESTS_BENCH_YEAR_PLOT_H_
#define WHISTLE_TESTS_BENCH_YEAR_PLOT_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace whistle::year {

enum class Act : uint8_t {
  kRegister,
  kAssignHandler,
  kAccept,
  kExtendHandling,
  kClose,
  kReopen,
  kRequestReview,
  kRequestReReview,
  kDecideReview,
  kAsk,
  kReturn,
  kAnswer,
  kGrantExtension,
  // `number`: how many departments are called.
  kBlowEmergency,
  kBlowUrgent,
  kBlowOrdinary,
  kReportIn,
  // `number`: by how many days from then.
  kPromise,
  kKeep,
  kEscalate,
  kDecline,
  // `number`: 1 if an escalation is open, which the nation answers; 0 if the city takes the case by itself.
  kUpgrade,
  kComplete,
  kIssueLetter,
  kReportLetter,
  kAcceptReport,
  kRejectReport,
};

struct PlannedAct {
  // Of the year, from 0.
  int day = 0;
  Act act = Act::kRegister;
  int number = 0;
};

struct YearPlan {
  int days = 365;
  uint64_t seed = 1;
  // Nobody does anything from this day on for so many days, and nothing fires: what was planned is done so much later,
  // but for what can be done in time only.
  std::optional<int> outage_from_day;
  int outage_days = 30;
};

// In the order in which they are done; none on or after the year's last day.
std::vector<PlannedAct> PlotOf(const YearPlan& plan, uint32_t case_number);

}  // namespace whistle::year

#endif  // WHISTLE_TESTS_BENCH_YEAR_PLOT_H_
