"""What the tests of `whistlectl projection rebuild` share: something to fold, and what a service says of the task and of its store."""

from harness import contact_fields, handled_case, wait_seconds

REBUILD_SECONDS_MAX = 900


def fill(client, cases, contacts):
    """Cases with contacts, pipelined; the cases' ids."""
    ids = [handled_case(client) for _ in range(cases)]
    calls = []
    for number in range(contacts):
        calls.append(client.start("IntakeService/RecordContact", contact_fields(ids[number % cases], note=f"Contact {number}. " + "x" * 200)))
        if len(calls) >= 200:
            for call in calls:
                call.result()
            calls = []
    for call in calls:
        call.result()
    return ids


def projection_of(client, service):
    status = client.call("OperationsService/GetProjectionStatus")
    return next(p for p in status.projections if p.service == service)


def task_of(client, service):
    return client.call("OperationsService/GetProjectionTask", {"service": service}).task


def phase(task):
    return task.DESCRIPTOR.fields_by_name["phase"].enum_type.values_by_number[task.phase].name.removeprefix("PROJECTION_TASK_PHASE_")


def wait_until_over(client, service):
    wait_seconds(lambda: task_of(client, service).HasField("finished_at"), REBUILD_SECONDS_MAX, "the task is over")
    return task_of(client, service)


def digests_of(client, service):
    first, *families = client.stream("OperationsService/GetProjectionDigests", {"service": service}, timeout=60)
    assert first.partitions and not first.HasField("column_family")
    return {told.column_family.column_family: told.column_family.digest for told in families}
