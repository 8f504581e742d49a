// What fired: the agenda's decisions, told as things that can be compared between two worlds.
#ifndef WHISTLE_LIBS_BACKTEST_FIRED_H_
#define WHISTLE_LIBS_BACKTEST_FIRED_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::backtest {

enum class FiredKind {
  // A date passed.
  kOverdue,
  // A rule found something.
  kFinding,
  // A finding or an overdue was disproved.
  kLifted,
  // The case was put before a higher organization.
  kEscalation,
  // A further reason joined the open escalation.
  kReason,
  // The matter went for accountability.
  kReferral,
  // A date was near.
  kWarning,
};

// "overdue", "finding" …
std::string NameOf(FiredKind kind);

struct Fired {
  FiredKind kind = FiredKind::kOverdue;
  // "silence", "response", "jurisdiction_gap"; for an escalation what set it off.
  std::string rule;
  // What it is about within the case, in the ids of the journal: an assignment's id. Empty for the case as a whole.
  std::string subject;
  // Whom it is about; for an escalation and a referral the organization the case is put before. May be absent.
  common::v1::OrganizationRef organization;
  // The decision's decided_at.
  absl::Time at;
};

// Nothing for what is no firing: an owner that is awaited. `at` is left to the caller.
std::optional<Fired> FiredBy(const journal::v1::Event& event);

// Two that are the same thing in two worlds have the same key: kind, rule, subject and organization; for an escalation
// the organization alone, whatever set it off.
std::string KeyOf(const Fired& fired);
// As KeyOf, without the subject.
std::string WideKeyOf(const Fired& fired);

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_FIRED_H_
