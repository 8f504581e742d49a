"""The organizations of the generated year: a nation, two provinces, and below each cities, districts, departments, streets."""

import dataclasses

CITY_DEPARTMENTS = DISTRICT_DEPARTMENTS = ("housing", "water", "heating", "transport", "environment", "works")
COMPANIES = ("gas", "power", "network")
PARTS = (1, 2)


@dataclasses.dataclass(frozen=True)
class Organization:
    id: str
    level: str
    kind: str
    superior: str

    def request(self):
        return {
            "organization_id": self.id,
            "name": f"The {self.id}",
            "level": f"ORGANIZATION_LEVEL_{self.level}",
            "kind": f"ORGANIZATION_KIND_{self.kind}",
            "superior_id": self.superior,
        }


def _district(city, number):
    district = f"{city}-d{number}"
    yield Organization(district, "DISTRICT", "GOVERNMENT", city)
    for name in DISTRICT_DEPARTMENTS:
        yield Organization(f"{district}-{name}", "DISTRICT", "DEPARTMENT", district)
    yield Organization(f"{district}-street", "STREET", "GRASSROOTS", district)
    yield Organization(f"{district}-community", "COMMUNITY", "GRASSROOTS", f"{district}-street")


def _city(province, number):
    city = f"{province}-c{number}"
    yield Organization(city, "CITY", "GOVERNMENT", province)
    yield Organization(f"{city}-petitions", "CITY", "PETITION_OFFICE", city)
    for name in CITY_DEPARTMENTS:
        yield Organization(f"{city}-{name}", "CITY", "DEPARTMENT", city)
    for part in PARTS:
        yield from _district(city, part)


def organizations():
    """Every one after its superior."""
    yield Organization("nation", "NATION", "GOVERNMENT", "")
    for number in PARTS:
        province = f"p{number}"
        yield Organization(province, "PROVINCE", "GOVERNMENT", "nation")
        for name in COMPANIES:
            yield Organization(f"{province}-{name}", "PROVINCE", "ENTERPRISE", province)
        for part in PARTS:
            yield from _city(province, part)


_SUPERIOR = {organization.id: organization.superior for organization in organizations()}


def has_authority(over, organization):
    """An organization has authority over itself and everything below it in the tree."""
    while organization and organization != over:
        organization = _SUPERIOR[organization]
    return organization == over


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a case is at home, and who there could have to do with it."""

    province: str
    city: str
    district: str

    @property
    def petition_office(self):
        return f"{self.city}-petitions"

    @property
    def street(self):
        return f"{self.district}-street"

    @property
    def community(self):
        return f"{self.district}-community"

    @property
    def companies(self):
        return [f"{self.province}-{name}" for name in COMPANIES]

    @property
    def company_elsewhere(self):
        other = next(number for number in PARTS if f"p{number}" != self.province)
        return f"p{other}-{COMPANIES[0]}"

    @property
    def other_district(self):
        return next(f"{self.city}-d{number}" for number in PARTS if f"{self.city}-d{number}" != self.district)

    @property
    def city_departments(self):
        return [f"{self.city}-{name}" for name in CITY_DEPARTMENTS]

    @property
    def district_departments(self):
        return [f"{self.district}-{name}" for name in DISTRICT_DEPARTMENTS]


def any_place(rng):
    province = f"p{rng.choice(PARTS)}"
    city = f"{province}-c{rng.choice(PARTS)}"
    return Place(province, city, f"{city}-d{rng.choice(PARTS)}")
