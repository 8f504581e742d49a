#include "services/registry/service.h"

#include "libs/host/desk.h"
#include "libs/host/process.h"
#include "services/registry/model.h"
#include "services/registry/queries.h"
#include "whistle/registry/v1/service.grpc.pb.h"

namespace whistle::registry_chain {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finds the overload for each request.
struct Decider {
  using State = v1::RegistryState;
  template <typename Request>
  static domain::Outcome Decide(const State& state, const Request& request, const domain::Context& context) {
    return registry_chain::Decide(state, request, context);
  }
};

class Adapter final : public v1::RegistryService::CallbackService {
 public:
  explicit Adapter(host::Desk<Decider> desk) : desk_(desk) {}

  Reactor* UpsertOrganization(Context* c, const v1::UpsertOrganizationRequest* q,
                              v1::UpsertOrganizationResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* MoveOrganization(Context* c, const v1::MoveOrganizationRequest* q,
                            v1::MoveOrganizationResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* RetireOrganization(Context* c, const v1::RetireOrganizationRequest* q,
                              v1::RetireOrganizationResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* AdoptPolicy(Context* c, const v1::AdoptPolicyRequest* q, v1::AdoptPolicyResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* AdoptCalendar(Context* c, const v1::AdoptCalendarRequest* q, v1::AdoptCalendarResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* RaiseLevel(Context* c, const v1::RaiseLevelRequest* q, v1::RaiseLevelResponse* r) override {
    return desk_.RegistryCommand(c, q, r);
  }
  Reactor* GetOrganization(Context* c, const v1::GetOrganizationRequest* q, v1::GetOrganizationResponse* r) override {
    return desk_.Query(c, q, r, &registry_chain::GetOrganization);
  }
  Reactor* ListOrganizations(Context* c, const v1::ListOrganizationsRequest* q,
                             v1::ListOrganizationsResponse* r) override {
    return desk_.Query(c, q, r, &registry_chain::ListOrganizations);
  }
  Reactor* GetPolicy(Context* c, const v1::GetPolicyRequest* q, v1::GetPolicyResponse* r) override {
    return desk_.Query(c, q, r, &registry_chain::GetPolicy);
  }
  Reactor* GetCalendar(Context* c, const v1::GetCalendarRequest* q, v1::GetCalendarResponse* r) override {
    return desk_.Query(c, q, r, &registry_chain::GetCalendar);
  }
  Reactor* GetRegistry(Context* c, const v1::GetRegistryRequest* q, v1::GetRegistryResponse* r) override {
    return desk_.Query(c, q, r, &registry_chain::GetRegistry);
  }

 private:
  host::Desk<Decider> desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdapter(host::Process& process) {
  return std::make_unique<Adapter>(process.desk<Decider>("intake"));
}

}  // namespace whistle::registry_chain
