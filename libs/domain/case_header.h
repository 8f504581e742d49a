// The part of a case that all four services fold alike: is it open, who handles it, under which policy.
#ifndef WHISTLE_LIBS_DOMAIN_CASE_HEADER_H_
#define WHISTLE_LIBS_DOMAIN_CASE_HEADER_H_

#include <optional>
#include <string>

#include "libs/domain/context.h"
#include "libs/domain/outcome.h"
#include "whistle/intake/v1/case.pb.h"

namespace whistle::domain {

// Pure and total. Events that do not concern the header leave it as it is.
void EvolveHeader(intake::v1::CaseHeader& header, const journal::v1::Event& event, const EventRef& ref);

// "the case is in handling since 2019-07-03T00:00:00Z (event 2.1)", for a rejection's `actual`.
std::string DescribeStatus(const intake::v1::CaseHeader& header);

// NOT_FOUND unless the case was registered.
std::optional<Rejection> RequireCase(const intake::v1::CaseHeader& header, const Context& context);
// RequireCase, and ILLEGAL unless its status is REGISTERED or ACCEPTED.
std::optional<Rejection> RequireOpen(const intake::v1::CaseHeader& header, const Context& context);
// RequireCase, and ILLEGAL unless its status is ACCEPTED.
std::optional<Rejection> RequireInHandling(const intake::v1::CaseHeader& header, const Context& context);

}  // namespace whistle::domain

#endif  // WHISTLE_LIBS_DOMAIN_CASE_HEADER_H_
