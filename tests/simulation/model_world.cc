#include "tests/simulation/model_world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/journal/genesis.h"

namespace whistle::engine::model {
namespace {

using google::protobuf::Int64Value;

constexpr const char* kOffices[] = {"water", "roads", "parks"};

// The model's model: a switch. On refuses when it is on, Off when it is off, so that a refusal that was true a moment
// ago is false now.
domain::Model SwitchModel() {
  domain::Model model = testing::ToyModel();
  model.evolve = [](google::protobuf::Message& state, const journal::v1::Event& event, const domain::EventRef&) {
    static_cast<Int64Value&>(state).set_value(event.has_contact_recorded() ? 1 : 0);
  };
  return model;
}

// An office, where one is named, must be in the registry that the decision is made under.
std::function<domain::Outcome(const google::protobuf::Message&, domain::Context&)> Turn(bool on, std::string office) {
  return [on, office = std::move(office)](const google::protobuf::Message& state,
                                          domain::Context& context) -> domain::Outcome {
    if (!office.empty() && context.registry->Find(office) == nullptr) {
      return domain::NotFound("unknown_organization", office, absl::StrCat("unknown: ", office));
    }
    if ((static_cast<const Int64Value&>(state).value() != 0) == on) {
      return domain::Already(on ? "on" : "off", "switch", "");
    }
    context.actor.set_organization_id(office);
    journal::v1::Event event = context.NewEvent();
    if (on) {
      event.mutable_contact_recorded();
    } else {
      event.mutable_petitioner_joined();
    }
    return domain::Events{event};
  };
}

RegistryPoint MakePoint(uint64_t version, std::set<std::string> offices) {
  registry::v1::RegistryState state;
  for (const std::string& office : offices) state.add_organizations()->set_organization_id(office);
  return {version, std::move(offices), std::make_shared<registry::Registry>(version, std::move(state))};
}

std::string AnswerText(const Answer& answer) {
  if (std::holds_alternative<common::v1::Receipt>(answer)) return "receipt";
  if (const auto* rejection = std::get_if<domain::Rejection>(&answer)) return rejection->message;
  return std::get<absl::Status>(answer).ToString();
}

}  // namespace

const journal::Identity& Channel::identity() const { return world_.identity(); }

void Channel::Append(base::PartitionId, journal::Record record, AppendDone done) {
  world_.Append(instance_, std::move(record), std::move(done));
}

void Channel::End(base::PartitionId partition, EndDone done) {
  world_.AskEnd(instance_, partition.is_registry(), std::move(done));
}

World::World(uint64_t seed, bool verbose)
    : random_(seed), verbose_(verbose), clock_(absl::FromUnixSeconds(1'600'000'000)), model_(SwitchModel()) {
  identity_.uuid = "model";
  identity_.partition_count = 1;
  identity_.created_at = clock_.Now();
  log_.push_back({base::Offset{0}, clock_.Now(), journal::GenesisRecord(identity_, base::PartitionId::Case(0))});
  writers_.emplace_back();
  registry_.push_back(MakePoint(0, {}));
  registry_.push_back(MakePoint(1, {kOffices[0]}));
  instances_.resize(2 + Below(2));
  for (size_t i = 0; i < instances_.size(); ++i) StartInstance(static_cast<int>(i), /*keep_store=*/false);
}

void World::Run() {
  const int steps = 30 + static_cast<int>(Below(60));
  for (int i = 0; i < steps && fault_.empty(); ++i) Step();
  if (fault_.empty()) ComeToRest();
}

void World::Say(const std::string& what) {
  if (verbose_) std::printf("%s  end %ld  %s\n", base::TimeText(clock_.Now()).c_str(), end(), what.c_str());
}

void World::Fault(std::string what) {
  if (fault_.empty()) fault_ = std::move(what);
}

void World::Append(int instance, journal::Record record, journal::Journal::AppendDone done) {
  flying_.push_back({instance, {instances_[instance].life, deciding_}, std::move(record), std::move(done)});
}

// The end of some moment between the call and the answer, at once or later; or the journal does not know.
void World::AskEnd(int instance, bool of_registry, journal::Journal::EndDone done) {
  const int64_t now = of_registry ? registry_end() : end();
  if (faults_ && Chance(3)) return std::move(done)(absl::UnavailableError("no answer"));
  if (faults_ && Chance(25)) return ends_.push_back({instance, of_registry, now, std::move(done)});
  std::move(done)(base::Offset{now});
}

void World::AnswerEnd() {
  if (ends_.empty()) return;
  const size_t which = Below(ends_.size());
  EndAsked asked = std::move(ends_[which]);
  ends_.erase(ends_.begin() + static_cast<std::ptrdiff_t>(which));
  if (faults_ && Chance(5)) {
    std::move(asked.done)(absl::UnavailableError("no answer"));
  } else {
    const int64_t now = asked.of_registry ? registry_end() : end();
    std::move(asked.done)(base::Offset{Chance(50) ? asked.end_at_call : now});
  }
  RunPosted(asked.instance);
}

void World::StartInstance(int i, bool keep_store) {
  Instance& instance = instances_[i];
  if (!keep_store || !instance.store) {
    instance.store = std::make_unique<projection::MemoryStore>();
    instance.registry_folded = 0;
  }
  instance.life = ++lives_;
  instance.executor = std::make_shared<BoundedExecutor>();
  instance.channel = std::make_unique<Channel>(this, i);
  if (!instance.clock) instance.clock = std::make_unique<OffsetClock>(&clock_);
  instance.acknowledged.clear();
  instance.unread.clear();
  auto fold = PartitionFold::Open({.model = &model_,
                                   .store = instance.store.get(),
                                   .partition = base::PartitionId::Case(0),
                                   .identity = identity_,
                                   .cases_cached_max = 1 + Below(4)});
  const auto folded = [this, i] { return instances_[i].registry_folded; };
  instance.strand = std::make_unique<Strand>(
      *std::move(fold),
      Strand::World{.journal = instance.channel.get(),
                    .clock = instance.clock.get(),
                    .wall_clock = &clock_,
                    .executor = instance.executor,
                    .observer = &observer_,
                    .registry = [this, folded] { return registry_[static_cast<size_t>(folded())].registry; },
                    .registry_next_offset = [folded] { return base::Offset{folded()}; }},
      StrandOptions{.seed = random_()});
}

void World::RunPosted(int i) {
  Instance& instance = instances_[i];
  if (Paused(instance)) return;
  if (!instance.executor->RunAll()) Fault(absl::StrCat("instance ", i, " never comes to rest"));
  for (const int64_t offset : std::exchange(instance.acknowledged, {})) {
    if (offset >= instance.strand->fold().next_offset().value) instance.unread[offset] = clock_.Now();
  }
}

void World::Step() {
  const int i = static_cast<int>(Below(instances_.size()));
  const uint64_t kind = Below(1000);
  if (kind < 200) {
    SubmitAny(i);
  } else if (kind < 430) {
    Land();
  } else if (kind < 680) {
    Read(i, 1 + static_cast<int64_t>(Below(4)));
  } else if (kind < 780) {
    PassTime(absl::Milliseconds(1 + Below(12)));
  } else if (kind < 815) {
    PassTime(absl::Milliseconds(Below(20000)));
  } else if (kind < 850) {
    LoseTrack();
  } else if (kind < 880) {
    AnswerEnd();
  } else if (kind < 905) {
    MoveRegistry();
  } else if (kind < 940) {
    FoldRegistry(i, 1 + static_cast<int64_t>(Below(3)));
  } else if (kind < 955) {
    SetClock(i);
  } else if (kind < 962) {
    Say(absl::StrCat("the reader of instance ", i, " is gone"));
    instances_[i].reader_gone_until = clock_.Now() + absl::Milliseconds(Below(30000));
  } else if (kind < 970) {
    Halt(i);
  } else if (kind < 985) {
    PauseInstance(i);
  } else {
    Crash(i);
  }
}

void World::SubmitAny(int i) {
  // Often a retry of an earlier command, through any instance, perhaps before the first was answered.
  Submit(i, !told_.empty() && Chance(30) ? told_[Below(told_.size())].get() : nullptr);
  if (told_.empty()) return;
  // Or the same at the same time, here and elsewhere.
  const Told same = *told_.back();
  if (Chance(15)) Submit(i, &same);
  if (Chance(15)) Submit(static_cast<int>(Below(instances_.size())), &same);
}

void World::Submit(int i, const Told* before) {
  auto told = std::make_unique<Told>();
  if (before != nullptr) {
    told->case_id = before->case_id;
    told->request_id = before->request_id;
    told->on = before->on;
    told->body = Chance(95) ? before->body : before->body + 1;
    told->office = before->office;
  } else {
    told->case_id = Chance(80) ? "hot" : "cold";
    told->request_id = absl::StrCat("r", told_.size());
    told->on = Chance(50);
    if (Chance(30)) told->office = kOffices[Below(std::size(kOffices))];
  }
  const uint64_t patience_ms = Chance(80) ? 5000 : Chance(50) ? 30000 : 1 + Below(60);
  told->deadline = clock_.Now() + absl::Milliseconds(patience_ms);
  Take(i, std::move(told));
}

void World::SubmitProbe(int i, const std::string& case_id) {
  auto told = std::make_unique<Told>();
  told->case_id = case_id;
  told->request_id = absl::StrCat("r", told_.size());
  told->on = Chance(50);
  if (Chance(50)) told->office = kOffices[Below(std::size(kOffices))];
  told->deadline = clock_.Now() + absl::Seconds(5);
  Take(i, std::move(told));
}

void World::Take(int i, std::unique_ptr<Told> told) {
  Instance& instance = instances_[i];
  if (Paused(instance)) return;
  const size_t number = told_.size();
  told->instance = i;
  told->life = instance.life;
  told->called_at = clock_.Now();
  told->end_at_call = end();
  told->registry_end_at_call = registry_end();
  Say(absl::StrCat("instance ", i, " takes ", number, ": ", told->request_id, told->on ? " on " : " off ",
                   told->case_id, " body ", told->body, " ", told->office));
  Command command;
  command.case_id = told->case_id;
  command.client = "client";
  command.request_id = told->request_id;
  command.method = "Turn";
  command.fingerprint = base::Sha256(absl::StrCat(told->on, told->body, told->office));
  command.deadline = told->deadline;
  command.decide = [this, number, decide = Turn(told->on, told->office)](const google::protobuf::Message& state,
                                                                         domain::Context& context) {
    deciding_ = number;
    return decide(state, context);
  };
  command.done = [this, number](Answer answer) {
    Told& told = *told_[number];
    if (++told.answers > 1) return Fault(absl::StrCat("command ", number, " was answered twice"));
    told.answered_at = clock_.Now();
    told.end_at_answer = end();
    told.registry_end_at_answer = registry_end();
    Say(absl::StrCat("  answer to ", number, ": ", AnswerText(answer)));
    told.answer = std::move(answer);
  };
  told_.push_back(std::move(told));
  instance.strand->Submit(std::move(command));
  RunPosted(i);
}

// The oldest append of some instance lands; the journal keeps the order of one sender.
void World::Land() {
  if (flying_.empty() || (!ghosts_.empty() && Chance(25))) return LandGhost();
  const int i = flying_[Below(flying_.size())].instance;
  const auto it = std::find_if(flying_.begin(), flying_.end(), [&](const Flying& f) { return f.instance == i; });
  Flying flying = std::move(*it);
  flying_.erase(it);
  Put(flying.writer, flying.record);
  if (faults_ && Chance(8)) ghosts_.push_back({flying.writer, flying.record});  // It will land a second time.
  if (faults_ && Chance(6)) {
    Say(absl::StrCat("  of instance ", i, ", and it is not told"));
    std::move(flying.done)(absl::DeadlineExceededError("no answer"));
  } else {
    instances_[i].acknowledged.push_back(log_.back().offset.value);
    std::move(flying.done)(journal::Appended{log_.back().offset, log_.back().stamp});
  }
  RunPosted(i);
}

void World::LandGhost() {
  if (ghosts_.empty()) return;
  const size_t which = Below(ghosts_.size());
  Put(ghosts_[which].writer, ghosts_[which].record);
  ghosts_.erase(ghosts_.begin() + static_cast<std::ptrdiff_t>(which));
}

// A sender hears that the outcome is unknown and the record lands later, or never; or that it was refused unwritten.
void World::LoseTrack() {
  if (flying_.empty()) return;
  const size_t which = Below(flying_.size());
  Flying flying = std::move(flying_[which]);
  flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(which));
  const bool refused = Chance(20);
  Say(absl::StrCat("instance ", flying.instance, refused ? " has an append refused" : " loses track of an append"));
  if (!refused && Chance(60)) ghosts_.push_back({flying.writer, flying.record});
  std::move(flying.done)(refused ? absl::ResourceExhaustedError("too much waits")
                                 : absl::DeadlineExceededError("no answer"));
  RunPosted(flying.instance);
}

void World::Put(Writer writer, const journal::Record& record) {
  if (verbose_) {
    journal::v1::Decision decision;
    decision.ParseFromString(record.value);
    const auto shortly = [](absl::string_view digest) { return absl::BytesToHexString(digest.substr(0, 3)); };
    Say(absl::StrCat("lands at ", end(), " of life ", writer.life, " for ", writer.command, ": ",
                     decision.request().request_id(), " on ", decision.case_id(), ", ",
                     shortly(base::Sha256(record.value).bytes()), " after ", shortly(decision.parent()),
                     ", decided at ", base::TimeText(base::FromProto(decision.decided_at()))));
  }
  log_.push_back({base::Offset{end()}, clock_.Now(), record});
  writers_.push_back(writer);
}

void World::Read(int i, int64_t most) {
  Instance& instance = instances_[i];
  if (Paused(instance)) return;
  const int64_t from = instance.strand->fold().next_offset().value;
  const int64_t count = instance.reader_gone_until > clock_.Now() ? 0 : std::min(most, end() - from);
  if (count > 0) {
    Say(absl::StrCat("instance ", i, " reads ", from, " to ", from + count - 1));
    const absl::Status status =
        instance.strand->OnRecords(absl::MakeSpan(log_).subspan(static_cast<size_t>(from), static_cast<size_t>(count)));
    if (!status.ok()) Fault(absl::StrCat("an instance stopped: ", status.ToString()));
    instance.unread.erase(instance.unread.begin(), instance.unread.lower_bound(from + count));
  }
  RunPosted(i);
}

// A further record in the registry's log: mostly a decision, by which an office comes or goes; or one that does not
// count.
void World::MoveRegistry() {
  RegistryPoint point = registry_.back();
  if (Chance(80)) {
    const std::string office = kOffices[Below(std::size(kOffices))];
    std::set<std::string> offices = point.offices;
    if (offices.erase(office) == 0) offices.insert(office);
    point = MakePoint(point.version + 1, std::move(offices));
  }
  registry_.push_back(std::move(point));
  Say(absl::StrCat("the registry's end is ", registry_end(), ", version ", registry_.back().version));
}

void World::FoldRegistry(int i, int64_t most) {
  Instance& instance = instances_[i];
  if (Paused(instance) || instance.registry_folded == registry_end()) return;
  instance.registry_folded = std::min(instance.registry_folded + most, registry_end());
  Say(absl::StrCat("instance ", i, " folds the registry to ", instance.registry_folded));
  instance.strand->OnRegistry();
  RunPosted(i);
}

void World::SetClock(int i) {
  constexpr int kWrongBySeconds[] = {3, -3, 6, -6, 20, -20};
  const bool right = Chance(40);
  instances_[i].clock->offset = absl::Seconds(right ? 0 : kWrongBySeconds[Below(std::size(kWrongBySeconds))]);
  Say(absl::StrCat("the clock of instance ", i, " is wrong by ", absl::FormatDuration(instances_[i].clock->offset)));
}

void World::PauseInstance(int i) {
  Instance& instance = instances_[i];
  if (Paused(instance)) instance.pauses.back().until = clock_.Now();
  instance.pauses.push_back({clock_.Now(), clock_.Now() + absl::Milliseconds(Below(30000))});
  Say(absl::StrCat("instance ", i, " is paused"));
}

// Time passes, and every instance that is awake is woken when it asked to be.
void World::PassTime(absl::Duration by) {
  const absl::Time until = clock_.Now() + by;
  while (true) {
    absl::Time next = until;
    for (const Instance& instance : instances_) {
      absl::Time wake = instance.strand->NextWake();
      if (Paused(instance)) wake = instance.pauses.back().until;
      next = std::min(next, std::max(wake, clock_.Now()));
    }
    clock_.Set(next);
    bool woke = false;
    for (int i = 0; i < static_cast<int>(instances_.size()); ++i) {
      Instance& instance = instances_[i];
      if (Paused(instance)) continue;
      RunPosted(i);
      if (instance.strand->NextWake() <= clock_.Now()) {
        instance.strand->OnWake();
        RunPosted(i);
        woke = true;
      }
      CheckStalled(i);
    }
    if (!fault_.empty() || (next >= until && !woke)) return;
  }
}

// Nobody waits on a dead reader: what was acknowledged so long ago and not read leaves nobody waiting.
void World::CheckStalled(int i) {
  Instance& instance = instances_[i];
  if (instance.unread.empty() || clock_.Now() - instance.unread.begin()->second < StrandOptions().stalled_after) return;
  if (instance.strand->unanswered() != 0) {
    Fault(absl::StrCat("instance ", i, " lets callers wait though its reader brings nothing"));
  }
  instance.unread.clear();
}

void World::Crash(int i) {
  Say(absl::StrCat("instance ", i, " crashes"));
  // What it had sent may land or not; nobody is told.
  for (auto it = flying_.begin(); it != flying_.end();) {
    if (it->instance != i) {
      ++it;
      continue;
    }
    if (Chance(50)) ghosts_.push_back({it->writer, it->record});
    it = flying_.erase(it);
  }
  for (const auto& told : told_) {
    if (told->instance == i && !told->answer) told->broke = true;
  }
  Instance& instance = instances_[i];
  instance.strand.reset();
  if (Paused(instance)) instance.pauses.back().until = clock_.Now();
  StartInstance(i, Chance(70));
}

// The partition's reader is dead: whoever waits must be told at once, and may retry elsewhere.
void World::Halt(int i) {
  if (Paused(instances_[i])) return;
  Say(absl::StrCat("instance ", i, " halts"));
  instances_[i].strand->Halt(absl::DataLossError("the reader is dead"));
  if (instances_[i].strand->unanswered() != 0) {
    return Fault(absl::StrCat("instance ", i, " halted and lets callers wait"));
  }
  Crash(i);
}

// The faults stop; everything must converge, and a new command must get a verdict from every instance: first from those
// whose clock is right, while others' are still wrong, then from all.
void World::ComeToRest() {
  Say("the faults stop");
  faults_ = false;
  for (int i = 0; i < static_cast<int>(instances_.size()); ++i) {
    Instance& instance = instances_[i];
    if (Paused(instance)) instance.pauses.back().until = clock_.Now();
    instance.reader_gone_until = absl::InfinitePast();
    RunPosted(i);
  }
  // One by one first, so that nobody is helped out of a dead end by another's decision; then all at once.
  for (size_t i = 0; i < instances_.size() && fault_.empty(); ++i) Probe(i, i + 1, /*clocks_are_right=*/false);
  if (fault_.empty()) Probe(0, instances_.size(), /*clocks_are_right=*/false);
  for (Instance& instance : instances_) instance.clock->offset = absl::ZeroDuration();
  Say("the clocks are set right");
  if (fault_.empty()) Probe(0, instances_.size(), /*clocks_are_right=*/true);
  while (!ghosts_.empty()) LandGhost();
  for (int i = 0; i < static_cast<int>(instances_.size()); ++i) {
    Read(i, end());
    if (instances_[i].strand->unanswered() != 0) Fault(absl::StrCat("instance ", i, " still owes answers"));
  }
}

void World::Settle() {
  for (int round = 0; round < 10000 && fault_.empty(); ++round) {
    while (!ends_.empty()) AnswerEnd();
    while (!flying_.empty()) {
      Flying flying = std::move(flying_.front());
      flying_.pop_front();
      Put(flying.writer, flying.record);
      instances_[flying.instance].acknowledged.push_back(log_.back().offset.value);
      std::move(flying.done)(journal::Appended{log_.back().offset, log_.back().stamp});
    }
    for (int i = 0; i < static_cast<int>(instances_.size()); ++i) {
      FoldRegistry(i, registry_end());
      Read(i, end());
    }
    const bool busy = !flying_.empty() || !ends_.empty() ||
                      std::any_of(told_.begin(), told_.end(), [](const auto& told) { return !told->answer; });
    if (!busy) return;
    PassTime(absl::Milliseconds(5));
  }
}

void World::Probe(size_t from, size_t to, bool clocks_are_right) {
  const size_t first = told_.size();
  for (size_t i = from; i < to; ++i) {
    for (const char* case_id : {"hot", "cold"}) SubmitProbe(static_cast<int>(i), case_id);
  }
  Settle();
  for (size_t number = first; number < told_.size(); ++number) {
    const Told& told = *told_[number];
    const bool owes_verdict = clocks_are_right || instances_[told.instance].clock->plausible();
    if (!told.answer || (owes_verdict && std::holds_alternative<absl::Status>(*told.answer))) {
      Fault(absl::StrCat("stuck: command ", number, " got no verdict though nothing fails any more"));
    } else if (!owes_verdict && std::holds_alternative<absl::Status>(*told.answer) &&
               !absl::IsUnavailable(std::get<absl::Status>(*told.answer))) {
      Fault(absl::StrCat("command ", number, " of an instance with a wrong clock was not told to retry"));
    }
  }
}

}  // namespace whistle::engine::model
