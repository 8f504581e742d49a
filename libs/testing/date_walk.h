// What must hold of every service's dates whatever is done, tried on random histories of its own commands.
//
//   TEST(ResponseModelTest, ItsDatesAreKeptWhateverIsDone) {
//     DateWalk::Tally tally;
//     for (unsigned seed = 1; seed <= 10; ++seed) {
//       auto scenario = GivenCase();
//       DateWalk walk(scenario.world(), {"case-1"}, seed);
//       for (int step = 0; step < 300 && !HasFailure(); ++step) {
//         walk.Act<v1::AskForResponseRequest, v1::SubmitResponseRequest>(scenario);
//       }
//       tally += walk.tally();
//     }
//     EXPECT_GT(tally.overdue, 0);
//   }
//
// It holds that
//   - no two obligations share rule and subject, and each names its case, its kind and the event that set its date;
//   - the agenda's dates are those of the obligations and no others, each once, and so are the due keys;
//   - an item is refused before its time; run at it, in whatever order, it is gone, by one warning or one overdue;
//   - no date fires twice; nobody is warned of one date twice;
//   - what a service sees by itself (findings, reasons) is due at once, never refused, done once, and no two standing
//   findings tell the same;
//   - a date moves only with an event that is named as the one that set it, an overdue goes only with its
//   OverdueLifted.
//
// Failures are gtest's and name seed and step. Not for use by several threads. Refers to the world.
#ifndef WHISTLE_LIBS_TESTING_DATE_WALK_H_
#define WHISTLE_LIBS_TESTING_DATE_WALK_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "libs/testing/random_command.h"
#include "libs/testing/scenario_world.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/common/v1/errors.pb.h"

namespace whistle::testing {

class DateWalk {
 public:
  // How much a walk came to see: a property that never met an overdue proves nothing.
  struct Tally {
    int accepted = 0;
    int warned = 0;
    int overdue = 0;
    int lifted = 0;
    int moved = 0;
    int found = 0;
    int disproved = 0;
    int escalated = 0;
    Tally& operator+=(const Tally& other);
    // "accepted 12, warned 3, …".
    std::string Text() const;
  };

  DateWalk(World& world, std::vector<std::string> case_ids, unsigned seed);

  // One random step: a command of one of these requests, or time that passes and what is due by then, or one of the
  // events that others may write.
  template <typename... Requests, typename S>
  void Act(S& scenario) {
    BeginStep();
    scenario.OnCase(case_id());
    if (const std::string event = CaseEvent(); !event.empty()) {
      scenario.Event(Somebody(), event);
    } else if (maker().OneIn(5)) {
      PassTime();
    } else {
      const size_t what = maker().Below(sizeof...(Requests));
      size_t i = 0;
      ((what == i++ ? Try<Requests>(scenario) : void()), ...);
    }
    Look();
  }

  // For a service that only folds what the citizen's side decides: now and then the case is closed, declined, merged or
  // bound to another policy, and comes back.
  void LetTheCaseComeAndGo() { comes_and_goes_ = true; }

  // Changes each request before it is given: what of its fields goes together, chance would seldom find.
  void Tidy(std::function<void(google::protobuf::Message*)> tidy) { tidy_ = std::move(tidy); }

  const Tally& tally() const { return tally_; }

 private:
  // The obligations of a case, by rule and subject.
  using Owed = std::map<std::pair<std::string, std::string>, common::v1::Obligation>;

  static common::v1::Actor Somebody();

  template <typename Request, typename S>
  void Try(S& scenario) {
    maker().Turn();
    auto request = maker().template Make<Request>();
    if (tidy_) tidy_(&request);
    for (int actors = 0; actors < 6; ++actors) {
      scenario.When(maker().AnyActor(), request);
      if (!scenario.rejected()) ++tally_.accepted;
      if (!scenario.rejected() ||
          scenario.rejections().back().detail.kind() != common::v1::REJECTION_KIND_NOT_AUTHORIZED) {
        break;
      }
    }
  }

  void BeginStep();
  CommandMaker& maker() { return makers_[turn_]; }
  const std::string& case_id() const { return case_ids_[turn_]; }

  // In text format; empty if nothing comes over the case now.
  std::string CaseEvent();
  void PassTime();
  void RunDue();
  void RunEarly(const common::v1::AgendaItem& item);
  void Run(const common::v1::AgendaItem& item);
  // Compares with what was there at the last look.
  void Look();
  void LookAt(const std::string& case_id);
  void CheckAgenda(const std::string& case_id, const Owed& owed);
  void CheckKeys(const std::string& case_id, const Owed& owed);
  void CheckChange(const std::string& case_id, const common::v1::Obligation& before,
                   const common::v1::Obligation& after);
  void ReadNewEvents();
  void ReadFinding(const std::string& case_id, const std::string& event_id, const journal::v1::Event& event);
  std::string Where() const;

  World& world_;
  const std::vector<std::string> case_ids_;
  const unsigned seed_;
  std::vector<CommandMaker> makers_;
  bool comes_and_goes_ = false;
  std::function<void(google::protobuf::Message*)> tidy_;
  size_t turn_ = 0;
  int step_ = 0;
  Tally tally_;

  std::map<std::string, Owed> seen_;
  // Of the world's accepted decisions, those before this were seen at the last look.
  size_t seen_accepted_ = 0;
  // Case and event: those recorded since the last look, and of them the overdues that were lifted.
  std::set<std::pair<std::string, std::string>> new_events_;
  std::set<std::pair<std::string, std::string>> new_lifted_;
  // What has fired, ever: case, subject, the event that set the date, and what fired.
  std::set<std::string> fired_;
  // Of each case, what its standing findings tell, by their ids.
  std::map<std::string, std::map<std::string, std::string>> standing_;
};

}  // namespace whistle::testing

#endif  // WHISTLE_LIBS_TESTING_DATE_WALK_H_
