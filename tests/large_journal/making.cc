#include "tests/large_journal/making.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tests/large_journal/lives.h"
#include "tools/scenarios/registry_apply.h"
#include "tools/scenarios/registry_file.h"

namespace whistle::large_journal {
namespace {

// A life whose every act is refused so often in a row is over; what it was to have goes to the first case.
constexpr int kRefusedInARowMax = 100;
// The first case takes what others left, so it must be able to go on: this often in a row, and something is wrong.
constexpr int kRefusedInARowOfTheFirstMax = 10'000;

struct UnderWay {
  CaseFile file;
  Life life;
  uint64_t left;
  absl::Time act_at;
  int refused_in_a_row = 0;
};

struct Wake {
  absl::Time at;
  uint64_t number;
  // The earliest first; at one time, the first case first.
  bool operator<(const Wake& other) const { return at != other.at ? at > other.at : number > other.number; }
};

class Maker {
 public:
  Maker(Recorder& recorder, const MakingPlan& plan) : recorder_(recorder), plan_(plan), lengths_(LengthsOf(plan)) {}

  absl::Status Run(const std::function<void(absl::Time, uint64_t)>& progress) {
    Chance chance(plan_.seed);
    const absl::Duration whole = absl::Hours(24 * 365) * plan_.years;
    for (uint64_t number = 0; number < plan_.cases; ++number) {
      // In the first four fifths of the time, so that the last ones have a life too.
      const double share = number == 0 ? 0 : static_cast<double>(chance.Below(800'000)) / 1'000'000;
      wakes_.push({Millis(plan_.start + whole * share + absl::Minutes(5)), number});
    }
    end_ = plan_.start + whole;
    while (recorder_.tally().accepted < plan_.decisions) {
      if (wakes_.empty()) return absl::InternalError("no case can go on, and decisions are left to be made");
      const Wake wake = wakes_.top();
      wakes_.pop();
      WHISTLE_RETURN_IF_ERROR(Turn(wake));
      if (++turns_ % 1024 == 0) progress(wake.at, begun_);
    }
    return recorder_.status();
  }

 private:
  static absl::Time Millis(absl::Time time) { return absl::FromUnixMillis(absl::ToUnixMillis(time)); }

  absl::Status Turn(const Wake& wake) {
    const auto found = under_way_.find(wake.number);
    UnderWay& at = found == under_way_.end() ? Begin(wake) : *found->second;
    // The first case rests until others leave it something.
    if (at.left == 0) return GoOn(wake, at);
    const uint64_t accepted = recorder_.tally().accepted;
    if (at.file.version.value == 0) {
      at.life.Begin(recorder_, at.file, wake.at);
      at.act_at = at.life.Next(wake.at);
    } else if (at.file.due && base::FromProto(at.file.due->due_at()) <= wake.at) {
      recorder_.RunDue(at.file, wake.at);
    } else {
      at.life.Act(recorder_, at.file, wake.at, at.left == 1);
      at.act_at = at.life.Next(wake.at);
    }
    WHISTLE_RETURN_IF_ERROR(recorder_.status());
    if (recorder_.tally().accepted > accepted) {
      at.refused_in_a_row = 0;
      --at.left;
      WriteWhatDoesNotCount(at.file, wake.at);
    } else {
      ++at.refused_in_a_row;
    }
    return GoOn(wake, at);
  }

  UnderWay& Begin(const Wake& wake) {
    Chance chance(plan_.seed * 7'919 + wake.number);
    const uint64_t length = lengths_[wake.number];
    const absl::Duration left = end_ - wake.at;
    const absl::Duration span = wake.number == 0 ? left : std::min(left, absl::Hours(24 * chance.Between(30, 400)));
    ++begun_;
    return *under_way_
                .emplace(wake.number, std::make_unique<UnderWay>(UnderWay{recorder_.NewCase(wake.number),
                                                                          Life(plan_.seed, wake.number, length, span),
                                                                          length, wake.at}))
                .first->second;
  }

  absl::Status GoOn(const Wake& wake, UnderWay& at) {
    const bool first = wake.number == 0;
    if (first) {
      at.left += std::exchange(left_over_, 0);
      if (at.refused_in_a_row > kRefusedInARowOfTheFirstMax) {
        return absl::InternalError(absl::StrCat("case ", at.file.id, " cannot go on at version ", at.file.version.value,
                                                ": everything is refused"));
      }
    } else if (at.left == 0 || at.refused_in_a_row > kRefusedInARowMax) {
      left_over_ += at.left;
      under_way_.erase(wake.number);
      return absl::OkStatus();
    }
    absl::Time next = at.act_at;
    if (at.left == 0) {
      next = std::max(next, wake.at + absl::Hours(24));
    } else if (at.file.due) {
      // A moment passes before the agenda acts.
      next = std::min(next, std::max(base::FromProto(at.file.due->due_at()), wake.at + absl::Milliseconds(1500)));
    }
    wakes_.push({Millis(std::max(next, wake.at + absl::Milliseconds(1))), wake.number});
    return absl::OkStatus();
  }

  void WriteWhatDoesNotCount(const CaseFile& file, absl::Time now) {
    const uint64_t accepted = recorder_.tally().accepted;
    const auto owed = [&](uint64_t in_all) { return accepted * in_all / plan_.decisions; };
    while (superseded_ < owed(plan_.superseded)) {
      if (++superseded_ % 4 == 0) {
        recorder_.WriteGhost(file, now);
      } else {
        recorder_.WriteRival(file, now);
      }
    }
    while (malformed_ < owed(plan_.malformed)) recorder_.WriteMalformed(file, now, malformed_++);
  }

  Recorder& recorder_;
  const MakingPlan& plan_;
  const std::vector<uint64_t> lengths_;
  absl::Time end_;
  std::priority_queue<Wake> wakes_;
  std::unordered_map<uint64_t, std::unique_ptr<UnderWay>> under_way_;
  uint64_t left_over_ = 0;
  uint64_t begun_ = 0;
  uint64_t turns_ = 0;
  uint64_t superseded_ = 0;
  uint64_t malformed_ = 0;
};

}  // namespace

std::vector<uint64_t> LengthsOf(const MakingPlan& plan) {
  Chance chance(plan.seed ^ 0x1e'9675ull);
  std::vector<uint64_t> weights(plan.cases);
  for (uint64_t& weight : weights) weight = chance.LongTail();
  const uint64_t all = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  const uint64_t longest = std::min<uint64_t>(10'000, plan.decisions / 100);
  std::vector<uint64_t> lengths(plan.cases, 1);
  uint64_t left = plan.decisions - plan.cases;
  const uint64_t to_share = left - std::min(left, longest);
  for (size_t i = 1; i < lengths.size(); ++i) {
    const uint64_t share = weights[i] * to_share / all;
    lengths[i] += share;
    left -= share;
  }
  lengths[0] += left;
  return lengths;
}

absl::Status MakeRegistry(Recorder& recorder, const std::vector<std::string>& files, absl::Time now) {
  WHISTLE_ASSIGN_OR_RETURN(scenarios::RegistryContent content, scenarios::LoadRegistryFiles(files));
  content.organizations = Organizations();
  content.places.assign(content.organizations.size(), "large_journal");
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<scenarios::RegistryChange> changes,
                           scenarios::PlanRegistry(recorder.registry().state(), content));
  common::v1::Actor actor;
  actor.set_kind(common::v1::ACTOR_KIND_PETITIONER);
  for (const scenarios::RegistryChange& change : changes) {
    WHISTLE_RETURN_IF_ERROR(recorder.Registry(now, *change.request, actor));
    // Whoever stands at the top acts from then on.
    actor.set_kind(common::v1::ACTOR_KIND_ORGANIZATION);
    actor.set_organization_id(content.organizations.front().organization_id());
    now += absl::Seconds(1);
  }
  return absl::OkStatus();
}

absl::Status MakeCases(Recorder& recorder, const MakingPlan& plan,
                       const std::function<void(absl::Time, uint64_t)>& progress) {
  return Maker(recorder, plan).Run(progress);
}

}  // namespace whistle::large_journal
