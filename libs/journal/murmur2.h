// The hash of Kafka's default partitioner.
#ifndef WHISTLE_LIBS_JOURNAL_MURMUR2_H_
#define WHISTLE_LIBS_JOURNAL_MURMUR2_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace whistle::journal {

// org.apache.kafka.common.utils.Utils.murmur2, bit for bit: Java's producers and ours must agree where a key lives. Any
// thread.
uint32_t Murmur2(absl::string_view data);

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_MURMUR2_H_
