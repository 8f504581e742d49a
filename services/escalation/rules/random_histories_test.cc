// Random histories of four organizations and three topics, told twice: to the service, and to a plain list that a
// reader of DOMAIN's table would judge by hand, pair by pair. It shares no code with the rules.
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "services/escalation/rules/given_rule_testing.h"

namespace whistle::escalation {
namespace {

const std::vector<std::string> kOrganizations = {"gas-company", "broadcast-company", "developer", "lanzhou"};
const std::vector<std::string> kTopics = {"occupancy", "meters", "permit"};

// When something happened, and its place in the history where that is the same: the time, the version, the number.
struct When {
  int hours = 0;
  int version = 0;
  int number = 1;
  bool operator<(const When& b) const {
    return std::tie(hours, version, number) < std::tie(b.hours, b.version, b.number);
  }
  std::string id() const { return absl::StrCat(version, ".", number); }
};

enum class Position { kNo, kYes, kUnknown };

struct Said {
  std::string topic;
  Position position = Position::kNo;
  std::string replaces;
};

struct Answered {
  When when;
  std::string organization;
  std::string stance;
  bool grounded = false;
  std::vector<std::string> to;
  std::string withdraws;
  std::vector<Said> said;
  bool accepts() const { return stance == "ACCEPTS" || stance == "CLAIMS_RESOLVED"; }
  bool takes_stance() const { return stance != "REPORTS_PROGRESS"; }
};

struct Imposed {
  When when;
  std::string organization;
  std::string topic;
  bool grounded = false;
  int response_version = 0;
  std::optional<When> met;
  std::optional<When> waived;
};

// What happened, corrections included.
struct History {
  std::vector<Answered> answers;
  std::vector<Imposed> conditions;
};

struct Found {
  v1::FindingRule rule;
  std::string organization;
  // A set: a correction may turn their order round.
  std::set<std::string> evidence;
  std::string subject;
  auto operator<=>(const Found&) const = default;
};

// --- the judge

const Answered* FindAnswer(const History& history, const std::string& id) {
  for (const Answered& answer : history.answers) {
    if (answer.when.id() == id) return &answer;
  }
  return nullptr;
}

bool Contradict(const History& history, const Answered& first, const Said& a, const Answered& second, const Said& b) {
  if (first.organization != second.organization || a.topic != b.topic || !(first.when < second.when)) return false;
  if (a.position == b.position || a.position == Position::kUnknown || a.replaces == second.when.id()) return false;
  for (const Answered& between : history.answers) {
    if (between.organization != first.organization || !(first.when < between.when) || second.when < between.when)
      continue;
    for (const Said& said : between.said) {
      if (said.topic == a.topic && !said.replaces.empty()) return false;
    }
  }
  return true;
}

bool Disavows(const Imposed& condition, const Answered& answer, const Said& said) {
  return answer.organization == condition.organization && said.topic == condition.topic &&
         said.position == Position::kNo && said.replaces.empty() && condition.when < answer.when &&
         !(condition.waived && *condition.waived < answer.when);
}

bool MovesGoalpost(const Imposed& met, const Imposed& imposed) {
  return met.met && met.organization == imposed.organization && met.when < imposed.when && *met.met < imposed.when &&
         met.response_version != imposed.response_version;
}

bool PassesOn(const History& history, const Answered& deferral, const std::string& to, const When& then) {
  if (deferral.organization == to || then < deferral.when) return false;
  const Answered* before = nullptr;
  bool turned = false;
  for (const Answered& other : history.answers) {
    if (then < other.when) continue;
    if (deferral.when < other.when && other.when < then) {
      if (other.withdraws == deferral.when.id()) return false;
      if (other.accepts() && (other.organization == to || other.organization == deferral.organization)) return false;
    }
    if (other.organization != to || !other.takes_stance()) continue;
    if (deferral.when < other.when) turned = true;
    if (other.when < deferral.when && (before == nullptr || before->when < other.when)) before = &other;
  }
  return before == nullptr || !before->accepts() || turned;
}

bool Withdraws(const History& history, const Answered& answer) {
  const Answered* deferral = FindAnswer(history, answer.withdraws);
  if (deferral == nullptr || deferral->organization != answer.organization) return false;
  const Answered* stance = nullptr;
  for (const Answered& other : history.answers) {
    if (other.organization != answer.organization || !other.takes_stance() || answer.when < other.when) continue;
    if (stance == nullptr || stance->when < other.when) stance = &other;
  }
  return stance == nullptr || !stance->accepts();
}

// Whether these make a loop, or three hops, in this order.
bool IsWay(const History& history, const std::vector<const Answered*>& way) {
  When then;
  for (const Answered* answer : way) then = std::max(then, answer->when, [](auto& a, auto& b) { return a < b; });
  std::set<std::string> passed;
  for (size_t i = 0; i < way.size(); ++i) {
    if (way[i]->stance != "DEFERS" || !passed.insert(way[i]->organization).second) return false;
    if (i + 1 == way.size()) break;
    const auto& to = way[i]->to;
    const std::string& next = way[i + 1]->organization;
    if (std::find(to.begin(), to.end(), next) == to.end() || !PassesOn(history, *way[i], next, then)) return false;
  }
  for (const std::string& end : way.back()->to) {
    if (!PassesOn(history, *way.back(), end, then)) continue;
    if (end == way.front()->organization || (way.size() == 3 && !passed.contains(end))) return true;
  }
  return false;
}

// Whether some of `free`, in some order, make a way on from `way`; all of them if `all`.
bool MakeWay(const History& history, std::vector<const Answered*>& way, const std::vector<const Answered*>& free,
             bool all) {
  if (way.size() > kOrganizations.size()) return false;
  if (way.size() >= 2 && (!all || way.size() == free.size()) && IsWay(history, way)) return true;
  for (const Answered* next : free) {
    if (next->stance != "DEFERS" || std::find(way.begin(), way.end(), next) != way.end()) continue;
    if (!way.empty() &&
        std::find(way.back()->to.begin(), way.back()->to.end(), next->organization) == way.back()->to.end()) {
      continue;
    }
    way.push_back(next);
    if (MakeWay(history, way, free, all)) return true;
    way.pop_back();
  }
  return false;
}

// Every pair and single that could be a finding, ways excepted.
std::set<Found> AllBut(const History& history) {
  std::set<Found> all;
  for (const Answered& answer : history.answers) {
    if (answer.stance == "REFUSES" && !answer.grounded) {
      all.insert({v1::FINDING_RULE_UNGROUNDED, answer.organization, {answer.when.id()}, ""});
    }
    for (const Answered& later : history.answers) {
      for (const Said& a : answer.said) {
        for (const Said& b : later.said) {
          if (!Contradict(history, answer, a, later, b)) continue;
          all.insert(
              {v1::FINDING_RULE_CONTRADICTION, answer.organization, {answer.when.id(), later.when.id()}, a.topic});
        }
      }
    }
  }
  for (const Imposed& condition : history.conditions) {
    const std::string id = condition.when.id();
    if (!condition.grounded) all.insert({v1::FINDING_RULE_UNGROUNDED, condition.organization, {id}, id});
    for (const Answered& answer : history.answers) {
      for (const Said& said : answer.said) {
        if (!Disavows(condition, answer, said)) continue;
        all.insert({v1::FINDING_RULE_DISAVOWED_CONDITION, condition.organization, {id, answer.when.id()}, id});
      }
    }
    for (const Imposed& met : history.conditions) {
      if (!MovesGoalpost(met, condition)) continue;
      all.insert({v1::FINDING_RULE_GOALPOST_MOVED, condition.organization, {met.met->id(), id}, id});
    }
  }
  return all;
}

// What an event counts as: for what is said, the event and the topic; for a condition its demand as well.
std::set<std::string> Counted(const History& history, const Found& found) {
  std::set<std::string> counted;
  std::string topic = found.subject;
  for (const Imposed& condition : history.conditions) {
    if (condition.when.id() == found.subject) topic = condition.topic;
  }
  for (const std::string& id : found.evidence) {
    const bool statement = FindAnswer(history, id) != nullptr && (found.rule == v1::FINDING_RULE_CONTRADICTION ||
                                                                  found.rule == v1::FINDING_RULE_DISAVOWED_CONDITION);
    counted.insert(statement ? absl::StrCat(id, "/", topic) : id);
    for (const Imposed& condition : history.conditions) {
      if (found.rule != v1::FINDING_RULE_GOALPOST_MOVED || condition.when.id() != id) continue;
      counted.insert(absl::StrCat("demand ", condition.response_version, "/", condition.organization));
    }
  }
  return counted;
}

// Standing findings are true, count nothing twice, and tell everything there is.
void Judge(const History& history, const std::set<Found>& standing) {
  const std::set<Found> all = AllBut(history);
  std::map<v1::FindingRule, std::set<std::string>> counted;
  std::vector<const Answered*> free;
  for (const Found& found : standing) {
    const std::string text = absl::StrCat(NameOf(found.rule), " of ", found.organization, " by ",
                                          absl::StrJoin(found.evidence, ", "), " about ", found.subject);
    for (const std::string& id : Counted(history, found)) {
      EXPECT_TRUE(counted[found.rule].insert(id).second) << text << " counts " << id << " again";
    }
    if (found.rule == v1::FINDING_RULE_BUCK_PASSING) {
      std::vector<const Answered*> group;
      const Answered* closing = nullptr;
      bool withdrawal = false;
      for (const std::string& id : found.evidence) {
        group.push_back(FindAnswer(history, id));
        if (closing == nullptr || closing->when < group.back()->when) closing = group.back();
        withdrawal |= group.back()->withdraws == found.subject && Withdraws(history, *group.back()) &&
                      group.back()->organization == found.organization;
      }
      std::vector<const Answered*> way;
      EXPECT_TRUE(withdrawal || (closing->organization == found.organization && MakeWay(history, way, group, true)))
          << text << " is not so";
      continue;
    }
    // Of a demand of several conditions, the first is what it is about.
    Found pair = found;
    if (found.rule == v1::FINDING_RULE_GOALPOST_MOVED) {
      std::erase_if(pair.evidence, [&](const std::string& id) {
        return id != found.subject && std::any_of(history.conditions.begin(), history.conditions.end(),
                                                  [&](const Imposed& c) { return c.when.id() == id; });
      });
    }
    EXPECT_TRUE(all.contains(pair)) << text << " is not so";
  }
  for (const Found& one : all) {
    std::set<std::string> its = Counted(history, one);
    std::erase_if(its, [&](const std::string& id) { return !counted[one.rule].contains(id); });
    EXPECT_FALSE(its.empty()) << NameOf(one.rule) << " of " << one.organization << " by "
                              << absl::StrJoin(one.evidence, ", ") << " about " << one.subject << " is missing";
  }
  for (const Answered& answer : history.answers) {
    if (counted[v1::FINDING_RULE_BUCK_PASSING].contains(answer.when.id())) continue;
    EXPECT_FALSE(Withdraws(history, answer)) << "the withdrawal " << answer.when.id() << " is missing";
    free.push_back(&answer);
  }
  std::vector<const Answered*> way;
  EXPECT_FALSE(MakeWay(history, way, free, false))
      << "buck-passing is missing: "
      << absl::StrJoin(way, " → ", [](std::string* out, auto* answer) { absl::StrAppend(out, answer->when.id()); });
}

// --- the walk

class Walk {
 public:
  Walk(unsigned seed, bool with_changes)
      : random_(seed),
        with_changes_(with_changes),
        scenario_(GivenInHandling("lanzhou-petition-office",
                                  PolicyWith({v1::FINDING_RULE_UNGROUNDED, v1::FINDING_RULE_CONTRADICTION,
                                              v1::FINDING_RULE_DISAVOWED_CONDITION, v1::FINDING_RULE_GOALPOST_MOVED,
                                              v1::FINDING_RULE_BUCK_PASSING}))) {
    scenario_.At(Date(now_));
  }

  void Step() {
    now_ += static_cast<int>(Below(30));
    scenario_.At(Date(now_));
    const size_t what = Below(12);
    if (what < 6) return Answer();
    if (what < 8) return Impose();
    if (what < 10) return Settle();
    if (with_changes_) return Correct();
  }

  void Look() { scenario_.WhenTheAgendaRuns(); }

  std::set<Found> Standing() {
    std::map<std::string, Found> standing;
    raised_.clear();
    lifted_ = 0;
    for (const testing::Accepted& accepted : scenario_.world().accepted()) {
      const journal::v1::Event& event = accepted.decision.events(0);
      if (event.has_finding_lifted()) {
        EXPECT_EQ(standing.erase(event.finding_lifted().finding_id()), 1u) << "lifted twice";
        ++lifted_;
      }
      if (!event.has_finding_raised()) continue;
      const v1::FindingRaised& raised = event.finding_raised();
      ++raised_[raised.rule()];
      standing[domain::MakeEventId(accepted.version, 1)] = {
          raised.rule(),
          raised.organization().organization_id(),
          {raised.evidence_event_ids().begin(), raised.evidence_event_ids().end()},
          raised.subject()};
    }
    std::set<Found> found;
    for (const auto& [id, one] : standing) EXPECT_TRUE(found.insert(one).second) << "found twice";
    return found;
  }

  const History& history() const { return history_; }
  const std::map<v1::FindingRule, int>& raised() const { return raised_; }
  int lifted() const { return lifted_; }

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  static std::string Date(int hours) { return base::TimeText(base::EarliestTime() + absl::Hours(hours)); }
  const std::string& AnyOrganization() { return kOrganizations[Below(kOrganizations.size())]; }
  int NextVersion() { return static_cast<int>(scenario_.world().VersionOf("case-1").value) + 1; }

  // Now, or some days ago.
  When Happens() {
    When when = {now_, NextVersion(), 1};
    if (with_changes_ && OneIn(3)) when.hours -= static_cast<int>(Below(400));
    scenario_.Occurred(Date(when.hours));
    return when;
  }

  Said Says(const std::string& topic, const std::string& organization) {
    Said said = {topic, static_cast<Position>(Below(3)), ""};
    if (!OneIn(3)) return said;
    for (const Answered& answer : history_.answers) {
      for (const Said& before : answer.said) {
        if (answer.organization == organization && before.topic == topic) said.replaces = answer.when.id();
      }
    }
    return said;
  }

  void Answer() {
    static const std::vector<std::string> kStances = {"ACCEPTS", "REFUSES", "DEFERS",          "DEFERS",
                                                      "DEFERS",  "DEFERS",  "CLAIMS_RESOLVED", "REPORTS_PROGRESS"};
    Answered answer = {Happens(), AnyOrganization(), kStances[Below(kStances.size())], OneIn(2), {}, "", {}};
    std::string text = absl::StrCat("stance: STANCE_", answer.stance);
    if (answer.grounded) absl::StrAppend(&text, " grounds { document: 'd' }");
    for (size_t i = 1 + Below(2); answer.stance == "DEFERS" && i > 0; --i) {
      const std::string& to = AnyOrganization();
      if (to == answer.organization || std::find(answer.to.begin(), answer.to.end(), to) != answer.to.end()) continue;
      answer.to.push_back(to);
      absl::StrAppend(&text, " defers_to { organization_id: '", to, "' }");
    }
    for (const Answered& before : history_.answers) {
      const bool own = before.organization == answer.organization && before.stance == "DEFERS";
      if (own && OneIn(8)) answer.withdraws = before.when.id();
    }
    absl::StrAppend(&text, " withdraws_event_id: '", answer.withdraws, "'");
    for (const std::string& topic : kTopics) {
      if (!OneIn(4)) continue;
      const Said said = Says(topic, answer.organization);
      absl::StrAppend(&text, " statements { topic: '", topic, "' replaces_event_id: '", said.replaces, "' ",
                      said.position == Position::kUnknown ? "unknown: true"
                      : said.position == Position::kYes   ? "holds: true"
                                                          : "holds: false",
                      " }");
      answer.said.push_back(said);
    }
    history_.answers.push_back(answer);
    scenario_.Event(Organization(answer.organization), escalation::Answer(answer.organization, text));
  }

  void Impose() {
    Imposed condition = {Happens(), AnyOrganization(), "", OneIn(2), 0, {}, {}};
    condition.response_version = condition.when.version;
    history_.answers.push_back({condition.when, condition.organization, "CONDITIONAL", true, {}, "", {}});
    const std::string grounds = condition.grounded ? "grounds { document: 'd' }" : "";
    std::vector<std::string> events = {
        escalation::Answer(condition.organization, "stance: STANCE_CONDITIONAL grounds { document: 'd' }")};
    for (const std::string& topic : kTopics) {
      if (!OneIn(2)) continue;
      ++condition.when.number;
      condition.topic = topic;
      history_.conditions.push_back(condition);
      events.push_back(
          Condition(condition.organization, topic, absl::StrCat(condition.response_version, ".1"), grounds));
    }
    scenario_.Events(Organization(condition.organization), events);
  }

  // One that is open is met or waived.
  void Settle() {
    std::vector<Imposed*> open;
    for (Imposed& condition : history_.conditions) {
      if (!condition.met && !condition.waived) open.push_back(&condition);
    }
    if (open.empty()) return;
    Imposed& condition = *open[Below(open.size())];
    const bool waived = OneIn(3);
    (waived ? condition.waived : condition.met) = Happens();
    scenario_.Event(
        Organization(condition.organization),
        absl::StrCat("condition_", waived ? "waived" : "met", " { condition_id: '", condition.when.id(), "' }"));
  }

  void CorrectTime(When& when) {
    when.hours = std::max(1, now_ - static_cast<int>(Below(400)));
    const std::string json = absl::StrCat("'\"", Date(when.hours), "\"'");
    scenario_.Event(Organization("lanzhou"), absl::StrCat("response_entry_corrected { event_id: '", when.id(),
                                                          "' fields { path: 'occurred_at' is: ", json, " } }"));
  }

  void CorrectOrganization(const When& when, const std::string& path, std::string& organization) {
    organization = AnyOrganization();
    scenario_.Event(Organization("lanzhou"), PutRightOrganization("response", when.id(), path, organization));
  }

  void Correct() {
    if (OneIn(2) && !history_.answers.empty()) {
      Answered& answer = history_.answers[Below(history_.answers.size())];
      if (OneIn(2)) return CorrectTime(answer.when);
      if (answer.to.empty() || OneIn(2)) return CorrectOrganization(answer.when, "department", answer.organization);
      return CorrectOrganization(answer.when, "defers_to[0]", answer.to[0]);
    }
    if (history_.conditions.empty()) return;
    Imposed& condition = history_.conditions[Below(history_.conditions.size())];
    if (condition.met && OneIn(2)) return CorrectTime(*condition.met);
    if (condition.waived && OneIn(2)) return CorrectTime(*condition.waived);
    if (OneIn(2)) return CorrectTime(condition.when);
    CorrectOrganization(condition.when, "department", condition.organization);
  }

  std::mt19937 random_;
  const bool with_changes_;
  decltype(GivenInHandling()) scenario_;
  // Since the earliest time there is: long after the case began.
  int now_ = 24 * 365 * 130;
  History history_;
  std::map<v1::FindingRule, int> raised_;
  int lifted_ = 0;
};

TEST(RandomHistoriesTest, StandingFindingsAreTrueCountNothingTwiceAndTellAll) {
  std::map<v1::FindingRule, int> raised;
  int lifted = 0;
  for (unsigned seed = 1; seed <= 60 && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Walk walk(seed, true);
    for (int step = 1; step <= 60 && !HasFailure(); ++step) {
      SCOPED_TRACE(absl::StrCat("step ", step));
      walk.Step();
      // Not always at once: a service may be paused.
      if ((seed + step) % (1 + seed % 4) != 0) continue;
      walk.Look();
      Judge(walk.history(), walk.Standing());
    }
    for (const auto& [rule, count] : walk.raised()) raised[rule] += count;
    lifted += walk.lifted();
  }
  // A property that never met a finding proves nothing.
  EXPECT_EQ(raised.size(), 5u);
  for (const auto& [rule, count] : raised) EXPECT_GT(count, 100) << NameOf(rule);
  EXPECT_GT(lifted, 100);
}

TEST(RandomHistoriesTest, TheSameHistoryGivesTheSameFindings) {
  for (unsigned seed = 1; seed <= 10 && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Walk once(seed, true);
    Walk again(seed, true);
    for (int step = 0; step < 60; ++step) {
      for (Walk* walk : {&once, &again}) {
        walk->Step();
        walk->Look();
      }
    }
    EXPECT_EQ(once.Standing(), again.Standing());
    EXPECT_EQ(once.raised(), again.raised());
  }
}

// Where nothing is entered late or put right. Versions differ, as findings stand between: what is compared is how many.
TEST(RandomHistoriesTest, ItDoesNotMatterWhenItIsLooked) {
  for (unsigned seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Walk at_once(seed, false);
    Walk at_last(seed, false);
    for (int step = 0; step < 60; ++step) {
      at_once.Step();
      at_once.Look();
      at_last.Step();
    }
    at_last.Look();
    Judge(at_once.history(), at_once.Standing());
    Judge(at_last.history(), at_last.Standing());
    EXPECT_EQ(at_once.raised(), at_last.raised());
    EXPECT_EQ(at_once.lifted() + at_last.lifted(), 0);
  }
}

}  // namespace
}  // namespace whistle::escalation
