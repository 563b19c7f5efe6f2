"""Who can log in to the demo. Made-up people; plain data, so that the demo can print it without a database."""

from dataclasses import dataclass

# One password for all: this is a show for one machine, and no secret.
PASSWORD = "show me the clinic"  # noqa: S105  # nosec B105


@dataclass(frozen=True)
class Login:
    """A person of the demo. ``roles`` maps a clinic's slug to a `clinic.models.Role`; ``injects`` lists clinics too."""

    email: str
    name: str
    roles: dict[str, str]
    injects: tuple[str, ...] = ()


LOGINS = (
    Login("fran@riverside.example", "Fran Adeyemi", {"riverside": "front_desk"}),
    Login("osei@riverside.example", "Dr Osei", {"riverside": "prescriber"}, injects=("riverside",)),
    Login("bello@riverside.example", "RN Bello", {"riverside": "nurse_injector"}, injects=("riverside",)),
    Login("kim@riverside.example", "Dr Kim", {"riverside": "prescriber"}, injects=("riverside",)),
    Login("ada@riverside.example", "Ada Lind", {"riverside": "admin", "lakeside": "admin"}),
    Login("rae@riverside.example", "Rae Berg", {"riverside": "read_only"}),
    Login("finn@lakeside.example", "Finn Alvarez", {"lakeside": "front_desk"}),
    Login("sato@lakeside.example", "Dr Sato", {"lakeside": "prescriber"}, injects=("lakeside",)),
    Login("nunez@lakeside.example", "RN Núñez", {"lakeside": "nurse_injector"}, injects=("lakeside",)),
    Login("lea@lakeside.example", "Lea Novak", {"lakeside": "read_only"}),
)
