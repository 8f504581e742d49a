// Where an event names other events of its case, and how they are called in another world.
//
// An event's id is "<version>.<number>". In a world where the agenda fired more, less or at other times the same act of
// a person has another version, and so another id; whoever names it must name that one. So each world keeps its own,
// gapless versions, and what is carried from one to the other is said in the other's ids: models may compare versions,
// and see nothing unusual.
//
// Pure functions; any thread may call.
#ifndef WHISTLE_LIBS_BACKTEST_EVENT_IDS_H_
#define WHISTLE_LIBS_BACKTEST_EVENT_IDS_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::backtest {

// The id that an event of one world has in the other.
using Translate = std::function<std::string(const std::string& event_id)>;

// Says every event id that the event holds by `translate`: fields whose names end in _id or _ids and that name neither
// organizations, petitioners nor cases, and subjects. Ids of another case's events, which a merge names, stay.
void TranslateEvent(const Translate& translate, journal::v1::Event* event);

// The same for an agenda item: its subject and the event that made it due.
void TranslateItem(const Translate& translate, common::v1::AgendaItem* item);

// "5.1", "5.1/gas-company", "SILENCE/gas-company/5.1": each part between slashes that is an event id, translated.
std::string TranslateSubject(const Translate& translate, absl::string_view subject);

}  // namespace whistle::backtest

#endif  // WHISTLE_LIBS_BACKTEST_EVENT_IDS_H_
