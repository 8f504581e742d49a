// Every kind of obligation, one for each row of the policy table that sets a date: how it comes to be owed, and what
// fires when.
#ifndef WHISTLE_TESTS_DEADLINES_KINDS_H_
#define WHISTLE_TESTS_DEADLINES_KINDS_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/deadlines/town.h"

namespace whistle::deadlines {

struct Kind {
  // The row's name: the policy's field, or "commitment"; a re-review is decided by the same field as a review.
  std::string name;
  // Who owes the date to fire.
  std::string service;
  // Tells the story in which it comes to be owed.
  std::function<void(Town&)> happens;
  std::string due;
  // At least what the event says that fires.
  std::string fires;
  // And the warning before it; empty where nobody is warned.
  std::string warns;
};
void PrintTo(const Kind& kind, std::ostream* out);

std::vector<Kind> EveryKind();

}  // namespace whistle::deadlines

#endif  // WHISTLE_TESTS_DEADLINES_KINDS_H_
