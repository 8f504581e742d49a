// Dates that the system sets: a term of the policy, counted from the occurred time of the act that starts it.
//
// Days are the calendar's (libs/registry/calendar.h): they end at midnight in its time zone, and the day of the act
// does not count. Hours are hours. What a date was counted by is written into it.
//
//   *asked.mutable_due() = DueFrom(context.occurred_at, policy.response(), "response", BasisOf(header, context));
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_DOMAIN_TERMS_H_
#define WHISTLE_LIBS_DOMAIN_TERMS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/domain/context.h"
#include "libs/registry/calendar.h"
#include "whistle/common/v1/types.pb.h"
#include "whistle/intake/v1/case.pb.h"
#include "whistle/registry/v1/policy.pb.h"

namespace whistle::domain {

// What dates rest on beside their own rule. Refers to what it is made of: use it at once.
struct DateBasis {
  const registry::Calendar& calendar;
  // The registry version the policy was taken from.
  uint64_t policy_version;
  // Somebody is warned when this share of the time has passed; 0: nobody.
  int warn_percent;
};

// The policy that the case is bound to, and the calendar in force.
DateBasis BasisOf(const intake::v1::CaseHeader& header, const Context& context);

// The date `term` after `start`. `rule` is the policy's field name ("response"). A term that is switched off gives a
// date without due_at.
common::v1::DueDate DueFrom(absl::Time start, const registry::v1::Term& term, absl::string_view rule,
                            const DateBasis& basis);

// The date `term` after another one, which an extension puts off: days follow its last day, hours its hour.
common::v1::DueDate DueAfter(const common::v1::DueDate& before, const registry::v1::Term& term, absl::string_view rule,
                             const DateBasis& basis);

// A date that a person named in an act that occurred at `start`: rule "given".
common::v1::DueDate DueGiven(absl::Time start, absl::Time due_at, const DateBasis& basis);

// The same date, when the act that set it turns out to have occurred at `start`: a given one stays, one of a rule is
// counted again by the same number of days or hours of that rule. The warning follows. One that is switched off stays.
common::v1::DueDate CountedAgain(const common::v1::DueDate& due, absl::Time start, const DateBasis& basis);

// When something that has the time `term` from `start` on may no longer be done: DueFrom's due_at; InfiniteFuture if
// the term is switched off.
absl::Time EndOfTerm(absl::Time start, const registry::v1::Term& term, const registry::Calendar& calendar);

// True from the date on; never where there is none.
bool HasPassed(const common::v1::DueDate& due, absl::Time now);

// "5 working days", for messages.
std::string TermText(const registry::v1::Term& term);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_TERMS_H_
