"""The demo's two clinics: staff, injectors, rooms and hours."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from clinic.demo.logins import LOGINS, PASSWORD, Login
from clinic.founding import found_clinic
from clinic.models import Clinic, Injector, Membership, OpeningHours, Role, Room, User, WorkedHoliday
from clinic.public_holidays import public_holidays
from reminders import defaults

OPENS, CLOSES = dt.time(9), dt.time(17)
WORKING_WEEK = range(1, 6)
DAYS_BEFORE, DAYS_AFTER = 900, 120  # how far the story reaches
CLINICS = (
    {
        "name": "Riverside Headache Clinic",
        "slug": "riverside",
        "message_name": "Riverside Clinic",
        "timezone": "Europe/London",
        "phone": "020 7946 0123",
        "address": "12 River Road, London",
        "country": "GB",
        "subdivision": "ENG",
    },
    {
        "name": "Lakeside Headache Clinic",
        "slug": "lakeside",
        "message_name": "Lakeside Clinic",
        "timezone": "America/New_York",
        "phone": "+1 212 555 0150",
        "address": "400 Lake Street, New York",
        "country": "US",
        "subdivision": "NY",
    },
)


@dataclass(frozen=True)
class Team:
    """A clinic with the people who work there; ``injectors`` are in the order of their names' appearance."""

    clinic: Clinic
    users: dict[str, User]
    injectors: tuple[Injector, ...]

    def hand(self, injector: Injector) -> User:
        """Return who an injector is."""
        return next(user for user in self.users.values() if user.pk == injector.user_id)

    def by_role(self, role: Role) -> User:
        """Return the first person who has the role here."""
        return Membership.objects.filter(clinic=self.clinic, role=role).order_by("pk").select_related("user")[0].user


def make_clinics(now: dt.datetime) -> dict[str, Team]:
    """Make clinics, log-ins and injectors; return a team per clinic's slug."""
    clinics = {fields["slug"]: Clinic(**fields) for fields in CLINICS}
    admin = next(login for login in LOGINS if set(login.roles.values()) == {Role.ADMIN})
    for clinic in clinics.values():
        founder = found_clinic(clinic=clinic, email=admin.email, full_name=admin.name, password=PASSWORD, at=now)
        defaults.install(clinic)
        work_on_holidays(clinic, now)
    # Slow to work out on purpose: once for the one password of all.
    users = {login.email: _user(login, clinics, founder.password) for login in LOGINS}
    return {slug: Team(clinic, users, open_injectors(clinic, users, now)) for slug, clinic in clinics.items()}


def _user(login: Login, clinics: dict[str, Clinic], hashed: str) -> User:
    user = User.objects.filter(email=login.email).first() or User.objects.create(
        email=login.email, password=hashed, full_name=login.name
    )
    for slug, role in login.roles.items():
        Membership.objects.get_or_create(user=user, clinic=clinics[slug], defaults={"role": role})
    return user


def work_on_holidays(clinic: Clinic, now: dt.datetime) -> None:
    """Let the clinic be open on the public holidays of its story: on Thanksgiving the demo is worth a look too."""
    today = clinic.date_at(now)
    first, last = today - dt.timedelta(days=DAYS_BEFORE), today + dt.timedelta(days=DAYS_AFTER)
    years = range(first.year, last.year + 1)
    dates = {date for year in years for date in public_holidays(clinic.country, clinic.subdivision, year)}
    WorkedHoliday.objects.bulk_create(
        WorkedHoliday(clinic=clinic, date=date) for date in sorted(dates) if first <= date <= last
    )


def open_injectors(
    clinic: Clinic, users: dict[str, User], now: dt.datetime, logins: Iterable[Login] = LOGINS
) -> tuple[Injector, ...]:
    """Give those of the people who inject here a column in the calendar, with hours and a room."""
    # The clinic also works on the weekday on which somebody looks at the demo: an empty Sunday shows nothing.
    weekdays = sorted({*WORKING_WEEK, now.astimezone(clinic.zone).isoweekday()})
    made = []
    for number, login in enumerate((login for login in logins if clinic.slug in login.injects), start=1):
        user = users[login.email]
        injector = Injector.objects.create(clinic=clinic, user=user, name=user.full_name, email=user.email)
        room = Room.objects.create(clinic=clinic, name=f"Room {number}")
        OpeningHours.objects.bulk_create(
            OpeningHours(clinic=clinic, injector=injector, room=room, weekday=day, opens=OPENS, closes=CLOSES)
            for day in weekdays
        )
        made.append(injector)
    return tuple(made)
