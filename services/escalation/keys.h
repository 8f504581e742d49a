// The index keys under which this service's things are found.
//
// A thing of kind K (escalation, finding, letter, file, hazard) leaves for ever
//   K / case / id                    and for each way to ask (before, about, rule, to, at, by):
//   K.way / value / case / id
// and, while it is open,
//   K.open / case / id               K.open.way / value / case / id
// Every event about a thing leaves
//   event / case / thing id / event id
// every finding that was lifted
//   finding.lifted / case / finding id / lifting event id
// and every correction
//   correction / case / corrected event id / correcting event id.
//
// Ids are padded, so that keys of one case are in the order in which things happened:
//   finding.about / gas-company / case-1 / 000000000012.0001
#ifndef WHISTLE_SERVICES_ESCALATION_KEYS_H_
#define WHISTLE_SERVICES_ESCALATION_KEYS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace whistle::escalation {

// "12.1" → "000000000012.0001"; what is not an event id stays as it is.
std::string PadId(absl::string_view event_id);
// And back; nothing if it is not a padded id.
std::optional<std::string> UnpadId(absl::string_view padded);

// The parts of a key, as domain::IndexKey put them together.
std::vector<std::string> KeyParts(absl::string_view key);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_KEYS_H_
